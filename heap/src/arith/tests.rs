//! Tests against num-bigint.

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer as _;
use num_traits::Signed;

use super::*;
use crate::Scratch;
use crate::atoms::AtomTable;
use crate::big::digits;
use crate::testing::{Random, Terms};

fn value(term: Term<'_>) -> BigInt {
    let integer = Integer::of(term).expect("an integer");
    let sign = if integer.negative { Sign::Minus } else { Sign::Plus };
    let value = BigInt::from_biguint(sign, limbs::to_biguint(integer.limbs()));
    // One form for each value: what fits a small is one.
    let fits = value >= BigInt::from(crate::word::SMALL_MIN) && value <= BigInt::from(crate::word::SMALL_MAX);
    assert_eq!(fits, term.as_small().is_some(), "{value}");
    value
}

fn integers<'h>(seed: u64, count: usize, build: &'h Scratch) -> Vec<Term<'h>> {
    let atoms = AtomTable::new(10_000);
    let mut terms = Terms { random: Random(seed), atoms: &atoms, build, identities: false, two_zeros: true };
    (0..count).map(|_| terms.integer()).collect()
}

#[test]
fn integers_as_num_bigint_has_them() {
    let build = Scratch::new();
    let all = integers(3, 120, &build);
    for &a in &all {
        for &b in &all {
            let (x, y) = (value(a), value(b));
            assert_eq!(value(add(a, b, &build).unwrap()), &x + &y);
            assert_eq!(value(sub(a, b, &build).unwrap()), &x - &y);
            assert_eq!(value(mul(a, b, &build).unwrap()), &x * &y);
            assert_eq!(value(band(a, b, &build).unwrap()), &x & &y);
            assert_eq!(value(bor(a, b, &build).unwrap()), &x | &y);
            assert_eq!(value(bxor(a, b, &build).unwrap()), &x ^ &y);
            if y == BigInt::ZERO {
                assert_eq!(div(a, b, &build).err(), Some(ArithError::Badarith));
                assert_eq!(rem(a, b, &build).err(), Some(ArithError::Badarith));
            } else {
                assert_eq!(value(div(a, b, &build).unwrap()), &x / &y, "{x} {y}");
                assert_eq!(value(rem(a, b, &build).unwrap()), &x % &y);
            }
        }
    }
}

#[test]
fn shifts_and_signs() {
    let build = Scratch::new();
    for a in integers(4, 200, &build) {
        let x = value(a);
        for count in [0u32, 1, 3, 60, 61, 63, 64, 65, 127, 128, 1000] {
            let (left, right) = (Term::small(count.into()), Term::small(-i64::from(count)));
            let (shifted, halved) = (&x << count, x.div_floor(&(BigInt::from(1) << count)));
            assert_eq!(value(bsl(a, left, &build).unwrap()), shifted);
            assert_eq!(value(bsr(a, right, &build).unwrap()), shifted);
            assert_eq!(value(bsr(a, left, &build).unwrap()), halved);
            assert_eq!(value(bsl(a, right, &build).unwrap()), halved);
        }
        assert_eq!(value(neg(a, &build).unwrap()), -&x);
        assert_eq!(value(abs(a, &build).unwrap()), x.abs());
        assert_eq!(value(bnot(a, &build).unwrap()), !&x);
    }
}

#[test]
fn text_in_all_bases() {
    let build = Scratch::new();
    for a in integers(5, 100, &build) {
        for base in 2..=36 {
            let text = digits::format(&Integer::of(a).unwrap(), base);
            assert_eq!(text, value(a).to_str_radix(base).to_uppercase());
            assert_eq!(value(digits::parse(text.as_bytes(), base, &build).unwrap()), value(a));
        }
    }
    let long: BigInt = BigInt::from(7).pow(20_000) + 1;
    for base in [3, 10, 16] {
        let text = long.to_str_radix(base);
        assert_eq!(value(digits::parse(text.as_bytes(), base, &build).unwrap()), long);
    }
    let parse = |text: &str, base| digits::parse(text.as_bytes(), base, &build).map(|_| ());
    for bad in ["", "-", "+", "12a", "--1", "1_000", " 1"] {
        assert_eq!(parse(bad, 10), Err(digits::DigitsError::Malformed));
    }
    assert_eq!(parse(&"9".repeat(10_000_000), 10), Err(digits::DigitsError::TooLarge));
    assert!(parse("+0000000000000000000012", 10).is_ok());
}

#[test]
fn limits() {
    let build = Scratch::new();
    let shifted = |n: i64, count: i64| bsl(Term::small(n), Term::small(count), &build);
    let largest = shifted(1, LIMIT - 1).unwrap();
    const LIMIT: i64 = big::LIMBS_MAX as i64 * 64;
    let error = Some(ArithError::SystemLimit);
    assert_eq!(shifted(1, LIMIT).err(), error);
    assert_eq!(shifted(-1, LIMIT).err(), error);
    assert_eq!(shifted(1, 1 << 59).err(), error);
    assert_eq!(add(largest, largest, &build).err(), error);
    assert_eq!(mul(largest, Term::small(2), &build).err(), error);
    assert_eq!(mul(largest, largest, &build).err(), error);
    assert!(mul(largest, Term::small(0), &build).is_ok_and(|t| t.as_small() == Some(0)));
    let huge = bsl(Term::small(1), Term::small(200), &build).unwrap();
    assert_eq!(bsl(Term::small(1), huge, &build).err(), error);
    assert_eq!(bsr(Term::small(-7), huge, &build).unwrap().as_small(), Some(-1));
    assert_eq!(bsl(Term::small(0), huge, &build).unwrap().as_small(), Some(0));
}

#[test]
fn floats_round_once_and_do_not_overflow() {
    let build = Scratch::new();
    for a in integers(6, 2000, &build) {
        match value(a).to_string().parse::<f64>().ok().filter(|f| f.is_finite()) {
            Some(expected) => assert_eq!(operand(a).unwrap(), expected, "{}", value(a)),
            None => assert_eq!(operand(a), Err(ArithError::Badarith)),
        }
    }
    let float = |value| build.float(value);
    assert_eq!(mul(float(1e308), float(10.0), &build).err(), Some(ArithError::Badarith));
    assert_eq!(divide(Term::small(1), float(0.0), &build).err(), Some(ArithError::Badarith));
    assert_eq!(divide(Term::small(7), Term::small(2), &build).unwrap().as_float(), Some(3.5));
    assert_eq!(neg(float(0.0), &build).unwrap().as_float().map(f64::to_bits), Some((-0.0f64).to_bits()));
    assert_eq!(add(Term::NIL, Term::small(1), &build).err(), Some(ArithError::Badarith));
    for text in ["1e30", "-1e300", "1.7976931348623157e308", "1152921504606846976", "-1152921504606846977"] {
        let term = trunc(float(text.parse().unwrap()), &build).unwrap();
        assert_eq!(operand(term).unwrap(), text.parse::<f64>().unwrap());
    }
    for (from, expected) in [(2.5, 3), (-0.5, -1), (0.49999999999999994, 0)] {
        assert_eq!(round(float(from), &build).unwrap().as_small(), Some(expected));
    }
    let unsigned = BigUint::from(1u32) << 100u32;
    assert_eq!(value(trunc(float(2f64.powi(100)), &build).unwrap()), BigInt::from(unsigned));
}
