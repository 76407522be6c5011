//! Arithmetic on long magnitudes in portions that are charged for: num-bigint does the portions, which are what it takes
//! some tens of microseconds for.

use num_integer::Integer as _;

use super::limbs::{add, sub, to_biguint, trimmed};
use crate::pace;

/// Factors of up to this many limbs are multiplied at once.
const FACTOR_LIMBS: usize = 512;
/// What such a product counts.
const PRODUCT_STEPS: usize = 8 * pace::PORTION;
/// The product of the lengths of divisor and quotient, up to which is divided at once.
const DIVISION_LIMBS: usize = 1 << 16;
/// What such a division counts.
const DIVISION_STEPS: usize = 16 * pace::PORTION;

/// `a * b`; may have leading zero limbs.
pub(super) fn mul(a: &[u64], b: &[u64]) -> Vec<u64> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    if long.len() <= FACTOR_LIMBS {
        pace::charge(short.len() * PRODUCT_STEPS / FACTOR_LIMBS);
        return (to_biguint(long) * to_biguint(short)).to_u64_digits();
    }
    if short.len() <= FACTOR_LIMBS || 2 * short.len() <= long.len() {
        return mul_by_parts(long, short);
    }
    mul_halves(long, short)
}

/// Multiplies part after part of the longer factor with the shorter one.
fn mul_by_parts(long: &[u64], short: &[u64]) -> Vec<u64> {
    let mut product = vec![0; long.len() + short.len() + 1];
    let part_limbs = short.len().max(FACTOR_LIMBS);
    for (index, part) in long.chunks(part_limbs).enumerate() {
        add_at(&mut product, &mul(trimmed(part), short), index * part_limbs);
    }
    product
}

/// Karatsuba's product of two factors of which the shorter has more than half of the longer one's limbs.
fn mul_halves(long: &[u64], short: &[u64]) -> Vec<u64> {
    let half = long.len().div_ceil(2);
    let ((a_low, a_high), (b_low, b_high)) = (long.split_at(half), short.split_at(half));
    let (a_low, b_low) = (trimmed(a_low), trimmed(b_low));
    let low = mul(a_low, b_low);
    let high = mul(a_high, b_high);
    let both = mul(&add(a_low, a_high), &add(b_low, b_high));
    let middle = sub(trimmed(&sub(&both, trimmed(&low))), trimmed(&high));
    let mut product = vec![0; long.len() + short.len() + 1];
    add_at(&mut product, &low, 0);
    add_at(&mut product, &middle, half);
    add_at(&mut product, &high, 2 * half);
    product
}

/// Adds `more`, moved up by `at` limbs, to a number with room for the sum.
fn add_at(sum: &mut [u64], more: &[u64], at: usize) {
    let more = trimmed(more);
    let mut carry = false;
    for (index, limb) in sum[at..].iter_mut().enumerate() {
        if index >= more.len() && !carry {
            break;
        }
        let (partial, over) = limb.overflowing_add(more.get(index).copied().unwrap_or(0));
        let (digit, over_again) = partial.overflowing_add(u64::from(carry));
        (*limb, carry) = (digit, over | over_again);
    }
    debug_assert!(!carry);
    pace::charge(more.len());
}

/// Quotient and remainder; `b` has at least two limbs and no leading zero. Both may have leading zero limbs.
///
/// Long division with "digits" of as many limbs as make a portion of work.
pub(super) fn div_rem(a: &[u64], b: &[u64]) -> (Vec<u64>, Vec<u64>) {
    let divisor = to_biguint(b);
    let digit_limbs = (DIVISION_LIMBS / b.len()).max(1);
    let mut quotient = vec![0; a.len()];
    // So many limbs have no quotient.
    let mut end = a.len().saturating_sub(b.len() - 1);
    let mut remainder = a[end..].to_vec();
    while end > 0 {
        let start = end.saturating_sub(digit_limbs);
        let mut dividend = a[start..end].to_vec();
        dividend.extend(&remainder);
        pace::charge(DIVISION_STEPS);
        let (digit, rest) = to_biguint(&dividend).div_rem(&divisor);
        let digit = digit.to_u64_digits();
        quotient[start..start + digit.len()].copy_from_slice(&digit);
        remainder = rest.to_u64_digits();
        end = start;
    }
    (quotient, remainder)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number whose limbs are often all zeros or ones.
    fn number(limbs: usize, seed: &mut u64) -> Vec<u64> {
        let mut next = || {
            *seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            seed.rotate_right(16)
        };
        let mut limb = || match next() % 4 {
            0 => 0,
            1 => u64::MAX,
            _ => next(),
        };
        let mut number: Vec<u64> = (0..limbs).map(|_| limb()).collect();
        number[limbs - 1] |= 1 << 63;
        number
    }

    #[test]
    fn products_and_quotients_are_those_of_num_bigint() {
        let lengths = [2, 3, 24, 511, 512, 513, 1000, 1024, 1025, 2600];
        let mut seed = 7;
        for (&long, &short) in lengths.iter().flat_map(|a| lengths.iter().map(move |b| (a, b))) {
            let (a, b) = (number(long, &mut seed), number(short, &mut seed));
            let (x, y) = (to_biguint(&a), to_biguint(&b));
            assert!(to_biguint(&mul(&a, &b)) == &x * &y, "{long} times {short}");
            let (quotient, remainder) = div_rem(&a, &b);
            let expected = x.div_rem(&y);
            assert!((to_biguint(&quotient), to_biguint(&remainder)) == expected, "{long} by {short}");
        }
    }
}
