//! Equality of two terms, and the order of those that are not both numbers.

use std::cmp::Ordering;

use purlin_heap::word::Word;

use super::integers::both_small;
use super::{Label, Op, op};
use crate::interpreter::regs::Regs;

/// The order of two terms of any kind.
///
/// # Safety
/// Both must be values of the running process.
pub(super) unsafe fn compare(r: &Regs, a: Word, b: Word) -> Ordering {
    // SAFETY: nothing moves while they are compared.
    unsafe { purlin_heap::order::compare(a.term(), b.term(), r.m().vm().atoms()) }
}

/// Whether two different words may still be equal exactly: both point at objects of one kind.
#[inline(always)]
fn may_be_exactly_equal(a: Word, b: Word) -> bool {
    a.is_pointer() && a.tag() == b.tag()
}

/// Whether two different words may still be equal as numbers or by content.
#[inline(always)]
fn may_be_equal(a: Word, b: Word) -> bool {
    !both_small(a, b) && !a.is_atom() && !b.is_atom()
}

/// Exact equality of values that are not the same word.
///
/// # Safety
/// Both must be values of the running process.
unsafe fn exactly_equal(a: Word, b: Word) -> bool {
    // SAFETY: nothing moves while they are compared.
    unsafe { purlin_heap::equal::exact(a.term(), b.term()) }
}

/// Equality of values that are not the same word.
///
/// # Safety
/// Both must be values of the running process.
unsafe fn equal(a: Word, b: Word) -> bool {
    // SAFETY: nothing moves while they are compared.
    unsafe { purlin_heap::equal::by_value(a.term(), b.term()) }
}

macro_rules! equality {
    ($Name:ident $wanted:literal $may:ident $decide:ident) => {
        op! { step $Name [a: A Src, b: B Src] (fail: Label) |r| {
            let (x, y) = (a.get(&r), b.get(&r));
            if x != y && $may(x, y) {
                return r.leave::<Self>();
            }
            if (x == y) == $wanted { r.next(Self::BYTES) } else { r.branch(fail.get(&r)) }
        } slow |r| {
            let equal = $decide(a.get(&r), b.get(&r));
            if equal == $wanted {
                r.next(<Self as super::Op>::BYTES)
            } else {
                r.branch(fail.get(&r))
            }
        } }
    };
}

equality!(IsExactEqual true may_be_exactly_equal exactly_equal);
equality!(IsExactNotEqual false may_be_exactly_equal exactly_equal);
equality!(IsEqual true may_be_equal equal);
equality!(IsNotEqual false may_be_equal equal);

op! { test IsWord [src: S Src, word: W Src] (fail: Label) |r| { src.get(&r) == word.get(&r) } }

op! { test IsNotWord [src: S Src, word: W Src] (fail: Label) |r| { src.get(&r) != word.get(&r) } }
