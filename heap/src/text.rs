//! Floats as text and back, as Erlang writes and reads them. Integers are in [`crate::big::digits`].

use crate::big::digits::DigitsError;
use crate::pace::paced;

/// Texts beyond this many characters are refused, as in OTP.
const LENGTH_MAX: usize = 255;

/// Numbers up to this one have no gaps between integers, so their decimal form shows no digit that is not theirs.
const EXACT_INTEGERS_MAX: f64 = 9_007_199_254_740_992.0;

/// The fewest digits that read back as the same float: `float_to_list(F, [short])` and `~p`. Decimal or scientific,
/// whichever is shorter.
pub fn shortest(value: f64) -> String {
    let mut buffer = ryu::Buffer::new();
    let (digits, exponent) = significant(buffer.format_finite(value.abs()));
    let scientific = scientific_text(&digits, exponent);
    let decimal_length = match exponent {
        0.. => (digits.len() as i32).max(exponent + 2) + 1,
        _ => digits.len() as i32 + 1 - exponent,
    };
    let decimal = value.abs() < EXACT_INTEGERS_MAX && decimal_length <= scientific.len() as i32;
    let text = if decimal { decimal_text(&digits, exponent) } else { scientific };
    if value.is_sign_negative() { format!("-{text}") } else { text }
}

/// The digits of a number, without zeros at either end, and the exponent of the first.
fn significant(text: &str) -> (String, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let digits = all.trim_matches('0');
    if digits.is_empty() {
        return ("0".to_string(), 0);
    }
    let exponent: i32 = exponent.parse().unwrap_or(0);
    (digits.to_string(), exponent + whole.len() as i32 - 1 - leading as i32)
}

fn scientific_text(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at(1);
    format!("{first}.{}e{exponent}", if rest.is_empty() { "0" } else { rest })
}

