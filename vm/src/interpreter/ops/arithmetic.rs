//! Arithmetic that has no fast path on words.

use purlin_heap::{am, arith};

use super::integers::{fail, generic};
use super::{Label, Op, op};

macro_rules! generic_operation {
    ($Name:ident $function:ident [$($operand:ident : $T:ident),*] |$heap:ident, $x:ident, $y:ident| $value:expr) => {
        op! { cold $Name [$($operand: $T Src,)* dst: D Dst] (fail_to: Label, live: u16) |r| {
            let operands = [$($operand.get(&r)),*];
            let live = live.get(&r);
            let (first, last) = (operands[0], operands[operands.len() - 1]);
            match generic(&mut r, |$heap, $x, $y| $value, first, last, live) {
                Ok(()) => {
                    let result = r.m().result;
                    dst.set(&mut r, result);
                    r.next(<Self as Op>::BYTES)
                }
                Err(error) => {
                    let to = fail_to.get(&r);
                    fail(r, to, error, am::$function, &operands)
                }
            }
        } }
    };
}

generic_operation!(Negate minus [a: A] |heap, x, _y| arith::neg(x, heap));
generic_operation!(BitNot bnot [a: A] |heap, x, _y| arith::bnot(x, heap));
