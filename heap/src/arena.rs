//! Where the memory of terms comes from: address ranges reserved once, spans of pages within them, and
//! size-classed slabs with a small cache for each thread.
//!
//! This is the one process-wide state of the crate. It holds memory, never meaning: two machines in one program
//! share it as they share the allocator. See `docs/memory.md`.

mod cache;
mod class;
mod pages;
mod reserve;
mod sanitizer;
mod slab;

use std::ptr::NonNull;

use crate::word::Word;

pub use class::WORDS_MAX as SLAB_WORDS_MAX;
pub use pages::PAGE as PAGE_BYTES;
pub use reserve::{Bounds, Range, bounds};
pub(crate) use sanitizer::{allow, forbid};

/// How many words an allocation of `words` words really gets: its class, or whole pages.
#[inline]
pub fn rounded(words: usize) -> usize {
    match class::of(words) {
        Some(class) => class::words(class),
        None => words.next_multiple_of(pages::PAGE_WORDS),
    }
}

/// Memory for `words` words, not filled, in `range`; really [`rounded`] words. Takes no lock when this thread's
/// cache has a free block of the class.
#[inline]
pub fn allocate(range: Range, words: usize) -> NonNull<Word> {
    allocate_rounded(range, words).0
}

/// As [`allocate`], with the number of words that there really are.
#[inline]
pub fn allocate_rounded(range: Range, words: usize) -> (NonNull<Word>, usize) {
    match class::of(words) {
        Some(class) => {
            let (at, words) = (cache::allocate(range, class), class::words(class));
            // SAFETY: a block of this class, ours alone.
            unsafe { allow(at, words) };
            (at, words)
        }
        None => {
            let count = words.div_ceil(pages::PAGE_WORDS);
            (pages::allocate(range, count, 1), count * pages::PAGE_WORDS)
        }
    }
}

/// As [`allocate`], of a power of two of words, aligned to its size.
pub fn allocate_aligned(range: Range, words: usize) -> NonNull<Word> {
    debug_assert!(words.is_power_of_two() && words >= pages::PAGE_WORDS);
    pages::allocate(range, words / pages::PAGE_WORDS, words / pages::PAGE_WORDS)
}

/// Gives memory back.
///
/// # Safety
/// `at` came from [`allocate`] or [`allocate_aligned`] with the same `range` and a number of words that is [`rounded`] alike, and nobody
/// uses it any more.
#[inline]
pub unsafe fn free(range: Range, at: NonNull<Word>, words: usize) {
    match class::of(words) {
        // SAFETY: as promised, a block of this range and class; free blocks are linked through their first word.
        Some(class) => unsafe {
            allow(at, 1);
            forbid(at, class::words(class), 1);
            cache::free(range, class, at);
        },
        // SAFETY: as promised, a span of this range and size.
        None => unsafe { pages::free(range, at, words.div_ceil(pages::PAGE_WORDS)) },
    }
}

/// Gives some 2 MB of what was freed back to the system; false when there is nothing to give back. Whoever frees does not
/// wait for that, so somebody has to call this now and then.
#[inline]
pub fn trim() -> bool {
    pages::trim()
}

/// What is in use of the address ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Bytes in pages that are not free.
    pub held_bytes: usize,
    /// Bytes of them that somebody has allocated, those in the caches of threads included.
    pub used_bytes: usize,
}

/// What is in use of a range at this moment, by all who share it.
pub fn usage(range: Range) -> Usage {
    // In this order: what is taken out of a slab meanwhile does not come out as less than nothing.
    let idle_bytes = slab::idle_bytes(range);
    let held_bytes = pages::used_bytes(range);
    Usage { held_bytes, used_bytes: held_bytes.saturating_sub(idle_bytes) }
}

/// Whether the address of a pointer word lies in the literal range. Every routine that moves or copies terms asks
/// this and leaves literals alone.
#[inline(always)]
pub fn is_literal(word: Word) -> bool {
    bounds(Range::Literals).contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_disjoint_writable_and_reused() {
        let mut all = Vec::new();
        for round in 0..3 {
            for words in (1..6000).step_by(7).chain([9_000, 70_000, 300_000]) {
                let at = allocate(Range::Fragments, words);
                let size = rounded(words);
                assert!(size >= words && bounds(Range::Fragments).contains(Word::boxed(at.as_ptr())));
                // SAFETY: fresh memory of `size` words.
                unsafe {
                    *at.as_ptr() = Word(all.len() as u64);
                    *at.as_ptr().add(size - 1) = Word(all.len() as u64);
                }
                all.push((at, size));
            }
            for (index, &(at, size)) in all.iter().enumerate() {
                // SAFETY: written above, not freed yet.
                unsafe {
                    assert_eq!((*at.as_ptr()).0, index as u64, "round {round}");
                    assert_eq!((*at.as_ptr().add(size - 1)).0, index as u64);
                }
            }
            for (at, size) in all.drain(..) {
                // SAFETY: allocated above with a size that is rounded alike.
                unsafe { free(Range::Fragments, at, size) };
            }
        }
    }

    #[test]
    fn what_is_allocated_is_in_use() {
        let before = usage(Range::Literals);
        let all: Vec<_> = (0..1000).map(|_| allocate(Range::Literals, 400)).collect();
        let large = allocate(Range::Literals, 100_000);
        let during = usage(Range::Literals);
        assert!(during.used_bytes >= before.used_bytes + 8 * (400 * 900 + 100_000), "{before:?} {during:?}");
        assert!(during.held_bytes >= during.used_bytes);
        for at in all {
            // SAFETY: allocated above with this size.
            unsafe { free(Range::Literals, at, 400) };
        }
        // SAFETY: as above.
        unsafe { free(Range::Literals, large, 100_000) };
        let after = usage(Range::Literals);
        assert!(after.used_bytes + 8 * (400 * 500 + 100_000) <= during.used_bytes, "{during:?} {after:?}");
    }

    #[test]
    fn blocks_freed_by_another_thread_come_back() {
        let (send, receive) = std::sync::mpsc::channel::<usize>();
        let consumer = std::thread::spawn(move || {
            for at in receive {
                let at = NonNull::new(at as *mut Word).expect("an address");
                // SAFETY: allocated by the other thread with this size and handed over.
                unsafe { free(Range::Blocks, at, 48) };
            }
        });
        for _ in 0..100_000 {
            send.send(allocate(Range::Blocks, 48).as_ptr() as usize).expect("the consumer listens");
        }
        drop(send);
        consumer.join().expect("the consumer ends well");
    }
}