fn decimal_text(digits: &str, exponent: i32) -> String {
    if exponent < 0 {
        return format!("0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    match digits.split_at_checked(whole) {
        Some((whole, "")) => format!("{whole}.0"),
        Some((whole, fraction)) => format!("{whole}.{fraction}"),
        None => format!("{digits}{}.0", "0".repeat(whole - digits.len())),
    }
}

/// One digit, then `digits` more, then an exponent of at least two: `float_to_list(F, [{scientific, Digits}])`, and
/// with 20 `float_to_list(F)`.
pub fn scientific(value: f64, digits: usize) -> Option<String> {
    if digits > LENGTH_MAX {
        return None;
    }
    let text = format!("{value:.digits$e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let sign = if exponent < 0 { '-' } else { '+' };
    fitting(format!("{mantissa}e{sign}{:02}", exponent.abs()))
}

/// `digits` digits behind the point: `float_to_list(F, [{decimals, Digits}])`, without zeros at the end when it is
/// to be compact.
pub fn decimals(value: f64, digits: usize, compact: bool) -> Option<String> {
    if digits > LENGTH_MAX {
        return None;
    }
    let is_long = value.abs() > EXACT_INTEGERS_MAX || digits > 18;
    let text = if is_long { format!("{value:.digits$}") } else { rounded_decimals(value, digits) };
    let text = fitting(text)?;
    // Without a point, OTP drops the zeros at the end of a long integer all the same: 1.0e22 is "1" then.
    if !compact || (digits == 0 && !is_long) {
        return Some(text);
    }
    let trimmed = text.trim_end_matches('0');
    Some(if trimmed.ends_with('.') { format!("{trimmed}0") } else { trimmed.to_string() })
}

/// The fraction is scaled and rounded as a float, halves away from zero: not the digits of the exact value, but
/// those that OTP gives.
fn rounded_decimals(value: f64, digits: usize) -> String {
    let (sign, magnitude) = (if value.is_sign_negative() { "-" } else { "" }, value.abs());
    if digits == 0 {
        return format!("{sign}{}", magnitude.round() as u64);
    }
    let scale = 10f64.powi(digits as i32);
    let whole = magnitude.floor();
    let fraction = ((magnitude - whole) * scale).round();
    let carry = fraction >= scale;
    let (whole, fraction) = (whole as u64 + u64::from(carry), if carry { 0 } else { fraction as u64 });
    format!("{sign}{whole}.{fraction:0digits$}")
}

fn fitting(text: String) -> Option<String> {
    (text.len() <= LENGTH_MAX).then_some(text)
}

/// The float that `text` is: sign or none, digits, a point (or a comma), digits, and an exponent or none.
pub fn parse_float(text: &[u8]) -> Result<f64, DigitsError> {
    let malformed = DigitsError::Malformed;
    let (negative, unsigned) = signed(text);
    let (mantissa, exponent) = match split(unsigned, b"eE") {
        Some((mantissa, exponent)) => (mantissa, signed(exponent)),
        None => (unsigned, (false, &b"0"[..])),
    };
    let (whole, fraction) = split(mantissa, b".,").ok_or(malformed)?;
    let digits = |part: &[u8]| !part.is_empty() && paced(part.iter(), 1).all(u8::is_ascii_digit);
    if !(digits(whole) && digits(fraction) && digits(exponent.1)) {
        return Err(malformed);
    }
    let text = match text.len() {
        ..=DIGITS_MAX => String::from_utf8_lossy(text).replacen(',', ".", 1),
        _ => significant_text(negative, whole, fraction, exponent),
    };
    let value: f64 = text.parse().map_err(|_| malformed)?;
    if value.is_finite() { Ok(value) } else { Err(DigitsError::TooLarge) }
}

/// Beyond the exponents of all floats, whatever the length of the text before.
const EXPONENT_MAX: i64 = 1 << 60;

/// Of the digits behind so many it only matters whether there are others than zeros: two neighbouring floats have up to 767
/// until the middle between them ends.
const DIGITS_MAX: usize = 800;

/// A short text of the same value. The exponent comes with whether it is negative.
fn significant_text(negative: bool, whole: &[u8], fraction: &[u8], exponent: (bool, &[u8])) -> String {
    let digits = || whole.iter().chain(fraction).copied();
    let zeros = paced(digits(), 1).take_while(|&digit| digit == b'0').count();
    let mut kept: String = digits().skip(zeros).take(DIGITS_MAX).map(char::from).collect();
    let mut left = (whole.len() + fraction.len() - zeros - kept.len()) as i64;
    if paced(digits().skip(zeros + DIGITS_MAX), 1).any(|digit| digit != b'0') {
        kept.push('1');
        left -= 1;
    }
    let magnitude = paced(exponent.1.iter(), 1).fold(0i64, |value, &digit| {
        value.saturating_mul(10).saturating_add(i64::from(digit - b'0')).min(EXPONENT_MAX)
    });
    let exponent = if exponent.0 { -magnitude } else { magnitude };
    let sign = if negative { "-" } else { "" };
    format!("{sign}0{kept}e{}", exponent + left - fraction.len() as i64)
}

/// Whether there is a minus sign in front, and what follows the sign.
fn signed(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [sign @ (b'-' | b'+'), rest @ ..] => (*sign == b'-', rest),
        _ => (false, text),
    }
}

/// What is before the first of these bytes, and what is behind it.
fn split<'t>(text: &'t [u8], at: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let place = paced(text.iter(), 1).position(|byte| at.contains(byte))?;
    Some((&text[..place], &text[place + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortest_takes_the_shorter_form() {
        let cases = "0.0 -0.0 1.0 100.0 1.0e3 1.2e3 123456.0 9007199254740991.0 9.007199254740992e15 1.2345678e20 \
            1.2e300 0.1 0.0001 1.0e-5 1.2e-4 0.0012 0.00123 1.234e-4 5.0e-324 12345.678 1.234e8 -1.5e-5 1.0e22";
        for text in cases.split_whitespace() {
            assert_eq!(shortest(text.parse().unwrap()), text);
        }
    }

    #[test]
    fn fixed_numbers_of_digits() {
        assert_eq!(scientific(1.5, 20).unwrap(), "1.50000000000000000000e+00");
        assert_eq!(scientific(0.1, 20).unwrap(), "1.00000000000000005551e-01");
        assert_eq!(scientific(2.5, 0).unwrap(), "2e+00");
        assert_eq!(scientific(1.1e100, 5).unwrap(), "1.10000e+100");
        assert!(scientific(1.0, 249).is_some() && scientific(1.0, 250).is_none());
        let cases =
            [(0.125, 2, "0.13"), (2.5, 0, "3"), (1.005, 2, "1.00"), (-0.04, 1, "-0.0"), (0.99, 1, "1.0")];
        for (value, digits, text) in cases {
            assert_eq!(decimals(value, digits, false).unwrap(), text);
        }
        assert_eq!(decimals(0.1, 30, false).unwrap(), "0.100000000000000005551115123126");
        assert_eq!(decimals(1.1, 5, true).unwrap(), "1.1");
        assert_eq!(decimals(100.0, 3, true).unwrap(), "100.0");
        assert!(decimals(1.0, 253, false).is_some() && decimals(1.0, 254, false).is_none());
        assert!(decimals(1e300, 2, false).is_none());
    }

    #[test]
    fn only_floats_are_read() {
        for (text, value) in
            [("1.0", 1.0), ("+1.5", 1.5), ("1.5E+3", 1500.0), ("1.0e-400", 0.0), ("1,5", 1.5)]
        {
            assert_eq!(parse_float(text.as_bytes()), Ok(value));
        }
        for text in ["1.0e400", "1.0e99999999999999999999", "1.0e9223372036854775807"] {
            assert_eq!(parse_float(text.as_bytes()), Err(DigitsError::TooLarge));
        }
        for text in
            ["", "1", "1.", ".5", "1e3", " 1.0", "1.0 ", "1.0e", "inf", "1_0.0", "1.0e+-5", "1.,0", "é.0"]
        {
            assert_eq!(parse_float(text.as_bytes()), Err(DigitsError::Malformed), "{text}");
        }
    }

    #[test]
    fn long_text_is_read_exactly() {
        // The middle between 1 and the next float, of which only the last digit of many can tell the side.
        let middle = "1.00000000000000011102230246251565404236316680908203125";
        let zeros = "0".repeat(2000);
        let next = 1.0 + f64::EPSILON;
        for (text, value) in [
            (middle.to_string(), 1.0),
            (format!("{middle}{zeros}"), 1.0),
            (format!("{middle}{zeros}1"), next),
            (format!("-{zeros}{middle}{zeros}1"), -next),
            (format!("0.{zeros}15e2001"), 1.5),
            (format!("15{zeros}.0e-2001"), 1.5),
            (format!("0.{zeros}1e2000"), 0.1),
            (format!("-{zeros}.{zeros}e{zeros}5"), -0.0),
            (format!("1.0e-{zeros}3"), 0.001),
            ("1.0e-99999999999999999999".to_string(), 0.0),
        ] {
            let read = parse_float(text.as_bytes()).map(f64::to_bits);
            assert_eq!(read, Ok(f64::to_bits(value)), "{value}");
        }
        assert_eq!(parse_float(format!("1{zeros}.0").as_bytes()), Err(DigitsError::TooLarge));
        assert_eq!(parse_float(format!("1{zeros}.0x").as_bytes()), Err(DigitsError::Malformed));
    }
}
