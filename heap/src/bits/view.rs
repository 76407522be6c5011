//! A bit string read in place, wherever its bytes are and at whatever bit it starts.

use std::cmp::Ordering;
use std::marker::PhantomData;

use crate::bits::shared;
use crate::layout::{Kind, ref_bits};
use crate::pace;

use super::copy::copy_bits;
use crate::term::{Boxed, Term};

/// Bits that stay where they are for `'h`. The first bit is the most significant of its byte.
#[derive(Clone, Copy)]
pub struct Bits<'h> {
    base: *const u8,
    /// From the top bit of `base`; below 8.
    offset: usize,
    size: usize,
    heap: PhantomData<&'h [u8]>,
}

impl<'h> Bits<'h> {
    /// All bits of some bytes.
    pub fn of_bytes(bytes: &'h [u8]) -> Bits<'h> {
        Bits { base: bytes.as_ptr(), offset: 0, size: bytes.len() * 8, heap: PhantomData }
    }

    /// The bits that a term is.
    #[inline(always)]
    pub fn of(term: Term<'h>) -> Option<Bits<'h>> {
        term.as_boxed().and_then(Bits::of_object)
    }

    /// The bits of an object that is [`Kind::HeapBits`] or [`Kind::RefBits`].
    #[inline(always)]
    pub fn of_object(object: Boxed<'h>) -> Option<Bits<'h>> {
        let (base, offset) = Bits::origin(object)?;
        let size = match object.kind() {
            Kind::HeapBits => object.raw(1),
            _ => object.raw(ref_bits::SIZE),
        };
        // SAFETY: the bytes cover the view.
        let base = unsafe { base.add(offset / 8) };
        Some(Bits { base, offset: offset % 8, size: size as usize, heap: PhantomData })
    }

    /// The bytes that the bits of an object are in, and the first bit.
    #[inline(always)]
    pub(super) fn origin(object: Boxed<'h>) -> Option<(*const u8, usize)> {
        match object.kind() {
            // SAFETY: the bytes follow the header and the size.
            Kind::HeapBits => Some((unsafe { object.address().add(2) }.cast(), 0)),
            Kind::RefBits => {
                // SAFETY: the object holds a count on its bytes.
                let base = unsafe { shared::data(object.raw(ref_bits::SHARED)) };
                Some((base, object.raw(ref_bits::OFFSET) as usize))
            }
            _ => None,
        }
    }

    /// How many bits.
    #[inline(always)]
    pub fn bit_size(self) -> usize {
        self.size
    }

    /// How many bytes, a last incomplete one included.
    #[inline(always)]
    pub fn byte_size(self) -> usize {
        self.size.div_ceil(8)
    }

    /// Whether these are whole bytes: a binary.
    #[inline(always)]
    pub fn is_binary(self) -> bool {
        self.size.is_multiple_of(8)
    }

    /// The bit within the byte behind [`Bits::base`] at which this starts.
    #[inline(always)]
    pub fn bit_offset(self) -> usize {
        self.offset
    }

    /// The byte that holds the first bit.
    #[inline(always)]
    pub fn base(self) -> *const u8 {
        self.base
    }

    /// The bytes, when these are whole bytes that start at a byte.
    #[inline]
    pub fn as_bytes(self) -> Option<&'h [u8]> {
        (self.offset == 0 && self.size.is_multiple_of(8)).then(|| self.whole_bytes())
    }

    /// The whole bytes at the start, when the first bit is at a byte's start.
    fn whole_bytes(self) -> &'h [u8] {
        debug_assert_eq!(self.offset, 0);
        // SAFETY: the bits cover these bytes, which do not change for 'h.
        unsafe { std::slice::from_raw_parts(self.base, self.size / 8) }
    }

    /// The bytes, in place or copied into `buffer` when they do not start at a byte. Nothing when the last one
    /// is incomplete.
    pub fn bytes_in(self, buffer: &'h mut Vec<u8>) -> Option<&'h [u8]> {
        if !self.is_binary() {
            return None;
        }
        if self.offset == 0 {
            return Some(self.whole_bytes());
        }
        *buffer = self.to_vec();
        Some(buffer)
    }

    /// A copy of the bytes; the bits behind the last are zero.
    pub fn to_vec(self) -> Vec<u8> {
        let mut bytes = vec![0; self.byte_size()];
        // SAFETY: as many bytes, all zero.
        unsafe { copy_bits(self, bytes.as_mut_ptr(), 0) };
        bytes
    }

    /// The byte at `index`; the bits behind the last are zero.
    #[inline]
    pub fn byte(self, index: usize) -> u8 {
        debug_assert!(index * 8 < self.size);
        let left = self.size - index * 8;
        let shift = self.offset;
        // SAFETY: bit `index * 8` is within the view, and the following byte is read only if the view reaches
        // into it.
        let byte = unsafe {
            let high = *self.base.add(index) << shift;
            if shift != 0 && shift + left > 8 {
                high | *self.base.add(index + 1) >> (8 - shift)
            } else {
                high
            }
        };
        if left < 8 { byte & !(0xff >> left) } else { byte }
    }

    /// The bytes in order; the bits behind the last are zero.
    pub fn bytes(self) -> impl ExactSizeIterator<Item = u8> + use<'h> {
        (0..self.byte_size()).map(move |index| self.byte(index))
    }

    /// The bits from `from` on, `size` of them, or nothing when there are not so many.
    #[inline]
    pub fn slice(self, from: usize, size: usize) -> Option<Bits<'h>> {
        if from.checked_add(size)? > self.size {
            return None;
        }
        let first = self.offset + from;
        // SAFETY: within the view, or one past its end for an empty slice.
        let base = unsafe { self.base.add(first / 8) };
        Some(Bits { base, offset: first % 8, size, heap: PhantomData })
    }

