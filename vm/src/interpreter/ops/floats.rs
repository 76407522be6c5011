//! Float registers.

use purlin_heap::Build;
use purlin_heap::word::Word;

use super::{Op, op};
use crate::interpreter::regs::Regs;
use crate::native::Class;

/// The float register `index`.
///
/// # Safety
/// The verifier bounds the numbers of float registers.
#[inline(always)]
unsafe fn float<'m>(r: &Regs, index: u16) -> &'m mut f64 {
    // SAFETY: by the caller; nobody else refers to the register during an instruction.
    unsafe { (*r.machine).f.get_unchecked_mut(index as usize) }
}

/// The number in `term` as a float, if it is one that a float can hold.
///
/// # Safety
/// `term` must be a value of the running process.
#[inline(always)]
unsafe fn number(term: Word) -> Option<f64> {
    if term.is_immediate_float() {
        return Some(term.float_value());
    }
    if term.is_small() {
        return Some(term.small_value() as f64);
    }
    // SAFETY: by the caller.
    purlin_heap::arith::operand(unsafe { term.term() }).ok()
}

op! { step FloatLoad [src: S Src] (to: u16) |r| {
    let term = src.get(&r);
    if !term.is_immediate_float() {
        return r.leave::<Self>();
    }
    *float(&r, to.get(&r)) = term.float_value();
    r.next(Self::BYTES)
} slow |r| {
    match number(src.get(&r)) {
        Some(value) => {
            *float(&r, to.get(&r)) = value;
            r.next(<Self as super::Op>::BYTES)
        }
        None => r.raise_atom(Class::Error, purlin_heap::am::badarith),
    }
} }

op! { step FloatConvert [src: S Src] (to: u16) |r| {
    match number(src.get(&r)) {
        Some(value) => {
            *float(&r, to.get(&r)) = value;
            r.next(Self::BYTES)
        }
        None => r.leave::<Self>(),
    }
} slow |r| { r.raise_atom(Class::Error, purlin_heap::am::badarith) } }

op! { step FloatStore [dst: D Dst] (from: u16) |r| {
    match Word::float(*float(&r, from.get(&r))) {
        Some(word) => {
            dst.set(&mut r, word);
            r.next(Self::BYTES)
        }
        None => r.leave::<Self>(),
    }
} slow |r| {
    r.save();
    let word = (*r.m().process).heap.float(*float(&r, from.get(&r))).word();
    r.restore();
    dst.set(&mut r, word);
    r.next(<Self as super::Op>::BYTES)
} }

macro_rules! float_operations {
    ($($Name:ident $operator:tt;)*) => {
        $(op! { step $Name [] (a: u16, b: u16, to: u16) |r| {
            let value = *float(&r, a.get(&r)) $operator *float(&r, b.get(&r));
            if !value.is_finite() {
                return r.leave::<Self>();
            }
            *float(&r, to.get(&r)) = value;
            r.next(Self::BYTES)
        } slow |r| { r.raise_atom(Class::Error, purlin_heap::am::badarith) } })*
    };
}

float_operations! {
    FloatAdd +;
    FloatSubtract -;
    FloatMultiply *;
    FloatDivide /;
}

op! { straight FloatNegate [] (a: u16, to: u16) |r| { *float(&r, to.get(&r)) = -*float(&r, a.get(&r)); } }
