//! Floats and text.

use purlin_heap::pace::paced;
use purlin_heap::{Build, Term, am, bits, text};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use crate::args::{self, Cells, Read};
use crate::chars;

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
    Scientific(i64),
    /// Without an exponent, and so many digits behind the point.
    Decimals(i64),
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

/// `{decimals, N}` or `{scientific, N}`. Another option may follow and replace it: its range is looked at when it is used.
fn digits<'h>(option: Term<'h>) -> Read<'h, Form> {
    let &[kind, count] = args::tuple(option)?.elements() else { return Err(Stop::badarg()) };
    match (kind.as_atom(), count.as_small().ok_or(Stop::badarg())?) {
        (Some(am::decimals), count) => Ok(Form::Decimals(count)),
        (Some(am::scientific), count) => Ok(Form::Scientific(count)),
        _ => Err(Stop::badarg()),
    }
}

fn formatted<'h>(args: &[Term<'h>]) -> Read<'h, String> {
    let value = args[0].as_float().ok_or(Stop::badarg())?;
    let (form, compact) = args.get(1).map_or(Ok((DEFAULT, false)), |&list| options(list))?;
    let formatted = match form {
        Form::Short => Some(text::shortest(value)),
        // Fewer than none stand for six, as in C.
        Form::Scientific(..0) => text::scientific(value, 6),
        Form::Scientific(digits @ 0..=249) => text::scientific(value, digits as usize),
        Form::Decimals(digits @ 0..=253) => text::decimals(value, digits as usize, compact),
        _ => None,
    };
    formatted.ok_or(Stop::badarg())
}

fn float_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(chars::list(cx.heap(), &formatted(args)?))
}

fn float_to_binary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(bits::binary(formatted(args)?.as_bytes(), cx.heap()))
}

/// How many bytes at the start are a float: sign, digits, point or comma, digits, and perhaps an exponent.
fn float_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| paced(text[from..].iter(), 1).take_while(|byte| byte.is_ascii_digit()).count();
    let signed = |at: usize| at + usize::from(matches!(text.get(at), Some(b'+' | b'-')));
    let start = signed(0);
    let point = start + digits(start);
    if point == start || !matches!(text.get(point), Some(b'.' | b',')) || digits(point + 1) == 0 {
        return None;
    }
    let end = point + 1 + digits(point + 1);
    if !matches!(text.get(end), Some(b'e' | b'E')) {
        return Some(end);
    }
    let exponent = signed(end + 1);
    Some(if digits(exponent) == 0 { end } else { exponent + digits(exponent) })
}

/// The float that a text is, up to its first zero: OTP leaves the rest to C.
fn parsed<'h>(cx: &Context<'h>, text: &[u8]) -> Outcome<'h> {
    let end = paced(text.iter(), 1).position(|&byte| byte == 0).unwrap_or(text.len());
    text::parse_float(&text[..end]).map(|value| cx.heap().float(value)).map_err(|_| Stop::badarg())
}

fn list_to_float<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    parsed(cx, &args::byte_list(args[0])?)
}

fn binary_to_float<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    parsed(cx, &args::binary(args[0])?.to_vec())
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
    let mut text = Vec::new();
    for head in Cells::new(args[0]) {
        let byte = head.as_small().and_then(|value| u8::try_from(value).ok());
        let Some(byte @ (b'0'..=b'9' | b'+' | b'-' | b'.' | b',' | b'e' | b'E')) = byte else { break };
        text.push(byte);
    }
    let Some(length) = float_length(&text) else { return error("no_float") };
    let mut cells = Cells::new(args[0]);
    let _ = cells.by_ref().take(length).count();
    let rest = cells.rest;
    text.truncate(length);
    match parsed(cx, &text) {
        Ok(float) => Ok(cx.heap().tuple(&[float, rest])),
        Err(_) => error("no_float"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_float() {
        let lengths = [
            ("1.5", Some(3)),
            ("-1.5e3x", Some(6)),
            ("1.5e", Some(3)),
            ("1,5", Some(3)),
            ("1", None),
            (".5", None),
        ];
        for (text, length) in lengths {
            assert_eq!(float_length(text.as_bytes()), length, "{text}");
        }
    }
}
