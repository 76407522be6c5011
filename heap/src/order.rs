//! The order of all terms:
//! number < atom < reference < fun < port < pid < tuple < native record < map < nil < list < bit string.
//!
//! The walk keeps what is still to be compared on a worklist of its own, so depth costs memory, not native stack.
//! Two records are compared by module, name, whether they are exported, number of fields, fields and values. Two maps are compared by size, then by their keys in order, then by the values in the order of the keys.

pub mod identities;
mod maps;
pub(crate) mod shallow;

use std::cmp::Ordering;

use crate::atoms::{Atom, AtomTable};
use crate::big::Number;
use crate::bits::Bits;
use crate::map::Map;
use crate::pace;
use crate::record::Record;
use crate::term::{Fun, Term, View};
use crate::worklist::Worklist;
use maps::Search;

/// The order of `<` and `>`; numbers are compared by value, everywhere but in the keys of maps.
#[inline]
pub fn compare(a: Term<'_>, b: Term<'_>, atoms: &AtomTable) -> Ordering {
    if let (Some(a), Some(b)) = (a.as_small(), b.as_small()) {
        return a.cmp(&b);
    }
    match shallow::compare(a, b, false, atoms) {
        Some(decided) => decided,
        None => Comparison::new(a, b, false, atoms).finish(),
    }
}

/// The order of the keys of maps: all integers before all floats, -0.0 before 0.0. Equal means `=:=`.
#[inline]
pub fn compare_exact(a: Term<'_>, b: Term<'_>, atoms: &AtomTable) -> Ordering {
    if let (Some(a), Some(b)) = (a.as_small(), b.as_small()) {
        return a.cmp(&b);
    }
    match shallow::compare(a, b, true, atoms) {
        Some(decided) => decided,
        None => Comparison::new(a, b, true, atoms).finish(),
    }
}

/// The order in which a flat map keeps its keys: as [`compare_exact`], but atoms by their index.
#[inline]
pub(crate) fn compare_keys(a: Term<'_>, b: Term<'_>, atoms: &AtomTable) -> Ordering {
    match (a.as_atom(), b.as_atom()) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => compare_exact(a, b, atoms),
    }
}

/// Atoms by their names.
pub fn compare_atoms(a: Atom, b: Atom, atoms: &AtomTable) -> Ordering {
    if a == b { Ordering::Equal } else { atoms.name(a).cmp(atoms.name(b)) }
}

/// What is still to be compared, when all before it was equal.
#[derive(Clone, Copy)]
enum Rest<'h> {
    Pair(Term<'h>, Term<'h>, bool),
    /// As many of both.
    Slices(&'h [Term<'h>], &'h [Term<'h>], bool),
    /// What was above this in the list compared two candidates of the last search.
    Search,
}

/// What one step found.
enum Step<'h> {
    Decided(Ordering),
    /// These are to be compared next.
    Into(Term<'h>, Term<'h>, bool),
    /// What is next on the worklist.
    Next,
}

/// A comparison that can be left and resumed.
pub struct Comparison<'h, 'a> {
    atoms: &'a AtomTable,
    rest: Worklist<Rest<'h>, 12>,
    searches: Vec<Search<'h>>,
}

impl<'h, 'a> Comparison<'h, 'a> {
    /// Compares `a` and `b`; `exact` as in [`compare_exact`].
    pub fn new(a: Term<'h>, b: Term<'h>, exact: bool, atoms: &'a AtomTable) -> Comparison<'h, 'a> {
        let mut rest = Worklist::new();
        rest.push(Rest::Pair(a, b, exact));
        Comparison { atoms, rest, searches: Vec::new() }
    }

    fn finish(mut self) -> Ordering {
        loop {
            let mut steps = pace::PORTION;
            let decided = self.run(&mut steps);
            pace::charge(pace::PORTION - steps);
            if let Some(decided) = decided {
                return decided;
            }
        }
    }

    /// Goes on until it is decided, or for `steps` steps, which it counts down. Steps on the keys of large maps
    /// count as one for each key.
    pub fn run(&mut self, steps: &mut usize) -> Option<Ordering> {
        let mut step = Step::Next;
        loop {
            step = match step {
                Step::Into(a, b, exact) if *steps == 0 => {
                    self.rest.push(Rest::Pair(a, b, exact));
                    return None;
                }
                Step::Into(a, b, exact) => {
                    *steps -= 1;
                    self.pair(a, b, exact, steps)
                }
                Step::Next => match self.next() {
                    Some(step) => step,
                    None => return Some(Ordering::Equal),
                },
                Step::Decided(decided) => match self.unwind() {
                    true => self.resume_search(decided),
                    false => return Some(decided),
                },
            }
        }
    }

