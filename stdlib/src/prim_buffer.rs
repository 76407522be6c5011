//! Module `prim_buffer`: what was read ahead of a file and not taken yet.

use purlin_heap::{Build, Term, am, bits};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::byte_queue::{self, ByteQueue};
use crate::resources;

natives! { "prim_buffer":
    "new"/0 => new, "size"/1 => size, "peek_head"/1 => peek_head, "copying_read"/2 => copying_read, "write"/2 => write,
    "skip"/2 => skip, "find_byte_index"/2 => find_byte_index, "try_lock"/1 => try_lock, "unlock"/1 => unlock,
}

/// A buffer, and whether somebody has locked it.
#[derive(Default)]
pub(crate) struct Buffer {
    bytes: ByteQueue,
    locked: bool,
}

fn new<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(resources::add(cx, Buffer::default()))
}

fn with<'h, R>(reference: Term<'h>, work: impl FnOnce(&mut Buffer) -> Read<'h, R>) -> Read<'h, R> {
    resources::with(reference, work)
}

fn size<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with(args[0], |buffer| Ok(Term::small(buffer.bytes.size() as i64)))
}

fn peek_head<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with(args[0], |buffer| {
        let (head, taken) = buffer.bytes.head().ok_or(Stop::badarg())?;
        Ok(head.binary_from(taken, cx.heap()))
    })
}

fn count<'h>(buffer: &Buffer, count: Term<'h>) -> Read<'h, usize> {
    args::size(count)
        .and_then(|count| if count <= buffer.bytes.size() { Ok(count) } else { Err(Stop::badarg()) })
}

fn copying_read<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bytes = with(args[0], |buffer| {
        let count = count(buffer, args[1])?;
        let bytes = buffer.bytes.first(count);
        buffer.bytes.skip(count);
        Ok(bytes)
    })?;
    Ok(bits::binary(&bytes, cx.heap()))
}

fn write<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let pieces = byte_queue::pieces(args[1])?;
    with(args[0], |buffer| {
        buffer.bytes.push(pieces);
        Ok(Term::atom(am::ok))
    })
}

fn skip<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with(args[0], |buffer| {
        let count = count(buffer, args[1])?;
        buffer.bytes.skip(count);
        Ok(Term::atom(am::ok))
    })
}

/// `{ok, Index}` or `not_found`
fn find_byte_index<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let byte = u8::try_from(args::small(args[1])?).map_err(|_| Stop::badarg())?;
    let (found, searched) = with(args[0], |buffer| {
        let found = buffer.bytes.find(byte);
        Ok((found, found.unwrap_or(buffer.bytes.size())))
    })?;
    purlin_heap::pace::charge_bytes(searched);
    match found {
        Some(index) => Ok(cx.heap().tuple(&[Term::atom(am::ok), Term::small(index as i64)])),
        None => Ok(Term::atom(cx.atoms().intern("not_found")?)),
    }
}

fn try_lock<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let was_locked = with(args[0], |buffer| Ok(std::mem::replace(&mut buffer.locked, true)))?;
    Ok(Term::atom(cx.atoms().intern(if was_locked { "busy" } else { "acquired" })?))
}

fn unlock<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let was_locked = with(args[0], |buffer| Ok(std::mem::replace(&mut buffer.locked, false)))?;
    if was_locked { Ok(Term::atom(am::ok)) } else { Err(Stop::badarg()) }
}
