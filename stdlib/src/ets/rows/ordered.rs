//! The rows of a table with an order: leaves of some hundred rows, and a sorted index of the leaves.
//!
//! Who changes or reads rows holds the index for reading and one leaf; only who adds or removes a leaf holds the index for
//! writing. A leaf covers the keys from its bound, which stays even when the row that it came from has gone, up to the bound of
//! the next. So rows of different leaves change at the same time.

use std::cmp::Ordering;

use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use purlin_heap::{AtomTable, Term, order};

use super::group::{Group, Row};
use super::key_of;
use crate::ets::rank::rank;
use crate::held;

/// A leaf with so many rows is divided.
const ROWS_MAX: usize = 512;

/// A key with its rank.
#[derive(Clone, Copy)]
pub(super) struct Key<'k> {
    rank: u64,
    term: Term<'k>,
}

impl<'k> Key<'k> {
    pub(super) fn new(term: Term<'k>, atoms: &AtomTable) -> Key<'k> {
        Key { rank: rank(term, atoms), term }
    }

    /// A number that differs for keys that differ by much.
    pub(super) fn spread(self) -> u64 {
        self.rank.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

struct Entry {
    rank: u64,
    /// Taken out while it is changed, by the one who has the leaf.
    row: Option<Row>,
}

impl Entry {
    fn row(&self) -> &Row {
        self.row.as_ref().expect("nobody else sees a leaf that is changed")
    }
}

/// What compares keys with entries.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    /// The place of the key, from 0.
    pub(super) key_at: usize,
    pub(super) atoms: &'a AtomTable,
}

impl Rules<'_> {
    fn compare(self, entry: &Entry, key: Key<'_>) -> Ordering {
        let by_term = || order::compare(key_of(entry.row(), self.key_at), key.term, self.atoms);
        entry.rank.cmp(&key.rank).then_with(by_term)
    }

    fn find(self, entries: &[Entry], key: Key<'_>) -> Result<usize, usize> {
        entries.binary_search_by(|entry| self.compare(entry, key))
    }
}

struct Leaf {
    /// The least key that may stand here; none in the first leaf.
    bound: Option<Entry>,
    entries: RwLock<Vec<Entry>>,
}

/// See the top of the file.
pub(super) struct Ordered {
    index: held::RwLock<Vec<Leaf>>,
}

impl Default for Ordered {
    fn default() -> Ordered {
        Ordered { index: held::RwLock::new(vec![Leaf { bound: None, entries: RwLock::default() }]) }
    }
}

/// The place of the leaf that covers a key.
fn leaf_of(index: &[Leaf], key: Key<'_>, rules: Rules<'_>) -> usize {
    let starts_before =
        |leaf: &Leaf| leaf.bound.as_ref().is_none_or(|bound| rules.compare(bound, key).is_le());
    index.partition_point(starts_before) - 1
}

impl Ordered {
    /// Looks at the row of a key.
    pub(super) fn read<R>(&self, key: Key<'_>, rules: Rules<'_>, look: impl FnOnce(&[Row]) -> R) -> R {
        let index = self.index.read();
        let entries = index[leaf_of(&index, key, rules)].entries.read();
        match rules.find(&entries, key) {
            Ok(at) => look(entries[at].row.as_slice()),
            Err(_) => look(&[]),
        }
    }

    /// Changes the row of a key, which may not be there before or after.
    pub(super) fn change<R>(
        &self,
        key: Key<'_>,
        rules: Rules<'_>,
        change: impl FnOnce(&mut Group) -> R,
    ) -> R {
        let (result, length) = {
            let index = self.index.read();
            let mut entries = index[leaf_of(&index, key, rules)].entries.write();
            let result = change_in(&mut entries, key, rules, change);
            (result, entries.len())
        };
        if length == 0 || length >= ROWS_MAX {
            tidy(&mut self.index.write(), key, rules);
        }
        result
    }

    /// All rows, which nobody else sees meanwhile.
    pub(super) fn lock_all(&self) -> Exclusive<'_> {
        Exclusive { index: self.index.write() }
    }

    /// The row at a place in the order.
    pub(super) fn at(&self, mut at: usize) -> Option<Row> {
        let index = self.index.read();
        for leaf in index.iter() {
            let entries = leaf.entries.read();
            match entries.get(at) {
                Some(entry) => return entry.row.clone(),
                None => at -= entries.len(),
            }
        }
        None
    }

