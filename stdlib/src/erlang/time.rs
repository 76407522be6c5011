//! Time. The native unit is the nanosecond.

use purlin_heap::big::Integer;
use purlin_heap::{Build, Term, am, arith, big};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::state::State;

natives! { "erlang":
    "monotonic_time"/0 => monotonic_time, "monotonic_time"/1 => monotonic_time,
    "system_time"/0 => system_time, "system_time"/1 => system_time,
    "time_offset"/0 => time_offset, "time_offset"/1 => time_offset,
    "convert_time_unit"/3 => convert_time_unit, "timestamp"/0 => timestamp, "now"/0 => now,
}

/// Those of other modules.
pub(crate) const OTHERS: &[NativeFunction] = &[
    NativeFunction { module: "os", function: "system_time", arity: 0, body: machine_time },
    NativeFunction { module: "os", function: "system_time", arity: 1, body: machine_time },
    NativeFunction { module: "os", function: "timestamp", arity: 0, body: machine_timestamp },
    NativeFunction { module: "os", function: "perf_counter", arity: 0, body: monotonic_time },
    NativeFunction { module: "erts_internal", function: "time_unit", arity: 0, body: units_per_second },
    NativeFunction {
        module: "erts_internal",
        function: "perf_counter_unit",
        arity: 0,
        body: units_per_second,
    },
];

const NS_PER_SECOND: i64 = 1_000_000_000;
const NS_PER_US: i64 = 1000;
const US_PER_SECOND: i64 = 1_000_000;

/// Nanoseconds in the unit that the first argument names, which may be left out, rounded down.
fn in_unit<'h>(cx: &Context<'h>, ns: i64, args: &[Term<'h>]) -> Outcome<'h> {
    let per_second = match args {
        [] => return Ok(cx.heap().integer(ns)),
        [unit, ..] => units(*unit)?,
    };
    let value = i128::from(ns) * i128::from(per_second);
    Ok(big::integer_128(value.div_euclid(i128::from(NS_PER_SECOND)), cx.heap()))
}

/// How many of a unit are a second.
fn units<'h>(unit: Term<'h>) -> Read<'h, i64> {
    match unit.as_atom() {
        Some(am::second | am::seconds) => Ok(1),
        Some(am::millisecond | am::milli_seconds) => Ok(1000),
        Some(am::microsecond | am::micro_seconds) => Ok(US_PER_SECOND),
        Some(am::nanosecond | am::nano_seconds | am::native | am::perf_counter) => Ok(NS_PER_SECOND),
        _ => unit.as_small().filter(|&per_second| per_second > 0).ok_or(Stop::badarg()),
    }
}

fn units_per_second<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::small(NS_PER_SECOND))
}

/// A time in another unit, rounded down. All three may be integers of any size.
fn convert_time_unit<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let [time, from, to] = [Ok(args[0]), unit_of_any_size(args[1]), unit_of_any_size(args[2])];
    let (time, from, to) = (time?, from?, to?);
    let is_negative = Integer::of(time).ok_or(Stop::badarg())?.negative;
    let heap = cx.heap();
    let mut scaled = args::converted(arith::mul(time, to, heap))?;
    if is_negative {
        let all_but_one = args::converted(arith::sub(from, Term::small(1), heap))?;
        scaled = args::converted(arith::sub(scaled, all_but_one, heap))?;
    }
    args::converted(arith::div(scaled, from, heap))
}

fn unit_of_any_size<'h>(unit: Term<'h>) -> Outcome<'h> {
    match Integer::of(unit) {
        Some(count) if count.negative || unit.as_small() == Some(0) => Err(Stop::badarg()),
        Some(_) => Ok(unit),
        None => Ok(Term::small(units(unit)?)),
    }
}

fn monotonic_time<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    in_unit(cx, cx.vm().monotonic_ns() as i64, args)
}

fn system_time<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    in_unit(cx, cx.vm().clock().system_ns(), args)
}

fn machine_time<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    in_unit(cx, cx.vm().clock().machine_ns(), args)
}

fn time_offset<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    in_unit(cx, cx.vm().clock().offset_ns(), args)
}

/// `{MegaSeconds, Seconds, MicroSeconds}`
fn stamp<'h>(cx: &Context<'h>, us: i64) -> Outcome<'h> {
    let seconds = us.div_euclid(US_PER_SECOND);
    let parts = [seconds.div_euclid(US_PER_SECOND), seconds.rem_euclid(US_PER_SECOND)];
    let [mega, seconds] = parts.map(Term::small);
    Ok(cx.heap().tuple(&[mega, seconds, Term::small(us.rem_euclid(US_PER_SECOND))]))
}

fn timestamp<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    stamp(cx, cx.vm().clock().system_ns().div_euclid(NS_PER_US))
}

fn machine_timestamp<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    stamp(cx, cx.vm().clock().machine_ns().div_euclid(NS_PER_US))
}

/// As `timestamp/0`, but later than all that this has given before.
fn now<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let us = cx.vm().clock().system_ns().div_euclid(NS_PER_US);
    stamp(cx, State::of(cx).later_than_all(us))
}
