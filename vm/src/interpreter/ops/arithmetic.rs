//! Arithmetic that has no fast path on words.

use purlin_heap::arith;

use super::integers::{fail, generic};
use super::{Label, Op, op};

macro_rules! generic_operation {
    ($Name:ident [$($operand:ident : $T:ident),*] |$heap:ident, $x:ident, $y:ident| $value:expr, $second:ident) => {
        op! { control $Name [$($operand: $T Src,)* dst: D Dst] (fail_to: Label, live: u16) |r| {
            let (x, y) = (a.get(&r), $second.get(&r));
            match generic(&mut r, |$heap, $x, $y| $value, x, y, live.get(&r)) {
                Ok(()) => {
                    let result = r.m().result;
                    dst.set(&mut r, result);
                    r.next(<Self as Op>::BYTES)
                }
                Err(error) => fail(r, fail_to.get(&r), error),
            }
        } }
    };
}

generic_operation!(Divide [a: A, b: B] |heap, x, y| arith::divide(x, y, heap), b);
generic_operation!(Negate [a: A] |heap, x, _y| arith::neg(x, heap), a);
generic_operation!(BitNot [a: A] |heap, x, _y| arith::bnot(x, heap), a);
