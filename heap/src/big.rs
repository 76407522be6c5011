//! Integers beyond 61 bits: a sign and 64-bit limbs, least significant first, without a leading zero limb.

pub mod digits;
mod float;
pub(crate) mod limbs;
mod long;
mod number;

pub use float::{from_float, to_float};
pub use number::Number;

use std::cmp::Ordering;

use crate::build::Build;
use crate::layout::Kind;
use crate::term::{Boxed, Term};
use crate::word::{SMALL_MAX, SMALL_MIN};

/// How many limbs the largest integers have, as in OTP 29: beyond that is a `system_limit`.
pub const LIMBS_MAX: usize = 65535;

/// An integer would have more than [`LIMBS_MAX`] limbs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLarge;

/// The integer of this sign and magnitude; leading zero limbs are dropped.
pub fn integer<'h, B: Build + ?Sized>(
    negative: bool,
    limbs: &[u64],
    build: &'h B,
) -> Result<Term<'h>, TooLarge> {
    match limbs::trimmed(limbs) {
        limbs if limbs.len() > LIMBS_MAX => Err(TooLarge),
        limbs => Ok(unlimited(negative, limbs, build)),
    }
}

/// The same for an integer of any size, of bytes that are there already. Nothing can be computed from one beyond the limit
/// that is as large.
pub fn unlimited<'h, B: Build + ?Sized>(negative: bool, limbs: &[u64], build: &'h B) -> Term<'h> {
    match limbs::trimmed(limbs) {
        [] => Term::small(0),
        &[one] if one <= SMALL_MAX as u64 + u64::from(negative) => {
            Term::small(if negative { (one as i64).wrapping_neg() } else { one as i64 })
        }
        limbs => {
            let kind = if negative { Kind::BigNegative } else { Kind::BigPositive };
            build.object(kind, limbs, &[])
        }
    }
}

/// Any integer of 128 bits.
#[inline]
pub fn integer_128<B: Build + ?Sized>(value: i128, build: &B) -> Term<'_> {
    if value >= i128::from(SMALL_MIN) && value <= i128::from(SMALL_MAX) {
        return Term::small(value as i64);
    }
    let magnitude = value.unsigned_abs();
    let limbs = [magnitude as u64, (magnitude >> 64) as u64];
    integer(value < 0, &limbs, build).expect("two limbs")
}

/// An integer of either size as sign and limbs.
#[derive(Clone, Copy)]
pub struct Integer<'h> {
    /// Whether it is below zero.
    pub negative: bool,
    limbs: Limbs<'h>,
}

#[derive(Clone, Copy)]
enum Limbs<'h> {
    One([u64; 1]),
    Many(&'h [u64]),
}

impl<'h> Integer<'h> {
    /// The integer that a term is.
    #[inline]
    pub fn of(term: Term<'h>) -> Option<Integer<'h>> {
        match term.as_small() {
            Some(value) => Some(Integer { negative: value < 0, limbs: Limbs::One([value.unsigned_abs()]) }),
            None => {
                Big::of(term).map(|big| Integer { negative: big.negative, limbs: Limbs::Many(big.limbs) })
            }
        }
    }

    /// The magnitude, without leading zero limbs.
    #[inline]
    pub fn limbs(&self) -> &[u64] {
        match &self.limbs {
            Limbs::One([0]) => &[],
            Limbs::One(one) => one,
            Limbs::Many(many) => many,
        }
    }

    /// The value, if 64 bits hold it.
    pub fn as_i64(&self) -> Option<i64> {
        match (self.limbs(), self.negative) {
            ([], _) => Some(0),
            (&[one], false) => i64::try_from(one).ok(),
            (&[one], true) => 0i64.checked_sub_unsigned(one),
            _ => None,
        }
    }

    /// The value, if it is an unsigned one of 64 bits.
    pub fn as_u64(&self) -> Option<u64> {
        match self.limbs() {
            [] => Some(0),
            &[one] if !self.negative => Some(one),
            _ => None,
        }
    }
}

/// An integer read in place.
#[derive(Clone, Copy, Debug)]
pub struct Big<'h> {
    /// Whether it is below zero.
    pub negative: bool,
    /// Its magnitude.
    pub limbs: &'h [u64],
}

impl<'h> Big<'h> {
    /// The big integer that an object is.
    #[inline]
    pub fn of_object(object: Boxed<'h>) -> Option<Big<'h>> {
        match object.kind() {
            Kind::BigPositive => Some(Big { negative: false, limbs: object.raws() }),
            Kind::BigNegative => Some(Big { negative: true, limbs: object.raws() }),
            _ => None,
        }
    }

    /// The big integer that a term is; small ones are not.
    pub fn of(term: Term<'h>) -> Option<Big<'h>> {
        term.as_boxed().and_then(Big::of_object)
    }

    /// As numbers compare.
    pub fn compare(self, other: Big<'_>) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => compare_limbs(self.limbs, other.limbs),
            (true, true) => compare_limbs(other.limbs, self.limbs),
        }
    }

    /// How many bits the magnitude takes.
    pub fn bit_length(self) -> usize {
        bit_length(self.limbs)
    }
}

/// Magnitudes compared; neither has leading zero limbs.
pub(crate) fn compare_limbs(a: &[u64], b: &[u64]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// How many bits a magnitude without leading zero limbs takes.
pub(crate) fn bit_length(limbs: &[u64]) -> usize {
    match limbs.last() {
        Some(top) => limbs.len() * 64 - top.leading_zeros() as usize,
        None => 0,
    }
}
