//! Collections of known shapes: what moves, what is promoted, what stays.

use super::policy;
use super::*;
use crate::build::Build;
use crate::check::check;
use crate::fragment::Message;
use crate::heap::{HeapConfig, RED_ZONE};
use crate::term::Term;

/// `[n, n-1, ..., 1]`.
fn countdown<'h>(heap: &'h Heap, n: i64) -> Term<'h> {
    (1..=n).fold(Term::NIL, |list, i| heap.cons(Term::small(i), list))
}

/// The length and sum of a list of integers.
fn sum(list: Term<'_>) -> (usize, i64) {
    let (mut list, mut result) = (list, (0, 0));
    while let Some(cons) = list.as_cons() {
        result = (result.0 + 1, result.1 + cons.head().as_small().expect("an integer"));
        list = cons.tail();
    }
    result
}

fn collect(heap: &mut Heap, need: usize, registers: &mut [Word]) {
    heap.collect(need, &mut Roots::of_registers(registers)).expect("no limit");
    check(heap, &Roots::of_registers(registers));
    assert!(heap.free_words() >= need);
}

#[test]
fn lists_survive_growth_and_promotion() {
    let mut heap = Heap::new(&HeapConfig::default());
    let mut x = [Word::NIL];
    for i in 1..=40_000i64 {
        if heap.free_words() < 2 {
            collect(&mut heap, 2, &mut x);
        }
        // SAFETY: x0 was a root of each collection.
        x[0] = heap.cons(Term::small(i), unsafe { heap.term(x[0]) }).word();
    }
    // SAFETY: as above.
    assert_eq!(sum(unsafe { heap.term(x[0]) }), (40_000, 800_020_000));
    assert!(heap.old_words() > 20_000);
    heap.collect_major(10, &mut Roots::of_registers(&mut x)).unwrap();
    check(&heap, &Roots::of_registers(&mut x));
    // SAFETY: as above.
    assert_eq!(sum(unsafe { heap.term(x[0]) }), (40_000, 800_020_000));
    x[0] = Word::NIL;
    heap.collect_major(10, &mut Roots::of_registers(&mut x)).unwrap();
    assert_eq!((heap.old_words(), heap.young_words()), (0, 0));
    assert!(heap.statistics().reclaimed_words >= 80_000);
}

#[test]
fn garbage_does_not_grow_the_heap() {
    let mut heap = Heap::new(&HeapConfig::default());
    let mut x = [countdown(&heap, 3).word()];
    for _ in 0..100_000 {
        if heap.free_words() < 10 {
            collect(&mut heap, 10, &mut x);
        }
        countdown(&heap, 5);
    }
    // A process that makes garbage as fast as this one gets a block for it, of a bounded size, and nothing else.
    assert!(heap.total_words() < 2 * policy::BUSY_WORDS_MAX, "{}", heap.total_words());
}

#[test]
fn overflow_fragments_and_messages_are_moved() {
    let sender = Heap::new(&HeapConfig::default());
    let message = Message::copy_of(sender.tuple(&[countdown(&sender, 100), Term::small(7)]));
    drop(sender);
    let mut heap = Heap::new(&HeapConfig::default());
    let mut x = [heap.attach(message).word(), countdown(&heap, 500).word()];
    assert!(heap.fragment_words() >= 200 + 3 + 900 && heap.wants_collection());
    for _ in 0..3 {
        collect(&mut heap, 0, &mut x);
        assert_eq!(heap.fragment_words(), 0);
        // SAFETY: both were roots.
        let terms = unsafe { x.map(|word| heap.term(word)) };
        assert_eq!(sum(terms[0].as_tuple().unwrap().element(0)), (100, 5050));
        assert_eq!(sum(terms[1]), (500, 125_250));
    }
    assert!(!heap.wants_collection());
    assert!(heap.old_words() >= 1200);
}

#[test]
fn a_message_becomes_part_of_another_without_a_copy() {
    let binary = Message::build(|b| b.tuple(&[crate::bits::binary(&[7; 100], b), Term::small(1)]));
    let (address, words) = (binary.term().word(), binary.words());
    let made = Message::build(|b| {
        let first = b.adopt(binary);
        let second = b.adopt(Message::build(|b| b.list(&[crate::bits::binary(&[8; 100], b)])));
        b.tuple(&[
            first,
            second,
            b.adopt(Message::copy_of(Term::small(5))),
            crate::bits::binary(&[9; 100], b),
        ])
    });
    assert!(made.words() > words);
    assert!(made.term().as_tuple().unwrap().element(0).word() == address);
    let mut heap = Heap::new(&HeapConfig::default());
    let mut x = [heap.attach(made).word()];
    for _ in 0..3 {
        collect(&mut heap, 0, &mut x);
    }
    // SAFETY: it was a root.
    let elements = unsafe { heap.term(x[0]) }.as_tuple().unwrap().elements();
    let first_byte = |term| crate::bits::Bits::of(term).unwrap().byte(0);
    assert_eq!(first_byte(elements[0].as_tuple().unwrap().element(0)), 7);
    assert_eq!(first_byte(elements[1].as_cons().unwrap().head()), 8);
    assert_eq!(elements[2].as_small(), Some(5));
    assert_eq!(first_byte(elements[3]), 9);
}

