//! Work on the threads for long work, which a native waits for while its process sleeps.
//!
//! The process itself stays where it is: it takes signals and can be asked and killed meanwhile. What it has begun is done to its
//! end in any case, and then dropped if nobody waits for it any more.

use crate::local::Local;
use crate::native::{Context, Stop};
use crate::signal::Signal;
use parking_lot::Mutex;
use purlin_heap::{Build, Term};
pub use purlin_scheduler::DirtyKind;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

/// What a job has given, or its panic.
type Result = std::thread::Result<Box<dyn Any + Send>>;

/// A job that a process waits for, and the place for its result.
#[derive(Clone, Default)]
pub(crate) struct Work(Arc<Mutex<Option<Result>>>);

impl<'h> Context<'h> {
    /// Has work done on a thread for long work, and gives its result: `again` are the arguments of the native, which is called
    /// again until that is there. `prepare` makes the job, in the first of these calls. A native waits for one job in all.
    ///
    /// # Panics
    /// With the panic of the job.
    pub fn work<R, J>(
        &self,
        kind: DirtyKind,
        again: &[Term<'h>],
        prepare: impl FnOnce() -> std::result::Result<J, Stop<'h>>,
    ) -> std::result::Result<R, Stop<'h>>
    where
        R: Send + 'static,
        J: FnOnce() -> R + Send + 'static,
    {
        if !self.with(|process, _| process.rare().is_some_and(|rare| rare.work.is_some())) {
            let job = prepare()?;
            self.begin_work(kind, Box::new(move || Box::new(job())));
        }
        let result = self.with(|process, local| {
            process.handle_signals(local);
            if process.is_ending() {
                return Err(Stop::Exit);
            }
            let rare = process.rare_mut();
            let result = rare.work.as_ref().and_then(|work| work.0.lock().take());
            if result.is_some() {
                rare.work = None;
            }
            Ok(result)
        })?;
        match result {
            None => Err(Stop::Wait(self.heap().list(again))),
            Some(Ok(value)) => Ok(*value.downcast().expect("a process waits for one job at a time")),
            Some(Err(panic)) => resume_unwind(panic),
        }
    }

    fn begin_work(&self, kind: DirtyKind, job: Box<dyn FnOnce() -> Box<dyn Any + Send> + Send>) {
        let work = Work::default();
        let (place, vm, pid) = (work.clone(), self.weak_vm(), self.pid());
        self.with(|process, _| process.rare_mut().work = Some(work));
        let run = Box::new(move || {
            let result = catch_unwind(AssertUnwindSafe(job));
            *place.0.lock() = Some(result);
            if let Some(vm) = vm.upgrade() {
                let _ = Local::new(&vm).deliver(pid, Signal::Nudge);
            }
        });
        // Without a thread it is done here: that holds others up, but is done.
        if let Err(run) = self.vm().handle().run_dirty(kind, run) {
            run();
        }
    }

    /// Has something done on a thread for long work that nobody waits for.
    pub fn work_unwatched(&self, kind: DirtyKind, job: Box<dyn FnOnce() + Send>) {
        self.vm().work_unwatched(kind, job);
    }
}

impl crate::Vm {
    /// Has something done on a thread for long work that nobody waits for.
    pub fn work_unwatched(&self, kind: DirtyKind, job: Box<dyn FnOnce() + Send>) {
        if let Err(job) = self.handle().run_dirty(kind, job) {
            job();
        }
    }
}
