//! The rows of a table. Those without an order are in shards by the hashes of their keys, each with a lock of its own; those
//! with one in the leaves of a tree. See `docs/ets.md`.
//!
//! Nothing here is interrupted while it holds a lock, so what takes long is done before or after: rows are copied before they
//! come in, and freed when they have been taken out and given to the caller.

mod group;
mod insertion;
mod ordered;
mod shard;

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_utils::CachePadded;
use parking_lot::RwLockWriteGuard;
use purlin_heap::{AtomTable, Term, equal, hash, pace};

pub(super) use group::{Group, Row};
use insertion::{Gate, ROWS_AT_ONCE};
pub(super) use ordered::Compare;
use ordered::{Exclusive, Ordered};
use shard::{Place, Shard};

use crate::held::{Held, RwLock};

/// How a table treats keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Set,
    OrderedSet,
    Bag,
    DuplicateBag,
}

impl Kind {
    /// Whether a key has one row at most.
    pub(super) fn is_set(self) -> bool {
        matches!(self, Kind::Set | Kind::OrderedSet)
    }
}

/// The key of a row, at this place from 0 on.
pub(super) fn key_of(row: &Row, key_at: usize) -> Term<'_> {
    row.term().as_tuple().expect("rows are tuples that have a key").element(key_at)
}

/// Shards of a table, as a power of two: of one that many write to at once, and of others.
const MANY_SHARDS_LOG: u32 = 6;
const FEW_SHARDS_LOG: u32 = 3;

/// All rows of a table.
pub(super) struct Rows {
    kind: Kind,
    /// The place of the key, from 0.
    key_at: usize,
    form: Form,
    /// What is in the table, counted in several places so that writers do not meet.
    counts: Box<[CachePadded<Count>]>,
    gate: Gate,
}

enum Form {
    Hashed { shards: Box<[CachePadded<RwLock<Shard>>]>, bits: u32 },
    Ordered(Ordered),
}

#[derive(Default)]
struct Count {
    rows: AtomicUsize,
    words: AtomicUsize,
}

/// Where somebody begins who goes over a table.
#[derive(Clone, Copy)]
pub(super) enum Start<'k, 'c> {
    /// At the first key, or backwards at the last.
    End,
    /// Behind the rows of a key, which need not be there; backwards before them.
    Beside(Term<'k>),
    /// At the first key of a range, or backwards at the last, where there is an order; elsewhere as at the end.
    Among(&'c Compare<'c>),
}

/// A key is not there.
#[derive(Debug)]
pub(super) struct NotThere;

impl Rows {
    /// No rows yet; `shared` when many are going to write at once.
    pub(super) fn new(kind: Kind, key_at: usize, shared: bool) -> Rows {
        let bits = if shared { MANY_SHARDS_LOG } else { FEW_SHARDS_LOG };
        let form = match kind {
            Kind::OrderedSet => Form::Ordered(Ordered::default()),
            _ => Form::Hashed { shards: (0..1 << bits).map(|_| CachePadded::default()).collect(), bits },
        };
        let counts = if shared { 1 << FEW_SHARDS_LOG } else { 1 };
        let counts = (0..counts).map(|_| CachePadded::default()).collect();
        Rows { kind, key_at, form, counts, gate: Gate::default() }
    }

    pub(super) fn len(&self) -> usize {
        // One that is counted here may be taken out there first.
        self.counts.iter().fold(0_usize, |sum, count| sum.wrapping_add(count.rows.load(Ordering::Relaxed)))
    }

    /// Words of all rows.
    pub(super) fn words(&self) -> usize {
        self.counts.iter().fold(0_usize, |sum, count| sum.wrapping_add(count.words.load(Ordering::Relaxed)))
    }

