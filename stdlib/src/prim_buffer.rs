//! Module `prim_buffer`: what was read ahead of a file and not taken yet.
//!
//! A buffer is known by a reference that holds a counted token; a buffer whose token nobody else counts can be reached by no
//! process any more, and is dropped when enough others have been made.

use std::collections::{HashMap, VecDeque};

use purlin_heap::bits::{self, Bits, HeldBytes, Shared};
use purlin_heap::layout::Kind;
use purlin_heap::{Build, Term, am};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::held::Mutex;
use crate::state::State;

natives! { "prim_buffer":
    "new"/0 => new, "size"/1 => size, "peek_head"/1 => peek_head, "copying_read"/2 => copying_read, "write"/2 => write,
    "skip"/2 => skip, "find_byte_index"/2 => find_byte_index, "try_lock"/1 => try_lock, "unlock"/1 => unlock,
}

/// The buffers of one machine.
#[derive(Default)]
pub(crate) struct Buffers(Mutex<Table>);

#[derive(Default)]
struct Table {
    buffers: HashMap<u64, Buffer>,
    /// How many there were after the last search for those that nobody has.
    after_search: usize,
}

/// So many buffers are made before the first search.
const SEARCH_MIN: usize = 64;

struct Buffer {
    token: Shared,
    pieces: VecDeque<HeldBytes>,
    /// How many bytes of the first piece have been taken.
    taken: usize,
    size: usize,
    locked: bool,
}

impl Table {
    /// Drops what nobody can reach, if there are twice as many as at the last search.
    fn search(&mut self) {
        if self.buffers.len() >= SEARCH_MIN.max(self.after_search * 2) {
            self.buffers.retain(|_, buffer| buffer.token.references() > 1);
            self.after_search = self.buffers.len();
        }
    }
}

impl Buffer {
    /// The bytes, piece by piece.
    fn bytes(&self) -> impl Iterator<Item = &[u8]> {
        let from = |index| if index == 0 { self.taken } else { 0 };
        self.pieces.iter().enumerate().map(move |(index, piece)| &piece.bytes()[from(index)..])
    }

    fn skip(&mut self, mut count: usize) {
        self.size -= count;
        while count > 0 {
            let rest = self.pieces[0].bytes().len() - self.taken;
            if count < rest {
                self.taken += count;
                return;
            }
            count -= rest;
            self.pieces.pop_front();
            self.taken = 0;
        }
    }

    fn first(&self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count);
        for piece in self.bytes() {
            let piece = &piece[..piece.len().min(count - bytes.len())];
            bytes.extend_from_slice(piece);
        }
        bytes
    }

    fn find(&self, byte: u8) -> Option<usize> {
        let mut before = 0;
        for piece in self.bytes() {
            if let Some(at) = memchr::memchr(byte, piece) {
                return Some(before + at);
            }
            before += piece.len();
        }
        None
    }
}

fn new<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let (number, token) = (cx.unique_number(), Shared::zeroed(1, 1));
    let held = bits::view(token.clone(), 0, 8, cx.heap());
    let buffer = Buffer { token, pieces: VecDeque::new(), taken: 0, size: 0, locked: false };
    let mut table = State::of(cx).buffers.0.lock();
    table.search();
    table.buffers.insert(number, buffer);
    drop(table);
    Ok(cx.heap().object(Kind::Reference, &[number, 0, 0], &[held]))
}

/// Does something with the buffer of a reference. Nobody is interrupted meanwhile.
fn with<'h, R>(
    cx: &Context<'h>,
    reference: Term<'h>,
    work: impl FnOnce(&mut Buffer) -> Read<'h, R>,
) -> Read<'h, R> {
    let object = reference.as_boxed().filter(|object| object.kind() == Kind::Reference);
    let object = object.ok_or(Stop::badarg())?;
    let held = object.terms().first().and_then(|&held| Bits::of(held)).ok_or(Stop::badarg())?;
    let mut table = State::of(cx).buffers.0.lock();
    let buffer = table.buffers.get_mut(&object.raw(1)).ok_or(Stop::badarg())?;
    // A reference that somebody has put together himself holds no token.
    if !std::ptr::eq(held.base(), buffer.token.data()) {
        return Err(Stop::badarg());
    }
    work(buffer)
}

fn size<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with(cx, args[0], |buffer| Ok(Term::small(buffer.size as i64)))
}

fn peek_head<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with(cx, args[0], |buffer| {
        let head = buffer.pieces.front().ok_or(Stop::badarg())?;
        Ok(head.binary_from(buffer.taken, cx.heap()))
    })
}

fn count<'h>(buffer: &Buffer, count: Term<'h>) -> Read<'h, usize> {
    args::size(count).and_then(|count| if count <= buffer.size { Ok(count) } else { Err(Stop::badarg()) })
}

fn copying_read<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bytes = with(cx, args[0], |buffer| {
        let count = count(buffer, args[1])?;
        let bytes = buffer.first(count);
        buffer.skip(count);
        Ok(bytes)
    })?;
    Ok(bits::binary(&bytes, cx.heap()))
}

fn write<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let pieces = args::elements(args[1])?.into_iter().map(|piece| HeldBytes::of(piece).ok_or(Stop::badarg()));
    let pieces: Vec<_> = pieces.collect::<Read<'h, _>>()?;
    with(cx, args[0], |buffer| {
        for piece in pieces {
            buffer.size += piece.bytes().len();
            if !piece.bytes().is_empty() {
                buffer.pieces.push_back(piece);
            }
        }
        Ok(Term::atom(am::ok))
    })
}

fn skip<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with(cx, args[0], |buffer| {
        let count = count(buffer, args[1])?;
        buffer.skip(count);
        Ok(Term::atom(am::ok))
    })
}

/// `{ok, Index}` or `not_found`
fn find_byte_index<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let byte = u8::try_from(args::small(args[1])?).map_err(|_| Stop::badarg())?;
    let (found, searched) = with(cx, args[0], |buffer| {
        let found = buffer.find(byte);
        Ok((found, found.unwrap_or(buffer.size)))
    })?;
    purlin_heap::pace::charge_bytes(searched);
    match found {
        Some(index) => Ok(cx.heap().tuple(&[Term::atom(am::ok), Term::small(index as i64)])),
        None => Ok(Term::atom(cx.atoms().intern("not_found")?)),
    }
}

fn try_lock<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let was_locked = with(cx, args[0], |buffer| Ok(std::mem::replace(&mut buffer.locked, true)))?;
    Ok(Term::atom(cx.atoms().intern(if was_locked { "busy" } else { "acquired" })?))
}

fn unlock<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let was_locked = with(cx, args[0], |buffer| Ok(std::mem::replace(&mut buffer.locked, false)))?;
    if was_locked { Ok(Term::atom(am::ok)) } else { Err(Stop::badarg()) }
}
