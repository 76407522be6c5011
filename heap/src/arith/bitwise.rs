//! Operations on the bits of integers, taken as two's complements of unlimited length.

use super::{ArithError, Result};
use crate::big::{self, Integer, limbs};
use crate::build::Build;
use crate::term::Term;

/// `a band b`
#[inline]
pub fn band<'h, B: Build + ?Sized>(a: Term<'h>, b: Term<'h>, build: &'h B) -> Result<'h> {
    match (a.as_small(), b.as_small()) {
        (Some(a), Some(b)) => Ok(Term::small(a & b)),
        _ => each_limb(a, b, build, |a, b| a & b),
    }
}

/// `a bor b`
#[inline]
pub fn bor<'h, B: Build + ?Sized>(a: Term<'h>, b: Term<'h>, build: &'h B) -> Result<'h> {
    match (a.as_small(), b.as_small()) {
        (Some(a), Some(b)) => Ok(Term::small(a | b)),
        _ => each_limb(a, b, build, |a, b| a | b),
    }
}

/// `a bxor b`
#[inline]
pub fn bxor<'h, B: Build + ?Sized>(a: Term<'h>, b: Term<'h>, build: &'h B) -> Result<'h> {
    match (a.as_small(), b.as_small()) {
        (Some(a), Some(b)) => Ok(Term::small(a ^ b)),
        _ => each_limb(a, b, build, |a, b| a ^ b),
    }
}

/// `bnot a`
#[inline]
pub fn bnot<'h, B: Build + ?Sized>(a: Term<'h>, build: &'h B) -> Result<'h> {
    match a.as_small() {
        Some(a) => Ok(Term::small(!a)),
        None => each_limb(a, Term::small(-1), build, |a, b| a ^ b),
    }
}

/// `a bsl b`; a negative `b` shifts to the right.
#[inline]
pub fn bsl<'h, B: Build + ?Sized>(a: Term<'h>, b: Term<'h>, build: &'h B) -> Result<'h> {
    shift(a, b, false, build)
}

/// `a bsr b`: rounds down; a negative `b` shifts to the left.
#[inline]
pub fn bsr<'h, B: Build + ?Sized>(a: Term<'h>, b: Term<'h>, build: &'h B) -> Result<'h> {
    shift(a, b, true, build)
}

#[inline(never)]
fn each_limb<'h, B: Build + ?Sized>(
    a: Term<'h>,
    b: Term<'h>,
    build: &'h B,
    operation: fn(u64, u64) -> u64,
) -> Result<'h> {
    let (Some(a), Some(b)) = (Integer::of(a), Integer::of(b)) else { return Err(ArithError::Badarith) };
    // One limb more, so that the highest bit is the sign.
    let length = a.limbs().len().max(b.limbs().len()) + 1;
    let mut words = limbs::to_twos_complement(a.negative, a.limbs(), length);
    let others = limbs::to_twos_complement(b.negative, b.limbs(), length);
    words.iter_mut().zip(others).for_each(|(word, other)| *word = operation(*word, other));
    let (negative, magnitude) = limbs::from_twos_complement(words);
    Ok(big::integer(negative, &magnitude, build)?)
}

#[inline]
fn shift<'h, B: Build + ?Sized>(a: Term<'h>, b: Term<'h>, right: bool, build: &'h B) -> Result<'h> {
    if let (Some(a), Some(b)) = (a.as_small(), b.as_small()) {
        let left = if right { -b } else { b };
        if left <= 0 {
            return Ok(Term::small(a >> left.unsigned_abs().min(63)));
        }
        if left < 64 {
            return Ok(big::integer_128(i128::from(a) << left, build));
        }
    }
    let (Some(a), Some(b)) = (Integer::of(a), Integer::of(b)) else { return Err(ArithError::Badarith) };
    // A count that is no machine word shifts everything out, or is far beyond the limit.
    let count = b.limbs().first().copied().filter(|_| b.limbs().len() == 1);
    let count = if b.limbs().is_empty() { 0 } else { count.unwrap_or(u64::MAX) };
    if b.negative == right { shift_left(&a, count, build) } else { shift_right(&a, count, build) }
}

fn shift_left<'h, B: Build + ?Sized>(a: &Integer<'_>, count: u64, build: &'h B) -> Result<'h> {
    if a.limbs().is_empty() {
        return Ok(Term::small(0));
    }
    if count > big::LIMBS_MAX as u64 * 64 {
        return Err(ArithError::SystemLimit);
    }
    Ok(big::integer(a.negative, &limbs::shl(a.limbs(), count as usize), build)?)
}

fn shift_right<'h, B: Build + ?Sized>(a: &Integer<'_>, count: u64, build: &'h B) -> Result<'h> {
    let (mut shifted, lost) = limbs::shr(a.limbs(), usize::try_from(count).unwrap_or(usize::MAX));
    if a.negative && lost {
        shifted = limbs::add(&shifted, &[1]);
    }
    Ok(big::integer(a.negative, &shifted, build)?)
}
