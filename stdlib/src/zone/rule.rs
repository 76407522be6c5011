//! A rule for offsets in any year, as POSIX has it in the variable `TZ`: `CET-1CEST,M3.5.0,M10.5.0/3`.

use super::{DAY_SECONDS, Offset};
use crate::gregorian::{civil, days};

/// Standard time, and perhaps daylight saving time with the days when it begins and ends.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) standard: Offset,
    daylight: Option<(Offset, [Change; 2])>,
}

/// When clocks are set: a day of the year, and the seconds from its beginning.
#[derive(Debug)]
struct Change {
    day: Day,
    seconds: i64,
}

#[derive(Debug)]
enum Day {
    /// The day of the week, 0 being Sunday, in the week of the month; the fifth week is the last.
    Weekday { month: i64, week: i64, weekday: i64 },
    /// From 1, without the 29th of February.
    Julian(i64),
    /// From 0.
    Counted(i64),
}

/// What holds for a name of daylight saving time without days.
const USUAL_DAYS: &str = ",M3.2.0,M11.1.0";
const CHANGE_SECONDS: i64 = 7200;
const HOUR_SECONDS: i64 = 3600;

impl Rule {
    /// The rule that a text describes.
    pub(super) fn parse(text: &str) -> Option<Rule> {
        let (west, rest) = offset(name(text)?)?;
        let standard = Offset { seconds: -west, is_dst: false };
        if rest.is_empty() {
            return Some(Rule { standard, daylight: None });
        }
        let rest = name(rest)?;
        let (west, rest) = match offset(rest) {
            Some(given) => given,
            None => (west - HOUR_SECONDS, rest),
        };
        let (begin, rest) = change(if rest.is_empty() { USUAL_DAYS } else { rest })?;
        let (end, rest) = change(rest)?;
        let daylight = (Offset { seconds: -west, is_dst: true }, [begin, end]);
        rest.is_empty().then_some(Rule { standard, daylight: Some(daylight) })
    }

    pub(super) fn at(&self, moment: i64) -> Offset {
        let Some((daylight, [begin, end])) = &self.daylight else { return self.standard };
        // C's library knows no earlier years.
        let year = civil((moment + self.standard.seconds).div_euclid(DAY_SECONDS)).0.max(1970);
        let begin = begin.in_year(year) - self.standard.seconds;
        let end = end.in_year(year) - daylight.seconds;
        let is_dst =
            if begin < end { (begin..end).contains(&moment) } else { !(end..begin).contains(&moment) };
        if is_dst { *daylight } else { self.standard }
    }
}

impl Change {
    /// Seconds since 1970 in local time.
    fn in_year(&self, year: i64) -> i64 {
        let first = days(year, 1, 1);
        let day = match self.day {
            Day::Counted(day) => first + day,
            Day::Julian(day) if day < 60 => first + day - 1,
            Day::Julian(day) => days(year, 3, 1) + day - 60,
            Day::Weekday { month, week, weekday } => {
                // The first of January 1970 was a Thursday.
                let first = days(year, month, 1);
                let first = first + (weekday - 4 - first).rem_euclid(7);
                let next = if month == 12 { days(year + 1, 1, 1) } else { days(year, month + 1, 1) };
                let day = first + 7 * (week - 1);
                if day >= next { day - 7 } else { day }
            }
        };
        day * DAY_SECONDS + self.seconds
    }
}

/// What follows a name.
fn name(text: &str) -> Option<&str> {
    if let Some(quoted) = text.strip_prefix('<') {
        return Some(quoted.split_once('>')?.1);
    }
    let length = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    (length >= 3).then(|| &text[length..])
}

fn number(text: &str) -> Option<(i64, &str)> {
    let length = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..length].parse().ok().filter(|&number: &i64| number < 1000)?, &text[length..]))
}

/// `[+-]HH[:MM[:SS]]` in seconds, and what follows.
fn offset(text: &str) -> Option<(i64, &str)> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, mut rest) = number(text)?;
    let mut seconds = hours * HOUR_SECONDS;
    for unit in [60, 1] {
        if let Some(more) = rest.strip_prefix(':') {
            let (count, after) = number(more)?;
            seconds += count * unit;
            rest = after;
        }
    }
    Some((sign * seconds, rest))
}

/// `,Mm.w.d[/TIME]`, `,Jn[/TIME]` or `,n[/TIME]`, and what follows.
fn change(text: &str) -> Option<(Change, &str)> {
    let text = text.strip_prefix(',')?;
    let (day, rest) = if let Some(text) = text.strip_prefix('M') {
        let (month, rest) = number(text)?;
        let (week, rest) = number(rest.strip_prefix('.')?)?;
        let (weekday, rest) = number(rest.strip_prefix('.')?)?;
        let in_range = (1..=12).contains(&month) && (1..=5).contains(&week) && weekday < 7;
        (in_range.then_some(Day::Weekday { month, week, weekday })?, rest)
    } else if let Some(text) = text.strip_prefix('J') {
        let (day, rest) = number(text)?;
        (Day::Julian(day), rest)
    } else {
        let (day, rest) = number(text)?;
        (Day::Counted(day), rest)
    };
    match rest.strip_prefix('/') {
        Some(time) => offset(time).map(|(seconds, rest)| (Change { day, seconds }, rest)),
        None => Some((Change { day, seconds: CHANGE_SECONDS }, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Offset, Rule};

    #[test]
    fn clocks_are_set_on_sundays_of_march_and_october() {
        let rule = Rule::parse("CET-1CEST,M3.5.0,M10.5.0/3").expect("a rule");
        let (summer, winter) =
            (Offset { seconds: 7200, is_dst: true }, Offset { seconds: 3600, is_dst: false });
        // 2040-03-25 and 2040-10-28, 01:00 universal time.
        for (moment, before, after) in [(2_216_250_000, winter, summer), (2_234_998_800, summer, winter)] {
            assert_eq!((rule.at(moment - 1), rule.at(moment)), (before, after));
        }
    }

    #[test]
    fn rules_without_days_and_names_in_brackets() {
        assert_eq!(Rule::parse("<+0530>-5:30").expect("a rule").standard.seconds, 19_800);
        assert!(Rule::parse("EST5EDT").expect("a rule").at(1_720_000_000).is_dst);
        for wrong in ["", "A", "CET", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M3.1.0"] {
            assert!(Rule::parse(wrong).is_none(), "{wrong}");
        }
    }
}
