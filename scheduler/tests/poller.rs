//! Sources wake workers, sleeping or busy.
#![cfg(not(loom))]

use mio::net::TcpListener;
use purlin_scheduler::{Config, Executor, Interest, Pool, Ran, Readiness, Task, Worker};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Yields for ever.
struct Busy;

impl Task for Busy {
    type Timer = ();
}

struct Teller(Sender<(usize, Readiness)>);

impl Executor for Teller {
    type Task = Busy;

    fn run(&mut self, worker: &mut Worker<Busy>, task: Busy) -> Ran<Busy> {
        worker.charge(4_000);
        Ran::Yielded(task)
    }

    fn fire(&mut self, _: &mut Worker<Busy>, (): ()) {}

    fn ready(&mut self, _: &mut Worker<Busy>, source: usize, readiness: Readiness) {
        self.0.send((source, readiness)).unwrap();
    }
}

fn start(workers: usize) -> (Pool<Busy>, Receiver<(usize, Readiness)>) {
    let (sender, told) = channel();
    let pool =
        Pool::start(&Config { workers, ..Config::default() }, move |_, _| Teller(sender.clone())).unwrap();
    (pool, told)
}

fn connections_are_told(pool: &Pool<Busy>, told: &Receiver<(usize, Readiness)>) {
    let mut listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    pool.handle().watch(&mut listener, 7, Interest::READABLE).unwrap();
    for _ in 0..20 {
        let _peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (source, readiness) = told.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(source == 7 && readiness.readable);
        while listener.accept().is_ok() {}
        std::thread::sleep(Duration::from_millis(1));
    }
    pool.handle().unwatch(&mut listener).unwrap();
}

#[test]
fn sources_wake_sleeping_workers() {
    let (pool, told) = start(3);
    std::thread::sleep(Duration::from_millis(20));
    connections_are_told(&pool, &told);
    pool.shutdown().unwrap();
}

#[test]
fn busy_workers_poll_now_and_then() {
    let (pool, told) = start(1);
    pool.handle().inject(Busy);
    connections_are_told(&pool, &told);
    pool.shutdown().unwrap();
}

#[test]
fn a_worker_in_the_poller_still_takes_tasks_and_stops() {
    let (pool, _told) = start(1);
    let mut listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    pool.handle().watch(&mut listener, 1, Interest::READABLE).unwrap();
    std::thread::sleep(Duration::from_millis(20));
    pool.handle().inject(Busy);
    while pool.handle().queued() > 0 {
        std::thread::yield_now();
    }
    pool.shutdown().unwrap();
}
