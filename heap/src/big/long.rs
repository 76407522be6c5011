//! Arithmetic on long magnitudes, with charges. Products are made of portions that num-bigint takes some tens of microseconds
//! for.

use super::limbs::{add, shl, shr, sub, to_biguint, trimmed};
use crate::pace::{self, Steps};

/// Factors of up to this many limbs are multiplied at once.
const FACTOR_LIMBS: usize = 512;
/// What such a product counts.
const PRODUCT_STEPS: usize = 8 * pace::PORTION;
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
/// Long division as on paper, with limbs for digits. (That of num-bigint looks at the whole of both numbers again for each
/// portion that it is given.)
pub(super) fn div_rem(a: &[u64], b: &[u64]) -> (Vec<u64>, Vec<u64>) {
    let count = b.len();
    let mut quotient = vec![0; a.len()];
    if a.len() < count {
        return (quotient, a.to_vec());
    }
    // The highest bit of the divisor is set, so that its first limb tells what a digit of the quotient is but for one or two.
    let shift = b[count - 1].leading_zeros() as usize;
    let divisor = shl(b, shift);
    let divisor = &divisor[..count];
    let mut rest = shl(a, shift);
    rest.resize(a.len() + 1, 0);
    let mut steps = Steps::new();
    for at in (0..=a.len() - count).rev() {
        let part = &mut rest[at..=at + count];
        let mut digit = digit_of(part, divisor);
        if sub_product(part, divisor, digit) {
            digit -= 1;
            add_back(part, divisor);
        }
        quotient[at] = digit;
        steps.add(count / 2 + DIGIT_STEPS);
    }
    steps.end();
    rest.truncate(count);
    (quotient, shr(&rest, shift).0)
}

/// What finding a digit counts.
const DIGIT_STEPS: usize = 8;

/// The quotient of the first three limbs of `part` and the first two of the divisor, which is that of the whole or one more.
fn digit_of(part: &[u64], divisor: &[u64]) -> u64 {
    let (count, first) = (divisor.len(), u128::from(divisor[divisor.len() - 1]));
    let dividend = u128::from(part[count]) << 64 | u128::from(part[count - 1]);
    let mut digit = (dividend / first).min(u128::from(u64::MAX));
    let mut rest = dividend - digit * first;
    while rest >> 64 == 0
        && digit * u128::from(divisor[count - 2]) > (rest << 64 | u128::from(part[count - 2]))
    {
        digit -= 1;
        rest += first;
    }
    digit as u64
}

/// Subtracts the divisor times a digit; whether that was too much.
fn sub_product(part: &mut [u64], divisor: &[u64], digit: u64) -> bool {
    let mut carry = 0u64;
    let (last, limbs) = part.split_last_mut().expect("one limb more than the divisor has");
    for (limb, &factor) in limbs.iter_mut().zip(divisor) {
        let product = u128::from(digit) * u128::from(factor) + u128::from(carry);
        let (difference, under) = limb.overflowing_sub(product as u64);
        *limb = difference;
        carry = (product >> 64) as u64 + u64::from(under);
    }
    let (difference, under) = last.overflowing_sub(carry);
    *last = difference;
    under
}

/// Adds the divisor once, which carries out of the last limb.
fn add_back(part: &mut [u64], divisor: &[u64]) {
    let mut carry = false;
    let (last, limbs) = part.split_last_mut().expect("one limb more than the divisor has");
    for (limb, &more) in limbs.iter_mut().zip(divisor) {
        let (partial, over) = limb.overflowing_add(more);
        let (sum, over_again) = partial.overflowing_add(u64::from(carry));
        (*limb, carry) = (sum, over | over_again);
    }
    *last = last.wrapping_add(u64::from(carry));
}

#[cfg(test)]
mod tests {
    use num_integer::Integer as _;

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

    /// Dividends for which the first guess of a digit is too large, which random ones hardly ever are.
    #[test]
    fn digits_that_are_guessed_too_large_are_put_right() {
        let (max, high) = (u64::MAX, 1 << 63);
        let cases: [(&[u64], &[u64]); 6] = [
            (&[0, 0, 0, high], &[max, 0, high]),
            (&[0, max - 1, high], &[max, high]),
            (&[3, 0, high], &[1, 0, 1 << 61]),
            (&[0, 0, high, high - 1], &[1, 0, high]),
            (&[max, max, max, max], &[max, max]),
            (&[0, max, max - 1, max], &[max, max, max]),
        ];
        for (a, b) in cases {
            let (quotient, remainder) = div_rem(a, b);
            let expected = to_biguint(a).div_rem(&to_biguint(b));
            assert_eq!((to_biguint(&quotient), to_biguint(&remainder)), expected, "{a:?} by {b:?}");
        }
    }
}
