//! Whole pools: workers that search and sleep, and threads that hand in tasks, set timers and stop them.
//!
//! A pool is stopped by the last of its own tasks, never from outside, where a wake-up that got lost is to be found:
//! stopping wakes everybody.

use super::{explore, sample};
use crate::sync::Arc;
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::{Clock, Config, Executor, Handle, Pool, Ran, Task, Worker};
use loom::thread;

/// What a model wants done on a worker.
struct Do(Work);

type Work = Box<dyn FnOnce(&mut Worker<Do>) + Send>;

impl Task for Do {
    type Timer = Do;
}

struct Doer;

impl Executor for Doer {
    type Task = Do;

    fn run(&mut self, worker: &mut Worker<Do>, task: Do) -> Ran<Do> {
        (task.0)(worker);
        Ran::Exited
    }

    fn fire(&mut self, worker: &mut Worker<Do>, timer: Do) {
        worker.schedule(timer);
    }
}

fn task(what: impl FnOnce(&mut Worker<Do>) + Send + 'static) -> Do {
    Do(Box::new(what))
}

fn pool(workers: usize) -> Pool<Do> {
    let config = Config { workers, clock: Clock::manual(0), ..Config::default() };
    Pool::start(&config, |_, _| Doer).unwrap()
}

/// A task that stops the pool if it is the last of `count`.
fn counted(seen: &Arc<AtomicUsize>, count: usize) -> Do {
    let seen = seen.clone();
    task(move |worker| {
        if seen.fetch_add(1, Ordering::Relaxed) + 1 == count {
            worker.handle().stop();
        }
    })
}

#[test]
fn an_injected_task_wakes_the_only_worker() {
    explore(3, || {
        let pool = pool(1);
        pool.handle().inject(task(|worker| worker.handle().stop()));
        pool.join().unwrap();
    });
}

#[test]
fn injections_from_two_threads_are_both_seen() {
    explore(2, || {
        let pool = pool(1);
        let seen = Arc::new(AtomicUsize::new(0));
        let (handle, last) = (pool.handle().clone(), counted(&seen, 2));
        let thread = thread::spawn(move || handle.inject(last));
        pool.handle().inject(counted(&seen, 2));
        thread.join().unwrap();
        pool.join().unwrap();
    });
}

#[test]
fn an_injected_task_wakes_one_of_two_workers() {
    explore(1, || {
        let pool = pool(2);
        pool.handle().inject(task(|worker| worker.handle().stop()));
        pool.join().unwrap();
    });
}

#[test]
fn tasks_made_ready_by_tasks_all_run() {
    sample(2, || {
        let pool = pool(2);
        let seen = Arc::new(AtomicUsize::new(0));
        pool.handle().inject(task(move |worker| {
            worker.enqueue(counted(&seen, 3));
            worker.schedule(counted(&seen, 3));
            worker.schedule(counted(&seen, 3));
        }));
        pool.join().unwrap();
    });
}

#[test]
fn a_timer_from_outside_wakes_its_worker() {
    explore(3, || {
        let pool = pool(1);
        pool.handle().set_timer(0, task(|worker| worker.handle().stop()));
        pool.join().unwrap();
    });
}

/// Registering a first source must get a sleeper into the poller. The stand-in's sources are never ready, so what
/// shows is that a worker in the poller is woken like any other.
#[test]
fn a_worker_in_the_poller_is_woken() {
    explore(2, || {
        let pool = pool(1);
        pool.handle().0.poller.add_source();
        pool.handle().0.notify();
        pool.handle().inject(task(|worker| worker.handle().stop()));
        pool.join().unwrap();
    });
}

#[test]
fn stopping_ends_all_and_drops_what_did_not_run() {
    sample(2, || {
        let pool = pool(2);
        let witness = Arc::new(());
        let kept = witness.clone();
        let handle: Handle<Do> = pool.handle().clone();
        let thread = thread::spawn(move || handle.inject(task(move |_| drop(kept))));
        pool.shutdown().unwrap();
        thread.join().unwrap();
        assert_eq!(Arc::strong_count(&witness), 1);
    });
}
