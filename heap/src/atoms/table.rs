//! The table of one machine's atoms.

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use parking_lot::Mutex;

use super::Atom;
use super::known::KNOWN;
use crate::pace;

/// Characters in the longest atom, as in OTP.
pub const CHARACTERS_MAX: usize = 255;
const SHARDS: usize = 16;
/// Names stand in chunks that double, so that a published slot never moves: chunk `k` holds `FIRST << k` names.
const FIRST: usize = 4096;
const CHUNKS: usize = 20;

/// Atoms that only code may make beyond the limit.
pub const CODE_RESERVE: u32 = 1 << 16;

/// Why a name could not be made an atom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AtomError {
    /// More than 255 characters.
    TooLong,
    /// The machine's limit of atoms is reached, or that of whoever makes it.
    TableFull,
}

/// All atoms of one machine.
pub struct AtomTable {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
    chunks: [AtomicPtr<AtomicPtr<Name>>; CHUNKS],
    count: AtomicU32,
    limit: u32,
    /// Bytes that the names take.
    name_bytes: AtomicUsize,
}

/// Names that hash alike, by their hash, and their atoms.
type Shard = HashTable<(&'static str, Atom)>;

/// A name as it stands in the table.
struct Name {
    text: Box<str>,
}

impl AtomTable {
    /// A table with the well-known atoms, that holds at most `limit` atoms.
    pub fn new(limit: u32) -> AtomTable {
        let table = AtomTable {
            hasher: RandomState::default(),
            shards: Default::default(),
            chunks: Default::default(),
            count: AtomicU32::new(0),
            limit: limit.max(KNOWN.len() as u32),
            name_bytes: AtomicUsize::new(0),
        };
        for (index, name) in KNOWN.iter().enumerate() {
            let atom = table.intern(name).expect("the well-known atoms fit an empty table");
            assert_eq!(atom.0 as usize, index, "{name} stands twice in the list of well-known atoms");
        }
        table
    }

    /// The atom called `name`, made when it is new.
    pub fn intern(&self, name: &str) -> Result<Atom, AtomError> {
        self.intern_below(name, self.limit)
    }

    /// As [`AtomTable::intern`] for what code names: there is room for some when programs have made as many as they
    /// may, so that what a program calls then can still be loaded.
    pub fn intern_for_code(&self, name: &str) -> Result<Atom, AtomError> {
        self.intern_below(name, self.limit.saturating_add(CODE_RESERVE))
    }

    fn intern_below(&self, name: &str, limit: u32) -> Result<Atom, AtomError> {
        let hash = self.hasher.hash_one(name);
        let mut shard = self.shard(hash).lock();
        if let Some(&(_, atom)) = shard.find(hash, |(known, _)| *known == name) {
            return Ok(atom);
        }
        if name.len() > CHARACTERS_MAX && name.chars().count() > CHARACTERS_MAX {
            return Err(AtomError::TooLong);
        }
        if !pace::may_make_atom() {
            return Err(AtomError::TableFull);
        }
        let index = self
            .count
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < limit).then_some(n + 1))
            .map_err(|_| AtomError::TableFull)?;
        let (text, atom) = (self.publish(index, name), Atom(index));
        shard.insert_unique(hash, (text, atom), |(known, _)| self.hasher.hash_one(known));
        Ok(atom)
    }

    /// The atom called `name` if there is one.
    pub fn lookup(&self, name: &str) -> Option<Atom> {
        let hash = self.hasher.hash_one(name);
        self.shard(hash).lock().find(hash, |(known, _)| *known == name).map(|&(_, atom)| atom)
    }

    /// The name of an atom of this table.
    pub fn name(&self, atom: Atom) -> &str {
        let (chunk, at) = place(atom.0 as usize);
        let slots = self.chunks[chunk].load(Ordering::Acquire);
        assert!(!slots.is_null(), "an atom of another machine");
        // SAFETY: a chunk, once published, has `FIRST << chunk` slots and lives as long as the table; `at` is
        // within it by `place`.
        let name = unsafe { (*slots.add(at)).load(Ordering::Acquire) };
        assert!(!name.is_null(), "an atom of another machine");
        // SAFETY: a published name is never changed, and freed by the table's drop only.
        unsafe { &(*name).text }
    }

    /// How many atoms there are.
    pub fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed) as usize
    }

    /// Never true: the well-known atoms are always there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many atoms programs can make there be.
    pub fn limit(&self) -> usize {
        self.limit as usize
    }

    /// Bytes of memory that the table takes, and how many of them atoms use.
    pub fn bytes(&self) -> (usize, usize) {
        /// What an atom takes beside its name: that of the name, its slot, and its entry in a shard.
        const ATOM: usize = size_of::<Name>() + size_of::<AtomicPtr<Name>>() + size_of::<(&str, Atom)>();
        let is_there = |&chunk: &usize| !self.chunks[chunk].load(Ordering::Relaxed).is_null();
        let slots: usize = (0..CHUNKS).filter(is_there).map(|chunk| FIRST << chunk).sum();
        let names = self.name_bytes.load(Ordering::Relaxed);
        let used = self.len() * ATOM + names;
        (used + slots.saturating_sub(self.len()) * size_of::<AtomicPtr<Name>>(), used)
    }

    /// The shard of a hash, by bits of the middle: the table takes those at both ends.
    fn shard(&self, hash: u64) -> &Mutex<Shard> {
        &self.shards[(hash >> 32) as usize % SHARDS]
    }

    /// Puts the name where its index finds it, and returns its text with a lifetime that is really the table's.
    fn publish(&self, index: u32, name: &str) -> &'static str {
        let (chunk, at) = place(index as usize);
        let slots = self.chunk(chunk);
        self.name_bytes.fetch_add(name.len(), Ordering::Relaxed);
        let name = Box::into_raw(Box::new(Name { text: name.into() }));
        // SAFETY: `at` is within the chunk by `place`.
        unsafe { (*slots.add(at)).store(name, Ordering::Release) };
        // SAFETY: the name lives until the table is dropped, and so do the shards that hold this reference.
        unsafe { &(*name).text }
    }

    /// The slots of a chunk, made when this is the first index in it.
    fn chunk(&self, chunk: usize) -> *mut AtomicPtr<Name> {
        let slots = self.chunks[chunk].load(Ordering::Acquire);
        if !slots.is_null() {
            return slots;
        }
        let fresh: Box<[AtomicPtr<Name>]> = (0..FIRST << chunk).map(|_| AtomicPtr::default()).collect();
        let fresh = Box::into_raw(fresh).cast::<AtomicPtr<Name>>();
        let empty = std::ptr::null_mut();
        match self.chunks[chunk].compare_exchange(empty, fresh, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => fresh,
            Err(first) => {
                // SAFETY: `fresh` was made above with this length and has not been published.
                drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(fresh, FIRST << chunk)) });
                first
            }
        }
    }
}

