//! What a switch costs: prints nanoseconds for patterns of mock tasks.
//!
//! `cargo run --release -p purlin-scheduler --example switches [ROUNDS]`
//!
//! A mock task is a number; its executor keeps what a process would keep in a table of atomics. So the times are those
//! of the scheduler alone.

use crossbeam_utils::CachePadded;
use purlin_scheduler::{Config, Executor, Handle, Pool, Ran, Task, Worker, WorkerId};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// Each measurement is taken so often; the shortest time counts, as the machine may have other things to do.
const REPEATS: usize = 5;

/// What a mock task does in a slice.
enum Mock {
    /// Yields until it has run so often.
    Yield(u64),
    /// Wakes its partner, until the ball has been hit so often. Both are this one task, handed to and fro.
    Ball(u64),
    /// Spawns ten of itself per level, and leaves work of some nanoseconds.
    Tree { depth: u32, spin: u32 },
    /// Works for so many rounds of a spin loop, then is done.
    Leaf(u32),
    /// Answers a request from outside.
    Echo(Sender<()>),
}

struct Boxed(Box<Mock>);

impl Task for Boxed {
    type Timer = u64;
}

/// What the mock tasks of one measurement share.
struct Board {
    left: AtomicUsize,
    done: Sender<()>,
    ran: Vec<CachePadded<AtomicU64>>,
}

struct Mocks {
    board: Arc<Board>,
    id: WorkerId,
}

impl Mocks {
    fn finish(&self) -> Ran<Boxed> {
        if self.board.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.board.done.send(()).unwrap();
        }
        Ran::Exited
    }
}

fn work(rounds: u32) {
    (0..rounds).for_each(|_| std::hint::spin_loop());
}

impl Executor for Mocks {
    type Task = Boxed;