    /// Counts changes, which are added without regard to overflow.
    fn count(&self, hash: u64, rows: usize, words: usize) {
        let count = &self.counts[(hash >> 32) as usize & (self.counts.len() - 1)];
        if rows != 0 {
            count.rows.fetch_add(rows, Ordering::Relaxed);
        }
        if words != 0 {
            count.words.fetch_add(words, Ordering::Relaxed);
        }
    }

    /// Counts that nothing is left, for one who has all locks.
    fn count_none(&self) -> usize {
        self.counts.iter().fold(0, |sum, count| {
            count.words.store(0, Ordering::Relaxed);
            sum.wrapping_add(count.rows.swap(0, Ordering::Relaxed))
        })
    }

    fn rules<'a>(&self, atoms: &'a AtomTable, bits: u32) -> shard::Rules<'a> {
        shard::Rules { key_at: self.key_at, shard_bits: bits, atoms }
    }

    fn order<'a>(&self, atoms: &'a AtomTable) -> ordered::Rules<'a> {
        ordered::Rules { key_at: self.key_at, atoms }
    }

    /// Looks at the rows of a key.
    pub(super) fn read<R>(&self, key: Term<'_>, atoms: &AtomTable, look: impl FnOnce(&[Row]) -> R) -> R {
        match &self.form {
            Form::Hashed { shards, bits } => {
                let place = Place { hash: hash::internal(key), key };
                let shard = &shards[shard_of(place.hash, *bits)];
                look(self.enter(atoms, || shard.read()).get(place, self.rules(atoms, *bits)))
            }
            Form::Ordered(rows) => {
                let leaves = self.enter(atoms, || rows.leaves());
                Ordered::read(&leaves, ordered::Key::new(key, atoms), self.order(atoms), look)
            }
        }
    }

    /// Whether a key is there, for one who is putting many rows in.
    fn has(&self, key: Term<'_>, atoms: &AtomTable) -> bool {
        match &self.form {
            Form::Hashed { shards, bits } => {
                let place = Place { hash: hash::internal(key), key };
                let shard = shards[shard_of(place.hash, *bits)].read();
                !shard.get(place, self.rules(atoms, *bits)).is_empty()
            }
            Form::Ordered(rows) => {
                let key = ordered::Key::new(key, atoms);
                Ordered::read(&rows.leaves(), key, self.order(atoms), |rows| !rows.is_empty())
            }
        }
    }

    /// Changes the rows of a key, alone.
    pub(super) fn change<R>(
        &self,
        key: Term<'_>,
        atoms: &AtomTable,
        change: impl FnOnce(&mut Group) -> R,
    ) -> R {
        self.change_in(key, atoms, true, change)
    }

    /// The same, or though the `gate` is closed.
    fn change_in<R>(
        &self,
        key: Term<'_>,
        atoms: &AtomTable,
        gate: bool,
        change: impl FnOnce(&mut Group) -> R,
    ) -> R {
        match &self.form {
            Form::Hashed { shards, bits } => {
                let place = Place { hash: hash::internal(key), key };
                let shard = &shards[shard_of(place.hash, *bits)];
                let mut shard = if gate { self.enter(atoms, || shard.write()) } else { shard.write() };
                shard.change(place, self.rules(atoms, *bits), |group| self.counted(place.hash, group, change))
            }
            Form::Ordered(rows) => {
                let place = ordered::Key::new(key, atoms);
                let leaves = if gate { self.enter(atoms, || rows.leaves()) } else { rows.leaves() };
                rows.change(leaves, place, self.order(atoms), |group| {
                    self.counted(place.spread(), group, change)
                })
            }
        }
    }

    /// Makes a change and counts what it has changed.
    fn counted<R>(&self, hash: u64, group: &mut Group, change: impl FnOnce(&mut Group) -> R) -> R {
        let before = (group.terms().len(), group.words());
        let result = change(group);
        let after = (group.terms().len(), group.words());
        self.count(hash, after.0.wrapping_sub(before.0), after.1.wrapping_sub(before.1));
        result
    }

    /// Adds rows, all at once for whoever looks; in a set one takes the place of the one that has its key. What they replace
    /// goes to `replaced`.
    pub(super) fn insert(&self, rows: Vec<Row>, atoms: &AtomTable, replaced: &mut Vec<Row>) {
        let kind = self.kind;
        if let [row] = &rows[..] {
            self.change(key_of(row, self.key_at), atoms, |group| put(kind, group, row.clone(), replaced));
            return;
        }
        if rows.len() > ROWS_AT_ONCE {
            self.insert_many(rows, false, atoms);
            return;
        }
        self.change_many(&rows, atoms, |all| {
            rows.iter().for_each(|row| all.change(row, |group| put(kind, group, row.clone(), replaced)));
        });
    }

    /// Adds rows if no key of theirs is there, all or none.
    pub(super) fn insert_new(&self, rows: Vec<Row>, atoms: &AtomTable, replaced: &mut Vec<Row>) -> bool {
        let kind = self.kind;
        if let [row] = &rows[..] {
            return self.change(key_of(row, self.key_at), atoms, |group| {
                let is_new = group.is_empty();
                if is_new {
                    group.push(row.clone());
                }
                is_new
            });
        }
        if rows.len() > ROWS_AT_ONCE {
            return self.insert_many(rows, true, atoms);
        }
        self.change_many(&rows, atoms, |all| {
            let is_new = !rows.iter().any(|row| all.has(row));
            if is_new {
                rows.iter().for_each(|row| all.change(row, |group| put(kind, group, row.clone(), replaced)));
            }
            is_new
        })
    }

    /// Has the places of these rows to itself.
    fn change_many<R>(
        &self,
        rows: &[Row],
        atoms: &AtomTable,
        work: impl FnOnce(&mut Many<'_, '_>) -> R,
    ) -> R {
        match &self.form {
            Form::Hashed { shards, bits } => {
                let mut needed = vec![false; shards.len()];
                for row in rows {
                    needed[shard_of(hash::internal(key_of(row, self.key_at)), *bits)] = true;
                }
                // Locks are taken in the order of the shards, so that nobody waits in a circle.
                let locked = self.enter(atoms, || {
                    shards
                        .iter()
                        .zip(&needed)
                        .map(|(s, needed)| needed.then(|| s.write()))
                        .collect::<Vec<_>>()
                });
                work(&mut Many { rows: self, atoms, held: Locked::Shards(locked) })
            }
            Form::Ordered(ordered) => {
                let locked = self.enter(atoms, || ordered.lock_all());
                work(&mut Many { rows: self, atoms, held: Locked::Leaves(locked) })
            }
        }
    }

    /// Takes the rows of a key out that are not wanted.
    pub(super) fn remove(
        &self,
        key: Term<'_>,
        atoms: &AtomTable,
        unwanted: impl FnMut(&Row) -> bool,
    ) -> Vec<Row> {
        let mut taken = Vec::new();
        self.change(key, atoms, |group| group.take(unwanted, &mut taken));
        taken
    }

    /// Shows `look` the rows of one key after the other in the table's order, from some place on, until it has seen enough;
    /// backwards, which makes a difference only where there is an order, from the other end. True when no more would come. It
    /// looks while their places are locked.
    pub(super) fn visit(
        &self,
        from: Start<'_, '_>,
        backwards: bool,
        atoms: &AtomTable,
        look: &mut impl FnMut(&[Row]) -> ControlFlow<()>,
    ) -> bool {
        let (shards, bits) = match &self.form {
            Form::Hashed { shards, bits } => (shards, *bits),
            Form::Ordered(rows) => {
                let from = match from {
                    Start::End => ordered::From::End,
                    Start::Beside(key) => ordered::From::Beside(ordered::Key::new(key, atoms)),
                    Start::Among(compare) => ordered::From::Among(compare),
                };
                let leaves = self.enter(atoms, || rows.leaves());
                return Ordered::visit(&leaves, from, backwards, self.order(atoms), look);
            }
        };
        let mut behind = match from {
            Start::Beside(key) => Some(Place { hash: hash::internal(key), key }),
            _ => None,
        };
        let mut left = shards[behind.map_or(0, |place| shard_of(place.hash, bits))..].iter();
        while let Some(shard) = left.next() {
            let locked = self.enter(atoms, || shard.read());
            let comes_more = locked.visit(behind.take(), self.rules(atoms, bits), look);
            drop(locked);
            if let Some(comes_more) = comes_more {
                return !comes_more && left.all(|shard| shard.read().is_empty());
            }
        }
        true
    }

    /// Looks at the rows of the key behind a place, or of the first; backwards as in [`Rows::visit`]. At none, if that was the last.
    /// An error if the key must be there to be passed, and is not.
    pub(super) fn next<R>(
        &self,
        from: Option<Term<'_>>,
        must_be_there: bool,
        backwards: bool,
        atoms: &AtomTable,
        look: impl FnOnce(&[Row]) -> R,
    ) -> Result<R, NotThere> {
        let (shards, bits) = match &self.form {
            Form::Hashed { shards, bits } => (shards, *bits),
            Form::Ordered(rows) => {
                let from = from
                    .map_or(ordered::From::End, |key| ordered::From::Beside(ordered::Key::new(key, atoms)));
                let leaves = self.enter(atoms, || rows.leaves());
                return Ok(rows.next(&leaves, from, backwards, self.order(atoms), look));
            }
        };
        let mut behind = from.map(|key| Place { hash: hash::internal(key), key });
        let first = behind.map_or(0, |place| shard_of(place.hash, bits));
        for shard in &shards[first..] {
            let shard = self.enter(atoms, || shard.read());
            let rows = shard.next(behind.take(), must_be_there, self.rules(atoms, bits))?;
            if !rows.is_empty() {
                return Ok(look(rows));
            }
        }
        Ok(look(&[]))
    }

    /// How many numbers [`Rows::slot`] knows.
    pub(super) fn slots(&self) -> usize {
        match &self.form {
            Form::Hashed { shards, .. } => shards.len(),
            Form::Ordered(_) => self.len(),
        }
    }

    /// The rows of a number from 0 on. Each row has one.
    pub(super) fn slot(&self, at: usize, atoms: &AtomTable) -> Option<Vec<Row>> {
        let mut rows = Vec::new();
        match &self.form {
            Form::Hashed { shards, bits } => {
                let shard = shards.get(at)?;
                self.enter(atoms, || shard.read()).visit(None, self.rules(atoms, *bits), &mut |found| {
                    rows.extend_from_slice(found);
                    ControlFlow::Continue(())
                });
            }
            Form::Ordered(ordered) => {
                rows.push(Ordered::at(&self.enter(atoms, || ordered.leaves()), at)?);
            }
        }
        Some(rows)
    }

    /// Takes all rows out, to be freed by the caller; how many there were.
    pub(super) fn clear(&self, atoms: &AtomTable) -> (usize, Removed) {
        match &self.form {
            Form::Hashed { shards, .. } => {
                // No longer than it takes to exchange the arrays.
                let mut locked =
                    self.enter(atoms, || shards.iter().map(|shard| shard.write()).collect::<Vec<_>>());
                let shards = locked.iter_mut().map(|shard| std::mem::take(&mut **shard)).collect();
                (self.count_none(), Removed(Parts::Shards(shards)))
            }
            Form::Ordered(rows) => {
                let all = self.enter(atoms, || rows.lock_all());
                let (count, removed) = Ordered::take_all(all, || self.count_none());
                (count, Removed(Parts::Leaves(removed)))
            }
        }
    }
}

