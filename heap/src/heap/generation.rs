//! The old generation, in one of two forms: see `docs/collection.md`.

use std::ptr::NonNull;

use super::{Regions, Segments};
use crate::arena::Range;
use crate::word::Word;

/// The old generation, without its large objects.
pub enum Generation {
    /// Regions, which a major collection leaves for others.
    Small(Regions),
    /// Segments, in which nothing moves while they are used.
    Large(Box<Segments>),
}

impl Generation {
    /// An empty one of the small form.
    pub const SMALL: Generation = Generation::Small(Regions::new(Range::Blocks));

    /// An empty one of the large form; `poison` as for [`Segments::new`].
    pub fn large(poison: bool) -> Generation {
        Generation::Large(Box::new(Segments::new(poison)))
    }

    /// The segments, if it has that form.
    #[inline]
    pub fn segments(&mut self) -> Option<&mut Segments> {
        match self {
            Generation::Small(_) => None,
            Generation::Large(segments) => Some(segments),
        }
    }

    /// Whether it consists of segments.
    pub fn is_large(&self) -> bool {
        matches!(self, Generation::Large(_))
    }

    /// Room for a copy of `words` words, of which at most `expected` more are going to be asked for in this collection.
    #[inline(always)]
    pub fn allocate(&mut self, words: usize, expected: usize) -> *mut Word {
        match self {
            Generation::Small(regions) => regions.allocate(words, expected),
            Generation::Large(segments) => segments.allocate(words),
        }
    }

    /// Makes what comes from now on the part that is still to be looked through.
    pub fn start_scan(&mut self) {
        match self {
            Generation::Small(regions) => regions.start_scan(),
            Generation::Large(segments) => segments.start_scan(),
        }
    }

    /// The next words to look through, which count as looked through.
    #[inline]
    pub fn next_scan(&mut self) -> Option<(*mut Word, *mut Word)> {
        match self {
            Generation::Small(regions) => regions.next_scan(),
            Generation::Large(segments) => segments.next_scan(),
        }
    }

    /// Words of objects.
    pub fn used_words(&self) -> usize {
        match self {
            Generation::Small(regions) => regions.used_words(),
            Generation::Large(segments) => segments.used_words(),
        }
    }

    /// Words of memory.
    pub fn capacity_words(&self) -> usize {
        match self {
            Generation::Small(regions) => regions.capacity_words(),
            Generation::Large(segments) => segments.capacity_words(),
        }
    }

    /// Gives the memory away: range, start, words, and how many of them may have been written, of each allocation.
    pub fn take(&mut self) -> Vec<(Range, NonNull<Word>, usize, usize)> {
        match self {
            Generation::Small(regions) => {
                regions.take().map(|(at, words)| (Range::Blocks, at, words, words)).collect()
            }
            Generation::Large(segments) => {
                segments.take().map(|(at, words, written)| (Range::Segments, at, words, written)).collect()
            }
        }
    }
}
