//! Matching binaries: contexts, and the fields that are read from them.
//!
//! A context is `{position, end, original}`, counted in bits from the first of the original. Only the running process
//! sees it, so its position is written in place.

use purlin_heap::bits::{self, Bits, Format, MatchContext};
use purlin_heap::layout::Kind;
use purlin_heap::word::Word;
use purlin_heap::{Build, Heap, am};
use purlin_isa::bits::{Description, FieldKind};

use super::tests::{boxed_kind, is_bits};
use super::{Label, Op, list_word, op};
use crate::exception::bad_code;
use crate::interpreter::operands::set_any;

/// The context in a register.
///
/// # Safety
/// The verifier proved it to be one; it is not kept across a collection.
#[inline(always)]
pub(super) unsafe fn context<'h>(word: Word) -> MatchContext<'h> {
    // SAFETY: by the caller.
    unsafe { MatchContext::from_word(word) }
}

/// The bits of the flags of a field, as OTP's compiler writes them.
const LITTLE: u16 = 2;
const SIGNED: u16 = 4;
const NATIVE: u16 = 16;

/// How the bits of a field are to be taken.
#[inline(always)]
pub(super) fn format(flags: u16) -> Format {
    let native_little = cfg!(target_endian = "little") && flags & NATIVE != 0;
    Format { signed: flags & SIGNED != 0, little: flags & LITTLE != 0 || native_little }
}

/// Stores what a native of the heap builds of the context, or goes to `fail`.
macro_rules! build {
    ($r:ident, $dst:ident, $live:ident, |$heap:ident| $value:expr) => {{
        $r.save();
        let $heap: &Heap = &(*$r.m().process).heap;
        let value = $value.word();
        $r.restore();
        let live = $live.get(&$r);
        $r.keep_result(value, live);
        let value = (*$r.machine).result;
        $dst.set(&mut $r, value);
        $r.next(<Self as Op>::BYTES)
    }};
}

macro_rules! fail {
    ($r:ident, $fail:ident) => {
        return $r.branch($fail.get(&$r))
    };
}

op! { step StartMatch [src: S Src, dst: D Dst] (fail: Label, live: u16) |r| {
    let src = src.get(&r);
    if boxed_kind(src) == Some(Kind::MatchContext) {
        dst.set(&mut r, src);
        return r.next(Self::BYTES);
    }
    if !is_bits(src) {
        // Without a label the compiler knew that it is one.
        return match fail.get(&r) {
            0 => r.leave::<bad_code::Operand>(),
            fail => r.branch(fail),
        };
    }
    build!(r, dst, live, |heap| MatchContext::new(src.term(), heap).expect("it is a bit string").as_term())
} }

op! { step MatchTail [of: C Src, dst: D Dst] (live: u16) |r| {
    let context = context(of.get(&r));
    build!(r, dst, live, |heap| context.tail(heap))
} }

op! { step MatchPosition [of: C Src, dst: D Dst] (live: u16) |r| {
    let position = context(of.get(&r)).position();
    dst.set(&mut r, Word::small(position as i64));
    r.next(<Self as Op>::BYTES)
} }

op! { straight MatchSetPosition [of: C Src, position: P Src] () |r| {
    let position = position.get(&r);
    let to = usize::try_from(position.small_value()).unwrap_or(usize::MAX);
    let context = context(of.get(&r));
    context.set_position(to.min(context.end()));
} }

/// The number of bits in a field of `size` units; nothing for a size that no field has.
#[inline(always)]
pub(super) fn field_bits(size: Word, unit: u16) -> Option<usize> {
    if !size.is_small() {
        return None;
    }
    usize::try_from(size.small_value()).ok()?.checked_mul(unit as usize)
}

/// Integers of so many bits are small, whatever their sign.
pub(super) const SMALL_BITS_MAX: usize = 60;

/// An integer of at most [`SMALL_BITS_MAX`] bits, which are there, from the context in `word`. Not inlined, because what
/// it works on has an address, and so the handler would lose its tail call.
///
/// # Safety
/// As for [`context`].
#[inline(never)]
pub(super) unsafe fn small_integer(word: Word, at: usize, size: usize, flags: u16) -> i64 {
    // SAFETY: by the caller.
    let value = unsafe { context(word) }.bits().number(at, size).unwrap_or(0);
    format(flags).integer(value, size)
}

