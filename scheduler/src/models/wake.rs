//! Sleeping, searching and waking by themselves: workers that do nothing but take jobs from the injector, without what
//! else happens in a whole pool. So loom can go through all of it.

use super::explore;
use crate::idle::{Awake, Idle};
use crate::injector::Injector;
use crate::park::Parker;
use crate::poller::Poller;
use crate::sync::Arc;
use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::task::Task;
use loom::thread;

struct Job;

impl Task for Job {
    type Timer = ();
}

/// What a pool shares, as far as waking needs it.
struct Pool {
    injector: Injector<Job>,
    idle: Idle,
    parkers: Vec<Parker>,
    poller: Poller,
    left: AtomicUsize,
    is_over: AtomicBool,
}

impl Pool {
    fn new(workers: usize, jobs: usize) -> Arc<Self> {
        Arc::new(Self {
            injector: Injector::new(),
            idle: Idle::new(workers),
            parkers: (0..workers).map(|_| Parker::new()).collect(),
            poller: Poller::new(),
            left: AtomicUsize::new(jobs),
            is_over: AtomicBool::new(false),
        })
    }

    fn inject(&self) {
        assert!(self.injector.push(Job).is_ok());
        self.unpark(self.idle.choose_after_publishing());
    }

    fn unpark(&self, chosen: Option<u32>) {
        if let Some(chosen) = chosen {
            self.parkers[chosen as usize].unpark(&self.poller);
        }
    }

    fn take(&self) -> Option<Job> {
        let mut taken = None;
        self.injector.take(1, |job| taken = Some(job));
        taken
    }

    /// The least worker; `hold` is called with each job.
    fn work(&self, me: u32, hold: impl Fn(&Self)) {
        let mut searching = false;
        while !self.is_over.load(Ordering::Acquire) {
            if !searching {
                searching = self.idle.begin_search();
            }
            if self.take().is_some() {
                if std::mem::take(&mut searching) {
                    self.unpark(self.idle.end_search(|| self.injector.len() > 0));
                }
                hold(self);
                continue;
            }
            let sees_work = || self.injector.len() > 0 || self.is_over.load(Ordering::Acquire);
            let park = || self.parkers[me as usize].park(None);
            searching = self.idle.sleep(me, std::mem::take(&mut searching), sees_work, park) == Awake::Chosen;
        }
    }

    /// Counts a job; the last one ends all.
    fn count(&self) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.is_over.store(true, Ordering::Release);
            self.parkers.iter().for_each(|parker| parker.unpark(&self.poller));
        }
    }
}

#[test]
fn one_worker_misses_no_injection() {
    explore(3, || {
        let pool = Pool::new(1, 2);
        let (worker, other) = (pool.clone(), pool.clone());
        let threads =
            [thread::spawn(move || worker.work(0, Pool::count)), thread::spawn(move || other.inject())];
        pool.inject();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn two_workers_miss_no_injection() {
    explore(2, || {
        let pool = Pool::new(2, 1);
        let threads = [0, 1].map(|me| {
            let pool = pool.clone();
            thread::spawn(move || pool.work(me, Pool::count))
        });
        pool.inject();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// A worker that has found a job is busy until the other job has been found too: that one must reach the other worker,
/// though who injected it saw a searcher and woke nobody.
#[test]
fn a_searcher_that_found_a_job_leaves_none_behind() {
    explore(2, || {
        let pool = Pool::new(2, 2);
        let threads = [0, 1].map(|me| {
            let pool = pool.clone();
            let hold = |pool: &Pool| {
                pool.count();
                while !pool.is_over.load(Ordering::Acquire) {
                    thread::yield_now();
                }
            };
            thread::spawn(move || pool.work(me, hold))
        });
        pool.inject();
        pool.inject();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}
