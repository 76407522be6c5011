//! What matching reads: numbers, characters and bits, from any bit on.
//!
//! All functions take a position in bits and give nothing when the bits end before, or are not of the form asked
//! for.

use super::Bits;
use super::copy::load;
use crate::big::{TooLarge, integer, limbs};
use crate::build::Build;
use crate::term::Term;

/// How the bits of a number are to be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Format {
    /// Whether the first bit is a sign.
    pub signed: bool,
    /// Whether the first byte is the least significant.
    pub little: bool,
}

impl Format {
    /// The integer that stands in `size` bits, at most 64, which are given as a number whose first bit is the most
    /// significant. One that fills all of them without a sign is given as if it had one.
    pub fn integer(self, value: u64, size: usize) -> i64 {
        let value = if self.little { from_little(value, size) } else { value };
        if self.signed { sign_extended(value, size) } else { value as i64 }
    }
}

/// The lowest `size` bits of a number, whole bytes, at most eight, in the other order.
#[inline]
fn swapped(value: u64, size: usize) -> u64 {
    if size == 0 { 0 } else { value.swap_bytes() >> (64 - size) }
}

/// The number whose `size` bits, at most 64, stand as little-endian in `bits`, of which the first is the most significant. An
/// incomplete last byte holds its highest bits.
#[inline]
fn from_little(bits: u64, size: usize) -> u64 {
    match size % 8 {
        0 => swapped(bits, size),
        last => swapped(bits >> last, size - last) | (bits & ((1 << last) - 1)) << (size - last),
    }
}

/// What [`from_little`] reads as the lowest `size` bits of a number.
#[inline]
#[must_use]
pub fn to_little(value: u64, size: usize) -> u64 {
    match size % 8 {
        0 => swapped(value, size),
        last => swapped(value, size - last) << last | value >> (size - last) & ((1 << last) - 1),
    }
}

/// The number of `size` bits, the first of which is a sign.
fn sign_extended(value: u64, size: usize) -> i64 {
    match 64 - size as u32 {
        64 => 0,
        unused => (value << unused) as i64 >> unused,
    }
}

impl<'h> Bits<'h> {
    /// Up to 64 bits from `at` on, as a number whose first bit is the most significant.
    #[inline]
    pub fn number(self, at: usize, size: usize) -> Option<u64> {
        debug_assert!(size <= 64);
        let left = self.bit_size().checked_sub(at)?;
        if size == 0 {
            return Some(0);
        }
        match self.window(at) {
            Some(window) => Some(window >> (64 - size)),
            None if size <= left => self.number_at_end(at, size),
            None => None,
        }
    }

    fn number_at_end(self, at: usize, size: usize) -> Option<u64> {
        let bits = self.slice(at, size)?;
        let (base, offset) = (bits.base(), bits.bit_offset());
        let bytes = (offset + size).div_ceil(8);
        let mut value = 0u128;
        for i in 0..bytes {
            // SAFETY: each of these bytes holds a bit of the slice.
            value = value << 8 | u128::from(unsafe { *base.add(i) });
        }
        let value = (value >> (bytes * 8 - offset - size)) as u64;
        Some(if size == 64 { value } else { value & ((1 << size) - 1) })
    }

    /// The next 64 bits from `at` on, when there are 72; the first one is the most significant.
    #[inline(always)]
    fn window(self, at: usize) -> Option<u64> {
        let first = self.bit_offset() + at;
        // SAFETY: the 72 bits from `first` on reach into the ninth byte at least.
        (self.bit_size() >= at + 72).then(|| unsafe { load(self.base().add(first / 8), first % 8) })
    }

    /// As [`Bits::number`], with the bytes in the given order.
    #[inline]
    pub fn unsigned(self, at: usize, size: usize, little: bool) -> Option<u64> {
        let value = self.number(at, size)?;
        Some(if little { from_little(value, size) } else { value })
    }

