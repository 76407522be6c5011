//! Integers and text.

use purlin_heap::big::Integer;
use purlin_heap::big::digits::{self, DigitsError};
use purlin_heap::pace::{Steps, paced};
use purlin_heap::{Build, Term, am, bits};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::chars;

natives! { "erlang":
    "integer_to_list"/1 => integer_to_list, "integer_to_list"/2 => integer_to_list,
    "integer_to_binary"/1 => integer_to_binary, "integer_to_binary"/2 => integer_to_binary,
    "list_to_integer"/1 => list_to_integer, "list_to_integer"/2 => list_to_integer,
    "binary_to_integer"/1 => binary_to_integer, "binary_to_integer"/2 => binary_to_integer,
}

/// That of module `string`.
pub(crate) const STRING: &[NativeFunction] =
    &[NativeFunction { module: "string", function: "list_to_integer", arity: 1, body: leading_integer }];

/// What module `erlang` of OTP does first with digits. There it goes on with those of integers that are not small.
pub(crate) const INTERNAL: &[NativeFunction] = &[
    NativeFunction { module: "erts_internal", function: "binary_to_integer", arity: 2, body: short_binary },
    NativeFunction { module: "erts_internal", function: "list_to_integer", arity: 2, body: short_list },
];

/// The base that may follow the first argument.
fn base<'h>(args: &[Term<'h>]) -> Read<'h, u32> {
    match args.get(1) {
        None => Ok(10),
        Some(&base) => match args::small(base)? {
            base @ 2..=36 => Ok(base as u32),
            _ => Err(Stop::badarg()),
        },
    }
}

fn formatted<'h>(args: &[Term<'h>]) -> Read<'h, String> {
    let integer = Integer::of(args[0]).ok_or(Stop::badarg())?;
    Ok(digits::format(&integer, base(args)?))
}

fn integer_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(chars::list(cx.heap(), &formatted(args)?))
}

fn integer_to_binary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(bits::binary(formatted(args)?.as_bytes(), cx.heap()))
}

fn parsed<'h>(cx: &Context<'h>, text: &[u8], base: u32) -> Outcome<'h> {
    digits::parse(text, base, cx.heap()).map_err(|error| match error {
        DigitsError::Malformed => Stop::badarg(),
        DigitsError::TooLarge => Stop::system_limit(),
    })
}

fn list_to_integer<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    parsed(cx, &args::byte_list(args[0])?, base(args)?)
}

fn binary_to_integer<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bytes: Vec<u8> = args::binary(args[0])?.to_vec();
    parsed(cx, &bytes, base(args)?)
}

/// `string:list_to_integer/1`: the integer that a list begins with, and what follows it.
fn leading_integer<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let error = |reason: &str| {
        let reason = Term::atom(cx.atoms().intern(reason)?);
        Ok(cx.heap().tuple(&[Term::atom(am::error), reason]))
    };
    if args[0].as_cons().is_none() && !args[0].is_nil() {
        return error("not_a_list");
    }
    let (text, rest) = leading_digits(args[0], 10);
    if !text.last().is_some_and(u8::is_ascii_digit) {
        return error("no_integer");
    }
    Ok(cx.heap().tuple(&[parsed(cx, &text, 10)?, rest]))
}

/// What digits are that OTP looks at first.
enum Short {
    /// This integer.
    Integer(i64),
    /// They have to be looked at as a long one.
    Long,
    /// None that begins with them.
    Malformed,
}

/// Integers of so many bits are small in OTP.
const OTP_SMALL_BITS: u32 = 59;

/// The integer that a text is, if it has so few digits that any would be small in OTP.
fn short(text: &[u8], base: u32) -> Short {
    let (is_negative, digits) = match text {
        [sign @ (b'-' | b'+'), digits @ ..] => (*sign == b'-', digits),
        digits => (false, digits),
    };
    let zeros = paced(digits.iter(), 1).take_while(|&&digit| digit == b'0').count();
    let limit = 1u64 << OTP_SMALL_BITS;
    let digits_max =
        (1..).take_while(|&count| u64::from(base).checked_pow(count).is_some_and(|all| all <= limit));
    let significant = &digits[zeros..];
    if significant.len() > digits_max.count() {
        return Short::Long;
    }
    let value = significant.iter().try_fold(0i64, |value, &digit| {
        Some(value * i64::from(base) + i64::from(char::from(digit).to_digit(base)?))
    });
    match value {
        Some(value) if !digits.is_empty() => Short::Integer(if is_negative { -value } else { value }),
        _ => Short::Malformed,
    }
}

fn short_binary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (Ok(bytes), Ok(base)) = (args::binary(args[0]), base(args)) else {
        return Ok(Term::atom(am::badarg));
    };
    match short(&bytes.to_vec(), base) {
        Short::Integer(value) => Ok(Term::small(value)),
        Short::Long => Ok(Term::atom(cx.atoms().intern("big")?)),
        Short::Malformed => Ok(Term::atom(am::badarg)),
    }
}

/// `{Integer, Rest}`, or an atom that says why not.
fn short_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let reason = |name: &str| Ok(Term::atom(cx.atoms().intern(name)?));
    if args[0].is_nil() {
        return reason("no_integer");
    }
    if args[0].as_cons().is_none() {
        return reason("not_a_list");
    }
    let Ok(base) = base(args) else { return Ok(Term::atom(am::badarg)) };
    let (text, rest) = leading_digits(args[0], base);
    match short(&text, base) {
        Short::Integer(value) => Ok(cx.heap().tuple(&[Term::small(value), rest])),
        Short::Long => reason("big"),
        Short::Malformed => reason("no_integer"),
    }
}

/// A sign or none and the digits behind it with which a list begins, and what follows them.
fn leading_digits(list: Term<'_>, base: u32) -> (Vec<u8>, Term<'_>) {
    let (mut text, mut rest, mut steps) = (Vec::new(), list, Steps::new());
    while let Some(cell) = rest.as_cons() {
        steps.step();
        match cell.head().as_small().and_then(|value| u8::try_from(value).ok()) {
            Some(byte)
                if char::from(byte).is_digit(base) || (text.is_empty() && matches!(byte, b'+' | b'-')) =>
            {
                text.push(byte);
            }
            _ => break,
        }
        rest = cell.tail();
    }
    (text, rest)
}
