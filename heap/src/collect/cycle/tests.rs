//! Cycles in heaps of known shapes: what lives stays where it is, what is dead is given back, however the process goes on.

use super::*;
use crate::build::Build;
use crate::check::check;
use crate::fragment::Message;
use crate::heap::{HeapConfig, LARGE_WORDS, SEGMENT_WORDS};
use crate::pace::{Pace, STEPS_PER_REDUCTION_LOG};
use crate::term::Term;
use std::ptr::NonNull;

/// A heap that has roots and grows old.
struct Grown {
    heap: Heap,
    x: [Word; 4],
    /// The most that a collection was charged for while a cycle went on, in reductions.
    reductions_max: i64,
}

/// Nobody else is to have a turn.
unsafe fn go_on(pace: NonNull<Pace>) {
    // SAFETY: the pace that charges.
    unsafe { pace.as_ref() }.allow(i64::MAX);
}

impl Grown {
    fn new() -> Grown {
        Grown {
            heap: Heap::new(&HeapConfig { minors_max: 8, ..HeapConfig::default() }),
            x: [Word::NIL; 4],
            reductions_max: 0,
        }
    }

    /// One whose slices are so short that it goes on in the midst of sweeping.
    fn with_short_slices() -> Grown {
        let mut grown = Grown::new();
        grown.heap.set_zeal(true);
        grown
    }

    fn collect(&mut self) {
        let (pace, was_marking) = (Pace::new(go_on), self.is_marking());
        // SAFETY: the pace outlives the collection.
        let former = unsafe { pace::set(Some(NonNull::from(&pace))) };
        self.heap.collect(200, &mut Roots::of_registers(&mut self.x)).expect("no limit");
        // SAFETY: as it was.
        unsafe { pace::set(former) };
        if was_marking && self.heap.old_is_large() {
            self.reductions_max = self.reductions_max.max(pace.reductions());
        }
    }

    /// Words that have been promoted since the last cycle began.
    fn promoted_words(&mut self) -> usize {
        self.heap.rare_mut().old.segments().expect("a large heap").promoted_words()
    }

    fn owed_steps(&self) -> Option<usize> {
        self.heap.rare.as_ref().and_then(|rare| rare.owed_steps())
    }

    fn root(&self, index: usize) -> Term<'_> {
        // SAFETY: a root of each collection.
        unsafe { self.heap.term(self.x[index]) }
    }

    /// Puts `count` small tuples `{n}` in front of the list in a root, and collects as often as that takes.
    fn grow(&mut self, index: usize, count: i64) {
        for n in 0..count {
            if self.heap.free_words() < 4 {
                self.collect();
            }
            let element = self.heap.tuple(&[Term::small(n)]);
            self.x[index] = self.heap.cons(element, self.root(index)).word();
        }
    }

    /// Makes garbage until a cycle has begun and is over.
    fn pass_cycle(&mut self) {
        // One that goes on already began before what the test has dropped.
        let goal = self.heap.statistics().majors + 1 + u32::from(self.is_marking());
        while self.heap.statistics().majors < goal {
            self.grow(3, 500);
            self.x[3] = Word::NIL;
        }
    }

    fn is_marking(&self) -> bool {
        self.heap.rare.as_ref().is_some_and(|rare| rare.cycle.is_some())
    }

    fn check(&mut self) {
        check(&self.heap, &Roots::of_registers(&mut self.x));
    }
}

/// How many tuples are in a list, and their sum.
fn sum(list: Term<'_>) -> (i64, i64) {
    let (mut list, mut result) = (list, (0, 0));
    while let Some(cons) = list.as_cons() {
        let n = cons.head().as_tuple().expect("a tuple").element(0).as_small().expect("an integer");
        result = (result.0 + 1, result.1 + n);
        list = cons.tail();
    }
    result
}

const COUNT: i64 = 40_000;
const SUM: i64 = COUNT * (COUNT - 1) / 2;

#[test]
fn what_lives_stays_where_it_is() {
    let mut grown = Grown::new();
    grown.grow(0, COUNT);
    grown.collect();
    grown.collect();
    assert!(grown.heap.old_is_large() && grown.heap.old_words() >= 4 * COUNT as usize);
    let address = grown.x[0];
    grown.pass_cycle();
    grown.pass_cycle();
    grown.check();
    assert_eq!(grown.x[0], address);
    assert_eq!(sum(grown.root(0)), (COUNT, SUM));
}

