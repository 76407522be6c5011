//! Counters that are mostly written: each has a cell for every scheduler, so that those that add to it do not wait for one
//! another. Who reads one adds its cells up.

use std::sync::atomic::{AtomicU64, Ordering};

use purlin_heap::{Build, Term, am, resource};
use purlin_vm::{Context, Outcome, Stop};

use super::{Array, cells, told, zeros};
use crate::args::{self, Read};

/// An array of counters: a row of cells for each scheduler.
struct Counters {
    cells: Box<[AtomicU64]>,
    /// How many counters there are.
    count: usize,
    /// Cells from one row to the next.
    stride: usize,
}

/// Cells that fit a line of the processor's cache: rows are at least as far apart.
const CELLS_PER_LINE: usize = 8;

impl Counters {
    fn of<'h>(reference: Term<'h>) -> Read<'h, &'h Counters> {
        resource::owned(reference).ok_or(Stop::badarg())
    }

    fn bytes(&self) -> usize {
        size_of::<Counters>() + size_of_val(&*self.cells)
    }

    /// The cells of a counter.
    fn cells(&self, index: usize) -> impl Iterator<Item = &AtomicU64> {
        self.cells[index..].iter().step_by(self.stride)
    }

    /// The cell of a counter that the scheduler of a call adds to.
    fn own<'h>(&self, cx: &Context<'h>, index: usize) -> &AtomicU64 {
        let rows = self.cells.len() / self.stride;
        &self.cells[cx.scheduler_id() % rows * self.stride + index]
    }

    fn sum(&self, index: usize) -> u64 {
        self.cells(index).fold(0, |sum: u64, cell| sum.wrapping_add(cell.load(Ordering::SeqCst)))
    }
}

pub(super) fn new<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let count = cells(args[0])?;
    let stride = count.next_multiple_of(CELLS_PER_LINE);
    let rows = cx.vm().config().schedulers.workers + 1;
    let counters = Counters { cells: zeros(stride * rows)?, count, stride };
    let bytes = counters.bytes();
    Ok(resource::owning(cx.heap(), cx.unique_number(), counters, bytes))
}

pub(super) fn get<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let counters = Counters::of(args[0])?;
    Ok(cx.heap().integer(counters.sum(args::index(args[1], counters.count)?) as i64))
}

pub(super) fn add<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let counters = Counters::of(args[0])?;
    let index = args::index(args[1], counters.count)?;
    counters.own(cx, index).fetch_add(Array::increment(args[2])?, Ordering::SeqCst);
    Ok(Term::atom(am::ok))
}

/// Sets a counter to a value. What others add meanwhile is added to that, or gone, as in OTP.
pub(super) fn put<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let counters = Counters::of(args[0])?;
    let index = args::index(args[1], counters.count)?;
    let value = purlin_heap::big::Integer::of(args[2]).and_then(|value| value.as_i64());
    let change = (value.ok_or(Stop::badarg())? as u64).wrapping_sub(counters.sum(index));
    counters.own(cx, index).fetch_add(change, Ordering::SeqCst);
    Ok(Term::atom(am::ok))
}

pub(super) fn info<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let counters = Counters::of(args[0])?;
    Ok(told(cx, counters.count, counters.bytes(), &[]))
}
