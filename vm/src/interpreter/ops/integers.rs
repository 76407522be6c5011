//! Arithmetic on small integers, done on the tagged words; everything else is left to the generic operations.

use purlin_heap::word::Word;
use purlin_heap::{Atom, am, arith};

use super::{Label, Op, op};
use crate::interpreter::native_call::raise_in_place_of;
use crate::interpreter::regs::Cold;

/// Whether both words are small integers.
#[inline(always)]
pub(super) fn both_small(a: Word, b: Word) -> bool {
    (a.0 | b.0) & 7 == 0
}

/// A generic operation of two operands.
pub type Generic2 = for<'h> fn(
    &'h purlin_heap::Heap,
    purlin_heap::Term<'h>,
    purlin_heap::Term<'h>,
) -> Result<purlin_heap::Term<'h>, arith::ArithError>;

/// Runs a generic operation in the heap of the running process. On success the result stands in the machine's
/// scratch word; on failure the registers are as before.
///
/// # Safety
/// As for any handler; `live` X registers hold values.
pub unsafe fn generic(
    r: &mut Cold,
    operation: Generic2,
    a: Word,
    b: Word,
    live: u16,
) -> Result<(), arith::ArithError> {
    // SAFETY: both are values of the process, and nothing is collected before the result is stored as a root.
    unsafe {
        r.save();
        let machine = r.m();
        let result = operation(&(*machine.process).heap, a.term(), b.term())?.word();
        r.restore();
        r.keep_result(result, live);
    }
    Ok(())
}

/// Ends an operation of the module `erlang` that failed: goes to its label, or raises when it has none.
///
/// # Safety
/// As for any handler; the operands are values of the process.
pub unsafe fn fail(r: Cold, fail: Label, error: arith::ArithError, function: Atom, operands: &[Word]) {
    let reason = match error {
        arith::ArithError::Badarith => am::badarith,
        arith::ArithError::SystemLimit => am::system_limit,
    };
    // SAFETY: passed on.
    unsafe {
        if fail != 0 {
            return r.branch(fail);
        }
        raise_in_place_of(r, function, reason, operands)
    }
}

/// The generic form of an instruction of two operands: it works for all of them.
///
/// # Safety
/// As for any handler.
macro_rules! generic_form {
    ($r:ident, $function:ident $generic:path, $x:ident $y:ident $dst:ident $fail_to:ident $live:ident) => {{
        let live = $live.get(&$r);
        match generic(&mut $r, |heap, x, y| $generic(x, y, heap), $x, $y, live) {
            Ok(()) => {
                let result = $r.m().result;
                $dst.set(&mut $r, result);
                $r.next(<Self as Op>::BYTES)
            }
            Err(error) => {
                let to = $fail_to.get(&$r);
                fail($r, to, error, am::$function, &[$x, $y])
            }
        }
    }};
}
pub(super) use generic_form;

macro_rules! integer_operation {
    ($Name:ident $function:ident $generic:path, |$x:ident, $y:ident| $fast:expr) => {
        op! { step $Name [a: A Src, b: B Src, dst: D Dst] (fail_to: Label, live: u16) |r| {
            let ($x, $y) = (a.get(&r), b.get(&r));
            if both_small($x, $y) && let Some(word) = $fast {
                dst.set(&mut r, word);
                return r.next(Self::BYTES);
            }
            r.leave::<Self>()
        } slow |r| {
            let (x, y) = (a.get(&r), b.get(&r));
            generic_form!(r, $function $generic, x y dst fail_to live)
        } }
    };
}

// Tagged words are eight times their value, so that bits and quotients work on the words as they are.
integer_operation!(IntDivide div arith::div, |x, y| {
    // The quotient of the smallest integer and -1 overflows; of all others it fits.
    if y.0 == 0 || y.0 as i64 == -8 { None } else { Some(Word((x.0 as i64 / y.0 as i64 * 8) as u64)) }
});
integer_operation!(Remainder rem arith::rem, |x, y| {
    if y.0 == 0 || y.0 as i64 == -8 { None } else { Some(Word((x.0 as i64 % y.0 as i64) as u64)) }
});
integer_operation!(BitAnd band arith::band, |x, y| Some(Word(x.0 & y.0)));
integer_operation!(BitOr bor arith::bor, |x, y| Some(Word(x.0 | y.0)));
integer_operation!(BitXor bxor arith::bxor, |x, y| Some(Word(x.0 ^ y.0)));
integer_operation!(ShiftLeft bsl arith::bsl, |x, y| {
    let by = y.small_value();
    if (0..=60).contains(&by) {
        let shifted = (x.0 as i64) << by;
        (shifted >> by == x.0 as i64).then_some(Word(shifted as u64))
    } else {
        None
    }
});
integer_operation!(ShiftRight bsr arith::bsr, |x, y| {
    let by = y.small_value();
    if (0..=60).contains(&by) { Some(Word((x.0 as i64 >> by) as u64 & !7)) } else { None }
});
