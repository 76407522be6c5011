//! The rows of a table, copies that belong to no process.

use std::collections::BTreeMap;
use std::sync::Arc;

use purlin_heap::{AtomTable, Message, Term, equal, hash, order};

/// How a table treats keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Set,
    OrderedSet,
    Bag,
    DuplicateBag,
}

/// A row; readers may keep it while the table changes.
pub(super) type Row = Arc<Message>;

/// All rows of a table.
pub(super) struct Rows {
    kind: Kind,
    /// The place of the key, from 0.
    key_at: usize,
    count: usize,
    /// Words of all rows.
    words: usize,
    form: Form,
}

enum Form {
    /// By the hash of their keys.
    Hashed(BTreeMap<u64, Vec<Row>>),
    /// In the order of their keys.
    Ordered(Vec<Row>),
}

impl Rows {
    pub(super) fn new(kind: Kind, key_at: usize) -> Rows {
        let form = match kind {
            Kind::OrderedSet => Form::Ordered(Vec::new()),
            _ => Form::Hashed(BTreeMap::new()),
        };
        Rows { kind, key_at, count: 0, words: 0, form }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Words of all rows.
    pub(super) fn words(&self) -> usize {
        self.words
    }

    /// The key of a row.
    pub(super) fn key<'r>(&self, row: &'r Row) -> Term<'r> {
        row.term().as_tuple().expect("rows are tuples that have a key").element(self.key_at)
    }

    /// The rows of a key, in the order in which they came.
    pub(super) fn of_key(&self, key: Term<'_>, atoms: &AtomTable) -> Vec<Row> {
        match &self.form {
            Form::Hashed(buckets) => {
                let bucket = buckets.get(&hash::internal(key)).map_or(&[][..], |bucket| bucket);
                bucket.iter().filter(|row| equal::exact(self.key(row), key)).cloned().collect()
            }
            Form::Ordered(rows) => {
                self.place(rows, key, atoms).map(|at| rows[at].clone()).into_iter().collect()
            }
        }
    }

    fn place(&self, rows: &[Row], key: Term<'_>, atoms: &AtomTable) -> Result<usize, usize> {
        rows.binary_search_by(|row| order::compare(self.key(row), key, atoms))
    }

    /// Adds a row; in a set it takes the place of the one that has its key.
    pub(super) fn insert(&mut self, row: Row, atoms: &AtomTable) {
        let key_at = self.key_at;
        let key = row.term().as_tuple().expect("rows are tuples that have a key").element(key_at);
        if let Form::Ordered(rows) = &self.form {
            let place = self.place(rows, key, atoms);
            let Form::Ordered(rows) = &mut self.form else { unreachable!("looked at above") };
            match place {
                Ok(at) => {
                    self.words = self.words + row.words() - rows[at].words();
                    rows[at] = row;
                }
                Err(at) => {
                    self.words += row.words();
                    rows.insert(at, row);
                    self.count += 1;
                }
            }
            return;
        }
        let Form::Hashed(buckets) = &mut self.form else { unreachable!("a table has one of two forms") };
        let bucket = buckets.entry(hash::internal(key)).or_default();
        let has_key =
            |row: &Row| row.term().as_tuple().is_some_and(|tuple| equal::exact(tuple.element(key_at), key));
        match self.kind {
            Kind::Set => {
                if let Some(at) = bucket.iter().position(has_key) {
                    self.words = self.words + row.words() - bucket[at].words();
                    bucket[at] = row.clone();
                    return;
                }
            }
            Kind::Bag if bucket.iter().any(|other| equal::exact(other.term(), row.term())) => return,
            _ => {}
        }
        self.words += row.words();
        bucket.push(row.clone());
        self.count += 1;
    }

    /// Removes the rows that `unwanted` picks among those that may have this key; how many.
    pub(super) fn remove(
        &mut self,
        key: Term<'_>,
        atoms: &AtomTable,
        mut unwanted: impl FnMut(&Row) -> bool,
    ) -> usize {
        let before = self.count;
        let place = match &self.form {
            Form::Ordered(rows) => self.place(rows, key, atoms).ok(),
            Form::Hashed(_) => None,
        };
        let key_at = self.key_at;
        match &mut self.form {
            Form::Ordered(rows) => {
                if let Some(at) = place.filter(|&at| unwanted(&rows[at])) {
                    self.words -= rows.remove(at).words();
                    self.count -= 1;
                }
            }
            Form::Hashed(buckets) => {
                let hash = hash::internal(key);
                let Some(bucket) = buckets.get_mut(&hash) else { return 0 };
                let (size, words) = (bucket.len(), &mut self.words);
                bucket.retain(|row| {
                    let tuple = row.term().as_tuple().expect("rows are tuples that have a key");
                    let stays = !(equal::exact(tuple.element(key_at), key) && unwanted(row));
                    *words -= if stays { 0 } else { row.words() };
                    stays
                });
                self.count -= size - bucket.len();
                if bucket.is_empty() {
                    buckets.remove(&hash);
                }
            }
        }
        before - self.count
    }

    /// All rows, in the table's order.
    pub(super) fn all(&self) -> Vec<Row> {
        match &self.form {
            Form::Hashed(buckets) => buckets.values().flatten().cloned().collect(),
            Form::Ordered(rows) => rows.clone(),
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Rows::new(self.kind, self.key_at);
    }

    pub(super) fn first(&self) -> Option<Row> {
        match &self.form {
            Form::Hashed(buckets) => buckets.values().next().and_then(|bucket| bucket.first()).cloned(),
            Form::Ordered(rows) => rows.first().cloned(),
        }
    }

    pub(super) fn last(&self) -> Option<Row> {
        match &self.form {
            Form::Ordered(rows) => rows.last().cloned(),
            // A table without an order is gone over in one direction only.
            Form::Hashed(_) => self.first(),
        }
    }

    /// The first row behind those of a key. An error when a table without an order does not have the key.
    pub(super) fn after(&self, key: Term<'_>, atoms: &AtomTable) -> Result<Option<Row>, ()> {
        match &self.form {
            Form::Ordered(rows) => {
                let at = self.place(rows, key, atoms).map_or_else(|at| at, |at| at + 1);
                Ok(rows.get(at).cloned())
            }
            Form::Hashed(buckets) => {
                let hash = hash::internal(key);
                let bucket = buckets.get(&hash).ok_or(())?;
                let last = bucket.iter().rposition(|row| equal::exact(self.key(row), key)).ok_or(())?;
                // Keys of one hash may stand mixed: the next is the first whose own first row comes later.
                let next = bucket[last + 1..].iter().find(|row| {
                    let first = bucket.iter().position(|other| equal::exact(self.key(other), self.key(row)));
                    first.is_some_and(|first| first > last)
                });
                let later = || buckets.range(hash + 1..).next().and_then(|(_, bucket)| bucket.first());
                Ok(next.or_else(later).cloned())
            }
        }
    }

    /// The last row before a key, in a table with an order; in another as [`Rows::after`].
    pub(super) fn before(&self, key: Term<'_>, atoms: &AtomTable) -> Result<Option<Row>, ()> {
        match &self.form {
            Form::Ordered(rows) => {
                let at = self.place(rows, key, atoms).unwrap_or_else(|at| at);
                Ok(at.checked_sub(1).map(|at| rows[at].clone()))
            }
            Form::Hashed(_) => self.after(key, atoms),
        }
    }
}
