//! Bit strings as terms: inline up to 64 bytes, above that views of shared bytes.

use std::ptr::NonNull;

use super::copy::copy_bits;
use super::{Bits, INLINE_BYTES_MAX, Shared};
use crate::build::Build;
use crate::layout::{Kind, header, ref_bits};
use crate::term::{Boxed, Term};
use crate::word::Word;

/// A binary of these bytes.
pub fn binary<'h, B: Build + ?Sized>(bytes: &[u8], build: &'h B) -> Term<'h> {
    if bytes.len() > INLINE_BYTES_MAX {
        return view(Shared::copy_of(bytes), 0, bytes.len() * 8, build);
    }
    let (term, at) = inline(bytes.len() * 8, build);
    // SAFETY: the object has room for as many bytes.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), at, bytes.len()) };
    term
}

/// A copy of these bits, that refers to nothing.
pub fn copy<'h, B: Build + ?Sized>(bits: Bits<'_>, build: &'h B) -> Term<'h> {
    let size = bits.bit_size();
    if bits.byte_size() <= INLINE_BYTES_MAX {
        let (term, at) = inline(size, build);
        // SAFETY: the object has room for as many bits, which are zero.
        unsafe { copy_bits(bits, at, 0) };
        return term;
    }
    let shared = Shared::zeroed(bits.byte_size(), bits.byte_size());
    // SAFETY: fresh bytes that nobody else has seen, all zero.
    unsafe { copy_bits(bits, shared.data(), 0) };
    view(shared, 0, size, build)
}

/// The bits of `original` from `from` on, `size` of them: a view where that is cheaper than a copy. Nothing when
/// there are not so many, or `original` is no bit string.
pub fn slice<'h, B: Build + ?Sized>(
    original: Term<'_>,
    from: usize,
    size: usize,
    build: &'h B,
) -> Option<Term<'h>> {
    let object = original.as_boxed()?;
    let bits = Bits::of_object(object)?.slice(from, size)?;
    if object.kind() == Kind::HeapBits || bits.byte_size() <= INLINE_BYTES_MAX {
        return Some(copy(bits, build));
    }
    let offset = object.raw(ref_bits::OFFSET) as usize + from;
    // SAFETY: the original holds a count on its bytes.
    let shared = unsafe { Shared::retained(object.raw(ref_bits::SHARED)) };
    Some(view(shared, offset, size, build))
}

/// How many bytes a binary keeps alive, its own and others that lie beside them; nothing when it is no bit string.
pub fn referenced_bytes(term: Term<'_>) -> Option<usize> {
    let object = term.as_boxed()?;
    if object.kind() == Kind::RefBits {
        // SAFETY: the object holds a count on its bytes.
        return Some(unsafe { Shared::retained(object.raw(ref_bits::SHARED)) }.committed());
    }
    Bits::of_object(object).map(Bits::byte_size)
}

/// Bytes outside of heaps that a bit string refers to: a number that stands for them, how many there are, and how many refer to
/// them.
pub fn shared_by(term: Term<'_>) -> Option<(u64, usize, usize)> {
    let object = term.as_boxed().filter(|object| object.kind() == Kind::RefBits)?;
    // SAFETY: the object holds a count on its bytes.
    let shared = unsafe { Shared::retained(object.raw(ref_bits::SHARED)) };
    // The one that is held here does not count.
    Some((shared.address(), shared.committed(), shared.references() - 1))
}

/// A view of committed bytes; takes over the reference.
pub fn view<'h, B: Build + ?Sized>(shared: Shared, offset: usize, size: usize, build: &'h B) -> Term<'h> {
    debug_assert!(offset + size <= shared.committed() * 8);
    let at = build.allocate(ref_bits::WORDS);
    let object = at.as_ptr();
    // SAFETY: as many fresh words, of which the last belongs to the owner of off-heap objects.
    unsafe {
        *object = header(Kind::RefBits, ref_bits::WORDS - 1);
        (*object.add(ref_bits::SHARED)).0 = shared.into_address();
        (*object.add(ref_bits::OFFSET)).0 = offset as u64;
        (*object.add(ref_bits::SIZE)).0 = size as u64;
        (*object.add(ref_bits::NEXT)).0 = 0;
        build.own_off_heap(NonNull::new_unchecked(object));
        Boxed::new(object).as_term()
    }
}

/// How many words a bit string of this size takes inline, the header included.
pub(super) fn inline_words(bits: usize) -> usize {
    2 + bits.div_ceil(64)
}

/// A bit string of zeros on the heap, and where its bytes are.
pub(super) fn inline<B: Build + ?Sized>(bits: usize, build: &B) -> (Term<'_>, *mut u8) {
    let words = inline_words(bits);
    let at = build.allocate(words).as_ptr();
    // SAFETY: as many fresh words.
    unsafe {
        *at = header(Kind::HeapBits, words - 1);
        *at.add(1) = Word(bits as u64);
        std::ptr::write_bytes(at.add(2), 0, words - 2);
        (Boxed::new(at).as_term(), at.add(2).cast())
    }
}
