//! Bytes that threads without a heap read and write for a process: what is read becomes a binary as it stands, what is
//! written is a binary's own bytes.

use super::construct::NoMemory;
use super::{Bits, INLINE_BYTES_MAX, Shared, binary, view};
use crate::build::Build;
use crate::layout::{Kind, ref_bits};
use crate::pace;
use crate::term::Term;

/// Bytes that are filled by whoever has them, and then become a binary.
pub struct Buffer {
    /// Nobody else has a reference to it, and all its room is committed.
    shared: Shared,
}

impl Buffer {
    /// So many bytes, all zero.
    pub fn new(size: usize) -> Result<Buffer, NoMemory> {
        Shared::try_zeroed(size, size).map(|shared| Buffer { shared }).ok_or(NoMemory)
    }

    /// The bytes.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: all bytes are committed and were zero, and nobody else has a reference to them.
        unsafe { std::slice::from_raw_parts_mut(self.shared.data(), self.shared.capacity()) }
    }

    /// A binary of the first `size` bytes; they are copied if they are few, or if more than half of the room would be left.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn into_binary<'h, B: Build + ?Sized>(
        mut self,
        size: usize,
        build: &'h B,
    ) -> Result<Term<'h>, NoMemory> {
        if !pace::may_take_bytes(size) {
            return Err(NoMemory);
        }
        let capacity = self.shared.capacity();
        let bytes = &self.bytes_mut()[..size];
        if size <= INLINE_BYTES_MAX || size < capacity / 2 {
            return Ok(binary(bytes, build));
        }
        Ok(view(self.shared, 0, size * 8, build))
    }
}

/// The bytes of a binary, for as long as this lives, whatever becomes of the binary.
pub struct HeldBytes(Held);

enum Held {
    Copied(Vec<u8>),
    Viewed { shared: Shared, from: usize, size: usize },
}

impl HeldBytes {
    /// Those of a binary; nothing for other terms.
    pub fn of(term: Term<'_>) -> Option<HeldBytes> {
        let bits = Bits::of(term).filter(|bits| bits.is_binary())?;
        let object = term.as_boxed()?;
        let offset = || object.raw(ref_bits::OFFSET) as usize;
        if object.kind() != Kind::RefBits || !offset().is_multiple_of(8) {
            return Some(HeldBytes(Held::Copied(bits.to_vec())));
        }
        // SAFETY: the object holds a count on its bytes.
        let shared = unsafe { Shared::retained(object.raw(ref_bits::SHARED)) };
        Some(HeldBytes(Held::Viewed { shared, from: offset() / 8, size: bits.byte_size() }))
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        match &self.0 {
            Held::Copied(bytes) => bytes,
            // SAFETY: the view covers these bytes, which are committed and do not change while there is a reference.
            Held::Viewed { shared, from, size } => unsafe {
                std::slice::from_raw_parts(shared.data().add(*from), *size)
            },
        }
    }

    /// The bytes from `from` on as a binary, which shares them if they are many.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn binary_from<'h, B: Build + ?Sized>(&self, from: usize, build: &'h B) -> Term<'h> {
        let rest = &self.bytes()[from..];
        match &self.0 {
            Held::Viewed { shared, from: start, .. } if rest.len() > INLINE_BYTES_MAX => {
                view(shared.clone(), (start + from) * 8, rest.len() * 8, build)
            }
            _ => binary(rest, build),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scratch;

    #[test]
    fn a_full_buffer_is_not_copied() {
        let heap = Scratch::new();
        let mut buffer = Buffer::new(1000).expect("memory");
        buffer.bytes_mut().fill(7);
        let at = buffer.bytes_mut().as_ptr();
        let term = buffer.into_binary(900, &heap).expect("no limit");
        let bytes = Bits::of(term).and_then(Bits::as_bytes).expect("a binary");
        assert_eq!((bytes.len(), bytes.as_ptr()), (900, at));
    }

    #[test]
    fn a_buffer_that_is_mostly_empty_is_copied() {
        let heap = Scratch::new();
        let mut buffer = Buffer::new(1000).expect("memory");
        buffer.bytes_mut()[99] = 1;
        let term = buffer.into_binary(100, &heap).expect("no limit");
        assert_eq!(super::super::referenced_bytes(term), Some(100));
        assert_eq!(Bits::of(term).map(|bits| bits.byte(99)), Some(1));
    }

    #[test]
    fn held_bytes_outlive_the_heap() {
        let long: Vec<u8> = (0..200).collect();
        for bytes in [&long[..10], &long] {
            let held = {
                let heap = Scratch::new();
                let whole = binary(bytes, &heap);
                HeldBytes::of(super::super::slice(whole, 16, (bytes.len() - 2) * 8, &heap).expect("a part"))
            };
            let held = held.expect("a binary");
            assert_eq!(held.bytes(), &bytes[2..]);
            let heap = Scratch::new();
            let rest = Bits::of(held.binary_from(3, &heap)).expect("a binary").to_vec();
            assert_eq!(rest, &bytes[5..]);
        }
    }
}