    /// An integer of `size` bits.
    pub fn integer<'b, B: Build + ?Sized>(
        self,
        at: usize,
        size: usize,
        format: Format,
        build: &'b B,
    ) -> Option<Result<Term<'b>, TooLarge>> {
        if size <= 64 {
            let value = self.unsigned(at, size, format.little)?;
            return Some(Ok(match format.signed {
                true => build.integer(sign_extended(value, size)),
                false => build.unsigned(value),
            }));
        }
        let bits = self.slice(at, size)?;
        let mut words = if format.little { bits.little_words() } else { bits.big_words() };
        if !format.signed {
            return Some(integer(false, &words, build));
        }
        let unused = (words.len() * 64 - size) as u32;
        if let Some(top) = words.last_mut() {
            *top = ((*top << unused) as i64 >> unused) as u64;
        }
        let (negative, magnitude) = limbs::from_twos_complement(words);
        Some(integer(negative, &magnitude, build))
    }

    /// All bits as limbs, the last bit being the least significant.
    fn big_words(self) -> Vec<u64> {
        let size = self.bit_size();
        let word = |end: usize| self.number(end.saturating_sub(64), end.min(64)).unwrap_or(0);
        (0..size.div_ceil(64)).map(|i| word(size - i * 64)).collect()
    }

    /// All bits as limbs, the first byte being the least significant.
    fn little_words(self) -> Vec<u64> {
        let size = self.bit_size();
        let word = |at: usize| self.unsigned(at, (size - at).min(64), true).unwrap_or(0);
        (0..size).step_by(64).map(word).collect()
    }

    /// A float of 16, 32 or 64 bits; nothing for what is not finite.
    pub fn float(self, at: usize, size: usize, little: bool) -> Option<f64> {
        let value = match size {
            16 => half_to_float(self.unsigned(at, 16, little)? as u16),
            32 => f32::from_bits(self.unsigned(at, 32, little)? as u32).into(),
            64 => f64::from_bits(self.unsigned(at, 64, little)?),
            _ => return None,
        };
        value.is_finite().then_some(value)
    }

    /// A character in UTF-8, and how many bits it took.
    pub fn utf8(self, at: usize) -> Option<(u32, usize)> {
        let first = self.number(at, 8)? as u32;
        let (count, head, least) = match first {
            0..=0x7f => return Some((first, 8)),
            0xc2..=0xdf => (1, first & 0x1f, 0x80),
            0xe0..=0xef => (2, first & 0x0f, 0x800),
            0xf0..=0xf4 => (3, first & 0x07, 0x1_0000),
            _ => return None,
        };
        let mut value = head;
        for i in 1..=count {
            let byte = self.number(at + i * 8, 8)? as u32;
            if byte & 0xc0 != 0x80 {
                return None;
            }
            value = value << 6 | byte & 0x3f;
        }
        (value >= least && is_character(value)).then_some((value, (count + 1) * 8))
    }

    /// A character in UTF-16, and how many bits it took.
    pub fn utf16(self, at: usize, little: bool) -> Option<(u32, usize)> {
        let first = self.unsigned(at, 16, little)? as u32;
        match first {
            0xd800..=0xdbff => {
                let second = self.unsigned(at + 16, 16, little)? as u32;
                let value = 0x1_0000 + ((first & 0x3ff) << 10 | second & 0x3ff);
                (0xdc00..=0xdfff).contains(&second).then_some((value, 32))
            }
            0xdc00..=0xdfff => None,
            _ => Some((first, 16)),
        }
    }

    /// A character in UTF-32.
    pub fn utf32(self, at: usize, little: bool) -> Option<u32> {
        self.unsigned(at, 32, little).map(|value| value as u32).filter(|&value| is_character(value))
    }
}

/// Whether this is the number of a character that may be encoded.
pub fn is_character(value: u32) -> bool {
    char::from_u32(value).is_some()
}

/// The value of a float of 16 bits: sign, 5 bits of exponent, 10 bits of fraction.
fn half_to_float(half: u16) -> f64 {
    let (exponent, fraction) = (half >> 10 & 0x1f, f64::from(half & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(-24),
        0x1f => f64::INFINITY,
        _ => (1024.0 + fraction) * 2f64.powi(i32::from(exponent) - 25),
    };
    if half >> 15 == 1 { -magnitude } else { magnitude }
}
