//! Maps made from others and from pairs.

use super::trie::{Context, Entry, Removed, place};
use super::{FLAT_SIZE_MAX, Map, STEPS_PER_KEY, flat, same_key};
use crate::atoms::AtomTable;
use crate::build::Build;
use crate::layout::Kind;
use crate::order::{compare_exact, compare_keys};
use crate::pace;
use crate::term::{Boxed, Term};

/// More pairs at once take the general way.
const PAIRS_MAX: usize = 16;

impl<'h> Map<'h> {
    /// The map of these pairs; of pairs with the same key the last counts.
    pub fn from_pairs<B: Build + ?Sized>(
        pairs: &[(Term<'h>, Term<'h>)],
        atoms: &AtomTable,
        build: &'h B,
    ) -> Map<'h> {
        if pairs.len() <= FLAT_SIZE_MAX {
            return flat::from_pairs(pairs, atoms, build);
        }
        let entries = pace::paced(pairs.iter(), 2)
            .map(|&(key, value)| Entry { place: place(key), key, value })
            .collect();
        from_entries(entries, &Context { atoms, build })
    }

    /// The map with `value` at `key`, whether it has that key or not.
    pub fn put<B: Build + ?Sized>(
        self,
        key: Term<'h>,
        value: Term<'h>,
        atoms: &AtomTable,
        build: &'h B,
    ) -> Map<'h> {
        self.put_in_slot(key, value, atoms, build).0
    }

    /// As [`Map::put`]; and the place of the key among those of the map, when the map is flat.
    pub fn put_in_slot<B: Build + ?Sized>(
        self,
        key: Term<'h>,
        value: Term<'h>,
        atoms: &AtomTable,
        build: &'h B,
    ) -> (Map<'h>, Option<usize>) {
        let Some(parts) = self.flat_parts() else {
            let entry = Entry { place: place(key), key, value };
            let (root, added) = Context { atoms, build }.put(self.root(), 0, entry);
            return (self.with_root(root, self.size() + usize::from(added), build), None);
        };
        match flat::position(parts.keys, key) {
            Some(at) if parts.values[at].is_same(value) => (self, Some(at)),
            Some(at) => (flat::replace(self, at, value, build), Some(at)),
            None if self.size() < FLAT_SIZE_MAX => {
                let (map, at) = flat::insert(parts, key, value, atoms, build);
                (map, Some(at))
            }
            None => {
                let pairs: Vec<_> = self.entries().chain([(key, value)]).collect();
                (Map::from_pairs(&pairs, atoms, build), None)
            }
        }
    }

    /// The map with another value at `key`, which it must have.
    pub fn update<B: Build + ?Sized>(
        self,
        key: Term<'h>,
        value: Term<'h>,
        atoms: &AtomTable,
        build: &'h B,
    ) -> Option<Map<'h>> {
        self.has(key).then(|| self.put(key, value, atoms, build))
    }

    /// The map without `key`: itself, when it does not have that key.
    pub fn remove<B: Build + ?Sized>(self, key: Term<'_>, atoms: &AtomTable, build: &'h B) -> Map<'h> {
        if let Some(parts) = self.flat_parts() {
            return match flat::position(parts.keys, key) {
                Some(at) => flat::remove(parts, at, build),
                None => self,
            };
        }
        match (Context { atoms, build }).remove(self.root(), 0, place(key), key) {
            Removed::Absent => self,
            Removed::Single(..) => unreachable!("a trie has more than {FLAT_SIZE_MAX} keys"),
            Removed::Left(root) => self.with_root(root, self.size() - 1, build).flattened(atoms, build),
        }
    }

    /// The map with each key of `pairs` (keys and values in turn) at its value.
    pub fn put_all<B: Build + ?Sized>(self, pairs: &[Term<'h>], atoms: &AtomTable, build: &'h B) -> Map<'h> {
        if let &[key, value] = pairs {
            return self.put(key, value, atoms, build);
        }
        if let Some(map) = self.replace_all(pairs, build) {
            return map;
        }
        if self.size() + pairs.len() / 2 <= FLAT_SIZE_MAX || self.flat_parts().is_none() {
            return pace::paced(pairs.chunks_exact(2), STEPS_PER_KEY)
                .fold(self, |map, pair| map.put(pair[0], pair[1], atoms, build));
        }
        let entries: Vec<_> = self.entries().chain(pairs.chunks_exact(2).map(|p| (p[0], p[1]))).collect();
        Map::from_pairs(&entries, atoms, build)
    }

    /// As [`Map::put_all`], when the map has all the keys already; otherwise the least that it does not have.
    pub fn update_all<B: Build + ?Sized>(
        self,
        pairs: &[Term<'h>],
        atoms: &AtomTable,
        build: &'h B,
    ) -> Result<Map<'h>, Term<'h>> {
        if let (Some(parts), &[key, value]) = (self.flat_parts(), pairs) {
            return match flat::position(parts.keys, key) {
                Some(at) if parts.values[at].is_same(value) => Ok(self),
                Some(at) => Ok(flat::replace(self, at, value, build)),
                None => Err(key),
            };
        }
        let missing = pace::paced(pairs.chunks_exact(2), STEPS_PER_KEY)
            .map(|pair| pair[0])
            .filter(|&key| !self.has(key));
        match missing.min_by(|&a, &b| compare_keys(a, b, atoms)) {
            Some(key) => Err(key),
            None => Ok(self.put_all(pairs, atoms, build)),
        }
    }

    /// All entries of both; of keys that both have, the entries of `other`.
    pub fn merge<B: Build + ?Sized>(self, other: Map<'h>, atoms: &AtomTable, build: &'h B) -> Map<'h> {
        if self.size() == 0 || self.as_term().is_same(other.as_term()) {
            return other;
        }
        if self.size() < other.size() {
            let missing = pace::paced(self.entries(), STEPS_PER_KEY).filter(|&(key, _)| !other.has(key));
            let missing: Vec<Term<'h>> = missing.flat_map(|(key, value)| [key, value]).collect();
            return other.put_all(&missing, atoms, build);
        }
        let pairs: Vec<Term<'h>> =
            pace::paced(other.entries(), 2).flat_map(|(key, value)| [key, value]).collect();
        self.put_all(&pairs, atoms, build)
    }

    /// A flat map with other values; nothing when it is no flat map or lacks one of the keys.
    fn replace_all<B: Build + ?Sized>(self, pairs: &[Term<'h>], build: &'h B) -> Option<Map<'h>> {
        let parts = self.flat_parts()?;
        let mut slots = [0u8; PAIRS_MAX];
        let slots = slots.get_mut(..pairs.len() / 2)?;
        let mut unchanged = true;
        for (slot, pair) in slots.iter_mut().zip(pairs.as_chunks::<2>().0) {
            let at = flat::position(parts.keys, pair[0])?;
            unchanged &= parts.values[at].is_same(pair[1]);
            *slot = at as u8; // Below `FLAT_SIZE_MAX`.
        }
        if unchanged {
            return Some(self);
        }
        let values = pairs.iter().skip(1).step_by(2);
        Some(flat::replace_at(self, slots.iter().map(|&slot| slot as usize).zip(values.copied()), build))
    }

    fn with_root<B: Build + ?Sized>(self, root: Boxed<'h>, size: usize, build: &'h B) -> Map<'h> {
        if root.address() == self.root().address() { self } else { hash_map(root, size, build) }
    }

    /// A flat map, when the size is that of one.
    fn flattened<B: Build + ?Sized>(self, atoms: &AtomTable, build: &'h B) -> Map<'h> {
        if self.size() > FLAT_SIZE_MAX {
            return self;
        }
        let mut entries: Vec<_> = self.entries().collect();
        flat::from_entries(&mut entries, atoms, build)
    }
}