op! { step MatchInteger [of: C Src, size: S Src, dst: D Dst]
    (fail: Label, live: u16, unit: u16, flags: u16) |r| {
    let word = of.get(&r);
    let context = context(word);
    let Some(size) = field_bits(size.get(&r), unit.get(&r)) else { fail!(r, fail) };
    if size > context.left() {
        fail!(r, fail)
    }
    if size > SMALL_BITS_MAX {
        return r.leave::<Self>();
    }
    let at = context.position();
    if size == 8
        && flags.get(&r) & SIGNED == 0
        && let Some(byte) = context.whole_byte(at)
    {
        context.set_position(at + 8);
        dst.set(&mut r, Word::small(byte.into()));
        return r.next(Self::BYTES);
    }
    let value = small_integer(word, at, size, flags.get(&r));
    context.set_position(at + size);
    dst.set(&mut r, Word::small(value));
    r.next(Self::BYTES)
} slow |r| {
    let context = context(of.get(&r));
    let size = field_bits(size.get(&r), unit.get(&r)).unwrap_or(0);
    let (at, format) = (context.position(), format(flags.get(&r)));
    context.set_position(at + size);
    build!(r, dst, live, |heap| match context.bits().integer(at, size, format, heap) {
        Some(Ok(value)) => value,
        // No integer is as long as that, so the pattern does not match.
        _ => {
            context.set_position(at);
            let to = fail.get(&r);
            return r.branch(to);
        }
    })
} }

op! { cold MatchFloat [of: C Src, size: S Src, dst: D Dst]
    (fail: Label, live: u16, unit: u16, flags: u16) |r| {
    let context = context(of.get(&r));
    let Some(size) = field_bits(size.get(&r), unit.get(&r)) else { fail!(r, fail) };
    if size > context.left() {
        fail!(r, fail)
    }
    let at = context.position();
    let Some(value) = context.bits().float(at, size, format(flags.get(&r)).little) else { fail!(r, fail) };
    context.set_position(at + size);
    build!(r, dst, live, |heap| heap.float(value))
} }

op! { step MatchBinary [of: C Src, size: S Src, dst: D Dst]
    (fail: Label, live: u16, unit: u16, flags: u16) |r| {
    let (context, size, unit) = (context(of.get(&r)), size.get(&r), unit.get(&r));
    let size = if size == Word::atom(am::all) {
        are_units(context.left(), unit).then(|| context.left())
    } else {
        field_bits(size, unit).filter(|&size| size <= context.left())
    };
    let Some(size) = size else { fail!(r, fail) };
    let at = context.position();
    context.set_position(at + size);
    build!(r, dst, live, |heap| bits::slice(context.original(), at, size, heap).expect("within the original"))
} }

op! { test MatchSkip [of: C Src, size: S Src] (fail: Label, unit: u16) |r| {
    let context = context(of.get(&r));
    match field_bits(size.get(&r), unit.get(&r)) {
        Some(size) if size <= context.left() => {
            context.set_position(context.position() + size);
            true
        }
        _ => false,
    }
} }

/// Whether so many bits are whole units. Nearly all units are powers of two, and a division is slow.
#[inline(always)]
pub(super) fn are_units(bits: usize, unit: u16) -> bool {
    let unit = usize::from(unit.max(1));
    if unit.is_power_of_two() { bits & (unit - 1) == 0 } else { bits.is_multiple_of(unit) }
}

op! { test MatchEnsure [of: C Src] (fail: Label, bits: u32, unit: u16) |r| {
    let (left, bits) = (context(of.get(&r)).left(), bits.get(&r) as usize);
    left >= bits && are_units(left - bits, unit.get(&r))
} }

op! { test MatchEqual [of: C Src] (fail: Label, bits: u16, value: u64) |r| {
    take_number(of.get(&r), bits.get(&r).into(), value.get(&r))
} }

/// Passes over so many bits, at most 64, if they are those of the number. Not inlined, as [`small_integer`] is not.
///
/// # Safety
/// As for [`context`].
#[inline(never)]
unsafe fn take_number(word: Word, size: usize, value: u64) -> bool {
    // SAFETY: by the caller.
    let context = unsafe { context(word) };
    let at = context.position();
    if size > context.left() || context.bits().number(at, size) != Some(value) {
        return false;
    }
    context.set_position(at + size);
    true
}

op! { test MatchTestUnit [of: C Src] (fail: Label, unit: u16) |r| {
    are_units(context(of.get(&r)).left(), unit.get(&r))
} }

op! { test MatchTestTail [of: C Src] (fail: Label, bits: u32) |r| {
    context(of.get(&r)).left() == bits.get(&r) as usize
} }

op! { test MatchString [of: C Src] (fail: Label, bits: u32, bytes: *const u8) |r| {
    take_string(of.get(&r), bits.get(&r) as usize, bytes.get(&r))
} }

