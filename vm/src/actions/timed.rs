//! Timers that send messages.

use crate::native::Context;
use crate::timers::{self, Receiver};
use purlin_heap::{Build, Message, Term, am, copy_into};

/// Milliseconds that are left of a timer.
pub type TimeLeft = u64;

const NS_PER_MS: u64 = 1_000_000;

impl<'h> Context<'h> {
    /// Sends a message at a moment of the monotonic clock, wrapped as `{timeout, Reference, Message}` if so wished;
    /// the timer's reference, or nothing when `to` is no receiver.
    pub fn start_timer(
        &self,
        deadline_ns: u64,
        to: Term<'h>,
        message: Term<'h>,
        wrap: bool,
    ) -> Option<Term<'h>> {
        let to: Receiver = timers::receiver(to)?;
        let number = self.local().unique_number();
        let message = if wrap {
            Message::build(|b| {
                let reference = b.reference(number, None);
                b.tuple(&[Term::atom(am::timeout), reference, copy_into(b, message)])
            })
        } else {
            Message::copy_of(message)
        };
        timers::start(self.local(), number, deadline_ns, to, message);
        if to == Receiver::Pid(self.pid()) {
            self.with(|process, local| process.rare_mut().timers.add(local.vm().timers(), number));
        }
        Some(self.heap().reference(number, None))
    }

    /// Cancels the timer of this number; what was left of it.
    pub fn cancel_timer(&self, number: u64) -> Option<TimeLeft> {
        timers::cancel(self.local(), number).map(|left_ns| left_ns / NS_PER_MS)
    }

    /// What is left of the timer of this number.
    pub fn read_timer(&self, number: u64) -> Option<TimeLeft> {
        timers::read(self.local(), number).map(|left_ns| left_ns / NS_PER_MS)
    }
}
