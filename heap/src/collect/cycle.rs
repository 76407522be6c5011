//! A cycle of marking in a large old generation, in slices between which the process runs: see `docs/collection.md`.
//!
//! Terms are immutable. So what a process can reach at any moment of a cycle was reachable when the cycle began, and is going to
//! be marked, or has been made since, and is marked when it is promoted. Old objects point to old objects only, so nothing that is
//! young need be looked at after the beginning.

use super::{Roots, policy};
use crate::arena::{Bounds, Range, bounds};
use crate::bits::shared;
use crate::chunk;
use crate::heap::{Generation, Heap, LargeObjects, Rare, Segments, prefetch, words_between};
use crate::layout::ref_bits;
use crate::pace;
use crate::word::Word;

/// Steps for an object that has not been seen, which has to come from memory; a word takes one.
const OBJECT_STEPS: usize = 4;
/// Steps for a cell of a list.
const CELL_STEPS: usize = 4;
/// Steps for an entry of a list of off-heap objects.
const ENTRY_STEPS: usize = 16;
/// Steps for a large object that is swept.
const LARGE_STEPS: usize = 32;
/// Large objects that are swept at once.
const LARGE_PORTION: usize = 64;
/// Steps for a segment that is swept.
const SEGMENT_STEPS: usize = 1536;
/// So many words of a range are looked at before what they lead to is.
const WORDS_AT_ONCE: usize = 16;
/// So many elements of a list may wait to be looked through while the list is walked, and so many cells are walked at once.
const ELEMENTS_AHEAD: usize = 64;
const CELLS_AT_ONCE: usize = 1024;
/// So many cells ahead of the one that is looked at are asked for from memory.
const CELLS_AHEAD: isize = 24;
/// So many objects are asked for from memory before the first of them is looked at.
const AHEAD: usize = 8;

/// Words to look through: first and end.
type Words = (*mut Word, *mut Word);

/// A cycle that has begun.
pub(crate) struct Cycle {
    phase: Phase,
    /// Parts of marked objects that have not been looked through.
    ranges: Vec<Words>,
    /// Steps that it has to do for what has been promoted since it began, and has not done.
    owed: usize,
    /// So many frozen parts of the stack, from the oldest on, have not been looked through.
    pub frozen_left: usize,
}

enum Phase {
    Marking,
    /// Sweeping the list of off-heap objects, up to the one after this, which is kept; null before the first one.
    OffHeap(*mut Word),
    /// Sweeping the large objects from this address on.
    Large(usize),
    /// Sweeping the segments.
    Segments,
}

impl Cycle {
    /// Whether all is marked that is going to be.
    pub fn is_sweeping(&self) -> bool {
        !matches!(self.phase, Phase::Marking)
    }

    fn marker<'m>(&'m mut self, segments: &'m mut Segments, large: &'m mut LargeObjects) -> Marker<'m> {
        let (in_segments, in_blocks) = (bounds(Range::Segments), bounds(Range::Blocks));
        let (ahead, next) = ([Word::NIL; AHEAD], 0);
        Marker { segments, large, ranges: &mut self.ranges, in_segments, in_blocks, ahead, next, steps: 0 }
    }
}

impl Heap {
    /// After a minor collection: does a slice of the cycle that goes on, if one does.
    pub(super) fn advance_cycle(&mut self, promoted: usize) {
        let rare = self.rare_mut();
        let Some(mut cycle) = rare.cycle.take() else { return };
        cycle.owed += policy::owed_steps(promoted);
        let has_grown = rare.old.segments().is_some_and(|segments| segments.has_grown());
        let steps = self.slice_steps(cycle.owed, has_grown);
        self.rare_mut().advance(cycle, steps);
    }

