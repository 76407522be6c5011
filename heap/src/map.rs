//! Maps: up to 32 keys a flat map, a tuple of keys in order and their values; above that a trie over the keys'
//! hashes. The form follows from the size alone, and a trie's shape from its keys alone, so that equal maps have
//! equal shapes.
//!
//! A flat map keeps its keys as terms compare exactly, but atoms by index. Updating the value of a key shares the
//! tuple of keys. See docs/maps.md.

mod change;
mod flat;
mod iterate;
mod trie;

pub use iterate::{Batch, Entries};

use crate::build::Build;
use crate::equal;
use crate::layout::Kind;
use crate::term::{Boxed, Term};

/// How many keys a flat map can have.
pub const FLAT_SIZE_MAX: usize = 32;

/// A map.
#[derive(Clone, Copy)]
pub struct Map<'h>(Boxed<'h>);

/// The keys of a flat map and their values, in the same order.
#[derive(Clone, Copy)]
pub struct FlatParts<'h> {
    /// The keys.
    pub keys: &'h [Term<'h>],
    /// The value of each key.
    pub values: &'h [Term<'h>],
}

impl<'h> FlatParts<'h> {
    /// Where `key` stands.
    #[inline]
    pub fn position(self, key: Term<'_>) -> Option<usize> {
        flat::position(self.keys, key)
    }
}

/// Looking a key of a large map up, or putting it in, counts as so many steps.
pub const STEPS_PER_KEY: usize = 16;

impl<'h> Map<'h> {
    /// The map that a term is.
    #[inline]
    pub fn of(term: Term<'h>) -> Option<Map<'h>> {
        term.as_boxed().and_then(Map::of_object)
    }

    /// The map that an object is.
    #[inline]
    pub fn of_object(object: Boxed<'h>) -> Option<Map<'h>> {
        matches!(object.kind(), Kind::FlatMap | Kind::HashMap).then_some(Map(object))
    }

    /// `#{}`.
    pub fn empty<B: Build + ?Sized>(build: &'h B) -> Map<'h> {
        flat::build(&[], &[], build)
    }

    /// The map as a term.
    #[inline(always)]
    pub fn as_term(self) -> Term<'h> {
        self.0.as_term()
    }

    /// How many keys.
    #[inline]
    pub fn size(self) -> usize {
        match self.0.kind() {
            Kind::FlatMap => self.0.size() - 1,
            _ => self.0.raw(1) as usize,
        }
    }

    /// The parts of a flat map. The interpreter remembers the place of a key in them.
    #[inline]
    pub fn flat_parts(self) -> Option<FlatParts<'h>> {
        if self.0.kind() != Kind::FlatMap {
            return None;
        }
        let [keys, values @ ..] = self.0.terms() else { unreachable!("the keys come first") };
        let keys = keys.as_boxed().expect("the keys are a tuple").terms();
        Some(FlatParts { keys, values })
    }

    /// The value of `key`.
    #[inline]
    pub fn get(self, key: Term<'_>) -> Option<Term<'h>> {
        match self.flat_parts() {
            Some(parts) => flat::position(parts.keys, key).map(|at| parts.values[at]),
            None => trie::get(self.root(), key),
        }
    }

    /// Whether there is a value of `key`.
    #[inline]
    pub fn has(self, key: Term<'_>) -> bool {
        self.get(key).is_some()
    }

    /// The root node of a map that is not flat.
    fn root(self) -> Boxed<'h> {
        self.0.term(2).as_boxed().expect("a node")
    }
}

/// How many of a node's `terms` are keys and values; the rest are nodes.
#[inline]
pub(crate) fn entry_words(bitmaps: u64, terms: usize) -> usize {
    trie::Bitmaps(bitmaps).entry_words(terms)
}

/// Whether two keys are the same key.
#[inline]
fn same_key(a: Term<'_>, b: Term<'_>) -> bool {
    equal::exact(a, b)
}

#[cfg(test)]
mod tests;
