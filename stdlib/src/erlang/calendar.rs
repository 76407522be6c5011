//! Dates and times of day.

use std::ops::Range;

use purlin_heap::big::Integer;
use purlin_heap::{Build, Term, am};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::gregorian::{civil, days};
use crate::zone::Zone;

natives! { "erlang":
    "date"/0 => date, "time"/0 => time, "localtime"/0 => localtime, "universaltime"/0 => universaltime,
    "localtime_to_universaltime"/2 => localtime_to_universaltime,
    "universaltime_to_localtime"/1 => universaltime_to_localtime,
    "universaltime_to_posixtime"/1 => universaltime_to_posixtime,
    "posixtime_to_universaltime"/1 => posixtime_to_universaltime,
}

const SECONDS_PER_DAY: i64 = 86_400;

/// The years of dates that are taken, as OTP takes them: universal and local time.
const UNIVERSAL_YEARS: Range<i64> = 1600..YEAR_END;
const LOCAL_YEARS: Range<i64> = 1902..YEAR_END;
const YEAR_END: i64 = i32::MAX as i64;

/// `{Year, Month, Day}` and `{Hour, Minute, Second}` of a moment.
fn parts<'h>(cx: &Context<'h>, seconds: i64) -> (Term<'h>, Term<'h>) {
    let (year, month, day) = civil(seconds.div_euclid(SECONDS_PER_DAY));
    let clock = seconds.rem_euclid(SECONDS_PER_DAY);
    let triple = |parts: [i64; 3]| cx.heap().tuple(&parts.map(Term::small));
    (triple([year, month, day]), triple([clock / 3600, clock / 60 % 60, clock % 60]))
}

fn moment<'h>(cx: &Context<'h>, seconds: i64) -> Outcome<'h> {
    let (date, time) = parts(cx, seconds);
    Ok(cx.heap().tuple(&[date, time]))
}

fn now_seconds(cx: &Context<'_>) -> i64 {
    cx.vm().clock().machine_ns().div_euclid(1_000_000_000)
}

fn local_seconds(cx: &Context<'_>) -> i64 {
    let now = now_seconds(cx);
    now + Zone::local().offset_at(now)
}

fn date<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(parts(cx, local_seconds(cx)).0)
}

fn time<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(parts(cx, local_seconds(cx)).1)
}

fn localtime<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    moment(cx, local_seconds(cx))
}

fn universaltime<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    moment(cx, now_seconds(cx))
}

fn triple<'h>(term: Term<'h>) -> Read<'h, [i64; 3]> {
    match *args::tuple(term)?.elements() {
        [a, b, c] => Ok([args::small(a)?, args::small(b)?, args::small(c)?]),
        _ => Err(Stop::badarg()),
    }
}

/// The seconds since 1970 that `{Date, Time}` names, as if it were universal time, in one of some years.
fn seconds<'h>(term: Term<'h>, years: Range<i64>) -> Read<'h, i64> {
    let (date, time) = match *args::tuple(term)?.elements() {
        [date, time] => (triple(date)?, triple(time)?),
        _ => return Err(Stop::badarg()),
    };
    let ([year, month, day], [hour, minute, second]) = (date, time);
    let in_range = years.contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let in_range =
        in_range && (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    let days = if in_range { days(year, month, day) } else { return Err(Stop::badarg()) };
    if civil(days) != (year, month, day) {
        return Err(Stop::badarg());
    }
    Ok(days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second)
}

/// The second argument tells whether daylight saving time is meant; if that is `undefined`, the zone decides.
fn localtime_to_universaltime<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let is_dst = match args[1].as_atom() {
        Some(am::true_) => Some(true),
        Some(am::false_) => Some(false),
        Some(am::undefined) => None,
        _ => return Err(Stop::badarg()),
    };
    let local = seconds(args[0], LOCAL_YEARS)?;
    moment(cx, Zone::local().to_universal(local, is_dst))
}

fn universaltime_to_localtime<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let universal = seconds(args[0], LOCAL_YEARS)?;
    moment(cx, universal + Zone::local().offset_at(universal))
}

fn universaltime_to_posixtime<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(cx.heap().integer(seconds(args[0], UNIVERSAL_YEARS)?))
}

fn posixtime_to_universaltime<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let seconds = Integer::of(args[0]).and_then(|seconds| seconds.as_i64());
    moment(cx, seconds.ok_or(Stop::badarg())?)
}
