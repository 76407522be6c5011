//! References and integers that nobody else has.

use purlin_heap::{Build, Term, am};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args;

natives! { "erlang":
    "make_ref"/0 => make_ref, "unique_integer"/0 => unique_integer, "unique_integer"/1 => unique_integer_1,
}

fn make_ref<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(cx.reference())
}

fn unique_integer<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(cx.heap().unsigned(cx.unique_number()))
}

/// All integers given are positive; those that are to be monotonic have a counter of their own, so that they are
/// unique among such calls, as in OTP.
fn unique_integer_1<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let mut monotonic = false;
    for option in args::elements(args[0])? {
        match option.as_atom() {
            Some(am::monotonic) => monotonic = true,
            Some(am::positive) => {}
            _ => return Err(Stop::badarg()),
        }
    }
    if monotonic { Ok(cx.heap().integer(cx.vm().unique_monotonic())) } else { unique_integer(cx, args) }
}
