//! The functions on lists that module `erlang` has.

use purlin_heap::map::STEPS_PER_KEY;
use purlin_heap::{Build, Term, equal, hash, pace};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Cells};

natives! { "erlang":
    "hd"/1 => hd, "tl"/1 => tl, "length"/1 => length, "++"/2 => append, "append"/2 => append,
    "--"/2 => subtract, "subtract"/2 => subtract,
}

fn hd<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(args::cons(args[0])?.head())
}

fn tl<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(args::cons(args[0])?.tail())
}

fn length<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let length = args::length(args[0]).ok_or(Stop::badarg())?;
    Ok(Term::small(length as i64))
}

fn append<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let elements = args::elements(args[0])?;
    let list = cx.heap().list_with_tail(&elements, args[1]);
    pace::free(elements);
    Ok(list)
}

/// Up to this many elements to be taken away are looked up one by one.
const SCANNED_MAX: usize = 8;

fn subtract<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let elements = args::elements(args[0])?;
    let unwanted = args::elements(args[1])?;
    if unwanted.is_empty() || elements.is_empty() {
        return Ok(args[0]);
    }
    pace::free(elements);
    let left = unwanted.len();
    if left <= SCANNED_MAX {
        let mut unwanted = unwanted;
        let take = |element| match unwanted.iter().position(|&other| equal::exact(element, other)) {
            Some(at) => {
                unwanted.remove(at);
                true
            }
            None => false,
        };
        return Ok(without(cx, args[0], left, take));
    }
    let mut counts = Counts::of(&unwanted);
    pace::free(unwanted);
    let list = without(cx, args[0], left, |element| counts.take(element));
    pace::free(counts.last);
    pace::free(counts.elements);
    Ok(list)
}

/// The list without the elements that `take` takes. When it has taken `left` of them, the rest is kept as it is.
fn without<'h>(
    cx: &Context<'h>,
    list: Term<'h>,
    mut left: usize,
    mut take: impl FnMut(Term<'h>) -> bool,
) -> Term<'h> {
    let mut kept = Vec::new();
    let mut cells = Cells::new(list);
    while left > 0
        && let Some(element) = cells.next()
    {
        match take(element) {
            true => left -= 1,
            false => kept.push(element),
        }
    }
    let list = cx.heap().list_with_tail(&kept, cells.rest);
    pace::free(kept);
    list
}

/// How many of each element are still to be taken, by hash.
///
/// A table of its own instead of one of the standard library, since that would fill its memory in one go.
struct Counts<'h> {
    /// For each value of the highest bits of a hash the last element that has it: its place, plus one.
    last: Vec<usize>,
    elements: Vec<Counted<'h>>,
}

#[derive(Clone, Copy)]
struct Counted<'h> {
    element: Term<'h>,
    left: usize,
    /// The element before with the same bits, as in `last`.
    before: usize,
}

impl<'h> Counts<'h> {
    fn of(elements: &[Term<'h>]) -> Counts<'h> {
        let slots = elements.len().next_power_of_two();
        let mut last = Vec::with_capacity(slots);
        // In order, before it is written here and there: each new page of memory takes its time.
        last.extend(pace::paced(std::iter::repeat_n(0, slots), 1));
        let mut counts = Counts { last, elements: Vec::with_capacity(elements.len()) };
        for &element in elements {
            match counts.find(element) {
                Ok(counted) => counted.left += 1,
                Err(slot) => {
                    let before = counts.last[slot];
                    counts.elements.push(Counted { element, left: 1, before });
                    counts.last[slot] = counts.elements.len();
                }
            }
        }
        counts
    }

    /// What is noted of an element; its place in `last` when that is nothing.
    fn find(&mut self, element: Term<'h>) -> Result<&mut Counted<'h>, usize> {
        pace::charge(STEPS_PER_KEY);
        let slots = self.last.len() as u128;
        let slot = ((u128::from(hash::internal(element)) * slots) >> u64::BITS) as usize;
        let mut at = self.last[slot];
        while at != 0 {
            let place = at - 1;
            if equal::exact(element, self.elements[place].element) {
                return Ok(&mut self.elements[place]);
            }
            at = self.elements[place].before;
        }
        Err(slot)
    }

    /// Takes one, if there is one left.
    fn take(&mut self, element: Term<'h>) -> bool {
        match self.find(element) {
            Ok(counted) if counted.left > 0 => {
                counted.left -= 1;
                true
            }
            _ => false,
        }
    }
}
