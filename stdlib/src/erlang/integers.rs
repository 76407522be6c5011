//! Integers and text.

use purlin_heap::big::Integer;
use purlin_heap::big::digits::{self, DigitsError};
use purlin_heap::pace::Steps;
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
    let (mut text, mut rest, mut steps) = (Vec::new(), args[0], Steps::new());
    while let Some(cell) = rest.as_cons() {
        steps.step();
        let byte = cell.head().as_small().and_then(|value| u8::try_from(value).ok());
        match byte {
            Some(byte) if byte.is_ascii_digit() || (text.is_empty() && matches!(byte, b'+' | b'-')) => {
                text.push(byte);
            }
            _ => break,
        }
        rest = cell.tail();
    }
    if !text.last().is_some_and(u8::is_ascii_digit) {
        return error("no_integer");
    }
    Ok(cx.heap().tuple(&[parsed(cx, &text, 10)?, rest]))
}
