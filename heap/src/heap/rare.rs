//! What a heap needs only once it has been collected, in a box of its own, so that a young process stays small.

use std::ptr::{NonNull, null_mut};

use super::{Frozen, Generation, LargeObjects};
use crate::arena::{self, Range};
use crate::chunk;
use crate::collect::Cycle;
use crate::word::Word;

/// Words that may be taken outside of the block before that is a reason to collect.
pub const OUTSIDE_WORDS_MIN: usize = 256;
/// Words of the old generation below which its growth is no reason for a major collection.
pub const OLD_WORDS_MIN: usize = 4096;
/// Words of old shared bytes below which their growth is no reason for a major collection.
pub const OLD_BYTES_WORDS_MIN: usize = 1 << 16;

/// What collections have done.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// Minor collections.
    pub minors: u32,
    /// Major collections.
    pub majors: u32,
    /// Words of objects that were found dead.
    pub reclaimed_words: u64,
}

/// The rarely used part of a heap.
pub struct Rare {
    /// The old generation.
    pub old: Generation,
    /// The old objects that are too large to be moved.
    pub large: LargeObjects,
    /// The cycle of marking that is going on, if the old generation has its large form.
    pub cycle: Option<Box<Cycle>>,
    /// Off-heap objects in the old generation.
    pub old_off_heap: *mut Word,
    /// Words of shared bytes that old off-heap objects refer to.
    pub old_bytes_words: usize,
    /// Above this many words of shared bytes, the next collection is a major one.
    pub old_bytes_words_max: usize,
    /// Above this many words of old objects, the next collection is a major one.
    pub old_words_max: usize,
    /// The older frames of a deep stack, newest last.
    pub frozen: Vec<Frozen>,
    /// So many of them, from the oldest on, point to no young object: a minor collection passes over them. This is
    /// the watermark of the stack scan.
    pub clean_frozen: usize,
    /// How many words the heap may hold after a collection; 0 is no limit.
    pub limit: usize,
    /// The size of block that the last collection recommends; 0 when there was none.
    pub block_words_next: usize,
    /// Turn and slice in which the last collection was.
    pub collected: Option<(u32, u32)>,
    /// Young words that survived the last collection.
    pub survived_words: usize,
    /// The block that was chosen last did not hold all survivors: choose safely next time.
    pub overflowed: bool,
    /// Most of what the last minor collection looked at lived.
    pub keeps: bool,
    /// Minor collections since the last major one.
    pub minors: u16,
    /// Counts.
    pub statistics: Statistics,
    /// In zeal mode, words of the object that fills the block up.
    pub filler_words: usize,
    /// Poisoned memory that is kept from use for a while.
    pub quarantine: Vec<Quarantined>,
}

/// Memory that was left by a collection in zeal mode.
pub struct Quarantined {
    /// Whose it is.
    pub range: Range,
    /// Where it starts.
    pub at: NonNull<Word>,
    /// Its size, as allocated.
    pub words: usize,
}

impl Drop for Quarantined {
    fn drop(&mut self) {
        // SAFETY: allocated with this size, and nobody uses it.
        unsafe { arena::free(self.range, self.at, self.words) };
    }
}

impl Rare {
    /// Words of old objects.
    pub fn old_words(&self) -> usize {
        self.old.used_words() + self.large.used_words()
    }

    /// Where old objects are. While a cycle sweeps, what it has not marked is left out.
    pub fn old_ranges(&self) -> Vec<(*mut Word, *mut Word)> {
        let sweeping = self.cycle.as_ref().is_some_and(|cycle| cycle.is_sweeping());
        let large = self.large.ranges(sweeping);
        match &self.old {
            Generation::Small(regions) => regions.iter().chain(large).collect(),
            Generation::Large(segments) => segments.ranges(sweeping).into_iter().chain(large).collect(),
        }
    }

    /// A major collection, or a cycle of marking, is over: the next one is due when the old generation has grown so much.
    pub fn note_major(&mut self, growth_words: usize) {
        self.minors = 0;
        self.statistics.majors += 1;
        self.old_words_max = OLD_WORDS_MIN.max(self.old_words() + growth_words);
        self.old_bytes_words_max = OLD_BYTES_WORDS_MIN.max(2 * self.old_bytes_words);
    }

    /// Words of memory that hangs on this.
    pub fn capacity_words(&self) -> usize {
        self.old.capacity_words() + self.large.capacity_words() + self.frozen_words()
    }

    /// Words of frozen frames.
    pub fn frozen_words(&self) -> usize {
        self.frozen.iter().map(|frozen| frozen.words().len()).sum()
    }
}

const _: () = assert!(size_of::<Rare>() <= 256);

impl Default for Rare {
    fn default() -> Rare {
        Rare {
            old: Generation::SMALL,
            large: LargeObjects::default(),
            cycle: None,
            old_off_heap: null_mut(),
            old_bytes_words: 0,
            old_bytes_words_max: OLD_BYTES_WORDS_MIN,
            old_words_max: OLD_WORDS_MIN,
            frozen: Vec::new(),
            clean_frozen: 0,
            limit: 0,
            block_words_next: 0,
            collected: None,
            survived_words: 0,
            overflowed: false,
            keeps: false,
            minors: 0,
            statistics: Statistics::default(),
            filler_words: 0,
            quarantine: Vec::new(),
        }
    }
}

impl Drop for Rare {
    fn drop(&mut self) {
        // SAFETY: the objects are in the old generation, which is freed after this.
        unsafe { chunk::release_off_heap(self.old_off_heap) };
    }
}
