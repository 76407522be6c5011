//! The old generation of a large heap: segments in which nothing moves, and whose holes are filled again.
//!
//! A segment begins with two bitmaps of its words: which belong to objects, and which of those the present cycle of marking has
//! reached (see `collect::cycle`). Objects are promoted into holes between the objects of segments that a cycle has swept, or
//! into fresh segments.

mod bitmap;
mod segment;

use std::ptr::NonNull;

use crate::arena::{self, Range};
use crate::heap::words_between;
use crate::word::Word;
use segment::{FIRST_WORD, ROOM_WORDS, Segment};

/// Words in a segment, with its bitmaps.
pub const SEGMENT_WORDS: usize = 1 << 15;
const SEGMENT_BYTES: usize = SEGMENT_WORDS * size_of::<Word>();
/// Holes of fewer words are left alone. Objects of more words look for holes of their own.
const HOLE_WORDS_MIN: usize = 16;
/// So many segments are looked at for a hole before a fresh one is taken.
const SEGMENTS_SEEN: usize = 8;

const _: () = assert!(super::LARGE_WORDS < ROOM_WORDS);

/// A hole that is being filled.
struct Hole {
    segment: Option<Segment>,
    /// What stands from here up to `top` is not in the bitmaps yet.
    start: *mut Word,
    /// A collection has looked through all before.
    scanned: *mut Word,
    top: *mut Word,
    end: *mut Word,
}

/// Segments, the holes that are being filled, and what a collection has to look through of what it promoted.
pub struct Segments {
    all: Vec<Segment>,
    /// Those with holes; they have been swept.
    open: Vec<Segment>,
    small: Hole,
    /// For objects of more than `HOLE_WORDS_MIN` words that did not fit the other.
    medium: Hole,
    /// Parts of holes that are filled and to be looked through.
    filled: Vec<(*mut Word, *mut Word)>,
    /// The present cycle of marking, or the last one.
    cycle: u32,
    /// It is going on: what is promoted is marked.
    marking: bool,
    /// Words of objects in the bitmaps: those that lived through the last cycle, and what was promoted since.
    used_words: usize,
    /// Words that have been marked in this cycle.
    marked_words: usize,
    /// Those of them that have been promoted since it began.
    promoted_words: usize,
    /// Words that it has found dead.
    dead_words: usize,
    /// Segments with lower numbers than this are to be swept.
    unswept: usize,
    /// The present collection had to take fresh memory.
    has_grown: bool,
    poison: bool,
}

impl Hole {
    const NONE: Hole = {
        let null = std::ptr::null_mut();
        Hole { segment: None, start: null, scanned: null, top: null, end: null }
    };

    fn new(segment: Segment, (first, end): (usize, usize)) -> Hole {
        let (start, end) = (segment.word(first), segment.word(end));
        // SAFETY: words of the segment that belong to no object, and not at 0.
        unsafe { arena::allow(NonNull::new_unchecked(start), words_between(start, end)) };
        Hole { segment: Some(segment), start, scanned: start, top: start, end }
    }

    #[inline(always)]
    fn allocate(&mut self, words: usize) -> Option<*mut Word> {
        let at = self.top;
        if words_between(at, self.end) < words {
            return None;
        }
        // SAFETY: there is room, as just checked.
        self.top = unsafe { at.add(words) };
        Some(at)
    }

    /// Notes in the bitmaps what it has been filled with, as marked when a cycle is given; so many words.
    fn note(&mut self, marked_in: Option<u32>) -> usize {
        let Some(mut segment) = self.segment.filter(|_| self.start < self.top) else { return 0 };
        let (from, to) = (segment.index(self.start), segment.index(self.top));
        segment.header().objects.set(from, to);
        segment.header().end_written = segment.header().end_written.max(to);
        if let Some(cycle) = marked_in {
            segment.marks(cycle).set(from, to);
        }
        self.start = self.top;
        to - from
    }

    /// What a collection has not looked through.
    fn unscanned(&mut self) -> Option<(*mut Word, *mut Word)> {
        (self.scanned < self.top).then(|| (std::mem::replace(&mut self.scanned, self.top), self.top))
    }
}

impl Segments {
    /// None yet. `poison` has dead words overwritten when they are found.
    pub fn new(poison: bool) -> Segments {
        Segments {
            all: Vec::new(),
            open: Vec::new(),
            small: Hole::NONE,
            medium: Hole::NONE,
            filled: Vec::new(),
            cycle: 0,
            marking: false,
            used_words: 0,
            marked_words: 0,
            promoted_words: 0,
            dead_words: 0,
            unswept: 0,
            has_grown: false,
            poison,
        }
    }

