//! Dates of the Gregorian calendar as numbers of days.

/// Days from 1970-01-01 to a date of the Gregorian calendar, by counting eras of 400 years that begin in March.
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date so many days after 1970-01-01. Before the year 1 it is a day or so off, because the divisions round to zero:
/// OTP's do, and what they give is seen.
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let of_year = |year: i64| days - (365 * year + year / 4 - year / 100 + year / 400);
    let guess = (10_000 * days + 14_780) / 3_652_425;
    let year = if of_year(guess) < 0 { guess - 1 } else { guess };
    let day_of_year = of_year(year);
    let shifted = (100 * day_of_year + 52) / 3060;
    let (day, month) = (day_of_year - (306 * shifted + 5) / 10 + 1, (shifted + 2) % 12 + 1);
    (year + (shifted + 2) / 12, month, day)
}

#[cfg(test)]
mod tests {
    use super::{civil, days};

    #[test]
    fn dates_and_days_agree() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 2, 29), 11_016);
        assert_eq!(civil(-719_468), (0, 3, 1));
        assert_eq!(civil(-719_528), (-1, 12, 31));
        for day in (-719_000..800_000).step_by(97) {
            let (year, month, date) = civil(day);
            assert_eq!(days(year, month, date), day);
        }
    }
}
