//! The rows of a table with an order: leaves of some hundred rows, and a sorted index of the leaves.
//!
//! Who changes or reads rows holds the index for reading and one leaf; only who adds or removes a leaf holds the index for
//! writing. A leaf covers the keys from its bound, which stays even when the row that it came from has gone, up to the bound of
//! the next. So rows of different leaves change at the same time.

use std::cmp::Ordering;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use purlin_heap::{AtomTable, Term, order};

use super::group::{Group, Row};
use super::key_of;
use crate::ets::rank::rank;
use crate::held;

/// A leaf with so many rows is divided.
const ROWS_MAX: usize = 512;

/// Rows that come so many turns after the one that is looked at are fetched.
const FETCHED_AHEAD: usize = 8;

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

    /// Where a key stands, or else where it would: first by the ranks, which are all that most searches look at.
    fn find(self, entries: &[Entry], key: Key<'_>) -> Result<usize, usize> {
        let from = entries.partition_point(|entry| entry.rank < key.rank);
        let mut alike = 0;
        while entries.get(from + alike).is_some_and(|entry| entry.rank == key.rank) {
            alike = 2 * alike + 1;
        }
        let alike = &entries[from..entries.len().min(from + alike)];
        alike.binary_search_by(|entry| self.compare(entry, key)).map(|at| from + at).map_err(|at| from + at)
    }
}

pub(super) struct Leaf {
    /// The least key that may stand here; none in the first leaf.
    bound: Option<Entry>,
    entries: RwLock<Vec<Entry>>,
}

/// See the top of the file.
pub(super) struct Ordered {
    index: held::RwLock<Vec<Leaf>>,
    /// Where the key was that somebody went to from another one: its leaf, and its place there. Whoever goes on from it need not
    /// look for it, if it is still there.
    passed: AtomicU64,
}

impl Default for Ordered {
    fn default() -> Ordered {
        Ordered {
            index: held::RwLock::new(vec![Leaf { bound: None, entries: RwLock::default() }]),
            passed: AtomicU64::default(),
        }
    }
}

/// The leaves of a table, of which none is added or removed meanwhile.
pub(super) type Leaves<'a> = held::Held<RwLockReadGuard<'a, Vec<Leaf>>>;

/// The place of the leaf that covers a key.
#[inline]
fn leaf_of(index: &[Leaf], key: Key<'_>, rules: Rules<'_>) -> usize {
    let is_less = |leaf: &Leaf| leaf.bound.as_ref().is_none_or(|bound| bound.rank < key.rank);
    let less = index.partition_point(is_less);
    let starts_before =
        |leaf: &Leaf| leaf.bound.as_ref().is_some_and(|bound| rules.compare(bound, key).is_le());
    match index.get(less) {
        Some(leaf) if starts_before(leaf) => less + index[less..].partition_point(starts_before) - 1,
        _ => less - 1,
    }
}

/// Whether a key's leaf is this one.
fn covers(index: &[Leaf], leaf: usize, key: Key<'_>, rules: Rules<'_>) -> bool {
    let starts_behind =
        |leaf: &Leaf| leaf.bound.as_ref().is_some_and(|bound| rules.compare(bound, key).is_gt());
    index.get(leaf).is_some_and(|leaf| !starts_behind(leaf)) && index.get(leaf + 1).is_none_or(starts_behind)
}

