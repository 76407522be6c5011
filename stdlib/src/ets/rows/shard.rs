//! A part of a table without an order: keys by their hashes, in an array whose order is that of the hashes.
//!
//! A key stands at its home, the place that its hash has in proportion, or behind it: keys are in the order of their hashes (those
//! of one hash in the order of terms), and between a key's home and the key there is no gap. So looking for a key begins at its
//! home and ends at the first gap or larger hash, and going over the array goes over the hashes in order, whatever its
//! length. What has been found once is found again at the same place of the order after the array has grown, and a place in the
//! order exists without its key.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use purlin_heap::{AtomTable, Term, equal, order, pace};

use super::group::{Group, Row};
use super::{NotThere, key_of};

/// The least length of an array that is not empty, as a power of two.
const LENGTH_LOG_MIN: u32 = 3;
/// So many keys for so many homes are the most.
const KEYS_MAX: (usize, usize) = (4, 5);

/// More keys that stand before another one's place count as work: somebody may have chosen them so.
const PASSED_IN_PASSING: usize = 64;

/// Rows that stand so many places ahead of the one that is looked at are fetched.
const FETCHED_AHEAD: usize = 8;

/// A key's place in the order of a table.
#[derive(Clone, Copy)]
pub(super) struct Place<'k> {
    pub(super) hash: u64,
    pub(super) key: Term<'k>,
}

/// See the top of the file.
///
/// Hashes and rows stand in arrays of their own: that of the hashes is small enough to stay near the processor, and both are
/// fetched at once, since the home of a key says where.
#[derive(Default)]
pub(super) struct Shard {
    /// The bits of the hashes that come behind those which choose the shard. A gap has none that matters.
    hashes: Vec<u32>,
    groups: Vec<Group>,
    /// How many homes there are, as a power of two; the arrays are as long or longer.
    homes_log: u32,
    keys: usize,
}

/// What is the same for all calls on a table's shards.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    /// The place of the key, from 0.
    pub(super) key_at: usize,
    /// The highest bits of a hash, which choose the shard.
    pub(super) shard_bits: u32,
    pub(super) atoms: &'a AtomTable,
}

impl Shard {
    /// What of a hash counts in a shard.
    fn within(hash: u64, rules: Rules<'_>) -> u32 {
        (hash << rules.shard_bits >> 32) as u32
    }

    fn home(&self, hash: u32) -> usize {
        // No shift by all bits: an array has eight homes or more.
        (u64::from(hash) >> (32 - self.homes_log)) as usize
    }

    /// Where a key stands, or else where it would.
    fn find(&self, place: Place<'_>, rules: Rules<'_>) -> Result<usize, usize> {
        if self.groups.is_empty() {
            return Err(0);
        }
        let wanted = Shard::within(place.hash, rules);
        let home = self.home(wanted);
        let mut at = home;
        while let Some(group) = self.groups.get(at).filter(|group| !group.is_empty())
            && let Some(&hash) = self.hashes.get(at)
            && hash <= wanted
        {
            if hash == wanted
                && let Some(row) = group.first()
            {
                let key = key_of(row, rules.key_at);
                if equal::exact(key, place.key) {
                    return Ok(at);
                }
                if order::compare_exact(key, place.key, rules.atoms) == Ordering::Greater {
                    break;
                }
            }
            at += 1;
        }
        if at - home > PASSED_IN_PASSING {
            pace::charge(at - home);
        }
        Err(at)
    }

    /// The rows of a key.
    pub(super) fn get(&self, place: Place<'_>, rules: Rules<'_>) -> &[Row] {
        self.find(place, rules).map_or(&[], |at| self.groups[at].terms())
    }

    /// Changes the rows of a key, of which there may be none before or after.
    pub(super) fn change<R>(
        &mut self,
        place: Place<'_>,
        rules: Rules<'_>,
        change: impl FnOnce(&mut Group) -> R,
    ) -> R {
        match self.find(place, rules) {
            Ok(at) => {
                let result = change(&mut self.groups[at]);
                if self.groups[at].is_empty() {
                    self.close_gap(at);
                }
                result
            }
            Err(at) => {
                let mut group = Group::default();
                let result = change(&mut group);
                if !group.is_empty() {
                    self.add(group, at, place, rules);
                }
                result
            }
        }
    }

