//! Literals: terms that belong to no process. They stand in an address range of their own, so that every routine
//! that moves or copies terms knows them by their address and leaves them alone. See `docs/literals.md`.

use std::cell::Cell;
use std::ptr::{NonNull, null_mut};

use crate::arena::Range;
use crate::build::Build;
use crate::chunk::{self, Chunk};
use crate::copy::{copy_into, size_of};
use crate::term::Term;
use crate::word::Word;

/// Literals under construction.
pub struct LiteralArea {
    chunks: Cell<*mut Chunk>,
    off_heap: Cell<*mut Word>,
}

/// Sealed literals: immutable, to be shared by all processes, freed when dropped.
pub struct Literals {
    area: LiteralArea,
}

// SAFETY: an area owns its chunks, and its terms point to itself, to other literals and to counted bytes.
unsafe impl Send for LiteralArea {}
// SAFETY: as for the area.
unsafe impl Send for Literals {}
// SAFETY: sealed literals are only read.
unsafe impl Sync for Literals {}

/// Room in an area's first chunk, if nothing better is known.
const FIRST_WORDS: usize = 28;

impl LiteralArea {
    /// An empty area, that takes memory when something is built.
    pub fn new() -> LiteralArea {
        LiteralArea { chunks: Cell::new(null_mut()), off_heap: Cell::new(null_mut()) }
    }

    /// An area with room for `words` words.
    pub fn with_capacity(words: usize) -> LiteralArea {
        let area = LiteralArea::new();
        area.chunks.set(Chunk::allocate(Range::Literals, words, null_mut()).as_ptr());
        area
    }

    /// Ends building. What was built stays where it is.
    pub fn seal(self) -> Literals {
        Literals { area: self }
    }

    #[cold]
    fn grow(&self, words: usize) -> NonNull<Word> {
        let last = self.chunks.get();
        // SAFETY: a chunk of ours, if there is one.
        let room = if last.is_null() { FIRST_WORDS } else { unsafe { (*last).capacity() * 2 } };
        let mut chunk = Chunk::allocate(Range::Literals, room.max(words), last);
        self.chunks.set(chunk.as_ptr());
        // SAFETY: fresh and ours.
        unsafe { chunk.as_mut() }.bump(words).expect("the chunk was made for this")
    }

    fn words(&self) -> usize {
        // SAFETY: the chain is ours.
        unsafe { chunk::chain(self.chunks.get()).map(|chunk| (*chunk).used).sum() }
    }
}

impl Default for LiteralArea {
    fn default() -> LiteralArea {
        LiteralArea::new()
    }
}

impl Literals {
    /// The literal that `word` is.
    ///
    /// # Safety
    /// The word is an immediate or was built in this area.
    pub unsafe fn term(&self, word: Word) -> Term<'_> {
        // SAFETY: as promised; the area does not change and lives for this borrow.
        unsafe { Term::from_word(word) }
    }

    /// How many words of literals there are.
    pub fn words(&self) -> usize {
        self.area.words()
    }

    /// Whether the address of a pointer word lies in this area.
    pub fn contains(&self, word: Word) -> bool {
        // SAFETY: the chain is ours and does not change.
        unsafe { chunk::chain(self.area.chunks.get()).any(|chunk| (*chunk).bounds().contains(word)) }
    }
}

/// A term in literal memory of its own, to be shared by all processes as long as this lives.
pub struct KeptTerm {
    literals: Literals,
    root: Word,
}

impl KeptTerm {
    /// Keeps a copy of a term.
    pub fn copy_of(term: Term<'_>) -> KeptTerm {
        let area = LiteralArea::with_capacity(size_of(term).max(1));
        let root = copy_into(&area, term).word();
        KeptTerm { literals: area.seal(), root }
    }

    /// The term.
    pub fn term(&self) -> Term<'_> {
        // SAFETY: copied into this area when it was made.
        unsafe { self.literals.term(self.root) }
    }

    /// How many words it takes.
    pub fn words(&self) -> usize {
        self.literals.words()
    }
}

// SAFETY: the root is an immediate or points to the literals, which go along.
unsafe impl Send for KeptTerm {}
// SAFETY: sealed literals are only read.
unsafe impl Sync for KeptTerm {}

// SAFETY: each call hands out other words of a chunk that lives as long as the area.
unsafe impl Build for LiteralArea {
    #[inline]
    fn allocate(&self, words: usize) -> NonNull<Word> {
        // SAFETY: the chunk is ours and nobody else holds a reference to its header.
        match unsafe { self.chunks.get().as_mut() }.and_then(|chunk| chunk.bump(words)) {
            Some(at) => at,
            None => self.grow(words),
        }
    }

    fn own_off_heap(&self, object: NonNull<Word>) {
        // SAFETY: a new object, as the trait demands, that is in no list yet.
        self.off_heap.set(unsafe { chunk::link_off_heap(object.as_ptr(), self.off_heap.get()) });
    }
}

impl Drop for LiteralArea {
    fn drop(&mut self) {
        // SAFETY: the area is ours, and nobody may use its terms after this.
        unsafe {
            chunk::release_off_heap(self.off_heap.get());
            chunk::free_chain(Range::Literals, self.chunks.get());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::is_literal;

    #[test]
    fn literals_are_known_by_address() {
        let area = LiteralArea::new();
        let word = (0..1000).fold(Term::NIL, |list, n| area.cons(Term::small(n), list)).word();
        assert!(is_literal(word));
        let literals = area.seal();
        assert!(literals.contains(word) && literals.words() == 2000);
        // SAFETY: built above in this area.
        let list = unsafe { literals.term(word) };
        assert_eq!(list.as_cons().and_then(|cons| cons.head().as_small()), Some(999));
    }
}
