//! The copying itself: Cheney's algorithm into a new block, and into the old generation for what is promoted.
//!
//! A moved object leaves its new address behind: a cons has a hole for a head and the new pointer for a tail, a
//! boxed object has the new pointer in place of its header. Each root and each word of a copied object is
//! forwarded exactly once, so that a word that is forwarded never points to a copy already.
//!
//! The old generation never points to young objects: what is promoted was below the high-water mark, so it is
//! immutable and older than the last collection, and so is what it points to.

use std::ptr::NonNull;

use super::policy::Plan;
use super::{Reach, Roots};
use crate::arena::{self, Bounds, Range, bounds};
use crate::chunk;
use crate::copy::copy_words;
use crate::fragment::Fragment;
use crate::heap::{Frozen, Generation, Heap, LARGE_WORDS, LargeObjects, Rare, Regions};
use crate::pace::{self, Steps};
use crate::word::{Word, tag};

/// Where everything is after the copying.
pub(super) struct Evacuated {
    pub start: *mut Word,
    pub end: *mut Word,
    pub top: *mut Word,
    pub stack_top: *mut Word,
    /// Survivors for which the block had no room.
    pub spilled: Regions,
    pub old: Generation,
    pub large: LargeObjects,
    /// A survivor points to the message that is being looked at.
    pub holds_peeked: bool,
}

/// What a collection moves, and where to. Small and constant, so that a loop keeps it in registers.
#[derive(Clone, Copy)]
struct From {
    block: Bounds,
    /// The part of the block whose survivors are promoted.
    aged: Bounds,
    fragments: Bounds,
    literals: Bounds,
    promote_all: bool,
    any_peeked: bool,
}

/// The free part of the new block.
#[derive(Clone, Copy)]
struct Room {
    top: *mut Word,
    /// Objects end here at the latest: behind it are the words that are needed, the red zone and the stack.
    limit: *mut Word,
}

/// Where else copies go.
struct Beyond<'r> {
    peeked: Option<&'r Fragment>,
    /// A pointer into it has been found.
    found_peeked: bool,
    /// At most so many words can be promoted.
    expected: usize,
    spilled: Regions,
    old: Generation,
    large: LargeObjects,
}

/// A collection at work.
struct Evacuation<'r> {
    from: From,
    room: Room,
    start: *mut Word,
    beyond: Beyond<'r>,
}

/// Copies all that lives.
pub(super) fn evacuate(heap: &mut Heap, plan: &Plan, roots: &mut Roots<'_>) -> Evacuated {
    let size = arena::rounded(plan.block_words);
    let start = arena::allocate(Range::Blocks, size).as_ptr();
    // SAFETY: the block has `size` words, which are enough for the stack, the need and the red zone.
    let (end, stack_top, limit) = unsafe {
        let end = start.add(size);
        let stack_top = end.sub(plan.stack_words);
        (end, stack_top, stack_top.sub(plan.need + crate::heap::RED_ZONE))
    };
    let from = From {
        block: Bounds::between(heap.start, heap.top()),
        aged: Bounds::between(heap.start, heap.high_water),
        fragments: bounds(Range::Fragments),
        literals: bounds(Range::Literals),
        promote_all: plan.promote_all,
        any_peeked: roots.peeked.is_some(),
    };
    let spilled = Regions::with_heads(Range::Fragments, chunk::HEAD_WORDS as u32);
    let old = if plan.to_large { Generation::large(heap.zeal) } else { Generation::SMALL };
    let mut large = std::mem::take(&mut heap.rare_mut().large);
    if plan.reach != Reach::Minor {
        large.start_round();
    }
    let beyond = Beyond {
        peeked: roots.peeked,
        found_peeked: false,
        expected: plan.promoted_max,
        spilled,
        old,
        large,
    };
    let mut evacuation = Evacuation { from, room: Room { top: start, limit }, start, beyond };
    if plan.reach == Reach::Minor
        && let Some(rare) = &mut heap.rare
    {
        std::mem::swap(&mut evacuation.beyond.old, &mut rare.old);
        evacuation.beyond.old.start_scan();
    }
    // SAFETY: the old stack has `stack_words` words; the new block is ours.
    let stack = unsafe {
        std::ptr::copy_nonoverlapping(heap.stack_top(), stack_top, plan.stack_words);
        std::slice::from_raw_parts_mut(stack_top, plan.stack_words)
    };
    // SAFETY: roots and stack hold terms of this heap.
    unsafe {
        if plan.reach == Reach::Minor {
            evacuation.run::<false>(heap, stack, roots);
        } else {
            evacuation.run::<true>(heap, stack, roots);
        }
    }
    let Evacuation { room: Room { top, .. }, beyond, .. } = evacuation;
    let Beyond { spilled, old, large, found_peeked: holds_peeked, .. } = beyond;
    Evacuated { start, end, top, stack_top, spilled, old, large, holds_peeked }
}

