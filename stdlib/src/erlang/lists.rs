//! The functions on lists that module `erlang` has.

use std::collections::HashMap;

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
    Ok(cx.heap().list_with_tail(&elements, args[1]))
}

/// Up to this many elements to be taken away are looked up one by one.
const SCANNED_MAX: usize = 8;

fn subtract<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let elements = args::elements(args[0])?;
    let unwanted = args::elements(args[1])?;
    if unwanted.is_empty() || elements.is_empty() {
        return Ok(args[0]);
    }
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
    Ok(without(cx, args[0], left, |element| counts.take(element)))
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
    cx.heap().list_with_tail(&kept, cells.rest)
}

/// How many of each element are still to be taken, by hash. In flat memory, which is freed at once.
struct Counts<'h> {
    /// The last one with a hash.
    by_hash: HashMap<u64, usize>,
    elements: Vec<Counted<'h>>,
}

struct Counted<'h> {
    element: Term<'h>,
    left: usize,
    /// Another element with the same hash.
    next: Option<usize>,
}

impl<'h> Counts<'h> {
    fn of(elements: &[Term<'h>]) -> Counts<'h> {
        let mut counts = Counts {
            by_hash: HashMap::with_capacity(elements.len()),
            elements: Vec::with_capacity(elements.len()),
        };
        for &element in elements {
            match counts.find(element) {
                Ok(counted) => counted.left += 1,
                Err(hash) => {
                    let next = counts.by_hash.insert(hash, counts.elements.len());
                    counts.elements.push(Counted { element, left: 1, next });
                }
            }
        }
        counts
    }

    /// What is noted of an element; its hash when that is nothing.
    fn find(&mut self, element: Term<'h>) -> Result<&mut Counted<'h>, u64> {
        pace::charge(STEPS_PER_KEY);
        let hash = hash::internal(element);
        let mut at = self.by_hash.get(&hash).copied();
        while let Some(place) = at {
            if equal::exact(element, self.elements[place].element) {
                return Ok(&mut self.elements[place]);
            }
            at = self.elements[place].next;
        }
        Err(hash)
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