#[test]
fn a_peeked_message_stays() {
    let message = Message::build(|b| b.list(&[Term::small(1), Term::small(2)]));
    let mut heap = Heap::new(&HeapConfig::default());
    let mut x = [message.term().word(), heap.tuple(&[message.term()]).word()];
    let before = x[0];
    for _ in 0..3 {
        let mut roots =
            Roots { registers: &mut x, extra: &mut [], peeked: message.fragment(), turn: 0, slice: 0 };
        heap.collect(0, &mut roots).unwrap();
        check(&heap, &roots);
        assert_eq!(heap.old_words(), 0, "what may point to a message that was not taken is not promoted");
    }
    assert_eq!(x[0], before);
    x[1] = countdown(&heap, 10).word();
    for _ in 0..2 {
        let mut roots =
            Roots { registers: &mut x, extra: &mut [], peeked: message.fragment(), turn: 0, slice: 0 };
        heap.collect(0, &mut roots).unwrap();
        check(&heap, &roots);
    }
    assert_eq!(heap.old_words(), 20, "other objects grow old meanwhile");
    x[1] = heap.tuple(&[message.term()]).word();
    heap.attach(message);
    for _ in 0..3 {
        collect(&mut heap, 0, &mut x);
        // SAFETY: both were roots.
        assert!(unsafe { heap.term(x[1]) }.as_tuple().unwrap().element(0).word() == x[0]);
    }
    assert_eq!(heap.old_words(), 26);
}

#[test]
fn the_stack_is_a_root_and_return_addresses_are_not() {
    let mut heap = Heap::new(&HeapConfig::default());
    let code = [0u64; 2];
    // SAFETY: there is room, and these are a return address, a catch tag and a term.
    unsafe {
        heap.push(Word::return_address(&code[0]));
        heap.push(Word::catch(&code[1]));
        heap.push(countdown(&heap, 4).word());
    }
    for _ in 0..3 {
        collect(&mut heap, 100, &mut []);
        let stack: Vec<Word> = heap.stack().collect();
        // SAFETY: the stack is a root.
        assert_eq!(sum(unsafe { heap.term(stack[0]) }), (4, 10));
        assert_eq!(stack[1].catch_address(), &raw const code[1]);
        assert_eq!(stack[2].return_target(), &raw const code[0]);
    }
}

#[test]
fn a_limit_is_reported_and_the_heap_is_whole() {
    let mut heap = Heap::new(&HeapConfig { limit_words: 1000, ..HeapConfig::default() });
    let mut x = [countdown(&heap, 2000).word()];
    let over = heap.collect(0, &mut Roots::of_registers(&mut x)).unwrap_err();
    assert!(over.words > 4000 && over.limit == 1000);
    // SAFETY: x0 was a root.
    assert_eq!(sum(unsafe { heap.term(x[0]) }), (2000, 2_001_000));
}

/// A tuple of `n` elements.
fn wide<'h>(heap: &'h Heap, n: usize, element: Term<'h>) -> Term<'h> {
    heap.tuple(&vec![element; n])
}

#[test]
fn large_objects_settle_once() {
    let mut heap = Heap::new(&HeapConfig::default());
    let inner = wide(&heap, 5_000, countdown(&heap, 3));
    let outer = wide(&heap, 9_000, inner);
    let mut x = [outer.word(), Word::NIL];
    collect(&mut heap, 0, &mut x);
    collect(&mut heap, 0, &mut x);
    let settled = x[0];
    let old_words = heap.old_words();
    assert!(old_words >= 14_000);
    for _ in 0..3 {
        x[1] = wide(&heap, 7_000, Term::NIL).word();
        heap.collect_major(0, &mut Roots::of_registers(&mut x)).unwrap();
        check(&heap, &Roots::of_registers(&mut x));
        collect(&mut heap, 0, &mut x);
        assert_eq!(x[0], settled);
        assert_eq!(heap.old_words(), old_words + 7_001);
        // SAFETY: x0 was a root.
        let inner = unsafe { heap.term(x[0]) }.as_tuple().unwrap().element(8_999);
        assert_eq!(sum(inner.as_tuple().unwrap().element(4_999)), (3, 6));
    }
    x = [Word::NIL; 2];
    heap.collect_major(0, &mut Roots::of_registers(&mut x)).unwrap();
    assert_eq!(heap.old_words(), 0);
}

#[test]
fn hibernation_leaves_little() {
    let mut heap = Heap::new(&HeapConfig::default());
    let mut x = [countdown(&heap, 10).word()];
    countdown(&heap, 10_000);
    heap.hibernate(&mut Roots::of_registers(&mut x)).unwrap();
    assert!(heap.total_words() <= 64 + 2 * RED_ZONE, "{}", heap.total_words());
    collect(&mut heap, 20, &mut x);
    // SAFETY: x0 was a root.
    assert_eq!(sum(unsafe { heap.term(x[0]) }), (10, 55));
}
