//! Pools from the outside: everything handed in runs, timers fire, sources wake, panics and shutdown behave.
#![cfg(not(loom))]

use purlin_scheduler::{Config, DirtyKind, Executor, Handle, Pool, Ran, Task, Worker};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

/// What a test wants done on a worker.
struct Do(Work);

type Work = Box<dyn FnOnce(&mut Worker<Do>) + Send>;

impl Do {
    fn this(what: impl FnOnce(&mut Worker<Do>) + Send + 'static) -> Self {
        Self(Box::new(what))
    }
}

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

fn pool(workers: usize) -> Pool<Do> {
    Pool::start(&Config { workers, ..Config::default() }, |_, _| Doer).unwrap()
}

#[test]
fn runs_what_other_threads_inject() {
    let pool = pool(3);
    let count = Arc::new(AtomicUsize::new(0));
    let (sender, receiver) = channel();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (handle, count, sender) = (pool.handle().clone(), count.clone(), sender.clone());
            std::thread::spawn(move || {
                for _ in 0..2_500 {
                    let (count, sender) = (count.clone(), sender.clone());
                    handle.inject(Do::this(move |_| {
                        if count.fetch_add(1, Ordering::Relaxed) == 9_999 {
                            sender.send(()).unwrap();
                        }
                    }));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    receiver.recv_timeout(Duration::from_secs(20)).unwrap();
    pool.shutdown().unwrap();
}

#[test]
fn a_sleeping_pool_wakes_for_each_injection() {
    let pool = pool(2);
    let (sender, receiver) = channel();
    for _ in 0..300 {
        let sender = sender.clone();
        pool.handle().inject(Do::this(move |_| sender.send(()).unwrap()));
        receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        std::thread::sleep(Duration::from_micros(100));
    }
}

fn tell_after(worker: &mut Worker<Do>, delay_ms: u64, sender: Sender<u64>) {
    let deadline_ns = worker.now_ns() + delay_ms * 1_000_000;
    let tell =
        move |worker: &mut Worker<Do>| sender.send(worker.now_ns().saturating_sub(deadline_ns)).unwrap();
    worker.set_timer(deadline_ns, Do::this(tell));
}

#[test]
fn timers_of_sleeping_workers_fire_in_time() {
    let pool = pool(2);
    let (sender, receiver) = channel();
    for delay_ms in [1, 5, 30, 70, 130] {
        let sender = sender.clone();
        pool.handle().inject(Do::this(move |worker| tell_after(worker, delay_ms, sender)));
    }
    for _ in 0..5 {
        let late_ns = receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(late_ns < 500_000_000, "{late_ns} ns late");
    }
}

#[test]
fn a_timer_set_by_another_thread_wakes_a_sleeper() {
    let pool = pool(1);
    std::thread::sleep(Duration::from_millis(20));
    let (sender, receiver) = channel();
    let handle = pool.handle();
    let now_ns = handle.clock().monotonic_ns();
    let far = handle.set_timer(now_ns + 3_600_000_000_000, Do::this(|_| unreachable!()));
    let begin = Instant::now();
    handle.set_timer(now_ns + 20_000_000, Do::this(move |_| sender.send(()).unwrap()));
    receiver.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(begin.elapsed() >= Duration::from_millis(19));
    assert!(handle.timer_deadline_ns(far).is_some());
    assert!(handle.cancel_timer(far).is_some() && handle.cancel_timer(far).is_none());
}

#[test]
fn dirty_jobs_run_beside_the_workers_and_survive_panics() {
    let config = Config { workers: 1, dirty_io_max: 2, ..Config::default() };
    let pool = Pool::start(&config, |_, _| Doer).unwrap();
    let (sender, receiver) = channel();
    for round in 0..20 {
        let (handle, sender) = (pool.handle().clone(), sender.clone());
        let job = move || {
            assert!(round % 5 != 0, "this panic is part of the test");
            handle.inject(Do::this(move |_| sender.send(round).unwrap()));
        };
        let kind = if round % 2 == 0 { DirtyKind::Cpu } else { DirtyKind::Io };
        assert!(pool.handle().run_dirty(kind, Box::new(job)).is_ok());
    }
    let mut done: Vec<i32> =
        (0..16).map(|_| receiver.recv_timeout(Duration::from_secs(10)).unwrap()).collect();
    done.sort_unstable();
    assert_eq!(done, (0..20).filter(|round| round % 5 != 0).collect::<Vec<_>>());
    let handle = pool.handle().clone();
    pool.shutdown().unwrap();
    assert!(handle.run_dirty(DirtyKind::Cpu, Box::new(|| ())).is_err());
}

#[test]
fn shutdown_drops_what_has_not_run() {
    let pool = pool(2);
    let witness = Arc::new(());
    let handle: Handle<Do> = pool.handle().clone();
    for _ in 0..1000 {
        let (kept, again) = (witness.clone(), handle.clone());
        handle.set_timer(u64::MAX, Do::this(move |_| drop((kept, again))));
        let kept = witness.clone();
        handle.inject(Do::this(move |_| drop(kept)));
    }
    pool.shutdown().unwrap();
    let kept = witness.clone();
    handle.inject(Do::this(move |_| drop(kept)));
    assert_eq!(Arc::strong_count(&witness), 1);
}

#[test]
fn a_panic_in_the_executor_stops_the_pool_and_is_reported() {
    let pool = pool(3);
    pool.handle().inject(Do::this(|_| panic!("this panic is part of the test")));
    assert!(pool.join().is_err());
}

#[test]
fn a_task_may_stop_its_pool() {
    let pool = pool(2);
    pool.handle().inject(Do::this(|worker| worker.handle().stop()));
    pool.join().unwrap();
}

#[test]
fn workers_that_are_not_online_hand_over_what_they_have() {
    let pool = pool(3);
    let handle = pool.handle();
    let worker_of = |tasks: usize, with_timers: bool| -> Vec<usize> {
        let (sender, receiver) = channel();
        for _ in 0..tasks {
            let sender = sender.clone();
            let task = Do::this(move |worker| sender.send(worker.id().index()).unwrap());
            if with_timers {
                handle.set_timer(handle.clock().monotonic_ns() + 3_000_000, task);
            } else {
                handle.inject(task);
            }
        }
        (0..tasks).map(|_| receiver.recv_timeout(Duration::from_secs(20)).unwrap()).collect()
    };
    assert_eq!(handle.set_online(1), 3);
    // They notice when they have ended what they do.
    std::thread::sleep(Duration::from_millis(100));
    assert!(worker_of(500, false).iter().all(|&worker| worker == 0));
    assert!(worker_of(500, true).iter().all(|&worker| worker == 0));
    assert_eq!((handle.set_online(99), handle.online()), (1, 3));
    worker_of(500, true);
    let loads = handle.loads();
    assert!(
        loads.len() == 3 && loads[0].slices >= 1000 && loads.iter().all(|load| load.busy_ns < load.total_ns)
    );
    pool.shutdown().unwrap();
}

/// A task that ends a worker's slice by giving way until it is told to end.
struct Hog {
    end: Arc<AtomicUsize>,
    priority: purlin_scheduler::Priority,
    woken: Option<Box<Hog>>,
}

impl Task for Hog {
    type Timer = ();

    fn priority(&self) -> purlin_scheduler::Priority {
        self.priority
    }
}

struct HogRunner;

impl Executor for HogRunner {
    type Task = Hog;

    fn run(&mut self, worker: &mut Worker<Hog>, mut task: Hog) -> Ran<Hog> {
        if task.priority == purlin_scheduler::Priority::Normal {
            task.end.store(1, Ordering::Release);
            return Ran::Exited;
        }
        if let Some(woken) = task.woken.take() {
            worker.schedule(*woken);
        }
        std::thread::sleep(Duration::from_micros(200));
        worker.charge(4000);
        if task.end.load(Ordering::Acquire) == 1 { Ran::Exited } else { Ran::Yielded(task) }
    }

    fn fire(&mut self, _: &mut Worker<Hog>, (): ()) {}
}

#[test]
fn what_an_urgent_task_wakes_runs_on_another_worker() {
    use purlin_scheduler::Priority;
    let pool = Pool::start(&Config { workers: 2, ..Config::default() }, |_, _| HogRunner).unwrap();
    let end = Arc::new(AtomicUsize::new(0));
    let woken = Hog { end: end.clone(), priority: Priority::Normal, woken: None };
    let hog = Hog { end: end.clone(), priority: Priority::High, woken: Some(Box::new(woken)) };
    pool.handle().inject(hog);
    let begin = Instant::now();
    while end.load(Ordering::Acquire) == 0 && begin.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(end.swap(1, Ordering::Release), 1, "it waits where nobody sees it");
    pool.shutdown().unwrap();
}
