//! Building binaries, segment by segment.
//!
//! The size of the whole is found first, so that it is built in place; then each segment is written. What is wrong is
//! found in one of the two rounds; as in OTP, sizes, whole binaries, UTF-8 and UTF-32 in the first. Appending to a
//! binary that has room behind it costs what is appended.

use purlin_heap::big::Integer;
use purlin_heap::bits::{self, Bits, Construction, WriteError};
use purlin_heap::word::Word;
use purlin_heap::{Atom, Build, Heap, Map, Term, am};
use purlin_isa::bits::{Description, LITTLE, SegmentKind};

use super::create::{NOT_PLAIN, create_plain};
use super::frames::OutOfMemory;
use super::matching::field_bits;
use super::{Label, Op, list_word, op};
use crate::interpreter::operands::any;
use crate::interpreter::regs::Regs;
use crate::native::Class;

/// A segment with its operands read.
#[derive(Clone, Copy)]
struct Segment<'h> {
    description: Description<SegmentKind>,
    value: Term<'h>,
    size: Term<'h>,
}

/// What is wrong with a segment: the reason of the error, and the words by which OTP explains it.
struct Fault<'h> {
    reason: Atom,
    why: Atom,
    culprit: Term<'h>,
}

impl<'h> Segment<'h> {
    /// The segment `index` of the instruction that runs.
    ///
    /// # Safety
    /// The list of the instruction has that segment; the terms are not kept across a collection.
    unsafe fn read(r: &Regs, bytes: usize, index: usize) -> Segment<'h> {
        // SAFETY: by the caller.
        unsafe {
            let description = Description::<SegmentKind>::decode(list_word(r, bytes, 3 * index).0);
            let value = list_word(r, bytes, 3 * index + 1);
            let value = if description.kind == SegmentKind::String { Word::NIL } else { any(r, value) };
            let size = any(r, list_word(r, bytes, 3 * index + 2));
            Segment { description, value: value.term(), size: size.term() }
        }
    }

    fn fault(&self, why: Atom, culprit: Term<'h>) -> Fault<'h> {
        Fault { reason: am::badarg, why, culprit }
    }

    /// How many bits it takes.
    fn bits(&self) -> Result<usize, Fault<'h>> {
        let character = || self.value.as_small().and_then(|c| u32::try_from(c).ok());
        let bytes = match self.description.kind {
            SegmentKind::Integer | SegmentKind::Float => return self.given_bits(),
            SegmentKind::Binary if !self.size.is_atom(am::all) => return self.given_bits(),
            SegmentKind::Binary => return self.all_bits().map(|bits| bits.bit_size()),
            SegmentKind::Append | SegmentKind::PrivateAppend => {
                return Ok(Bits::of(self.value).map_or(0, |bits| bits.bit_size()));
            }
            SegmentKind::String => self.size.as_small().map(|n| n as usize),
            SegmentKind::Utf8 => character().and_then(bits::utf8_size),
            SegmentKind::Utf16 => character().and_then(bits::utf16_size).or(Some(2)),
            SegmentKind::Utf32 => character().filter(|&c| bits::is_character(c)).map(|_| 4),
        };
        bytes.map(|bytes| bytes * 8).ok_or_else(|| self.fault(am::type_, self.value))
    }

    /// The size that the program gives, in bits.
    fn given_bits(&self) -> Result<usize, Fault<'h>> {
        match field_bits(self.size.word(), self.description.unit) {
            Some(bits) if bits <= BITS_MAX => Ok(bits),
            Some(_) => Err(Fault { reason: am::system_limit, ..self.fault(am::size, self.size) }),
            None if Integer::of(self.size).is_some_and(|size| !size.negative) => {
                Err(Fault { reason: am::system_limit, ..self.fault(am::size, self.size) })
            }
            None => Err(self.fault(am::size, self.size)),
        }
    }

    /// All bits of a binary.
    fn all_bits(&self) -> Result<Bits<'h>, Fault<'h>> {
        Bits::of(self.value).ok_or_else(|| self.fault(am::type_, self.value))
    }

    /// The bits of a binary that the segment takes: all, in whole units, or the first of them.
    fn taken_bits(&self) -> Result<Bits<'h>, Fault<'h>> {
        let bits = self.all_bits()?;
        let is_part = self.description.kind == SegmentKind::Binary && !self.size.is_atom(am::all);
        if is_part {
            return bits.slice(0, self.given_bits()?).ok_or_else(|| self.fault(am::short, self.value));
        }
        if bits.bit_size() % usize::from(self.description.unit.max(1)) != 0 {
            return Err(self.fault(am::unit, self.value));
        }
        Ok(bits)
    }

    /// Writes it.
    fn write(&self, to: &mut Construction<'h>, string: *const u8) -> Result<(), Fault<'h>> {
        let (writer, little) = (to.writer(), self.description.flags & LITTLE != 0);
        let character = || self.value.as_small().and_then(|c| u32::try_from(c).ok()).unwrap_or(u32::MAX);
        let written = match self.description.kind {
            SegmentKind::Integer => {
                let value = Integer::of(self.value).ok_or_else(|| self.fault(am::type_, self.value))?;
                writer.integer(&value, self.given_bits()?, little)
            }
            SegmentKind::Float => {
                if !matches!(self.given_bits(), Ok(16 | 32 | 64)) {
                    return Err(self.fault(am::invalid, self.size));
                }
                match purlin_heap::arith::operand(self.value) {
                    Ok(value) => writer.float(value, self.given_bits()?, little),
                    // An integer beyond the floats.
                    Err(_) if Integer::of(self.value).is_some() => Err(WriteError::Float),
                    Err(_) => return Err(self.fault(am::type_, self.value)),
                }
            }
            SegmentKind::Binary | SegmentKind::Append | SegmentKind::PrivateAppend => {
                writer.bits(self.taken_bits()?)
            }
            SegmentKind::String => {
                let bytes = self.size.as_small().map_or(0, |n| n as usize);
                // SAFETY: the instruction names so many bytes of its module's strings.
                writer.bits(Bits::of_bytes(unsafe { std::slice::from_raw_parts(string, bytes) }))
            }
            SegmentKind::Utf8 => writer.utf8(character()),
            SegmentKind::Utf16 => writer.utf16(character(), little),
            SegmentKind::Utf32 => writer.utf32(character(), little),
        };
        written.map_err(|error| match error {
            WriteError::Float => self.fault(am::no_float, self.value),
            _ => self.fault(am::type_, self.value),
        })
    }

    /// The type as OTP calls it where it explains errors.
    fn type_name(&self) -> Atom {
        match self.description.kind {
            SegmentKind::Integer => am::integer,
            SegmentKind::Float => am::float,
            SegmentKind::Utf8 => am::utf8,
            SegmentKind::Utf16 => am::utf16,
            SegmentKind::Utf32 => am::utf32,
            _ => am::binary,
        }
    }
}

