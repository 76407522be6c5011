//! One part at a time: parker, queue, timers, dirty threads.

use super::explore;
use crate::deque::Owner;
use crate::dirty::{Dirty, DirtyKind};
use crate::park::Parker;
use crate::poller::Poller;
use crate::queue::LocalQueue;
use crate::sync::Arc;
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::task::Task;
use crate::timers::{MOVES_MAX, Timers};
use loom::thread;

struct Number(usize);

impl Task for Number {
    type Timer = ();
}

#[test]
fn parking_loses_no_wake_up() {
    explore(4, || {
        let shared = Arc::new((Parker::new(), Poller::new(), AtomicUsize::new(0)));
        let other = shared.clone();
        let thread = thread::spawn(move || {
            other.2.store(1, Ordering::Relaxed);
            other.0.unpark(&other.1);
            other.2.store(2, Ordering::Relaxed);
            other.0.unpark(&other.1);
        });
        while shared.2.load(Ordering::Relaxed) != 2 {
            shared.0.park(None);
        }
        thread.join().unwrap();
    });
}

#[test]
fn parking_in_the_poller_loses_no_wake_up() {
    explore(4, || {
        let shared = Arc::new((Parker::new(), Poller::new(), AtomicUsize::new(0)));
        shared.1.add_source();
        let other = shared.clone();
        let thread = thread::spawn(move || {
            other.2.store(1, Ordering::Relaxed);
            other.0.unpark(&other.1);
        });
        while shared.2.load(Ordering::Relaxed) != 1 {
            let mut polling = shared.1.try_poll().unwrap();
            shared.0.park_in(&mut polling, None);
        }
        thread.join().unwrap();
    });
}

#[test]
fn a_thief_and_the_owner_run_each_task_once() {
    explore(3, || {
        let mut queue = LocalQueue::new();
        let stealers = queue.stealers();
        let thread = thread::spawn(move || {
            let mut mine = LocalQueue::new();
            let first = mine.steal_from(&stealers).map_or(0, |Number(bit)| bit);
            std::iter::from_fn(|| mine.pop()).fold(first, |seen, Number(bit)| seen + bit)
        });
        for number in 0..4 {
            queue.push_woken(Number(1 << number));
        }
        let seen = std::iter::from_fn(|| queue.pop()).fold(0, |seen, Number(bit)| seen + bit);
        assert_eq!(seen + thread.join().unwrap(), 0b1111);
    });
}

#[test]
fn a_timer_is_either_fired_or_cancelled() {
    explore(4, || {
        let timers = Arc::new(Timers::new(0));
        let (key, _) = timers.set(0, 0, "payload");
        let others = timers.clone();
        let thread = thread::spawn(move || others.cancel(key).is_some());
        let has_fired = timers.expire(1, &mut MOVES_MAX.clone()).is_some();
        assert!(has_fired != thread.join().unwrap());
    });
}

#[test]
fn dirty_threads_run_each_job_once_and_end() {
    explore(2, || {
        let dirty = Arc::new(Dirty::new(1, 1));
        let done = Arc::new(AtomicUsize::new(0));
        let other = (dirty.clone(), done.clone());
        let thread = thread::spawn(move || run_one(&other.0, &other.1));
        run_one(&dirty, &done);
        thread.join().unwrap();
        while done.load(Ordering::Acquire) < 2 {
            thread::yield_now();
        }
        dirty.close();
    });
}

fn run_one(dirty: &Dirty, done: &Arc<AtomicUsize>) {
    let done = done.clone();
    let job = move || {
        done.fetch_add(1, Ordering::Release);
    };
    assert!(dirty.run(DirtyKind::Io, Box::new(job)).is_ok());
}

#[test]
fn a_stolen_batch_is_whole() {
    explore(3, || {
        let from = Owner::new();
        (0..5).for_each(|number| from.push(number));
        let stealers = [from.stealer(), from.stealer()];
        let threads = stealers.map(|stealer| {
            thread::spawn(move || {
                let into = Owner::new();
                stealer.steal(&into).into_iter().chain(std::iter::from_fn(|| into.pop())).sum::<usize>()
            })
        });
        let taken: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(taken + std::iter::from_fn(|| from.pop()).sum::<usize>(), 10);
    });
}