/// The shard of a hash.
fn shard_of(hash: u64, bits: u32) -> usize {
    (hash >> (64 - bits)) as usize
}

/// Adds a row to those of its key.
fn put(kind: Kind, group: &mut Group, row: Row, replaced: &mut Vec<Row>) {
    match kind {
        Kind::Set | Kind::OrderedSet => {
            replaced.extend(group.replace(row).into_only());
        }
        Kind::Bag if is_among(group.terms(), &row) => replaced.push(row),
        Kind::Bag | Kind::DuplicateBag => group.push(row),
    }
}

/// Whether a row is one of these. They are counted: there may be many.
fn is_among(rows: &[Row], row: &Row) -> bool {
    pace::charge(rows.len());
    rows.iter().any(|other| equal::exact(other.term(), row.term()))
}

/// The places of several rows, for one who has them to itself.
struct Many<'t, 'l> {
    rows: &'t Rows,
    atoms: &'t AtomTable,
    held: Locked<'l>,
}

enum Locked<'l> {
    /// Those that are needed.
    Shards(Vec<Option<Held<RwLockWriteGuard<'l, Shard>>>>),
    Leaves(Exclusive<'l>),
}

impl Many<'_, '_> {
    /// Whether the key of a row is there.
    fn has(&mut self, row: &Row) -> bool {
        let key = key_of(row, self.rows.key_at);
        match &mut self.held {
            Locked::Leaves(leaves) => {
                leaves.has(ordered::Key::new(key, self.atoms), self.rows.order(self.atoms))
            }
            Locked::Shards(shards) => {
                let bits = shards.len().ilog2();
                let place = Place { hash: hash::internal(key), key };
                let shard = shards[shard_of(place.hash, bits)].as_ref();
                shard.is_some_and(|shard| !shard.get(place, self.rows.rules(self.atoms, bits)).is_empty())
            }
        }
    }

    /// Changes the rows of a row's key.
    fn change(&mut self, row: &Row, change: impl FnOnce(&mut Group)) {
        let (rows, key) = (self.rows, key_of(row, self.rows.key_at));
        match &mut self.held {
            Locked::Leaves(leaves) => {
                let place = ordered::Key::new(key, self.atoms);
                leaves.change(place, rows.order(self.atoms), |group| {
                    rows.counted(place.spread(), group, change)
                });
            }
            Locked::Shards(shards) => {
                let bits = shards.len().ilog2();
                let place = Place { hash: hash::internal(key), key };
                let shard =
                    shards[shard_of(place.hash, bits)].as_mut().expect("the shards of all rows are locked");
                let counted = |group: &mut Group| rows.counted(place.hash, group, change);
                shard.change(place, rows.rules(self.atoms, bits), counted);
            }
        }
    }
}

/// Rows that are no longer in a table. To drop them all at once may take long.
pub(super) struct Removed(Parts);

enum Parts {
    Shards(Vec<Shard>),
    Leaves(ordered::Removed),
}

impl Removed {
    /// Some of them.
    fn next(&mut self) -> Option<Vec<Row>> {
        match &mut self.0 {
            Parts::Leaves(leaves) => leaves.next(),
            Parts::Shards(shards) => loop {
                match shards.last_mut()?.drain(FREED_AT_ONCE) {
                    Some(rows) => return Some(rows),
                    None => drop(shards.pop()),
                }
            },
        }
    }

    /// Frees them, while others have their turns.
    pub(super) fn free(mut self) {
        while let Some(rows) = self.next() {
            free(rows);
        }
    }
}

/// So many rows are freed at once.
const FREED_AT_ONCE: usize = 256;
/// Steps that freeing a row counts as.
const FREE_STEPS: usize = 16;

/// Frees rows that have been taken out, while others have their turns.
pub(super) fn free(mut rows: Vec<Row>) {
    while !rows.is_empty() {
        let portion = rows.split_off(rows.len().saturating_sub(FREED_AT_ONCE));
        let steps = portion.len() * FREE_STEPS;
        drop(portion);
        pace::charge(steps);
    }
}
