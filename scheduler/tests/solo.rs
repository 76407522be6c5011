//! The worker without a thread: runs are the same each time, and virtual time passes only when nothing else is left.
#![cfg(not(loom))]

use purlin_scheduler::{Clock, Config, Executor, Priority, Raised, Ran, Solo, Step, Task, Worker};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Clone, Copy)]
struct Number(u32);

impl Task for Number {
    type Timer = u32;

    fn priority(&self) -> Priority {
        match self.0 {
            100.. => Priority::Max,
            50.. => Priority::High,
            _ => Priority::Normal,
        }
    }
}

/// Notes what ran, and when.
#[derive(Default)]
struct Log(Vec<(u64, u32)>);

impl Executor for Log {
    type Task = Number;

    fn run(&mut self, worker: &mut Worker<Number>, Number(number): Number) -> Ran<Number> {
        self.0.push((worker.now_ns(), number));
        match number {
            1 => {
                worker.enqueue(Number(10));
                worker.enqueue(Number(50));
                worker.enqueue(Number(100));
                worker.schedule(Number(11));
                worker.schedule(Number(12));
                Ran::Waiting
            }
            2 => {
                worker.set_timer(7_000_000, 20);
                worker.set_timer(3_000_001, 21);
                Ran::Waiting
            }
            _ => Ran::Exited,
        }
    }

    fn fire(&mut self, worker: &mut Worker<Number>, timer: u32) {
        worker.schedule(Number(timer));
    }
}

fn solo() -> Solo<Log> {
    Solo::new(&Config { clock: Clock::manual(0), ..Config::default() }, |_, _| Log::default())
}

#[test]
fn urgent_then_woken_then_queued() {
    let mut solo = solo();
    solo.handle().inject(Number(1));
    while solo.step() == Step::Ran {}
    let order: Vec<u32> = solo.parts().0.0.iter().map(|&(_, number)| number).collect();
    assert_eq!(order, [1, 100, 50, 12, 10, 11]);
}

#[test]
fn virtual_time_moves_to_the_next_timer() {
    let mut solo = solo();
    solo.handle().inject(Number(2));
    solo.run_until(|log| log.0.len() == 3);
    assert_eq!(solo.parts().0.0, [(0, 2), (4_000_000, 21), (7_000_000, 20)]);
    assert_eq!(solo.step(), Step::Idle(None));
}

#[test]
fn a_real_clock_is_waited_for() {
    let mut solo = Solo::new(&Config::default(), |_, _| Log::default());
    solo.handle().inject(Number(2));
    solo.run_until(|log| log.0.len() == 3);
    let times = &solo.parts().0.0;
    assert!(times[1].0 >= 3_000_001 && times[2].0 >= 7_000_000, "{times:?}");
}

#[test]
fn a_stopped_worker_says_so() {
    let mut solo = solo();
    solo.handle().stop();
    assert_eq!(solo.step(), Step::Stopped);
}

/// A task that others may raise.
struct Rising {
    number: u32,
    priority: Priority,
    is_raised: Arc<AtomicBool>,
}

impl Task for Rising {
    type Timer = ();

    fn priority(&self) -> Priority {
        if self.is_raised.load(Ordering::Relaxed) { Priority::Max } else { self.priority }
    }
}

/// Notes what ran; task 1 makes three others, of which 4 raises 3.
#[derive(Default)]
struct Raiser {
    ran: Vec<u32>,
    raised: Option<Raised>,
    third: Arc<AtomicBool>,
}

impl Executor for Raiser {
    type Task = Rising;

    fn run(&mut self, worker: &mut Worker<Rising>, task: Rising) -> Ran<Rising> {
        self.ran.push(task.number);
        let others = [(2, Priority::Normal), (3, Priority::Normal), (4, Priority::High), (5, Priority::High)];
        match task.number {
            1 => others.into_iter().for_each(|(number, priority)| {
                let is_raised = if number == 3 { self.third.clone() } else { Arc::default() };
                worker.enqueue(Rising { number, priority, is_raised });
            }),
            4 => {
                self.third.store(true, Ordering::Relaxed);
                self.raised = Some(worker.handle().raise());
                worker.look_soon();
            }
            _ => {}
        }
        Ran::Exited
    }

    fn fire(&mut self, _: &mut Worker<Rising>, (): ()) {}
}

#[test]
fn raised_tasks_come_into_their_own() {
    let mut solo =
        Solo::new(&Config { clock: Clock::manual(0), ..Config::default() }, |_, _| Raiser::default());
    solo.handle().inject(Rising { number: 1, priority: Priority::Normal, is_raised: Arc::default() });
    while solo.step() == Step::Ran {}
    assert_eq!(solo.parts().0.ran, [1, 4, 3, 5, 2]);
}
