//! Sending: from a pid to the receiver's outer queue.

use super::{Request, Signal};
use crate::executor::Runnable;
use crate::interpreter::Machine;
use crate::limits::Ledger;
use crate::local::Local;
use crate::mailbox::{Owned, Pushed};
use crate::native::Context;
use crate::process::ControlBlock;
use purlin_heap::layout::Kind;
use purlin_heap::word::Word;
use purlin_heap::{Boxed, Message, Pid, Term, View, am};
use purlin_scheduler::Priority;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It is on its way, or the receiver does not exist (any more), which is no error.
    Done,
    /// The receiver is given by a name that nothing is registered under.
    NoName,
    /// The receiver is on another node.
    Remote,
    /// The receiver is a port.
    Port,
    /// What was given as the receiver is none.
    BadReceiver,
    /// The mailbox of the receiver is full, and it wants the sender to be told.
    Full,
    /// The mailbox of the receiver is full: the sender has to wait, but does not want to.
    WouldWait,
    /// The mailbox of the receiver is full: the sender waits from now on, and is to send again when it goes on.
    Waits,
}

/// Words of a message that count as one reduction.
pub(super) const WORDS_PER_REDUCTION: usize = 64;

impl Local {
    /// Hands a signal to a process; gives it back when that does not exist.
    #[inline]
    pub(crate) fn deliver(&self, to: Pid, signal: Signal) -> Result<(), Signal> {
        let guard = self.pin();
        match self.vm().processes().lookup(to, &guard) {
            Some(block) => self.push(block, signal),
            None => Err(signal),
        }
    }

    /// Hands a question to a process; gives it back when that does not exist. One of lower priority than the asker's is
    /// raised until it has looked at its signals: what runs between the two priorities would keep the asker waiting else.
    pub(crate) fn deliver_question(
        &self,
        to: Pid,
        mut request: Request,
        asker: Priority,
    ) -> Result<(), Signal> {
        let guard = self.pin();
        let Some(block) = self.vm().processes().lookup(to, &guard) else {
            return Err(Signal::Request(Box::new(request)));
        };
        let shared = block.shared();
        let is_raised = shared.priority() < asker;
        if is_raised {
            // Before, so that it is queued accordingly if it sleeps.
            shared.raise(asker);
            request.raised = Some(self.vm().handle().raise());
        }
        self.push(block, Signal::Request(Box::new(request)))?;
        if is_raised {
            // It may have looked at its signals just before this one came.
            shared.raise(asker);
            self.look_soon();
        }
        Ok(())
    }

    /// Sends an exit signal.
    pub(crate) fn exit(&self, to: Pid, from: Pid, reason: Message) {
        let guard = self.pin();
        let Some(block) = self.vm().processes().lookup(to, &guard) else { return };
        let is_kill = reason.term().is_atom(am::kill);
        if self.push(block, Signal::Exit { from, reason }).is_ok() && is_kill {
            block.shared().set_killed();
        }
    }

    #[inline]
    fn push(&self, block: &ControlBlock, signal: Signal) -> Result<(), Signal> {
        match block.shared().ledger() {
            None => self.push_unlimited(block, signal),
            Some(ledger) => {
                let messages = usize::from(matches!(signal, Signal::Message { .. }));
                self.push_counted(block, ledger, signal, messages)
            }
        }
    }

    /// Hands a signal to a process that is limited. `messages`: how many it counts for.
    #[cold]
    pub(super) fn push_counted(
        &self,
        block: &ControlBlock,
        ledger: &Ledger,
        signal: Signal,
        messages: usize,
    ) -> Result<(), Signal> {
        let bytes = signal.bytes();
        ledger.count_in(bytes, messages);
        let pushed = self.push_unlimited(block, signal);
        if pushed.is_err() {
            ledger.count_back(bytes);
        }
        pushed
    }

    #[inline]
    fn push_unlimited(&self, block: &ControlBlock, signal: Signal) -> Result<(), Signal> {
        let is_urgent = signal.is_urgent();
        match block.shared().incoming.push(Owned::new(signal), is_urgent) {
            Ok(Pushed::Queued) => Ok(()),
            Ok(Pushed::Woke) => {
                // SAFETY: the push has taken the process out of its sleep, so it is ours to schedule.
                self.schedule(unsafe { Runnable::new(block.into()) });
                Ok(())
            }
            Err(node) => Err(node.into_value()),
        }
    }

    /// Wakes a process if it sleeps; one that is just going to is told to look again.
    pub(crate) fn wake(&self, pid: Pid) {
        let guard = self.pin();
        let Some(block) = self.vm().processes().lookup(pid, &guard) else { return };
        if block.shared().incoming.wake() {
            // SAFETY: the process has been taken out of its sleep, so it is ours to schedule.
            self.schedule(unsafe { Runnable::new(block.into()) });
        } else {
            let _ = self.push(block, Signal::Nudge);
        }
    }

    /// Sends a message of few objects, for which nobody is made to wait: how many words it took, or nothing when it has
    /// many, or the receiver is limited.
    #[inline]
    fn send_few(&self, to: Pid, message: Term<'_>) -> Option<usize> {
        let guard = self.pin();
        // The receiver is looked up first: nothing is copied for the dead.
        let Some(block) = self.vm().processes().lookup(to, &guard) else { return Some(0) };
        if block.shared().ledger().is_some() {
            return None;
        }
        let message = Message::copy_of_few(message)?;
        let words = message.words();
        let _ = self.push_unlimited(block, Signal::message(message));
        Some(words)
    }

