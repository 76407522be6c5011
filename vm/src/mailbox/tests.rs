//! The mailbox with real threads, and its inner queue.

use super::{Incoming, Look, Mailbox, Next, Owned, Pushed};
use crate::signal::Signal;
use purlin_heap::word::Word;
use purlin_heap::{Build, Fragment, Message, Term};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

fn message(value: i64) -> Owned<Signal> {
    Owned::new(Signal::message(Message::copy_of(Term::small(value))))
}

fn push(incoming: &Incoming<Signal>, value: i64) {
    assert!(matches!(incoming.push(message(value), false), Ok(Pushed::Queued)));
}

/// Takes all messages in.
fn fetch(mailbox: &mut Mailbox, incoming: &Incoming<Signal>) {
    loop {
        match mailbox.next(incoming) {
            Next::Signal(node) => mailbox.append(node),
            Next::Later => {}
            Next::Nothing => return,
        }
    }
}

fn filled(count: i64) -> (Mailbox, Incoming<Signal>) {
    let (mut mailbox, incoming) = (Mailbox::new(), Incoming::new());
    (0..count).for_each(|value| push(&incoming, value));
    fetch(&mut mailbox, &incoming);
    (mailbox, incoming)
}

fn look(mailbox: &mut Mailbox) -> Option<i64> {
    match mailbox.look() {
        Look::Message(word) => Some(word.small_value()),
        Look::End if mailbox.start_again() => look(mailbox),
        Look::End => None,
    }
}

fn contents(mailbox: &Mailbox) -> Vec<i64> {
    mailbox.messages().map(Word::small_value).collect()
}

#[test]
fn messages_come_in_the_order_in_which_they_were_sent() {
    let (mailbox, _) = filled(20_000);
    assert_eq!(mailbox.len(), 20_000);
    assert!(mailbox.messages().map(Word::small_value).eq(0..20_000));
}

/// A message that needs memory.
fn large(value: i64) -> Message {
    Message::build(|b| b.tuple(&[Term::small(value), Term::small(value + 1)]))
}

#[test]
fn a_node_lies_in_the_memory_of_its_message_and_leaves_it_when_it_is_taken_out() {
    for message in [large(1), Message::copy_of(large(1).term())] {
        let front = message.fragment().and_then(Fragment::front).expect("a message has room for its node");
        // Passed on twice, as a message is that comes to an alias.
        let node = Owned::new(Signal::message(message));
        assert!(std::ptr::eq(&*node, front.as_ptr().cast()));
        let Signal::Message { root, fragment } = node.into_value() else { panic!("another signal") };
        // SAFETY: the parts of the message.
        let again = Owned::new(Signal::message(unsafe { Message::from_parts(root, fragment) }));
        assert!(std::ptr::eq(&*again, front.as_ptr().cast()));
        let (mut mailbox, incoming) = filled(1);
        assert!(matches!(incoming.push(again, false), Ok(Pushed::Queued)));
        fetch(&mut mailbox, &incoming);
        assert_eq!(look(&mut mailbox), Some(0));
        mailbox.skip();
        assert!(matches!(mailbox.look(), Look::Message(_)));
        let (root, fragment) = mailbox.take();
        // SAFETY: as above.
        let message = unsafe { Message::from_parts(root, fragment) };
        assert_eq!(message.term().as_tuple().map(|tuple| tuple.elements()[1].as_small()), Some(Some(2)));
        assert_eq!(contents(&mailbox), [0]);
    }
}

#[test]
fn nodes_that_nobody_takes_are_freed_with_their_messages() {
    let (mut mailbox, incoming) = filled(2);
    for value in 0..10 {
        let pushed = incoming.push(Owned::new(Signal::message(large(value))), false);
        assert!(matches!(pushed, Ok(Pushed::Queued)));
        if value == 5 {
            fetch(&mut mailbox, &incoming);
        }
    }
    assert_eq!(mailbox.len(), 8);
    mailbox.close(&incoming);
    let refused = incoming.push(Owned::new(Signal::message(large(0))), false);
    assert!(matches!(refused.map_err(Owned::into_value), Err(Signal::Message { fragment: Some(_), .. })));
    let mut left = 0;
    while left < 6 && mailbox.pop_left().is_some() {
        left += 1;
    }
    // The rest goes with the mailbox; the address sanitizer sees to it that all does.
    assert_eq!(left, 6);
}

