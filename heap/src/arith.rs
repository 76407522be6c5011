//! Arithmetic on terms: integers of any size, floats, and both mixed.

mod bitwise;
mod convert;

pub use bitwise::{band, bnot, bor, bsl, bsr, bxor};
pub use convert::{ceil, floor, round, to_float, trunc};

use std::cmp::Ordering;

use crate::big::{self, Integer, Number, TooLarge, compare_limbs, limbs};
use crate::build::Build;
use crate::term::Term;

/// Why there is no result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArithError {
    /// An operand of another type, division by zero, or a float beyond all floats.
    Badarith,
    /// The integer would be too large.
    SystemLimit,
}

impl From<TooLarge> for ArithError {
    fn from(_: TooLarge) -> ArithError {
        ArithError::SystemLimit
    }
}

/// What arithmetic returns.
pub type Result<'h> = std::result::Result<Term<'h>, ArithError>;

/// `a + b`
#[inline]
pub fn add<'h, B: Build + ?Sized>(a: Term<'h>, b: Term<'h>, build: &'h B) -> Result<'h> {
    match (a.as_small(), b.as_small()) {
        (Some(a), Some(b)) => Ok(build.integer(a + b)),
        _ => mixed(a, b, build, add_integers, |a, b| a + b),
    }
}

/// `a - b`
#[inline]
pub fn sub<'h, B: Build + ?Sized>(a: Term<'h>, b: Term<'h>, build: &'h B) -> Result<'h> {
    match (a.as_small(), b.as_small()) {
        (Some(a), Some(b)) => Ok(build.integer(a - b)),
        _ => mixed(a, b, build, sub_integers, |a, b| a - b),
    }
}

/// `a * b`
#[inline]
pub fn mul<'h, B: Build + ?Sized>(a: Term<'h>, b: Term<'h>, build: &'h B) -> Result<'h> {
    match (a.as_small(), b.as_small()) {
        (Some(a), Some(b)) => Ok(big::integer_128(i128::from(a) * i128::from(b), build)),
        _ => mixed(a, b, build, mul_integers, |a, b| a * b),
    }
}

/// `a / b`: always a float.
pub fn divide<'h, B: Build + ?Sized>(a: Term<'h>, b: Term<'h>, build: &'h B) -> Result<'h> {
    let (a, b) = (operand(a)?, operand(b)?);
    if b == 0.0 {
        return Err(ArithError::Badarith);
    }
    float(a / b, build)
}

/// `a div b`: towards zero.
#[inline]
pub fn div<'h, B: Build + ?Sized>(a: Term<'h>, b: Term<'h>, build: &'h B) -> Result<'h> {
    match (a.as_small(), b.as_small()) {
        (Some(_), Some(0)) => Err(ArithError::Badarith),
        (Some(a), Some(b)) => Ok(build.integer(a / b)),
        _ => {
            let (a, b) = divisible(a, b)?;
            let (quotient, _) = limbs::div_rem(a.limbs(), b.limbs());
            Ok(big::integer(a.negative != b.negative, &quotient, build)?)
        }
    }
}

/// `a rem b`: with the sign of `a`.
#[inline]
pub fn rem<'h, B: Build + ?Sized>(a: Term<'h>, b: Term<'h>, build: &'h B) -> Result<'h> {
    match (a.as_small(), b.as_small()) {
        (Some(_), Some(0)) => Err(ArithError::Badarith),
        (Some(a), Some(b)) => Ok(Term::small(a % b)),
        _ => {
            let (a, b) = divisible(a, b)?;
            let (_, remainder) = limbs::div_rem(a.limbs(), b.limbs());
            Ok(big::integer(a.negative, &remainder, build)?)
        }
    }
}

/// `-a`
pub fn neg<'h, B: Build + ?Sized>(a: Term<'h>, build: &'h B) -> Result<'h> {
    match Number::of(a) {
        Some(Number::Small(a)) => Ok(build.integer(-a)),
        Some(Number::Float(a)) => Ok(build.float(-a)),
        Some(Number::Big(a)) => Ok(big::integer(!a.negative, a.limbs, build)?),
        None => Err(ArithError::Badarith),
    }
}

