//! Building binaries, the usual ones: a few segments that are small integers, whole or given parts of bit strings, strings
//! of the module or characters in UTF-8. Everything else, and every error, is left to `binaries.rs`, which this must agree
//! with.

use purlin_heap::bits::{self, BitWriter, Bits, Construction};
use purlin_heap::word::Word;
use purlin_heap::{Heap, Term, am};
use purlin_isa::bits::{Description, FieldKind, LITTLE, SegmentKind};

use super::matching::{are_units, field_bits};
use super::{Op, OutOfMemory, list_word, op};
use crate::interpreter::machine::Machine;
use crate::interpreter::operands::any;
use crate::interpreter::regs::Regs;

/// More segments than this take the general way.
const SEGMENTS_MAX: usize = 8;

op! { control CreateFields [start: S Src, dst: D Dst]
    (skip: u32, words: u32, live: u16, how: u16, unit: u16, total: u16, count: u32) |r| {
    let count = count.get(&r) as usize;
    let mut fields = 0;
    for index in 0..count {
        let told = list_word(&r, <Self as Op>::BYTES, 2 * index).0;
        let Description { kind, flags, unit: size, place } = Description::<FieldKind>::decode(told);
        let operand = list_word(&r, <Self as Op>::BYTES, 2 * index + 1);
        let number = match kind {
            FieldKind::Equal => operand.0,
            FieldKind::Integer => {
                let value = any(&r, operand);
                if !value.is_small() {
                    return r.next(<Self as Op>::BYTES + count * 16);
                }
                let value = value.small_value() as u64;
                if flags & LITTLE == 0 { value } else { bits::to_little(value, size.into()) }
            }
        };
        fields |= number << (64 - size) >> place;
    }
    r.save();
    let word = create_fields(r.machine, start.get(&r), how.get(&r), unit.get(&r), total.get(&r), fields);
    r.restore();
    if word == NOT_PLAIN {
        return r.next(<Self as Op>::BYTES + count * 16);
    }
    if !r.keep_result_and_room(word, live.get(&r), words.get(&r) as usize) {
        return r.leave::<OutOfMemory>();
    }
    let value = (*r.machine).result;
    dst.set(&mut r, value);
    r.next(<Self as Op>::BYTES + count * 16 + skip.get(&r) as usize)
} }

/// The binary of the first `total` bits of `fields`, at least one, behind `start`; or [`NOT_PLAIN`]. Not inlined, as
/// [`create_plain`] is not.
///
/// # Safety
/// As for any handler, with the registers saved; `how` is the number of a segment kind.
#[inline(never)]
unsafe fn create_fields(
    machine: *mut Machine,
    start: Word,
    how: u16,
    unit: u16,
    total: u16,
    fields: u64,
) -> Word {
    let (total, kind) = (usize::from(total), SegmentKind::ALL[usize::from(how)]);
    let number = fields >> (64 - total);
    // SAFETY: by the caller; nothing is collected until the result is kept.
    unsafe {
        let heap = &(*(*machine).process).heap;
        let made = match kind {
            SegmentKind::Append | SegmentKind::PrivateAppend => {
                if part_of(start.term(), Word::atom(am::all), unit).is_none() {
                    return NOT_PLAIN;
                }
                if kind == SegmentKind::PrivateAppend
                    && let Some(mut writer) = Construction::grow(start.term(), total)
                {
                    put(&mut writer, number, total);
                    return start;
                }
                Construction::append(start.term(), total, heap).and_then(Result::ok)
            }
            _ => Construction::new(total, heap).ok(),
        };
        let Some(mut made) = made else { return NOT_PLAIN };
        put(made.writer(), number, total);
        made.finish(heap).word()
    }
}

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
        return are_units(all, unit).then_some(all);
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

/// Writes the segments, which fit. Short ones are gathered, so that the most are written by one store.
///
/// # Safety
/// As for [`build`].
#[inline(always)]
unsafe fn write(to: &mut BitWriter, segments: &[Plain]) {
    let (mut gathered, mut filled) = (0u64, 0);
    for segment in segments {
        // SAFETY: by the caller.
        match unsafe { number(segment) } {
            Some(number) => {
                if filled + segment.bits > 64 {
                    put(to, gathered, filled);
                    (gathered, filled) = (0, 0);
                }
                gathered = number | if segment.bits == 64 { 0 } else { gathered << segment.bits };
                filled += segment.bits;
            }
            None => {
                put(to, gathered, filled);
                (gathered, filled) = (0, 0);
                // SAFETY: by the caller.
                unsafe { write_long(to, segment) };
            }
        }
    }
    put(to, gathered, filled);
}

/// Writes the lowest `size` bits of a number, for which there is room.
#[inline(always)]
fn put(to: &mut BitWriter, number: u64, size: usize) {
    let written = to.number(number, size);
    debug_assert!(written.is_ok(), "the room was counted");
}

/// The bits of a short segment as a number whose first bit is the most significant.
///
/// # Safety
/// As for [`build`].
#[inline(always)]
unsafe fn number(segment: &Plain) -> Option<u64> {
    let value = segment.value.small_value() as u64;
    match segment.kind {
        SegmentKind::Integer if segment.little => Some(bits::to_little(value, segment.bits)),
        SegmentKind::Integer if segment.bits == 64 => Some(value),
        SegmentKind::Integer => Some(value & ((1 << segment.bits) - 1)),
        SegmentKind::Utf8 if segment.bits == 8 => Some(value),
        SegmentKind::String if segment.bits <= 64 => {
            // SAFETY: the instruction names so many bytes of its module's strings.
            let bytes = unsafe { string(segment) };
            Some(bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
        }
        _ => None,
    }
}

/// The bytes of a string of the module.
///
/// # Safety
/// The segment is a string of an instruction whose module is loaded.
unsafe fn string<'m>(segment: &Plain) -> &'m [u8] {
    // SAFETY: the instruction names so many bytes of its module's strings.
    unsafe { std::slice::from_raw_parts(segment.value.0 as *const u8, segment.bits / 8) }
}

/// Writes a segment that is no [`number`].
///
/// # Safety
/// As for [`build`].
unsafe fn write_long(to: &mut BitWriter, segment: &Plain) {
    let written = match segment.kind {
        SegmentKind::Utf8 => to.utf8(segment.value.small_value() as u32),
        // SAFETY: by the caller.
        SegmentKind::String => to.bits(Bits::of_bytes(unsafe { string(segment) })),
        _ => {
            // SAFETY: a value of the process.
            let bits = Bits::of(unsafe { segment.value.term() }).and_then(|bits| bits.slice(0, segment.bits));
            to.bits(bits.expect("the part was found"))
        }
    };
    debug_assert!(written.is_ok(), "the room was counted");
}
