//! An index from hashes to places in an array, which never moves more than a few thousand of them at once, however many there
//! are: it is a row of tables, and what grows is one of them.
//!
//! Which table a hash belongs to is a matter of linear hashing: when the tables are full on average, the next one in turn gives
//! half of its places to a new one at the end of the row.

use hashbrown::HashTable;

/// Places in a table on average, at most.
const TABLE_MEAN: usize = 1024;

/// See the top of the file.
pub(super) struct Places {
    tables: Vec<HashTable<Place>>,
    count: usize,
}

#[derive(Clone, Copy)]
struct Place {
    /// Spread over all bits.
    hash: u64,
    at: u32,
}

impl Places {
    /// An index of these places with their hashes.
    pub(super) fn new(hashes: impl Iterator<Item = u64>) -> Places {
        let mut places = Places { tables: vec![HashTable::new()], count: 0 };
        hashes.enumerate().for_each(|(at, hash)| places.insert(hash, at));
        places
    }

    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        // What a table keeps for each place beside it, and what it leaves free.
        2 * self.count * size_of::<Place>()
    }

    /// The place with this hash that is the right one.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut is: impl FnMut(usize) -> bool) -> Option<usize> {
        let hash = spread(hash);
        let place = self.tables[self.table_of(hash)]
            .find(hash, |place| place.hash == hash && is(place.at as usize))?;
        Some(place.at as usize)
    }

    /// Adds a place.
    pub(super) fn insert(&mut self, hash: u64, at: usize) {
        if self.count >= self.tables.len() * TABLE_MEAN {
            self.split();
        }
        let place = Place { hash: spread(hash), at: at as u32 };
        let table = self.table_of(place.hash);
        self.tables[table].insert_unique(place.hash, place, |place| place.hash);
        self.count += 1;
    }

    /// Takes a place out that is there.
    pub(super) fn remove(&mut self, hash: u64, at: usize) {
        let hash = spread(hash);
        let table = self.table_of(hash);
        let entry = self.tables[table].find_entry(hash, |place| place.hash == hash && place.at == at as u32);
        entry.ok().expect("a place that was added").remove();
        self.count -= 1;
    }

    /// What was at one place is at another one now.
    pub(super) fn moved(&mut self, hash: u64, from: usize, to: usize) {
        let hash = spread(hash);
        let table = self.table_of(hash);
        let place = self.tables[table].find_mut(hash, |place| place.hash == hash && place.at == from as u32);
        place.expect("a place that was added").at = to as u32;
    }

    #[inline]
    fn table_of(&self, hash: u64) -> usize {
        // Within a table the lowest bits and the highest count.
        let (number, all) = ((hash >> 28) as usize, self.tables.len().next_power_of_two());
        let table = number & (all - 1);
        if table < self.tables.len() { table } else { table & (all / 2 - 1) }
    }

    /// Adds a table, with the places that belong there.
    fn split(&mut self) {
        let added = self.tables.len();
        let from = added - (added + 1).next_power_of_two() / 2;
        self.tables.push(HashTable::new());
        for place in std::mem::take(&mut self.tables[from]) {
            let table = self.table_of(place.hash);
            debug_assert!(table == from || table == added);
            self.tables[table].insert_unique(place.hash, place, |place| place.hash);
        }
    }
}

/// Numbers that are given out one after the other differ in few bits.
#[inline]
fn spread(hash: u64) -> u64 {
    let hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ hash >> 32
}

#[cfg(test)]
mod tests {
    use super::{Places, TABLE_MEAN};

    /// Some keys have the same hash.
    fn hash(key: usize) -> u64 {
        (key as u64 / 3) << 5
    }

    #[test]
    fn places_are_found_while_they_become_more_and_fewer() {
        let count = 20 * TABLE_MEAN;
        let mut places = Places::new((0..10).map(hash));
        (10..count).for_each(|at| places.insert(hash(at), at));
        assert_eq!(places.tables.len(), 20);
        let largest = places.tables.iter().map(hashbrown::HashTable::len).max();
        assert!(largest < Some(4 * TABLE_MEAN), "{largest:?}");
        (0..count).step_by(2).for_each(|at| places.remove(hash(at), at));
        (1..count).step_by(4).for_each(|at| places.moved(hash(at), at, at + count));
        for at in 0..count {
            let found = |at| places.find(hash(at % count), |place| place == at).is_some();
            let (here, there) = (at % 4 == 3, at % 4 == 1);
            assert_eq!((found(at), found(at + count)), (here, there), "{at}");
        }
    }
}
