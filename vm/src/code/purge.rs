//! Taking the old version of a module away: see `docs/code.md`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use purlin_heap::{Build, Message, Pid, Term, am};
use purlin_scheduler::Raised;

use super::LoadedModule;
use crate::local::Local;
use crate::signal::Signal;

/// One round of asking all processes whether they run an old version.
pub(crate) struct Pass {
    /// Who asks.
    asker: Pid,
    /// Answers that have not come, and one while there are still some to be asked.
    left: AtomicUsize,
    /// Who runs it.
    found: Mutex<Vec<Pid>>,
}

impl Pass {
    pub(crate) fn new(asker: Pid) -> Pass {
        Pass { asker, left: AtomicUsize::new(1), found: Mutex::default() }
    }

    /// One more is asked.
    pub(crate) fn ask(&self) {
        self.left.fetch_add(1, Ordering::Relaxed);
    }

    /// One has answered, or all have been asked. The last answer wakes the asker.
    pub(crate) fn answered(&self, local: &Local, runs_it: Option<Pid>) {
        if let Some(pid) = runs_it {
            self.found.lock().push(pid);
        }
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            // A reply to no question wakes the process and says nothing else.
            let wake = Signal::Reply { number: 0, answer: Message::copy_of(Term::NIL) };
            let _ = local.deliver(self.asker, wake);
        }
    }

    /// Who runs the version, when all have answered.
    pub(crate) fn outcome(&self) -> Option<Vec<Pid>> {
        (self.left.load(Ordering::Acquire) == 0).then(|| std::mem::take(&mut *self.found.lock()))
    }
}

/// The question to a process whether it runs an old version.
pub(crate) struct CodeCheck {
    /// The version. It is not freed while the machine lives.
    pub(crate) version: &'static LoadedModule,
    pub(crate) asker: Asker,
}

/// Who wants to know.
pub(crate) enum Asker {
    /// A purge.
    Purge(Arc<Pass>),
    /// A process that waits for the answer to this.
    Question {
        /// It.
        from: Pid,
        /// The number of the question.
        number: u64,
        /// Held until it is answered.
        _raised: Option<Raised>,
    },
    /// A process, which is told by `{check_process_code, Id, Runs}`.
    Process {
        /// It.
        from: Pid,
        /// What the message names.
        id: Message,
    },
}

impl CodeCheck {
    /// Tells whether `pid` runs the version.
    pub(crate) fn answer(self, local: &Local, pid: Pid, runs: bool) {
        match self.asker {
            Asker::Purge(pass) => pass.answered(local, runs.then_some(pid)),
            Asker::Question { from, number, .. } => {
                let answer = Message::copy_of(Term::boolean(runs));
                let _ = local.deliver(from, Signal::Reply { number, answer });
            }
            Asker::Process { from, id } => {
                let _ = local.deliver(from, Signal::message(told(id, runs)));
            }
        }
    }
}

/// `{check_process_code, Id, Runs}`
pub(crate) fn told(id: Message, runs: bool) -> Message {
    Message::build(|b| b.tuple(&[Term::atom(am::check_process_code), b.adopt(id), Term::boolean(runs)]))
}
