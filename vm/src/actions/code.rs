//! Questions about old code, and taking it away.

use std::sync::Arc;

use purlin_heap::{Atom, Message, Pid, Term, am, pace};

use crate::code::purge::{Asker, CodeCheck, Pass, told};
use crate::native::{Context, Stop};
use crate::signal::Signal;

/// What came of a purge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purged {
    /// There was no old version.
    Nothing,
    /// It is gone, and nobody was killed for it.
    Unused,
    /// It is gone, and who ran it was killed.
    Killed,
    /// It is still run, and there.
    InUse,
}

/// A purge that goes on.
pub(crate) struct Purge {
    pass: Arc<Pass>,
    has_killed: bool,
}

/// Steps for asking one process, which may have to be woken.
const STEPS_PER_QUESTION: usize = 32;

impl<'h> Context<'h> {
    /// Whether the caller itself runs the old version of a module.
    pub fn runs_old(&self, module: Atom) -> bool {
        // SAFETY: the machine is this thread's own, and the field is only read.
        let called_at = unsafe { (*self.machine()).registers.ip }.cast::<u64>();
        let Some(version) = self.vm().code().old_version(module) else { return false };
        self.with(|process, _| process.runs(version, called_at))
    }

    /// Asks a process, which may be the caller, whether it runs the old version of a module, and has the caller told by
    /// `{check_process_code, Id, Runs}`.
    pub fn check_code_later(&self, pid: Pid, module: Atom, id: Term<'h>) {
        let (from, id) = (self.pid(), Message::copy_of(id));
        match self.vm().code().old_version(module) {
            None => drop(self.local().deliver(from, Signal::message(told(id, false)))),
            Some(version) => self.check(pid, CodeCheck { version, asker: Asker::Process { from, id } }),
        }
    }

    /// Takes the old version of a module away if nobody runs it, or, if `kills`, when all who do have been killed. `again` are
    /// the arguments of the native, as a list, which is called again until it is done.
    pub fn purge(&self, module: Atom, kills: bool, again: Term<'h>) -> Result<Purged, Stop<'h>> {
        let going_on = self.with(|process, _| process.rare_if_any().and_then(|rare| rare.purge.take()));
        let old = self.vm().code().old_version(module);
        let purge = match (going_on, old) {
            (Some(purge), Some(old)) if std::ptr::eq(purge.pass.version, old) => purge,
            // Somebody else was faster.
            (Some(purge), None) if purge.has_killed => return Ok(Purged::Killed),
            (_, None) => return Ok(Purged::Nothing),
            (_, Some(version)) => {
                return Err(self.ask_all(Pass::new(version, self.pid()), false, again));
            }
        };
        let Some(found) = purge.pass.outcome() else { return Err(self.wait_for(*purge, again)) };
        let version = purge.pass.version;
        if found.is_empty() {
            self.vm().code().forget_old(version);
            return Ok(if purge.has_killed { Purged::Killed } else { Purged::Unused });
        }
        if !kills {
            return Ok(Purged::InUse);
        }
        for pid in found {
            self.local().exit(pid, self.pid(), Message::copy_of(Term::atom(am::kill)));
        }
        Err(self.ask_all(Pass::new(version, self.pid()), true, again))
    }

    fn ask_all(&self, pass: Pass, has_killed: bool, again: Term<'h>) -> Stop<'h> {
        let pass = Arc::new(pass);
        for pid in self.processes() {
            pass.ask();
            self.check(pid, CodeCheck { version: pass.version, asker: Asker::Purge(pass.clone()) });
            pace::charge(STEPS_PER_QUESTION);
        }
        pass.answered(self.local(), None);
        self.wait_for(Purge { pass, has_killed }, again)
    }

    fn check(&self, pid: Pid, check: CodeCheck) {
        let local = self.local();
        if let Err(signal) = local.deliver(pid, Signal::CheckCode(Box::new(check))) {
            local.refuse(pid, signal);
        }
    }

    fn wait_for(&self, purge: Purge, again: Term<'h>) -> Stop<'h> {
        self.with(|process, _| process.rare_mut().purge = Some(Box::new(purge)));
        Stop::Wait(again)
    }
}