    /// Room for an object of so many words, which is not a large one.
    #[inline(always)]
    pub fn allocate(&mut self, words: usize) -> *mut Word {
        match self.small.allocate(words) {
            Some(at) => at,
            None => self.allocate_further(words),
        }
    }

    #[cold]
    fn allocate_further(&mut self, words: usize) -> *mut Word {
        let is_medium = words > HOLE_WORDS_MIN;
        if let Some(at) = is_medium.then(|| self.medium.allocate(words)).flatten() {
            return at;
        }
        self.note_promoted();
        let mut left = std::mem::replace(self.hole(is_medium), Hole::NONE);
        self.filled.extend(left.unscanned());
        let (segment, room) = self.next_hole(&left, words.max(HOLE_WORDS_MIN));
        let hole = self.hole(is_medium);
        *hole = Hole::new(segment, room);
        hole.allocate(words).expect("the hole was chosen for this")
    }

    fn hole(&mut self, is_medium: bool) -> &mut Hole {
        if is_medium { &mut self.medium } else { &mut self.small }
    }

    /// The next hole of at least so many words after the one that is left.
    fn next_hole(&mut self, left: &Hole, words_min: usize) -> (Segment, (usize, usize)) {
        if let Some(mut segment) = left.segment
            && let Some(room) = segment.next_hole(segment.index(left.end), words_min)
        {
            return (segment, room);
        }
        if let Some(mut segment) = self.open_segment(words_min) {
            let room = segment.next_hole(FIRST_WORD, words_min);
            return (segment, room.expect("a hole of this size was seen"));
        }
        let segment = Segment::allocate(self.cycle);
        self.all.push(segment);
        self.has_grown = true;
        (segment, (FIRST_WORD, SEGMENT_WORDS))
    }

    /// A segment with a hole of so many words, for which some are looked at, and some swept that were going to be.
    fn open_segment(&mut self, words_min: usize) -> Option<Segment> {
        let unseen = self.open.len().saturating_sub(SEGMENTS_SEEN);
        let fits = |segment: &Segment| { *segment }.header().hole_words >= words_min;
        if let Some(at) = self.open[unseen..].iter().rposition(fits) {
            return Some(self.open.swap_remove(unseen + at));
        }
        for _ in 0..SEGMENTS_SEEN {
            if !self.sweep_next() {
                break;
            }
            if self.open.last().is_some_and(fits) {
                return self.open.pop();
            }
        }
        None
    }

    /// Notes in the bitmaps what has been promoted.
    pub fn note_promoted(&mut self) {
        let marked_in = self.marking.then_some(self.cycle);
        let words = self.small.note(marked_in) + self.medium.note(marked_in);
        self.used_words += words;
        self.marked_words += words;
        self.promoted_words += words;
    }

    /// Makes what comes from now on the part that is still to be looked through.
    pub fn start_scan(&mut self) {
        debug_assert!(self.filled.is_empty());
        self.small.scanned = self.small.top;
        self.medium.scanned = self.medium.top;
        self.has_grown = false;
    }

    /// Whether this collection had to take fresh memory, whose pages come from the system.
    pub fn has_grown(&self) -> bool {
        self.has_grown
    }

    /// The next words to look through, which count as looked through.
    pub fn next_scan(&mut self) -> Option<(*mut Word, *mut Word)> {
        let open = self.small.unscanned().or_else(|| self.medium.unscanned());
        open.or_else(|| self.filled.pop())
    }

    /// Words of objects, as far as they are known to live.
    pub fn used_words(&self) -> usize {
        let fresh = |hole: &Hole| words_between(hole.start, hole.top);
        self.used_words + fresh(&self.small) + fresh(&self.medium)
    }

    /// Words of memory.
    pub fn capacity_words(&self) -> usize {
        self.all.len() * SEGMENT_WORDS
    }

    /// Starts a cycle of marking: all marks are gone, and what is promoted is marked.
    pub fn start_cycle(&mut self) {
        self.note_promoted();
        self.cycle += 1;
        self.marking = true;
        (self.marked_words, self.promoted_words, self.dead_words) = (0, 0, 0);
    }

    /// Marks an object.
    ///
    /// # Safety
    /// An object of so many words stands there, in a segment of these, and has not been marked.
    #[inline(always)]
    pub unsafe fn mark(&mut self, at: *mut Word, words: usize) {
        // SAFETY: as promised.
        let mut segment = unsafe { Segment::of(at) };
        let index = segment.index(at);
        segment.marks(self.cycle).set(index, index + words);
        self.marked_words += words;
    }

    /// Asks for the memory of an object and of its mark.
    ///
    /// # Safety
    /// `at` is in a segment of these.
    #[inline(always)]
    pub unsafe fn prefetch(&self, at: *mut Word) {
        // SAFETY: as promised.
        let segment = unsafe { Segment::of(at) };
        prefetch(at);
        prefetch(segment.mark_address(segment.index(at)));
    }