/// No binary is larger: 2^56 bits.
pub(super) const BITS_MAX: usize = 1 << 56;

/// Builds the binary; on failure the segment and what is wrong with it.
///
/// # Safety
/// The list of the instruction has `count` segments; the terms are not kept across a collection.
unsafe fn create<'h>(
    r: &Regs,
    bytes: usize,
    count: usize,
    heap: &'h Heap,
) -> Result<Term<'h>, (Segment<'h>, Fault<'h>)> {
    // SAFETY: by the caller.
    let segment = |index| unsafe { Segment::read(r, bytes, index) };
    // SAFETY: by the caller.
    let string = |index: usize| unsafe { list_word(r, bytes, 3 * index + 1) }.0 as *const u8;
    let mut total = 0usize;
    for index in 0..count {
        let one: Segment<'h> = segment(index);
        total = total.saturating_add(one.bits().map_err(|fault| (one, fault))?);
    }
    let first: Segment<'h> = segment(0);
    let appends = matches!(first.description.kind, SegmentKind::Append | SegmentKind::PrivateAppend);
    if appends {
        first.taken_bits().map_err(|fault| (first, fault))?;
    }
    let made = match appends {
        true => Construction::append(first.value, total - first.bits().unwrap_or(0), heap),
        false => Some(Construction::new(total, heap)),
    };
    let too_large = || {
        let fault = Fault { reason: am::system_limit, ..first.fault(am::size, first.size) };
        (first, fault)
    };
    let mut made = made.and_then(Result::ok).ok_or_else(too_large)?;
    for index in usize::from(appends)..count {
        let one: Segment<'h> = segment(index);
        one.write(&mut made, string(index)).map_err(|fault| (one, fault))?;
    }
    Ok(made.finish(heap))
}

