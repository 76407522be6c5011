//! What receive instructions ask of a process.

use super::{Flags, Process};
use crate::executor::Timer;
use crate::local::Local;
use crate::mailbox::Look;
use crate::signal::Handled;
use purlin_heap::word::Word;
use purlin_heap::{View, am};

/// What a receive finds at its place in the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peek {
    /// A message. Its term is not in the process's heap yet: see [`Process::take`].
    Message(Word),
    /// No more messages: wait, or go on to the timeout.
    Empty,
    /// There may be more, but others must run first: yield and look again.
    Later,
    /// A signal has ended the process: leave with `Exit::Exited`.
    Ending,
}

/// What comes after a receive has looked at all messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// Leave with `Exit::Waiting`, and look again afterwards.
    Signal,
    /// The time is over: go on behind the wait.
    Expired,
}

/// The timeout of a receive is not an integer from 0 to 2^32 - 1 or `infinity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadTimeout;

/// The longest timeout of a receive in milliseconds.
const TIMEOUT_MAX_MS: i64 = 0xffff_ffff;

impl Process {
    /// The message that the receive looks at now.
    #[inline]
    pub fn peek(&mut self, local: &Local) -> Peek {
        match self.mailbox.look() {
            Look::Message(root) => Peek::Message(root),
            Look::End => self.peek_outside(local),
        }
    }

    fn peek_outside(&mut self, local: &Local) -> Peek {
        if self.flags.has(Flags::TAKES_PRIORITY)
            && let Some(root) = self.peek_sorted(local)
        {
            return Peek::Message(root);
        }
        loop {
            match self.handle_next(local) {
                Handled::Ending => return Peek::Ending,
                Handled::Later => return Peek::Later,
                Handled::Nothing => return Peek::Empty,
                Handled::One => {}
            }
            if let Look::Message(root) = self.mailbox.look() {
                return Peek::Message(root);
            }
        }
    }

    /// Where some messages go before others: takes in all that has come, and then looks.
    #[cold]
    fn peek_sorted(&mut self, local: &Local) -> Option<Word> {
        self.handle_signals(local);
        loop {
            match self.mailbox.look() {
                Look::Message(root) if !self.is_ending() => return Some(root),
                Look::End if self.mailbox.start_again() => {}
                _ => return None,
            }
        }
    }

    /// The message that `peek` gave is going to be looked at by code that runs on for a while.
    pub fn hold(&mut self) {
        self.mailbox.hold();
    }

    /// The message does not match: the next `peek` is for the one behind it.
    #[inline]
    pub fn skip(&mut self) {
        self.mailbox.skip();
    }

    /// The message matches: takes it out and its memory into the heap. The term that `peek` gave (or what a
    /// collection made of it meanwhile) is one of the heap from now on. Ends the receive and its timeout.
    #[inline]
    pub fn take(&mut self, local: &Local) -> Word {
        let (root, fragment) = self.mailbox.take();
        if self.flags.has(Flags::LIMITED) {
            self.count_taken(local, fragment.as_ref());
        }
        if let Some(fragment) = fragment {
            self.heap.attach_fragment(fragment);
        }
        self.end_timeout(local);
        root
    }

    /// The receive has looked at all messages and waits without a timeout.
    #[inline]
    pub fn wait(&mut self) -> Waited {
        Waited::Signal
    }

    /// The receive has looked at all messages. The timeout counts from the first time that this is called in a
    /// receive.
    pub fn wait_timeout(&mut self, local: &Local, timeout: Word) -> Result<Waited, BadTimeout> {
        if let Some((deadline_ns, _)) = self.rare().and_then(|rare| rare.deadline) {
            return Ok(self.wait_until(local, deadline_ns));
        }
        // SAFETY: a term that the running process holds.
        match unsafe { self.heap.term(timeout) }.view() {
            View::Small(0) => Ok(Waited::Expired),
            View::Small(ms) if (1..=TIMEOUT_MAX_MS).contains(&ms) => {
                let deadline_ns = local.vm().monotonic_ns() + ms as u64 * 1_000_000;
                self.set_deadline(local, deadline_ns);
                Ok(Waited::Signal)
            }
            View::Atom(am::infinity) => {
                // Remembered, too: when the process wakes, the register that held the time holds something else.
                self.rare_mut().deadline = Some((u64::MAX, None));
                Ok(Waited::Signal)
            }
            _ => {
                // The exception leaves the receive.
                self.mailbox.rewind();
                Err(BadTimeout)
            }
        }
    }

    fn wait_until(&mut self, local: &Local, deadline_ns: u64) -> Waited {
        if local.vm().monotonic_ns() >= deadline_ns { Waited::Expired } else { Waited::Signal }
    }

    fn set_deadline(&mut self, local: &Local, deadline_ns: u64) {
        let key = local.set_timer(deadline_ns, Timer::Wake(self.pid()));
        self.rare_mut().deadline = Some((deadline_ns, Some(key)));
    }

    /// The time of the receive is over: its next one starts at the first message.
    #[inline]
    pub fn timeout(&mut self, local: &Local) {
        self.mailbox.rewind();
        self.end_timeout(local);
    }

    #[inline]
    fn end_timeout(&mut self, local: &Local) {
        if let Some(rare) = self.rare_if_any()
            && let Some((_, Some(key))) = rare.deadline.take()
        {
            local.vm().cancel_wake(key);
        }
    }

    /// `recv_marker_reserve`: marks the end of the mailbox. Gives what to bind or clear it by.
    pub fn reserve_marker(&mut self) -> Word {
        let incoming = &self.shared_apart().incoming;
        Word::small(self.mailbox.reserve_marker(incoming).into())
    }

    /// `recv_marker_bind`: makes a reserved marker that of a reference.
    pub fn bind_marker(&mut self, marker: Word, reference: Word) {
        if let (true, Some(number)) = (marker.is_small(), self.reference_number(reference)) {
            self.mailbox.bind_marker(marker.small_value() as u32, number);
        }
    }

    /// `recv_marker_clear`: forgets a marker, given by what `reserve_marker` gave or by its reference.
    pub fn clear_marker(&mut self, marker: Word) {
        if marker.is_small() {
            self.mailbox.clear_marker(marker.small_value() as u32);
        } else if let Some(number) = self.reference_number(marker) {
            self.mailbox.clear_marker_of(number);
        }
    }

    /// `recv_marker_use`: the receive that begins starts behind the marker of the reference, if there is one.
    pub fn use_marker(&mut self, reference: Word) {
        if let Some(number) = self.reference_number(reference) {
            self.mailbox.use_marker(number);
        }
    }

    fn reference_number(&self, word: Word) -> Option<u64> {
        // SAFETY: a term that the running process holds.
        match unsafe { self.heap.term(word) }.view() {
            View::Reference(reference) => Some(reference.raw(1)),
            _ => None,
        }
    }

    /// Whether the process has to handle signals before it runs on or sleeps. What was taken out of the outer queue, and for which
    /// there was no time yet, may hold some, and so may what a receive has taken out behind its message.
    #[inline(always)]
    pub(crate) fn has_urgent_signals(&self) -> bool {
        self.shared().incoming.has_signals() || self.mailbox.has_backlog()
    }

    /// Takes in what has come from outside, as much as there is time for.
    pub(crate) fn handle_signals(&mut self, local: &Local) {
        let is_more = |_: &usize| self.handle_next(local) == Handled::One;
        (0..SIGNALS_MAX).take_while(is_more).for_each(drop);
    }
}

/// How many signals a process handles before it runs on, or lets others run.
const SIGNALS_MAX: usize = 2000;
