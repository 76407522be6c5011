//! Links and exit signals.

use crate::local::Local;
use crate::native::{Context, Stop};
use crate::process::{Link, Process};
use crate::signal::Signal;
use purlin_heap::{Message, Pid, Term, am};

/// What became of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// It is set up, or was there.
    Done,
    /// There is no such process, and the caller does not trap exits: `noproc` is to be raised.
    NoProcess,
}

impl<'h> Context<'h> {
    /// Links the caller to a process.
    pub fn link(&self, to: Pid) -> Linked {
        self.with(|process, local| link(process, local, to))
    }

    /// Takes a link back: it has no effect on the caller any more.
    pub fn unlink(&self, from: Pid) {
        self.with(|process, local| unlink(process, local, from));
    }

    /// Sends an exit signal. When the caller itself is meant the signal acts at once.
    pub fn exit(&self, to: Pid, reason: Term<'_>) -> Result<(), Stop<'h>> {
        let from = self.pid();
        let reason = Message::copy_of(reason);
        self.local().exit(to, from, reason);
        if to == from { self.handle_own_signals() } else { Ok(()) }
    }

    /// Handles what the caller has sent to itself; stops when it has ended by it.
    pub(crate) fn handle_own_signals(&self) -> Result<(), Stop<'h>> {
        let ended = self.with(|process, local| {
            while process.has_urgent_signals() && !process.is_ending() {
                process.handle_signals(local);
            }
            process.is_ending()
        });
        if ended { Err(Stop::Exit) } else { Ok(()) }
    }
}

fn link(process: &mut Process, local: &Local, to: Pid) -> Linked {
    let from = process.pid();
    if to == from || process.links.get(to) == Some(Link::Active) {
        return Linked::Done;
    }
    process.links.set(to, Link::Active);
    if local.deliver(to, Signal::Link { from }).is_ok() {
        return Linked::Done;
    }
    if !process.traps_exits() {
        process.links.remove(to);
        return Linked::NoProcess;
    }
    // It arrives as if the other end had sent it.
    let reason = Message::copy_of(Term::atom(am::noproc));
    let _ = local.deliver(from, Signal::LinkExit { from: to, reason });
    Linked::Done
}

fn unlink(process: &mut Process, local: &Local, to: Pid) {
    if process.links.get(to) != Some(Link::Active) {
        return;
    }
    let rare = process.rare_mut();
    rare.unlinks += 1;
    let (id, from) = (rare.unlinks, process.pid());
    process.links.set(to, Link::Unlinking(id));
    if local.deliver(to, Signal::Unlink { from, id }).is_err() {
        process.links.remove(to);
    }
}
