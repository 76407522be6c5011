//! Registered names.
//!
//! Atoms are small numbers, so the table is an array indexed by atom, in chunks made on first use. Each entry is one
//! atomic word: looking a name up is a load, registering and unregistering are compare-and-swaps, and no name
//! waits for another. A process knows its own name too ([`crate::process::Shared`]), which is what makes registering
//! safe against its end: see [`Names::register`].

use crate::process::shared::Name;
use purlin_heap::Atom;
use purlin_heap::word::Word;
use purlin_scheduler::sync::atomic::{AtomicU64, Ordering, fence};
use std::sync::OnceLock;

const CHUNK: usize = 1024;
const CHUNKS_MAX: usize = 1 << 14;

/// The names of one machine.
pub(crate) struct Names {
    chunks: Box<[OnceLock<Box<[AtomicU64]>>]>,
}

/// Why a name could not be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// The name is in use.
    Taken,
    /// The process has a name already.
    HasName,
    /// The process has ended.
    NoProcess,
    /// The table has no place for names that are such late atoms.
    TableFull,
}

impl Names {
    /// No names, for a machine of at most `atoms` atoms.
    pub(crate) fn new(atoms: u32) -> Names {
        let chunks = (atoms as usize).div_ceil(CHUNK).min(CHUNKS_MAX);
        Names { chunks: (0..chunks).map(|_| OnceLock::new()).collect() }
    }

    /// The pid or port that is registered under `name`.
    #[inline]
    pub(crate) fn lookup(&self, name: Atom) -> Option<Word> {
        let chunk = self.chunks.get(name.0 as usize / CHUNK)?.get()?;
        let word = chunk[name.0 as usize % CHUNK].load(Ordering::Acquire);
        (word != 0).then_some(Word(word))
    }

    /// Registers `owner`, whose own record of its name is `own`.
    ///
    /// The process's record is claimed first and looked at once more when the name is public. A process that ends
    /// first marks its record and then removes the name that stood there. So whichever comes last sees the other, and
    /// no name of a dead process stays.
    pub(crate) fn register(&self, name: Atom, owner: Word, own: &Name) -> Result<(), NameError> {
        register_in(self.entry(name).ok_or(NameError::TableFull)?, name, owner, own)
    }

    /// The process that calls itself `own` ends: its name is free from now on, and it gets no other.
    pub(crate) fn end(&self, owner: Word, own: &Name) {
        if let Some(name) = own.kill()
            && let Some(entry) = self.entry(name)
        {
            end_in(entry, owner);
        }
    }

    /// Takes the name from `owner`, if that is who has it.
    pub(crate) fn unregister(&self, name: Atom, owner: Word) -> bool {
        self.entry(name).is_some_and(|entry| take_from(entry, owner))
    }

    /// All names at some moment.
    pub(crate) fn all(&self) -> impl Iterator<Item = Atom> {
        self.chunks.iter().enumerate().filter_map(|(index, chunk)| Some((index, chunk.get()?))).flat_map(
            |(index, chunk)| {
                let is_used = |&place: &usize| chunk[place].load(Ordering::Acquire) != 0;
                (0..CHUNK).filter(is_used).map(move |place| Atom((index * CHUNK + place) as u32))
            },
        )
    }

    fn entry(&self, name: Atom) -> Option<&AtomicU64> {
        let chunk = self.chunks.get(name.0 as usize / CHUNK)?;
        let chunk = chunk.get_or_init(|| (0..CHUNK).map(|_| AtomicU64::new(0)).collect());
        Some(&chunk[name.0 as usize % CHUNK])
    }
}

fn register_in(entry: &AtomicU64, name: Atom, owner: Word, own: &Name) -> Result<(), NameError> {
    own.claim(name)?;
    if entry.compare_exchange(0, owner.0, Ordering::AcqRel, Ordering::Relaxed).is_err() {
        own.clear(name);
        return Err(NameError::Taken);
    }
    // Either the end of the process sees the name in the entry, or this sees that it has ended.
    fence(Ordering::SeqCst);
    if own.get() == Some(name) {
        return Ok(());
    }
    take_from(entry, owner);
    Err(NameError::NoProcess)
}

fn end_in(entry: &AtomicU64, owner: Word) {
    fence(Ordering::SeqCst);
    take_from(entry, owner);
}

fn take_from(entry: &AtomicU64, owner: Word) -> bool {
    entry.compare_exchange(owner.0, 0, Ordering::AcqRel, Ordering::Relaxed).is_ok()
}

#[cfg(all(test, loom))]
mod models {
    use super::{end_in, register_in};
    use crate::process::shared::Name;
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicU64, Ordering};
    use purlin_heap::Atom;
    use purlin_heap::word::Word;

    #[test]
    fn no_name_of_a_dead_process_stays() {
        loom::model(|| {
            let (entry, own) = (Arc::new(AtomicU64::new(0)), Arc::new(Name::new()));
            let ending = {
                let (entry, own) = (entry.clone(), own.clone());
                loom::thread::spawn(move || {
                    if own.kill().is_some() {
                        end_in(&entry, Word(8));
                    }
                })
            };
            let _ = register_in(&entry, Atom(3), Word(8), &own);
            ending.join().unwrap();
            assert_eq!(entry.load(Ordering::SeqCst), 0);
            assert_eq!(own.get(), None);
        });
    }

    #[test]
    fn of_two_processes_one_gets_the_name() {
        loom::model(|| {
            let entry = Arc::new(AtomicU64::new(0));
            let other = {
                let entry = entry.clone();
                loom::thread::spawn(move || register_in(&entry, Atom(3), Word(16), &Name::new()).is_ok())
            };
            let own = Name::new();
            let mine = register_in(&entry, Atom(3), Word(8), &own).is_ok();
            assert_ne!(mine, other.join().unwrap());
            assert_eq!(own.get().is_some(), mine);
        });
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{NameError, Names};
    use crate::process::shared::Name;
    use purlin_heap::Atom;
    use purlin_heap::word::Word;

    #[test]
    fn a_name_belongs_to_one_and_a_process_has_one_name() {
        let names = Names::new(10_000);
        let (mine, yours) = (Name::new(), Name::new());
        assert_eq!(names.register(Atom(5000), Word(8), &mine), Ok(()));
        assert_eq!(names.register(Atom(5000), Word(16), &yours), Err(NameError::Taken));
        assert_eq!(names.register(Atom(5001), Word(8), &mine), Err(NameError::HasName));
        assert_eq!(names.lookup(Atom(5000)), Some(Word(8)));
        assert_eq!(names.all().collect::<Vec<_>>(), [Atom(5000)]);
        names.end(Word(8), &mine);
        assert_eq!(names.lookup(Atom(5000)), None);
        assert_eq!(names.register(Atom(5000), Word(8), &mine), Err(NameError::NoProcess));
        assert_eq!(names.register(Atom(5000), Word(16), &yours), Ok(()));
    }
}
