//! Arithmetic and order of numbers, in forms for what an instruction has seen: integers at first, then floats, then both. See
//! `docs/specialisation.md`. What no form knows is left to the generic operation, which is the reference.

use std::cmp::Ordering;

use purlin_heap::word::Word;
use purlin_heap::{am, arith};
use purlin_isa::Specific;

use super::compare::compare;
use super::integers::{both_small, fail, generic, generic_form};
use super::{Label, Op, op};
use crate::interpreter::specialise::{missed, specialise};

/// The word, unless the operation overflowed.
#[inline(always)]
fn fits((value, overflow): (i64, bool)) -> Option<Word> {
    (!overflow).then_some(Word(value as u64))
}

/// The value of a self-tagged float or a small integer.
#[inline(always)]
fn number(word: Word) -> Option<f64> {
    if word.is_immediate_float() {
        Some(word.float_value())
    } else if word.is_small() {
        Some(word.small_value() as f64)
    } else {
        None
    }
}

/// Whether both are self-tagged floats, which compare as they are.
#[inline(always)]
fn both_floats(a: Word, b: Word) -> bool {
    a.is_immediate_float() && b.is_immediate_float()
}

/// The two as floats, if that is how they are combined: one of them is a float.
#[inline(always)]
fn floats(a: Word, b: Word) -> Option<(f64, f64)> {
    if both_small(a, b) { None } else { number(a).zip(number(b)) }
}

macro_rules! arithmetic {
    ($Name:ident $Float:ident $Number:ident $function:ident $generic:path,
        |$x:ident, $y:ident| $integers:expr, |$f:ident, $g:ident| $floats:expr
    ) => {
        op! { step $Name [a: A Src, b: B Src, dst: D Dst] (fail_to: Label, live: u16) |r| {
            let ($x, $y) = (a.get(&r), b.get(&r));
            if both_small($x, $y) && let Some(word) = $integers {
                dst.set(&mut r, word);
                return r.next(Self::BYTES);
            }
            r.leave::<Self>()
        } slow |r| {
            missed(r.machine, r.ip);
            let (x, y) = (a.get(&r), b.get(&r));
            if floats(x, y).is_some() {
                specialise(&r, &[Specific::$Name, Specific::$Float, Specific::$Number], 1);
            }
            generic_form!(r, $function $generic, x y dst fail_to live)
        } }

        // A result that is not finite is none that is self-tagged.
        op! { step $Float [a: A Src, b: B Src, dst: D Dst] (fail_to: Label, live: u16) |r| {
            if let Some(($f, $g)) = floats(a.get(&r), b.get(&r)) && let Some(word) = Word::float($floats) {
                dst.set(&mut r, word);
                return r.next(Self::BYTES);
            }
            r.leave::<Self>()
        } slow |r| {
            missed(r.machine, r.ip);
            let (x, y) = (a.get(&r), b.get(&r));
            if both_small(x, y) {
                specialise(&r, &[Specific::$Name, Specific::$Float, Specific::$Number], 2);
            }
            generic_form!(r, $function $generic, x y dst fail_to live)
        } }

        op! { step $Number [a: A Src, b: B Src, dst: D Dst] (fail_to: Label, live: u16) |r| {
            let ($x, $y) = (a.get(&r), b.get(&r));
            let word = match floats($x, $y) {
                Some(($f, $g)) => Word::float($floats),
                None if both_small($x, $y) => $integers,
                None => None,
            };
            let Some(word) = word else { return r.leave::<Self>() };
            dst.set(&mut r, word);
            r.next(Self::BYTES)
        } slow |r| {
            missed(r.machine, r.ip);
            let (x, y) = (a.get(&r), b.get(&r));
            generic_form!(r, $function $generic, x y dst fail_to live)
        } }
    };
}

// Tagged words are eight times their value, so that sums and differences work on the words as they are, and an overflow of
// 64 bits is an overflow of 61.
arithmetic!(Add AddFloat AddNumber plus arith::add,
    |x, y| fits((x.0 as i64).overflowing_add(y.0 as i64)), |f, g| f + g);
arithmetic!(Subtract SubtractFloat SubtractNumber minus arith::sub,
    |x, y| fits((x.0 as i64).overflowing_sub(y.0 as i64)), |f, g| f - g);
arithmetic!(Multiply MultiplyFloat MultiplyNumber times arith::mul,
    |x, y| fits((x.0 as i64).overflowing_mul(y.small_value())), |f, g| f * g);

// All quotients are floats.
op! { step Divide [a: A Src, b: B Src, dst: D Dst] (fail_to: Label, live: u16) |r| {
    if let Some((f, g)) = number(a.get(&r)).zip(number(b.get(&r)))
        && let Some(word) = Word::float(f / g)
    {
        dst.set(&mut r, word);
        return r.next(Self::BYTES);
    }
    r.leave::<Self>()
} slow |r| {
    let (x, y) = (a.get(&r), b.get(&r));
    generic_form!(r, divide arith::divide, x y dst fail_to live)
} }

macro_rules! order {
    ($Name:ident $Number:ident $operator:tt $decide:expr) => {
        op! { step $Name [a: A Src, b: B Src] (fail: Label) |r| {
            let (x, y) = (a.get(&r), b.get(&r));
            if !both_small(x, y) {
                return r.leave::<Self>();
            }
            if (x.0 as i64) $operator (y.0 as i64) { r.next(Self::BYTES) } else { r.branch(fail.get(&r)) }
        } slow |r| {
            missed(r.machine, r.ip);
            let (x, y) = (a.get(&r), b.get(&r));
            if both_floats(x, y) {
                specialise(&r, &[Specific::$Name, Specific::$Number], 1);
            }
            if $decide(compare(&r, x, y)) { r.next(<Self as Op>::BYTES) } else { r.branch(fail.get(&r)) }
        } }

        op! { step $Number [a: A Src, b: B Src] (fail: Label) |r| {
            let (x, y) = (a.get(&r), b.get(&r));
            let holds = if both_small(x, y) {
                (x.0 as i64) $operator (y.0 as i64)
            } else if both_floats(x, y) {
                x.float_value() $operator y.float_value()
            } else {
                return r.leave::<Self>();
            };
            if holds { r.next(Self::BYTES) } else { r.branch(fail.get(&r)) }
        } slow |r| {
            missed(r.machine, r.ip);
            let order = compare(&r, a.get(&r), b.get(&r));
            if $decide(order) { r.next(<Self as Op>::BYTES) } else { r.branch(fail.get(&r)) }
        } }
    };
}

order!(IsLess IsLessNumber < Ordering::is_lt);
order!(IsAtLeast IsAtLeastNumber >= Ordering::is_ge);
