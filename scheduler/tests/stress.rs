//! Many mock tasks over several workers: each runs as often as it should, whatever the order, and none is lost.
#![cfg(not(loom))]

use purlin_scheduler::{Config, Executor, Handle, Pool, Priority, Ran, Task, Worker};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A mock process; `runs` counts its slices and shows that no two of them overlap.
struct Mock {
    kind: Kind,
    priority: Priority,
    slices: u64,
}

enum Kind {
    /// Has two children a level, then ends.
    Tree(u32),
    /// Yields so often, then ends.
    Yielder(u64),
    /// Plays with the other one at a table: who finds the ball hits it and wakes the other.
    Player(Arc<Table>),
    /// Sleeps on timers so often.
    Sleeper(u64),
}

/// Two players meet here. Each hit leaves one less to do, and the player on the chair, waiting for the other to wake it.
struct Table(Mutex<(u64, Option<Boxed>)>);

impl Table {
    fn new(hits: u64) -> Arc<Self> {
        Arc::new(Self(Mutex::new((hits, None))))
    }
}

struct Boxed(Box<Mock>);

impl Task for Boxed {
    type Timer = Boxed;

    fn priority(&self) -> Priority {
        self.0.priority
    }
}

#[derive(Default)]
struct Seen {
    slices: AtomicU64,
    ended: AtomicUsize,
}

struct Mocks {
    seen: Arc<Seen>,
    expected: usize,
    done: Sender<()>,
}

impl Executor for Mocks {
    type Task = Boxed;

    fn run(&mut self, worker: &mut Worker<Boxed>, mut task: Boxed) -> Ran<Boxed> {
        self.seen.slices.fetch_add(1, Ordering::Relaxed);
        task.0.slices += 1;
        let slices = task.0.slices;
        match &mut task.0.kind {
            Kind::Tree(0) => self.end(),
            Kind::Tree(depth) => {
                let depth = *depth - 1;
                worker.enqueue(mock(Kind::Tree(depth), task.0.priority));
                worker.schedule(mock(Kind::Tree(depth), task.0.priority));
                self.end()
            }
            Kind::Yielder(count) | Kind::Sleeper(count) if slices > *count => self.end(),
            Kind::Yielder(_) => Ran::Yielded(task),
            Kind::Sleeper(_) => {
                let deadline_ns = worker.now_ns() + slices % 3 * 1_000_000;
                worker.set_timer(deadline_ns, task);
                Ran::Waiting
            }
            Kind::Player(_) => self.play(worker, task),
        }
    }

    fn fire(&mut self, worker: &mut Worker<Boxed>, timer: Boxed) {
        worker.schedule(timer);
    }
}

impl Mocks {
    fn end(&self) -> Ran<Boxed> {
        if self.seen.ended.fetch_add(1, Ordering::Relaxed) + 1 == self.expected {
            self.done.send(()).unwrap();
        }
        Ran::Exited
    }

    fn play(&self, worker: &mut Worker<Boxed>, task: Boxed) -> Ran<Boxed> {
        let Kind::Player(table) = &task.0.kind else { unreachable!() };
        let table = table.clone();
        let mut seat = table.0.lock().unwrap();
        let is_over = seat.0 == 0;
        seat.0 = seat.0.saturating_sub(1);
        let other = if is_over { seat.1.take() } else { seat.1.replace(task) };
        drop(seat);
        if let Some(other) = other {
            worker.schedule(other);
        }
        if is_over { self.end() } else { Ran::Waiting }
    }
}

fn mock(kind: Kind, priority: Priority) -> Boxed {
    Boxed(Box::new(Mock { kind, priority, slices: 0 }))
}

