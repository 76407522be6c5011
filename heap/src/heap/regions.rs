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
    head_words: u32,
    /// The `top` of the last one is behind the times: `top` below is right.
    all: Vec<Region>,
    /// Top and end of the last region.
    top: *mut Word,
    end: *mut Word,
    scan_region: usize,
    scan: *mut Word,
    /// Words of memory in all regions.
    capacity_words: usize,
    /// Words in use in all regions but the last.
    filled_words: usize,
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
    pub const fn with_heads(range: Range, head_words: u32) -> Regions {
        let null = std::ptr::null_mut();
        Regions {
            range,
            head_words,
            all: Vec::new(),
            top: null,
            end: null,
            scan_region: 0,
            scan: null,
            capacity_words: 0,
            filled_words: 0,
        }
    }

    /// Whether there is no region.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Room for `words` words, of which at most `expected` more are going to be asked for in this collection.
    #[inline(always)]
    pub fn allocate(&mut self, words: usize, expected: usize) -> *mut Word {
        let at = self.top;
        if words_between(at, self.end) < words {
            return self.grow(words, expected);
        }
        // SAFETY: there is room, as just checked.
        self.top = unsafe { at.add(words) };
        at
    }

    #[cold]
    fn grow(&mut self, words: usize, expected: usize) -> *mut Word {
        let capacity = self.capacity_words;
        let growth = capacity.min(DOUBLING_WORDS_MAX).max(capacity / 4).max(REGION_WORDS_MIN);
        // A heap that is collected once should not grow for more; one that keeps promoting should not be all pieces.
        let growth = growth.min(expected.max(capacity / 2));
        let head_words = self.head_words as usize;
        let size = arena::rounded(words.max(growth) + head_words);
        // SAFETY: `size` words were allocated.
        let start = unsafe { arena::allocate(self.range, size).as_ptr().add(head_words) };
        if self.all.is_empty() {
            (self.scan_region, self.scan) = (0, start);
        }
        self.retire_last();
        // SAFETY: `size - head_words` words, at least `words`, from `start`.
        unsafe { (self.top, self.end) = (start.add(words), start.add(size - head_words)) };
        self.capacity_words += words_between(start, self.end);
        self.all.push(Region { start, top: self.top, end: self.end });
        start
    }

    /// Writes down how far the last region is filled.
    fn retire_last(&mut self) {
        if let Some(last) = self.all.last_mut() {
            last.top = self.top;
            self.filled_words += words_between(last.start, last.top);
        }
    }

    /// How far a region is filled.
    fn top_of(&self, index: usize) -> *mut Word {
        if index + 1 == self.all.len() { self.top } else { self.all[index].top }
    }

    /// Makes what comes from now on the part that is still to be looked through.
    pub fn start_scan(&mut self) {
        if !self.all.is_empty() {
            (self.scan_region, self.scan) = (self.all.len() - 1, self.top);
        }
    }

    /// The next words to look through, which count as looked through.
    #[inline]
    pub fn next_scan(&mut self) -> Option<(*mut Word, *mut Word)> {
        loop {
            if self.scan_region >= self.all.len() {
                return None;
            }
            let top = self.top_of(self.scan_region);
            if self.scan < top {
                return Some((mem::replace(&mut self.scan, top), top));
            }
            let next = self.all.get(self.scan_region + 1)?;
            self.scan_region += 1;
            self.scan = next.start;
        }
    }

    /// Words in use.
    pub fn used_words(&self) -> usize {
        let last = self.all.last().map_or(0, |last| words_between(last.start, self.top));
        self.filled_words + last
    }

    /// Words of memory.
    pub fn capacity_words(&self) -> usize {
        self.capacity_words
    }

    /// The regions' used parts.
    pub fn iter(&self) -> impl Iterator<Item = (*mut Word, *mut Word)> {
        self.all.iter().enumerate().map(|(index, region)| (region.start, self.top_of(index)))
    }

    /// Gives the regions away, with their memory.
    pub fn take_regions(&mut self) -> Vec<Region> {
        self.retire_last();
        (self.top, self.end) = (std::ptr::null_mut(), std::ptr::null_mut());
        (self.capacity_words, self.filled_words) = (0, 0);
        mem::take(&mut self.all)
    }

    /// Gives the memory away: start and words of each allocation.
    pub fn take(&mut self) -> impl Iterator<Item = (NonNull<Word>, usize)> + use<> {
        let head_words = self.head_words as usize;
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
