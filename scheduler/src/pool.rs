//! The workers as threads: starting, stopping, waiting for them.

use crate::shared::{Handle, Shared};
use crate::sync::Arc;
use crate::sync::thread::{self, JoinHandle};
use crate::worker::{Worker, WorkerId};
use crate::{Clock, Executor, Task};
use std::fmt;
use std::io;

/// What a pool is made from.
#[derive(Clone, Debug)]
pub struct Config {
    /// Workers, each a thread: by default one a core.
    pub workers: usize,
    /// The most threads for dirty work that computes: by default one a core.
    pub dirty_cpu_max: usize,
    /// The most threads for dirty work that waits: by default 10.
    pub dirty_io_max: usize,
    /// What time it is. Workers of a [`Pool`] sleep in real time; a virtual clock is for [`Solo`](crate::Solo).
    pub clock: Clock,
    /// Where the choice of victims to steal from begins.
    pub seed: u64,
    /// What the threads' names begin with.
    pub thread_name: String,
}

impl Default for Config {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            workers: cores,
            dirty_cpu_max: cores,
            dirty_io_max: 10,
            clock: Clock::real(),
            seed: 0,
            thread_name: "scheduler".into(),
        }
    }
}

/// Running workers. Dropping it stops them and waits for them.
pub struct Pool<T: Task> {
    handle: Handle<T>,
    threads: Vec<JoinHandle<()>>,
}

/// An executor panicked, so the pool has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerPanicked;

impl fmt::Display for WorkerPanicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scheduler thread panicked")
    }
}

impl std::error::Error for WorkerPanicked {}

impl<T: Task> Pool<T> {
    /// Starts the workers. `executor` makes the executor of each, on the worker's own thread.
    pub fn start<E, F>(config: &Config, executor: F) -> io::Result<Self>
    where
        E: Executor<Task = T>,
        F: Fn(WorkerId, &Handle<T>) -> E + Send + Sync + 'static,
    {
        let (shared, queues) = Shared::new(config);
        let executor = Arc::new(executor);
        // Dropped early, when a thread cannot be started, it ends the others.
        let mut pool = Self { handle: Handle(shared.clone()), threads: Vec::new() };
        for (index, queue) in queues.into_iter().enumerate() {
            let (shared, executor) = (shared.clone(), executor.clone());
            let body = move || {
                let _guard = StopWhenDropped(shared.clone());
                let id = WorkerId(index as u32);
                let mut executor = executor(id, &Handle(shared.clone()));
                Worker::new(shared, id, queue).drive(&mut executor);
            };
            pool.threads.push(thread::spawn(format!("{}-{index}", config.thread_name), body)?);
        }
        Ok(pool)
    }

    /// What other threads use to reach the pool.
    pub fn handle(&self) -> &Handle<T> {
        &self.handle
    }

    /// Waits until the pool has been [stopped](Handle::stop) and all its threads have ended. Tasks that are still
    /// queued and timers that are still set are dropped. Dirty jobs that run are waited for.
    pub fn join(mut self) -> Result<(), WorkerPanicked> {
        self.end()
    }

    /// Stops the workers and waits for them, as [`join`](Self::join) does.
    pub fn shutdown(self) -> Result<(), WorkerPanicked> {
        self.handle.stop();
        self.join()
    }

    fn end(&mut self) -> Result<(), WorkerPanicked> {
        let mut result = Ok(());
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                result = Err(WorkerPanicked);
            }
        }
        self.handle.0.close();
        result
    }
}

impl<T: Task> Drop for Pool<T> {
    fn drop(&mut self) {
        self.handle.stop();
        // Who wants to know of a panic calls `join`.
        let _ = self.end();
    }
}

/// A worker that ends, for whatever reason, ends all.
struct StopWhenDropped<T: Task>(Arc<Shared<T>>);

impl<T: Task> Drop for StopWhenDropped<T> {
    fn drop(&mut self) {
        self.0.stop();
    }
}
