//! Timers that send messages.

use purlin_heap::{Atom, Build, Term, am};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::monitors::number;
use crate::args::{self, Read};

natives! { "erlang":
    "start_timer"/3 => start_timer, "start_timer"/4 => start_timer,
    "send_after"/3 => send_after, "send_after"/4 => send_after,
    "cancel_timer"/1 => cancel_timer, "cancel_timer"/2 => cancel_timer,
    "read_timer"/1 => read_timer, "read_timer"/2 => read_timer,
}

const NS_PER_MS: u64 = 1_000_000;

fn start_timer<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    start(cx, args, true)
}

fn send_after<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    start(cx, args, false)
}

fn start<'h>(cx: &Context<'h>, args: &[Term<'h>], wrap: bool) -> Outcome<'h> {
    let mut absolute = false;
    for (name, value) in options(args.get(3).copied()).map_err(|_| args::bad_option())? {
        match name {
            am::abs => absolute = value,
            _ => return Err(args::bad_option()),
        }
    }
    let deadline_ns = deadline_ns(cx, args[0], absolute).ok_or(args::badarg_because(am::time))?;
    cx.start_timer(deadline_ns, args[1], args[2], wrap).ok_or(Stop::badarg())
}

/// When a time in milliseconds has come; nothing if it is none, or beyond what the clock can tell.
fn deadline_ns(cx: &Context<'_>, time: Term<'_>, absolute: bool) -> Option<u64> {
    let time_ms = time.as_small()?;
    let now_ns = if absolute { 0 } else { cx.vm().monotonic_ns() };
    match u64::try_from(time_ms) {
        Ok(ms) => ms.checked_mul(NS_PER_MS)?.checked_add(now_ns),
        // A moment before the machine's start.
        Err(_) => (absolute && time_ms.unsigned_abs() <= u64::MAX / NS_PER_MS).then_some(0),
    }
}

fn cancel_timer<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let number = number(args[0])?;
    let (mut asynchronous, mut info) = (false, true);
    for (name, value) in options(args.get(1).copied())? {
        match name {
            am::async_ => asynchronous = value,
            am::info => info = value,
            _ => return Err(Stop::badarg()),
        }
    }
    let left = time_left(cx, cx.cancel_timer(number));
    if !info {
        return Ok(Term::atom(am::ok));
    }
    if asynchronous { told_later(cx, am::cancel_timer, args[0], left) } else { Ok(left) }
}

fn read_timer<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let number = number(args[0])?;
    let mut asynchronous = false;
    for (name, value) in options(args.get(1).copied())? {
        match name {
            am::async_ => asynchronous = value,
            _ => return Err(Stop::badarg()),
        }
    }
    let left = time_left(cx, cx.read_timer(number));
    if asynchronous { told_later(cx, am::read_timer, args[0], left) } else { Ok(left) }
}

/// Milliseconds, or `false`.
fn time_left<'h>(cx: &Context<'h>, left_ms: Option<u64>) -> Term<'h> {
    left_ms.map_or(Term::boolean(false), |ms| cx.heap().unsigned(ms))
}

/// The result as a message.
fn told_later<'h>(cx: &Context<'h>, kind: Atom, timer: Term<'h>, left: Term<'h>) -> Outcome<'h> {
    cx.send_to(cx.pid(), cx.heap().tuple(&[Term::atom(kind), timer, left]));
    Ok(Term::atom(am::ok))
}

/// A list of `{Name, Boolean}`.
fn options<'h>(list: Option<Term<'h>>) -> Read<'h, Vec<(Atom, bool)>> {
    let pair = |option: Term<'h>| {
        let pair = args::tuple(option)?;
        match (pair.arity(), pair.element(0).as_atom()) {
            (2, Some(name)) => Ok((name, pair.element(1).as_boolean().ok_or(Stop::badarg())?)),
            _ => Err(Stop::badarg()),
        }
    };
    args::elements(list.unwrap_or(Term::NIL))?.into_iter().map(pair).collect()
}
