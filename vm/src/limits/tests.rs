//! Trees and ledgers alone, and by threads.

use super::ledger::Ledger;
use super::rate::Rate;
use super::{Fatal, Limits, MailboxBound, Policy, Tree};
use purlin_heap::Pid;
use purlin_heap::pace::Account;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn limited(limits: Limits) -> (Arc<Tree>, Arc<Tree>) {
    let outer = Tree::new(limits, None).expect("not too deep");
    let inner = Tree::new(Limits { atoms: Some(3), ..Limits::default() }, Some(outer.clone()));
    (outer, inner.expect("not too deep"))
}

#[test]
fn an_inner_tree_counts_towards_the_outer_one() {
    let (outer, inner) =
        limited(Limits { processes: Some(2), atoms: Some(2), memory_bytes: Some(100), ..Limits::default() });
    assert!(inner.enter() && outer.enter() && !inner.enter());
    assert_eq!((outer.usage(0).processes, inner.usage(0).processes), (2, 1));
    inner.leave();
    assert!(inner.enter());
    assert_eq!([(); 3].map(|()| inner.take_atom()), [true, true, false]);
    assert_eq!((outer.usage(0).atoms, inner.usage(0).atoms), (2, 2));
    assert!(inner.add_memory(100) && !inner.has_room(1) && !inner.add_memory(1) && inner.add_memory(-1));
    assert_eq!(outer.usage(0).memory_bytes, 100);
    assert!(!inner.add_memory(-200) || inner.usage(0).memory_bytes == 0);
}

#[test]
fn trees_are_not_deeper_than_their_walks_should_be() {
    let mut tree = Tree::new(Limits::default(), None);
    let mut depth = 0;
    while let Some(inner) = tree {
        (tree, depth) = (Tree::new(Limits::default(), Some(inner)), depth + 1);
    }
    assert_eq!(depth, 16);
}

#[test]
fn a_process_is_over_its_limits() {
    let (_, inner) = limited(Limits { mailbox: Some(2), memory_bytes: Some(1 << 16), ..Limits::default() });
    let ledger = Ledger::new(Some(inner.clone()), None);
    assert!(ledger.tell_first(1 << 12) && ledger.may_take_bytes(1 << 15) && !ledger.may_take_bytes(1 << 16));
    (0..2).for_each(|_| ledger.count_in(10, 1));
    assert_eq!(ledger.over(), None);
    ledger.count_in(10, 1);
    assert_eq!(ledger.over(), Some(Fatal::Mailbox));
    let other = Ledger::new(Some(inner), None);
    other.count_in(1 << 16, 1);
    assert_eq!(other.over(), Some(Fatal::Memory));
    // It has not grown itself.
    assert!(ledger.tell(1 << 10));
    assert!(!ledger.tell(1 << 13));
}

#[test]
fn work_is_paid_for_at_the_rate() {
    let rate = Rate::new(1000);
    let second = 1_000_000_000;
    rate.charge(10 * second, 2000);
    assert_eq!(rate.opens_at_ns(), 12 * second - 50_000_000);
    rate.give_back(500);
    assert_eq!(rate.opens_at_ns(), 11 * second + 450_000_000);
    // What was not used is not saved up.
    rate.charge(100 * second, 1);
    assert_eq!(rate.opens_at_ns(), 100 * second - 49_000_000);
    rate.count(100 * second, 7);
    rate.count(100 * second + 5, 3);
    assert_eq!(rate.last_second(100 * second), 0);
    assert_eq!(rate.last_second(101 * second), 10);
    rate.count(101 * second, 1);
    assert_eq!((rate.last_second(101 * second), rate.last_second(102 * second)), (10, 1));
    assert_eq!(rate.last_second(103 * second), 0);
}

#[test]
fn senders_get_places_in_order() {
    let ledger = Ledger::new(None, Some(MailboxBound { max: 1, policy: Policy::Suspend }));
    assert!(ledger.take_place() && !ledger.take_place());
    let nobody = |_: Pid| panic!("nobody has a place");
    for pid in 1..4 {
        assert_eq!(ledger.join_line(Pid(pid), nobody), super::Joined::Waiting(pid - 1));
    }
    let mut nudged = Vec::new();
    ledger.count_message_out(0, |pid| nudged.push(pid));
    assert_eq!(nudged, [Pid(1)]);
    // Nobody overtakes those who wait.
    assert!(!ledger.take_place() && !ledger.has_place());
    ledger.leave_line(1, |_| unreachable!("it only waited"));
    ledger.leave_line(0, |pid| nudged.push(pid));
    assert_eq!(nudged, [Pid(1), Pid(3)]);
    ledger.end(|_| unreachable!("nobody waits"));
}

/// Threads send and one takes; some give up while they wait. In the end all places are free.
#[test]
fn places_are_neither_lost_nor_doubled() {
    let ledger = Ledger::new(None, Some(MailboxBound { max: 3, policy: Policy::Suspend }));
    let (sent, busy) = (AtomicUsize::new(0), AtomicUsize::new(4));
    let ledger = &ledger;
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let (sent, busy) = (&sent, &busy);
            scope.spawn(move || {
                for turn in 0..2000 {
                    let ticket = match ledger.take_place() {
                        true => None,
                        false => match ledger.join_line(Pid(thread), |_| {}) {
                            super::Joined::Place(_) => None,
                            super::Joined::Waiting(ticket) => Some(ticket),
                            super::Joined::Closed => unreachable!("the receiver lives"),
                        },
                    };
                    if let (Some(ticket), true) = (ticket, turn % 3 == 0) {
                        ledger.leave_line(ticket, |_| {});
                        continue;
                    }
                    while ticket.is_some_and(|ticket| ledger.is_waiting(ticket)) {
                        std::thread::yield_now();
                    }
                    sent.fetch_add(1, Ordering::SeqCst);
                }
                busy.fetch_sub(1, Ordering::SeqCst);
            });
        }
        let mut taken = 0;
        while busy.load(Ordering::SeqCst) > 0 || taken < sent.load(Ordering::SeqCst) {
            if taken < sent.load(Ordering::SeqCst) {
                ledger.count_message_out(0, |_| {});
                taken += 1;
            }
            std::thread::yield_now();
        }
    });
    assert_eq!([(); 4].map(|()| ledger.take_place()), [true, true, true, false]);
}
