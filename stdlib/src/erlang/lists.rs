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

/// How many of each element are still to be taken, by hash.
struct Counts<'h> {
    by_hash: HashMap<u64, Vec<(Term<'h>, usize)>>,
}

impl<'h> Counts<'h> {
    fn of(elements: &[Term<'h>]) -> Counts<'h> {
        let mut by_hash: HashMap<u64, Vec<(Term<'h>, usize)>> = HashMap::with_capacity(elements.len());
        for &element in pace::paced(elements.iter(), STEPS_PER_KEY) {
            let same = by_hash.entry(hash::internal(element)).or_default();
            match same.iter_mut().find(|(other, _)| equal::exact(element, *other)) {
                Some((_, count)) => *count += 1,
                None => same.push((element, 1)),
            }
        }
        Counts { by_hash }
    }

    /// Takes one, if there is one left.
    fn take(&mut self, element: Term<'h>) -> bool {
        pace::charge(STEPS_PER_KEY);
        let Some(same) = self.by_hash.get_mut(&hash::internal(element)) else { return false };
        match same.iter_mut().find(|(other, count)| *count > 0 && equal::exact(element, *other)) {
            Some((_, count)) => {
                *count -= 1;
                true
            }
            None => false,
        }
    }
}