#[test]
fn a_message_is_taken_from_the_middle_and_the_next_receive_starts_in_front() {
    let (mut mailbox, incoming) = filled(4);
    assert_eq!(look(&mut mailbox), Some(0));
    mailbox.skip();
    assert_eq!(look(&mut mailbox), Some(1));
    assert_eq!(mailbox.take().0, Word::small(1));
    assert_eq!(look(&mut mailbox), Some(0));
    for _ in 0..3 {
        mailbox.skip();
    }
    assert_eq!(look(&mut mailbox), None);
    push(&incoming, 9);
    fetch(&mut mailbox, &incoming);
    assert_eq!(look(&mut mailbox), Some(9));
    mailbox.take();
    assert_eq!(contents(&mailbox), [0, 2, 3]);
    for value in [0, 2, 3] {
        assert_eq!(mailbox.take().0, Word::small(value));
    }
    push(&incoming, 5);
    fetch(&mut mailbox, &incoming);
    assert_eq!((look(&mut mailbox), mailbox.len()), (Some(5), 1));
}

#[test]
fn a_marked_receive_does_not_look_at_older_messages() {
    let (mut mailbox, incoming) = filled(3);
    let marker = mailbox.reserve_marker(&incoming);
    mailbox.bind_marker(marker, 77);
    push(&incoming, 10);
    fetch(&mut mailbox, &incoming);
    mailbox.use_marker(77);
    assert_eq!(look(&mut mailbox), Some(10));
    mailbox.take();
    mailbox.clear_marker_of(77);
    // A receive without it sees the older ones, and passes the dead marker.
    push(&incoming, 11);
    fetch(&mut mailbox, &incoming);
    for value in [0, 1, 2, 11] {
        assert_eq!(look(&mut mailbox), Some(value));
        mailbox.skip();
    }
    assert_eq!(look(&mut mailbox), None);
}

#[test]
fn a_marker_stands_behind_what_has_not_been_taken_in_yet() {
    for used_early in [true, false] {
        let (mut mailbox, incoming) = filled(3);
        (3..10_000).for_each(|value| push(&incoming, value));
        let marker = mailbox.reserve_marker(&incoming);
        mailbox.bind_marker(marker, 77);
        push(&incoming, -1);
        if used_early {
            mailbox.use_marker(77);
            assert_eq!(look(&mut mailbox), None);
        }
        fetch(&mut mailbox, &incoming);
        if !used_early {
            mailbox.use_marker(77);
        }
        assert_eq!(look(&mut mailbox), Some(-1));
        mailbox.take();
        assert_eq!((look(&mut mailbox), mailbox.len()), (Some(0), 10_000));
    }
}

#[test]
fn unknown_and_old_markers_only_cost_speed() {
    let (mut mailbox, incoming) = filled(1);
    for reference in 0..100 {
        let marker = mailbox.reserve_marker(&incoming);
        mailbox.bind_marker(marker, reference);
    }
    push(&incoming, 1);
    fetch(&mut mailbox, &incoming);
    mailbox.use_marker(3);
    assert_eq!(look(&mut mailbox), Some(0));
    mailbox.use_marker(99);
    assert_eq!(look(&mut mailbox), Some(1));
}

#[test]
fn a_closed_queue_gives_all_that_is_left_and_refuses_more() {
    let (mut mailbox, incoming) = filled(3);
    push(&incoming, 3);
    mailbox.close(&incoming);
    assert!(incoming.push(message(4), false).is_err());
    let mut left = 0;
    while mailbox.pop_left().is_some() {
        left += 1;
    }
    assert_eq!(left, 4);
}

#[test]
fn messages_are_removed_by_what_they_are() {
    let (mut mailbox, _) = filled(5);
    assert!(mailbox.remove_first(|word| word.small_value() == 3).is_some());
    assert!(mailbox.remove_first(|word| word.small_value() == 3).is_none());
    assert_eq!(contents(&mailbox), [0, 1, 2, 4]);
}

/// Senders and a receiver that sleeps between: whoever gets the right to run it does.
#[test]
fn threads_lose_no_message_and_no_wake_up() {
    const SENDERS: u64 = 3;
    const EACH: u64 = 20_000;
    let (incoming, seen) = (Incoming::<u64>::new(), AtomicU64::new(0));
    let running = AtomicBool::new(false);
    let run = || {
        assert!(!running.swap(true, Ordering::Acquire), "two run it at once");
        loop {
            let chain = incoming.take();
            let mut node = chain;
            while !node.is_null() {
                // SAFETY: the chain was taken.
                unsafe {
                    seen.fetch_add((*node).value, Ordering::Relaxed);
                    node = (*node).next;
                }
            }
            super::node::drop_chain(chain);
            running.store(false, Ordering::Release);
            if incoming.begin_wait() {
                return;
            }
            running.store(true, Ordering::Relaxed);
        }
    };
    run();
    std::thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                for value in 0..EACH {
                    match incoming.push(Owned::new(value), value % 3 == 0) {
                        Ok(Pushed::Woke) => run(),
                        Ok(Pushed::Queued) => {}
                        Err(_) => panic!("nobody closes it"),
                    }
                }
            });
        }
    });
    assert_eq!(seen.load(Ordering::Relaxed), SENDERS * EACH * (EACH - 1) / 2);
}

