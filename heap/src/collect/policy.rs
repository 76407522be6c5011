//! When to collect what, and how large the next block is.

use std::ops::RangeInclusive;

use super::Reach;
use crate::heap::{Heap, RED_ZONE, Rare, words_between};

/// A block is not made larger than this for the sake of its nursery alone, which bounds a minor collection.
pub(super) const BLOCK_WORDS_MAX: usize = 1 << 16;
/// The same while the old generation is a large one.
const BLOCK_WORDS_MAX_LARGE: usize = 1 << 15;
/// The same while a cycle goes on in it, a slice of which follows each collection.
const BLOCK_WORDS_MAX_CYCLE: usize = 1 << 13;
/// The same while the cycle is behind.
const BLOCK_WORDS_MAX_BEHIND: usize = 1 << 12;
/// With more young words than this, survivors go straight to the old generation.
const YOUNG_WORDS_MAX: usize = 2 * BLOCK_WORDS_MAX;
/// When most of so many words or more lived through a minor collection, the next one promotes all that lives: to see whether
/// it ages would be to copy it twice.
const KEEPS_WORDS_MIN: usize = 1 << 12;
/// Two collections in one turn, which ends when the process waits, are the work of one that allocates much. Its block grows
/// although little survives, so that collections become rare; that of a process which does little each time it is woken
/// stays small. No clock is asked, so that a run can be repeated. So large does a block become for that reason: it fits
/// the caches next to the processor.
pub(super) const BUSY_WORDS_MAX: usize = 1 << 13;
/// The same when more than one word in `PROMOTES_SHARE` of a block is promoted: what lives for some collections only had better die
/// in a larger block, as the old generation is collected seldom.
const PROMOTING_WORDS_MAX: usize = 1 << 15;
const PROMOTES_SHARE: usize = 16;
/// Two collections with at most so many slices of the scheduler between them are the work of a process that is often woken, and
/// of few. What that takes in collections is saved by a block of some more words, which the million processes that are
/// woken now and then do not get.
const OFTEN_SLICES_MAX: u32 = 64;
/// So large a block becomes for that reason.
const OFTEN_WORDS_MAX: usize = 256;
/// An old generation with more words than this becomes one of segments, one with less than half of them small again. So many
/// words are copied in about half a millisecond.
const SMALL_WORDS_MAX: usize = 1 << 16;
/// The same in zeal mode.
const SMALL_WORDS_MAX_ZEAL: usize = 1 << 8;
/// So much work a slice of a cycle does at least and at most, in steps of some nanoseconds. It is the least after a collection
/// that had to take fresh memory, for which the system takes its time.
pub(super) const SLICE_STEPS: RangeInclusive<usize> = 1 << 14..=STEPS_PER_PROMOTED * BLOCK_WORDS_MAX_CYCLE;
/// A large old generation of up to so many words may double until the next cycle begins; a larger one may not, for the sake of
/// memory.
const DOUBLED_WORDS_MAX: usize = 1 << 22;
/// A cycle owes so many steps for each word that is promoted while it goes on. Marking takes at most three for a word that lives,
/// so that a cycle is over before the generation has grown by half of what lives.
/// The most that a slice does is what a block of `BLOCK_WORDS_MAX_CYCLE` words makes it owe.
pub(super) const STEPS_PER_PROMOTED: usize = 6;
/// A cycle that owes more than this is behind: large messages were promoted, or fresh memory had to be taken.
pub(super) const OWED_STEPS_MAX: usize = 1 << 18;
/// The same in zeal mode.
const SLICE_STEPS_ZEAL: usize = 64;
/// In zeal mode, every so many collections of a small heap is a major one.
const ZEAL_MAJOR: u32 = 3;
/// In zeal mode, a heap is checked after every collection that can be paid with so many words looked at for each.
const ZEAL_WORDS: usize = 1024;
/// In zeal mode, so many collections go by until a heap is checked after every other one, and so many more until it is
/// after every third one.
const ZEAL_CHECKS: u32 = 1 << 13;

/// How often a process is collected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Now and then.
    Seldom,
    /// Before others had many slices: see `OFTEN_SLICES_MAX`.
    Often,
    /// Before it has waited.
    Busy,
}