impl Ordered {
    /// The leaves, for what follows.
    #[inline]
    pub(super) fn leaves(&self) -> Leaves<'_> {
        self.index.read()
    }

    /// Looks at the row of a key.
    pub(super) fn read<R>(
        index: &Leaves<'_>,
        key: Key<'_>,
        rules: Rules<'_>,
        look: impl FnOnce(&[Row]) -> R,
    ) -> R {
        let entries = index[leaf_of(index, key, rules)].entries.read();
        match rules.find(&entries, key) {
            Ok(at) => look(entries[at].row.as_slice()),
            Err(_) => look(&[]),
        }
    }

    /// Changes the row of a key, which may not be there before or after.
    pub(super) fn change<R>(
        &self,
        index: Leaves<'_>,
        key: Key<'_>,
        rules: Rules<'_>,
        change: impl FnOnce(&mut Group) -> R,
    ) -> R {
        let (result, length) = {
            let index = index;
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
    pub(super) fn at(index: &Leaves<'_>, mut at: usize) -> Option<Row> {
        for leaf in index.iter() {
            let entries = leaf.entries.read();
            match entries.get(at) {
                Some(entry) => return entry.row.clone(),
                None => at -= entries.len(),
            }
        }
        None
    }

    /// Shows `look` one row after the other in the order of the keys, or backwards, until it has seen enough. True when no more would
    /// come.
    pub(super) fn visit(
        index: &Leaves<'_>,
        from: From<'_, '_>,
        backwards: bool,
        rules: Rules<'_>,
        look: &mut impl FnMut(&[Row]) -> ControlFlow<()>,
    ) -> bool {
        let (first, last) = (from.leaf(index, backwards, rules), index.len() - 1);
        let mut place = first;
        loop {
            let entries = index[place].entries.read();
            let all = 0..entries.len();
            let range = if place == first { from.within(&entries, backwards, rules) } else { all };
            let (entries, count) = (&entries[range.clone()], range.len());
            let fetch = |turn: usize| {
                if let Some(row) = entries.get(turn).and_then(|entry| entry.row.as_ref()) {
                    row.prefetch();
                }
            };
            let is_last = place == if backwards { 0 } else { last };
            let in_turn = |turn: usize| &entries[if backwards { count - 1 - turn } else { turn }];
            let seen_enough = |turn: usize| {
                fetch(if backwards {
                    count.wrapping_sub(FETCHED_AHEAD + turn)
                } else {
                    turn + FETCHED_AHEAD
                });
                look(in_turn(turn).row.as_slice()).is_break()
            };
            if let Some(turn) = (0..count).position(seen_enough) {
                return is_last && turn + 1 == count;
            }
            if is_last {
                return true;
            }
            place = if backwards { place - 1 } else { place + 1 };
        }
    }

    /// Looks at the row beside a place, or at none.
    pub(super) fn next<R>(
        &self,
        index: &Leaves<'_>,
        from: From<'_, '_>,
        backwards: bool,
        rules: Rules<'_>,
        look: impl FnOnce(&[Row]) -> R,
    ) -> R {
        let passed = self.passed.load(Relaxed);
        let (guess, at) = ((passed >> 32) as usize, passed as u32 as usize);
        let first = match from {
            From::Beside(key) if covers(index, guess, key, rules) => guess,
            from => from.leaf(index, backwards, rules),
        };
        let mut place = first;
        loop {
            let entries = index[place].entries.read();
            let range = match (from, entries.get(at)) {
                _ if place != first => 0..entries.len(),
                (From::Beside(key), Some(entry)) if rules.compare(entry, key).is_eq() => {
                    if backwards {
                        0..at
                    } else {
                        at + 1..entries.len()
                    }
                }
                _ => from.within(&entries, backwards, rules),
            };
            let is_last = place == if backwards { 0 } else { index.len() - 1 };
            let at = if backwards { range.end.wrapping_sub(1) } else { range.start };
            let entry = entries.get(at).filter(|_| !range.is_empty());
            if is_last || entry.is_some() {
                // Whoever asks for one key after the other asks for that one soon.
                let ahead = if backwards { at.wrapping_sub(1) } else { at + 1 };
                entries.get(ahead).and_then(|entry| entry.row.as_ref()).into_iter().for_each(Row::prefetch);
                self.passed.store((place as u64) << 32 | at as u64 & u64::from(u32::MAX), Relaxed);
                return look(entry.map_or(&[], |entry| entry.row.as_slice()));
            }
            place = if backwards { place - 1 } else { place + 1 };
        }
    }

    /// Takes all rows out; `meanwhile` is done before anybody sees that.
    pub(super) fn take_all<R>(mut all: Exclusive<'_>, meanwhile: impl FnOnce() -> R) -> (R, Removed) {
        let first = vec![Leaf { bound: None, entries: RwLock::default() }];
        let removed = std::mem::replace(&mut *all.index, first);
        (meanwhile(), Removed(removed))
    }

    /// The numbers of rows in the leaves.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> Vec<usize> {
        self.index.read().iter().map(|leaf| leaf.entries.read().len()).collect()
    }
}

/// Where somebody begins who goes over rows in their order.
#[derive(Clone, Copy)]
pub(super) enum From<'k, 'c> {
    /// At the first, or backwards at the last.
    End,
    /// Behind a key, or backwards before it.
    Beside(Key<'k>),
    /// At the first of those keys for which this says that they are equal, or backwards at the last.
    Among(&'c Compare<'c>),
}

/// Tells whether keys stand before some range of keys, in it or behind it.
pub(in crate::ets) type Compare<'c> = dyn Fn(Term<'_>) -> Ordering + 'c;

impl From<'_, '_> {
    /// The leaf to begin with.
    fn leaf(self, index: &[Leaf], backwards: bool, rules: Rules<'_>) -> usize {
        let starts = |leaf: &Leaf, compare: &Compare<'_>| {
            leaf.bound.as_ref().map_or(Ordering::Less, |bound| compare(key_of(bound.row(), rules.key_at)))
        };
        match (self, backwards) {
            (From::End, true) => index.len() - 1,
            (From::End, false) => 0,
            (From::Beside(key), _) => leaf_of(index, key, rules),
            // The first leaf has no bound, and so is before any range.
            (From::Among(compare), true) => index.partition_point(|leaf| starts(leaf, compare).is_le()) - 1,
            (From::Among(compare), false) => index.partition_point(|leaf| starts(leaf, compare).is_lt()) - 1,
        }
    }

    /// The entries of that leaf from there on.
    fn within(self, entries: &[Entry], backwards: bool, rules: Rules<'_>) -> std::ops::Range<usize> {
        let before = |compare: &Compare<'_>, place: fn(Ordering) -> bool| {
            entries.partition_point(|entry| place(compare(key_of(entry.row(), rules.key_at))))
        };
        match (self, backwards) {
            (From::End, _) => 0..entries.len(),
            (From::Beside(key), true) => 0..rules.find(entries, key).unwrap_or_else(|at| at),
            (From::Beside(key), false) => {
                rules.find(entries, key).map_or_else(|at| at, |at| at + 1)..entries.len()
            }
            (From::Among(compare), true) => 0..before(compare, Ordering::is_le),
            (From::Among(compare), false) => before(compare, Ordering::is_lt)..entries.len(),
        }
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
        Ok(at) => entries[at].row.take().map_or_else(Group::default, Group::from),
        Err(_) => Group::default(),
    };
    let result = change(&mut group);
    match (place, group.into_only()) {
        (Ok(at), Some(row)) => entries[at] = Entry { rank: key.rank, row: Some(row) },
        (Ok(at), None) => drop(entries.remove(at)),
        (Err(at), Some(row)) => entries.insert(at, Entry { rank: key.rank, row: Some(row) }),
        (Err(_), None) => {}
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
