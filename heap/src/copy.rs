//! Copying terms from one owner to another: first the size, then the copy in one piece.
//!
//! Both walks are iterative. The size walk keeps a worklist; the copy needs none, because what has been copied
//! but not looked through yet is itself the list of what is left to do.

use std::ptr::NonNull;

use crate::arena::{Bounds, Range, bounds};
use crate::bits::shared;
use crate::build::Build;
use crate::layout::{Kind, ref_bits};
use crate::term::Term;
use crate::word::Word;
use crate::worklist::Worklist;

/// A stretch of term words still to be looked at: from, and up to but not including.
type Stretch = (*const Word, *const Word);

/// How many words a copy of the term takes. Literals take none, shared parts count each time they are reached.
#[inline]
pub fn size_of(term: Term<'_>) -> usize {
    let literals = bounds(Range::Literals);
    let mut rest = Worklist::<Stretch, 8>::new();
    let mut words = 0;
    let mut word = term.word();
    loop {
        let mut stretch = (std::ptr::null(), std::ptr::null());
        if word.is_pointer() && !literals.contains(word) {
            let at: *const Word = word.address();
            // SAFETY: the term's objects stay where they are while it is borrowed.
            let size = unsafe { if word.is_cons() { cons_parts(at) } else { boxed_parts(at) } };
            words += size.0;
            stretch = size.1;
        }
        word = loop {
            // SAFETY: stretches consist of terms of objects.
            match unsafe { first_pointer(stretch) } {
                Some((pointer, left)) => {
                    if left.0 < left.1 {
                        rest.push(left);
                    }
                    break pointer;
                }
                None => match rest.pop() {
                    Some(next) => stretch = next,
                    None => return words,
                },
            }
        };
    }
}

/// The first pointer of a stretch, and what is left of it behind that.
#[inline(always)]
unsafe fn first_pointer(stretch: Stretch) -> Option<(Word, Stretch)> {
    let (mut at, end) = stretch;
    while at < end {
        // SAFETY: the caller passes a stretch of readable words.
        unsafe {
            let word = *at;
            at = at.add(1);
            if word.is_pointer() {
                return Some((word, (at, end)));
            }
        }
    }
    None
}

/// Size and terms of a cons cell.
#[inline(always)]
unsafe fn cons_parts(at: *const Word) -> (usize, Stretch) {
    // SAFETY: the caller passes a cons cell, which has two words.
    (2, (at, unsafe { at.add(2) }))
}

/// Size and terms of a boxed object.
#[inline(always)]
unsafe fn boxed_parts(at: *const Word) -> (usize, Stretch) {
    // SAFETY: the caller passes the header of an object, which has as many words as it says.
    unsafe {
        let header = *at;
        let size = header.header_size();
        let raw = header.header_kind().raw_words().min(size);
        (size + 1, (at.add(1 + raw), at.add(1 + size)))
    }
}

/// A copy of the term in another place.
pub fn copy_into<'t, B: Build>(to: &'t B, term: Term<'_>) -> Term<'t> {
    let words = size_of(term);
    if words == 0 {
        // SAFETY: an immediate or a literal; literals outlive whatever refers to them.
        return unsafe { Term::from_word(term.word()) };
    }
    let at = to.allocate(words);
    // SAFETY: the room is fresh and as large as the copy, which fills all of it.
    unsafe {
        let root = copy_to(term.word(), at.as_ptr(), |object| {
            to.own_off_heap(NonNull::new_unchecked(object));
        });
        Term::from_word(root)
    }
}

/// Copies a term to `to`, and returns its new root. `own` is told of each off-heap object made, which has been
/// given a count of its own.
///
/// # Safety
/// `root` is a term whose objects stay where they are meanwhile, and there is room for [`size_of`] it at `to`.
#[inline]
pub unsafe fn copy_to(root: Word, to: *mut Word, mut own: impl FnMut(*mut Word)) -> Word {
    let literals = bounds(Range::Literals);
    let mut free = to;
    // SAFETY: the room suffices, as promised, for this and all that follows.
    let root = unsafe { transfer(root, &mut free, literals, &mut own) };
    let mut scan = to;
    while scan < free {
        // SAFETY: words up to `free` have been copied: headers, terms, and raw words that are passed over.
        unsafe {
            let word = *scan;
            if word.is_header() {
                scan = scan.add(1 + word.header_kind().raw_words().min(word.header_size()));
                continue;
            }
            *scan = transfer(word, &mut free, literals, &mut own);
            scan = scan.add(1);
        }
    }
    root
}

/// Copies one object to `free` and returns the pointer to the copy; other words are returned as they are.
#[inline(always)]
unsafe fn transfer(
    word: Word,
    free: &mut *mut Word,
    literals: Bounds,
    own: &mut impl FnMut(*mut Word),
) -> Word {
    if !word.is_pointer() || literals.contains(word) {
        return word;
    }
    let (from, to): (*const Word, _) = (word.address(), *free);
    // SAFETY: `from` is an object of a term, and there is room for it at `to`.
    unsafe {
        if word.is_cons() {
            *to = *from;
            *to.add(1) = *from.add(1);
            *free = to.add(2);
            return Word::cons(to);
        }
        let header = *from;
        let words = 1 + header.header_size();
        copy_words(from, to, words);
        *free = to.add(words);
        if header.header_kind() == Kind::RefBits {
            shared::retain((*to.add(ref_bits::SHARED)).0);
            own(to);
        }
        Word::boxed(to)
    }
}

/// Copies words that do not overlap; objects are mostly so small that a call would cost more than the copy.
///
/// # Safety
/// `words` words can be read at `from` and written at `to`.
#[inline(always)]
pub(crate) unsafe fn copy_words(from: *const Word, to: *mut Word, words: usize) {
    if words > 16 {
        // SAFETY: as promised.
        unsafe { std::ptr::copy_nonoverlapping(from, to, words) };
        return;
    }
    let mut at = 0;
    while at < words {
        // SAFETY: as promised. Volatile keeps the compiler from making it a call.
        unsafe { to.add(at).write_volatile(*from.add(at)) };
        at += 1;
    }
}