    /// Adds rows to `to` in the order of their keys, from behind a key or from the start, until there are `count`; the other way
    /// round from before a key or the end. True when those were the last.
    pub(super) fn collect(
        &self,
        from: Option<Key<'_>>,
        backwards: bool,
        count: usize,
        rules: Rules<'_>,
        to: &mut Vec<Row>,
    ) -> bool {
        let index = self.index.read();
        let last = index.len() - 1;
        let first = from.map_or(if backwards { last } else { 0 }, |key| leaf_of(&index, key, rules));
        let mut place = first;
        loop {
            let entries = index[place].entries.read();
            let range = match from.filter(|_| place == first) {
                Some(key) => beyond(&entries, key, backwards, rules),
                None => 0..entries.len(),
            };
            let wanted = count - to.len();
            let is_whole = range.len() <= wanted;
            let rows = entries[range].iter().map(|entry| entry.row().clone());
            if backwards {
                to.extend(rows.rev().take(wanted))
            } else {
                to.extend(rows.take(wanted))
            }
            let is_last = place == if backwards { 0 } else { last };
            if is_last || !is_whole || to.len() == count {
                return is_last && is_whole;
            }
            place = if backwards { place - 1 } else { place + 1 };
        }
    }

    /// Takes all rows out; `meanwhile` is done before anybody sees that.
    pub(super) fn take_all<R>(&self, meanwhile: impl FnOnce() -> R) -> (R, Removed) {
        let mut index = self.index.write();
        let removed = std::mem::replace(&mut *index, vec![Leaf { bound: None, entries: RwLock::default() }]);
        (meanwhile(), Removed(removed))
    }

    /// The numbers of rows in the leaves.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> Vec<usize> {
        self.index.read().iter().map(|leaf| leaf.entries.read().len()).collect()
    }
}

/// The entries behind a key, or before it.
fn beyond(
    entries: &RwLockReadGuard<'_, Vec<Entry>>,
    key: Key<'_>,
    backwards: bool,
    rules: Rules<'_>,
) -> std::ops::Range<usize> {
    match (rules.find(entries, key), backwards) {
        (Ok(at) | Err(at), true) => 0..at,
        (Ok(at), false) => at + 1..entries.len(),
        (Err(at), false) => at..entries.len(),
    }
}

fn change_in<R>(
    entries: &mut Vec<Entry>,
    key: Key<'_>,
    rules: Rules<'_>,
    change: impl FnOnce(&mut Group) -> R,
) -> R {
    let place = rules.find(entries, key);
    let mut group = match place {
        Ok(at) => entries[at].row.take().map_or(Group::Empty, Group::One),
        Err(_) => Group::Empty,
    };
    let result = change(&mut group);
    match (place, group) {
        (Ok(at), Group::One(row)) => entries[at] = Entry { rank: key.rank, row: Some(row) },
        (Ok(at), _) => drop(entries.remove(at)),
        (Err(at), Group::One(row)) => entries.insert(at, Entry { rank: key.rank, row: Some(row) }),
        (Err(_), _) => {}
    }
    result
}

/// Divides the leaf of a key if it is full, and removes it if it is empty and not the first.
fn tidy(index: &mut Vec<Leaf>, key: Key<'_>, rules: Rules<'_>) {
    let place = leaf_of(index, key, rules);
    let is_last = place + 1 == index.len();
    let entries = index[place].entries.get_mut();
    if entries.is_empty() && place > 0 {
        index.remove(place);
    } else if entries.len() >= ROWS_MAX {
        // Rows that come in order leave full leaves behind.
        let at = if is_last && rules.find(entries, key) == Ok(entries.len() - 1) {
            entries.len() - 1
        } else {
            entries.len() / 2
        };
        let upper = entries.split_off(at);
        let bound = upper.first().map(|entry| Entry { rank: entry.rank, row: entry.row.clone() });
        index.insert(place + 1, Leaf { bound, entries: RwLock::new(upper) });
    }
}

/// All rows, for one who changes several.
pub(super) struct Exclusive<'a> {
    index: held::Held<RwLockWriteGuard<'a, Vec<Leaf>>>,
}

impl Exclusive<'_> {
    /// Whether the key has a row.
    pub(super) fn has(&mut self, key: Key<'_>, rules: Rules<'_>) -> bool {
        let place = leaf_of(&self.index, key, rules);
        rules.find(self.index[place].entries.get_mut(), key).is_ok()
    }

    /// As [`Ordered::change`].
    pub(super) fn change<R>(
        &mut self,
        key: Key<'_>,
        rules: Rules<'_>,
        change: impl FnOnce(&mut Group) -> R,
    ) -> R {
        let place = leaf_of(&self.index, key, rules);
        let entries = self.index[place].entries.get_mut();
        let result = change_in(entries, key, rules, change);
        if entries.is_empty() || entries.len() >= ROWS_MAX {
            tidy(&mut self.index, key, rules);
        }
        result
    }
}

/// Rows that are no longer in a table, to be freed one leaf after the other.
pub(super) struct Removed(Vec<Leaf>);

impl Removed {
    /// Some of them.
    pub(super) fn next(&mut self) -> Option<Vec<Row>> {
        let leaf = self.0.pop()?;
        Some(leaf.entries.into_inner().into_iter().filter_map(|entry| entry.row).collect())
    }
}