    /// Takes the next pair from the worklist; nothing when all is compared.
    fn next(&mut self) -> Option<Step<'h>> {
        Some(match self.rest.pop()? {
            Rest::Pair(a, b, exact) => Step::Into(a, b, exact),
            Rest::Slices([x, a @ ..], [y, b @ ..], exact) => {
                if !a.is_empty() {
                    self.rest.push(Rest::Slices(a, b, exact));
                }
                Step::Into(*x, *y, exact)
            }
            Rest::Slices(..) => Step::Next,
            Rest::Search => self.resume_search(Ordering::Equal),
        })
    }

    /// Drops what an earlier difference makes idle, up to the last search; false when there is none.
    fn unwind(&mut self) -> bool {
        while let Some(rest) = self.rest.pop() {
            if matches!(rest, Rest::Search) {
                return true;
            }
        }
        false
    }

    fn pair(&mut self, mut a: Term<'h>, mut b: Term<'h>, exact: bool, steps: &mut usize) -> Step<'h> {
        while let (Some(x), Some(y)) = (a.as_cons(), b.as_cons()) {
            if a.is_same(b) {
                return Step::Next;
            }
            if !x.head().is_same(y.head()) {
                match shallow::compare_element(x.head(), y.head(), exact, self.atoms) {
                    Some(Ordering::Equal) => {}
                    Some(decided) => return Step::Decided(decided),
                    None => {
                        self.rest.push(Rest::Pair(x.tail(), y.tail(), exact));
                        return Step::Into(x.head(), y.head(), exact);
                    }
                }
            }
            (a, b) = (x.tail(), y.tail());
            if *steps == 0 {
                return Step::Into(a, b, exact);
            }
            *steps -= 1;
        }
        if a.is_same(b) {
            return Step::Next;
        }
        self.views(a, b, exact, steps)
    }

    fn views(&mut self, a: Term<'h>, b: Term<'h>, exact: bool, steps: &mut usize) -> Step<'h> {
        let (x, y) = (a.view(), b.view());
        match (&x, &y) {
            (View::Atom(a), View::Atom(b)) => decided(compare_atoms(*a, *b, self.atoms)),
            (View::Tuple(a), View::Tuple(b)) => match a.arity().cmp(&b.arity()) {
                Ordering::Equal => self.slices(a.elements(), b.elements(), exact),
                other => Step::Decided(other),
            },
            (View::Record(a), View::Record(b)) => self.records(*a, *b, exact),
            (View::Map(a), View::Map(b)) => match (Map::of_object(*a), Map::of_object(*b)) {
                (Some(a), Some(b)) => self.maps(a, b, exact, steps),
                _ => unreachable!("a map is flat or hashed"),
            },
            (View::Bits(a), View::Bits(b)) => match (Bits::of_object(*a), Bits::of_object(*b)) {
                (Some(a), Some(b)) => decided(a.compare(b)),
                _ => unreachable!("a bit string is on the heap or shared"),
            },
            (View::Fun(a), View::Fun(b)) => self.funs(*a, *b, exact),
            (View::Export(a), View::Export(b)) => decided(
                compare_atoms(a.module, b.module, self.atoms)
                    .then_with(|| compare_atoms(a.function, b.function, self.atoms))
                    .then(a.arity.cmp(&b.arity)),
            ),
            _ => match rank(&x).cmp(&rank(&y)) {
                Ordering::Equal if rank(&x) == 0 => decided(numbers(a, b, exact)),
                Ordering::Equal => decided(identities::compare(a, b, self.atoms)),
                other => Step::Decided(other),
            },
        }
    }

    fn slices(&mut self, a: &'h [Term<'h>], b: &'h [Term<'h>], exact: bool) -> Step<'h> {
        self.rest.push(Rest::Slices(a, b, exact));
        Step::Next
    }

    fn records(&mut self, a: Record<'h>, b: Record<'h>, exact: bool) -> Step<'h> {
        if !a.definition().is_same(b.definition()) {
            let head =
                |record: Record<'h>| [record.module(), record.name(), Term::boolean(record.is_exported())];
            let (heads, fields) = ((head(a), head(b)), (a.fields(), b.fields()));
            let by_definition = self
                .atoms_in_order(&heads.0, &heads.1)
                .then(fields.0.len().cmp(&fields.1.len()))
                .then_with(|| self.atoms_in_order(fields.0, fields.1));
            if by_definition.is_ne() {
                return Step::Decided(by_definition);
            }
        }
        self.slices(a.values(), b.values(), exact)
    }

    fn atoms_in_order(&self, a: &[Term<'_>], b: &[Term<'_>]) -> Ordering {
        let atoms = a.iter().zip(b).filter_map(|(a, b)| a.as_atom().zip(b.as_atom()));
        atoms
            .map(|(a, b)| compare_atoms(a, b, self.atoms))
            .find(|found| found.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    fn funs(&mut self, a: Fun<'h>, b: Fun<'h>, exact: bool) -> Step<'h> {
        let (x, y) = (a.entry(), b.entry());
        let by_code = compare_atoms(x.module, y.module, self.atoms)
            .then(x.index.cmp(&y.index))
            .then((x.old_uniq as i32).cmp(&(y.old_uniq as i32)))
            .then(a.free().len().cmp(&b.free().len()));
        match by_code {
            Ordering::Equal => self.slices(a.free(), b.free(), exact),
            other => Step::Decided(other),
        }
    }
}

fn decided<'h>(ordering: Ordering) -> Step<'h> {
    if ordering.is_eq() { Step::Next } else { Step::Decided(ordering) }
}

/// The place of a type in the order; the types have fewer than sixteen.
pub fn rank(view: &View<'_>) -> u8 {
    match view {
        View::Small(_) | View::Big(_) | View::Float(_) => 0,
        View::Atom(_) => 1,
        View::Reference(_) => identities::REFERENCE,
        View::Fun(_) => 3,
        View::Export(_) => 4,
        View::Port(_) => identities::PORT,
        View::Pid(_) => identities::PID,
        View::External(object) => identities::rank(*object),
        View::Tuple(_) => 8,
        View::Record(_) => 9,
        View::Map(_) => 10,
        View::Nil => 11,
        View::Cons(_) => 12,
        View::Bits(_) => 13,
        View::MatchContext(_) => 14,
    }
}

fn numbers(a: Term<'_>, b: Term<'_>, exact: bool) -> Ordering {
    match (Number::of(a), Number::of(b)) {
        (Some(a), Some(b)) if exact => a.compare_exact(b),
        (Some(a), Some(b)) => a.compare(b),
        _ => unreachable!("only numbers have the rank of numbers"),
    }
}

#[cfg(test)]
mod tests;
