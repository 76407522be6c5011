//! Matching binaries: contexts, and the fields that are read from them.
//!
//! A context is `{position, end, original}`, counted in bits from the first of the original. Only the running process
//! sees it, so its position is written in place.

use purlin_heap::bits::{self, Bits, Format, MatchContext, shared};
use purlin_heap::layout::{Kind, ref_bits};
use purlin_heap::word::{Word, tag};
use purlin_heap::{Build, Heap, am};
use purlin_isa::bits::{CommandKind, Description};

use super::command::{NO_MATCH, match_plain};
use super::tests::{boxed_kind, is_bits};
use super::{Label, Op, Varied, list_word, load, op};
use crate::exception::bad_code;
use crate::interpreter::operands::{Src, set_any};
use crate::interpreter::regs::Cold;
use crate::native::Class;

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

/// The byte that starts at bit `at` of a bit string, which has it, if it is a byte of memory too.
///
/// # Safety
/// `bits` is a bit string of the running process with eight bits from `at` on.
#[inline(always)]
unsafe fn whole_byte(bits: Word, at: usize) -> Option<u8> {
    // SAFETY: by the caller; both kinds have the fields that are read, see `layout`.
    unsafe {
        let (base, bit) = match boxed_kind(bits)? {
            Kind::HeapBits => (bits.address().add(2).cast_const().cast::<u8>(), at),
            Kind::RefBits => {
                let field = |offset| load(bits, tag::BOXED, offset).0;
                let base = shared::data(field(ref_bits::SHARED));
                (base.cast_const(), field(ref_bits::OFFSET) as usize + at)
            }
            _ => return None,
        };
        bit.is_multiple_of(8).then(|| *base.add(bit / 8))
    }
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
    let format = format(flags);
    // SAFETY: by the caller.
    let value = unsafe { context(word) }.bits().unsigned(at, size, format.little).unwrap_or(0);
    if !format.signed || size == 0 {
        return value as i64;
    }
    let unused = 64 - size as u32;
    (value << unused) as i64 >> unused
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
        && let Some(byte) = whole_byte(context.original().word(), at)
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
        _ => return r.raise_atom(Class::Error, am::system_limit),
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

op! { test MatchTestTail [of: C Src] (fail: Label, bits: u32, bits_above: u32) |r| {
    context(of.get(&r)).left() as u64 == u64::from(bits.get(&r)) | u64::from(bits_above.get(&r)) << 32
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
        && let Some(byte) = whole_byte(context.original().word(), at)
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

op! { control MatchMany [of: C Src] (fail: Label, live: u16, count: u32) |r| {
    let count = count.get(&r) as usize;
    let list = r.ip.add(<Self as Op>::BYTES).cast::<[Word; 3]>();
    r.save();
    let done = match_plain(list, count, of.get(&r), r.machine, r.sp);
    r.x0 = (*r.machine).x[0];
    r.restore();
    if done == count {
        return r.next(<Self as Op>::BYTES + count * 24);
    }
    if done == NO_MATCH {
        return r.branch(fail.get(&r));
    }
    (*r.machine).command = done;
    r.leave::<Self>()
} slow |r| {
    let (first, count) = ((*r.machine).command, count.get(&r) as usize);
    for index in first..count {
        if !command(&mut r, <Self as Op>::BYTES, index, &of) {
            let to = fail.get(&r);
            return r.branch(to);
        }
    }
    r.next(<Self as Op>::BYTES + count * 24)
} }

/// Runs one command of a `bs_match`; false when it does not match.
///
/// # Safety
/// As for any handler; the list of the instruction has that command.
unsafe fn command<C: Src>(r: &mut Cold, bytes: usize, index: usize, of: &Varied<C>) -> bool {
    // SAFETY: by the caller. The context is read anew for each command, because building may collect.
    unsafe {
        let told = Description::<CommandKind>::decode(list_word(r, bytes, 3 * index).0);
        let size = list_word(r, bytes, 3 * index + 1).0 as usize;
        let operand = list_word(r, bytes, 3 * index + 2);
        let context = context(of.get(r));
        let (at, left, unit) = (context.position(), context.left(), usize::from(told.unit.max(1)));
        match told.kind {
            CommandKind::EnsureAtLeast => left >= size && (left - size).is_multiple_of(unit),
            CommandKind::EnsureExactly => left == size,
            _ if size > left => false,
            CommandKind::Skip => {
                context.set_position(at + size);
                true
            }
            CommandKind::Equal => {
                context.set_position(at + size);
                context.bits().number(at, size) == Some(operand.0)
            }
            CommandKind::Integer if size <= SMALL_BITS_MAX => {
                let value = small_integer(of.get(r), at, size, u16::from(told.flags));
                context.set_position(at + size);
                set_any(r, operand, Word::small(value));
                true
            }
            CommandKind::Integer | CommandKind::Binary | CommandKind::Tail => {
                r.save();
                let heap = &(*(*r.machine).process).heap;
                let value = match told.kind {
                    CommandKind::Integer => {
                        let format = format(u16::from(told.flags));
                        match context.bits().integer(at, size, format, heap) {
                            Some(Ok(value)) => value,
                            _ => return false,
                        }
                    }
                    CommandKind::Binary => context.take(size, heap),
                    _ => context.tail(heap),
                };
                let value = value.word();
                if told.kind != CommandKind::Tail {
                    context.set_position(at + size);
                }
                r.restore();
                r.keep_result(value, told.live);
                let value = (*r.machine).result;
                set_any(r, operand, value);
                true
            }
        }
    }
}
