//! Putting many rows in at once, so that nobody sees some of them, without holding the locks for as long as that takes.
//!
//! While an insertion is under way the table's gate is closed: whoever has locked a place looks at the gate, and if it is closed lets go and
//! helps to put rows in, a portion at a time with turns of others in between, until all are in. So nobody waits for a process that has
//! no turn, and it does not matter whether the one who began lives on.
//!
//! The gate is closed before each place has been locked once, so whoever looked when it was open is done by then. It is opened when the
//! last row is in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use purlin_heap::{AtomTable, pace};

use super::group::Row;
use super::{Form, Rows, free, key_of, put};
use crate::held::Mutex;

/// No more rows than this are put in while their places are locked together.
pub(super) const ROWS_AT_ONCE: usize = 64;
/// Steps that looking for a row's place counts as.
const ROW_STEPS: usize = 16;

/// See the top of the file.
#[derive(Default)]
pub(super) struct Gate {
    is_closed: AtomicBool,
    /// What has to be done before it opens. While somebody has this, it does not change.
    work: Mutex<Option<Insertion>>,
}

/// Rows that are being put in.
struct Insertion {
    rows: std::vec::IntoIter<Row>,
    /// How many are still to be looked for, none of which may be there; then how many are to be put in, or given up.
    unchecked: usize,
    is_refused: Arc<AtomicBool>,
}

impl Gate {
    /// Whether an insertion is under way. Who asks has locked the place that it is about to look at.
    #[inline(always)]
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }
}

impl Rows {
    /// What a lock guards, once the gate is open.
    #[inline(always)]
    pub(super) fn enter<G>(&self, atoms: &AtomTable, lock: impl Fn() -> G) -> G {
        loop {
            let guard = lock();
            if !self.gate.is_closed() {
                return guard;
            }
            drop(guard);
            self.help(atoms);
        }
    }

    /// Whether many rows are being put in, and whoever wants to do something has to help.
    pub(in crate::ets) fn is_closed(&self) -> bool {
        self.gate.is_closed()
    }

    /// Puts rows in, or none of them if they must be `new` and a key of theirs is there, which makes it false.
    pub(super) fn insert_many(&self, mut rows: Vec<Row>, new: bool, atoms: &AtomTable) -> bool {
        let is_refused = Arc::new(AtomicBool::new(false));
        while !self.begin(&mut rows, new, &is_refused) {
            self.help(atoms);
        }
        self.help(atoms);
        !is_refused.load(Ordering::Acquire)
    }

    /// Closes the gate for an insertion; false if there is another.
    fn begin(&self, rows: &mut Vec<Row>, new: bool, is_refused: &Arc<AtomicBool>) -> bool {
        let mut work = self.gate.work.lock();
        if work.is_some() {
            return false;
        }
        let unchecked = if new { rows.len() } else { 0 };
        let rows = std::mem::take(rows).into_iter();
        *work = Some(Insertion { rows, unchecked, is_refused: is_refused.clone() });
        self.gate.is_closed.store(true, Ordering::Release);
        match &self.form {
            Form::Hashed { shards, .. } => shards.iter().for_each(|shard| drop(shard.write())),
            Form::Ordered(ordered) => drop(ordered.lock_all()),
        }
        true
    }

    /// Goes on with the insertion that is under way, until the gate is open.
    #[cold]
    pub(super) fn help(&self, atoms: &AtomTable) {
        loop {
            let replaced = {
                let mut work = self.gate.work.lock();
                let Some(insertion) = &mut *work else { return };
                let mut replaced = Vec::new();
                self.put_some(insertion, atoms, &mut replaced);
                if insertion.rows.len() == 0 {
                    *work = None;
                    self.gate.is_closed.store(false, Ordering::Release);
                }
                replaced
            };
            pace::charge(ROW_STEPS * ROWS_AT_ONCE);
            free(replaced);
        }
    }

    fn put_some(&self, insertion: &mut Insertion, atoms: &AtomTable, replaced: &mut Vec<Row>) {
        let count = insertion.rows.len().min(ROWS_AT_ONCE);
        if insertion.is_refused.load(Ordering::Relaxed) {
            replaced.extend(insertion.rows.by_ref().take(count));
            return;
        }
        if insertion.unchecked > 0 {
            let from = insertion.rows.len() - insertion.unchecked;
            let some = &insertion.rows.as_slice()[from..insertion.rows.len().min(from + ROWS_AT_ONCE)];
            let is_there = |row: &Row| self.has(key_of(row, self.key_at), atoms);
            insertion.is_refused.store(some.iter().any(is_there), Ordering::Release);
            insertion.unchecked -= some.len();
            return;
        }
        for row in insertion.rows.by_ref().take(count) {
            // The group holds the row, whose key is looked for meanwhile.
            let key_row = row.clone();
            let key = key_of(&key_row, self.key_at);
            self.change_in(key, atoms, false, |group| put(self.kind, group, row, replaced));
        }
    }
}