impl Pace {
    /// From turn and slice of the last collection to those of this one.
    pub(super) fn between(last: Option<(u32, u32)>, (turn, slice): (u32, u32)) -> Pace {
        match last {
            Some((last, _)) if last == turn => Pace::Busy,
            Some((_, last)) if slice.wrapping_sub(last) <= OFTEN_SLICES_MAX => Pace::Often,
            _ => Pace::Seldom,
        }
    }

    /// A block is not made larger than this because of it.
    fn words_max(self, promotes: bool) -> usize {
        match self {
            Pace::Seldom => 0,
            Pace::Often => OFTEN_WORDS_MAX,
            Pace::Busy if promotes => PROMOTING_WORDS_MAX,
            Pace::Busy => BUSY_WORDS_MAX,
        }
    }
}

/// What a collection is going to do.
pub(super) struct Plan {
    pub reach: Reach,
    /// Words that must be free afterwards.
    pub need: usize,
    /// Words of stack that stay in the block.
    pub stack_words: usize,
    /// A cycle begins after it.
    pub begins_cycle: bool,
    /// Survivors are promoted whatever their age.
    pub promote_all: bool,
    /// The size of the new block.
    pub block_words: usize,
    /// Words of old objects before.
    pub old_words: usize,
    /// At most so many words can be promoted.
    pub promoted_max: usize,
    /// Old objects are copied to segments, if they are copied.
    pub to_large: bool,
}

impl Plan {
    pub fn new(heap: &Heap, need: usize, stack_words: usize, reach: Reach, peeked: bool) -> Plan {
        let aged = words_between(heap.start, heap.high_water);
        let filler = heap.rare.as_ref().map_or(0, |rare| rare.filler_words);
        let young = heap.young_words() - aged - filler + heap.fragment_words();
        let keeps = heap.rare.as_ref().is_some_and(|rare| rare.keeps);
        let begins_cycle = reach == Reach::Minor && heap.cycle_is_due();
        let promotes = reach == Reach::Hibernate || begins_cycle || young > YOUNG_WORDS_MAX || keeps;
        let promote_all = promotes && !peeked;
        let fixed = stack_words + need + RED_ZONE;
        let block_words = if promote_all && reach == Reach::Hibernate {
            fixed
        } else if promote_all {
            fixed.max(heap.block_words_next())
        } else {
            (fixed + heap.expected_survivors(young)).max(heap.block_words_next())
        };
        let old_words = heap.old_words();
        let moved = if reach == Reach::Minor { 0 } else { old_words };
        let promoted_max = moved + aged + if promote_all { young } else { 0 };
        let to_large = reach != Reach::Minor && promoted_max > heap.small_words_max();
        Plan {
            reach,
            need,
            stack_words,
            begins_cycle,
            promote_all,
            block_words,
            old_words,
            promoted_max,
            to_large,
        }
    }
}

impl Heap {
    /// How thorough a collection should be that nobody asked for.
    pub(super) fn reach(&self) -> Reach {
        let copies = match &self.rare {
            Some(rare) if rare.old.is_large() => rare.cycle.is_none() && self.is_sparse(),
            Some(_) => self.major_is_due() || self.outgrows(),
            None => self.major_is_due(),
        };
        if copies { Reach::Major } else { Reach::Minor }
    }

    /// Whether the old generation is, or is about to be, too large for its form.
    fn outgrows(&self) -> bool {
        let old_words = self.old_words();
        let young_words = self.young_words() + self.fragment_words();
        old_words > self.small_words_max()
            || young_words > YOUNG_WORDS_MAX && old_words + young_words > 4 * self.small_words_max()
    }

    /// Whether the old generation consists of segments and does not need them.
    pub(super) fn is_sparse(&self) -> bool {
        self.old_is_large() && self.old_words() <= self.small_words_max() / 2
    }

