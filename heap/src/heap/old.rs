//! Memory that grows by regions: the old generation, and what survivors do not find room for in a new block.

use std::mem;
use std::ptr::NonNull;

use crate::arena::{self, Range};
use crate::heap::words_between;
use crate::word::Word;

/// One piece of memory, filled from its start.
pub struct Region {
    pub start: *mut Word,
    pub top: *mut Word,
    pub end: *mut Word,
}

/// Regions in the order in which they were filled; objects go to the last one.
///
/// The *scan position* is how far a collection has looked through the objects: all before it is done.
pub struct Regions {
    range: Range,
    /// Words to leave in front of each region.
    head_words: usize,
    all: Vec<Region>,
    scan_region: usize,
    scan: *mut Word,
}

/// The least size of a region in words, unless less is expected.
const REGION_WORDS_MIN: usize = 64;
/// Up to this many words, each region is as large as all before; after that a quarter of it.
const DOUBLING_WORDS_MAX: usize = 8192;

impl Regions {
    /// None yet; they will be in `range`.
    pub const fn new(range: Range) -> Regions {
        Regions::with_heads(range, 0)
    }

    /// As [`Regions::new`], with `head_words` words in front of each region for the owner's use.
    pub const fn with_heads(range: Range, head_words: usize) -> Regions {
        Regions { range, head_words, all: Vec::new(), scan_region: 0, scan: std::ptr::null_mut() }
    }

    /// Whether there is no region.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Room for `words` words, of which at most `expected` more are going to be asked for in this collection.
    #[inline(always)]
    pub fn allocate(&mut self, words: usize, expected: usize) -> *mut Word {
        match self.all.last_mut() {
            Some(last) if words_between(last.top, last.end) >= words => {
                let at = last.top;
                // SAFETY: there is room, as just checked.
                last.top = unsafe { at.add(words) };
                at
            }
            _ => self.grow(words, expected),
        }
    }

    #[cold]
    fn grow(&mut self, words: usize, expected: usize) -> *mut Word {
        let capacity = self.capacity_words();
        let growth = capacity.min(DOUBLING_WORDS_MAX).max(capacity / 4).max(REGION_WORDS_MIN).min(expected);
        let size = arena::rounded(words.max(growth) + self.head_words);
        // SAFETY: `size` words were allocated.
        let start = unsafe { arena::allocate(self.range, size).as_ptr().add(self.head_words) };
        if self.all.is_empty() {
            (self.scan_region, self.scan) = (0, start);
        }
        let room = size - self.head_words;
        // SAFETY: `room` words, at least `words`, from `start`.
        unsafe { self.all.push(Region { start, top: start.add(words), end: start.add(room) }) };
        start
    }

    /// Makes what comes from now on the part that is still to be looked through.
    pub fn start_scan(&mut self) {
        if let Some(last) = self.all.last() {
            (self.scan_region, self.scan) = (self.all.len() - 1, last.top);
        }
    }

    /// The next word to look through and the end of the words that stand there at this moment.
    #[inline]
    pub fn next_scan(&mut self) -> Option<(*mut Word, *mut Word)> {
        loop {
            let region = self.all.get(self.scan_region)?;
            if self.scan < region.top {
                return Some((self.scan, region.top));
            }
            let next = self.all.get(self.scan_region + 1)?;
            self.scan_region += 1;
            self.scan = next.start;
        }
    }

    /// All before `at` has been looked through.
    #[inline]
    pub fn scanned(&mut self, at: *mut Word) {
        self.scan = at;
    }

    /// Words in use.
    pub fn used_words(&self) -> usize {
        self.all.iter().map(|region| words_between(region.start, region.top)).sum()
    }

    /// Words of memory.
    pub fn capacity_words(&self) -> usize {
        self.all.iter().map(|region| words_between(region.start, region.end)).sum()
    }

    /// The regions' used parts.
    pub fn iter(&self) -> impl Iterator<Item = (*mut Word, *mut Word)> {
        self.all.iter().map(|region| (region.start, region.top))
    }

    /// Gives the regions away, with their memory.
    pub fn take_regions(&mut self) -> Vec<Region> {
        mem::take(&mut self.all)
    }

    /// Gives the memory away: start and words of each allocation.
    pub fn take(&mut self) -> impl Iterator<Item = (NonNull<Word>, usize)> + use<> {
        let head_words = self.head_words;
        self.take_regions().into_iter().map(move |region| {
            // SAFETY: the memory starts `head_words` words before the region, and not at 0.
            let start = unsafe { NonNull::new_unchecked(region.start.sub(head_words)) };
            (start, words_between(region.start, region.end) + head_words)
        })
    }
}

impl Drop for Regions {
    fn drop(&mut self) {
        let range = self.range;
        for (at, words) in self.take() {
            // SAFETY: allocated in `grow` with this size, and nobody uses it any more.
            unsafe { arena::free(range, at, words) };
        }
    }
}
