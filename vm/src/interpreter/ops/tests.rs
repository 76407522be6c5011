//! Tests of a term's type.

use purlin_heap::am;
use purlin_heap::layout::{Kind, header};
use purlin_heap::word::{Word, tag};

use super::{Label, load, op};

/// The kind of the object that `term` points at, if it is boxed.
#[inline(always)]
pub fn boxed_kind(term: Word) -> Option<Kind> {
    if !term.is_boxed() {
        return None;
    }
    // SAFETY: a boxed pointer points at a header.
    Some(unsafe { load(term, tag::BOXED, 0) }.header_kind())
}

/// Whether `term` is boxed and its kind is one of the bits of `kinds`.
#[inline(always)]
fn is_boxed_one_of(term: Word, kinds: u32) -> bool {
    if !term.is_boxed() {
        return false;
    }
    // SAFETY: a boxed pointer points at a header.
    let head = unsafe { load(term, tag::BOXED, 0) };
    kinds >> ((head.0 >> 3) & 31) & 1 == 1
}

/// The set of these kinds as bits.
const fn kinds(kinds: &[Kind]) -> u32 {
    let (mut bits, mut index) = (0, 0);
    while index < kinds.len() {
        bits |= 1 << kinds[index] as u32;
        index += 1;
    }
    bits
}

const BIGS: u32 = kinds(&[Kind::BigPositive, Kind::BigNegative]);
const FLOATS: u32 = kinds(&[Kind::Float]);
const BITS: u32 = kinds(&[Kind::HeapBits, Kind::RefBits]);
const MAPS: u32 = kinds(&[Kind::FlatMap, Kind::HashMap]);
const FUNS: u32 = kinds(&[Kind::Fun, Kind::Export]);
const REFERENCES: u32 = kinds(&[Kind::Reference, Kind::ExternalReference]);

/// Whether `term` is an integer of any size.
#[inline(always)]
pub fn is_integer(term: Word) -> bool {
    term.is_small() || is_boxed_one_of(term, BIGS)
}

/// Whether `term` is a float.
#[inline(always)]
pub fn is_float(term: Word) -> bool {
    term.is_immediate_float() || is_boxed_one_of(term, FLOATS)
}

/// Whether `term` is a tuple.
#[inline(always)]
pub fn is_tuple(term: Word) -> bool {
    is_boxed_one_of(term, kinds(&[Kind::Tuple]))
}

/// Whether `term` is a binary or bitstring.
#[inline(always)]
pub fn is_bits(term: Word) -> bool {
    is_boxed_one_of(term, BITS)
}

/// Whether `term` is a map.
#[inline(always)]
pub fn is_map(term: Word) -> bool {
    is_boxed_one_of(term, MAPS)
}

/// Whether `term` is a bitstring of whole bytes.
fn is_binary(term: Word) -> bool {
    match boxed_kind(term) {
        // SAFETY: both kinds have the fields that are read; see `layout`.
        Some(Kind::HeapBits) => unsafe { load(term, tag::BOXED, 1).0.is_multiple_of(8) },
        // SAFETY: as above.
        Some(Kind::RefBits) => unsafe {
            load(term, tag::BOXED, purlin_heap::layout::ref_bits::SIZE).0.is_multiple_of(8)
        },
        _ => false,
    }
}

macro_rules! type_tests {
    ($($Name:ident |$term:ident| $holds:expr;)*) => {
        $(op! { test $Name [src: S Src] (fail: Label) |r| {
            let $term = src.get(&r);
            $holds
        } })*
    };
}

type_tests! {
    IsInteger |term| is_integer(term);
    IsFloat |term| is_float(term);
    IsNumber |term| is_integer(term) || is_float(term);
    IsAtom |term| term.is_atom();
    IsPid |term| term.is_pid() || boxed_kind(term) == Some(Kind::ExternalPid);
    IsReference |term| is_boxed_one_of(term, REFERENCES);
    IsPort |term| term.is_port() || boxed_kind(term) == Some(Kind::ExternalPort);
    IsNil |term| term == Word::NIL;
    IsCons |term| term.is_cons();
    IsList |term| term.is_cons() || term == Word::NIL;
    IsBinary |term| is_binary(term);
    IsBitstring |term| is_bits(term);
    IsTuple |term| is_tuple(term);
    IsMap |term| is_map(term);
    IsBoolean |term| term == Word::atom(am::true_) || term == Word::atom(am::false_);
    IsFunction |term| is_boxed_one_of(term, FUNS);
}

op! { test TestArity [src: S Src] (fail: Label, arity: u32) |r| {
    load(src.get(&r), tag::BOXED, 0) == header(Kind::Tuple, arity.get(&r) as usize)
} }

op! { test IsTupleOfArity [src: S Src] (fail: Label, arity: u32) |r| {
    let term = src.get(&r);
    term.is_boxed() && load(term, tag::BOXED, 0) == header(Kind::Tuple, arity.get(&r) as usize)
} }

op! { test IsTaggedTuple [src: S Src] (fail: Label, arity: u32, atom: Word) |r| {
    let term = src.get(&r);
    term.is_boxed()
        && load(term, tag::BOXED, 0) == header(Kind::Tuple, arity.get(&r) as usize)
        && load(term, tag::BOXED, 1) == atom.get(&r)
} }