#[test]
fn what_is_dead_is_given_back_and_filled_again() {
    let mut grown = Grown::new();
    // Two lists in turn, so that no segment is of one alone.
    for _ in 0..100 {
        grown.grow(0, COUNT / 100);
        grown.grow(1, COUNT / 100);
    }
    grown.collect();
    grown.collect();
    let full = grown.heap.old_words();
    grown.x[1] = Word::NIL;
    grown.pass_cycle();
    grown.check();
    assert!(grown.heap.old_words() < full * 3 / 4, "{} of {full}", grown.heap.old_words());
    let memory = grown.heap.total_words();
    grown.grow(1, COUNT / 2);
    assert!(grown.heap.total_words() < memory + COUNT as usize, "holes are filled first");
    grown.check();
    assert_eq!(sum(grown.root(1)).0, COUNT / 2);
    (grown.x[0], grown.x[1]) = (Word::NIL, Word::NIL);
    grown.pass_cycle();
    grown.collect();
    grown.collect();
    assert!(!grown.heap.old_is_large(), "what is left is small again");
    assert!(grown.heap.total_words() < memory / 4);
}

#[test]
fn what_is_made_during_a_cycle_lives() {
    let mut grown = Grown::new();
    grown.grow(0, COUNT);
    while !grown.is_marking() {
        grown.grow(0, 100);
    }
    let before = sum(grown.root(0));
    // The only way to the old list is from what is made while it is being marked.
    let mut wrapped = 0;
    while grown.is_marking() {
        if grown.heap.free_words() < 4 {
            grown.collect();
        }
        let wrapper = grown.heap.tuple(&[grown.root(0)]);
        let inner = wrapper.as_tuple().expect("a tuple").element(0);
        (grown.x[0], grown.x[1]) = (inner.word(), wrapper.word());
        wrapped += 1;
    }
    grown.check();
    assert!(wrapped > 1000);
    assert_eq!(sum(grown.root(0)), before);
}

#[test]
fn large_objects_are_marked_in_portions_and_freed() {
    let mut grown = Grown::new();
    grown.grow(0, COUNT);
    let wide = vec![grown.root(0); 10 * LARGE_WORDS];
    grown.x[1] = grown.heap.tuple(&wide).word();
    grown.x[2] = grown.heap.tuple(&vec![Term::NIL; 3 * LARGE_WORDS]).word();
    grown.x[0] = Word::NIL;
    grown.pass_cycle();
    grown.pass_cycle();
    let (with, address) = (grown.heap.old_words(), grown.x[1]);
    grown.x[2] = Word::NIL;
    grown.pass_cycle();
    grown.check();
    assert!(grown.heap.old_words() <= with - 3 * LARGE_WORDS);
    assert_eq!(grown.x[1], address);
    let list = grown.root(1).as_tuple().expect("a tuple").element(LARGE_WORDS);
    assert_eq!(sum(list), (COUNT, SUM));
}

#[test]
fn bytes_that_nothing_refers_to_are_given_up() {
    let mut grown = Grown::new();
    grown.grow(0, COUNT);
    let kept = crate::bits::binary(&[1; 100], &grown.heap);
    let list = (0..500)
        .fold(Term::NIL, |list, _| grown.heap.cons(crate::bits::binary(&[2; 200], &grown.heap), list));
    (grown.x[1], grown.x[2]) = (kept.word(), list.word());
    grown.pass_cycle();
    assert_eq!(grown.heap.shared_bytes().count(), 501);
    grown.x[2] = Word::NIL;
    grown.pass_cycle();
    grown.check();
    assert_eq!(grown.heap.shared_bytes().count(), 1);
    assert_eq!(crate::bits::Bits::of(grown.root(1)).expect("bytes").byte(99), 1);
}

