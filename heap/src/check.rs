//! Walks every word of a heap and panics at the first that should not be there.
//!
//! For tests and for zeal mode, directly after a collection, when a heap holds whole objects only.

use rustc_hash::FxHashSet;

use crate::arena::{self, Bounds, Range};
use crate::chunk;
use crate::collect::Roots;
use crate::heap::{Heap, words_between};
use crate::layout::{Kind, ref_bits};
use crate::word::{Word, sub, tag};

/// Where objects start in one piece of memory.
struct Piece {
    start: *mut Word,
    end: *mut Word,
    /// Two bits for each word: a boxed object starts there, a cons does.
    bits: Vec<u64>,
}

impl Piece {
    /// Where the bit of a pointer stands.
    fn place(&self, pointer: Word) -> (usize, u64) {
        let index = 2 * words_between(self.start, pointer.address()) + usize::from(pointer.is_cons());
        (index / 64, 1 << (index % 64))
    }

    fn insert(&mut self, pointer: Word) {
        let (index, bit) = self.place(pointer);
        self.bits[index] |= bit;
    }
}

/// Whether an object starts in one of the pieces, which are in order, where a pointer leads.
fn contains(pieces: &[Piece], pointer: Word) -> bool {
    let address = pointer.address();
    let after = pieces.partition_point(|piece| piece.start <= address);
    after.checked_sub(1).is_some_and(|index| {
        let (piece, (at, bit)) = (&pieces[index], pieces[index].place(pointer));
        address < piece.end && piece.bits[at] & bit != 0
    })
}

/// Where objects start, by what may point to them.
struct Starts {
    /// In the block and in fragments.
    young: Vec<Piece>,
    /// In the old generation.
    old: Vec<Piece>,
    /// Off-heap objects, young and old.
    off_heap: [FxHashSet<usize>; 2],
}

/// Checks the heap and the roots.
///
/// # Panics
/// At the first word that is not what the layouts and the generations allow.
pub fn check(heap: &Heap, roots: &Roots<'_>) {
    let mut starts = Starts { young: Vec::new(), old: Vec::new(), off_heap: Default::default() };
    let young = young_ranges(heap);
    let old = heap.rare.as_ref().map_or(Vec::new(), |rare| rare.old_ranges());
    young.iter().for_each(|&range| starts.add(range, false));
    old.iter().for_each(|&range| starts.add(range, true));
    starts.young.sort_unstable_by_key(|piece| piece.start);
    starts.old.sort_unstable_by_key(|piece| piece.start);
    young.iter().for_each(|&range| terms_in(range, |word| starts.check(word, true, roots, "young object")));
    old.iter().for_each(|&range| terms_in(range, |word| starts.check(word, false, roots, "old object")));
    roots.registers.iter().for_each(|&word| starts.check(word, true, roots, "register"));
    roots.extra.iter().flat_map(|slice| slice.iter()).for_each(|&w| starts.check(w, true, roots, "root"));
    check_stack(heap, &starts, roots);
    starts.check_off_heap(heap.off_heap.get(), 0, false);
    let Some(rare) = &heap.rare else { return };
    let unswept = rare.cycle.as_ref().is_some_and(|cycle| cycle.is_sweeping());
    starts.check_off_heap(rare.old_off_heap, 1, unswept);
}

/// The used parts of the block and of the fragments.
fn young_ranges(heap: &Heap) -> Vec<(*mut Word, *mut Word)> {
    let mut ranges = vec![(heap.start, heap.top())];
    // SAFETY: the chain is the heap's.
    for chunk in unsafe { chunk::chain(heap.fragments.get()) } {
        // SAFETY: as above; the used part ends within the chunk.
        ranges.push(unsafe { ((*chunk).data(), (*chunk).data().add((*chunk).used)) });
    }
    ranges
}

fn check_stack(heap: &Heap, starts: &Starts, roots: &Roots<'_>) {
    assert!(heap.free_words() > 0 || heap.stack_top() as usize - heap.top() as usize >= 8 * crate::RED_ZONE);
    let frame_word = |word: Word, young: bool| {
        if !word.is_header() && !word.is_catch() && word != Word::HOLE {
            starts.check(word, young, roots, "stack");
        }
    };
    heap.block_stack().iter().for_each(|&word| frame_word(word, true));
    for rare in heap.rare.iter() {
        for (index, frozen) in rare.frozen.iter().enumerate() {
            assert!(frozen.words()[0].is_header(), "frozen frames start with a return address");
            let may_be_young = index >= rare.clean_frozen;
            frozen.words().iter().for_each(|&word| frame_word(word, may_be_young));
        }
    }
}