op! { control CreateBinary [dst: D Dst] (fail: Label, live: u16, words: u32, unit: u16, count: u32) |r| {
    let count = count.get(&r) as usize;
    r.save();
    let word = create_plain(r.ip, r.machine, r.sp, r.x0, <Self as Op>::BYTES, count);
    r.restore();
    if word == NOT_PLAIN {
        return r.leave::<Self>();
    }
    if !r.keep_result_and_room(word, live.get(&r), words.get(&r) as usize) {
        return r.leave::<OutOfMemory>();
    }
    let value = (*r.machine).result;
    dst.set(&mut r, value);
    r.next(<Self as Op>::BYTES + count * 24)
} slow |r| {
    let (count, live, words) = (count.get(&r) as usize, live.get(&r), words.get(&r) as usize);
    r.save();
    let heap = &(*(*r.machine).process).heap;
    match create(&r, <Self as Op>::BYTES, count, heap) {
        Ok(term) => {
            let word = term.word();
            r.restore();
            if !r.keep_result_and_room(word, live, words) {
                return r.out_of_memory();
            }
            let value = (*r.machine).result;
            dst.set(&mut r, value);
            r.next(<Self as Op>::BYTES + count * 24)
        }
        Err(_) if fail.get(&r) != 0 => {
            r.restore();
            let to = fail.get(&r);
            r.branch(to)
        }
        Err((_, fault)) if unit.get(&r) == 0 => {
            r.restore();
            r.raise_atom(Class::Error, fault.reason)
        }
        Err((segment, fault)) => {
            let info = explain(heap, r.m().vm().atoms(), &segment, &fault).word();
            r.restore();
            let at = r.ip.cast();
            r.raise(Class::Error, Term::atom(fault.reason).word(), at, |heap| {
                heap.tuple(&[Term::atom(am::args), Term::atom(am::none), info.term()])
            })
        }
    }
} }

/// What OTP's `erl_erts_errors:format_bs_fail/2` needs to explain the failure.
fn explain<'h>(
    heap: &'h Heap,
    atoms: &purlin_heap::AtomTable,
    segment: &Segment<'h>,
    fault: &Fault<'h>,
) -> Term<'h> {
    let number = Term::small(segment.description.place.into());
    let cause = [number, Term::atom(segment.type_name()), Term::atom(fault.why), fault.culprit];
    let pairs = [
        (Term::atom(am::cause), heap.tuple(&cause)),
        (Term::atom(am::function), Term::atom(am::format_bs_fail)),
        (Term::atom(am::module), Term::atom(am::erl_erts_errors)),
    ];
    let map = Map::from_pairs(&pairs, atoms, heap).as_term();
    heap.list(&[heap.tuple(&[Term::atom(am::error_info), map])])
}

op! { straight InitWritable [] () |r| {
    r.save();
    let empty = bits::binary(&[], &(*(*r.machine).process).heap).word();
    r.restore();
    r.x0 = empty;
} }
