//! Questions about old code, and taking it away.

use std::sync::{Arc, Weak};

use purlin_heap::{Atom, Fun, Message, Pid, Term, am, pace};

use crate::code::LoadedModule;
use crate::code::purge::{Asker, CodeCheck, Pass, told};
use crate::local::Local;
use crate::native::{Context, Stop};
use crate::signal::Signal;
use crate::vm::Vm;

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
    /// Who has been asked since it began, or since somebody was last killed, in the order of pids.
    asked: Vec<Pid>,
    /// Whether those have been asked, too, that were being spawned when it began.
    is_last: bool,
    has_killed: bool,
    begun: Begun,
}

/// That a purge of a version has begun. Dropped, it is given up.
struct Begun {
    version: &'static LoadedModule,
    vm: Weak<Vm>,
}

impl Begun {
    fn new(cx: &Context<'_>, version: &'static LoadedModule) -> Begun {
        cx.vm().code().begin_purge(version);
        Begun { version, vm: cx.weak_vm() }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let Some(vm) = self.vm.upgrade() {
            end_purge(&Local::new(&vm), self.version, false);
        }
    }
}

/// Ends a purge. Who has called a fun of the version meanwhile goes on.
fn end_purge(local: &Local, version: &'static LoadedModule, is_gone: bool) {
    for waiter in local.vm().code().end_purge(version, is_gone) {
        let _ = local.deliver(waiter, Signal::Resume);
    }
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
            (Some(purge), Some(old)) if std::ptr::eq(purge.begun.version, old) => purge,
            // Somebody else was faster.
            (Some(purge), None) if purge.has_killed => return Ok(Purged::Killed),
            (_, None) => return Ok(Purged::Nothing),
            (_, Some(version)) => {
                let begun = Begun::new(self, version);
                let pass = Arc::new(Pass::new(self.pid()));
                let purge = Purge { pass, asked: Vec::new(), is_last: false, has_killed: false, begun };
                return Err(self.ask_others(purge, again));
            }
        };
        let Some(found) = purge.pass.outcome() else { return Err(self.wait_for(*purge, again)) };
        let Purge { asked, is_last, has_killed, begun, .. } = *purge;
        let version = begun.version;
        let pass = Arc::new(Pass::new(self.pid()));
        if found.is_empty() && is_last {
            self.take_away(version);
            return Ok(if has_killed { Purged::Killed } else { Purged::Unused });
        }
        if found.is_empty() {
            return Err(self.ask_others(Purge { pass, asked, is_last: true, has_killed, begun }, again));
        }
        if !kills {
            return Ok(Purged::InUse);
        }
        for pid in found {
            self.local().exit(pid, self.pid(), Message::copy_of(Term::atom(am::kill)));
        }
        let purge = Purge { pass, asked: Vec::new(), is_last: false, has_killed: true, begun };
        Err(self.ask_others(purge, again))
    }

    /// One step of a purge that somebody else drives: begins it; false when there is no old version.
    pub fn prepare_purge(&self, module: Atom) -> bool {
        let version = self.vm().code().old_version(module);
        version.inspect(|version| self.vm().code().begin_purge(version)).is_some()
    }

    /// Ends a purge that [`Context::prepare_purge`] has begun: takes the version away, of which the caller has found that nobody runs it, or
    /// leaves it as it was. False when no such purge goes on.
    pub fn finish_purge(&self, module: Atom, takes_away: bool) -> bool {
        let code = self.vm().code();
        let Some(version) = code.old_version(module).filter(|version| code.is_purging_version(version))
        else {
            return false;
        };
        match takes_away {
            true => self.take_away(version),
            false => end_purge(self.local(), version, false),
        }
        true
    }

    /// Has the caller suspended until it is known what becomes of the code of a fun; false when that is known.
    pub fn wait_for_purge(&self, fun: Fun<'h>) -> bool {
        // It is suspended before anybody resumes it.
        let _ = self.local().deliver(self.pid(), Signal::Suspend);
        let waits = self.vm().code().await_purge(fun.entry(), self.pid());
        if !waits {
            let _ = self.local().deliver(self.pid(), Signal::Resume);
        }
        waits
    }

    fn take_away(&self, version: &'static LoadedModule) {
        self.vm().code().forget_old(version);
        end_purge(self.local(), version, true);
    }

    /// Asks all who have not been asked yet.
    fn ask_others(&self, mut purge: Purge, again: Term<'h>) -> Stop<'h> {
        let mut others = self.processes();
        others.retain(|pid| purge.asked.binary_search(pid).is_err());
        for &pid in &others {
            purge.pass.ask();
            let asker = Asker::Purge(purge.pass.clone());
            self.check(pid, CodeCheck { version: purge.begun.version, asker });
            pace::charge(STEPS_PER_QUESTION);
        }
        purge.pass.answered(self.local(), None);
        purge.asked.extend(others);
        purge.asked.sort_unstable();
        self.wait_for(purge, again)
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
