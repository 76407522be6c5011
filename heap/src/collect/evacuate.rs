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
use crate::heap::{Frozen, Heap, Rare, Regions};
use crate::word::{Word, tag};

/// Where everything is after the copying.
pub(super) struct Evacuated {
    pub start: *mut Word,
    pub end: *mut Word,
    pub top: *mut Word,
    pub stack_top: *mut Word,
    /// Survivors for which the block had no room.
    pub spilled: Regions,
    pub old: Regions,
}

/// A collection at work.
struct Evacuation<'r> {
    block: Bounds,
    /// The part of the block whose survivors are promoted.
    aged: Bounds,
    fragments: Bounds,
    literals: Bounds,
    peeked: Option<&'r Fragment>,
    promote_all: bool,
    expected: usize,
    start: *mut Word,
    top: *mut Word,
    /// Objects end here at the latest: behind it are the words that are needed, the red zone and the stack.
    limit: *mut Word,
    scan: *mut Word,
    spilled: Regions,
    old: Regions,
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
    let mut evacuation = Evacuation {
        block: Bounds::between(heap.start, heap.top()),
        aged: Bounds::between(heap.start, heap.high_water),
        fragments: bounds(Range::Fragments),
        literals: bounds(Range::Literals),
        peeked: roots.peeked,
        promote_all: plan.promote_all,
        expected: plan.promoted_max,
        start,
        top: start,
        limit,
        scan: start,
        spilled: Regions::with_heads(Range::Fragments, chunk::HEAD_WORDS),
        old: Regions::new(Range::Blocks),
    };
    if plan.reach == Reach::Minor
        && let Some(rare) = &mut heap.rare
    {
        std::mem::swap(&mut evacuation.old, &mut rare.old);
        evacuation.old.start_scan();
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
    let Evacuation { top, spilled, old, .. } = evacuation;
    Evacuated { start, end, top, stack_top, spilled, old }
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
        let is_clean = |frozen: &&Frozen| !frozen.words().iter().any(|&word| self.is_young(word));
        rare.clean_frozen = first + rare.frozen[first..].iter().take_while(is_clean).count();
    }

    unsafe fn forward_all<const MAJOR: bool>(&mut self, words: &mut [Word]) {
        for word in words {
            // SAFETY: as the caller promises, a term, or a return address that is no pointer.
            *word = unsafe { self.forward::<MAJOR>(*word) };
        }
    }

    /// Forwards the words of all copies, until there are none that have not been looked through.
    unsafe fn drain<const MAJOR: bool>(&mut self) {
        loop {
            // SAFETY: each range from a scan position to a top holds whole copied objects.
            unsafe {
                while self.scan < self.top {
                    self.scan = self.forward_range::<MAJOR>(self.scan, self.top);
                }
                if let Some((at, end)) = self.spilled.next_scan() {
                    let at = self.forward_range::<MAJOR>(at, end);
                    self.spilled.scanned(at);
                } else if let Some((at, end)) = self.old.next_scan() {
                    let at = self.forward_range::<MAJOR>(at, end);
                    self.old.scanned(at);
                } else {
                    return;
                }
            }
        }
    }

    /// Forwards the terms from `at` to `end`, and returns `end`.
    #[inline(always)]
    unsafe fn forward_range<const MAJOR: bool>(&mut self, at: *mut Word, end: *mut Word) -> *mut Word {
        let mut at = at;
        while at < end {
            // SAFETY: whole objects stand here: headers with their raw words, which are passed over, and terms.
            unsafe {
                let word = *at;
                if word.is_header() {
                    at = at.add(1 + word.header_kind().raw_words().min(word.header_size()));
                    continue;
                }
                *at = self.forward::<MAJOR>(word);
                at = at.add(1);
            }
        }
        at
    }

    /// The word to put in the place of `word`: a pointer to the copy if it points to what this collection moves.
    #[inline(always)]
    unsafe fn forward<const MAJOR: bool>(&mut self, word: Word) -> Word {
        if !word.is_pointer() {
            return word;
        }
        let in_fragment = self.fragments.contains(word);
        let moves =
            if MAJOR { !self.literals.contains(word) } else { in_fragment || self.block.contains(word) };
        if !moves || in_fragment && self.is_peeked(word) {
            return word;
        }
        let promote = self.promote_all
            || self.aged.contains(word)
            || MAJOR && !in_fragment && !self.block.contains(word);
        // SAFETY: `word` points to an object of this heap, moved or not.
        unsafe {
            if word.is_cons() { self.forward_cons(word, promote) } else { self.forward_boxed(word, promote) }
        }
    }

    #[inline(always)]
    unsafe fn forward_cons(&mut self, word: Word, promote: bool) -> Word {
        let from = word.address();
        // SAFETY: the caller passes a pointer to a cons cell; the copy has two words too.
        unsafe {
            let head = *from;
            if head == Word::HOLE {
                return *from.add(1);
            }
            let to = self.allocate(2, promote);
            *to = head;
            *to.add(1) = *from.add(1);
            *from = Word::HOLE;
            *from.add(1) = Word::cons(to);
            Word::cons(to)
        }
    }

    #[inline(always)]
    unsafe fn forward_boxed(&mut self, word: Word, promote: bool) -> Word {
        let from = word.address();
        // SAFETY: the caller passes a pointer to an object, or to what is left of one: the pointer to its copy.
        unsafe {
            let header = *from;
            if header.tag() == tag::BOXED {
                return header;
            }
            let words = 1 + header.header_size();
            let to = self.allocate(words, promote);
            copy_words(from, to, words);
            *from = Word::boxed(to);
            Word::boxed(to)
        }
    }

    /// Room for a copy.
    #[inline(always)]
    fn allocate(&mut self, words: usize, promote: bool) -> *mut Word {
        if promote {
            return self.old.allocate(words, self.expected);
        }
        let at = self.top;
        if (self.limit as usize - at as usize) / size_of::<Word>() < words {
            return self.spilled.allocate(words, usize::MAX);
        }
        // SAFETY: there is room before the limit, as just checked.
        self.top = unsafe { at.add(words) };
        at
    }

    /// Whether the word, which has been forwarded, points to what the next minor collection will move.
    fn is_young(&self, word: Word) -> bool {
        word.is_pointer()
            && (Bounds::between(self.start, self.limit).contains(word) || self.fragments.contains(word))
    }

    #[inline]
    fn is_peeked(&self, word: Word) -> bool {
        self.peeked.is_some_and(|fragment| {
            // SAFETY: the caller of the collection lends the fragment.
            unsafe { chunk::chain(fragment.chain()).any(|chunk| (*chunk).bounds().contains(word)) }
        })
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
                head.write(chunk::Chunk {
                    next: first,
                    capacity: crate::heap::words_between(region.start, region.end),
                    used: crate::heap::words_between(region.start, region.top),
                    off_heap: std::ptr::null_mut(),
                });
                first = NonNull::new_unchecked(head).as_ptr();
            }
        }
        first
    }
}
