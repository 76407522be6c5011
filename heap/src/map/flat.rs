//! Maps of up to 32 keys.

use std::cmp::Ordering;

use super::{FlatParts, Map, same_key};
use crate::atoms::AtomTable;
use crate::build::Build;
use crate::equal::{Plain, is_immediate};
use crate::layout::{Kind, header};
use crate::order::compare_keys;
use crate::term::{Boxed, Term};
use crate::word::Word;

/// Where `key` stands among `keys`.
#[inline]
pub(super) fn position(keys: &[Term<'_>], key: Term<'_>) -> Option<usize> {
    if is_immediate(key.word()) {
        keys.iter().position(|k| k.is_same(key))
    } else if let Some(plain) = Plain::of(key) {
        keys.iter().position(|&k| plain.same(k))
    } else {
        keys.iter().position(|&k| same_key(k, key))
    }
}

/// A flat map of keys in order, and their values.
pub(super) fn build<'h, B: Build + ?Sized>(keys: &[Term<'h>], values: &[Term<'h>], build: &'h B) -> Map<'h> {
    let keys = build.object(Kind::Tuple, &[], keys);
    with_keys(keys, values, build)
}

/// A flat map that shares the tuple of keys.
fn with_keys<'h, B: Build + ?Sized>(keys: Term<'h>, values: &[Term<'h>], build: &'h B) -> Map<'h> {
    let size = 1 + values.len();
    let at = build.allocate(1 + size).as_ptr();
    // SAFETY: `1 + size` fresh words: the header, the keys and their values.
    unsafe {
        *at = header(Kind::FlatMap, size);
        *at.add(1) = keys.word();
        std::ptr::copy_nonoverlapping(values.as_ptr(), at.add(2).cast(), values.len());
        Map(Boxed::new(at))
    }
}

/// A flat map of entries in any order, none twice.
pub(super) fn from_entries<'h, B: Build + ?Sized>(
    entries: &mut [(Term<'h>, Term<'h>)],
    atoms: &AtomTable,
    to: &'h B,
) -> Map<'h> {
    entries.sort_by(|a, b| compare_keys(a.0, b.0, atoms));
    let keys: Vec<Term<'h>> = entries.iter().map(|e| e.0).collect();
    let values: Vec<Term<'h>> = entries.iter().map(|e| e.1).collect();
    build(&keys, &values, to)
}

/// A flat map of as many pairs as it can hold; of pairs with the same key the last counts.
pub(super) fn from_pairs<'h, B: Build + ?Sized>(
    pairs: &[(Term<'h>, Term<'h>)],
    atoms: &AtomTable,
    to: &'h B,
) -> Map<'h> {
    let (mut keys, mut values) = (Vec::with_capacity(pairs.len()), Vec::with_capacity(pairs.len()));
    for &(key, value) in pairs {
        match keys.binary_search_by(|&k| compare_keys(k, key, atoms)) {
            Ok(at) => values[at] = value,
            Err(at) => {
                keys.insert(at, key);
                values.insert(at, value);
            }
        }
    }
    build(&keys, &values, to)
}

/// The map with another value at the position of a key.
pub(super) fn replace<'h, B: Build + ?Sized>(
    map: Map<'h>,
    at: usize,
    value: Term<'h>,
    build: &'h B,
) -> Map<'h> {
    replace_at(map, std::iter::once((at, value)), build)
}

/// The map with other values at some positions; it shares the tuple of keys.
#[inline]
pub(super) fn replace_at<'h, B: Build + ?Sized>(
    map: Map<'h>,
    changes: impl Iterator<Item = (usize, Term<'h>)>,
    build: &'h B,
) -> Map<'h> {
    let words = 1 + map.0.size();
    let copy = build.allocate(words).as_ptr();
    // SAFETY: as many fresh words as the map has; positions are below the number of its values. A flat map is small: a
    // loop over words takes less than a call that copies bytes.
    unsafe {
        for index in 0..words {
            *copy.add(index) = *map.0.address().add(index);
        }
        for (at, value) in changes {
            *copy.add(2 + at) = value.word();
        }
        Map(Boxed::new(copy))
    }
}

/// The map with one more key, which it must not have yet, and the place of that key.
pub(super) fn insert<'h, B: Build + ?Sized>(
    parts: FlatParts<'h>,
    key: Term<'h>,
    value: Term<'h>,
    atoms: &AtomTable,
    build: &'h B,
) -> (Map<'h>, usize) {
    let at = parts.keys.partition_point(|&k| compare_keys(k, key, atoms) == Ordering::Less);
    let keys = spliced(Kind::Tuple, &[], parts.keys, at..at, &[key], build);
    (with_spliced_values(keys, parts.values, at..at, &[value], build), at)
}

/// The map without the key at a position.
pub(super) fn remove<'h, B: Build + ?Sized>(parts: FlatParts<'h>, at: usize, build: &'h B) -> Map<'h> {
    let keys = spliced(Kind::Tuple, &[], parts.keys, at..at + 1, &[], build);
    with_spliced_values(keys, parts.values, at..at + 1, &[], build)
}

fn with_spliced_values<'h, B: Build + ?Sized>(
    keys: Boxed<'h>,
    values: &[Term<'h>],
    cut: std::ops::Range<usize>,
    insert: &[Term<'h>],
    build: &'h B,
) -> Map<'h> {
    Map(spliced(Kind::FlatMap, &[keys.as_term().word()], values, cut, insert, build))
}

/// An object of `first`, then `terms` with those at `cut` replaced by `insert`.
pub(super) fn spliced<'h, B: Build + ?Sized>(
    kind: Kind,
    first: &[Word],
    terms: &[Term<'h>],
    cut: std::ops::Range<usize>,
    insert: &[Term<'h>],
    build: &'h B,
) -> Boxed<'h> {
    let (before, after) = (&terms[..cut.start], &terms[cut.end..]);
    let size = first.len() + before.len() + insert.len() + after.len();
    let at = build.allocate(1 + size).as_ptr();
    // SAFETY: `1 + size` fresh words, filled by the header and the four parts. These are short: a loop over words takes
    // less than a call that copies bytes.
    unsafe {
        *at = header(kind, size);
        let mut to = at.add(1);
        for &word in first {
            to.write(word);
            to = to.add(1);
        }
        for part in [before, insert, after] {
            for term in part {
                to.write(term.word());
                to = to.add(1);
            }
        }
        Boxed::new(at)
    }
}
