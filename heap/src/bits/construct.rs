//! Making a bit string: its size is known first, then its parts are written one behind the other.

use super::build::{inline, view};
use super::write::BitWriter;
use super::{Bits, INLINE_BYTES_MAX, Shared, shared};
use crate::arena::is_literal;
use crate::build::Build;
use crate::layout::{Kind, ref_bits};
use crate::pace;
use crate::term::Term;

/// A bit string being made. It becomes a term when it is full; given up, it leaves nothing behind.
pub struct Construction<'h> {
    target: Target<'h>,
    /// First bit of the result, behind the start of the bytes.
    offset: usize,
    writer: BitWriter,
}

enum Target<'h> {
    Inline(Term<'h>),
    Shared(Shared),
}

/// A bit string would take more memory than there is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoMemory;

/// The least room for the bytes of a bit string that was appended to.
const APPENDED_BYTES_MIN: usize = 256;

impl<'h> Construction<'h> {
    /// A bit string of `size` bits.
    #[inline]
    pub fn new<B: Build + ?Sized>(size: usize, build: &'h B) -> Result<Construction<'h>, NoMemory> {
        if size.div_ceil(8) <= INLINE_BYTES_MAX {
            let (term, base) = inline(size, build);
            // SAFETY: the bytes of a fresh object, all zero.
            let writer = unsafe { BitWriter::new(base, 0, size) };
            return Ok(Construction { target: Target::Inline(term), offset: 0, writer });
        }
        Construction::in_shared(Bits::of_bytes(&[]), size, size.div_ceil(8))
    }

    /// `start` with `more` bits behind it. Where the bytes behind `start` are free and there is room they are
    /// claimed, so that appending one by one costs what is appended; otherwise `start` is copied, and room is made
    /// for as much again. Nothing when `start` is no bit string.
    pub fn append<B: Build + ?Sized>(
        start: Term<'_>,
        more: usize,
        build: &'h B,
    ) -> Option<Result<Construction<'h>, NoMemory>> {
        let object = start.as_boxed()?;
        let bits = Bits::of_object(object)?;
        let Some(size) = bits.bit_size().checked_add(more) else { return Some(Err(NoMemory)) };
        if size.div_ceil(8) <= INLINE_BYTES_MAX {
            return Some(Construction::new(size, build).and_then(|made| made.starting_with(bits)));
        }
        if object.kind() == Kind::RefBits {
            let offset = object.raw(ref_bits::OFFSET) as usize;
            // SAFETY: the object holds a count on its bytes.
            let shared = unsafe { Shared::retained(object.raw(ref_bits::SHARED)) };
            if let Some(writer) = claim(&shared, offset + bits.bit_size(), more) {
                return Some(Ok(Construction { target: Target::Shared(shared), offset, writer }));
            }
        }
        let capacity = size.div_ceil(8).saturating_mul(2).max(APPENDED_BYTES_MIN);
        Some(Construction::in_shared(bits, size, capacity))
    }

    /// Makes `start` itself longer by `more` bits and gives where they are written; nothing when it is a literal, or no
    /// view that holds the only count on its bytes and reaches to their end, or there is no room. The caller knows that the term
    /// is used nowhere else, or that its user may see it grow: size and bytes change together, and the bytes that
    /// it had stay where they are, so that no reader of this process reads beyond them.
    #[inline]
    pub fn grow(start: Term<'h>, more: usize) -> Option<BitWriter> {
        let object = start.as_boxed().filter(|object| object.kind() == Kind::RefBits)?;
        if is_literal(start.word()) {
            return None; // Which processes share, on all processors.
        }
        let (offset, size) = (object.raw(ref_bits::OFFSET) as usize, object.raw(ref_bits::SIZE) as usize);
        // SAFETY: the object holds a count on its bytes.
        let base = unsafe { shared::extend(object.raw(ref_bits::SHARED), offset + size, more)? };
        // SAFETY: the size is a raw word, to which nothing holds a reference; the bits behind `size` are ours alone,
        // and zero when those in the byte of the last old one have been cleared.
        unsafe {
            if !(offset + size).is_multiple_of(8) {
                *base.add((offset + size) / 8) &= !(0xff >> ((offset + size) % 8));
            }
            (*object.address().add(ref_bits::SIZE)).0 = (size + more) as u64;
            Some(BitWriter::new(base, offset + size, offset + size + more))
        }
    }

    fn in_shared(start: Bits<'_>, size: usize, capacity: usize) -> Result<Construction<'h>, NoMemory> {
        if !pace::may_take_bytes(capacity.max(size.div_ceil(8))) {
            return Err(NoMemory);
        }
        let shared = Shared::try_zeroed(size.div_ceil(8), capacity).ok_or(NoMemory)?;
        // SAFETY: fresh bytes, all zero, that nobody else has seen; `size` bits of them are committed.
        let writer = unsafe { BitWriter::new(shared.data(), 0, size) };
        Construction { target: Target::Shared(shared), offset: 0, writer }.starting_with(start)
    }

    fn starting_with(mut self, start: Bits<'_>) -> Result<Construction<'h>, NoMemory> {
        self.writer.bits(start).map_err(|_| NoMemory)?;
        Ok(self)
    }

    /// Where the parts are written.
    #[inline]
    pub fn writer(&mut self) -> &mut BitWriter {
        &mut self.writer
    }

    /// The bit string. What was not written is zero.
    pub fn finish<B: Build + ?Sized>(self, build: &'h B) -> Term<'h> {
        match self.target {
            Target::Inline(term) => term,
            Target::Shared(shared) => {
                let size = self.writer.position() + self.writer.room() - self.offset;
                view(shared, self.offset, size, build)
            }
        }
    }
}

/// Claims the bytes behind bit `end`. Only whole bytes can be claimed: other views may share an incomplete one.
fn claim(shared: &Shared, end: usize, more: usize) -> Option<BitWriter> {
    if !end.is_multiple_of(8) {
        return None;
    }
    shared.claim(end / 8, more.div_ceil(8))?;
    // SAFETY: the claimed bytes are ours alone, and were zero since they were allocated.
    Some(unsafe { BitWriter::new(shared.data(), end, end + more) })
}
