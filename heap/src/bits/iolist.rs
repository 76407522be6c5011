//! Lists to bytes and back. Nested lists are walked with a stack of their own.

use super::{Bits, Construction, NoMemory};
use crate::build::Build;
use crate::pace::{self, paced};
use crate::term::Term;
use crate::worklist::Worklist;

/// A part of a list of bytes, bit strings and such lists.
#[derive(Clone, Copy)]
enum Piece<'h> {
    /// An element that is a byte.
    Byte(u8),
    /// An element, or a tail, that is a bit string.
    Bits(Bits<'h>),
}

/// The list holds something else, or the result is no whole number of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ListError {
    /// Something that is no byte, no bit string and no list.
    Malformed,
    /// More bytes than there is memory.
    NoMemory,
}

impl From<NoMemory> for ListError {
    fn from(_: NoMemory) -> ListError {
        ListError::NoMemory
    }
}

/// Hands on the pieces of an iolist, or of a single bit string, in order. Each counts as so many steps of work.
#[inline]
fn each<'h>(
    list: Term<'h>,
    steps: usize,
    mut take: impl FnMut(Piece<'h>) -> Result<(), ListError>,
) -> Result<(), ListError> {
    let mut current = list;
    // What follows the lists that `current` is nested in.
    let mut tails = Worklist::<Term<'h>, 16>::new();
    let mut uncharged = 0;
    loop {
        while let Some(cons) = current.as_cons() {
            uncharged += steps;
            if uncharged >= pace::PORTION {
                pace::charge(std::mem::take(&mut uncharged));
            }
            let (head, tail) = (cons.head(), cons.tail());
            current = tail;
            if let Some(value) = head.as_small() {
                take(Piece::Byte(u8::try_from(value).map_err(|_| ListError::Malformed)?))?;
            } else if let Some(bits) = Bits::of(head) {
                take(Piece::Bits(bits))?;
            } else {
                if !tail.is_nil() {
                    tails.push(tail);
                }
                current = head;
            }
        }
        if !current.is_nil() {
            take(Piece::Bits(Bits::of(current).ok_or(ListError::Malformed)?))?;
        }
        let Some(tail) = tails.pop() else { break };
        current = tail;
    }
    pace::charge(uncharged);
    Ok(())
}

/// How many bits the pieces of a list have.
pub fn bit_size(list: Term<'_>) -> Result<usize, ListError> {
    let mut size = 0usize;
    each(list, 1, |piece| {
        let more = match piece {
            Piece::Byte(_) => 8,
            Piece::Bits(bits) => bits.bit_size(),
        };
        size = size.checked_add(more).ok_or(ListError::NoMemory)?;
        Ok(())
    })?;
    Ok(size)
}

/// How many bytes the pieces of an iolist have; each must be whole bytes.
pub fn byte_size(list: Term<'_>) -> Result<usize, ListError> {
    let mut size = 0usize;
    each(list, 1, |piece| {
        let more = match piece {
            Piece::Byte(_) => 1,
            Piece::Bits(bits) if bits.is_binary() => bits.byte_size(),
            Piece::Bits(_) => return Err(ListError::Malformed),
        };
        size = size.checked_add(more).ok_or(ListError::NoMemory)?;
        Ok(())
    })?;
    Ok(size)
}

/// The binary of an iolist: `iolist_to_binary/1`.
pub fn to_binary<'h, B: Build + ?Sized>(list: Term<'_>, build: &'h B) -> Result<Term<'h>, ListError> {
    joined(list, byte_size(list)? * 8, build)
}

/// The bit string of a list whose pieces may be of any number of bits: `list_to_bitstring/1`.
pub fn to_bits<'h, B: Build + ?Sized>(list: Term<'_>, build: &'h B) -> Result<Term<'h>, ListError> {
    joined(list, bit_size(list)?, build)
}

/// The bytes of an iolist.
pub fn to_bytes(list: Term<'_>) -> Result<Vec<u8>, ListError> {
    let mut bytes = Vec::with_capacity(byte_size(list)?);
    each(list, 1, |piece| {
        match piece {
            Piece::Byte(byte) => bytes.push(byte),
            Piece::Bits(bits) => match bits.as_bytes() {
                Some(whole) => pace::in_portions(whole, |portion| bytes.extend_from_slice(portion)),
                None => bytes.extend(bits.to_vec()),
            },
        }
        Ok(())
    })?;
    Ok(bytes)
}

fn joined<'h, B: Build + ?Sized>(list: Term<'_>, size: usize, build: &'h B) -> Result<Term<'h>, ListError> {
    let mut made = Construction::new(size, build)?;
    let writer = made.writer();
    each(list, 2, |piece| {
        let written = match piece {
            Piece::Byte(byte) => writer.number(byte.into(), 8),
            Piece::Bits(bits) => writer.bits(bits),
        };
        written.map_err(|_| ListError::NoMemory)
    })?;
    Ok(made.finish(build))
}

/// The bytes of `bits` as a list that ends in `tail`; an incomplete last byte becomes a bit string, as in
/// `bitstring_to_list/1`.
pub fn to_list<'h, B: Build + ?Sized>(bits: Bits<'_>, tail: Term<'h>, build: &'h B) -> Term<'h> {
    let whole = bits.bit_size() / 8;
    let rest = bits.slice(whole * 8, bits.bit_size() % 8).filter(|rest| rest.bit_size() > 0);
    let tail = match rest {
        Some(rest) => build.cons(super::copy(rest, build), tail),
        None => tail,
    };
    paced((0..whole).rev(), 1).fold(tail, |list, at| build.cons(Term::small(bits.byte(at).into()), list))
}
