//! Matching binaries: contexts, and the fields that are read from them.
//!
//! A context is `{position, end, original}`, counted in bits from the first of the original. Only the running process
//! sees it, so its position is written in place.

use purlin_heap::bits::{self, Bits, Field};
use purlin_heap::layout::{Kind, match_context as at};
use purlin_heap::word::{Word, tag};
use purlin_heap::{Build, Heap, Term, am};

use super::tests::{boxed_kind, is_bits};
use super::{Label, Op, load, op};
use crate::interpreter::regs::Regs;

/// A context that is being matched.
#[derive(Clone, Copy)]
pub(super) struct Context(Word);

impl Context {
    /// The context in a register.
    ///
    /// # Safety
    /// The verifier proved it to be one.
    #[inline(always)]
    pub(super) unsafe fn of(word: Word) -> Context {
        debug_assert_eq!(boxed_kind(word), Some(Kind::MatchContext));
        Context(word)
    }

    #[inline(always)]
    fn get(self, offset: usize) -> usize {
        // SAFETY: a context has these fields.
        unsafe { load(self.0, tag::BOXED, offset).0 as usize }
    }

    /// The position in bits.
    #[inline(always)]
    pub(super) fn position(self) -> usize {
        self.get(at::POSITION)
    }

    /// How many bits are left.
    #[inline(always)]
    pub(super) fn left(self) -> usize {
        self.get(at::END) - self.get(at::POSITION)
    }

    /// Goes to a position, which must not be behind the end.
    #[inline(always)]
    pub(super) fn go_to(self, position: usize) {
        debug_assert!(position <= self.get(at::END));
        // SAFETY: a context is this process's own, and its position is raw.
        unsafe { *self.0.address().add(at::POSITION) = Word(position as u64) };
    }

    /// The term that is being matched.
    #[inline(always)]
    pub(super) fn original<'h>(self) -> Term<'h> {
        // SAFETY: the third field is a value of the running process; callers do not keep it across a collection.
        unsafe { load(self.0, tag::BOXED, at::ORIGINAL).term() }
    }

    /// The next `size` bits, if there are so many.
    #[inline(always)]
    pub(super) fn peek<'h>(self, size: usize) -> Option<Bits<'h>> {
        if size > self.left() {
            return None;
        }
        Bits::of(self.original())?.slice(self.position(), size)
    }

    /// Passes over `size` bits, which are there.
    #[inline(always)]
    pub(super) fn advance(self, size: usize) {
        self.go_to(self.position() + size);
    }
}

op! { control StartMatch [src: S Src, dst: D Dst] (fail: Label, live: u16) |r| {
    let src = src.get(&r);
    if boxed_kind(src) == Some(Kind::MatchContext) {
        dst.set(&mut r, src);
        return r.next(Self::BYTES);
    }
    if !is_bits(src) {
        return r.jump(r.ip.offset(fail.get(&r) as isize));
    }
    let size = Bits::of(src.term()).map_or(0, Bits::bit_size) as u64;
    r.save();
    let context = (*r.m().process).heap.match_context(src.term(), 0, size).word();
    r.restore();
    r.keep_result(context, live.get(&r));
    let context = (*r.machine).result;
    dst.set(&mut r, context);
    r.next(<Self as Op>::BYTES)
} }

/// Stores what a native of the heap builds of the context, or goes to `fail`.
macro_rules! build {
    ($r:ident, $dst:ident, $live:ident, |$heap:ident| $value:expr) => {{
        $r.save();
        let $heap: &Heap = &(*$r.m().process).heap;
        let value = $value.word();
        $r.restore();
        $r.keep_result(value, $live.get(&$r));
        let value = (*$r.machine).result;
        $dst.set(&mut $r, value);
        $r.next(<Self as Op>::BYTES)
    }};
}

macro_rules! fail {
    ($r:ident, $fail:ident) => {
        return $r.jump($r.ip.offset($fail.get(&$r) as isize))
    };
}

op! { control MatchTail [context: C Src, dst: D Dst] (live: u16) |r| {
    let context = Context::of(context.get(&r));
    build!(r, dst, live, |heap| bits::part(context.original(), context.position(), context.left(), heap))
} }

op! { control MatchPosition [context: C Src, dst: D Dst] (live: u16) |r| {
    let position = Context::of(context.get(&r)).position();
    dst.set(&mut r, Word::small(position as i64));
    r.next(<Self as Op>::BYTES)
} }

op! { straight MatchSetPosition [context: C Src, position: P Src] () |r| {
    let position = position.get(&r);
    Context::of(context.get(&r)).go_to(position.small_value() as usize);
} }

