//! Threads for work that would hold a worker too long.
//!
//! Each kind has its own pool, so that slow disks do not keep computation waiting. Threads start when a job comes and
//! no thread is free, up to the pool's limit; beyond it jobs queue.

use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Arc, Condvar, Mutex};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a job does most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DirtyKind {
    /// It computes: no more threads than cores.
    Cpu,
    /// It waits for the operating system.
    Io,
}

/// Work for a thread that is no worker.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// The threads of both kinds.
pub(crate) struct Dirty {
    cpu: Arc<Threads>,
    io: Arc<Threads>,
}

struct Threads {
    name: &'static str,
    count_max: usize,
    state: Mutex<State>,
    ready: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    started: Vec<JoinHandle<()>>,
    /// Threads that wait, less those that were notified and have not come back yet.
    waiting: usize,
    closed: bool,
}

impl Dirty {
    pub(crate) fn new(cpu_max: usize, io_max: usize) -> Self {
        Self { cpu: Threads::new("dirty-cpu", cpu_max), io: Threads::new("dirty-io", io_max) }
    }

    /// Queues a job; gives it back if there will be no thread to run it.
    pub(crate) fn run(&self, kind: DirtyKind, job: Job) -> Result<(), Job> {
        match kind {
            DirtyKind::Cpu => Threads::run(&self.cpu, job),
            DirtyKind::Io => Threads::run(&self.io, job),
        }
    }

    /// Drops the jobs that have not begun, and waits for those that have.
    pub(crate) fn close(&self) {
        self.cpu.close();
        self.io.close();
    }
}

impl Threads {
    fn new(name: &'static str, count_max: usize) -> Arc<Self> {
        let count_max = count_max.max(1);
        Arc::new(Self { name, count_max, state: Mutex::default(), ready: Condvar::new() })
    }

    // Not a method: loom's Arc cannot be a receiver.
    fn run(this: &Arc<Self>, job: Job) -> Result<(), Job> {
        let mut state = this.state.lock();
        if state.closed {
            return Err(job);
        }
        if state.waiting > 0 {
            state.waiting -= 1;
            state.queue.push_back(job);
            this.ready.notify_one();
            return Ok(());
        }
        if state.started.len() < this.count_max {
            let threads = this.clone();
            let name = format!("{}-{}", this.name, state.started.len());
            match thread::spawn(name, move || threads.work()) {
                Ok(started) => state.started.push(started),
                Err(error) => tracing::warn!(%error, "no thread for dirty work could be started"),
            }
        }
        if state.started.is_empty() {
            return Err(job);
        }
        state.queue.push_back(job);
        Ok(())
    }

    fn work(&self) {
        while let Some(job) = self.next_job() {
            if catch_unwind(AssertUnwindSafe(job)).is_err() {
                tracing::error!(thread = self.name, "a dirty job panicked");
            }
        }
    }

    fn next_job(&self) -> Option<Job> {
        let mut state = self.state.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.queue.pop_front() {
                return Some(job);
            }
            state.waiting += 1;
            state = self.ready.wait(state);
        }
    }

    fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        let dropped = std::mem::take(&mut state.queue);
        let started = std::mem::take(&mut state.started);
        drop(state);
        self.ready.notify_all();
        drop(dropped);
        for thread in started {
            // It catches the panics of its jobs, and has none of its own.
            let _ = thread.join();
        }
    }
}
