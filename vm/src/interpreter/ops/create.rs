//! Building binaries, the usual ones: a few segments that are small integers, whole or given parts of bit strings, strings
//! of the module or characters in UTF-8. Everything else, and every error, is left to `binaries.rs`, which this must agree
//! with.

use purlin_heap::bits::{self, BitWriter, Bits, Construction};
use purlin_heap::word::Word;
use purlin_heap::{Heap, Term, am};
use purlin_isa::bits::{Description, LITTLE, SegmentKind};

use super::list_word;
use super::matching::field_bits;
use crate::interpreter::machine::Machine;
use crate::interpreter::operands::any;
use crate::interpreter::regs::Regs;

/// More segments than this take the general way.
const SEGMENTS_MAX: usize = 8;

/// In place of a binary that has to be built the general way; no value is a header.
pub(super) const NOT_PLAIN: Word = Word(7);

/// A segment whose size is known and whose value fits it.
#[derive(Clone, Copy)]
struct Plain {
    kind: SegmentKind,
    little: bool,
    value: Word,
    bits: usize,
}

/// Builds the binary of the instruction that runs, or gives [`NOT_PLAIN`] and has changed nothing. Not inlined, because
/// what it works on has an address, and so the handler would lose its tail call.
///
/// # Safety
/// As for any handler; the list of the instruction, which has `bytes` bytes, has `count` segments.
#[inline(never)]
pub(super) unsafe fn create_plain(
    ip: *const u8,
    machine: *mut Machine,
    sp: *mut Word,
    x0: Word,
    bytes: usize,
    count: usize,
) -> Word {
    let r = Regs::reader(ip, machine, sp, x0);
    let mut segments =
        [Plain { kind: SegmentKind::Integer, little: false, value: Word(0), bits: 0 }; SEGMENTS_MAX];
    if count > SEGMENTS_MAX {
        return NOT_PLAIN;
    }
    let mut total = 0;
    for (index, segment) in segments[..count].iter_mut().enumerate() {
        // SAFETY: by the caller.
        let Some(plain) = (unsafe { plain(&r, bytes, index) }) else { return NOT_PLAIN };
        total += plain.bits;
        *segment = plain;
    }
    // SAFETY: by the caller; nothing is collected until the result is kept.
    let heap = unsafe { &(*(*r.machine).process).heap };
    // SAFETY: as above.
    unsafe { build(&segments[..count], total, heap) }
}

/// The segment `index`, if it is plain.
///
/// # Safety
/// As for [`create_plain`].
#[inline(always)]
unsafe fn plain(r: &Regs, bytes: usize, index: usize) -> Option<Plain> {
    // SAFETY: by the caller.
    let [description, value, size] = [0, 1, 2].map(|word| unsafe { list_word(r, bytes, 3 * index + word) });
    let Description { kind, flags, unit, .. } = Description::<SegmentKind>::decode(description.0);
    // SAFETY: by the caller.
    let value = if kind == SegmentKind::String { value } else { unsafe { any(r, value) } };
    // SAFETY: by the caller.
    let size = unsafe { any(r, size) };
    let bits = match kind {
        SegmentKind::Integer if value.is_small() => field_bits(size, unit).filter(|&bits| bits <= 64)?,
        // SAFETY: a value of the process.
        SegmentKind::Binary => unsafe { part_of(value.term(), size, unit)? },
        SegmentKind::Append | SegmentKind::PrivateAppend => {
            // SAFETY: as above.
            unsafe { part_of(value.term(), Word::atom(am::all), unit)? }
        }
        SegmentKind::String => size.small_value() as usize * 8,
        SegmentKind::Utf8 if value.is_small() => {
            bits::utf8_size(u32::try_from(value.small_value()).ok()?)? * 8
        }
        _ => return None,
    };
    Some(Plain { kind, little: flags & LITTLE != 0, value, bits })
}

/// How many bits of a bit string a segment takes; nothing if it does not fit.
#[inline(always)]
fn part_of(value: Term<'_>, size: Word, unit: u16) -> Option<usize> {
    let all = Bits::of(value)?.bit_size();
    if size == Word::atom(am::all) {
        return (unit == 1 || all % usize::from(unit.max(1)) == 0).then_some(all);
    }
    field_bits(size, unit).filter(|&bits| bits <= all)
}

/// Builds the binary of these segments, which have `total` bits.
///
/// # Safety
/// The segments are those of the instruction that runs; the terms are not kept across a collection.
unsafe fn build(segments: &[Plain], total: usize, heap: &Heap) -> Word {
    let (first, rest) = match segments {
        [first @ Plain { kind: SegmentKind::Append | SegmentKind::PrivateAppend, .. }, rest @ ..] => {
            (*first, rest)
        }
        all => {
            let Ok(mut made) = Construction::new(total, heap) else { return NOT_PLAIN };
            // SAFETY: by the caller.
            unsafe { write(made.writer(), all) };
            return made.finish(heap).word();
        }
    };
    if total == first.bits {
        return first.value;
    }
    // SAFETY: by the caller.
    let start: Term<'_> = unsafe { first.value.term() };
    if first.kind == SegmentKind::PrivateAppend
        && let Some(mut writer) = Construction::grow(start, total - first.bits)
    {
        // SAFETY: by the caller.
        unsafe { write(&mut writer, rest) };
        return first.value;
    }
    let Some(Ok(mut made)) = Construction::append(start, total - first.bits, heap) else { return NOT_PLAIN };
    // SAFETY: by the caller.
    unsafe { write(made.writer(), rest) };
    made.finish(heap).word()
}

/// Writes the segments, which fit.
///
/// # Safety
/// As for [`build`].
#[inline(always)]
unsafe fn write(to: &mut BitWriter, segments: &[Plain]) {
    for segment in segments {
        let written = match segment.kind {
            SegmentKind::Integer => {
                to.ordered(segment.value.small_value() as u64, segment.bits, segment.little)
            }
            SegmentKind::Utf8 => to.utf8(segment.value.small_value() as u32),
            SegmentKind::String => {
                // SAFETY: the instruction names so many bytes of its module's strings.
                let bytes =
                    unsafe { std::slice::from_raw_parts(segment.value.0 as *const u8, segment.bits / 8) };
                to.bits(Bits::of_bytes(bytes))
            }
            _ => {
                // SAFETY: a value of the process.
                let bits =
                    Bits::of(unsafe { segment.value.term() }).and_then(|bits| bits.slice(0, segment.bits));
                to.bits(bits.expect("the part was found"))
            }
        };
        debug_assert!(written.is_ok(), "the room was counted");
    }
}
