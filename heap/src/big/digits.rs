//! Integers as text, in any base from 2 to 36.

use num_bigint::BigUint;

use super::{Integer, LIMBS_MAX, integer, limbs};
use crate::build::Build;
use crate::term::Term;

/// Up to this many digits are converted one by one.
const DIGITS_AT_ONCE: usize = 1000;

/// Why text is no integer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DigitsError {
    /// Empty, or something else than a sign and digits of the base.
    Malformed,
    /// Beyond the largest integers.
    TooLarge,
}

/// An integer in `base`, with upper-case letters.
pub fn format(value: &Integer<'_>, base: u32) -> String {
    let mut text = match value.limbs() {
        [] => "0".to_string(),
        &[one] if base == 10 => one.to_string(),
        many => {
            let mut text = limbs::to_biguint(many).to_str_radix(base);
            text.make_ascii_uppercase();
            text
        }
    };
    if value.negative {
        text.insert(0, '-');
    }
    text
}

/// The integer that `text` is: a sign or none, then digits.
pub fn parse<'h, B: Build + ?Sized>(text: &[u8], base: u32, build: &'h B) -> Result<Term<'h>, DigitsError> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(|&digit| char::from(digit).is_digit(base)) {
        return Err(DigitsError::Malformed);
    }
    let digits = &digits[digits.iter().take_while(|&&digit| digit == b'0').count()..];
    // Each digit above the first adds at least `ilog2` bits; without this check a long text costs quadratic time.
    if digits.len().saturating_sub(1) as u64 * u64::from(base.ilog2()) > LIMBS_MAX as u64 * 64 {
        return Err(DigitsError::TooLarge);
    }
    if digits.len() <= 12 {
        let value = digits.iter().fold(0u64, |value, &digit| {
            value * u64::from(base) + u64::from(char::from(digit).to_digit(base).unwrap_or(0))
        });
        return integer(negative, &[value], build).map_err(|_| DigitsError::TooLarge);
    }
    let value = value_of(digits, base);
    integer(negative, &value.to_u64_digits(), build).map_err(|_| DigitsError::TooLarge)
}

/// The value of digits. Long ones are cut in two, so that the time is that of a few multiplications and not
/// quadratic; each level halves the length.
fn value_of(digits: &[u8], base: u32) -> BigUint {
    if digits.len() <= DIGITS_AT_ONCE {
        return BigUint::parse_bytes(digits, base).expect("digits of the base");
    }
    let (high, low) = digits.split_at(digits.len() / 2);
    value_of(high, base) * BigUint::from(base).pow(low.len() as u32) + value_of(low, base)
}