    /// Whether the old generation consists of segments.
    pub(crate) fn old_is_large(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.old.is_large())
    }

    fn small_words_max(&self) -> usize {
        if self.zeal { SMALL_WORDS_MAX_ZEAL } else { SMALL_WORDS_MAX }
    }

    /// The steps of the next slice of a cycle that owes so many.
    pub(super) fn slice_steps(&self, owed: usize, has_grown: bool) -> usize {
        match (self.zeal, has_grown) {
            (true, _) => SLICE_STEPS_ZEAL,
            (false, true) => *SLICE_STEPS.start(),
            (false, false) => owed.clamp(*SLICE_STEPS.start(), *SLICE_STEPS.end()),
        }
    }

    /// Whether a cycle of marking is to begin.
    fn cycle_is_due(&self) -> bool {
        let is_idle = |rare: &Rare| rare.old.is_large() && rare.cycle.is_none();
        self.rare.as_deref().is_some_and(is_idle) && self.major_is_due()
    }

    /// Whether the next collection is a major one, or starts a cycle.
    pub(super) fn major_is_due(&self) -> bool {
        let Some(rare) = &self.rare else { return self.minors_max == 0 };
        rare.minors >= self.minors_max
            || rare.old_words() > rare.old_words_max
            || rare.old_bytes_words > rare.old_bytes_words_max
            || self.zeal && rare.minors as u32 + 1 >= ZEAL_MAJOR * self.zeal_interval()
    }

    /// In zeal mode, how many collections go by between two that look at the whole heap: one for a small heap, more
    /// for a large one, so that a test takes time in proportion to its collections.
    fn zeal_interval(&self) -> u32 {
        1 + ((self.old_words() + self.young_words() + self.stack_words()) / ZEAL_WORDS) as u32
    }

    /// In zeal mode, whether to check the heap after this collection: the longer a process has run, the less often.
    pub(super) fn is_worth_checking(&self) -> bool {
        let done = self.statistics();
        let collections = done.minors + done.majors;
        collections.is_multiple_of(self.zeal_interval() + collections / ZEAL_CHECKS)
    }

    /// How many of `young` words to make room for in the new block. If more survive, the rest stays in fragments.
    fn expected_survivors(&self, young: usize) -> usize {
        match &self.rare {
            Some(rare) if rare.block_words_next != 0 && !rare.overflowed && !self.zeal => {
                young.min(young / 2 + rare.survived_words)
            }
            _ => young,
        }
    }

    /// The recommended size of the next block: the first collection grows a block once, as it will fill up again.
    fn block_words_next(&self) -> usize {
        if self.zeal {
            return 0;
        }
        match &self.rare {
            Some(rare) if rare.block_words_next != 0 => rare.block_words_next,
            _ => self.block_words() * 8 / 5,
        }
        .max(self.words_min as usize)
    }
}

/// Whether the next collection need not wait for survivors to age, after `lived` words of `before` lived through this one.
pub(super) fn keeps(lived: usize, before: usize) -> bool {
    before >= KEEPS_WORDS_MIN && lived > before / 2
}

/// The size to recommend for the next block, after `used` words of survivors and stack were found when this one
/// has `block_words`, and so many were promoted: at least half of a block should be free after a collection, and not nearly
/// all of it.
pub(super) fn recommend(
    used: usize,
    promoted: usize,
    block_words: usize,
    words_min: usize,
    pace: Pace,
    words_max: usize,
) -> usize {
    let grows_to = pace.words_max(promoted > block_words / PROMOTES_SHARE);
    let size = if used > block_words / 2 {
        2 * used
    } else if block_words < grows_to {
        2 * block_words
    } else if used < block_words / 8 && block_words > grows_to && pace != Pace::Busy {
        block_words / 2
    } else {
        block_words
    };
    size.min(words_max).max(words_min)
}

/// The steps that a cycle owes for so many words that have been promoted.
pub(super) fn owed_steps(promoted: usize) -> usize {
    STEPS_PER_PROMOTED * promoted
}

/// The most words of a block: what ages leaves it with the next collection, so that it need not grow above a bound for the `held`
/// words of survivors and stack. Where a cycle goes on, it owes so many steps.
pub(super) fn block_words_max(held: usize, ages: bool, old_is_large: bool, owed: Option<usize>) -> usize {
    let words_max = match owed {
        _ if !ages => return usize::MAX,
        _ if !old_is_large => BLOCK_WORDS_MAX,
        None => BLOCK_WORDS_MAX_LARGE,
        Some(owed) if owed <= OWED_STEPS_MAX => BLOCK_WORDS_MAX_CYCLE,
        Some(_) => BLOCK_WORDS_MAX_BEHIND,
    };
    words_max.max(held)
}

/// A large old generation may grow by so many words until the next cycle begins, if so many were found alive.
pub(super) fn growth_words(live_words: usize) -> usize {
    (live_words / 2).max(live_words.min(DOUBLED_WORDS_MAX))
}
