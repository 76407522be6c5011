//! Arithmetic, bit and boolean operators as functions, and the functions on numbers that guards may call.

use purlin_heap::{Term, arith};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{converted, number};

natives! { "erlang":
    "+"/1 => plus, "-"/1 => negate,
    "+"/2 => add, "-"/2 => subtract, "*"/2 => multiply, "/"/2 => divide, "div"/2 => div, "rem"/2 => rem,
    "band"/2 => band, "bor"/2 => bor, "bxor"/2 => bxor, "bsl"/2 => bsl, "bsr"/2 => bsr, "bnot"/1 => bnot,
    "not"/1 => not, "and"/2 => and, "or"/2 => or, "xor"/2 => xor,
    "abs"/1 => abs, "float"/1 => float, "trunc"/1 => trunc, "round"/1 => round, "floor"/1 => floor,
    "ceil"/1 => ceil,
}

/// Natives that are functions of `arith`, with what makes an outcome of their results.
macro_rules! arithmetic {
    ($($name:ident($($arg:tt),*) = $operation:path, $outcome:ident;)*) => {$(
        fn $name<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
            $outcome($operation($(args[$arg],)* cx.heap()))
        }
    )*};
}

arithmetic! {
    negate(0) = arith::neg, number;
    add(0, 1) = arith::add, number;
    subtract(0, 1) = arith::sub, number;
    multiply(0, 1) = arith::mul, number;
    divide(0, 1) = arith::divide, number;
    div(0, 1) = arith::div, number;
    rem(0, 1) = arith::rem, number;
    band(0, 1) = arith::band, number;
    bor(0, 1) = arith::bor, number;
    bxor(0, 1) = arith::bxor, number;
    bsl(0, 1) = arith::bsl, number;
    bsr(0, 1) = arith::bsr, number;
    bnot(0) = arith::bnot, number;
    abs(0) = arith::abs, converted;
    float(0) = arith::to_float, converted;
    trunc(0) = arith::trunc, converted;
    round(0) = arith::round, converted;
    floor(0) = arith::floor, converted;
    ceil(0) = arith::ceil, converted;
}

fn plus<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match purlin_heap::big::Number::of(args[0]) {
        Some(_) => Ok(args[0]),
        None => Err(Stop::badarith()),
    }
}

fn boolean<'h>(term: Term<'h>) -> Result<bool, Stop<'h>> {
    term.as_boolean().ok_or(Stop::badarg())
}

fn not<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(!boolean(args[0])?))
}

fn and<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (a, b) = (boolean(args[0])?, boolean(args[1])?);
    Ok(Term::boolean(a && b))
}

fn or<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (a, b) = (boolean(args[0])?, boolean(args[1])?);
    Ok(Term::boolean(a || b))
}

fn xor<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(boolean(args[0])? != boolean(args[1])?))
}