    /// Notes what roots and young objects point to. Of these there are only such as a message that is being looked at has kept
    /// from being promoted.
    pub(super) fn begin_cycle(&mut self, roots: &Roots<'_>) {
        let rare = self.rare.as_deref_mut().expect("there is an old generation");
        let Generation::Large(segments) = &mut rare.old else { return };
        segments.start_cycle();
        rare.large.start_round();
        let frozen_left = rare.frozen.len();
        let mut cycle = Box::new(Cycle { phase: Phase::Marking, ranges: Vec::new(), owed: 0, frozen_left });
        let mut marker = cycle.marker(segments, &mut rare.large);
        let stack_words = words_between(self.stack_top.get(), self.end);
        // SAFETY: roots and young objects hold terms of this heap, and both are up to date after a collection.
        unsafe {
            marker.note_all(roots.registers);
            roots.extra.iter().for_each(|slice| marker.note_all(slice));
            marker.note_all(std::slice::from_raw_parts(self.stack_top.get(), stack_words));
            marker.note_objects((self.start, self.top.get()));
            for fragment in chunk::chain(self.fragments.get()) {
                marker.note_objects(((*fragment).data(), (*fragment).data().add((*fragment).used)));
            }
        }
        marker.flush();
        rare.minors = 0;
        rare.cycle = Some(cycle);
    }
}

impl Rare {
    /// Does so many steps of a cycle.
    fn advance(&mut self, mut cycle: Box<Cycle>, steps: usize) {
        let mut left = steps;
        while left > 0 {
            let portion = left.min(pace::PORTION);
            let (done, is_over) = self.advance_portion(&mut cycle, portion);
            pace::charge(done);
            if is_over {
                return self.end_cycle();
            }
            left = left.saturating_sub(done);
            cycle.owed = cycle.owed.saturating_sub(done);
        }
        self.cycle = Some(cycle);
    }

    /// Does about so many steps; how many there were, and whether the cycle is over.
    fn advance_portion(&mut self, cycle: &mut Cycle, steps: usize) -> (usize, bool) {
        let Generation::Large(segments) = &mut self.old else { return (0, true) };
        match cycle.phase {
            Phase::Marking => {
                let mut marker = cycle.marker(segments, &mut self.large);
                let is_done = marker.run(steps);
                let done = marker.steps + 1;
                if is_done && cycle.frozen_left > 0 {
                    cycle.frozen_left -= 1;
                    let words = self.frozen[cycle.frozen_left].words();
                    return (done + cycle.note_frozen(words, segments, &mut self.large), false);
                }
                if is_done {
                    cycle.phase = Phase::OffHeap(std::ptr::null_mut());
                }
                (done, false)
            }
            Phase::OffHeap(kept) => {
                let (kept, done) = self.sweep_off_heap(kept, steps / ENTRY_STEPS + 1);
                cycle.phase = if done { Phase::Large(0) } else { Phase::OffHeap(kept) };
                (steps, false)
            }
            Phase::Large(from) => {
                let next = self.large.sweep(from, LARGE_PORTION);
                cycle.phase = match next {
                    Some(next) => Phase::Large(next),
                    None => {
                        segments.end_marking();
                        Phase::Segments
                    }
                };
                (LARGE_PORTION * LARGE_STEPS, false)
            }
            Phase::Segments => (SEGMENT_STEPS, !segments.sweep_next()),
        }
    }

    /// Looks at `count` off-heap objects after `kept` and gives up what was not marked. The last one that is kept, and whether
    /// there are no more.
    fn sweep_off_heap(&mut self, kept: *mut Word, count: usize) -> (*mut Word, bool) {
        let Generation::Large(segments) = &mut self.old else { return (kept, true) };
        let mut kept = kept;
        for _ in 0..count {
            // SAFETY: the list is ours, and `kept` stands in it. What is not marked is dead, but it is there still: segments
            // are swept later.
            unsafe {
                let object = if kept.is_null() { self.old_off_heap } else { next_of(kept) };
                if object.is_null() {
                    return (kept, true);
                }
                if segments.is_marked(object) {
                    kept = object;
                    continue;
                }
                let next = next_of(object);
                if kept.is_null() {
                    self.old_off_heap = next;
                } else {
                    *kept.add(ref_bits::NEXT) = Word(next as u64);
                }
                self.old_bytes_words = self.old_bytes_words.saturating_sub(chunk::off_heap_words(object));
                shared::release((*object.add(ref_bits::SHARED)).0);
            }
        }
        (kept, false)
    }

