//! Timers that send messages: `erlang:start_timer`, `send_after`, `cancel_timer` and `read_timer`.
//!
//! The wheels of the schedulers keep the timers; here only is known which timer a reference names. A reference is a
//! number, so the table is a map from numbers, in shards, each with a lock that is held for a moment. A process knows the
//! timers that it has set for itself, which are cancelled when it ends: they would keep their messages for as long as they
//! run.

use crate::executor::Timer;
use crate::local::Local;
use parking_lot::Mutex;
use purlin_heap::word::{Word, sub};
use purlin_heap::{Atom, Message, Pid, Term};
use purlin_scheduler::TimerKey;
use rustc_hash::FxHashMap;

/// Numbers come in batches to each thread, so that those of different threads fall on different shards.
const SHARDS: usize = 64;
const SHARD_SHIFT: u32 = 8;

/// The timers of one machine by the numbers of their references.
pub(crate) struct MessageTimers {
    shards: [Mutex<FxHashMap<u64, TimerKey>>; SHARDS],
}

impl Default for MessageTimers {
    fn default() -> MessageTimers {
        MessageTimers { shards: std::array::from_fn(|_| Mutex::default()) }
    }
}

/// A message that is to be sent.
pub struct MessageTimer {
    number: u64,
    to: Receiver,
    message: Message,
}

/// Whom a timer sends to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// A process.
    Pid(Pid),
    /// Whoever has this name when the time has come.
    Name(Atom),
}

impl MessageTimers {
    fn shard(&self, number: u64) -> &Mutex<FxHashMap<u64, TimerKey>> {
        &self.shards[(number >> SHARD_SHIFT) as usize % SHARDS]
    }
}

/// The timers that a process has set for itself, and some that have fired or were cancelled since.
#[derive(Default)]
pub(crate) struct OwnTimers {
    numbers: Vec<u64>,
    /// When there are so many, those that have fired or were cancelled are forgotten.
    forget_at: usize,
}

impl OwnTimers {
    const FORGET_MIN: usize = 32;

    /// A timer was set.
    pub(crate) fn add(&mut self, timers: &MessageTimers, number: u64) {
        if self.numbers.len() >= self.forget_at.max(OwnTimers::FORGET_MIN) {
            self.numbers.retain(|&number| timers.shard(number).lock().contains_key(&number));
            self.forget_at = 2 * self.numbers.len();
        }
        self.numbers.push(number);
    }

    /// One of them, for the end of the process.
    pub(crate) fn pop(&mut self) -> Option<u64> {
        self.numbers.pop()
    }
}

/// Sets a timer, known by the number of its reference.
pub(crate) fn start(local: &Local, number: u64, deadline_ns: u64, to: Receiver, message: Message) {
    let timer = Timer::Message(Box::new(MessageTimer { number, to, message }));
    // The timer cannot find its entry missing when it fires, because it takes the lock first.
    let mut shard = local.vm().timers().shard(number).lock();
    shard.insert(number, local.set_timer(deadline_ns, timer));
}

/// The time has come.
pub(crate) fn fire(local: &Local, timer: MessageTimer) {
    local.vm().timers().shard(timer.number).lock().remove(&timer.number);
    let to = match timer.to {
        Receiver::Pid(pid) => Some(pid),
        Receiver::Name(name) => local.vm().names().lookup(name).filter(|word| word.is_pid()).map(pid_of),
    };
    if let Some(to) = to {
        let _ = local.deliver(to, crate::signal::Signal::message(timer.message));
    }
}

/// Cancels a timer: how many nanoseconds were left, unless it has fired or never was.
pub(crate) fn cancel(local: &Local, number: u64) -> Option<u64> {
    let key = local.vm().timers().shard(number).lock().remove(&number)?;
    let (deadline_ns, _) = local.vm().handle().cancel_timer(key)?;
    Some(deadline_ns.saturating_sub(local.vm().monotonic_ns()))
}

/// How many nanoseconds are left of a timer.
pub(crate) fn read(local: &Local, number: u64) -> Option<u64> {
    let key = *local.vm().timers().shard(number).lock().get(&number)?;
    let deadline_ns = local.vm().handle().timer_deadline_ns(key)?;
    Some(deadline_ns.saturating_sub(local.vm().monotonic_ns()))
}

fn pid_of(word: Word) -> Pid {
    debug_assert!(word.0 & sub::MASK == sub::PID);
    Pid(word.payload())
}

/// Whom a term names as the receiver of a timer's message.
pub(crate) fn receiver(term: Term<'_>) -> Option<Receiver> {
    match (term.as_pid(), term.as_atom()) {
        (Some(pid), _) => Some(Receiver::Pid(pid)),
        (_, Some(name)) => Some(Receiver::Name(name)),
        _ => None,
    }
}
