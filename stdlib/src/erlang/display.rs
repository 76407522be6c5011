//! Output for debugging, past the I/O servers.

use std::io::{self, Write};

use purlin_heap::bits::Bits;
use purlin_heap::print;
use purlin_heap::{Term, am};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::chars;

natives! { "erlang":
    "display"/1 => display, "display_string"/1 => display_string, "display_string"/2 => display_string_to,
    "display_nl"/0 => display_nl,
}

/// What cannot be written is lost: there is nobody to tell. Lines end as OTP ends them here, which writes past its
/// drivers with a carriage return, terminal or not.
fn write(to: &mut dyn Write, text: &[u8]) {
    let text = text.split(|&byte| byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
    let _ = to.write_all(&text).and_then(|()| to.flush());
}

/// That of module `erts_internal`.
pub(crate) const INTERNAL: &[NativeFunction] =
    &[NativeFunction { module: "erts_internal", function: "term_to_string", arity: 2, body: term_to_string }];

/// The text of `display/1`, as a list of its bytes: all of it, or until a count is used up.
fn term_to_string<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let text = if args[1].is_atom(am::undefined) {
        print::displayed(args[0], cx.atoms())
    } else {
        let count = args::size(args[1])?;
        if !(2..i32::MAX as usize).contains(&count) {
            return Err(Stop::badarg());
        }
        print::displayed_counted(args[0], count, cx.atoms())
    };
    Ok(chars::bytes(cx.heap(), &text))
}

fn display<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let text = print::displayed(args[0], cx.atoms());
    args::charge(cx, text.len());
    write(&mut io::stdout().lock(), &[&text[..], b"\n"].concat());
    Ok(Term::boolean(true))
}

/// The text in a list of characters or a binary.
fn text<'h>(term: Term<'h>) -> Read<'h, String> {
    match Bits::of(term) {
        Some(bits) => String::from_utf8(bits.to_vec()).map_err(|_| Stop::badarg()),
        None => args::characters(term),
    }
}

fn display_string<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    write(&mut io::stderr().lock(), text(args[0])?.as_bytes());
    Ok(Term::boolean(true))
}

/// To `stdout` or `stderr`.
fn display_string_to<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let text = text(args[1])?;
    match cx.atoms().name(args::atom(args[0])?) {
        "stdout" => write(&mut io::stdout().lock(), text.as_bytes()),
        "stderr" => write(&mut io::stderr().lock(), text.as_bytes()),
        _ => return Err(Stop::badarg()),
    }
    Ok(Term::atom(am::true_))
}

fn display_nl<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    write(&mut io::stdout().lock(), b"\n");
    Ok(Term::boolean(true))
}
