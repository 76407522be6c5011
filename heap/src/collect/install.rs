//! After the copying: off-heap objects are swept, the memory that was left is freed, the numbers are brought up to
//! date.

use std::ptr::{NonNull, null_mut};

use super::evacuate::Evacuated;
use super::policy::{self, Pace, Plan};
use super::{Reach, Roots};
use crate::arena::{self, Bounds, Range, bounds};
use crate::bits::shared;
use crate::chunk::{self, Chunk};
use crate::heap::{Generation, Heap, Quarantined, RED_ZONE, rare, words_between};
use crate::layout::{Kind, header, ref_bits};
use crate::word::{Word, tag};

/// How many pieces of poisoned memory are kept from use in zeal mode.
const QUARANTINE: usize = 32;

impl Heap {
    /// Takes the new memory into use and frees the old.
    pub(super) fn install(&mut self, plan: &Plan, new: Evacuated) {
        let overflowed = !new.spilled.is_empty();
        let block = Bounds::between(new.start, new.top);
        let (old_block, old_block_words) = (self.start, self.block_words());
        let rare = self.rare_mut();
        let mut left = std::mem::replace(&mut rare.old, new.old);
        rare.large = new.large;
        if plan.reach != Reach::Minor {
            rare.cycle = None;
            rare.large.sweep(0, usize::MAX);
        }
        if let Some(segments) = rare.old.segments() {
            segments.note_promoted();
        }
        self.sweep(plan.reach, block);
        // SAFETY: all that lived there has been copied, and the off-heap objects have been swept.
        unsafe {
            if plan.reach != Reach::Minor {
                self.discard_generation(&mut left);
            }
            self.discard_chain(self.fragments.get());
            self.discard(Range::Blocks, NonNull::new_unchecked(old_block), old_block_words, old_block_words);
        }
        (self.start, self.end) = (new.start, new.end);
        self.top.set(new.top);
        self.stack_top.set(new.stack_top);
        self.fragments.set(new.spilled.into_chain());
        self.high_water = if overflowed || new.holds_peeked { new.start } else { new.top };
        self.rare_mut().overflowed = overflowed;
    }

    /// Finds the off-heap objects that moved, sorts them into young and old, and releases those that did not.
    fn sweep(&mut self, reach: Reach, block: Bounds) {
        let young = self.off_heap.replace(null_mut());
        let fragments = bounds(Range::Fragments);
        let mut lists = [young, null_mut()];
        let rare = self.rare.get_or_insert_default();
        if reach != Reach::Minor {
            lists[1] = std::mem::replace(&mut rare.old_off_heap, null_mut());
            rare.old_bytes_words = 0;
        }
        let mut kept = null_mut();
        for list in lists {
            // SAFETY: the objects, moved or not, still have their links and shared bytes in their old places.
            for object in unsafe { chunk::off_heap_list(list) } {
                // SAFETY: as above; what has moved left the new pointer in its header's place.
                unsafe {
                    let moved = *object;
                    if moved.tag() != tag::BOXED {
                        shared::release((*object.add(ref_bits::SHARED)).0);
                    } else if block.contains(moved) || fragments.contains(moved) {
                        kept = chunk::link_off_heap(moved.address(), kept);
                    } else {
                        rare.old_bytes_words += chunk::off_heap_words(moved.address());
                        rare.old_off_heap = chunk::link_off_heap(moved.address(), rare.old_off_heap);
                    }
                }
            }
        }
        self.off_heap.set(kept);
    }

    /// Brings counts, limits and recommendations up to date. `before` is how many words were looked at. So many words have been
    /// promoted.
    pub(super) fn account(&mut self, plan: &Plan, before: usize, roots: &Roots<'_>) -> usize {
        let spilled = self.fragment_words();
        let survived = self.young_words() + spilled;
        let old_words = self.old_words();
        let (block_words, words_min) = (self.block_words(), self.words_min as usize);
        let saturated = |words: usize| u32::try_from(words).unwrap_or(u32::MAX);
        self.outside.set(saturated(spilled));
        let more = if self.zeal { 0 } else { rare::OUTSIDE_WORDS_MIN.max(block_words) };
        self.outside_max = saturated(spilled + more);
        let ages = survived == 0 || self.high_water > self.start;
        let rare = self.rare_mut();
        rare.survived_words = survived;
        let pace = Pace::between(rare.collected, (roots.turn, roots.slice));
        rare.collected = Some((roots.turn, roots.slice));
        let promoted = if plan.reach == Reach::Minor { old_words - plan.old_words } else { old_words };
        let lived = survived + promoted;
        rare.keeps = plan.reach == Reach::Minor && policy::keeps(lived, before);
        let used = plan.stack_words + if rare.keeps { lived } else { survived };
        let held = plan.stack_words + survived;
        let words_max = policy::block_words_max(held, ages, rare.old.is_large(), rare.owed_steps());
        rare.block_words_next = policy::recommend(used, promoted, block_words, words_min, pace, words_max);
        if plan.reach == Reach::Minor {
            rare.minors = rare.minors.saturating_add(1);
            rare.statistics.minors += 1;
        } else {
            rare.note_major(if rare.old.is_large() { policy::growth_words(old_words) } else { old_words });
        }
        rare.statistics.reclaimed_words += before.saturating_sub(lived) as u64;
        promoted
    }

    /// In zeal mode, fills the block up so that the next allocation has to collect again, which makes a block of exactly
    /// the size that it needs.
    pub(super) fn fill_up(&mut self, need: usize) {
        let gap = self.free_words() - need;
        self.rare_mut().filler_words = gap;
        if gap > 0 {
            // SAFETY: `gap` words are free above the top; what stands there afterwards is one object.
            unsafe {
                *self.top() = header(Kind::HeapBits, gap - 1);
                self.set_top(self.top().add(gap));
            }
        }
        debug_assert!(words_between(self.top(), self.stack_top()) == need + RED_ZONE);
    }

    unsafe fn discard_generation(&mut self, old: &mut Generation) {
        for (range, at, words, written) in old.take() {
            // SAFETY: as the caller promises, nobody uses this memory.
            unsafe { self.discard(range, at, words, written) };
        }
    }

    unsafe fn discard_chain(&mut self, first: *mut Chunk) {
        // SAFETY: as the caller promises, the chain is ours and nobody uses it.
        for chunk in unsafe { chunk::chain(first) } {
            // SAFETY: as above.
            unsafe {
                let (at, words) = Chunk::allocation(NonNull::new_unchecked(chunk));
                self.discard(Range::Fragments, at, words, words);
            }
        }
    }

    /// Frees memory; in zeal mode poisons what has been written of it and keeps it for a while, so that who looks at it finds
    /// holes.
    unsafe fn discard(&mut self, range: Range, at: NonNull<Word>, words: usize, written: usize) {
        if !self.zeal {
            // SAFETY: as the caller promises, this was allocated with this size and nobody uses it.
            return unsafe { arena::free(range, at, words) };
        }
        // SAFETY: as above.
        unsafe {
            std::slice::from_raw_parts_mut(at.as_ptr(), written).fill(Word::HOLE);
            arena::forbid(at, words, 0);
        }
        let quarantine = &mut self.rare_mut().quarantine;
        if quarantine.len() == QUARANTINE {
            quarantine.remove(0);
        }
        quarantine.push(Quarantined { range, at, words });
    }
}
