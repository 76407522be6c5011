//! What the scheduler knows of the things that it runs: the traits that its user fills in.

use crate::{Readiness, Worker};

/// How urgent a task is. Ready tasks that are `Max` run before all others of their worker, then those that are
/// `High`; `Low` ones run once for every eight `Normal` ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Priority {
    /// Runs only when its turn comes among normal tasks, or when there are none.
    Low,
    /// What nearly all tasks are; the only one whose path is tuned.
    #[default]
    Normal,
    /// Before normal and low.
    High,
    /// Before all others.
    Max,
}

impl Priority {
    /// How many priorities there are.
    pub const COUNT: usize = 4;
}

/// A handle to something that can run, the size of a pointer and cheap to move.
///
/// The scheduler holds at most one handle of each task, and its user sees to that: a task is handed in when it turns
/// ready, and not again until [`Executor::run`] has answered [`Ran::Waiting`] for it. A handle that is dropped (when
/// the pool shuts down with tasks still queued) will not run.
pub trait Task: Send + Sized + 'static {
    /// What a timer carries, and [`Executor::fire`] gets back.
    type Timer: Send + 'static;

    /// The priority under which to queue the task; asked each time that it is queued.
    fn priority(&self) -> Priority {
        Priority::Normal
    }
}

/// What became of a task after its slice.
#[derive(Debug, PartialEq, Eq)]
pub enum Ran<T> {
    /// It used up its slice and is still ready: queue it again, behind the others.
    Yielded(T),
    /// It waits. From the moment its executor made that visible, another thread may have made it ready and be running
    /// it, so its handle is gone from here.
    Waiting,
    /// It has ended.
    Exited,
}

/// The one that runs tasks. Each worker has its own, made on the worker's thread, so that it may own what a scheduler
/// owns (a register file, free lists) without being `Send`.
///
/// A panic in any of these methods stops the whole pool: [`Pool::join`](crate::Pool::join) reports it.
pub trait Executor: 'static {
    /// What it runs.
    type Task: Task;

    /// Runs `task` for one slice, about a millisecond at the most.
    fn run(&mut self, worker: &mut Worker<Self::Task>, task: Self::Task) -> Ran<Self::Task>;

    /// A timer of this worker's wheel is due.
    fn fire(&mut self, worker: &mut Worker<Self::Task>, timer: <Self::Task as Task>::Timer);

    /// A source that was [watched](crate::Handle::watch) under the number `source` has become ready.
    fn ready(&mut self, _worker: &mut Worker<Self::Task>, source: usize, readiness: Readiness) {
        tracing::debug!(source, ?readiness, "a source became ready that nobody waits for");
    }

    /// The worker has nothing to do and is about to sleep, for how long nobody knows: let go of what others wait for
    /// (an epoch, say). It may be called many times without anything having run in between.
    fn rest(&mut self, _worker: &mut Worker<Self::Task>) {}
}