fn hash_map<'h, B: Build + ?Sized>(root: Boxed<'h>, size: usize, build: &'h B) -> Map<'h> {
    let map = build.object(Kind::HashMap, &[size as u64], &[root.as_term()]);
    Map(map.as_boxed().expect("an object was built"))
}

fn from_entries<'h, B: Build + ?Sized>(mut entries: Vec<Entry<'h>>, context: &Context<'h, '_, B>) -> Map<'h> {
    pace::sort_by(&mut entries, |a, b| a.place.cmp(&b.place));
    let kept = distinct(&entries, context.atoms);
    pace::free(entries);
    let entries = kept;
    if entries.len() > FLAT_SIZE_MAX {
        let map = hash_map(context.subtree(&entries, 0), entries.len(), context.build);
        pace::free(entries);
        return map;
    }
    let mut pairs: Vec<_> = entries.iter().map(|e| (e.key, e.value)).collect();
    flat::from_entries(&mut pairs, context.atoms, context.build)
}

/// Drops all but the last entry of each key, and brings those that share a place in exact order.
fn distinct<'h>(entries: &[Entry<'h>], atoms: &AtomTable) -> Vec<Entry<'h>> {
    let mut kept: Vec<Entry<'h>> = Vec::with_capacity(entries.len());
    for group in pace::paced(entries.chunk_by(|a, b| a.place == b.place), 2) {
        let start = kept.len();
        for entry in group {
            match kept[start..].iter().position(|k| same_key(k.key, entry.key)) {
                Some(at) => kept[start + at].value = entry.value,
                None => kept.push(*entry),
            }
        }
        kept[start..].sort_by(|a, b| compare_exact(a.key, b.key, atoms));
    }
    kept
}
