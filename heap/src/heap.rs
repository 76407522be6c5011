//! The heap of a process: one block in which objects grow up and the stack grows down, fragments for what does
//! not fit it, and an old generation.
//!
//! ```text
//!        start        high_water       top        stack_top              end
//!          | survivors of   | made since |   free    | frames, newest first |
//!          | a collection   |            |           |                      |
//! ```
//!
//! Allocation never moves anything: it takes from the free part, or else from an overflow fragment. Objects move
//! in [`Heap::collect`] alone. Between the two pointers there are always [`RED_ZONE`] free words, so that a call
//! may push its return address without a test: whoever takes words tests for that many more.

mod config;
mod frames;
mod generation;
mod large;
pub(crate) mod rare;
mod regions;
mod segments;

use std::cell::Cell;
use std::ptr::{NonNull, null_mut};

use crate::arena::{self, Range};
use crate::bits::shared::{self, Shared};
use crate::build::Build;
use crate::chunk::{self, Chunk};
use crate::fragment::{Fragment, Message};
use crate::layout::ref_bits;
use crate::term::Term;
use crate::word::Word;

pub use config::HeapConfig;
pub(crate) use frames::Frozen;
pub use frames::StackWords;
pub(crate) use generation::Generation;
pub(crate) use large::{LARGE_WORDS, LargeObjects};
pub use rare::Statistics;
pub(crate) use rare::{Quarantined, Rare};
pub(crate) use regions::Regions;
#[cfg(test)]
pub(crate) use segments::SEGMENT_WORDS;
pub(crate) use segments::{Segments, prefetch};

/// Words that are free between heap and stack at any moment.
pub const RED_ZONE: usize = 4;

/// The least room in a fragment for what overflows the block.
const OVERFLOW_WORDS_MIN: usize = 60;

/// So many words may be taken outside of the block, or as many as the block has, by a process that allocates nothing
/// itself.
const OUTSIDE_WORDS_MAX: u32 = 1 << 12;

/// The heap of a process.
pub struct Heap {
    pub(crate) start: *mut Word,
    pub(crate) end: *mut Word,
    pub(crate) top: Cell<*mut Word>,
    pub(crate) stack_top: Cell<*mut Word>,
    /// Objects below survived a collection, and will be promoted if they survive one more.
    pub(crate) high_water: *mut Word,
    /// Attached messages and overflow fragments, newest first.
    pub(crate) fragments: Cell<*mut Chunk>,
    /// Off-heap objects in the block and in fragments.
    pub(crate) off_heap: Cell<*mut Word>,
    /// Words taken outside of the block since the last collection: in fragments, and an eighth of those in shared
    /// bytes. The number stays where it is at its end (32 GB).
    pub(crate) outside: Cell<u32>,
    /// Above this many words outside, it is time to collect.
    pub(crate) outside_max: u32,
    /// What a process needs only once it has been collected.
    pub(crate) rare: Option<Box<Rare>>,
    /// Return address of an instruction that calls [`Heap::underflow`].
    pub(crate) underflow: Word,
    /// The least size of the block.
    pub(crate) words_min: u32,
    /// So many minor collections between two major ones at most.
    pub(crate) minors_max: u16,
    pub(crate) zeal: bool,
}

// SAFETY: a heap owns its memory; its terms point into it, to literals and to counted bytes only.
unsafe impl Send for Heap {}

const _: () = assert!(size_of::<Heap>() <= 88);

impl Heap {
    /// An empty heap with an empty stack.
    #[inline]
    pub fn new(config: &HeapConfig) -> Heap {
        let (start, size) =
            arena::allocate_rounded(Range::Blocks, (config.words_min as usize).max(2 * RED_ZONE));
        let start = start.as_ptr();
        // SAFETY: the block has `size` words.
        let end = unsafe { start.add(size) };
        Heap {
            start,
            end,
            top: Cell::new(start),
            stack_top: Cell::new(end),
            high_water: start,
            fragments: Cell::new(null_mut()),
            off_heap: Cell::new(null_mut()),
            outside: Cell::new(0),
            outside_max: if config.zeal { 0 } else { rare::OUTSIDE_WORDS_MIN as u32 },
            rare: config.rare(),
            underflow: Word::return_address(config.underflow),
            words_min: size as u32,
            minors_max: config.minors_max,
            zeal: config.zeal,
        }
    }

