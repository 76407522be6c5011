//! Registered names.
//!
//! Atoms are small numbers, so the table is an array indexed by atom, in chunks made on first use. Each entry is one
//! atomic word: looking a name up is a load, registering and unregistering are compare-and-swaps, and no name
//! waits for another. A process knows its own name too ([`crate::process::Shared`]), which is what makes registering
//! safe against its end: see [`Names::register`].

use crate::process::shared::Name;
use purlin_heap::Atom;
use purlin_heap::word::Word;
use purlin_scheduler::sync::atomic::{AtomicU64, Ordering};
use std::sync::OnceLock;

const CHUNK: usize = 1024;
const CHUNKS_MAX: usize = 1 << 14;

/// The names of one machine.
pub(crate) struct Names {
    chunks: Box<[OnceLock<Box<[AtomicU64]>>]>,
}

/// Why a name could not be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameError {
    /// The name is in use, the process has a name already, or it has ended.
    Refused,
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
        let entry = self.entry(name).ok_or(NameError::Refused)?;
        if !own.claim(name) {
            return Err(NameError::Refused);
        }
        if entry.compare_exchange(0, owner.0, Ordering::SeqCst, Ordering::Relaxed).is_err() {
            own.clear(name);
            return Err(NameError::Refused);
        }
        if own.get() != Some(name) {
            let _ = entry.compare_exchange(owner.0, 0, Ordering::SeqCst, Ordering::Relaxed);
            return Err(NameError::Refused);
        }
        Ok(())
    }

    /// Takes the name from `owner`, if that is who has it.
    pub(crate) fn unregister(&self, name: Atom, owner: Word) -> bool {
        self.entry(name)
            .is_some_and(|entry| entry.compare_exchange(owner.0, 0, Ordering::SeqCst, Ordering::Relaxed).is_ok())
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
