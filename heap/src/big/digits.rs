//! Integers as text, in any base from 2 to 36.

use num_bigint::BigUint;

use super::{Integer, LIMBS_MAX, integer, limbs};
use crate::build::Build;
use crate::pace;
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
            let mut text = digits_of(many, base);
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
    if digits.is_empty() || !pace::paced(digits.iter(), 1).all(|&digit| char::from(digit).is_digit(base)) {
        return Err(DigitsError::Malformed);
    }
    let digits = &digits[pace::paced(digits.iter(), 1).take_while(|&&digit| digit == b'0').count()..];
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
    integer(negative, &value, build).map_err(|_| DigitsError::TooLarge)
}

/// The value of digits: that of pieces, then of pairs of pieces and so on, so that the time is that of a few
/// multiplications and not quadratic.
fn value_of(digits: &[u8], base: u32) -> Vec<u64> {
    let piece =
        |digits: &[u8]| BigUint::parse_bytes(digits, base).expect("digits of the base").to_u64_digits();
    let pieces = pace::paced(digits.rchunks(DIGITS_AT_ONCE), pace::PORTION);
    let mut values: Vec<Vec<u64>> = pieces.map(piece).collect();
    let mut power = BigUint::from(base).pow(DIGITS_AT_ONCE as u32).to_u64_digits();
    while values.len() > 1 {
        let joined = |pair: &[Vec<u64>]| match pair {
            [low, high] => limbs::add(&limbs::mul(high, &power), low),
            single => single.concat(),
        };
        values = values.chunks(2).map(joined).collect();
        if values.len() > 1 {
            power = limbs::mul(&power, &power);
        }
    }
    values.pop().unwrap_or_default()
}

/// Integers of up to this many limbs are written at once.
const LIMBS_AT_ONCE: usize = 256;
/// What that counts.
const AT_ONCE_STEPS: usize = 8 * pace::PORTION;

/// The digits of a magnitude, which is not zero.
fn digits_of(value: &[u64], base: u32) -> String {
    if base.is_power_of_two() {
        return bits_of(value, base.ilog2() as usize);
    }
    // Powers of the base, each the square of the one before, with how many digits there are below it.
    let mut digits = LIMBS_AT_ONCE * 64 / (base.ilog2() as usize + 1);
    let mut powers: Vec<(Vec<u64>, usize)> = Vec::new();
    if value.len() > LIMBS_AT_ONCE {
        let mut power = BigUint::from(base).pow(digits as u32).to_u64_digits();
        while limbs::trimmed(&power).len() * 2 <= value.len() + 1 {
            let square = limbs::mul(&power, &power);
            powers.push((std::mem::replace(&mut power, limbs::trimmed(&square).to_vec()), digits));
            digits *= 2;
        }
        powers.push((power, digits));
    }
    // A text that grows is copied. This is room for all digits, and a sign.
    let bits_per_digit = f64::from(base).log2();
    let mut text = String::with_capacity((value.len() as f64 * 64.0 / bits_per_digit) as usize + 2);
    write_digits(value, base, &powers, 0, &mut text);
    text
}

/// Writes a magnitude, with zeros before it up to so many digits: its digits above and below the largest of the powers that is
/// not above it. No more levels than there are powers, that is less than twenty.
fn write_digits(value: &[u64], base: u32, powers: &[(Vec<u64>, usize)], width: usize, text: &mut String) {
    let value = limbs::trimmed(value);
    if let Some(((power, below), smaller)) = powers.split_last()
        && value.len() > LIMBS_AT_ONCE
    {
        if super::compare_limbs(value, power).is_lt() {
            write_zeros(width.saturating_sub(*below), text);
            return write_digits(value, base, smaller, width.min(*below), text);
        }
        let (high, low) = limbs::div_rem(value, power);
        write_digits(&high, base, smaller, width.saturating_sub(*below), text);
        return write_digits(&low, base, smaller, *below, text);
    }
    pace::charge(AT_ONCE_STEPS * value.len() / LIMBS_AT_ONCE);
    let digits = limbs::to_biguint(value).to_str_radix(base);
    write_zeros(width.saturating_sub(digits.len()), text);
    text.push_str(&digits);
}

fn write_zeros(count: usize, text: &mut String) {
    text.extend(pace::paced(std::iter::repeat_n('0', count), 1));
}

/// The digits in a base of so many bits, in pieces that have as many limbs as make a whole number of digits.
fn bits_of(value: &[u64], bits: usize) -> String {
    let mut text = String::new();
    for piece in pace::paced(value.chunks(64 * bits).rev(), 4 * pace::PORTION) {
        let digits = limbs::to_biguint(piece).to_str_radix(1 << bits);
        if !text.is_empty() {
            text.extend(std::iter::repeat_n('0', piece.len() * 64 / bits - digits.len()));
        }
        text.push_str(&digits);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_integers_are_written_and_read_as_num_bigint_does() {
        for limbs in [1usize, 255, 256, 257, 511, 513, 1500] {
            for pattern in [0u64, u64::MAX, 0x9e37_79b9_7f4a_7c15] {
                let mut value: Vec<u64> = (0..limbs as u64).map(|i| pattern.wrapping_mul(i | 1)).collect();
                value[limbs - 1] |= 1;
                for base in [2, 3, 8, 10, 16, 32, 36] {
                    let text = digits_of(&value, base);
                    let expected = limbs::to_biguint(&value).to_str_radix(base);
                    assert!(text == expected, "{limbs} limbs of {pattern:x} in base {base}");
                    assert_eq!(limbs::trimmed(&value_of(text.as_bytes(), base)), &value[..]);
                }
            }
        }
    }
    #[test]
    fn zeros_within_long_integers_are_written() {
        for (exponent, more) in [(4000u32, 1u32), (5000, 0), (20_000, 7), (40_000, 0), (40_001, 1)] {
            for less in [0u32, 1] {
                let value = BigUint::from(10u32).pow(exponent) * 3u32 + more - less.min(more);
                let text = digits_of(&value.to_u64_digits(), 10);
                assert!(text == value.to_str_radix(10), "3 * 10^{exponent} + {more} - {less}");
            }
        }
    }
}