    /// Where the next object goes.
    #[inline(always)]
    pub fn top(&self) -> *mut Word {
        self.top.get()
    }

    /// Moves the top after objects were built there.
    ///
    /// # Safety
    /// Whole objects stand from the start of the block to `top`, and `top` leaves the red zone free.
    #[inline(always)]
    pub unsafe fn set_top(&self, top: *mut Word) {
        debug_assert!(self.start <= top && top <= self.stack_top.get());
        self.top.set(top);
    }

    /// Moves both at once, as after a process has run on copies of them.
    ///
    /// # Safety
    /// As for [`Heap::set_top`] and [`Heap::set_stack_top`].
    #[inline(always)]
    pub unsafe fn set_tops(&self, top: *mut Word, stack_top: *mut Word) {
        debug_assert!(self.start <= top && top <= stack_top && stack_top <= self.end);
        self.top.set(top);
        self.stack_top.set(stack_top);
    }

    /// The newest word on the stack.
    #[inline(always)]
    pub fn stack_top(&self) -> *mut Word {
        self.stack_top.get()
    }

    /// Moves the top of the stack after words were pushed or popped.
    ///
    /// # Safety
    /// Terms and return addresses stand from `stack_top` to the end of the block, and the red zone is free.
    #[inline(always)]
    pub unsafe fn set_stack_top(&self, stack_top: *mut Word) {
        debug_assert!(self.top.get() <= stack_top && stack_top <= self.end);
        self.stack_top.set(stack_top);
    }

    /// The end of the block, where the stack starts.
    #[inline(always)]
    pub fn stack_end(&self) -> *mut Word {
        self.end
    }

    /// Free words between heap and stack, without the red zone.
    #[inline(always)]
    pub fn free_words(&self) -> usize {
        let between = (self.stack_top.get() as usize - self.top.get() as usize) / size_of::<Word>();
        between.saturating_sub(RED_ZONE)
    }

    /// Pushes a word on the stack. The caller has made sure that there is room.
    ///
    /// # Safety
    /// The word is a term of this heap, a return address or a catch tag.
    #[inline]
    pub unsafe fn push(&self, word: Word) {
        debug_assert!(self.free_words() > 0);
        // SAFETY: there is a free word below the top of the stack.
        unsafe {
            let at = self.stack_top.get().sub(1);
            *at = word;
            self.stack_top.set(at);
        }
    }

    /// Whether so much was taken outside of the block that it is time to collect.
    #[inline(always)]
    pub fn wants_collection(&self) -> bool {
        self.outside.get() > self.outside_max
    }

    /// Whether so much was taken outside of the block that it is time to collect, although the process does nothing that
    /// would find out: it takes messages and forgets them.
    #[inline(always)]
    pub fn is_overdue(&self) -> bool {
        self.outside.get() > self.outside_max.max(OUTSIDE_WORDS_MAX)
    }

