//! Sizes of bit strings that are built, as compilers before OTP 25 had them computed.

use purlin_heap::big::Integer;
use purlin_heap::word::Word;
use purlin_heap::{Atom, am, bits};

use super::binaries::BITS_MAX;
use super::{Label, Op, op};
use crate::native::Class;

/// A size, or the reason why it is none.
///
/// # Safety
/// The word is a value of the running process.
unsafe fn size(word: Word) -> Result<usize, Atom> {
    // SAFETY: by the caller.
    let integer =
        Integer::of(unsafe { word.term() }).filter(|integer| !integer.negative).ok_or(am::badarg)?;
    let size = integer.as_u64().and_then(|size| usize::try_from(size).ok());
    size.filter(|&size| size <= BITS_MAX).ok_or(am::system_limit)
}

op! { cold AddSizes [a: A Src, b: B Src, dst: D Dst] (fail_to: Label, unit: u16) |r| {
    let sum = size(a.get(&r)).and_then(|first| {
        let second = size(b.get(&r))?.checked_mul(unit.get(&r).into()).ok_or(am::system_limit)?;
        first.checked_add(second).filter(|&sum| sum <= BITS_MAX).ok_or(am::system_limit)
    });
    match sum {
        Ok(sum) => {
            dst.set(&mut r, Word::small(sum as i64));
            r.next(<Self as Op>::BYTES)
        }
        Err(_) if fail_to.get(&r) != 0 => {
            let to = fail_to.get(&r);
            r.branch(to)
        }
        Err(reason) => r.raise_atom(Class::Error, reason),
    }
} }

op! { cold UtfSize [src: S Src, dst: D Dst] (width: u16) |r| {
    // Where it is no character the instruction that appends it fails.
    let character = src.get(&r);
    let character = if character.is_small() { u32::try_from(character.small_value()).unwrap_or(0) } else { 0 };
    let size = if width.get(&r) == 8 { bits::utf8_size(character) } else { bits::utf16_size(character) };
    dst.set(&mut r, Word::small(size.unwrap_or(0) as i64));
    r.next(<Self as Op>::BYTES)
} }
