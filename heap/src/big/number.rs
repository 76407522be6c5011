//! Numbers of either type, compared without loss.

use std::cmp::Ordering;

use super::{Big, bit_length};
use crate::term::{Term, View};

/// A number read in place.
#[derive(Clone, Copy, Debug)]
pub enum Number<'h> {
    /// An integer of 61 bits.
    Small(i64),
    /// A larger integer.
    Big(Big<'h>),
    /// A float.
    Float(f64),
}

impl<'h> Number<'h> {
    /// The number that a term is.
    #[inline]
    pub fn of(term: Term<'h>) -> Option<Number<'h>> {
        match term.view() {
            View::Small(value) => Some(Number::Small(value)),
            View::Float(value) => Some(Number::Float(value)),
            View::Big(object) => Big::of_object(object).map(Number::Big),
            _ => None,
        }
    }

    /// Whether this is an integer.
    pub fn is_integer(self) -> bool {
        !matches!(self, Number::Float(_))
    }

    /// By value, as `<` and `==` compare: an integer and a float exactly, however large.
    pub fn compare(self, other: Number<'_>) -> Ordering {
        match (self, other) {
            (Number::Small(a), Number::Small(b)) => a.cmp(&b),
            (Number::Float(a), Number::Float(b)) => compare_floats(a, b),
            (Number::Big(a), Number::Big(b)) => a.compare(b),
            (Number::Small(_), Number::Big(b)) => sign_ordering(b.negative).reverse(),
            (Number::Big(a), Number::Small(_)) => sign_ordering(a.negative),
            (Number::Small(a), Number::Float(b)) => compare_small_float(a, b),
            (Number::Float(a), Number::Small(b)) => compare_small_float(b, a).reverse(),
            (Number::Big(a), Number::Float(b)) => compare_big_float(a, b),
            (Number::Float(a), Number::Big(b)) => compare_big_float(b, a).reverse(),
        }
    }

    /// The order of keys: all integers before all floats, and -0.0 before 0.0.
    pub fn compare_exact(self, other: Number<'_>) -> Ordering {
        match (self, other) {
            (Number::Float(a), Number::Float(b)) => a.total_cmp(&b),
            (Number::Float(_), _) => Ordering::Greater,
            (_, Number::Float(_)) => Ordering::Less,
            _ => self.compare(other),
        }
    }
}

/// How a number of this sign stands to zero.
fn sign_ordering(negative: bool) -> Ordering {
    if negative { Ordering::Less } else { Ordering::Greater }
}

/// Terms hold finite floats only.
fn compare_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

fn compare_small_float(a: i64, b: f64) -> Ordering {
    const LIMIT: f64 = (1u64 << 62) as f64;
    if b >= LIMIT {
        return Ordering::Less;
    }
    if b <= -LIMIT {
        return Ordering::Greater;
    }
    let whole = b.trunc();
    a.cmp(&(whole as i64)).then_with(|| compare_floats(whole, b))
}

fn compare_big_float(a: Big<'_>, b: f64) -> Ordering {
    if a.negative != (b < 0.0) {
        return sign_ordering(a.negative);
    }
    let magnitudes = compare_limbs_float(a.limbs, b.abs());
    if a.negative { magnitudes.reverse() } else { magnitudes }
}

/// A magnitude of at least 2^60 with a float that is not negative.
fn compare_limbs_float(limbs: &[u64], b: f64) -> Ordering {
    let bits = b.to_bits();
    let exponent = (bits >> 52) as i64 - 1023;
    let by_length = (bit_length(limbs) as i64).cmp(&(exponent + 1));
    if by_length != Ordering::Equal {
        return by_length;
    }
    // Both have the same highest bit, so the float has no fraction: its 53 bits against the highest of the limbs.
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let below = bit_length(limbs) - 53;
    let top = bits_at(limbs, below);
    top.cmp(&mantissa)
        .then_with(|| if has_bits_below(limbs, below) { Ordering::Greater } else { Ordering::Equal })
}

/// The 53 highest bits of a magnitude, which begin at bit `from`.
pub(super) fn bits_at(limbs: &[u64], from: usize) -> u64 {
    let (limb, shift) = (from / 64, from % 64);
    let low = limbs[limb] >> shift;
    match limbs.get(limb + 1) {
        Some(&high) if shift > 0 => low | high << (64 - shift),
        _ => low,
    }
}

/// Whether any bit below bit `from` is set.
pub(super) fn has_bits_below(limbs: &[u64], from: usize) -> bool {
    let (whole, rest) = (from / 64, from % 64);
    limbs[..whole].iter().any(|&limb| limb != 0)
        || limbs.get(whole).is_some_and(|l| l & ((1 << rest) - 1) != 0)
}