/// The number of bits in a field of `size` units; nothing for a size that no field has.
#[inline(always)]
pub(super) fn field_bits(size: Word, unit: u16) -> Option<usize> {
    if !size.is_small() {
        return None;
    }
    usize::try_from(size.small_value()).ok()?.checked_mul(unit as usize)
}

op! { control MatchInteger [context: C Src, size: S Src, dst: D Dst]
    (fail: Label, live: u16, unit: u16, flags: u16) |r| {
    let context = Context::of(context.get(&r));
    let Some(size) = field_bits(size.get(&r), unit.get(&r)) else { fail!(r, fail) };
    let Some(field) = context.peek(size) else { fail!(r, fail) };
    let form = Field::of_flags(flags.get(&r));
    context.advance(size);
    if let Some(word) = bits::small_integer(field, form).and_then(Word::try_small) {
        dst.set(&mut r, word);
        return r.next(Self::BYTES);
    }
    build!(r, dst, live, |heap| bits::integer(field, form, heap))
} }

op! { control MatchFloat [context: C Src, size: S Src, dst: D Dst]
    (fail: Label, live: u16, unit: u16, flags: u16) |r| {
    let context = Context::of(context.get(&r));
    let Some(size) = field_bits(size.get(&r), unit.get(&r)) else { fail!(r, fail) };
    let Some(field) = context.peek(size) else { fail!(r, fail) };
    let Some(value) = bits::float(field, Field::of_flags(flags.get(&r))) else { fail!(r, fail) };
    context.advance(size);
    build!(r, dst, live, |heap| heap.float(value))
} }

op! { control MatchBinary [context: C Src, size: S Src, dst: D Dst]
    (fail: Label, live: u16, unit: u16, flags: u16) |r| {
    let (context, size, unit) = (Context::of(context.get(&r)), size.get(&r), unit.get(&r));
    let size = if size == Word::atom(am::all) {
        (context.left() % unit.max(1) as usize == 0).then(|| context.left())
    } else {
        field_bits(size, unit).filter(|&size| size <= context.left())
    };
    let Some(size) = size else { fail!(r, fail) };
    let position = context.position();
    context.advance(size);
    build!(r, dst, live, |heap| bits::part(context.original(), position, size, heap))
} }

op! { test MatchSkip [context: C Src, size: S Src] (fail: Label, unit: u16) |r| {
    let context = Context::of(context.get(&r));
    match field_bits(size.get(&r), unit.get(&r)) {
        Some(size) if size <= context.left() => {
            context.advance(size);
            true
        }
        _ => false,
    }
} }

op! { test MatchTestUnit [context: C Src] (fail: Label, unit: u16) |r| {
    Context::of(context.get(&r)).left() % unit.get(&r) as usize == 0
} }

op! { test MatchTestTail [context: C Src] (fail: Label, bits: u32) |r| {
    Context::of(context.get(&r)).left() == bits.get(&r) as usize
} }

op! { test MatchString [context: C Src] (fail: Label, bits: u32, bytes: *const u8) |r| {
    let context = Context::of(context.get(&r));
    let size = bits.get(&r) as usize;
    let string = std::slice::from_raw_parts(bytes.get(&r), size.div_ceil(8));
    let wanted = Bits::of_bytes(string).slice(0, size);
    match (context.peek(size), wanted) {
        (Some(field), Some(wanted)) if field.same(wanted) => {
            context.advance(size);
            true
        }
        _ => false,
    }
} }

/// The code point at the context's position and its size in bits.
fn code_point(context: Context, width: u16, flags: u16) -> Option<(u32, usize)> {
    let rest = context.peek(context.left())?;
    bits::code_point(rest, width, Field::of_flags(flags))
}

op! { control MatchUtf [context: C Src, dst: D Dst] (fail: Label, width: u16, flags: u16) |r| {
    let context = Context::of(context.get(&r));
    match code_point(context, width.get(&r), flags.get(&r)) {
        Some((point, size)) => {
            context.advance(size);
            dst.set(&mut r, Word::small(point.into()));
            r.next(Self::BYTES)
        }
        None => r.jump(r.ip.offset(fail.get(&r) as isize)),
    }
} }

op! { test MatchSkipUtf [context: C Src] (fail: Label, width: u16, flags: u16) |r| {
    let context = Context::of(context.get(&r));
    match code_point(context, width.get(&r), flags.get(&r)) {
        Some((_, size)) => {
            context.advance(size);
            true
        }
        None => false,
    }
} }
