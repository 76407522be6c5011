//! Arithmetic on magnitudes: limbs of 64 bits, least significant first. Products of long numbers and quotients come
//! from num-bigint.

use num_bigint::BigUint;

use super::long;
use crate::pace::{self, Steps};

/// Above this many limbs in the shorter factor the way for long numbers is taken.
const SCHOOLBOOK_LIMBS_MAX: usize = 24;

/// Without leading zero limbs.
pub(crate) fn trimmed(limbs: &[u64]) -> &[u64] {
    let zeros = limbs.iter().rev().take_while(|&&limb| limb == 0).count();
    &limbs[..limbs.len() - zeros]
}

/// Counts going over a long number.
#[inline]
fn charge(limbs: &[u64]) {
    if limbs.len() > LONG_LIMBS {
        pace::charge(limbs.len());
    }
}

/// More limbs count.
const LONG_LIMBS: usize = 64;

/// What dividing two limbs by one counts.
const LIMB_DIVISION_STEPS: usize = 4;

/// `a + b`
pub(crate) fn add(a: &[u64], b: &[u64]) -> Vec<u64> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    charge(long);
    let mut sum = Vec::with_capacity(long.len() + 1);
    let mut carry = false;
    for (i, &limb) in long.iter().enumerate() {
        let (partial, over) = limb.overflowing_add(short.get(i).copied().unwrap_or(0));
        let (digit, over_again) = partial.overflowing_add(u64::from(carry));
        sum.push(digit);
        carry = over | over_again;
    }
    if carry {
        sum.push(1);
    }
    sum
}

/// `a - b`, where `a` is not below `b`; may have leading zero limbs.
pub(crate) fn sub(a: &[u64], b: &[u64]) -> Vec<u64> {
    charge(a);
    let mut difference = Vec::with_capacity(a.len());
    let mut borrow = false;
    for (i, &limb) in a.iter().enumerate() {
        let (partial, under) = limb.overflowing_sub(b.get(i).copied().unwrap_or(0));
        let (digit, under_again) = partial.overflowing_sub(u64::from(borrow));
        difference.push(digit);
        borrow = under | under_again;
    }
    debug_assert!(!borrow);
    difference
}

/// `a * b`; may have leading zero limbs.
pub(crate) fn mul(a: &[u64], b: &[u64]) -> Vec<u64> {
    if a.len().min(b.len()) > SCHOOLBOOK_LIMBS_MAX {
        return long::mul(trimmed(a), trimmed(b));
    }
    let mut product = vec![0u64; a.len() + b.len()];
    for (i, &x) in a.iter().enumerate() {
        let mut carry = 0;
        for (j, &y) in b.iter().enumerate() {
            let sum = u128::from(x) * u128::from(y) + u128::from(product[i + j]) + u128::from(carry);
            product[i + j] = sum as u64;
            carry = (sum >> 64) as u64;
        }
        product[i + b.len()] = carry;
    }
    product
}

/// Quotient and remainder; `b` is not zero. Both may have leading zero limbs.
pub(crate) fn div_rem(a: &[u64], b: &[u64]) -> (Vec<u64>, Vec<u64>) {
    if let &[divisor] = b {
        let mut quotient = vec![0; a.len()];
        let mut remainder = 0u64;
        let mut steps = Steps::new();
        for (i, &limb) in a.iter().enumerate().rev() {
            steps.add(LIMB_DIVISION_STEPS);
            let dividend = u128::from(remainder) << 64 | u128::from(limb);
            quotient[i] = (dividend / u128::from(divisor)) as u64;
            remainder = (dividend % u128::from(divisor)) as u64;
        }
        return (quotient, vec![remainder]);
    }
    long::div_rem(a, b)
}

/// `a << count`
pub(crate) fn shl(a: &[u64], count: usize) -> Vec<u64> {
    charge(a);
    let (whole, rest) = (count / 64, count % 64);
    let mut shifted = vec![0; whole];
    shifted.reserve(a.len() + 1);
    let mut below = 0;
    for &limb in a {
        shifted.push(if rest == 0 { limb } else { limb << rest | below >> (64 - rest) });
        below = limb;
    }
    if rest != 0 {
        shifted.push(below >> (64 - rest));
    }
    shifted
}

/// `a >> count`, and whether a bit was lost.
pub(crate) fn shr(a: &[u64], count: usize) -> (Vec<u64>, bool) {
    let (whole, rest) = (count / 64, count % 64);
    if whole >= a.len() {
        return (Vec::new(), !a.is_empty());
    }
    charge(a);
    let kept = &a[whole..];
    let shifted = (0..kept.len()).map(|i| match kept.get(i + 1) {
        Some(&above) if rest != 0 => kept[i] >> rest | above << (64 - rest),
        _ => kept[i] >> rest,
    });
    let lost = a[..whole].iter().any(|&limb| limb != 0) || kept[0] & ((1 << rest) - 1) != 0;
    (shifted.collect(), lost)
}

/// The two's complement of an integer in `len` limbs.
pub(crate) fn to_twos_complement(negative: bool, limbs: &[u64], len: usize) -> Vec<u64> {
    charge(limbs);
    let mut words = limbs.to_vec();
    words.resize(len, 0);
    if negative {
        negate(&mut words);
    }
    words
}

/// Sign and magnitude of a two's complement; the magnitude may have leading zero limbs.
pub(crate) fn from_twos_complement(mut words: Vec<u64>) -> (bool, Vec<u64>) {
    let negative = words.last().is_some_and(|&top| top >> 63 == 1);
    if negative {
        negate(&mut words);
    }
    (negative, words)
}

fn negate(words: &mut [u64]) {
    let mut carry = true;
    for word in words {
        (*word, carry) = (!*word).overflowing_add(u64::from(carry));
    }
}

pub(crate) fn to_biguint(limbs: &[u64]) -> BigUint {
    BigUint::new(limbs.iter().flat_map(|&limb| [limb as u32, (limb >> 32) as u32]).collect())
}