    /// Whether a process has a mailbox that may be full.
    fn is_bound(&self, pid: Pid) -> bool {
        self.with_ledger(pid, |ledger| ledger.bound().is_some()) == Some(true)
    }
}

/// Sends for the instruction: a word that is a pid, and a term of the running process. Gives the reductions; a negative
/// number when nothing was sent, because the mailbox of the receiver has a bound.
///
/// # Safety
/// The words must be those, and the machine that of the fiber which runs.
#[inline(never)]
pub(crate) unsafe fn send_counted(machine: *mut Machine, to: Word, message: Word) -> i64 {
    // SAFETY: as promised; the heap of the sender is not collected meanwhile.
    unsafe {
        let (to, message) = (Pid(to.payload()), Term::from_word(message));
        if let Some(words) = (*machine).local().send_few(to, message) {
            return 1 + (words / WORDS_PER_REDUCTION) as i64;
        }
        if (*machine).local().is_bound(to) {
            return -1;
        }
        1 + (send_many(machine, to, message) / WORDS_PER_REDUCTION) as i64
    }
}

/// Sends a message: copies it once, outside of any heap, during which others may have their turn. Gives how many words it
/// took.
///
/// # Safety
/// The machine is that of the fiber that runs.
#[inline]
unsafe fn send_copy(machine: *mut Machine, to: Pid, message: Term<'_>) -> usize {
    // SAFETY: by the caller. What belongs to the thread is asked for anew after the copy.
    unsafe {
        match (*machine).local().send_few(to, message) {
            Some(words) => words,
            None => send_many(machine, to, message),
        }
    }
}

/// As [`send_copy`], for any message and receiver.
///
/// # Safety
/// As there.
unsafe fn send_many(machine: *mut Machine, to: Pid, message: Term<'_>) -> usize {
    let message = Message::copy_of(message);
    let words = message.words();
    // SAFETY: by the caller.
    let _ = unsafe { (*machine).local() }.deliver(to, Signal::message(message));
    words
}

impl<'h> Context<'h> {
    /// Sends a message to whoever `to` names.
    #[inline]
    pub fn send(&self, to: Term<'h>, message: Term<'h>) -> Sent {
        self.send_with(to, message, true)
    }

    /// As [`Context::send`]. `may_wait`: the caller can be put aside until there is room in the mailbox.
    #[inline]
    pub fn send_with(&self, to: Term<'h>, message: Term<'h>, may_wait: bool) -> Sent {
        match to.as_pid() {
            Some(pid) => self.send_bound(pid, message, may_wait),
            None => self.send_elsewhere(to, message, may_wait),
        }
    }

    /// As [`Context::send`]; a message to an alias goes before ordinary ones, if the alias allows that.
    pub fn send_priority(&self, to: Term<'h>, message: Term<'h>, may_wait: bool) -> Sent {
        match to.view() {
            View::Reference(reference) => {
                self.send_to_alias(reference, message, true);
                Sent::Done
            }
            _ => self.send_with(to, message, may_wait),
        }
    }

    fn send_to_alias(&self, reference: Boxed<'h>, message: Term<'h>, is_priority: bool) {
        if let Some((alias, owner)) = alias_of(reference) {
            let message = Message::copy_of(message);
            let _ = self.local().deliver(owner, Signal::ToAlias { alias, message, is_priority });
        }
    }

    /// Sends a message to a process, whatever the bound of its mailbox.
    #[inline]
    pub fn send_to(&self, to: Pid, message: Term<'h>) {
        // SAFETY: the call runs on its fiber.
        unsafe { send_copy(self.machine(), to, message) };
    }

    #[cold]
    fn send_elsewhere(&self, to: Term<'h>, message: Term<'h>, may_wait: bool) -> Sent {
        match to.view() {
            View::Atom(name) => match self.vm().names().lookup(name) {
                None => Sent::NoName,
                Some(owner) if owner.is_port() => Sent::Port,
                Some(owner) => self.send_bound(Pid(owner.payload()), message, may_wait),
            },
            View::Reference(reference) => {
                self.send_to_alias(reference, message, false);
                Sent::Done
            }
            View::Tuple(tuple) => match tuple.elements() {
                [name, node] if name.as_atom().is_some() && node.as_atom().is_some() => {
                    if !node.is_atom(self.vm().node_name()) {
                        return Sent::Remote;
                    }
                    // The name of another place may be unknown there without an error here.
                    match self.send_elsewhere(*name, message, may_wait) {
                        Sent::NoName => Sent::Done,
                        sent => sent,
                    }
                }
                _ => Sent::BadReceiver,
            },
            View::Port(_) => Sent::Port,
            View::External(external) if external.kind() != Kind::ExternalPort => Sent::Remote,
            _ => Sent::BadReceiver,
        }
    }
}

/// The number of an alias and whose it is; nothing when the reference is none.
pub(crate) fn alias_of(reference: Boxed<'_>) -> Option<(u64, Pid)> {
    let owner = Word(reference.raw(2));
    owner.is_pid().then(|| (reference.raw(1), Pid(owner.payload())))
}
