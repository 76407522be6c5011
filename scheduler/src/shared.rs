//! What the workers of one pool and all who hold its handle share.

use crate::dirty::{Dirty, DirtyKind};
use crate::idle::Idle;
use crate::injector::Injector;
use crate::load::{Load, Meter};
use crate::park::Parker;
use crate::poller::Poller;
use crate::queue::{LocalQueue, Stealers};
use crate::sync::Arc;
use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::timers::Timers;
use crate::{Clock, Config, Task, TimerKey, WorkerId};
use crossbeam_utils::CachePadded;
use mio::Interest;
use mio::event::Source;
use std::io;
// Not the modelled atomics: no protocol rests on this count.
use std::sync::atomic::AtomicUsize as Count;

/// A pool, seen from any thread. Clones are cheap and mean the same pool.
pub struct Handle<T: Task>(pub(crate) Arc<Shared<T>>);

pub(crate) struct Shared<T: Task> {
    pub(crate) remotes: Box<[CachePadded<Remote<T>>]>,
    pub(crate) injector: Injector<T>,
    pub(crate) idle: Idle,
    pub(crate) stopping: AtomicBool,
    pub(crate) clock: Clock,
    pub(crate) poller: Poller,
    pub(crate) dirty: Dirty,
    pub(crate) seed: u64,
    /// How many [`Raised`] there are.
    pub(crate) raised: std::sync::Arc<Count>,
    /// So many workers, the first ones, run tasks.
    pub(crate) online: Count,
    /// Which wheel takes the next timer that no worker sets.
    next_wheel: AtomicUsize,
}

/// While it lives, workers see to it that queued tasks whose priority has been raised meanwhile come into their own:
/// each looks through its queues when it looks around.
pub struct Raised(std::sync::Arc<Count>);

impl Drop for Raised {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The parts of a worker that others reach.
pub(crate) struct Remote<T: Task> {
    pub(crate) stealers: Stealers<T>,
    pub(crate) timers: Timers<T::Timer>,
    pub(crate) parker: Parker,
    pub(crate) meter: std::sync::Arc<Meter>,
}

impl<T: Task> Shared<T> {
    /// The shared part of a pool, and the queues that its workers will own.
    pub(crate) fn new(config: &Config) -> (Arc<Self>, Vec<LocalQueue<T>>) {
        let count = config.workers.clamp(1, WorkerId::COUNT_MAX);
        let queues: Vec<LocalQueue<T>> = (0..count).map(|_| LocalQueue::new()).collect();
        let now_ns = config.clock.monotonic_ns();
        let remotes = queues.iter().map(|queue| {
            let (stealers, timers) = (queue.stealers(), Timers::new(now_ns));
            let meter = std::sync::Arc::new(Meter::new(now_ns));
            CachePadded::new(Remote { stealers, timers, parker: Parker::new(), meter })
        });
        let shared = Self {
            remotes: remotes.collect(),
            injector: Injector::new(),
            idle: Idle::new(count),
            stopping: AtomicBool::new(false),
            clock: config.clock.clone(),
            poller: Poller::new(),
            dirty: Dirty::new(config.dirty_cpu_max, config.dirty_io_max),
            seed: config.seed,
            raised: std::sync::Arc::default(),
            online: Count::new(count),
            next_wheel: AtomicUsize::new(0),
        };
        (Arc::new(shared), queues)
    }

    pub(crate) fn remote(&self, worker: WorkerId) -> &Remote<T> {
        &self.remotes[worker.index()]
    }

    pub(crate) fn unpark(&self, worker: WorkerId) {
        self.remote(worker).parker.unpark(&self.poller);
    }

    /// Wakes a worker if one sleeps and none searches, after the caller has made something visible to all.
    pub(crate) fn notify(&self) {
        if let Some(worker) = self.idle.choose_after_publishing() {
            self.unpark(WorkerId(worker));
        }
    }

    /// Wakes a worker likewise to share what the caller's own queue holds.
    #[inline]
    pub(crate) fn ask_for_help(&self) {
        if let Some(worker) = self.idle.choose() {
            self.unpark(WorkerId(worker));
        }
    }

    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.unpark_all();
    }

    fn unpark_all(&self) {
        for worker in 0..self.remotes.len() {
            self.unpark(WorkerId(worker as u32));
        }
    }

    /// Drops what will not run, when no worker is left.
    pub(crate) fn close(&self) {
        drop(self.injector.close());
        self.dirty.close();
        for remote in &self.remotes {
            remote.timers.close();
        }
    }
}