/// Calls `f` with each term word of the objects in a range.
fn terms_in(range: (*mut Word, *mut Word), mut f: impl FnMut(Word)) {
    let mut at = range.0;
    while at < range.1 {
        // SAFETY: the range holds whole objects, as `Starts::add` has checked.
        let word = unsafe { *at };
        let passed = if word.is_header() {
            1 + word.header_kind().raw_words().min(word.header_size())
        } else {
            f(word);
            1
        };
        // SAFETY: as above.
        at = unsafe { at.add(passed) };
    }
}

impl Starts {
    /// Notes where the objects of a range start, and checks that they fill it.
    fn add(&mut self, range: (*mut Word, *mut Word), old: bool) {
        let bits = vec![0; (2 * words_between(range.0, range.1)).div_ceil(64)];
        let mut piece = Piece { start: range.0, end: range.1, bits };
        let mut at = range.0;
        while at < range.1 {
            // SAFETY: within the range.
            let word = unsafe { *at };
            let (start, words) = if word.is_header() {
                assert!((word.0 >> 3 & 31) < 16, "a header of no kind: {:#x} at {at:?}", word.0);
                if word.header_kind() == Kind::RefBits {
                    self.off_heap[usize::from(old)].insert(at as usize);
                }
                (Word::boxed(at), 1 + word.header_size())
            } else {
                (Word::cons(at), 2)
            };
            piece.insert(start);
            // SAFETY: an object that ends outside of the range is caught below.
            at = at.wrapping_add(words);
        }
        assert!(at == range.1, "the last object ends at {at:?}, the memory in use at {:?}", range.1);
        if old { &mut self.old } else { &mut self.young }.push(piece);
    }

    /// Checks that a word is a term and leads where it may.
    fn check(&self, word: Word, may_be_young: bool, roots: &Roots<'_>, place: &str) {
        match word.tag() {
            tag::HEADER => panic!("a header among the terms of a {place}: {:#x}", word.0),
            tag::IMMEDIATE => {
                let known = matches!(word.0 & sub::MASK, sub::ATOM | sub::PID | sub::PORT | sub::NIL);
                assert!(known, "no value: {:#x} in a {place}", word.0);
            }
            tag::CONS | tag::BOXED => {
                let good = arena::is_literal(word)
                    || contains(&self.old, word)
                    || may_be_young && (contains(&self.young, word) || is_peeked(word, roots));
                assert!(good, "a {place} points astray: {:#x}", word.0);
            }
            _ => {}
        }
    }

    /// Checks that a list holds the off-heap objects of a generation, each once, and no others but dead ones that a cycle has
    /// not swept.
    fn check_off_heap(&self, list: *mut Word, generation: usize, unswept: bool) {
        let mut listed = FxHashSet::default();
        // SAFETY: the list is the heap's.
        for object in unsafe { chunk::off_heap_list(list) } {
            assert!(listed.insert(object as usize), "an off-heap object stands twice in its list");
            // SAFETY: an object of the list.
            let bytes = unsafe { (*object.add(ref_bits::SHARED)).0 };
            assert!(bytes != 0, "an off-heap object without bytes");
        }
        let known = &self.off_heap[generation];
        let right = if unswept { listed.is_superset(known) } else { &listed == known };
        assert!(
            right,
            "off-heap objects of generation {generation}: {} listed, {} known",
            listed.len(),
            known.len()
        );
    }
}

fn is_peeked(word: Word, roots: &Roots<'_>) -> bool {
    let bounds = |chunk: *mut chunk::Chunk| -> Bounds {
        // SAFETY: a chunk of the chain that the roots lend.
        unsafe { (*chunk).bounds() }
    };
    roots.peeked.is_some_and(|fragment| {
        debug_assert!(arena::bounds(Range::Fragments).contains(Word::boxed(fragment.chain().cast())));
        // SAFETY: the chain is lent by the roots.
        unsafe { chunk::chain(fragment.chain()) }.any(|chunk| bounds(chunk).contains(word))
    })
}
