//! Integers to floats, rounded to nearest, and floats to integers.

use super::number::{bits_at, has_bits_below};
use super::{Integer, TooLarge, bit_length, integer, limbs};
use crate::build::Build;
use crate::term::Term;

/// The float nearest to an integer, ties to even; nothing when it is beyond all floats.
pub fn to_float(value: &Integer<'_>) -> Option<f64> {
    let magnitude = match value.limbs() {
        [] => 0.0,
        &[one] => one as f64,
        many => many_to_float(many)?,
    };
    Some(if value.negative { -magnitude } else { magnitude })
}

fn many_to_float(limbs: &[u64]) -> Option<f64> {
    let length = bit_length(limbs);
    if length > 1024 {
        return None;
    }
    // 64 bits of which the lowest also stands for all that is below: that is enough to round once.
    let below = length - 64;
    let top = bits_at(limbs, below) | u64::from(has_bits_below(limbs, below));
    let float = top as f64 * 2f64.powi(below as i32);
    float.is_finite().then_some(float)
}

/// The whole part of a float.
pub fn from_float<B: Build + ?Sized>(value: f64, build: &B) -> Term<'_> {
    const SMALL: f64 = (1u64 << 60) as f64;
    if value > -SMALL && value < SMALL {
        return Term::small(value as i64);
    }
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as usize - 1075;
    let magnitude = limbs::shl(&[bits & ((1 << 52) - 1) | 1 << 52], exponent);
    match integer(value < 0.0, &magnitude, build) {
        Ok(term) => term,
        Err(TooLarge) => unreachable!("a float has at most 1024 bits before the point"),
    }
}
