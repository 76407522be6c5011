//! From floats to integers and back.

use super::{ArithError, Result, operand};
use crate::big::{self, Number};
use crate::build::Build;
use crate::term::Term;

/// `float(a)`
pub fn to_float<'h, B: Build + ?Sized>(a: Term<'h>, build: &'h B) -> Result<'h> {
    operand(a).map(|value| build.float(value))
}

/// `trunc(a)`
pub fn trunc<'h, B: Build + ?Sized>(a: Term<'h>, build: &'h B) -> Result<'h> {
    whole(a, build, |value| value)
}

/// `round(a)`: halves away from zero.
pub fn round<'h, B: Build + ?Sized>(a: Term<'h>, build: &'h B) -> Result<'h> {
    whole(a, build, f64::round)
}

/// `floor(a)`
pub fn floor<'h, B: Build + ?Sized>(a: Term<'h>, build: &'h B) -> Result<'h> {
    whole(a, build, f64::floor)
}

/// `ceil(a)`
pub fn ceil<'h, B: Build + ?Sized>(a: Term<'h>, build: &'h B) -> Result<'h> {
    whole(a, build, f64::ceil)
}

fn whole<'h, B: Build + ?Sized>(a: Term<'h>, build: &'h B, to_whole: fn(f64) -> f64) -> Result<'h> {
    match Number::of(a) {
        Some(Number::Float(value)) => Ok(big::from_float(to_whole(value), build)),
        Some(_) => Ok(a),
        None => Err(ArithError::Badarith),
    }
}
