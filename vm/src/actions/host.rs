//! What natives need that are processes of their own: taking messages, having functions called, being sent to from
//! threads outside of the machine.

use crate::limits::Tree;
use crate::local::Local;
use crate::native::{Context, Stop};
use crate::process::{self, Parent, Peek, Prepared, Start, TooManyProcesses};
use crate::signal::Signal;
use crate::{EndCallback, Vm};
use purlin_heap::{Message, Mfa, Pid, Term};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

/// What a native finds in the mailbox of its process.
pub enum Received<'h> {
    /// A message, taken out.
    Message(Term<'h>),
    /// Nothing: to be answered with [`Stop::Wait`].
    Nothing,
    /// Others must run first: to be answered with [`Stop::Again`].
    Later,
}

/// Sends to a process, from any thread, as long as the machine lives.
#[derive(Clone)]
pub struct Sender {
    vm: Weak<Vm>,
    to: Pid,
}

impl Sender {
    /// Sends a message; tells whether the machine still lives.
    pub fn send(&self, message: Message) -> bool {
        let Some(vm) = self.vm.upgrade() else { return false };
        let _ = Local::new(&vm).deliver(self.to, Signal::message(message));
        true
    }

    /// Sends a message to another process; tells whether that lives.
    pub fn send_to(&self, to: Pid, message: Message) -> bool {
        let Some(vm) = self.vm.upgrade() else { return false };
        Local::new(&vm).deliver(to, Signal::message(message)).is_ok()
    }
}

impl Sender {
    /// The machine, if it still lives.
    pub fn vm(&self) -> Option<Arc<Vm>> {
        self.vm.upgrade()
    }

    /// Whether a process lives.
    pub fn is_alive(&self, pid: Pid) -> bool {
        let Some(vm) = self.vm.upgrade() else { return false };
        let local = Local::new(&vm);
        let guard = local.pin();
        vm.processes().lookup(pid, &guard).is_some_and(|block| !block.shared().is_exiting())
    }

    /// Has something done when a process ends, be it the sender's or another. False when that has ended already, and nothing
    /// will be done.
    pub fn at_end_of(&self, pid: Pid, on_end: EndCallback) -> bool {
        let Some(vm) = self.vm.upgrade() else { return true };
        let local = Local::new(&vm);
        let number = local.unique_number();
        vm.await_end_as(number, pid, on_end);
        let guard = local.pin();
        let block = vm.processes().lookup(pid, &guard);
        // Of one that is just ending we do not know whether it has looked: if it has, it has taken the callback.
        block.is_some_and(|block| block.shared().set_awaited()) || !vm.await_no_more(number, pid)
    }

    /// The tree that a process belongs to, if it lives and has one. See [`crate::limits`].
    pub fn tree_of(&self, pid: Pid) -> Option<Arc<Tree>> {
        let vm = self.vm.upgrade()?;
        let local = Local::new(&vm);
        let guard = local.pin();
        let block = vm.processes().lookup(pid, &guard)?;
        block.shared().ledger().and_then(|ledger| ledger.tree()).cloned()
    }
}

impl<'h> Context<'h> {
    /// The tree that the calling process belongs to, if its memory counts for one.
    pub fn tree(&self) -> Option<Arc<Tree>> {
        self.with(|process, _| process.shared().ledger().and_then(|ledger| ledger.tree()).cloned())
    }

    /// Takes the first message out of the mailbox.
    pub fn receive(&self) -> Result<Received<'h>, Stop<'h>> {
        let taken = self.with(|process, local| match process.peek(local) {
            Peek::Message(_) => Ok(Some(process.take(local))),
            Peek::Empty => Ok(None),
            Peek::Later => Err(Received::Later),
            Peek::Ending => Err(Received::Nothing),
        });
        match taken {
            // SAFETY: a term of the heap from now on.
            Ok(Some(word)) => Ok(Received::Message(unsafe { self.term(word) })),
            Ok(None) => Ok(Received::Nothing),
            Err(Received::Later) => Ok(Received::Later),
            Err(_) => Err(Stop::Exit),
        }
    }

    /// What `look` tells of the first message, which stays in the mailbox; nothing when there is none.
    pub fn first_message<R>(&self, look: impl FnOnce(Term<'_>) -> R) -> Result<Option<R>, Stop<'h>> {
        loop {
            match self.with(|process, local| process.peek(local)) {
                // SAFETY: a message stays in the mailbox meanwhile.
                Peek::Message(root) => return Ok(Some(look(unsafe { Term::from_word(root) }))),
                Peek::Later => {}
                Peek::Empty => return Ok(None),
                Peek::Ending => return Err(Stop::Exit),
            }
        }
    }

    /// Has something done when the calling process ends.
    pub fn at_end(&self, on_end: EndCallback) {
        self.with(|process, _| process.flags.set(process::Flags::AWAITED, true));
        self.vm().await_end(self.pid(), on_end);
    }

    /// Reductions that the calling process has done.
    pub fn own_reductions(&self) -> u64 {
        self.settle_reductions();
        self.with(|process, _| process.reductions)
    }

    /// Reductions of all processes: those of slices that are over, and of the caller's so far.
    pub fn total_reductions(&self) -> u64 {
        self.settle_reductions();
        let own = self.with(|process, local| process.reductions.saturating_sub(local.slice_began_at.get()));
        self.vm().handle().loads().iter().map(|load| load.reductions).sum::<u64>() + own
    }

    /// What is left of the calling process's slice, in reductions.
    pub fn reductions_left(&self) -> i64 {
        let machine = self.machine();
        // SAFETY: the machine is this thread's own; the call stored what was left when it began.
        unsafe { (*machine).registers.reductions - (*machine).pace.reductions() }
    }

    /// Counts what the calling process has done in its slice so far, which is counted at its end otherwise, and before that
    /// where it was interrupted.
    pub(crate) fn settle_reductions(&self) {
        let machine = self.machine();
        // SAFETY: as above; the slice is shortened by what is counted.
        let done = unsafe {
            let left = (*machine).registers.reductions;
            std::mem::replace(&mut (*machine).slice, left) - left
                + std::mem::take(&mut (*machine).interrupted)
        };
        self.with(|process, _| process.reductions += done.max(0) as u64);
    }

    /// The machine, for what may outlive it.
    pub fn weak_vm(&self) -> Weak<Vm> {
        Arc::downgrade(self.local().shared_vm())
    }

    /// What sends to the calling process from elsewhere.
    pub fn sender(&self) -> Sender {
        Sender { vm: self.weak_vm(), to: self.pid() }
    }

    /// Has a function called in a process of its own, and `on_end` with what became of it.
    pub fn spawn_awaited(
        &self,
        name: Mfa,
        arguments: &[Term<'_>],
        on_end: EndCallback,
    ) -> Result<Pid, TooManyProcesses> {
        let ip = self.vm().code().export(name).address.load(Ordering::Acquire);
        // Whoever is told of the end is told of errors, too.
        let mut flags = process::Flags::default();
        flags.set(process::Flags::SENSITIVE, true);
        let options =
            process::SpawnOptions { on_end: Some(on_end), flags, ..process::SpawnOptions::default() };
        let start = Start { ip, arguments, initial: name };
        let prepared = Prepared::new(self.vm(), &start, None);
        self.with(|process, local| process::spawn(local, Parent::Process(process), prepared, options))
    }
}
