//! Bytes that wait, as pieces of binaries: they are not copied.

use std::collections::VecDeque;

use purlin_heap::Term;
use purlin_heap::bits::HeldBytes;
use purlin_vm::Stop;

use crate::args::{self, Read};

/// A queue of bytes.
#[derive(Default)]
pub(crate) struct ByteQueue {
    pieces: VecDeque<HeldBytes>,
    /// How many bytes of the first piece have been taken.
    taken: usize,
    size: usize,
}

/// The bytes of a list of binaries.
pub(crate) fn pieces<'h>(list: Term<'h>) -> Read<'h, Vec<HeldBytes>> {
    args::elements(list)?.into_iter().map(|piece| HeldBytes::of(piece).ok_or(Stop::badarg())).collect()
}

impl ByteQueue {
    /// How many bytes there are.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Adds bytes at the end.
    pub(crate) fn push(&mut self, pieces: Vec<HeldBytes>) {
        for piece in pieces {
            self.size += piece.bytes().len();
            if !piece.bytes().is_empty() {
                self.pieces.push_back(piece);
            }
        }
    }

    /// The first piece, and how much of it has been taken.
    pub(crate) fn head(&self) -> Option<(&HeldBytes, usize)> {
        self.pieces.front().map(|piece| (piece, self.taken))
    }

    /// The bytes, piece by piece.
    pub(crate) fn bytes(&self) -> impl Iterator<Item = &[u8]> {
        let from = |index| if index == 0 { self.taken } else { 0 };
        self.pieces.iter().enumerate().map(move |(index, piece)| &piece.bytes()[from(index)..])
    }

    /// Takes bytes from the front, of which there must be as many.
    pub(crate) fn skip(&mut self, mut count: usize) {
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

    /// A copy of the first bytes, of which there must be as many.
    pub(crate) fn first(&self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count);
        for piece in self.bytes() {
            bytes.extend_from_slice(&piece[..piece.len().min(count - bytes.len())]);
        }
        bytes
    }

    /// Where a byte stands first.
    pub(crate) fn find(&self, byte: u8) -> Option<usize> {
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
