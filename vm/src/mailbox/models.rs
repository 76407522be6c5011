//! The outer queue as it ships, under loom: sending against sleeping, and against the end of the receiver.

use super::incoming::{Incoming, Pushed};
use super::node::{Owned, drop_chain};
use loom::cell::UnsafeCell;
use loom::sync::Arc;

/// A receiver that counts what it gets. Whoever has the right to run it does so at once.
struct Receiver {
    incoming: Incoming<u32>,
    /// The owned part: loom reports two that reach it at once.
    seen: UnsafeCell<u32>,
}

// SAFETY: `seen` is what the models are about: loom checks that one thread at a time reaches it.
unsafe impl Send for Receiver {}
// SAFETY: as above.
unsafe impl Sync for Receiver {}

impl Receiver {
    fn new() -> Arc<Receiver> {
        Arc::new(Receiver { incoming: Incoming::new(), seen: UnsafeCell::new(0) })
    }

    /// Runs until it sleeps. Called by whoever has the right to run it.
    fn run(&self) {
        loop {
            let chain = self.incoming.take();
            let mut node = chain;
            while !node.is_null() {
                // SAFETY: the right to run is held; the chain was taken.
                unsafe {
                    self.seen.with_mut(|seen| *seen += (*node).value);
                    node = (*node).next;
                }
            }
            drop_chain(chain);
            if self.incoming.begin_wait() {
                return;
            }
        }
    }

    fn send(&self, value: u32) {
        if matches!(self.incoming.push(Owned::new(value), value > 1), Ok(Pushed::Woke)) {
            self.run();
        }
    }

    fn seen(&self) -> u32 {
        // SAFETY: all threads have ended.
        self.seen.with(|seen| unsafe { *seen })
    }
}

#[test]
fn no_wake_up_is_lost_and_one_at_a_time_runs_the_receiver() {
    loom::model(|| {
        let receiver = Receiver::new();
        let senders = [1, 10].map(|value| {
            let receiver = receiver.clone();
            loom::thread::spawn(move || receiver.send(value))
        });
        receiver.run();
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        assert_eq!(receiver.seen(), 11);
        assert!(receiver.incoming.wake(), "it sleeps");
    });
}

#[test]
fn a_timer_wakes_the_receiver_or_finds_it_awake() {
    loom::model(|| {
        let receiver = Receiver::new();
        let timer = {
            let receiver = receiver.clone();
            loom::thread::spawn(move || {
                if receiver.incoming.wake() {
                    receiver.run();
                }
            })
        };
        let sender = {
            let receiver = receiver.clone();
            loom::thread::spawn(move || receiver.send(1))
        };
        receiver.run();
        timer.join().unwrap();
        sender.join().unwrap();
        assert_eq!(receiver.seen(), 1);
        assert!(receiver.incoming.wake(), "it sleeps");
    });
}

#[test]
fn what_is_sent_to_an_ending_receiver_is_refused_or_found() {
    loom::model(|| {
        let receiver = Receiver::new();
        let sender = {
            let receiver = receiver.clone();
            loom::thread::spawn(move || {
                let sent = [1, 2].map(|value| receiver.incoming.push(Owned::new(value), true));
                let refused = sent.into_iter().filter_map(Result::err).map(|node| node.value).sum::<u32>();
                refused
            })
        };
        let chain = receiver.incoming.close();
        let (mut found, mut node) = (0, chain);
        while !node.is_null() {
            // SAFETY: the chain was taken.
            unsafe { (found, node) = (found + (*node).value, (*node).next) };
        }
        drop_chain(chain);
        assert_eq!(found + sender.join().unwrap(), 3);
        assert!(receiver.incoming.push(Owned::new(4), false).is_err());
    });
}
