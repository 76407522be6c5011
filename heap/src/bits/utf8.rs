//! Binaries that are text. That a view of shared bytes is UTF-8 is remembered beside the bytes, which never change: who
//! looks for something again and again in a long text has it checked once.

use std::str;

use super::{Bits, shared};
use crate::layout::{Kind, ref_bits};
use crate::pace::{self, BYTES_PER_STEP, PORTION};
use crate::term::Term;

/// The text that a binary is; nothing when it does not begin at a byte, or is no UTF-8.
pub fn text<'h>(binary: Term<'h>) -> Option<&'h str> {
    let object = binary.as_boxed()?;
    let bytes = Bits::of_object(object)?.as_bytes()?;
    if object.kind() != Kind::RefBits {
        return str::from_utf8(bytes).ok();
    }
    let address = object.raw(ref_bits::SHARED);
    let from = object.raw(ref_bits::OFFSET) as usize / 8;
    // SAFETY: the view holds a count on its bytes.
    let known = unsafe { shared::known_text(address) };
    if !is_part(bytes, from, known) {
        if !is_utf8(bytes) {
            return None;
        }
        // SAFETY: as above, and these are UTF-8.
        unsafe { shared::know_text(address, from..from + bytes.len()) };
    }
    // SAFETY: checked just now or before, and bytes that a view covers do not change.
    Some(unsafe { str::from_utf8_unchecked(bytes) })
}

/// Whether these bytes, from byte `from` of their shared ones on, are whole characters of a text that is known.
fn is_part(bytes: &[u8], from: usize, known: std::ops::Range<usize>) -> bool {
    let (end, starts_within) = (from + bytes.len(), bytes.first().is_some_and(|&byte| is_continued(byte)));
    known.start <= from && end <= known.end && !starts_within && (end == known.end || ends_whole(bytes))
}

/// Whether a byte is not the first of a character.
fn is_continued(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Whether the last character of a beginning of text is whole.
fn ends_whole(bytes: &[u8]) -> bool {
    let last = bytes.iter().rposition(|&byte| !is_continued(byte)).unwrap_or(0);
    str::from_utf8(&bytes[last..]).is_ok()
}

/// Checks bytes in portions that are charged for.
fn is_utf8(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        let portion = &rest[..rest.len().min(PORTION * BYTES_PER_STEP)];
        pace::charge_bytes(portion.len());
        let checked = match str::from_utf8(portion) {
            Ok(_) => portion.len(),
            // A portion may end within a character, the whole may not.
            Err(error) if error.error_len().is_none() && portion.len() < rest.len() => error.valid_up_to(),
            Err(_) => return false,
        };
        rest = &rest[checked..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scratch;
    use crate::bits::{binary, slice};

    #[test]
    fn portions_may_end_within_characters() {
        let heap = Scratch::new();
        let long = "aä€𝄞".repeat(PORTION * BYTES_PER_STEP);
        assert_eq!(text(binary(long.as_bytes(), &heap)), Some(&*long));
        for end in 1..5 {
            let cut = &long.as_bytes()[..long.len() - end];
            assert_eq!(text(binary(cut, &heap)), str::from_utf8(cut).ok());
        }
    }

    #[test]
    fn parts_of_known_text_are_whole_characters() {
        let heap = Scratch::new();
        let bytes = "aä€𝄞".repeat(20).into_bytes();
        let whole = binary(&bytes, &heap);
        let check = |from: usize, size: usize| {
            let part = slice(whole, from * 8, size * 8, &heap).unwrap();
            assert_eq!(text(part), str::from_utf8(&bytes[from..from + size]).ok(), "{from} {size}");
        };
        for _ in 0..2 {
            for (from, size) in (0..20).flat_map(|from| (100..120).map(move |size| (from, size))) {
                check(from, size);
            }
            // From now on the whole is known.
            assert!(text(whole).is_some());
        }
    }
}
