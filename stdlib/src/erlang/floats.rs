//! Floats and text.

use purlin_heap::{Build, Term, am, bits};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::text;

natives! { "erlang":
    "float_to_list"/1 => float_to_list, "float_to_list"/2 => float_to_list,
    "float_to_binary"/1 => float_to_binary, "float_to_binary"/2 => float_to_binary,
    "list_to_float"/1 => list_to_float, "binary_to_float"/1 => binary_to_float,
}

/// That of module `string`.
pub(crate) const STRING: &[NativeFunction] =
    &[NativeFunction { module: "string", function: "list_to_float", arity: 1, body: leading_float }];

/// How a float is to be written.
enum Form {
    /// With an exponent, and so many digits behind the point.
    Scientific(usize),
    /// Without an exponent, and so many digits behind the point.
    Decimals(usize),
    /// The fewest digits that read back as the same float.
    Short,
}

const DEFAULT: Form = Form::Scientific(20);

/// What a list of options asks for, and whether zeros at the end are to be left out; the last of each kind counts.
fn options<'h>(list: Term<'h>) -> Read<'h, (Form, bool)> {
    let (mut form, mut compact) = (DEFAULT, false);
    for option in args::elements(list)? {
        match option.as_atom() {
            Some(am::compact) => compact = true,
            Some(am::short) => form = Form::Short,
            _ => form = digits(option)?,
        }
    }
    Ok((form, compact))
}

/// `{decimals, 0..253}` or `{scientific, 0..249}`.
fn digits<'h>(option: Term<'h>) -> Read<'h, Form> {
    let &[kind, count] = args::tuple(option)?.elements() else { return Err(Stop::badarg()) };
    match (kind.as_atom(), args::size(count)?) {
        (Some(am::decimals), count @ 0..=253) => Ok(Form::Decimals(count)),
        (Some(am::scientific), count @ 0..=249) => Ok(Form::Scientific(count)),
        _ => Err(Stop::badarg()),
    }
}

fn formatted<'h>(args: &[Term<'h>]) -> Read<'h, String> {
    let value = args[0].as_float().ok_or(Stop::badarg())?;
    let (form, compact) = args.get(1).map_or(Ok((DEFAULT, false)), |&list| options(list))?;
    Ok(match form {
        Form::Short => purlin_heap::text::float(value),
        Form::Scientific(count) => scientific(value, count),
        Form::Decimals(count) => {
            let text = decimals(value, count);
            if compact && count > 0 { without_zeros(text) } else { text }
        }
    })
}

/// As C's `%.*e`.
fn scientific(value: f64, count: usize) -> String {
    let text = format!("{value:.count$e}");
    let (mantissa, exponent) = text.split_once('e').expect("a float in scientific form has an exponent");
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// Up to 18 digits of floats below 2^53 are rounded after multiplication, as OTP does; otherwise as C's `%.*f`.
fn decimals(value: f64, count: usize) -> String {
    const MAGNITUDE_MAX: f64 = (1u64 << 53) as f64;
    let magnitude = value.abs();
    if magnitude > MAGNITUDE_MAX || count > 18 {
        return format!("{value:.count$}");
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if count == 0 {
        return format!("{sign}{}", magnitude.round());
    }
    let scale = 10u64.pow(count as u32);
    let whole = magnitude.floor();
    let fraction = ((magnitude - whole) * scale as f64).round();
    let carried = fraction >= scale as f64;
    let (whole, fraction) = if carried { (whole + 1.0, 0.0) } else { (whole, fraction) };
    format!("{sign}{whole}.{:0>count$}", fraction as u64)
}

/// Leaves the zeros at the end out, but for one behind the point.
fn without_zeros(mut text: String) -> String {
    text.truncate(text.trim_end_matches('0').len());
    if text.ends_with('.') {
        text.push('0');
    }
    text
}

fn float_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(text::list(cx.heap(), &formatted(args)?))
}

fn float_to_binary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(bits::binary(formatted(args)?.as_bytes(), cx.heap()))
}

/// How many bytes at the start are a float: sign, digits, point, digits, and perhaps an exponent.
fn float_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let signed = |at: usize| at + usize::from(matches!(text.get(at), Some(b'+' | b'-')));
    let start = signed(0);
    let point = start + digits(start);
    if point == start || text.get(point) != Some(&b'.') || digits(point + 1) == 0 {
        return None;
    }
    let end = point + 1 + digits(point + 1);
    if !matches!(text.get(end), Some(b'e' | b'E')) {
        return Some(end);
    }
    let exponent = signed(end + 1);
    Some(if digits(exponent) == 0 { end } else { exponent + digits(exponent) })
}

fn parsed<'h>(cx: &Context<'h>, text: &[u8]) -> Outcome<'h> {
    let value = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
    let value = value.filter(|value| value.is_finite()).ok_or(Stop::badarg())?;
    Ok(cx.heap().float(value))
}

fn whole<'h>(cx: &Context<'h>, text: &[u8]) -> Outcome<'h> {
    if float_length(text) == Some(text.len()) { parsed(cx, text) } else { Err(Stop::badarg()) }
}

fn list_to_float<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    whole(cx, &args::byte_list(args[0])?)
}

fn binary_to_float<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    whole(cx, &args::binary(args[0])?.bytes().collect::<Vec<u8>>())
}

/// `string:list_to_float/1`: the float that a list begins with, and what follows it.
fn leading_float<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let error = |reason: &str| {
        let reason = Term::atom(cx.atoms().intern(reason)?);
        Ok(cx.heap().tuple(&[Term::atom(am::error), reason]))
    };
    if args[0].as_cons().is_none() && !args[0].is_nil() {
        return error("not_a_list");
    }
    let (mut text, mut rest) = (Vec::new(), args[0]);
    while let Some(cell) = rest.as_cons() {
        let byte = cell.head().as_small().and_then(|value| u8::try_from(value).ok());
        let Some(byte @ (b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) = byte else { break };
        text.push(byte);
        rest = cell.tail();
    }
    let Some(length) = float_length(&text) else { return error("no_float") };
    let rest = (0..length).fold(args[0], |rest, _| rest.as_cons().map_or(rest, |cell| cell.tail()));
    match parsed(cx, &text[..length]) {
        Ok(float) => Ok(cx.heap().tuple(&[float, rest])),
        Err(_) => error("no_float"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert_eq!(scientific(1.5, 20), "1.50000000000000000000e+00");
        assert_eq!(scientific(-1.0e-300, 3), "-1.000e-300");
        assert_eq!(decimals(0.125, 2), "0.13");
        assert_eq!(decimals(-0.0, 1), "-0.0");
        assert_eq!(decimals(9.99, 1), "10.0");
        assert_eq!(without_zeros(decimals(12.5, 6)), "12.5");
        assert_eq!(without_zeros(decimals(12.0, 6)), "12.0");
    }

    #[test]
    fn what_is_a_float() {
        let lengths = [("1.5", Some(3)), ("-1.5e3x", Some(6)), ("1.5e", Some(3)), ("1", None), (".5", None)];
        for (text, length) in lengths {
            assert_eq!(float_length(text.as_bytes()), length, "{text}");
        }
    }
}
