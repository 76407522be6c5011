//! Binaries, bit strings and the lists that they are made of.

use purlin_heap::bits::iolist::{self, ListError};
use purlin_heap::bits::{self, Bits};
use purlin_heap::{Build, Term};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};

natives! { "erlang":
    "list_to_binary"/1 => list_to_binary, "iolist_to_binary"/1 => iolist_to_binary,
    "iolist_size"/1 => iolist_size, "iolist_to_iovec"/1 => iolist_to_iovec,
    "list_to_bitstring"/1 => list_to_bitstring, "bitstring_to_list"/1 => bitstring_to_list,
    "binary_to_list"/1 => binary_to_list, "binary_to_list"/3 => binary_to_list_3,
    "split_binary"/2 => split_binary,
}

/// That of module `binary`.
pub(crate) const BINARY: &[purlin_vm::NativeFunction] = &[purlin_vm::NativeFunction {
    module: "binary",
    function: "list_to_bin",
    arity: 1,
    body: list_to_binary,
}];

/// What is wrong with an iolist as an error of the program.
fn refused<'h>(error: ListError) -> Stop<'h> {
    match error {
        ListError::Malformed => Stop::badarg(),
        ListError::NoMemory => Stop::system_limit(),
    }
}

fn list<'h>(term: Term<'h>) -> Read<'h, Term<'h>> {
    if term.as_cons().is_some() || term.is_nil() { Ok(term) } else { Err(Stop::badarg()) }
}

fn list_to_binary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    joined(cx, list(args[0])?)
}

/// The binary of an iolist; a binary is that already.
fn iolist_to_binary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if Bits::of(args[0]).is_some_and(Bits::is_binary) { Ok(args[0]) } else { joined(cx, args[0]) }
}

fn joined<'h>(cx: &Context<'h>, list: Term<'h>) -> Outcome<'h> {
    iolist::to_binary(list, cx.heap()).map_err(refused)
}

fn list_to_bitstring<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    iolist::to_bits(list(args[0])?, cx.heap()).map_err(refused)
}

fn iolist_size<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let size = iolist::byte_size(args[0]).map_err(refused)?;
    Ok(cx.heap().unsigned(size as u64))
}

/// The iolist as a list of binaries.
fn iolist_to_iovec<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let binary = iolist_to_binary(cx, args)?;
    match Bits::of(binary) {
        Some(bits) if bits.bit_size() > 0 => Ok(cx.heap().list(&[binary])),
        _ => Ok(Term::NIL),
    }
}

fn bitstring_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bits = args::bits(args[0])?;
    Ok(iolist::to_list(bits, Term::NIL, cx.heap()))
}

fn binary_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bits = args::binary(args[0])?;
    Ok(iolist::to_list(bits, Term::NIL, cx.heap()))
}

/// The bytes from one 1-based place up to another.
fn binary_to_list_3<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bits = args::binary(args[0])?;
    let last = args::index(args[2], bits.byte_size())?;
    let first = args::index(args[1], last + 1)?;
    let part = bits.slice(first * 8, (last + 1 - first) * 8).ok_or(Stop::badarg())?;
    Ok(iolist::to_list(part, Term::NIL, cx.heap()))
}

fn split_binary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let size = args::bits(args[0])?.bit_size();
    let at = args::size(args[1])?;
    if at > size / 8 {
        return Err(Stop::badarg());
    }
    let part = |from, size| bits::slice(args[0], from, size, cx.heap()).ok_or(Stop::badarg());
    Ok(cx.heap().tuple(&[part(0, at * 8)?, part(at * 8, size - at * 8)?]))
}