impl Evacuation<'_> {
    /// Forwards all roots, and then what they lead to.
    unsafe fn run<const MAJOR: bool>(&mut self, heap: &mut Heap, stack: &mut [Word], roots: &mut Roots<'_>) {
        // SAFETY: as the caller promises, all of these are words of this heap, and each is passed once.
        unsafe {
            self.forward_all::<MAJOR>(roots.registers);
            for slice in roots.extra.iter_mut() {
                self.forward_all::<MAJOR>(slice);
            }
            self.forward_all::<MAJOR>(stack);
            if let Some(rare) = &mut heap.rare {
                self.forward_frozen::<MAJOR>(rare);
            }
            // Roots may point to it; from now on it is survivors that do.
            self.beyond.found_peeked = false;
            self.drain::<MAJOR>();
        }
    }

    /// Forwards the frozen frames, in a minor collection those above the watermark, and moves the watermark up.
    unsafe fn forward_frozen<const MAJOR: bool>(&mut self, rare: &mut Rare) {
        let first = if MAJOR { 0 } else { rare.clean_frozen };
        for frozen in &mut rare.frozen[first..] {
            // SAFETY: as the caller promises, these are words of this heap.
            unsafe { self.forward_all::<MAJOR>(frozen.words_mut()) };
        }
        let is_clean = |frozen: &&Frozen| {
            // Looking at eight words takes a step.
            pace::charge(frozen.words().len() / 8);
            !frozen.words().iter().any(|&word| self.is_young(word))
        };
        rare.clean_frozen = first + rare.frozen[first..].iter().take_while(is_clean).count();
    }

    unsafe fn forward_all<const MAJOR: bool>(&mut self, words: &mut [Word]) {
        for portion in words.chunks_mut(pace::PORTION) {
            for word in &mut *portion {
                // SAFETY: as the caller promises, a term, or a return address that is no pointer.
                *word = unsafe { self.from.forward::<MAJOR>(*word, &mut self.room, &mut self.beyond) };
            }
            if portion.len() == pace::PORTION {
                pace::charge(pace::PORTION);
            }
        }
    }

    /// Forwards the words of all copies, until there are none that have not been looked through.
    unsafe fn drain<const MAJOR: bool>(&mut self) {
        let (from, mut room, mut scan) = (self.from, self.room, self.start);
        let (mut pause, mut steps) = (portion_from(scan), Steps::new());
        loop {
            // SAFETY: from each scan position up to each top there are whole copied objects.
            unsafe {
                while scan < room.top {
                    scan = from.forward_next::<MAJOR>(scan, &mut room, &mut self.beyond);
                    if scan >= pause {
                        pace::charge(2 * pace::PORTION);
                        pause = portion_from(scan);
                    }
                }
                if let Some((at, end)) = self.beyond.spilled.next_scan() {
                    steps.add(from.forward_range::<MAJOR>(at, end, &mut room, &mut self.beyond));
                } else if let Some((at, end)) = self.beyond.old.next_scan() {
                    steps.add(from.forward_range::<MAJOR>(at, end, &mut room, &mut self.beyond));
                } else if let Some((at, end)) = self.beyond.large.next_scan() {
                    steps.add(from.forward_range::<MAJOR>(at, end, &mut room, &mut self.beyond));
                } else {
                    break;
                }
            }
        }
        self.room = room;
    }

    /// Whether the word, which has been forwarded, points to what the next minor collection will move.
    fn is_young(&self, word: Word) -> bool {
        word.is_pointer()
            && (Bounds::between(self.start, self.room.limit).contains(word)
                || self.from.fragments.contains(word))
    }
}

/// Where a portion of work ends that begins at `at`.
fn portion_from(at: *mut Word) -> *mut Word {
    at.wrapping_add(pace::PORTION)
}

impl From {
    /// Forwards the terms from `at` to `end`; gives the steps that have not been charged for.
    unsafe fn forward_range<const MAJOR: bool>(
        &self,
        at: *mut Word,
        end: *mut Word,
        room: &mut Room,
        beyond: &mut Beyond<'_>,
    ) -> usize {
        let mut at = at;
        let mut pause = portion_from(at);
        while at < end {
            // SAFETY: whole copied objects stand here, as the caller promises.
            at = unsafe { self.forward_next::<MAJOR>(at, room, beyond) };
            if at >= pause {
                pace::charge(2 * pace::PORTION);
                pause = portion_from(at);
            }
        }
        2 * (pace::PORTION - pause.addr().saturating_sub(at.addr()) / size_of::<Word>())
    }

    /// Forwards the term at `at`, or passes over a header and its raw words, and returns the next place.
    #[inline(always)]
    unsafe fn forward_next<const MAJOR: bool>(
        &self,
        at: *mut Word,
        room: &mut Room,
        beyond: &mut Beyond<'_>,
    ) -> *mut Word {
        // SAFETY: as the caller promises, an object's header or one of its terms.
        unsafe {
            let word = *at;
            if word.is_header() {
                return at.add(1 + word.header_kind().raw_words().min(word.header_size()));
            }
            if word.is_pointer() {
                *at = self.forward::<MAJOR>(word, room, beyond);
            }
            at.add(1)
        }
    }

