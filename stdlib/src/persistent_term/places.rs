//! Where the values of `persistent_term` stand: a table of places by the hash of their keys, read without a lock.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::held::Mutex;

/// The first table has so many slots, in powers of two; the next one twice as many.
const SLOTS_MIN_LOG: usize = 4;
const TABLES: usize = 32;

/// A slot of a table: the upper half of a hash above a place and one, or one of these.
const FREE: u64 = 0;
const ERASED: u64 = u32::MAX as u64;

/// An open table with linear probing. Those who change it take turns; those who read it see each change whole and at once, or
/// not yet: a slot is one word, an entry that moves to a larger table stays in the smaller one too, and what is searched
/// in a table that has been outgrown meanwhile is what it was when the search began.
pub(super) struct Places {
    /// Each is made when the one before is too full, and stays.
    tables: [OnceLock<Box<[AtomicU64]>>; TABLES],
    /// The number of the one that counts.
    newest: AtomicUsize,
    /// How many slots of that one are not free, for whoever changes it.
    used: Mutex<usize>,
}

impl Default for Places {
    fn default() -> Places {
        let places = Places {
            tables: [const { OnceLock::new() }; TABLES],
            newest: AtomicUsize::new(0),
            used: Mutex::new(0),
        };
        places.table(0);
        places
    }
}

impl Places {
    /// The place of the key with this hash, which `is_key` knows by its place.
    #[inline]
    pub fn find(&self, hash: u64, is_key: impl Fn(usize) -> bool) -> Option<usize> {
        let table = self.newest();
        search(table, hash, is_key).ok().and_then(|at| place_in(table[at].load(Ordering::Acquire)))
    }

    /// Gives the key with this hash a place.
    pub fn set(&self, hash: u64, place: usize, is_key: impl Fn(usize) -> bool) {
        let mut used = self.used.lock();
        let table = self.newest();
        let at = match search(table, hash, is_key) {
            Ok(at) => at,
            Err(at) => {
                *used += usize::from(table[at].load(Ordering::Relaxed) == FREE);
                at
            }
        };
        table[at].store(filled(hash, place), Ordering::Release);
        if *used > table.len() / 4 * 3 {
            *used = self.grow(table);
        }
    }

    /// Takes the place of the key with this hash away; whether there was one.
    pub fn erase(&self, hash: u64, is_key: impl Fn(usize) -> bool) -> bool {
        let mut used = self.used.lock();
        let table = self.newest();
        let Ok(mut at) = search(table, hash, is_key) else { return false };
        table[at].store(ERASED, Ordering::Release);
        // No search goes on behind a free slot, so those before it that are erased may be free too.
        let mask = table.len() - 1;
        while table[(at + 1) & mask].load(Ordering::Relaxed) == FREE
            && table[at].load(Ordering::Relaxed) == ERASED
        {
            table[at].store(FREE, Ordering::Release);
            *used -= 1;
            at = at.wrapping_sub(1) & mask;
        }
        true
    }

    /// Takes all places away.
    pub fn clear(&self) {
        let mut used = self.used.lock();
        self.newest().iter().for_each(|slot| slot.store(FREE, Ordering::Release));
        *used = 0;
    }

    /// All places.
    pub fn all(&self) -> impl Iterator<Item = usize> + '_ {
        self.newest().iter().filter_map(|slot| place_in(slot.load(Ordering::Acquire)))
    }

    fn newest(&self) -> &[AtomicU64] {
        self.table(self.newest.load(Ordering::Acquire))
    }

    fn table(&self, number: usize) -> &[AtomicU64] {
        let slots = 1 << (SLOTS_MIN_LOG + number);
        self.tables[number].get_or_init(|| (0..slots).map(|_| AtomicU64::new(FREE)).collect())
    }

    /// Takes the next table into use, with the entries of this one; how many there are. The whole hash is not known: the
    /// first bits that choose a slot come from what the entry holds of it.
    fn grow(&self, table: &[AtomicU64]) -> usize {
        let number = self.newest.load(Ordering::Relaxed) + 1;
        let larger = self.table(number);
        let entries = table.iter().map(|slot| slot.load(Ordering::Relaxed));
        let entries = entries.filter(|&slot| place_in(slot).is_some());
        let count = entries.map(|slot| {
            let at = search(larger, slot, |_| false).unwrap_or_else(|at| at);
            larger[at].store(slot, Ordering::Relaxed);
        });
        let count = count.count();
        self.newest.store(number, Ordering::Release);
        count
    }
}

/// The slot of a key, or else the one to put it into.
fn search(table: &[AtomicU64], hash: u64, is_key: impl Fn(usize) -> bool) -> Result<usize, usize> {
    let mask = table.len() - 1;
    let mut at = (hash >> 32) as usize & mask;
    let mut room = None;
    loop {
        match table[at].load(Ordering::Acquire) {
            FREE => return Err(room.unwrap_or(at)),
            ERASED => room = room.or(Some(at)),
            slot if slot >> 32 == hash >> 32 && place_in(slot).is_some_and(&is_key) => return Ok(at),
            _ => {}
        }
        at = (at + 1) & mask;
    }
}

fn filled(hash: u64, place: usize) -> u64 {
    let place = u32::try_from(place + 1).ok().filter(|&number| u64::from(number) != ERASED);
    hash >> 32 << 32 | u64::from(place.expect("values take more memory than there are places"))
}

fn place_in(slot: u64) -> Option<usize> {
    let number = slot & u64::from(u32::MAX);
    (slot != ERASED && number != 0).then(|| number as usize - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::sync::atomic::AtomicBool;

    /// Few hashes, so that many collide.
    fn hash(key: usize) -> u64 {
        (key as u64 % 13).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn agrees_with_a_map_whatever_is_set_and_erased() {
        let (places, mut model) = (Places::default(), HashMap::new());
        let mut keys = Vec::new();
        let mut random = 1u64;
        for _ in 0..20_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let key = (random >> 40) as usize % 200;
            let is_key = |place: usize| keys[place] == key;
            if random >> 33 & 3 == 0 {
                assert_eq!(places.erase(hash(key), is_key), model.remove(&key).is_some());
            } else {
                let place = keys.len();
                places.set(hash(key), place, is_key);
                keys.push(key);
                model.insert(key, place);
            }
            let is_key = |place: usize| keys[place] == key;
            assert_eq!(places.find(hash(key), is_key), model.get(&key).copied());
        }
        let mut all: Vec<_> = places.all().collect();
        let mut expected: Vec<_> = model.values().copied().collect();
        all.sort_unstable();
        expected.sort_unstable();
        assert_eq!(all, expected);
        places.clear();
        assert_eq!(places.all().count(), 0);
    }

    #[test]
    fn keys_that_come_and_go_do_not_make_it_grow() {
        let places = Places::default();
        for key in 0..100_000usize {
            let hash = (key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            places.set(hash, key, |place| place == key);
            assert!(places.erase(hash, |place| place == key));
        }
        assert_eq!(places.newest.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_key_that_stays_is_found_while_others_come_and_go() {
        let (places, done) = (Places::default(), AtomicBool::new(false));
        let spread = |key: usize| (key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (0..10).for_each(|key| places.set(spread(key), key, |place| place == key));
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        for key in 0..10 {
                            assert_eq!(places.find(spread(key), |place| place == key), Some(key));
                        }
                    }
                });
            }
            for key in 10..20_000 {
                places.set(spread(key), key, |place| place == key);
                if key % 3 == 0 {
                    assert!(places.erase(spread(key), |place| place == key));
                }
            }
            done.store(true, Ordering::Relaxed);
        });
    }
}
