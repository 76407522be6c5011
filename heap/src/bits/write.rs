//! What construction writes: numbers, characters and bits, one behind the other, at any bit.

use super::Bits;
use super::copy::copy_bits;
use super::read::{is_character, to_little};
use crate::big::{Integer, limbs};

/// A place behind which bits are written. Everything from the position on is zero, so that writing is adding.
pub struct BitWriter {
    base: *mut u8,
    position: usize,
    end: usize,
}

/// Why something could not be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WriteError {
    /// More bits than there is room for.
    NoRoom,
    /// A float beyond those of the size, or no such size.
    Float,
    /// Not the number of a character.
    Character,
}

/// Writes the first `size` bits of a word, one at least, from bit `shift` of the byte at `to` on, and touches no byte behind
/// them. What stands before is kept.
///
/// # Safety
/// The bytes that hold those bits can be written, and the bits are zero.
#[inline(always)]
unsafe fn put_bits(to: *mut u8, shift: usize, word: u64, size: usize) {
    let bytes = (shift + size).div_ceil(8);
    // SAFETY: by the caller: each byte that is written holds one of the bits.
    unsafe {
        let first = if shift == 0 { 0 } else { u64::from(*to) << 56 };
        put_bytes(to, first | word >> shift, bytes.min(8));
        if bytes == 9 {
            *to.add(8) = (word << (8 - shift)) as u8;
        }
    }
}

/// Writes the first `count` bytes of a word, one to eight, by two stores that may overlap.
///
/// # Safety
/// So many bytes can be written at `to`.
#[inline(always)]
unsafe fn put_bytes(to: *mut u8, word: u64, count: usize) {
    // SAFETY: by the caller.
    unsafe {
        match count {
            8 => to.cast::<u64>().write_unaligned(word.to_be()),
            4..8 => {
                to.cast::<u32>().write_unaligned(((word >> 32) as u32).to_be());
                let last = (word >> (64 - count * 8)) as u32;
                to.add(count - 4).cast::<u32>().write_unaligned(last.to_be());
            }
            _ => {
                *to = (word >> 56) as u8;
                *to.add(count / 2) = (word >> (56 - count / 2 * 8)) as u8;
                *to.add(count - 1) = (word >> (64 - count * 8)) as u8;
            }
        }
    }
}

impl BitWriter {
    /// Writes from bit `position` to bit `end` behind `base`.
    ///
    /// # Safety
    /// As long as the writer is used, those bits are in memory that nobody else reads or writes, and zero; the
    /// byte that holds the first of them is nobody else's either.
    pub unsafe fn new(base: *mut u8, position: usize, end: usize) -> BitWriter {
        BitWriter { base, position, end }
    }

    /// How many bits there is room for.
    pub fn room(&self) -> usize {
        self.end - self.position
    }

    /// The next bit to be written.
    pub fn position(&self) -> usize {
        self.position
    }

    fn take(&mut self, size: usize) -> Result<usize, WriteError> {
        if size > self.room() {
            return Err(WriteError::NoRoom);
        }
        let at = self.position;
        self.position += size;
        Ok(at)
    }

    /// Writes these bits.
    pub fn bits(&mut self, bits: Bits<'_>) -> Result<(), WriteError> {
        let at = self.take(bits.bit_size())?;
        // SAFETY: there is room by `take`, and the writer's memory overlaps no term.
        unsafe { copy_bits(bits, self.base, at) };
        Ok(())
    }

    /// Writes the lowest `size` bits of a number, at most 64, the most significant first.
    #[inline]
    pub fn number(&mut self, value: u64, size: usize) -> Result<(), WriteError> {
        debug_assert!(size <= 64);
        if size == 0 {
            return Ok(());
        }
        let at = self.take(size)?;
        // SAFETY: there is room by `take`.
        unsafe { put_bits(self.base.add(at / 8), at % 8, value << (64 - size), size) };
        Ok(())
    }

