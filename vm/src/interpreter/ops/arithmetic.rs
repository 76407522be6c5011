//! Arithmetic that has no fast path on words.

use purlin_heap::arith;

use super::integers::{fail, generic};
use super::{Label, Op, op};

macro_rules! generic_operation {
    ($Name:ident [$($operand:ident : $T:ident),*] |$heap:ident, $x:ident, $y:ident| $value:expr, $first:ident, $second:ident) => {
        op! { cold $Name [$($operand: $T Src,)* dst: D Dst] (fail_to: Label, live: u16) |r| {
            let (x, y) = ($first.get(&r), $second.get(&r));
            let live = live.get(&r);
            match generic(&mut r, |$heap, $x, $y| $value, x, y, live) {
                Ok(()) => {
                    let result = r.m().result;
                    dst.set(&mut r, result);
                    r.next(<Self as Op>::BYTES)
                }
                Err(error) => {
                    let to = fail_to.get(&r);
                    fail(r, to, error)
                }
            }
        } }
    };
}

generic_operation!(Divide [a: A, b: B] |heap, x, y| arith::divide(x, y, heap), a, b);
generic_operation!(Negate [a: A] |heap, x, _y| arith::neg(x, heap), a, a);
generic_operation!(BitNot [a: A] |heap, x, _y| arith::bnot(x, heap), a, a);