    fn run(&mut self, worker: &mut Worker<Boxed>, mut task: Boxed) -> Ran<Boxed> {
        let ran = &self.board.ran[self.id.index()];
        ran.store(ran.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        match task.0.as_mut() {
            Mock::Yield(0) | Mock::Ball(0) => self.finish(),
            Mock::Yield(left) => {
                *left -= 1;
                Ran::Yielded(task)
            }
            Mock::Ball(left) => {
                *left -= 1;
                worker.schedule(task);
                Ran::Waiting
            }
            Mock::Tree { depth: 0, spin } | Mock::Leaf(spin) => {
                work(*spin);
                self.finish()
            }
            &mut Mock::Tree { depth, spin } => {
                for _ in 0..10 {
                    worker.enqueue(Boxed(Box::new(Mock::Tree { depth: depth - 1, spin })));
                }
                Ran::Exited
            }
            Mock::Echo(answer) => {
                answer.send(()).unwrap();
                Ran::Exited
            }
        }
    }

    /// A timer carries the interval after which it fires again.
    fn fire(&mut self, worker: &mut Worker<Boxed>, interval_ns: u64) {
        worker.set_timer(worker.recent_ns() + interval_ns, interval_ns);
    }
}

struct Bench {
    pool: Pool<Boxed>,
    board: Arc<Board>,
    done: Receiver<()>,
}

fn start(workers: usize, tasks: usize) -> Bench {
    let (sender, done) = channel();
    let ran = (0..workers).map(|_| CachePadded::default()).collect();
    let board = Arc::new(Board { left: AtomicUsize::new(tasks), done: sender, ran });
    let config = Config { workers, ..Config::default() };
    let shared = board.clone();
    let executor = move |id, _: &Handle<Boxed>| Mocks { board: shared.clone(), id };
    let pool = Pool::start(&config, executor).unwrap();
    std::thread::sleep(Duration::from_millis(5));
    Bench { pool, board, done }
}

fn measure(name: &str, workers: usize, tasks: usize, per: u64, make: impl Fn(usize) -> Vec<Mock>) {
    let (took, ran) = (0..REPEATS).map(|_| once(workers, tasks, make(tasks))).min().unwrap();
    let (each_ns, took_ms) = (took.as_nanos() as f64 / per as f64, took.as_secs_f64() * 1e3);
    println!("{name:<34} {workers} workers {each_ns:>9.1} ns each   {took_ms:>8.2} ms   slices {ran:?}");
}

/// The time until all is done, and how many slices each worker ran.
fn once(workers: usize, tasks: usize, mocks: Vec<Mock>) -> (Duration, Vec<u64>) {
    let bench = start(workers, tasks);
    let begin = Instant::now();
    for mock in mocks {
        bench.pool.handle().inject(Boxed(Box::new(mock)));
    }
    bench.done.recv().unwrap();
    let took = begin.elapsed();
    bench.pool.shutdown().unwrap();
    (took, bench.board.ran.iter().map(|ran| ran.load(Ordering::Relaxed)).collect())
}

/// A host thread that asks and waits for the answer, with a pause before each request.
fn echo(pause: Duration) {
    let bench = start(2, 1);
    let (sender, answers) = channel();
    let count = 2_000;
    let mut total = Duration::ZERO;
    for _ in 0..count {
        std::thread::sleep(pause);
        let begin = Instant::now();
        bench.pool.handle().inject(Boxed(Box::new(Mock::Echo(sender.clone()))));
        answers.recv().unwrap();
        total += begin.elapsed();
    }
    let each_ns = total.as_nanos() / count;
    println!("{:<34} 2 workers {each_ns:>9} ns each", format!("host round trip after {pause:?}"));
}

fn timers(count: usize) {
    let bench = start(1, 1);
    let handle = bench.pool.handle();
    let now_ns = handle.clock().monotonic_ns();
    let begin = Instant::now();
    let keys: Vec<_> = (0..count as u64)
        .map(|number| {
            handle.set_timer(now_ns + 60_000_000_000 + number * 7_919_000 % 3_600_000_000_000, number)
        })
        .collect();
    let set = begin.elapsed();
    let begin = Instant::now();
    assert!(keys.iter().all(|&key| handle.cancel_timer(key).is_some()));
    let cancelled = begin.elapsed();
    let each = |took: Duration| took.as_nanos() as f64 / count as f64;
    println!("{:<34} set {:.1} ns, cancel {:.1} ns", format!("{count} timers"), each(set), each(cancelled));
}

/// How much of a second the workers use while they have nothing to do but a timer or two.
fn rest(timers: usize) {
    let bench = start(2, 1);
    let handle = bench.pool.handle();
    for _ in 0..timers {
        handle.set_timer(handle.clock().monotonic_ns() + 1_000_000, 1_000_000);
    }
    let before = cpu_time();
    std::thread::sleep(Duration::from_secs(1));
    let used = cpu_time() - before;
    println!("{:<34} 2 workers {used:>9.1?} of a second", format!("at rest, {timers} timers each ms"));
}

/// What the threads of this process have used, as Linux tells it.
fn cpu_time() -> Duration {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return Duration::ZERO };
    let used_ns = threads.flatten().filter_map(|thread| {
        let line = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        line.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(used_ns.sum())
}

fn main() {
    let rounds: u64 =
        std::env::args().nth(1).map_or(1_000_000, |argument| argument.parse().expect("a number"));
    for workers in [1, 2] {
        measure("yield, one task", workers, 1, rounds, |_| vec![Mock::Yield(rounds)]);
        measure("yield, 1000 tasks", workers, 1000, rounds, |tasks| {
            (0..tasks).map(|_| Mock::Yield(rounds / 1000)).collect()
        });
        measure("wake and wait, one pair", workers, 1, rounds, |_| vec![Mock::Ball(rounds)]);
        measure("wake and wait, two pairs", workers, 2, 2 * rounds, |tasks| {
            (0..tasks).map(|_| Mock::Ball(rounds)).collect()
        });
        let depth = 6;
        for spin in [0, 20] {
            let name = format!("tree of 1,111,111, leaf {spin} spins");
            measure(&name, workers, 1_000_000, 1_111_111, |_| vec![Mock::Tree { depth, spin }]);
        }
        for (count, spin) in [(8, 20), (8, 2_000), (8, 200_000), (100, 2_000)] {
            let name = format!("inject {count} of {spin} spins");
            measure(&name, workers, count, count as u64, |tasks| {
                (0..tasks).map(|_| Mock::Leaf(spin)).collect()
            });
        }
    }
    echo(Duration::ZERO);
    echo(Duration::from_micros(300));
    timers(1_000_000);
    rest(0);
    rest(1);
}
