//! Ledgers and trees as they ship, under loom: places in a mailbox, the line of senders, what counts when all has ended.

use super::ledger::Ledger;
use super::line::Joined;
use super::{Limits, MailboxBound, Policy, Tree};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use purlin_heap::Pid;

/// A ledger with one place, and what senders are told.
struct Mailbox {
    ledger: Ledger,
    nudges: AtomicUsize,
}

impl Mailbox {
    fn new() -> Arc<Mailbox> {
        let ledger = Ledger::new(None, Some(MailboxBound { max: 1, policy: Policy::Suspend }));
        Arc::new(Mailbox { ledger, nudges: AtomicUsize::new(0) })
    }

    fn nudge(&self) -> impl FnMut(Pid) + '_ {
        |_| {
            self.nudges.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// The ticket with which it waits or has a place; nothing when it has a place at once, or the receiver has ended.
    fn send(&self, sender: u64) -> Option<(u64, bool)> {
        if self.ledger.take_place() {
            return None;
        }
        match self.ledger.join_line(Pid(sender), self.nudge()) {
            Joined::Closed => None,
            Joined::Place(ticket) => Some((ticket, false)),
            Joined::Waiting(ticket) => Some((ticket, true)),
        }
    }

    fn take(&self) {
        self.ledger.count_message_out(0, self.nudge());
    }

    /// Whether a sender is told of its place.
    fn is_told(&self, sent: Option<(u64, bool)>) -> bool {
        match sent {
            Some((ticket, true)) => {
                !self.ledger.is_waiting(ticket) && self.nudges.load(Ordering::SeqCst) == 1
            }
            _ => self.nudges.load(Ordering::SeqCst) == 0,
        }
    }
}

#[test]
fn who_waits_gets_the_place_that_comes_free() {
    loom::model(|| {
        let mailbox = Mailbox::new();
        assert!(mailbox.ledger.take_place());
        let receiver = {
            let mailbox = mailbox.clone();
            loom::thread::spawn(move || mailbox.take())
        };
        let sent = mailbox.send(8);
        receiver.join().unwrap();
        assert!(mailbox.is_told(sent));
        assert!(!mailbox.ledger.has_place(), "the place is the sender's");
    });
}

#[test]
fn a_place_that_is_not_used_goes_to_the_next() {
    loom::model(|| {
        let mailbox = Mailbox::new();
        assert!(mailbox.ledger.take_place());
        let (first, waits) = mailbox.send(8).expect("there is no place");
        assert!(waits);
        let (second, _) = mailbox.send(16).expect("there is no place");
        let killed = {
            let mailbox = mailbox.clone();
            loom::thread::spawn(move || mailbox.ledger.leave_line(first, mailbox.nudge()))
        };
        mailbox.take();
        killed.join().unwrap();
        assert!(!mailbox.ledger.is_waiting(second), "it has the place");
        assert!(!mailbox.ledger.has_place());
        mailbox.take();
        assert!(mailbox.ledger.has_place());
    });
}

#[test]
fn nobody_waits_for_a_receiver_that_has_ended() {
    loom::model(|| {
        let mailbox = Mailbox::new();
        assert!(mailbox.ledger.take_place());
        let receiver = {
            let mailbox = mailbox.clone();
            loom::thread::spawn(move || mailbox.ledger.end(mailbox.nudge()))
        };
        let sent = mailbox.send(8);
        receiver.join().unwrap();
        assert!(mailbox.is_told(sent));
    });
}

/// Bytes that the tree is told of at once.
const PORTION: usize = 1 << 14;

fn tree(limits: Limits) -> (std::sync::Arc<Tree>, std::sync::Arc<Tree>) {
    let outer = Tree::new(limits, None).expect("not too deep");
    let inner = Tree::new(Limits::default(), Some(outer.clone())).expect("not too deep");
    (outer, inner)
}

#[test]
fn nothing_counts_after_the_end() {
    loom::model(|| {
        let (outer, inner) = tree(Limits::default());
        assert!(inner.enter());
        let ledger = Arc::new(Ledger::new(Some(inner), None));
        assert!(ledger.tell_first(1000));
        let sender = {
            let ledger = ledger.clone();
            loom::thread::spawn(move || {
                // One is pushed; the process has ended before the other could be.
                ledger.count_in(PORTION - 1, 1);
                ledger.count_in(2, 1);
                ledger.count_back(2);
            })
        };
        ledger.end(|_| {});
        // The owner sees no more than was pushed.
        ledger.count_out(PORTION - 1);
        ledger.settle();
        sender.join().unwrap();
        let usage = outer.usage(0);
        assert_eq!((usage.memory_bytes, usage.processes), (0, 0));
    });
}

#[test]
fn of_two_processes_one_finds_room() {
    loom::model(|| {
        let (outer, inner) = tree(Limits { processes: Some(1), ..Limits::default() });
        let other = {
            let outer = outer.clone();
            loom::thread::spawn(move || outer.enter())
        };
        let mine = inner.enter();
        assert_ne!(mine, other.join().unwrap());
        assert_eq!(outer.usage(0).processes, 1);
        assert_eq!(inner.usage(0).processes, u64::from(mine));
    });
}
