//! Modules `atomics` and `counters`: arrays of 64-bit integers that all processes may change.
//!
//! An array is known by a reference that holds its place among the machine's arrays. It lives as long as the machine:
//! nobody counts who still has the reference.

use std::sync::atomic::{AtomicU64, Ordering};

use purlin_heap::big::Integer;
use purlin_heap::layout::Kind;
use purlin_heap::{Build, Map, Term, View, am, pace};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::state::State;

natives! { "atomics":
    "put"/3 => put, "get"/2 => get, "add"/3 => add, "add_get"/3 => add_get, "exchange"/3 => exchange,
    "compare_exchange"/4 => compare_exchange, "info"/1 => info,
}

/// Those that make arrays, and those of counters.
pub(crate) const INTERNAL: &[NativeFunction] = &[
    NativeFunction { module: "erts_internal", function: "atomics_new", arity: 2, body: new },
    NativeFunction { module: "erts_internal", function: "counters_new", arity: 1, body: new_counters },
    NativeFunction { module: "erts_internal", function: "counters_get", arity: 2, body: get },
    NativeFunction { module: "erts_internal", function: "counters_add", arity: 3, body: add },
    NativeFunction { module: "erts_internal", function: "counters_put", arity: 3, body: put },
    NativeFunction { module: "erts_internal", function: "counters_info", arity: 1, body: info },
];

/// An array.
pub(crate) struct Array {
    cells: Box<[AtomicU64]>,
    signed: bool,
}

/// Cells in the largest arrays.
const CELLS_MAX: usize = 1 << 32;

fn made<'h>(cx: &Context<'h>, count: Term<'h>, signed: bool) -> Outcome<'h> {
    if matches!(count.view(), View::Big(_)) && Integer::of(count).is_some_and(|count| !count.negative) {
        return Err(Stop::system_limit());
    }
    let count = args::size(count)?;
    if count == 0 {
        return Err(Stop::badarg());
    }
    if count > CELLS_MAX {
        return Err(Stop::system_limit());
    }
    let cells = pace::paced(0..count, 1).map(|_| AtomicU64::new(0)).collect();
    let place = State::of(cx).arrays.push(Array { cells, signed }) as u64;
    Ok(cx.heap().object(Kind::Reference, &[cx.unique_number(), 0, place + 1], &[]))
}

/// The lowest bit of the options is set for signed integers.
fn new<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    made(cx, args[0], args::size(args[1])? & 1 == 1)
}

fn new_counters<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    made(cx, args[0], true)
}

fn array<'h>(cx: &Context<'h>, reference: Term<'h>) -> Read<'h, &'h Array> {
    let place = match reference.view() {
        View::Reference(object) => object.raw(3).checked_sub(1),
        _ => None,
    };
    place.and_then(|place| State::of(cx).arrays.get(place as usize)).ok_or(Stop::badarg())
}

impl Array {
    fn cell<'h>(&self, index: Term<'h>) -> Read<'h, &AtomicU64> {
        Ok(&self.cells[args::index(index, self.cells.len())?])
    }

    /// The bits of an integer that a cell can hold.
    fn value<'h>(&self, term: Term<'h>) -> Read<'h, u64> {
        let integer = Integer::of(term).ok_or(Stop::badarg())?;
        let value = match self.signed {
            true => integer.as_i64().map(|value| value as u64),
            false => integer.as_u64(),
        };
        value.ok_or(Stop::badarg())
    }

    /// The bits of what is to be added: any integer of 64 bits.
    fn increment<'h>(term: Term<'h>) -> Read<'h, u64> {
        let integer = Integer::of(term).ok_or(Stop::badarg())?;
        integer.as_u64().or(integer.as_i64().map(|value| value as u64)).ok_or(Stop::badarg())
    }

    fn term<'h>(&self, cx: &Context<'h>, bits: u64) -> Term<'h> {
        if self.signed { cx.heap().integer(bits as i64) } else { cx.heap().unsigned(bits) }
    }
}

fn put<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let array = array(cx, args[0])?;
    array.cell(args[1])?.store(array.value(args[2])?, Ordering::SeqCst);
    Ok(Term::atom(am::ok))
}

fn get<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let array = array(cx, args[0])?;
    Ok(array.term(cx, array.cell(args[1])?.load(Ordering::SeqCst)))
}

fn add<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    add_get(cx, args)?;
    Ok(Term::atom(am::ok))
}

fn add_get<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let array = array(cx, args[0])?;
    let (cell, increment) = (array.cell(args[1])?, Array::increment(args[2])?);
    let former = cell.fetch_add(increment, Ordering::SeqCst);
    Ok(array.term(cx, former.wrapping_add(increment)))
}

fn exchange<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let array = array(cx, args[0])?;
    let (cell, value) = (array.cell(args[1])?, array.value(args[2])?);
    Ok(array.term(cx, cell.swap(value, Ordering::SeqCst)))
}

fn compare_exchange<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let array = array(cx, args[0])?;
    let (cell, expected, value) = (array.cell(args[1])?, array.value(args[2])?, array.value(args[3])?);
    match cell.compare_exchange(expected, value, Ordering::SeqCst, Ordering::SeqCst) {
        Ok(_) => Ok(Term::atom(am::ok)),
        Err(actual) => Ok(array.term(cx, actual)),
    }
}

fn info<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (heap, array) = (cx.heap(), array(cx, args[0])?);
    let (min, max) = match array.signed {
        true => (heap.integer(i64::MIN), heap.integer(i64::MAX)),
        false => (Term::small(0), heap.unsigned(u64::MAX)),
    };
    let bytes = size_of::<Array>() + array.cells.len() * size_of::<AtomicU64>();
    let pairs = [
        (Term::atom(am::size), Term::small(array.cells.len() as i64)),
        (Term::atom(am::max), max),
        (Term::atom(am::min), min),
        (Term::atom(am::memory), Term::small(bytes as i64)),
    ];
    Ok(Map::from_pairs(&pairs, cx.atoms(), heap).as_term())
}
