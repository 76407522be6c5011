//! Integers beyond 61 bits: a sign and 64-bit limbs, least significant first, without a leading zero limb.

mod number;

pub use number::Number;

use std::cmp::Ordering;

use crate::layout::Kind;
use crate::term::{Boxed, Term};

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