/// Passes over the bits at `bytes`, if they come next. Not inlined, as [`small_integer`] is not.
///
/// # Safety
/// As for [`context`]; `bytes` holds so many bits.
#[inline(never)]
unsafe fn take_string(word: Word, size: usize, bytes: *const u8) -> bool {
    // SAFETY: by the caller.
    let (context, string) = unsafe { (context(word), std::slice::from_raw_parts(bytes, size.div_ceil(8))) };
    let wanted = Bits::of_bytes(string).slice(0, size);
    match (context.bits().slice(context.position(), size), wanted) {
        (Some(field), Some(wanted)) if field.same(wanted) => {
            context.set_position(context.position() + size);
            true
        }
        _ => false,
    }
}

/// Takes the code point at the context's position; [`NO_POINT`] if there is none. Not inlined, as [`small_integer`] is
/// not.
///
/// # Safety
/// As for [`context`].
#[inline(never)]
unsafe fn take_point(word: Word, width: u16, flags: u16) -> u32 {
    // SAFETY: by the caller.
    let context = unsafe { context(word) };
    let (bits, at, little) = (context.bits(), context.position(), format(flags).little);
    let point = match width {
        8 => bits.utf8(at),
        16 => bits.utf16(at, little),
        _ => bits.utf32(at, little).map(|point| (point, 32)),
    };
    let Some((point, size)) = point else { return NO_POINT };
    context.set_position(at + size);
    point
}

/// No character has this number.
const NO_POINT: u32 = u32::MAX;

op! { step MatchUtf [of: C Src, dst: D Dst] (fail: Label, width: u16, flags: u16) |r| {
    let context = context(of.get(&r));
    let at = context.position();
    if width.get(&r) == 8
        && context.left() >= 8
        && let Some(byte) = context.whole_byte(at)
        && byte.is_ascii()
    {
        context.set_position(at + 8);
        dst.set(&mut r, Word::small(byte.into()));
        return r.next(Self::BYTES);
    }
    let point = take_point(of.get(&r), width.get(&r), flags.get(&r));
    if point == NO_POINT {
        return r.branch(fail.get(&r));
    }
    dst.set(&mut r, Word::small(point.into()));
    r.next(Self::BYTES)
} }

op! { test MatchSkipUtf [of: C Src] (fail: Label, width: u16, flags: u16) |r| {
    take_point(of.get(&r), width.get(&r), flags.get(&r)) != NO_POINT
} }

op! { test MatchEnsureLarge [of: C Src] (fail: Label, unit: u16, bits: u64) |r| {
    ensured(context(of.get(&r)).left(), bits.get(&r) as usize, unit.get(&r))
} }

/// Whether at least `least` of the bits `left` are there, and those beyond them are whole units, or none when `unit` is 0.
#[inline(always)]
fn ensured(left: usize, least: usize, unit: u16) -> bool {
    if unit == 0 { left == least } else { left >= least && are_units(left - least, unit) }
}

op! { control MatchFields [of: C Src] (fail: Label, least: u32, unit: u16, total: u16, count: u32) |r| {
    let word = of.get(&r);
    let context = context(word);
    if !ensured(context.left(), least.get(&r) as usize, unit.get(&r)) {
        fail!(r, fail)
    }
    let (at, total, count) = (context.position(), total.get(&r) as usize, count.get(&r) as usize);
    let window = match context.window(at) {
        Some(window) => window,
        None => window_at_end(word, at, total),
    };
    context.set_position(at + total);
    for index in 0..count {
        let told = list_word(&r, <Self as Op>::BYTES, 2 * index).0;
        let told = Description::<FieldKind>::decode(told);
        let operand = list_word(&r, <Self as Op>::BYTES, 2 * index + 1);
        let value = window << told.place >> (64 - told.unit);
        match told.kind {
            FieldKind::Equal if value == operand.0 => {}
            FieldKind::Equal => fail!(r, fail),
            FieldKind::Integer if told.flags == 0 => set_any(&mut r, operand, Word::small(value as i64)),
            FieldKind::Integer => {
                let value = formatted(value, told.unit, told.flags);
                set_any(&mut r, operand, Word::small(value));
            }
        }
    }
    r.next(<Self as Op>::BYTES + count * 16)
} }

/// The next `total` bits of a context, which are there, as the first of a word. Not inlined, as [`small_integer`] is not.
///
/// # Safety
/// As for [`context`].
#[inline(never)]
unsafe fn window_at_end(word: Word, at: usize, total: usize) -> u64 {
    // SAFETY: by the caller.
    let number = unsafe { context(word) }.bits().number(at, total).unwrap_or(0);
    number << (64 - total)
}

/// The integer in a field that has flags. Not inlined, because few have.
#[inline(never)]
fn formatted(value: u64, size: u16, flags: u8) -> i64 {
    format(flags.into()).integer(value, size.into())
}