    /// A term of this heap.
    ///
    /// # Safety
    /// The word is an immediate, a literal that outlives the borrow, or a pointer into this heap that was made or
    /// updated since the last collection.
    #[inline(always)]
    pub unsafe fn term(&self, word: Word) -> Term<'_> {
        // SAFETY: as promised.
        unsafe { Term::from_word(word) }
    }

    /// Takes a message: its term becomes one of this heap, its words count as allocated, and the next collection
    /// moves them. Nothing is copied here.
    #[inline]
    pub fn attach(&self, message: Message) -> Term<'_> {
        let (root, fragment) = message.into_parts();
        if let Some(fragment) = fragment {
            self.attach_fragment(fragment);
        }
        // SAFETY: the term's objects are in the fragment, which is the heap's now.
        unsafe { Term::from_word(root) }
    }

    /// Takes the memory of a message whose root word is already known.
    #[inline]
    pub fn attach_fragment(&self, fragment: Fragment) {
        let first = fragment.into_chain();
        // SAFETY: the chain and the list of its off-heap objects are ours now.
        unsafe {
            if !(*first).off_heap.is_null() {
                self.take_off_heap((*first).off_heap);
            }
            let mut last = first;
            let mut words = (*last).used;
            while !(*last).next.is_null() {
                last = (*last).next;
                words += (*last).used;
            }
            (*last).next = self.fragments.replace(first);
            self.count_outside(words);
        }
    }

    #[inline(always)]
    fn count_outside(&self, words: usize) {
        self.outside.set(self.outside.get().saturating_add(u32::try_from(words).unwrap_or(u32::MAX)));
    }

    /// Puts a list of off-heap objects in front of this heap's.
    #[cold]
    unsafe fn take_off_heap(&self, list: *mut Word) {
        // SAFETY: the caller hands the list over.
        for object in unsafe { chunk::off_heap_list(list) } {
            // SAFETY: an object of the list, whose link has been read already.
            self.own_off_heap(unsafe { NonNull::new_unchecked(object) });
        }
    }

    /// Room in a fragment, when the block is full.
    #[cold]
    fn overflow(&self, words: usize) -> NonNull<Word> {
        self.count_outside(words);
        let last = self.fragments.get();
        // SAFETY: the fragments are ours and nobody else holds a reference to a header.
        if let Some(at) = unsafe { last.as_mut() }.and_then(|chunk| chunk.bump(words)) {
            return at;
        }
        let room = words.max(OVERFLOW_WORDS_MIN).max(self.outside.get() as usize);
        let mut chunk = Chunk::allocate(Range::Fragments, room, last);
        self.fragments.set(chunk.as_ptr());
        // SAFETY: fresh and ours.
        unsafe { chunk.as_mut() }.bump(words).expect("the chunk was made for this")
    }

    /// Words in the block.
    pub fn block_words(&self) -> usize {
        words_between(self.start, self.end)
    }

    /// Words of young objects in the block.
    pub fn young_words(&self) -> usize {
        words_between(self.start, self.top.get())
    }

    /// Words of attached messages and of what overflowed the block.
    pub fn fragment_words(&self) -> usize {
        // SAFETY: the chain is ours.
        unsafe { chunk::chain(self.fragments.get()).map(|chunk| (*chunk).used).sum() }
    }

    /// Words of objects in the old generation.
    pub fn old_words(&self) -> usize {
        self.rare.as_ref().map_or(0, |rare| rare.old_words())
    }

    /// Words of memory that the old generation and the frozen stack take.
    pub fn old_capacity_words(&self) -> usize {
        self.rare.as_ref().map_or(0, |rare| rare.capacity_words())
    }

    /// Words of all memory that the heap holds: block, fragments, old generation and frozen stack.
    pub fn total_words(&self) -> usize {
        // SAFETY: the chain is ours.
        let fragments: usize =
            unsafe { chunk::chain(self.fragments.get()).map(|chunk| (*chunk).capacity()).sum() };
        self.block_words() + fragments + self.old_capacity_words()
    }

    /// What counts towards a limit: all memory that the heap holds. Zeal takes memory as no program would have it, so there it is
    /// what is used of it.
    pub fn held_words(&self) -> usize {
        match self.zeal {
            false => self.total_words(),
            true => self.young_words() + self.fragment_words() + self.old_words() + self.stack_words(),
        }
    }

    /// The references to shared bytes that the heap holds, in attached messages too; not to values in place of bytes.
    pub fn shared_bytes(&self) -> impl Iterator<Item = Shared> {
        let old = self.rare.as_ref().map_or(null_mut(), |rare| rare.old_off_heap);
        // SAFETY: the lists are ours, and their objects stay while the heap is borrowed.
        let objects = [self.off_heap.get(), old].map(|list| unsafe { chunk::off_heap_list(list) });
        // SAFETY: each object holds a count of the bytes that it names.
        objects
            .into_iter()
            .flatten()
            .map(|object| unsafe { Shared::retained((*object.add(ref_bits::SHARED)).0) })
            .filter(|shared| !shared.is_owner())
    }

    /// Bytes outside of all heaps that the heap refers to, each buffer once. Takes time in proportion to the references.
    pub fn shared_bytes_held(&self) -> usize {
        let old = self.rare.as_ref().map_or(null_mut(), |rare| rare.old_off_heap);
        let mut buffers = Vec::new();
        for list in [self.off_heap.get(), old] {
            // SAFETY: the lists are ours, and their objects stay while the heap is borrowed; each holds a count.
            buffers.extend(
                unsafe { chunk::off_heap_list(list) }
                    .map(|object| unsafe { *object.add(ref_bits::SHARED) }.0),
            );
        }
        buffers.sort_unstable();
        buffers.dedup();
        // SAFETY: as above.
        buffers.into_iter().map(|address| unsafe { shared::capacity(address) }).sum()
    }

    /// No less than what [`Heap::shared_bytes_held`] finds: bytes count once for each reference to them. Looks at young references
    /// only.
    pub fn shared_bytes_bound(&self) -> usize {
        let old_words = self.rare.as_ref().map_or(0, |rare| rare.old_bytes_words);
        // SAFETY: the list is ours, and its objects stay while the heap is borrowed.
        let young = unsafe { chunk::off_heap_list(self.off_heap.get()) };
        // SAFETY: each object of the list holds a count of its bytes.
        let young_words: usize = young.map(|object| unsafe { chunk::off_heap_words(object) }).sum();
        (old_words + young_words) * size_of::<Word>()
    }

    /// What collections have done so far.
    pub fn statistics(&self) -> Statistics {
        self.rare.as_ref().map_or(Statistics::default(), |rare| rare.statistics)
    }

    /// How many minor collections there have been since the last major one.
    pub fn minors_since_major(&self) -> u16 {
        self.rare.as_ref().map_or(0, |rare| rare.minors)
    }

    /// Sets how many words the heap may hold after a collection; 0 is no limit.
    pub fn set_limit(&mut self, words: usize) {
        self.rare_mut().limit = words;
    }

    /// Sets how many minor collections there are between two major ones at most (`fullsweep_after`).
    pub fn set_minors_max(&mut self, minors: u16) {
        self.minors_max = minors;
    }

    /// Sets the least size of the block (`min_heap_size`); it is met at the next collection.
    pub fn set_words_min(&mut self, words: u32) {
        self.words_min = words.max(2 * RED_ZONE as u32);
    }

    /// Collects at every opportunity, moves everything each time, poisons what was left, and checks every word.
    pub fn set_zeal(&mut self, zeal: bool) {
        self.zeal = zeal;
    }

    pub(crate) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }
}

