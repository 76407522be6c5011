//! Modules `atomics` and `counters`: arrays of 64-bit integers that all processes may change.
//!
//! An array is owned by its reference, wherever that is copied to, and freed with the last copy.

use std::sync::atomic::{AtomicU64, Ordering};

use purlin_heap::big::Integer;
use purlin_heap::{Build, Map, Term, View, am, pace, resource};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use crate::args::{self, Read};

mod counters;

natives! { "atomics":
    "put"/3 => put, "get"/2 => get, "add"/3 => add, "add_get"/3 => add_get, "exchange"/3 => exchange,
    "compare_exchange"/4 => compare_exchange, "info"/1 => info,
}

/// What makes arrays, and those natives of counters that are many cells each.
pub(crate) const INTERNAL: &[NativeFunction] = &[
    NativeFunction { module: "erts_internal", function: "atomics_new", arity: 2, body: new },
    NativeFunction { module: "erts_internal", function: "counters_new", arity: 1, body: counters::new },
    NativeFunction { module: "erts_internal", function: "counters_get", arity: 2, body: counters::get },
    NativeFunction { module: "erts_internal", function: "counters_add", arity: 3, body: counters::add },
    NativeFunction { module: "erts_internal", function: "counters_put", arity: 3, body: counters::put },
    NativeFunction { module: "erts_internal", function: "counters_info", arity: 1, body: counters::info },
];

/// An array.
struct Array {
    cells: Box<[AtomicU64]>,
    signed: bool,
}

/// Cells in the largest arrays.
const CELLS_MAX: usize = 1 << 32;

/// So many cells as a term says.
fn cells<'h>(count: Term<'h>) -> Read<'h, usize> {
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
    Ok(count)
}

/// The lowest bit of the options is set for signed integers.
fn new<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (count, signed) = (cells(args[0])?, args::size(args[1])? & 1 == 1);
    let array = Array { cells: zeros(count)?, signed };
    let bytes = array.bytes();
    Ok(resource::owning(cx.heap(), cx.unique_number(), array, bytes))
}

/// Cells that are zero; `system_limit` where there is no memory for them, or the process may not take so much.
fn zeros<'h>(count: usize) -> Read<'h, Box<[AtomicU64]>> {
    let mut cells = Vec::new();
    if !pace::may_take_bytes(count * size_of::<AtomicU64>()) || cells.try_reserve_exact(count).is_err() {
        return Err(Stop::system_limit());
    }
    cells.extend(pace::paced(0..count, 1).map(|_| AtomicU64::new(0)));
    Ok(cells.into())
}

fn array<'h>(reference: Term<'h>) -> Read<'h, &'h Array> {
    resource::owned(reference).ok_or(Stop::badarg())
}

impl Array {
    /// Bytes of memory that it takes.
    fn bytes(&self) -> usize {
        size_of::<Array>() + size_of_val(&*self.cells)
    }

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

fn put<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let array = array(args[0])?;
    array.cell(args[1])?.store(array.value(args[2])?, Ordering::SeqCst);
    Ok(Term::atom(am::ok))
}

fn get<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let array = array(args[0])?;
    Ok(array.term(cx, array.cell(args[1])?.load(Ordering::SeqCst)))
}

fn add<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    add_get(cx, args)?;
    Ok(Term::atom(am::ok))
}

fn add_get<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let array = array(args[0])?;
    let (cell, increment) = (array.cell(args[1])?, Array::increment(args[2])?);
    let former = cell.fetch_add(increment, Ordering::SeqCst);
    Ok(array.term(cx, former.wrapping_add(increment)))
}

fn exchange<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let array = array(args[0])?;
    let (cell, value) = (array.cell(args[1])?, array.value(args[2])?);
    Ok(array.term(cx, cell.swap(value, Ordering::SeqCst)))
}

fn compare_exchange<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let array = array(args[0])?;
    let (cell, expected, value) = (array.cell(args[1])?, array.value(args[2])?, array.value(args[3])?);
    match cell.compare_exchange(expected, value, Ordering::SeqCst, Ordering::SeqCst) {
        Ok(_) => Ok(Term::atom(am::ok)),
        Err(actual) => Ok(array.term(cx, actual)),
    }
}

fn info<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (heap, array) = (cx.heap(), array(args[0])?);
    let (min, max) = match array.signed {
        true => (heap.integer(i64::MIN), heap.integer(i64::MAX)),
        false => (Term::small(0), heap.unsigned(u64::MAX)),
    };
    let limits = [(Term::atom(am::max), max), (Term::atom(am::min), min)];
    Ok(told(cx, array.cells.len(), array.bytes(), &limits))
}

/// What is told of an array.
fn told<'h>(cx: &Context<'h>, size: usize, bytes: usize, more: &[(Term<'h>, Term<'h>)]) -> Term<'h> {
    let number = |number: usize| Term::small(number as i64);
    let pairs = [(Term::atom(am::size), number(size)), (Term::atom(am::memory), number(bytes))];
    Map::from_pairs(&[&pairs, more].concat(), cx.atoms(), cx.heap()).as_term()
}
