//! Links and exit signals.

use crate::local::Local;
use crate::native::{Context, Stop};
use crate::process::{Flags, Link, Process, Rare};
use crate::signal::{ExitToAlias, Signal, alias_of};
use purlin_heap::{Boxed, Message, Pid, Term, am};

/// What became of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// It is set up, or was there.
    Done,
    /// There is no such process: the caller, which traps exits, gets a signal that says so.
    Gone,
    /// There is no such process, and the caller does not trap exits: `noproc` is to be raised.
    NoProcess,
}

impl<'h> Context<'h> {
    /// Links the caller to a process. Whether its exit signal, as a message, goes before ordinary ones follows from the last
    /// call.
    pub fn link(&self, to: Pid, is_priority: bool) -> Linked {
        self.with(|process, local| {
            if to != process.pid() {
                set_priority(process, to, is_priority);
            }
            let linked = link(process, local, to);
            if linked == Linked::Gone && is_priority {
                // As in OTP, where a link that never was turns nothing on.
                set_priority(process, to, false);
                let others = process.rare().is_some_and(Rare::takes_priority);
                set_priority(process, to, others);
            }
            linked
        })
    }

    /// Takes a link back: it has no effect on the caller any more.
    pub fn unlink(&self, from: Pid) {
        self.with(|process, local| unlink(process, local, from));
    }

    /// Sends an exit signal. When the caller itself is meant the signal acts at once.
    pub fn exit(&self, to: Pid, reason: Term<'_>) -> Result<(), Stop<'h>> {
        let from = self.pid();
        self.exit_later(to, reason);
        if to == from { self.handle_own_signals() } else { Ok(()) }
    }

    /// Sends an exit signal; the caller, if it is meant, goes on until it looks at its signals.
    pub fn exit_later(&self, to: Pid, reason: Term<'_>) {
        let (from, reason) = (self.pid(), Message::copy_of(reason));
        self.local().exit(to, from, reason);
    }

    /// Sends an exit signal to whoever holds an alias, if the reference is one. As a message it goes before ordinary ones
    /// if that is wished and the alias allows it.
    pub fn exit_alias(&self, to: Boxed<'h>, reason: Term<'_>, is_priority: bool) -> Result<(), Stop<'h>> {
        let Some((alias, owner)) = alias_of(to) else { return Ok(()) };
        let (from, reason) = (self.pid(), Message::copy_of(reason));
        let signal = ExitToAlias { alias, from, reason, is_priority };
        let _ = self.local().deliver(owner, Signal::ExitToAlias(Box::new(signal)));
        if owner == from { self.handle_own_signals() } else { Ok(()) }
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
        set_priority(process, to, false);
        process.links.remove(to);
        return Linked::NoProcess;
    }
    // It arrives as if the other end had sent it.
    let reason = Message::copy_of(Term::atom(am::noproc));
    let _ = local.deliver(from, Signal::LinkExit { from: to, reason });
    Linked::Gone
}

fn set_priority(process: &mut Process, to: Pid, is_priority: bool) {
    if let Some(rare) = process.rare_if_any() {
        rare.priority_links.remove(to.0);
    }
    if is_priority {
        process.flags.set(Flags::TAKES_PRIORITY, true);
        process.rare_mut().priority_links.insert(to.0, ());
    }
}

fn unlink(process: &mut Process, local: &Local, to: Pid) {
    set_priority(process, to, false);
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
