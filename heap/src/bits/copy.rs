//! Copying bits between any alignments.

use super::Bits;
use crate::pace;

/// Copies `bits` to the `to`-th bit behind `base`. What stands before that bit is kept.
///
/// # Safety
/// The destination has room, is the caller's alone to write, does not overlap the source, and its bits from `to` on
/// are zero.
pub unsafe fn copy_bits(bits: Bits<'_>, base: *mut u8, to: usize) {
    // SAFETY: passed on.
    unsafe {
        if bits.bit_size() > UNCHARGED_BITS {
            copy_many(bits, base, to)
        } else {
            copy_portion(bits, base, to)
        }
    }
}

/// # Safety
/// As for [`copy_bits`].
#[inline(always)]
unsafe fn copy_portion(bits: Bits<'_>, base: *mut u8, to: usize) {
    let size = bits.bit_size();
    if size == 0 {
        return;
    }
    // SAFETY: as the caller promises: every byte written holds a bit of the destination.
    unsafe {
        let (base, shift) = (base.add(to / 8), to % 8);
        if shift == 0 && bits.bit_offset() == 0 {
            std::ptr::copy_nonoverlapping(bits.base(), base, size / 8);
            if !size.is_multiple_of(8) {
                *base.add(size / 8) = bits.byte(size / 8);
            }
            return;
        }
        let mut at = 0;
        // Eight bytes at a time, as long as there is a ninth to shift bits from and to.
        while size - at >= 128 {
            let word = load(bits.base().add(at / 8), bits.bit_offset());
            store(base.add(at / 8), shift, word);
            at += 64;
        }
        while at < size {
            let byte = bits.byte(at / 8);
            *base.add(at / 8) |= byte >> shift;
            if shift != 0 && (size - at).min(8) + shift > 8 {
                *base.add(at / 8 + 1) = byte << (8 - shift);
            }
            at += 8;
        }
    }
}

/// So many bits are copied without a charge for the work.
const UNCHARGED_BITS: usize = 8 << 10;
/// So many at once.
const PORTION_BITS: usize = pace::PORTION * pace::BYTES_PER_STEP * 8;

/// As [`copy_bits`], in portions.
///
/// # Safety
/// As there.
#[cold]
unsafe fn copy_many(bits: Bits<'_>, base: *mut u8, to: usize) {
    let mut at = 0;
    while let Some(portion) = bits.slice(at, PORTION_BITS.min(bits.bit_size() - at))
        && portion.bit_size() > 0
    {
        pace::charge_bytes(portion.byte_size());
        // SAFETY: passed on; the bits behind those written are still zero.
        unsafe { copy_portion(portion, base, to + at) };
        at += portion.bit_size();
    }
}

/// 64 bits from bit `offset` of the byte at `from` on.
///
/// # Safety
/// Nine bytes can be read.
#[inline(always)]
pub(super) unsafe fn load(from: *const u8, offset: usize) -> u64 {
    // SAFETY: as the caller promises.
    unsafe {
        let word = u64::from_be(from.cast::<u64>().read_unaligned());
        if offset == 0 { word } else { word << offset | u64::from(*from.add(8)) >> (8 - offset) }
    }
}

/// Writes 64 bits from bit `offset` of the byte at `to` on; the bits before are kept, those behind become zero.
///
/// # Safety
/// Nine bytes can be written.
#[inline(always)]
pub(super) unsafe fn store(to: *mut u8, offset: usize, word: u64) {
    // SAFETY: as the caller promises.
    unsafe {
        let kept = if offset == 0 { 0 } else { *to & !(0xff >> offset) };
        to.cast::<u64>().write_unaligned((word >> offset).to_be());
        *to |= kept;
        if offset != 0 {
            *to.add(8) = (word << (64 - offset) >> 56) as u8;
        }
    }
}