impl<T: Task> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Task> Handle<T> {
    /// Queues a task from a thread that is no worker of the pool. After the pool has ended the task is dropped.
    pub fn inject(&self, task: T) {
        if self.0.injector.push(task).is_ok() {
            self.0.notify();
        }
    }

    /// How many workers there are.
    pub fn workers(&self) -> usize {
        self.0.remotes.len()
    }

    /// How many of the workers run tasks.
    pub fn online(&self) -> usize {
        self.0.online.load(Ordering::Acquire)
    }

    /// Has only so many workers run tasks, one at least; how many it were before. The others hand over what they have when
    /// their present slices are over, and only look after their timers.
    pub fn set_online(&self, count: usize) -> usize {
        let former = self.0.online.swap(count.clamp(1, self.workers()), Ordering::AcqRel);
        self.0.unpark_all();
        former
    }

    /// The load of each worker at this moment.
    pub fn loads(&self) -> Vec<Load> {
        let now_ns = self.0.clock.monotonic_ns();
        let load = |remote: &CachePadded<Remote<T>>| remote.meter.load(now_ns, remote.stealers.len());
        self.0.remotes.iter().map(load).collect()
    }

    /// How many tasks came from outside and wait for a worker.
    pub fn injected(&self) -> usize {
        self.0.injector.len()
    }

    /// How many tasks are ready but not running: a momentary view.
    pub fn queued(&self) -> usize {
        let local: usize = self.0.remotes.iter().map(|remote| remote.stealers.len()).sum();
        self.0.injector.len() + local
    }

    /// Says that the priority of a task is raised that may be queued already. The task finds its place when the worker
    /// that has it looks around, as long as the answer is held.
    pub fn raise(&self) -> Raised {
        self.0.raised.fetch_add(1, Ordering::Relaxed);
        Raised(self.0.raised.clone())
    }

    /// The pool's clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Sets a timer from any thread, for a moment on the pool's monotonic clock. Workers use
    /// [`Worker::set_timer`](crate::Worker::set_timer).
    pub fn set_timer(&self, deadline_ns: u64, timer: T::Timer) -> TimerKey {
        let worker = self.0.next_wheel.fetch_add(1, Ordering::Relaxed) % self.0.remotes.len();
        let worker = WorkerId(worker as u32);
        let now_ns = self.0.clock.monotonic_ns();
        let (key, is_earlier) = self.0.remote(worker).timers.set(now_ns, deadline_ns, timer);
        if is_earlier {
            self.0.unpark(worker);
        }
        TimerKey { worker, key }
    }

    /// Cancels a timer of any worker, from any thread: its deadline and what it carried, unless it has fired. Either
    /// this gets what it carried or [`Executor::fire`](crate::Executor::fire) does, never both.
    pub fn cancel_timer(&self, timer: TimerKey) -> Option<(u64, T::Timer)> {
        self.0.remotes.get(timer.worker.index())?.timers.cancel(timer.key)
    }

    /// When a timer will fire, unless it has: rounded up to milliseconds.
    pub fn timer_deadline_ns(&self, timer: TimerKey) -> Option<u64> {
        self.0.remotes.get(timer.worker.index())?.timers.deadline_ns(timer.key)
    }

    /// Runs `job` on a thread for long work. The job itself makes known that it is done, by
    /// [`inject`](Self::inject). A panic in it is caught and logged, nothing more: who waits for the job must learn of
    /// it from the job. The answer is the job if the pool has ended or no thread can be had.
    pub fn run_dirty(
        &self,
        kind: DirtyKind,
        job: Box<dyn FnOnce() + Send>,
    ) -> Result<(), Box<dyn FnOnce() + Send>> {
        self.0.dirty.run(kind, job)
    }

    /// Has the poller watch a source; [`Executor::ready`](crate::Executor::ready) is told `id` when it gets ready.
    /// Readiness is told once when it begins (edge-triggered): use the source until it would block.
    pub fn watch(&self, source: &mut impl Source, id: usize, interest: Interest) -> io::Result<()> {
        self.0.poller.register(source, id, interest)?;
        // If all sleep on their own, one must now sleep in the poller.
        self.0.notify();
        Ok(())
    }

    /// Changes what a watched source is watched for.
    pub fn rewatch(&self, source: &mut impl Source, id: usize, interest: Interest) -> io::Result<()> {
        self.0.poller.reregister(source, id, interest)
    }

    /// Ends the watching of a source. What it became ready for before may still be told.
    pub fn unwatch(&self, source: &mut impl Source) -> io::Result<()> {
        self.0.poller.deregister(source)
    }

    /// Asks the workers to end after their current slices. Does not wait: [`Pool::join`](crate::Pool::join) does.
    pub fn stop(&self) {
        self.0.stop();
    }
}