    /// The word to put in the place of `word`: a pointer to the copy if it points to what this collection moves.
    #[inline(always)]
    unsafe fn forward<const MAJOR: bool>(
        &self,
        word: Word,
        room: &mut Room,
        beyond: &mut Beyond<'_>,
    ) -> Word {
        if !word.is_pointer() {
            return word;
        }
        let in_block = self.block.contains(word);
        let in_fragment = !in_block && self.fragments.contains(word);
        let moves = if MAJOR { !self.literals.contains(word) } else { in_block || in_fragment };
        if !moves || self.any_peeked && in_fragment && beyond.is_peeked(word) {
            return word;
        }
        let is_old = MAJOR && !in_fragment && !in_block;
        let promote = self.promote_all || self.aged.contains(word) || is_old;
        if is_old && LargeObjects::may_be_large(word) && beyond.mark_large(word) {
            return word;
        }
        // SAFETY: `word` points to an object of this heap, moved or not.
        unsafe {
            if word.is_cons() {
                forward_cons(word, promote, room, beyond)
            } else {
                forward_boxed(word, promote, room, beyond)
            }
        }
    }
}

#[inline(always)]
unsafe fn forward_cons(word: Word, promote: bool, room: &mut Room, beyond: &mut Beyond<'_>) -> Word {
    let from = word.address();
    // SAFETY: the caller passes a pointer to a cons cell; the copy has two words too.
    unsafe {
        let (head, tail) = (*from, *from.add(1));
        if head == Word::HOLE {
            return tail;
        }
        let to = room.allocate(2, promote, beyond);
        *to = head;
        *to.add(1) = tail;
        *from = Word::HOLE;
        *from.add(1) = Word::cons(to);
        Word::cons(to)
    }
}

#[inline(always)]
unsafe fn forward_boxed(word: Word, promote: bool, room: &mut Room, beyond: &mut Beyond<'_>) -> Word {
    let from = word.address();
    // SAFETY: the caller passes a pointer to an object, or to what is left of one: the pointer to its copy.
    unsafe {
        let header = *from;
        if header.tag() == tag::BOXED {
            return header;
        }
        let words = 1 + header.header_size();
        let to = room.allocate(words, promote, beyond);
        copy_words(from, to, words);
        *from = Word::boxed(to);
        Word::boxed(to)
    }
}

impl Room {
    /// Room for a copy.
    #[inline(always)]
    fn allocate(&mut self, words: usize, promote: bool, beyond: &mut Beyond<'_>) -> *mut Word {
        if promote {
            return beyond.promote(words);
        }
        let at = self.top;
        if (self.limit as usize - at as usize) / size_of::<Word>() < words {
            return beyond.spill(words);
        }
        // SAFETY: there is room before the limit, as just checked.
        self.top = unsafe { at.add(words) };
        at
    }
}

impl Beyond<'_> {
    #[inline(always)]
    fn promote(&mut self, words: usize) -> *mut Word {
        if words > LARGE_WORDS {
            return self.large.allocate(words);
        }
        self.old.allocate(words, self.expected)
    }

    /// Has a large object looked through if it was not; false when it is none.
    #[cold]
    fn mark_large(&mut self, word: Word) -> bool {
        let marked = self.large.mark(word.address());
        if marked == Some(true) {
            self.large.look_through(word.address());
        }
        marked.is_some()
    }

    #[cold]
    fn spill(&mut self, words: usize) -> *mut Word {
        self.spilled.allocate(words, usize::MAX)
    }

    #[cold]
    fn is_peeked(&mut self, word: Word) -> bool {
        let is_peeked = self.peeked.is_some_and(|fragment| {
            // SAFETY: the caller of the collection lends the fragment.
            unsafe { chunk::chain(fragment.chain()).any(|chunk| (*chunk).bounds().contains(word)) }
        });
        self.found_peeked |= is_peeked;
        is_peeked
    }
}

impl Regions {
    /// Makes a chain of chunks of the regions, which were given room for the headers.
    pub(super) fn into_chain(mut self) -> *mut chunk::Chunk {
        let mut first = std::ptr::null_mut();
        for region in self.take_regions() {
            // SAFETY: each region's memory starts with room for a header.
            unsafe {
                let head = region.start.sub(chunk::HEAD_WORDS).cast::<chunk::Chunk>();
                let capacity = crate::heap::words_between(region.start, region.end);
                let used = crate::heap::words_between(region.start, region.top);
                head.write(chunk::Chunk::new(first, capacity, used));
                first = NonNull::new_unchecked(head).as_ptr();
            }
        }
        first
    }
}
