//! Comparison operators as functions, and what else asks for the order of terms.

use std::cmp::Ordering;

use purlin_heap::{Term, equal, order};
use purlin_vm::{Context, Outcome, natives};

natives! { "erlang":
    "=:="/2 => exact_equal, "=/="/2 => exact_not_equal, "=="/2 => equal, "/="/2 => not_equal,
    "<"/2 => less, ">"/2 => greater, "=<"/2 => at_most, ">="/2 => at_least,
    "min"/2 => min, "max"/2 => max,
}

fn compare<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Ordering {
    order::compare(args[0], args[1], cx.atoms())
}

fn exact_equal<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(equal::exact(args[0], args[1])))
}

fn exact_not_equal<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(!equal::exact(args[0], args[1])))
}

fn equal<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(equal::by_value(args[0], args[1])))
}

fn not_equal<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(!equal::by_value(args[0], args[1])))
}

fn less<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(compare(cx, args).is_lt()))
}

fn greater<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(compare(cx, args).is_gt()))
}

fn at_most<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(compare(cx, args).is_le()))
}

fn at_least<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(compare(cx, args).is_ge()))
}

/// The first of two that compare equal.
fn min<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(args[usize::from(compare(cx, args).is_gt())])
}

/// The first of two that compare equal.
fn max<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(args[usize::from(compare(cx, args).is_lt())])
}