/// Runs `tasks` on a pool until `expected` tasks have ended; the answer is how many slices that took.
fn run(workers: usize, expected: usize, tasks: Vec<Boxed>) -> u64 {
    let seen = Arc::new(Seen::default());
    let (done, finished) = channel();
    let shared = seen.clone();
    let executor = move |_, _: &Handle<Boxed>| Mocks { seen: shared.clone(), expected, done: done.clone() };
    let pool = Pool::start(&Config { workers, ..Config::default() }, executor).unwrap();
    for task in tasks {
        pool.handle().inject(task);
    }
    finished.recv_timeout(Duration::from_secs(60)).expect("all tasks end");
    pool.shutdown().unwrap();
    assert_eq!(seen.ended.load(Ordering::Relaxed), expected);
    seen.slices.load(Ordering::Relaxed)
}

const PRIORITIES: [Priority; 4] = [Priority::Low, Priority::Normal, Priority::High, Priority::Max];

#[test]
fn trees_of_tasks_run_whole() {
    for workers in [1, 2, 3, 8] {
        let tasks = (0..8).map(|_| mock(Kind::Tree(12), Priority::Normal)).collect();
        let nodes = 8 * ((1 << 13) - 1);
        assert_eq!(run(workers, nodes, tasks), nodes as u64);
    }
}

#[test]
fn yielding_tasks_of_all_priorities_end() {
    for workers in [1, 4] {
        let tasks = (0..400).map(|number| mock(Kind::Yielder(99), PRIORITIES[number % 4])).collect();
        assert_eq!(run(workers, 400, tasks), 400 * 100);
    }
}

#[test]
fn players_wake_each_other() {
    for workers in [1, 4] {
        let mut tasks = Vec::new();
        for number in 0..20 {
            let table = Table::new(5_000);
            let player = || mock(Kind::Player(table.clone()), PRIORITIES[number % 4]);
            tasks.extend([player(), player()]);
        }
        // Each hit is a slice, and so is each end.
        assert_eq!(run(workers, 40, tasks), 20 * 5_002);
    }
}

#[test]
fn sleepers_and_the_busy_share_the_workers() {
    let mut tasks: Vec<_> = (0..2_000).map(|_| mock(Kind::Sleeper(20), Priority::Normal)).collect();
    tasks.extend((0..4).map(|_| mock(Kind::Yielder(50_000), Priority::Normal)));
    tasks.push(mock(Kind::Tree(14), Priority::Low));
    let tree = (1 << 15) - 1;
    assert_eq!(run(3, 2_004 + tree, tasks), 2_000 * 21 + 4 * 50_001 + tree as u64);
}

/// Two tasks that keep waking each other do not keep a third one from running: neither in the slot nor by priority.
#[test]
fn nobody_starves() {
    for priority in [Priority::Normal, Priority::Low] {
        let table = Table::new(u64::MAX);
        let player = || mock(Kind::Player(table.clone()), Priority::Normal);
        let tasks = vec![player(), player(), mock(Kind::Yielder(50), priority)];
        run(1, 1, tasks);
        assert!(table.0.lock().unwrap().0 < u64::MAX);
    }
}

/// The share of low tasks among normal ones on one worker is one in nine.
#[test]
fn low_tasks_get_their_share() {
    struct Counter(HashMap<Priority, u64>);
    impl Executor for Counter {
        type Task = Boxed;
        fn run(&mut self, worker: &mut Worker<Boxed>, task: Boxed) -> Ran<Boxed> {
            *self.0.entry(task.0.priority).or_default() += 1;
            if self.0.values().sum::<u64>() == 9_000 {
                worker.handle().stop();
            }
            Ran::Yielded(task)
        }
        fn fire(&mut self, _: &mut Worker<Boxed>, _: Boxed) {}
    }
    let mut solo = purlin_scheduler::Solo::new(&Config::default(), |_, _| Counter(HashMap::new()));
    for number in 0..10 {
        let priority = if number % 2 == 0 { Priority::Normal } else { Priority::Low };
        solo.handle().inject(mock(Kind::Yielder(0), priority));
    }
    solo.run_until(|counter| counter.0.values().sum::<u64>() >= 9_000);
    let (counter, _) = solo.parts();
    let low = counter.0[&Priority::Low];
    assert!((950..=1_050).contains(&low), "{low} of 9000");
}
