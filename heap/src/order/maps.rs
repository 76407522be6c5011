//! The order of two maps.
//!
//! A flat map keeps its keys in order but for the atoms, which stand together, by index: it is enough to sort
//! those by name. Of two large maps of the same size, the smallest key that only one of them has decides, or, when
//! they have the same keys, the values at the smallest key where they differ. That key is found by a search whose
//! comparisons run on the worklist like all others.

use std::cmp::Ordering;

use super::{Comparison, Rest, Step, compare_atoms};
use crate::atoms::AtomTable;
use crate::equal;
use crate::map::{FLAT_SIZE_MAX, FlatParts, Map, STEPS_PER_KEY};
use crate::pace;
use crate::term::Term;

/// A search for the smallest of some keys.
pub(super) struct Search<'h> {
    candidates: Vec<(Term<'h>, Outcome<'h>)>,
    /// The smallest so far, which is being compared with `next`.
    best: usize,
    next: usize,
}

/// What follows when a key is the smallest.
#[derive(Clone, Copy)]
enum Outcome<'h> {
    Decided(Ordering),
    Values(Term<'h>, Term<'h>, bool),
}

impl<'h> Comparison<'h, '_> {
    pub(super) fn maps(&mut self, a: Map<'h>, b: Map<'h>, exact: bool, steps: &mut usize) -> Step<'h> {
        match a.size().cmp(&b.size()) {
            Ordering::Equal => {}
            decided => return Step::Decided(decided),
        }
        *steps = steps.saturating_sub(a.size());
        match (a.flat_parts(), b.flat_parts()) {
            (Some(a), Some(b)) => self.flat_maps(a, b, exact),
            _ => self.hash_maps(a, b, exact),
        }
    }

    fn flat_maps(&mut self, a: FlatParts<'h>, b: FlatParts<'h>, exact: bool) -> Step<'h> {
        let (order, other) = (term_order(a.keys, self.atoms), term_order(b.keys, self.atoms));
        let count = a.keys.len();
        for i in (0..count).rev() {
            self.rest.push(Rest::Pair(a.values[order[i] as usize], b.values[other[i] as usize], exact));
        }
        if !std::ptr::eq(a.keys, b.keys) {
            for i in (0..count).rev() {
                self.rest.push(Rest::Pair(a.keys[order[i] as usize], b.keys[other[i] as usize], true));
            }
        }
        Step::Next
    }

    fn hash_maps(&mut self, a: Map<'h>, b: Map<'h>, exact: bool) -> Step<'h> {
        let mut candidates = only_in(a, b, Ordering::Less);
        if candidates.is_empty() {
            candidates = differing_values(a, b, exact);
        } else {
            candidates.extend(only_in(b, a, Ordering::Greater));
        }
        match candidates.first() {
            None => Step::Next,
            Some(_) => {
                self.searches.push(Search { candidates, best: 0, next: 0 });
                self.resume_search(Ordering::Equal)
            }
        }
    }

    /// Goes on with the last search, whose last two candidates compared as `found`.
    pub(super) fn resume_search(&mut self, found: Ordering) -> Step<'h> {
        let search = self.searches.last_mut().expect("each mark on the worklist has its search");
        if found == Ordering::Greater {
            search.best = search.next;
        }
        search.next += 1;
        let (best, outcome) = search.candidates[search.best];
        if let Some(&(next, _)) = search.candidates.get(search.next) {
            self.rest.push(Rest::Search);
            return Step::Into(best, next, true);
        }
        self.searches.pop();
        match outcome {
            Outcome::Decided(ordering) => Step::Decided(ordering),
            Outcome::Values(a, b, exact) => Step::Into(a, b, exact),
        }
    }
}

/// The positions of a flat map's keys in the order of terms.
fn term_order(keys: &[Term<'_>], atoms: &AtomTable) -> [u8; FLAT_SIZE_MAX] {
    let mut order: [u8; FLAT_SIZE_MAX] = std::array::from_fn(|i| i as u8);
    let is_atom = |key: &Term<'_>| key.as_atom().is_some();
    let Some(first) = keys.iter().position(is_atom) else { return order };
    let last = keys.iter().rposition(is_atom).unwrap_or(first);
    order[first..=last].sort_unstable_by(|&i, &j| {
        match (keys[i as usize].as_atom(), keys[j as usize].as_atom()) {
            (Some(a), Some(b)) => compare_atoms(a, b, atoms),
            _ => unreachable!("the atoms of a flat map stand together"),
        }
    });
    order
}

/// The keys of `a` that `b` does not have.
fn only_in<'h>(a: Map<'h>, b: Map<'h>, ordering: Ordering) -> Vec<(Term<'h>, Outcome<'h>)> {
    pace::paced(a.entries(), STEPS_PER_KEY)
        .filter(|&(key, _)| b.get(key).is_none())
        .map(|(key, _)| (key, Outcome::Decided(ordering)))
        .collect()
}

/// The keys of two maps with the same keys, where the values differ.
fn differing_values<'h>(a: Map<'h>, b: Map<'h>, exact: bool) -> Vec<(Term<'h>, Outcome<'h>)> {
    let same = if exact { equal::exact } else { equal::by_value };
    pace::paced(a.entries(), STEPS_PER_KEY)
        .filter_map(|(key, value)| b.get(key).map(|other| (key, value, other)))
        .filter(|&(_, value, other)| !same(value, other))
        .map(|(key, value, other)| (key, Outcome::Values(value, other, exact)))
        .collect()
}
