//! Building terms: what a process heap, a message fragment and a literal area have in common.

use std::ptr::NonNull;

use crate::code::{FunEntry, Mfa};
use crate::copy::copy_many_words;
use crate::layout::{self, Kind, header};
use crate::pace;
use crate::term::{Pid, Term};
use crate::word::{Word, sub};

/// A place where terms can be built. Allocation never moves what is there already, so every term built or read
/// under one borrow lives as long as that borrow.
///
/// # Safety
/// `allocate` returns `words` words that nobody else uses, aligned to 8 bytes, that live for the borrow and are
/// walked by a collector only after they have been filled.
pub unsafe trait Build {
    /// Room for `words` words, not filled. The caller fills them before anything may collect.
    fn allocate(&self, words: usize) -> NonNull<Word>;

    /// Takes note of an object that counts references to something outside of the heap, at `object`.
    fn own_off_heap(&self, object: NonNull<Word>);

    /// `[Head | Tail]`.
    #[inline]
    fn cons<'h>(&'h self, head: Term<'h>, tail: Term<'h>) -> Term<'h> {
        let at = self.allocate(2).as_ptr();
        // SAFETY: two fresh words.
        unsafe {
            *at = head.word();
            *at.add(1) = tail.word();
            Term::from_word(Word::cons(at))
        }
    }

    /// A tuple of these elements.
    fn tuple<'h>(&'h self, elements: &[Term<'h>]) -> Term<'h> {
        self.object(Kind::Tuple, &[], elements)
    }

    /// A list of these elements, in order.
    fn list<'h>(&'h self, elements: &[Term<'h>]) -> Term<'h> {
        self.list_with_tail(elements, Term::NIL)
    }

    /// A list of these elements, in order, that ends in `tail`.
    fn list_with_tail<'h>(&'h self, elements: &[Term<'h>], tail: Term<'h>) -> Term<'h> {
        let mut list = tail;
        for portion in elements.rchunks(pace::PORTION) {
            list = portion.iter().rev().fold(list, |tail, &head| self.cons(head, tail));
            if portion.len() == pace::PORTION {
                pace::charge(pace::PORTION);
            }
        }
        list
    }

    /// Any 64-bit integer.
    fn integer(&self, value: i64) -> Term<'_> {
        match Word::try_small(value) {
            // SAFETY: an immediate.
            Some(word) => unsafe { Term::from_word(word) },
            None => {
                let kind = if value < 0 { Kind::BigNegative } else { Kind::BigPositive };
                self.object(kind, &[value.unsigned_abs()], &[])
            }
        }
    }

    /// Any unsigned 64-bit integer.
    fn unsigned(&self, value: u64) -> Term<'_> {
        match i64::try_from(value) {
            Ok(value) => self.integer(value),
            Err(_) => self.object(Kind::BigPositive, &[value], &[]),
        }
    }

    /// A float, which must be finite.
    fn float(&self, value: f64) -> Term<'_> {
        match Word::float(value) {
            // SAFETY: an immediate.
            Some(word) => unsafe { Term::from_word(word) },
            None => self.object(Kind::Float, &[value.to_bits()], &[]),
        }
    }

    /// A local reference; `owner` is the process that receives what is sent to it while it is an alias.
    fn reference(&self, number: u64, owner: Option<Pid>) -> Term<'_> {
        let owner = owner.map_or(0, |pid| Word::immediate(sub::PID, pid.0).0);
        self.object(Kind::Reference, &[number, owner, 0], &[])
    }

    /// `fun M:F/A`.
    fn export<'h>(&'h self, name: &'h Mfa) -> Term<'h> {
        self.object(Kind::Export, &[name as *const Mfa as u64], &[])
    }

    /// A fun with its free variables.
    fn fun<'h>(&'h self, entry: &'h FunEntry, free: &[Term<'h>]) -> Term<'h> {
        self.object(Kind::Fun, &[entry as *const FunEntry as u64], free)
    }

    /// An object of `kind`: its raw words, then its terms, as the layout of the kind has them.
    fn object<'h>(&'h self, kind: Kind, raw: &[u64], terms: &[Term<'h>]) -> Term<'h> {
        debug_assert!(if kind.raw_words() == usize::MAX {
            terms.is_empty()
        } else {
            raw.len() == kind.raw_words()
        });
        let size = raw.len() + terms.len();
        let at = self.allocate(1 + size).as_ptr();
        // SAFETY: `1 + size` fresh words.
        unsafe {
            *at = header(kind, size);
            std::ptr::copy_nonoverlapping(raw.as_ptr(), at.add(1).cast(), raw.len());
            copy_many_words(terms.as_ptr().cast(), at.add(1 + raw.len()), terms.len());
            Term::from_word(Word::boxed(at))
        }
    }
}

const _: () = assert!(layout::fun::FREE == 2);
