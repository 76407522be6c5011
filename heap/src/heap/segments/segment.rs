//! One segment: two bitmaps, then objects.

use std::ptr::NonNull;

use super::bitmap::Bitmap;
use super::{SEGMENT_BYTES, SEGMENT_WORDS};
use crate::arena::{self, Range};
use crate::word::Word;

/// What stands at the start of a segment.
#[repr(C)]
pub struct Header {
    /// The cycle that the marks are of.
    marked_in: u32,
    /// The cycle that has swept the segment last, or in which it was made.
    pub swept_in: u32,
    /// Words of the largest hole that was found when it was swept.
    pub hole_words: usize,
    /// From this word on, none belongs to an object or ever did.
    pub end_written: usize,
    /// Covers the words of all objects that there may be.
    pub objects: Bitmap,
    marks: Bitmap,
}

/// The number of the first word that objects may have.
pub const FIRST_WORD: usize = size_of::<Header>() / size_of::<Word>();
/// Words for objects.
pub const ROOM_WORDS: usize = SEGMENT_WORDS - FIRST_WORD;

/// A segment, which its generation owns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Segment(NonNull<Header>);

impl Segment {
    /// An empty one.
    pub fn allocate(cycle: u32) -> Segment {
        let at = arena::allocate_aligned(Range::Segments, SEGMENT_WORDS).cast::<Header>();
        // SAFETY: fresh memory that is larger than a header; for a header all bits 0 are valid.
        unsafe { std::ptr::write_bytes(at.as_ptr(), 0, 1) };
        let mut segment = Segment(at);
        segment.header().swept_in = cycle;
        segment.header().hole_words = ROOM_WORDS;
        segment.header().end_written = FIRST_WORD;
        segment
    }

    /// The segment of an address.
    ///
    /// # Safety
    /// The address is of a word of a segment.
    #[inline(always)]
    pub unsafe fn of(at: *mut Word) -> Segment {
        // SAFETY: segments are aligned to their size, and none starts at 0.
        Segment(unsafe { NonNull::new_unchecked((at as usize & !(SEGMENT_BYTES - 1)) as *mut Header) })
    }

    pub fn address(self) -> NonNull<Word> {
        self.0.cast()
    }

    /// A word by its number.
    #[inline(always)]
    pub fn word(self, index: usize) -> *mut Word {
        debug_assert!(index <= SEGMENT_WORDS);
        // SAFETY: within the segment, or its end.
        unsafe { self.0.as_ptr().cast::<Word>().add(index) }
    }

    /// The number of a word, or of the end.
    #[inline(always)]
    pub fn index(self, at: *mut Word) -> usize {
        (at as usize - self.0.as_ptr() as usize) / size_of::<Word>()
    }

    #[inline(always)]
    pub fn header(&mut self) -> &mut Header {
        // SAFETY: the generation owns the segment, and reaches its header through one `Segment` at a time; objects do not
        // overlap the header.
        unsafe { self.0.as_mut() }
    }

    /// The marks of a cycle.
    #[inline(always)]
    pub fn marks(&mut self, cycle: u32) -> &mut Bitmap {
        let header = self.header();
        if header.marked_in != cycle {
            header.forget_marks(cycle);
        }
        &mut header.marks
    }

    /// Where the mark of a word stands.
    #[inline(always)]
    pub fn mark_address(self, index: usize) -> *const u64 {
        // SAFETY: within the header.
        unsafe { (&raw const (*self.0.as_ptr()).marks).cast::<u64>().add(index / 64) }
    }

    /// Makes what is marked the objects of the segment, and returns how many words they have.
    pub fn sweep(&mut self, cycle: u32) -> usize {
        self.marks(cycle);
        let header = self.header();
        header.objects.copy_from(&header.marks);
        header.swept_in = cycle;
        header.objects.count()
    }

    /// The next hole from a word on of at least so many words: first and end.
    pub fn next_hole(&mut self, from: usize, words_min: usize) -> Option<(usize, usize)> {
        let objects = &self.header().objects;
        let mut at = from;
        loop {
            let start = objects.next_clear(at);
            at = objects.next_set(start);
            if at - start >= words_min {
                return Some((start, at));
            }
            if at == SEGMENT_WORDS {
                return None;
            }
        }
    }
}

impl Header {
    #[cold]
    fn forget_marks(&mut self, cycle: u32) {
        self.marks.clear();
        self.marked_in = cycle;
    }
}
