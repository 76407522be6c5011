//! Dates and times of day.

use purlin_heap::{Build, Term};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::zone::Zone;

natives! { "erlang":
    "date"/0 => date, "time"/0 => time, "localtime"/0 => localtime, "universaltime"/0 => universaltime,
    "localtime_to_universaltime"/2 => localtime_to_universaltime,
    "universaltime_to_localtime"/1 => universaltime_to_localtime,
    "universaltime_to_posixtime"/1 => universaltime_to_posixtime,
    "posixtime_to_universaltime"/1 => posixtime_to_universaltime,
}

const SECONDS_PER_DAY: i64 = 86_400;

/// Days from 1970-01-01 to a date of the Gregorian calendar, by counting eras of 400 years that begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date so many days after 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) = (day_of_year - (153 * shifted + 2) / 5 + 1, (shifted + 2) % 12 + 1);
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

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

/// The seconds since 1970 that `{Date, Time}` names, as if it were universal time.
fn seconds<'h>(term: Term<'h>) -> Read<'h, i64> {
    let (date, time) = match *args::tuple(term)?.elements() {
        [date, time] => (triple(date)?, triple(time)?),
        _ => return Err(Stop::badarg()),
    };
    let ([year, month, day], [hour, minute, second]) = (date, time);
    let in_range = (0..1 << 31).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let in_range =
        in_range && (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    let days = if in_range { days(year, month, day) } else { return Err(Stop::badarg()) };
    if civil(days) != (year, month, day) {
        return Err(Stop::badarg());
    }
    Ok(days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second)
}

/// Whether daylight saving time is meant, where that is asked, is decided by the zone.
fn localtime_to_universaltime<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let local = seconds(args[0])?;
    args::atom(args[1])?;
    moment(cx, Zone::local().to_universal(local))
}

fn universaltime_to_localtime<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let universal = seconds(args[0])?;
    moment(cx, universal + Zone::local().offset_at(universal))
}

fn universaltime_to_posixtime<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(cx.heap().integer(seconds(args[0])?))
}

fn posixtime_to_universaltime<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    moment(cx, args::small(args[0])?)
}

#[cfg(test)]
mod tests {
    use super::{civil, days};

    #[test]
    fn dates_and_days_agree() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 2, 29), 11_016);
        assert_eq!(civil(-719_528), (0, 1, 1));
        for day in (-800_000..800_000).step_by(97) {
            let (year, month, date) = civil(day);
            assert_eq!(days(year, month, date), day);
        }
    }
}