    /// Adds a key that belongs to this place in the array as it is.
    fn add(&mut self, group: Group, mut at: usize, place: Place<'_>, rules: Rules<'_>) {
        if (self.keys + 1) * KEYS_MAX.1 > (self.groups.len().min(1 << self.homes_log)) * KEYS_MAX.0 {
            self.rebuild((self.homes_log + 1).max(LENGTH_LOG_MIN));
            at = self.find(place, rules).unwrap_or_else(|at| at);
        }
        self.keys += 1;
        let gap = (at..self.groups.len()).find(|&at| self.groups[at].is_empty());
        let gap = gap.unwrap_or_else(|| {
            self.hashes.push(0);
            self.groups.push(Group::default());
            self.groups.len() - 1
        });
        self.hashes[at..=gap].rotate_right(1);
        self.groups[at..=gap].rotate_right(1);
        self.hashes[at] = Shard::within(place.hash, rules);
        self.groups[at] = group;
    }

    /// Moves what stands behind a gap towards its home, since there may be no gap between the two.
    fn close_gap(&mut self, gap: usize) {
        self.keys -= 1;
        let mut end = gap + 1;
        while self.groups.get(end).is_some_and(|group| !group.is_empty()) && self.home(self.hashes[end]) < end
        {
            end += 1;
        }
        self.hashes[gap..end].rotate_left(1);
        self.groups[gap..end].rotate_left(1);
        if self.homes_log > LENGTH_LOG_MIN && self.keys < 1 << (self.homes_log - 3) {
            self.rebuild(self.homes_log - 1);
        }
    }

    fn rebuild(&mut self, homes_log: u32) {
        let (hashes, groups) = (std::mem::take(&mut self.hashes), std::mem::take(&mut self.groups));
        self.homes_log = homes_log;
        self.hashes.resize(1 << homes_log, 0);
        self.groups.resize_with(1 << homes_log, Group::default);
        let mut next = 0;
        for (hash, group) in hashes.into_iter().zip(groups).filter(|(_, group)| !group.is_empty()) {
            let at = next.max(self.home(hash));
            if at == self.groups.len() {
                self.hashes.push(0);
                self.groups.push(Group::default());
            }
            self.hashes[at] = hash;
            self.groups[at] = group;
            next = at + 1;
        }
    }

    /// Where the keys behind a place begin, or all.
    fn behind(&self, place: Option<Place<'_>>, rules: Rules<'_>) -> usize {
        place.map_or(0, |place| self.find(place, rules).map_or_else(|at| at, |at| at + 1))
    }

    /// Shows `look` the rows of one key after the other, from behind a place or from the start, until it has seen enough. Nothing when
    /// those were all; otherwise whether more would come.
    pub(super) fn visit(
        &self,
        behind: Option<Place<'_>>,
        rules: Rules<'_>,
        look: &mut impl FnMut(&[Row]) -> ControlFlow<()>,
    ) -> Option<bool> {
        for at in self.behind(behind, rules)..self.groups.len() {
            if let Some(ahead) = self.groups.get(at + FETCHED_AHEAD) {
                ahead.prefetch();
            }
            let group = &self.groups[at];
            if !group.is_empty() && look(group.terms()).is_break() {
                return Some(self.groups[at + 1..].iter().any(|group| !group.is_empty()));
            }
        }
        None
    }

    /// The rows of the key behind a place, or of the first of all. When the place's key must be there and is not, that is an error.
    pub(super) fn next(
        &self,
        behind: Option<Place<'_>>,
        must_be_there: bool,
        rules: Rules<'_>,
    ) -> Result<&[Row], NotThere> {
        let from = match behind.map(|place| self.find(place, rules)) {
            None => 0,
            Some(Ok(at)) => at + 1,
            Some(Err(_)) if must_be_there => return Err(NotThere),
            Some(Err(at)) => at,
        };
        let mut groups = self.groups.iter().skip(from).filter(|group| !group.is_empty());
        let next = groups.next();
        // Whoever asks for one key after the other asks for that one soon.
        groups.next().into_iter().for_each(Group::prefetch);
        Ok(next.map_or(&[], Group::terms))
    }

    /// Whether there is no key.
    pub(super) fn is_empty(&self) -> bool {
        self.keys == 0
    }

    /// Takes some rows out of an array that belongs to no table any more.
    pub(super) fn drain(&mut self, count: usize) -> Option<Vec<Row>> {
        let from = self.groups.len().checked_sub(1)?.saturating_sub(count);
        let mut rows = Vec::new();
        self.groups.drain(from..).for_each(|mut group| group.take(|_| true, &mut rows));
        Some(rows)
    }

    /// Whether each key stands where it is looked for.
    #[cfg(test)]
    pub(super) fn check(&self, rules: Rules<'_>) {
        use purlin_heap::hash;
        let keys = (0..self.groups.len()).filter(|&at| !self.groups[at].is_empty());
        let mut count = 0;
        for at in keys {
            let key = key_of(&self.groups[at].terms()[0], rules.key_at);
            assert_eq!(self.find(Place { hash: hash::internal(key), key }, rules), Ok(at));
            count += 1;
        }
        assert_eq!(count, self.keys);
    }
}
