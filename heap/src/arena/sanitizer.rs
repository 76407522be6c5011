//! What the address sanitizer is told of memory that it does not hand out itself: which of it nobody may touch.
//!
//! Only with `--cfg asan`, which is given together with `-Zsanitizer=address`; nothing happens otherwise.

use std::ptr::NonNull;

use crate::word::Word;

#[cfg(asan)]
unsafe extern "C" {
    fn __asan_poison_memory_region(at: *const std::ffi::c_void, bytes: usize);
    fn __asan_unpoison_memory_region(at: *const std::ffi::c_void, bytes: usize);
}

/// From now on nobody may touch the `words` words from `at`, but for the first `links` of them.
///
/// # Safety
/// They are memory of the arena.
#[inline(always)]
pub unsafe fn forbid(at: NonNull<Word>, words: usize, links: usize) {
    #[cfg(asan)]
    // SAFETY: as promised; this changes what is known of the memory, not what is in it.
    unsafe {
        __asan_poison_memory_region(at.as_ptr().add(links).cast(), (words - links) * size_of::<Word>());
    }
    let _ = (at, words, links);
}

/// The `words` words from `at` are in use again.
///
/// # Safety
/// They are memory of the arena.
#[inline(always)]
pub unsafe fn allow(at: NonNull<Word>, words: usize) {
    #[cfg(asan)]
    // SAFETY: as above.
    unsafe {
        __asan_unpoison_memory_region(at.as_ptr().cast(), words * size_of::<Word>());
    }
    let _ = (at, words);
}

#[cfg(all(test, asan))]
mod tests {
    use crate::arena::{self, Range};
    use crate::word::Word;

    unsafe extern "C" {
        fn __asan_address_is_poisoned(at: *const Word) -> i32;
    }

    #[test]
    fn nobody_may_touch_what_was_freed() {
        for words in [8, 48, 4096, 100_000] {
            let at = arena::allocate(Range::Blocks, words);
            // SAFETY: within what was just allocated; asking about an address does not touch it.
            let is_forbidden = |index| unsafe { __asan_address_is_poisoned(at.as_ptr().add(index)) != 0 };
            assert!(!is_forbidden(1) && !is_forbidden(words - 1));
            // SAFETY: allocated above with this size.
            unsafe { arena::free(Range::Blocks, at, words) };
            assert!(is_forbidden(1) && is_forbidden(words - 1), "{words} words");
        }
    }
}