/// The chunk and the place in it of an index.
fn place(index: usize) -> (usize, usize) {
    let chunk = (index / FIRST + 1).ilog2() as usize;
    (chunk, index - FIRST * ((1 << chunk) - 1))
}

impl Drop for AtomTable {
    fn drop(&mut self) {
        for (chunk, slots) in self.chunks.iter().enumerate() {
            let slots = slots.load(Ordering::Relaxed);
            if slots.is_null() {
                continue;
            }
            // SAFETY: made in `chunk` as a boxed slice of this length; nobody else refers to the table any more.
            let slots = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(slots, FIRST << chunk)) };
            for name in slots.iter().map(|slot| slot.load(Ordering::Relaxed)).filter(|n| !n.is_null()) {
                // SAFETY: made in `publish` by `Box::into_raw`, and freed here only.
                drop(unsafe { Box::from_raw(name) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atoms::am;

    #[test]
    fn names_and_atoms_agree() {
        let table = AtomTable::new(100_000);
        assert_eq!(table.name(am::badarg), "badarg");
        assert_eq!(table.lookup("no such atom"), None);
        let made: Vec<Atom> = (0..20_000).map(|i| table.intern(&format!("a{i}")).unwrap()).collect();
        for (i, &atom) in made.iter().enumerate() {
            assert_eq!(table.name(atom), format!("a{i}"));
            assert_eq!(table.intern(&format!("a{i}")), Ok(atom));
        }
    }

    #[test]
    fn atoms_take_memory() {
        let table = AtomTable::new(100_000);
        let (held, used) = table.bytes();
        assert!(held >= used);
        table.intern(&"x".repeat(200)).unwrap();
        assert!(table.bytes().1 >= used + 200);
    }

    #[test]
    fn limits_are_errors() {
        let table = AtomTable::new(0);
        assert_eq!(table.intern("one more"), Err(AtomError::TableFull));
        assert_eq!(
            table.intern_for_code("one more").map(|atom| table.name(atom).to_owned()),
            Ok("one more".to_owned())
        );
        assert!(table.intern("one more").is_ok());
        assert_eq!(AtomTable::new(9_999).intern(&"é".repeat(256)), Err(AtomError::TooLong));
        assert!(AtomTable::new(9_999).intern(&"é".repeat(255)).is_ok());
    }
}