    /// As [`BitWriter::number`], with the bytes in the given order. An incomplete last byte of a little-endian number holds its highest
    /// bits.
    #[inline]
    pub fn ordered(&mut self, value: u64, size: usize, little: bool) -> Result<(), WriteError> {
        self.number(if little { to_little(value, size) } else { value }, size)
    }

    /// Writes the lowest `size` bits of an integer's two's complement.
    pub fn integer(&mut self, value: &Integer<'_>, size: usize, little: bool) -> Result<(), WriteError> {
        if size <= 64 {
            let low = value.limbs().first().copied().unwrap_or(0);
            return self.ordered(if value.negative { low.wrapping_neg() } else { low }, size, little);
        }
        if size > self.room() {
            return Err(WriteError::NoRoom);
        }
        let words = limbs::to_twos_complement(value.negative, value.limbs(), size.div_ceil(64));
        let sized = |i: usize| (words[i], (size - i * 64).min(64));
        if little {
            (0..words.len()).map(sized).try_for_each(|(word, bits)| self.ordered(word, bits, true))
        } else {
            (0..words.len()).rev().map(sized).try_for_each(|(word, bits)| self.number(word, bits))
        }
    }

    /// Writes a float in 16, 32 or 64 bits, rounded to nearest; what is beyond a size becomes an infinity.
    pub fn float(&mut self, value: f64, size: usize, little: bool) -> Result<(), WriteError> {
        let bits = match size {
            64 => value.to_bits(),
            32 => (value as f32).to_bits().into(),
            16 => float_to_half(value).into(),
            _ => return Err(WriteError::Float),
        };
        self.ordered(bits, size, little)
    }

    /// Writes a character in UTF-8.
    pub fn utf8(&mut self, character: u32) -> Result<(), WriteError> {
        let character = char::from_u32(character).ok_or(WriteError::Character)?;
        let mut buffer = [0; 4];
        let text = character.encode_utf8(&mut buffer);
        self.bits(Bits::of_bytes(text.as_bytes()))
    }

    /// Writes a character in UTF-16.
    pub fn utf16(&mut self, character: u32, little: bool) -> Result<(), WriteError> {
        let character = char::from_u32(character).ok_or(WriteError::Character)?;
        let mut buffer = [0; 2];
        let units = character.encode_utf16(&mut buffer);
        if units.len() * 16 > self.room() {
            return Err(WriteError::NoRoom);
        }
        units.iter().try_for_each(|&unit| self.ordered(unit.into(), 16, little))
    }

    /// Writes a character in UTF-32.
    pub fn utf32(&mut self, character: u32, little: bool) -> Result<(), WriteError> {
        if !is_character(character) {
            return Err(WriteError::Character);
        }
        self.ordered(character.into(), 32, little)
    }
}

/// How many bytes a character takes in UTF-8.
pub fn utf8_size(character: u32) -> Option<usize> {
    char::from_u32(character).map(char::len_utf8)
}

/// How many bytes a character takes in UTF-16.
pub fn utf16_size(character: u32) -> Option<usize> {
    char::from_u32(character).map(|c| c.len_utf16() * 2)
}

/// What is above all floats of 16 bits, without the sign.
const HALF_INFINITY: u64 = 0x7c00;

/// The float of 16 bits nearest to a value, ties to even.
fn float_to_half(value: f64) -> u16 {
    let sign = ((value.to_bits() >> 63) as u16) << 15;
    let magnitude = value.abs();
    // In units of the spacing of halves around the value: 2^-24 below the normal ones.
    let exponent = ((magnitude.to_bits() >> 52) as i32 - 1023).max(-14);
    let units = (magnitude * 2f64.powi(10 - exponent)).round_ties_even();
    // A carry out of the fraction raises the exponent by itself.
    let half = units as u64 + (((exponent + 14) as u64) << 10);
    let half = if exponent <= 15 { half.min(HALF_INFINITY) } else { HALF_INFINITY };
    sign | half as u16
}