    fn end_cycle(&mut self) {
        let Generation::Large(segments) = &mut self.old else { return };
        segments.end_cycle();
        self.statistics.reclaimed_words += segments.dead_words() as u64;
        let seen_words = segments.used_words().saturating_sub(segments.promoted_words());
        self.note_major(policy::growth_words(seen_words));
    }

    /// The steps that the cycle owes, if one goes on.
    pub(super) fn owed_steps(&self) -> Option<usize> {
        self.cycle.as_ref().map(|cycle| cycle.owed)
    }

    /// Marks what the next `count` words of the newest frozen frames lead to, if the cycle has not looked at them.
    pub(crate) fn mark_frames(&mut self, count: usize) {
        let (Generation::Large(segments), Some(cycle)) = (&mut self.old, &mut self.cycle) else { return };
        if let Some(frozen) = self.frozen.last()
            && self.frozen.len() <= cycle.frozen_left
        {
            cycle.note_frozen(&frozen.words()[..=count], segments, &mut self.large);
        }
    }
}

/// The next object of a list of off-heap objects.
///
/// # Safety
/// `object` stands in such a list.
unsafe fn next_of(object: *mut Word) -> *mut Word {
    // SAFETY: as promised.
    unsafe { (*object.add(ref_bits::NEXT)).0 as *mut Word }
}

impl Cycle {
    /// Notes what words of frozen frames point to; how many steps that takes.
    fn note_frozen(&mut self, words: &[Word], segments: &mut Segments, large: &mut LargeObjects) -> usize {
        let mut marker = self.marker(segments, large);
        // SAFETY: words of a stack of this heap.
        unsafe { marker.note_all(words) };
        marker.flush();
        marker.steps
    }
}

/// A slice of marking at work.
struct Marker<'m> {
    segments: &'m mut Segments,
    large: &'m mut LargeObjects,
    ranges: &'m mut Vec<Words>,
    in_segments: Bounds,
    in_blocks: Bounds,
    /// Pointers to objects that have been asked for from memory, and where the oldest of them stands.
    ahead: [Word; AHEAD],
    next: usize,
    steps: usize,
}