/// Words from `start` up to `end`.
#[inline(always)]
pub(crate) fn words_between(start: *const Word, end: *const Word) -> usize {
    (end as usize - start as usize) / size_of::<Word>()
}

// SAFETY: each call hands out other words of the block or of a fragment, which stay until a collection or the end
// of the heap; both need the heap alone. Words beyond the top are walked by nobody.
unsafe impl Build for Heap {
    #[inline]
    fn allocate(&self, words: usize) -> NonNull<Word> {
        if self.free_words() < words {
            return self.overflow(words);
        }
        let at = self.top.get();
        // SAFETY: there are at least `words` words between the top and the stack.
        self.top.set(unsafe { at.add(words) });
        // SAFETY: within the block, so not null.
        unsafe { NonNull::new_unchecked(at) }
    }

    fn own_off_heap(&self, object: NonNull<Word>) {
        // SAFETY: a new object, as the trait demands, that is in no list yet.
        unsafe {
            self.off_heap.set(chunk::link_off_heap(object.as_ptr(), self.off_heap.get()));
            // A view of bytes that were there before keeps nothing new alive.
            if shared::is_sole((*object.as_ptr().add(ref_bits::SHARED)).0) {
                self.count_outside(chunk::off_heap_words(object.as_ptr()) / 8);
            }
        }
    }
}

impl Drop for Heap {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: all of this is the heap's own, and nobody uses its terms any more.
        unsafe {
            chunk::release_off_heap(self.off_heap.get());
            chunk::free_chain(Range::Fragments, self.fragments.get());
            arena::free(Range::Blocks, NonNull::new_unchecked(self.start), self.block_words());
        }
    }
}