    /// The first `size` bits, which there are.
    #[inline(always)]
    pub(super) fn up_to(self, size: usize) -> Bits<'h> {
        assert!(size <= self.size);
        Bits { size, ..self }
    }

    /// Whether both are the same bits.
    pub fn same(self, other: Bits<'_>) -> bool {
        self.size == other.size && self.compare(other) == Ordering::Equal
    }

    /// As byte strings compare, then the shorter first.
    pub fn compare(self, other: Bits<'_>) -> Ordering {
        const PORTION_BITS: usize = pace::PORTION * pace::BYTES_PER_STEP * 8;
        let (mut a, mut b) = (self, other);
        // In portions, as long as there is more than one.
        while a.size > PORTION_BITS && b.size > PORTION_BITS {
            let decided = a.up_to(PORTION_BITS).compare(b.up_to(PORTION_BITS));
            let rests =
                (a.slice(PORTION_BITS, a.size - PORTION_BITS), b.slice(PORTION_BITS, b.size - PORTION_BITS));
            let (Ordering::Equal, (Some(a_rest), Some(b_rest))) = (decided, rests) else { return decided };
            // Bits that are not aligned are compared byte by byte.
            pace::charge(if (a.offset, b.offset) == (0, 0) { pace::PORTION } else { 8 * pace::PORTION });
            (a, b) = (a_rest, b_rest);
        }
        a.compare_portion(b)
    }

    fn compare_portion(self, other: Bits<'_>) -> Ordering {
        let common = self.size.min(other.size);
        let mut at = 0;
        if self.offset == 0 && other.offset == 0 {
            let whole = common / 8;
            match self.whole_bytes()[..whole].cmp(&other.whole_bytes()[..whole]) {
                Ordering::Equal => at = whole,
                decided => return decided,
            }
        }
        while at * 8 < common {
            let keep = (common - at * 8).min(8);
            let mask = !(0xffu32 >> keep) as u8;
            match (self.byte(at) & mask).cmp(&(other.byte(at) & mask)) {
                Ordering::Equal => at += 1,
                decided => return decided,
            }
        }
        self.size.cmp(&other.size)
    }
}