impl Marker<'_> {
    /// Does about so many steps; true when there is nothing left to look through.
    fn run(&mut self, steps: usize) -> bool {
        while self.steps < steps {
            let Some((at, end)) = self.ranges.pop() else {
                self.flush();
                if self.ranges.is_empty() {
                    return true;
                }
                continue;
            };
            let stop = at.wrapping_add(WORDS_AT_ONCE).min(end);
            if stop < end {
                self.ranges.push((stop, end));
            }
            // SAFETY: terms of a marked object. The first of them is looked into first: what is on the way to the end of a
            // list are its elements, one at a time.
            unsafe { self.note_all(std::slice::from_raw_parts(at, words_between(at, stop))) };
        }
        self.flush();
        false
    }

    /// Notes what words point to, so that what the first one leads to is looked through first.
    ///
    /// # Safety
    /// Each is a term of this heap, or something on a stack.
    unsafe fn note_all(&mut self, words: &[Word]) {
        self.steps += words.len();
        for &word in words.iter().rev() {
            // SAFETY: as promised.
            unsafe { self.note(word) };
        }
    }

    /// Notes what the words of young objects point to.
    ///
    /// # Safety
    /// Whole objects stand there.
    unsafe fn note_objects(&mut self, (start, end): Words) {
        self.steps += words_between(start, end);
        let mut at = start;
        while at < end {
            // SAFETY: as promised.
            unsafe {
                let word = *at;
                at = at.add(1);
                if word.is_header() {
                    at = at.add(word.header_kind().raw_words().min(word.header_size()));
                } else {
                    self.note(word);
                }
            }
        }
    }

    /// Notes what a word points to, if that is an old object.
    #[inline(always)]
    unsafe fn note(&mut self, word: Word) {
        if !word.is_pointer() {
            return;
        }
        if self.in_segments.contains(word) {
            // SAFETY: as just tested.
            unsafe { self.segments.prefetch(word.address()) };
            let oldest = std::mem::replace(&mut self.ahead[self.next], word);
            self.next = (self.next + 1) % AHEAD;
            // SAFETY: it was noted before.
            unsafe { self.look(oldest) };
        } else if LargeObjects::may_be_large(word) && self.in_blocks.contains(word) {
            self.note_large(word.address());
        }
    }

    #[cold]
    fn note_large(&mut self, at: *mut Word) {
        if self.large.mark(at) == Some(true) {
            // SAFETY: a large object, which is boxed.
            unsafe { self.look_through(at) };
        }
    }

    /// Looks at all objects that have been noted.
    fn flush(&mut self) {
        for _ in 0..AHEAD {
            let oldest = std::mem::replace(&mut self.ahead[self.next], Word::NIL);
            self.next = (self.next + 1) % AHEAD;
            // SAFETY: it was noted before.
            unsafe { self.look(oldest) };
        }
    }

    /// Marks an object, unless it is, and has it looked through.
    ///
    /// # Safety
    /// It is a pointer to an object in a segment, or none.
    #[inline(always)]
    unsafe fn look(&mut self, word: Word) {
        if !word.is_pointer() {
            return;
        }
        let at = word.address();
        // SAFETY: as promised.
        unsafe {
            if self.segments.is_marked(at) {
                return;
            }
            if word.is_cons() {
                return self.walk_list(at);
            }
            self.steps += OBJECT_STEPS;
            self.segments.mark(at, 1 + (*at).header_size());
            self.look_through(at);
        }
    }

    /// Marks cells of a list and has their elements looked through, and after those the rest of the list.
    ///
    /// # Safety
    /// An unmarked cons stands there, in a segment.
    unsafe fn walk_list(&mut self, first: *mut Word) {
        let below = self.ranges.len();
        self.ranges.push((first, first));
        let mut cell = first;
        for _ in 0..CELLS_AT_ONCE {
            self.steps += CELL_STEPS;
            // SAFETY: an unmarked cons, at first as promised, then as tested.
            let tail = unsafe {
                self.segments.mark(cell, 2);
                if (*cell).is_pointer() {
                    self.ranges.push((cell, cell.add(1)));
                }
                self.ranges[below] = (cell.add(1), cell.add(2));
                *cell.add(1)
            };
            let goes_on = tail.is_cons() && self.in_segments.contains(tail);
            // SAFETY: a pointer to an object in a segment.
            if !goes_on || unsafe { self.segments.is_marked(tail.address()) } {
                break;
            }
            if self.ranges.len() - below > ELEMENTS_AHEAD {
                break;
            }
            // A list mostly lies in the order in which it was copied.
            let stride = (tail.address() as isize).wrapping_sub(cell as isize);
            prefetch(tail.address().wrapping_byte_offset(CELLS_AHEAD * stride));
            cell = tail.address();
        }
    }

    /// Has the terms of a boxed object looked through.
    ///
    /// # Safety
    /// A boxed object stands there.
    #[inline(always)]
    unsafe fn look_through(&mut self, at: *mut Word) {
        // SAFETY: as promised.
        unsafe {
            let size = (*at).header_size();
            let raw_words = (*at).header_kind().raw_words().min(size);
            if raw_words < size {
                self.ranges.push((at.add(1 + raw_words), at.add(1 + size)));
            }
        }
    }
}

#[cfg(test)]
mod tests;