#[test]
fn asking_for_it_copies_a_large_heap() {
    let mut grown = Grown::new();
    grown.grow(0, COUNT);
    grown.grow(1, COUNT);
    while !grown.is_marking() {
        grown.grow(1, 100);
    }
    grown.x[1] = Word::NIL;
    let address = grown.x[0];
    grown.heap.collect_major(0, &mut Roots::of_registers(&mut grown.x)).expect("no limit");
    grown.check();
    assert!(!grown.is_marking() && grown.x[0] != address && grown.heap.old_is_large());
    assert_eq!(grown.heap.old_words(), 4 * COUNT as usize);
    grown.x[0] = Word::NIL;
    grown.heap.hibernate(&mut Roots::of_registers(&mut grown.x)).expect("no limit");
    assert!(!grown.heap.old_is_large() && grown.heap.total_words() < 100);
}

#[test]
fn segments_are_filled_again_while_others_are_swept() {
    let mut grown = Grown::with_short_slices();
    grown.grow(0, 200);
    for _ in 0..60 {
        grown.grow(0, 5);
        grown.pass_cycle();
    }
    let segments = grown.heap.old_capacity_words() / SEGMENT_WORDS;
    assert!(segments <= 12, "{segments} segments for {} words", grown.heap.old_words());
    assert_eq!(sum(grown.root(0)).0, 500);
}

/// What a slice may do beyond its steps, and for the words of a block: the last portion of either may be a long list.
const SLACK_STEPS: usize = 1 << 13;

/// Steps of a slice and of copying the young words before it, of which there are twice those of a block at most.
fn stop_steps(block_words: usize) -> i64 {
    (policy::SLICE_STEPS.end() + 2 * 2 * block_words + SLACK_STEPS) as i64
}

#[test]
fn stops_are_bounded_and_a_cycle_is_over_before_the_heap_has_grown_by_half() {
    let mut grown = Grown::new();
    // Nothing dies. Cycles begin in a block that may be larger.
    while grown.heap.old_words() < 600_000 {
        while !grown.is_marking() {
            grown.grow(0, 500);
        }
        let lived = grown.heap.old_words();
        while grown.is_marking() {
            grown.grow(0, 500);
            let promoted = grown.promoted_words();
            let slack = policy::OWED_STEPS_MAX / policy::STEPS_PER_PROMOTED;
            assert!(promoted <= lived / 2 + slack, "{promoted} words came to {lived}");
        }
    }
    let steps = grown.reductions_max << STEPS_PER_REDUCTION_LOG;
    assert!(steps > 0 && steps <= stop_steps(1 << 15), "a stop of {steps} steps");
}

#[test]
fn nothing_young_is_left_when_a_cycle_begins() {
    let mut grown = Grown::new();
    grown.grow(0, COUNT);
    // What is dropped at once lets survivors age, so that a collection would leave them in the block.
    while !grown.is_marking() {
        grown.grow(3, 200);
        grown.grow(0, 20);
        grown.x[3] = Word::NIL;
        grown.collect();
    }
    assert_eq!(grown.heap.young_words() + grown.heap.fragment_words(), 0);
    grown.pass_cycle();
    grown.check();
    assert!(sum(grown.root(0)).0 > COUNT);
}

#[test]
fn a_cycle_that_is_behind_catches_up() {
    let mut grown = Grown::new();
    grown.grow(0, 20 * COUNT);
    // One that begins.
    while grown.is_marking() {
        grown.grow(0, 500);
    }
    while !grown.is_marking() {
        grown.grow(0, 500);
    }
    let large =
        Message::build(|b| (0..COUNT).fold(Term::NIL, |list, n| b.cons(b.tuple(&[Term::small(n)]), list)));
    grown.x[1] = grown.heap.attach(large).word();
    while grown.owed_steps().expect("it goes on") <= policy::OWED_STEPS_MAX {
        grown.collect();
    }
    grown.reductions_max = 0;
    let mut collections = 0;
    while grown.owed_steps().expect("it goes on") > policy::OWED_STEPS_MAX {
        let minors = grown.heap.statistics().minors;
        grown.grow(0, 500);
        collections += grown.heap.statistics().minors - minors;
        assert!(collections < 100);
    }
    // In small blocks, which are promoted whole, it does more than they make it owe, and no more at once than otherwise.
    let steps = grown.reductions_max << STEPS_PER_REDUCTION_LOG;
    assert!(collections > 4 && steps <= stop_steps(1 << 13), "{collections} stops of up to {steps} steps");
    assert_eq!(sum(grown.root(1)), (COUNT, SUM));
}
