//! A pool without threads: its one worker is driven step by step by whoever holds it.

use crate::shared::{Handle, Shared};
use crate::worker::{Worker, WorkerId};
use crate::{Config, Executor};
use std::time::Duration;

/// One worker on the current thread, for tests and for programs that want no threads. With a virtual clock and no
/// other thread involved, its runs are always the same.
pub struct Solo<E: Executor> {
    worker: Worker<E::Task>,
    executor: E,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A task ran for one slice.
    Ran,
    /// There is nothing to run before this moment of monotonic time (a timer), or before something comes from outside.
    Idle(Option<u64>),
    /// Somebody has called [`Handle::stop`].
    Stopped,
}

impl<E: Executor> Solo<E> {
    /// A worker; `config.workers` is taken as one.
    pub fn new(config: &Config, executor: impl FnOnce(WorkerId, &Handle<E::Task>) -> E) -> Self {
        let (shared, mut queues) = Shared::new(&Config { workers: 1, ..config.clone() });
        let queue = queues.pop().expect("there is one worker");
        let id = WorkerId(0);
        let executor = executor(id, &Handle(shared.clone()));
        Self { worker: Worker::new(shared, id, queue), executor }
    }

    /// What other threads use to reach the worker.
    pub fn handle(&self) -> &Handle<E::Task> {
        self.worker.handle()
    }

    /// The executor and its worker, between two steps.
    pub fn parts(&mut self) -> (&mut E, &mut Worker<E::Task>) {
        (&mut self.executor, &mut self.worker)
    }

    /// Runs the next task, if there is one. Does not wait.
    pub fn step(&mut self) -> Step {
        let mut task = self.worker.next_own(&mut self.executor);
        if task.is_none() {
            self.worker.look(&mut self.executor);
            task = self.worker.next_own(&mut self.executor);
        }
        if self.worker.is_stopping() {
            return Step::Stopped;
        }
        let Some(task) = task else { return Step::Idle(self.worker.next_timer_ns()) };
        self.worker.run(&mut self.executor, task);
        Step::Ran
    }

    /// Runs tasks until `done`, or until stopped. Where there is nothing to run a virtual clock moves on to the next
    /// timer; a real one is waited for.
    pub fn run_until(&mut self, mut done: impl FnMut(&mut E) -> bool) {
        while !done(&mut self.executor) {
            match self.step() {
                Step::Ran => {}
                Step::Stopped => return,
                Step::Idle(next_ns) => self.wait(next_ns),
            }
        }
    }

    fn wait(&mut self, next_ns: Option<u64>) {
        let clock = self.handle().clock();
        match next_ns {
            Some(next_ns) if clock.is_virtual() => {
                clock.advance(Duration::from_nanos(next_ns.saturating_sub(clock.monotonic_ns())));
            }
            _ => self.worker.sleep(&mut self.executor),
        }
    }
}

impl<E: Executor> Drop for Solo<E> {
    fn drop(&mut self) {
        self.handle().stop();
        self.handle().0.close();
    }
}
