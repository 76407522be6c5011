//! Comparing small terms without a worklist: a few levels of native recursion, a bounded number of steps. What is
//! deeper, longer or less common is left to the full walk, which starts again.

use std::cmp::Ordering;

use super::{compare_atoms, numbers, rank};
use crate::atoms::AtomTable;
use crate::big::Number;
use crate::bits::Bits;
use crate::layout::Kind;
use crate::term::Term;

const DEPTH: u32 = 6;
const STEPS: u32 = 500;
/// Steps and levels that the full walk allows an element of a list before it goes into it itself.
const ELEMENT_STEPS: u32 = 20;
const ELEMENT_DEPTH: u32 = 2;

/// The order of two terms; nothing when the full walk has to decide.
#[inline]
pub(super) fn compare(a: Term<'_>, b: Term<'_>, exact: bool, atoms: &AtomTable) -> Option<Ordering> {
    Shallow { exact, atoms, steps: STEPS }.terms(a, b, DEPTH)
}

/// As [`compare`], for an element of a list in the full walk.
#[inline]
pub(super) fn compare_element(a: Term<'_>, b: Term<'_>, exact: bool, atoms: &AtomTable) -> Option<Ordering> {
    Shallow { exact, atoms, steps: ELEMENT_STEPS }.terms(a, b, ELEMENT_DEPTH)
}

struct Shallow<'a> {
    exact: bool,
    atoms: &'a AtomTable,
    steps: u32,
}

impl Shallow<'_> {
    fn terms(&mut self, mut a: Term<'_>, mut b: Term<'_>, depth: u32) -> Option<Ordering> {
        while let (Some(x), Some(y)) = (a.as_cons(), b.as_cons()) {
            self.steps = self.steps.checked_sub(1)?;
            match self.element(x.head(), y.head(), depth)? {
                Ordering::Equal => (a, b) = (x.tail(), y.tail()),
                decided => return Some(decided),
            }
        }
        if a.is_same(b) {
            return Some(Ordering::Equal);
        }
        match (a.as_tuple(), b.as_tuple()) {
            (Some(a), Some(b)) if a.arity() == b.arity() => {
                for (&x, &y) in a.elements().iter().zip(b.elements()) {
                    self.steps = self.steps.checked_sub(1)?;
                    match self.element(x, y, depth)? {
                        Ordering::Equal => {}
                        decided => return Some(decided),
                    }
                }
                Some(Ordering::Equal)
            }
            (Some(a), Some(b)) => Some(a.arity().cmp(&b.arity())),
            _ => self.leaves(a, b),
        }
    }

    #[inline]
    fn element(&mut self, a: Term<'_>, b: Term<'_>, depth: u32) -> Option<Ordering> {
        if a.is_same(b) {
            return Some(Ordering::Equal);
        }
        match (a.as_small(), b.as_small()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => self.terms(a, b, depth.checked_sub(1)?),
        }
    }

    fn leaves(&self, a: Term<'_>, b: Term<'_>) -> Option<Ordering> {
        if let (Some(a), Some(b)) = (a.as_atom(), b.as_atom()) {
            return Some(compare_atoms(a, b, self.atoms));
        }
        if let (Some(a), Some(b)) = (Bits::of(a), Bits::of(b)) {
            return (a.byte_size().min(b.byte_size()) <= STEPS as usize).then(|| a.compare(b));
        }
        match (rank(&a.view()), rank(&b.view())) {
            (0, 0) => Some(numbers(a, b, self.exact)),
            (x, y) if x != y => Some(x.cmp(&y)),
            _ => None,
        }
    }
}

/// Whether two terms are equal; nothing when the full walk has to decide.
#[inline]
pub(crate) fn same(a: Term<'_>, b: Term<'_>, exact: bool) -> Option<bool> {
    Same { exact, steps: STEPS }.terms(a, b, DEPTH)
}

/// As [`same`], for an element of a list in the full walk.
#[inline]
pub(crate) fn same_element(a: Term<'_>, b: Term<'_>, exact: bool) -> Option<bool> {
    Same { exact, steps: ELEMENT_STEPS }.terms(a, b, ELEMENT_DEPTH)
}

struct Same {
    exact: bool,
    steps: u32,
}

impl Same {
    fn terms(&mut self, mut a: Term<'_>, mut b: Term<'_>, depth: u32) -> Option<bool> {
        while let (Some(x), Some(y)) = (a.as_cons(), b.as_cons()) {
            self.steps = self.steps.checked_sub(1)?;
            if !self.element(x.head(), y.head(), depth)? {
                return Some(false);
            }
            (a, b) = (x.tail(), y.tail());
        }
        if a.is_same(b) {
            return Some(true);
        }
        let (Some(x), Some(y)) = (a.as_boxed(), b.as_boxed()) else { return self.leaves(a, b) };
        if (x.kind(), y.kind()) != (Kind::Tuple, Kind::Tuple) {
            let (x, y) = (Bits::of_object(x)?, Bits::of_object(y)?);
            return (x.byte_size() <= STEPS as usize).then(|| x.same(y));
        }
        if x.size() != y.size() {
            return Some(false);
        }
        for (&x, &y) in x.terms().iter().zip(y.terms()) {
            self.steps = self.steps.checked_sub(1)?;
            if !self.element(x, y, depth)? {
                return Some(false);
            }
        }
        Some(true)
    }

    #[inline]
    fn element(&mut self, a: Term<'_>, b: Term<'_>, depth: u32) -> Option<bool> {
        if a.is_same(b) {
            return Some(true);
        }
        // Equal values that are not the same word are both cons cells or both boxed, or numbers of two types.
        if (a.word().tag() == b.word().tag() && a.word().is_pointer()) || !self.exact {
            return self.terms(a, b, depth.checked_sub(1)?);
        }
        Some(false)
    }

    /// Terms of which one at least is neither a cons nor boxed.
    fn leaves(&self, a: Term<'_>, b: Term<'_>) -> Option<bool> {
        if self.exact {
            return Some(false);
        }
        Some(matches!((Number::of(a), Number::of(b)), (Some(a), Some(b)) if a.compare(b).is_eq()))
    }
}
