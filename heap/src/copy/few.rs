//! Copying a term of few objects, as most messages are: one walk finds the objects, in the order in which the copies
//! will stand, and where the pointers to them go; then each is copied without looking at it again.

use std::mem::MaybeUninit;

use super::{copy_words, parts};
use crate::arena::{Range, bounds};
use crate::bits::shared;
use crate::layout::{Kind, ref_bits};
use crate::word::Word;

/// The most objects that are worth noting.
const COUNT_MAX: usize = 16;

/// The most words that they may have: so many are copied without a charge for it.
const WORDS_MAX: usize = 1024;

/// An object to copy.
#[derive(Clone, Copy)]
struct Found {
    /// The pointer to it.
    pointer: Word,
    words: usize,
    /// Which word of the whole copy is to hold the pointer to its copy. The first object has no such word.
    holder: usize,
}

/// The objects of a term. Filled where it stands, because moving it would cost as much as the copy.
pub(super) struct Few {
    found: [MaybeUninit<Found>; COUNT_MAX],
    count: usize,
    words: usize,
}

impl Few {
    /// None yet.
    #[inline(always)]
    pub const fn new() -> Few {
        Few { found: [const { MaybeUninit::uninit() }; COUNT_MAX], count: 0, words: 0 }
    }

    /// Finds the objects that `root` leads to, literals aside, and returns how many words they take; nothing when
    /// there are too many.
    ///
    /// # Safety
    /// `root` is a pointer to an object that is no literal, and what it leads to stays where it is.
    #[inline(always)]
    pub unsafe fn find(&mut self, root: Word) -> Option<usize> {
        let literals = bounds(Range::Literals);
        self.found[0].write(Found { pointer: root, words: 0, holder: 0 });
        (self.count, self.words) = (1, 0);
        let mut next = 0;
        while next < self.count {
            // SAFETY: the first `count` are written; they point to objects of the term.
            unsafe {
                let found = self.found[next].assume_init_mut();
                let start: *const Word = found.pointer.address();
                let (words, (mut at, end)) = parts(found.pointer);
                if words > WORDS_MAX {
                    return None;
                }
                found.words = words;
                while at < end {
                    let word = *at;
                    if word.is_pointer() && !literals.contains(word) {
                        let holder = self.words + at.offset_from_unsigned(start);
                        self.found.get_mut(self.count)?.write(Found { pointer: word, words: 0, holder });
                        self.count += 1;
                    }
                    at = at.add(1);
                }
                self.words += words;
            }
            next += 1;
        }
        Some(self.words)
    }

    /// Copies the objects, and returns the pointer to the first. `own` is told of each off-heap object made, which
    /// has been given a count of its own.
    ///
    /// # Safety
    /// The objects are still there, and there is room for all words at `to`.
    #[inline(always)]
    pub unsafe fn copy_to(&self, to: *mut Word, mut own: impl FnMut(*mut Word)) -> Word {
        let mut free = to;
        for found in &self.found[..self.count] {
            // SAFETY: the first `count` are written; the room suffices, as promised. Who holds the pointer to an
            // object was found, and so is copied, before it.
            unsafe {
                let found = found.assume_init_ref();
                copy_words(found.pointer.address(), free, found.words);
                if free != to {
                    *to.add(found.holder) = found.pointer.at(free);
                }
                if found.pointer.is_boxed() && (*free).header_kind() == Kind::RefBits {
                    shared::retain((*free.add(ref_bits::SHARED)).0);
                    own(free);
                }
                free = free.add(found.words);
            }
        }
        // SAFETY: the first is written.
        unsafe { self.found[0].assume_init_ref() }.pointer.at(to)
    }
}