#[test]
fn markers_that_nobody_waits_for_do_not_pile_up() {
    let (mut mailbox, incoming) = filled(0);
    push(&incoming, 0);
    for reference in 0..1000 {
        let marker = mailbox.reserve_marker(&incoming);
        mailbox.bind_marker(marker, reference);
        mailbox.clear_marker(marker);
    }
    let marker = mailbox.reserve_marker(&incoming);
    mailbox.bind_marker(marker, 1000);
    push(&incoming, 1);
    let mut nodes = 0;
    while let Next::Signal(node) = mailbox.next(&incoming) {
        nodes += 1;
        mailbox.append(node);
    }
    assert!(nodes < 20, "{nodes}");
    mailbox.use_marker(1000);
    assert_eq!(look(&mut mailbox), Some(1));
}

fn insert(mailbox: &mut Mailbox, value: i64) {
    mailbox.insert_priority(message(value));
}

#[test]
fn priority_messages_stand_in_front_in_their_order() {
    let (mut mailbox, incoming) = filled(2);
    (100..102).for_each(|value| insert(&mut mailbox, value));
    push(&incoming, 2);
    fetch(&mut mailbox, &incoming);
    assert_eq!((contents(&mailbox), mailbox.len()), (vec![100, 101, 0, 1, 2], 5));
    assert_eq!((look(&mut mailbox), mailbox.take().0), (Some(100), Word::small(100)));
    insert(&mut mailbox, 102);
    assert_eq!(contents(&mailbox), [101, 102, 0, 1, 2]);
    // The last of them goes from behind another one, and then all go.
    mailbox.skip();
    assert_eq!((look(&mut mailbox), mailbox.take().0), (Some(102), Word::small(102)));
    insert(&mut mailbox, 103);
    assert_eq!(contents(&mailbox), [101, 103, 0, 1, 2]);
    for value in [101, 103, 0, 1, 2] {
        assert_eq!(mailbox.take().0, Word::small(value));
    }
    insert(&mut mailbox, 104);
    push(&incoming, 3);
    fetch(&mut mailbox, &incoming);
    assert_eq!(contents(&mailbox), [104, 3]);
}

#[test]
fn a_receive_under_way_looks_at_a_priority_message_before_it_waits() {
    let (mut mailbox, _) = filled(3);
    (0..3).for_each(|_| mailbox.skip());
    assert_eq!(look(&mut mailbox), None);
    insert(&mut mailbox, 100);
    let seen: Vec<i64> = std::iter::from_fn(|| {
        let value = look(&mut mailbox);
        value.inspect(|_| mailbox.skip())
    })
    .collect();
    assert_eq!(seen, [100, 0, 1, 2], "it starts again, once");
}

#[test]
fn a_message_that_is_held_stays_at_the_save_pointer() {
    for skipped in 0..3 {
        let (mut mailbox, _) = filled(3);
        insert(&mut mailbox, 100);
        (0..skipped).for_each(|_| mailbox.skip());
        let held = look(&mut mailbox);
        mailbox.hold();
        insert(&mut mailbox, 101);
        assert_eq!(look(&mut mailbox), held);
        assert_eq!(Some(mailbox.take().0.small_value()), held);
        assert_eq!(contents(&mailbox).len(), 4);
    }
}

#[test]
fn a_marker_keeps_no_receive_from_a_priority_message() {
    for comes_early in [true, false] {
        let (mut mailbox, incoming) = filled(3);
        let marker = mailbox.reserve_marker(&incoming);
        mailbox.bind_marker(marker, 77);
        if comes_early {
            insert(&mut mailbox, 100);
            mailbox.use_marker(77);
        } else {
            mailbox.use_marker(77);
            assert_eq!(look(&mut mailbox), None);
            insert(&mut mailbox, 100);
        }
        assert_eq!(look(&mut mailbox), Some(100));
        mailbox.take();
        assert_eq!(contents(&mailbox), [0, 1, 2]);
    }
}