/// `abs(a)`
pub fn abs<'h, B: Build + ?Sized>(a: Term<'h>, build: &'h B) -> Result<'h> {
    match Number::of(a) {
        Some(Number::Small(a)) => Ok(build.integer(a.abs())),
        Some(Number::Float(a)) => Ok(build.float(a.abs())),
        Some(Number::Big(big)) if big.negative => Ok(big::integer(false, big.limbs, build)?),
        Some(Number::Big(_)) => Ok(a),
        None => Err(ArithError::Badarith),
    }
}

/// The float, unless it is beyond all floats.
pub fn float<B: Build + ?Sized>(value: f64, build: &B) -> Result<'_> {
    if value.is_finite() { Ok(build.float(value)) } else { Err(ArithError::Badarith) }
}

/// A number as a float: what an operation on floats takes.
#[inline]
pub fn operand(term: Term<'_>) -> std::result::Result<f64, ArithError> {
    match Number::of(term) {
        Some(Number::Float(value)) => Ok(value),
        Some(Number::Small(value)) => Ok(value as f64),
        Some(Number::Big(_)) => {
            Integer::of(term).and_then(|value| big::to_float(&value)).ok_or(ArithError::Badarith)
        }
        None => Err(ArithError::Badarith),
    }
}

/// Two numbers, not both small: as integers if both are, as floats otherwise.
#[inline(never)]
fn mixed<'h, B: Build + ?Sized>(
    a: Term<'h>,
    b: Term<'h>,
    build: &'h B,
    integers: fn(&Integer<'_>, &Integer<'_>) -> (bool, Vec<u64>),
    floats: fn(f64, f64) -> f64,
) -> Result<'h> {
    if let (Some(a), Some(b)) = (Integer::of(a), Integer::of(b)) {
        let (negative, magnitude) = integers(&a, &b);
        return Ok(big::integer(negative, &magnitude, build)?);
    }
    float(floats(operand(a)?, operand(b)?), build)
}

fn add_integers(a: &Integer<'_>, b: &Integer<'_>) -> (bool, Vec<u64>) {
    add_signed(a, b, b.negative)
}

fn sub_integers(a: &Integer<'_>, b: &Integer<'_>) -> (bool, Vec<u64>) {
    add_signed(a, b, !b.negative)
}

/// `a + b`, with `b` taken to be of the given sign.
fn add_signed(a: &Integer<'_>, b: &Integer<'_>, b_negative: bool) -> (bool, Vec<u64>) {
    if a.negative == b_negative {
        return (a.negative, limbs::add(a.limbs(), b.limbs()));
    }
    match compare_limbs(a.limbs(), b.limbs()) {
        Ordering::Less => (b_negative, limbs::sub(b.limbs(), a.limbs())),
        _ => (a.negative, limbs::sub(a.limbs(), b.limbs())),
    }
}

/// A product that is beyond the limit anyhow is not computed.
fn mul_integers(a: &Integer<'_>, b: &Integer<'_>) -> (bool, Vec<u64>) {
    let (a_limbs, b_limbs) = (a.limbs(), b.limbs());
    let too_large = !a_limbs.is_empty() && a_limbs.len() + b_limbs.len() > big::LIMBS_MAX + 1;
    let product = match b_limbs {
        [_, ..] if too_large => vec![1; big::LIMBS_MAX + 1],
        _ => limbs::mul(a_limbs, b_limbs),
    };
    (a.negative != b.negative, product)
}

fn divisible<'h>(a: Term<'h>, b: Term<'h>) -> std::result::Result<(Integer<'h>, Integer<'h>), ArithError> {
    match (Integer::of(a), Integer::of(b)) {
        (Some(a), Some(b)) if !b.limbs().is_empty() => Ok((a, b)),
        _ => Err(ArithError::Badarith),
    }
}

#[cfg(test)]
mod tests;