    /// Whether the object at `at` has been marked.
    ///
    /// # Safety
    /// `at` is in a segment of these.
    #[inline(always)]
    pub unsafe fn is_marked(&self, at: *mut Word) -> bool {
        // SAFETY: as promised.
        let mut segment = unsafe { Segment::of(at) };
        let index = segment.index(at);
        segment.marks(self.cycle).get(index)
    }

    /// All that can be reached is marked, and nothing else looks at the marks: what is promoted goes where nothing has been
    /// before, or in segments that have been swept.
    pub fn end_marking(&mut self) {
        self.note_promoted();
        (self.small, self.medium) = (Hole::NONE, Hole::NONE);
        debug_assert!(self.filled.is_empty(), "between collections all has been looked through");
        self.open.clear();
        self.dead_words = self.used_words - self.marked_words;
        self.used_words = self.marked_words;
        self.unswept = self.all.len();
    }

    /// Sweeps the next segment; false when there is none.
    pub fn sweep_next(&mut self) -> bool {
        // From the last to the first, so that behind it are only such as need not be swept.
        let Some(index) = self.unswept.checked_sub(1) else { return false };
        self.unswept = index;
        self.sweep(index);
        true
    }

    fn sweep(&mut self, index: usize) {
        let mut segment = self.all[index];
        if segment.sweep(self.cycle) == 0 {
            self.all.swap_remove(index);
            // SAFETY: ours, and no mark has reached an object in it.
            return unsafe { free(segment) };
        }
        if self.poison {
            poison(segment);
        }
        let holes = std::iter::successors(segment.next_hole(FIRST_WORD, HOLE_WORDS_MIN), |&(_, end)| {
            { segment }.next_hole(end, HOLE_WORDS_MIN)
        });
        let hole_words = holes.map(|(start, end)| end - start).max().unwrap_or(0);
        segment.header().hole_words = hole_words;
        if hole_words > 0 {
            self.open.push(segment);
        }
    }

    /// The cycle is over.
    pub fn end_cycle(&mut self) {
        self.note_promoted();
        self.marking = false;
    }

    /// Words that the last cycle has found dead.
    pub fn dead_words(&self) -> usize {
        self.dead_words
    }

    /// Words that were promoted while it went on: if they are dead, only the next cycle finds out.
    pub fn promoted_words(&self) -> usize {
        self.promoted_words
    }

    /// Where objects are. `swept_only`: in segments that are still to be swept only what is marked counts.
    pub fn ranges(&self, swept_only: bool) -> Vec<(*mut Word, *mut Word)> {
        let mut ranges = Vec::new();
        for &segment in &self.all {
            let mut header = segment;
            let is_swept = header.header().swept_in == self.cycle;
            let bitmap =
                if swept_only && !is_swept { header.marks(self.cycle) } else { &mut header.header().objects };
            ranges.extend(bitmap.runs(FIRST_WORD).map(|(from, to)| (segment.word(from), segment.word(to))));
        }
        ranges
    }

    /// Gives the memory away: start, words, and how many of them have been written, of each segment.
    pub fn take(&mut self) -> impl Iterator<Item = (NonNull<Word>, usize, usize)> + use<> {
        self.note_promoted();
        let given = |mut segment: Segment| (segment.address(), SEGMENT_WORDS, segment.header().end_written);
        std::mem::take(&mut self.all).into_iter().map(given)
    }
}

/// Asks for what stands at an address, be there something or not, before it is needed.
#[inline(always)]
pub fn prefetch<T>(at: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: any address may be given.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(at.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// # Safety
/// Nobody uses the segment any more.
unsafe fn free(segment: Segment) {
    // SAFETY: allocated with this size.
    unsafe { arena::free(Range::Segments, segment.address(), SEGMENT_WORDS) };
}

/// Overwrites what has been written in the holes of a segment, and tells the sanitizer that nobody may look at them.
fn poison(mut segment: Segment) {
    let (mut at, end_written) = (FIRST_WORD, segment.header().end_written);
    while let Some((start, end)) = segment.next_hole(at, 1) {
        // SAFETY: words of the segment that belong to no object.
        unsafe {
            let hole = NonNull::new_unchecked(segment.word(start));
            arena::allow(hole, end - start);
            let written = end.min(end_written).saturating_sub(start);
            std::slice::from_raw_parts_mut(hole.as_ptr(), written).fill(Word::HOLE);
            arena::forbid(hole, end - start, 0);
        }
        at = end;
    }
}

impl Drop for Segments {
    fn drop(&mut self) {
        for segment in std::mem::take(&mut self.all) {
            // SAFETY: its generation is gone.
            unsafe { free(segment) };
        }
    }
}
