//! Large objects of the old generation: each has memory of its own and never moves again.
//!
//! They are known by their address: it is a multiple of a page, which those of few other objects are, and stands in
//! a map. A major collection *marks* those that it reaches, with a bit of the header that is otherwise 0, looks
//! through them where they are, and frees the rest afterwards.

use std::collections::BTreeMap;
use std::mem;
use std::ptr::NonNull;

use crate::arena::{self, PAGE_BYTES, Range};
use crate::word::Word;

/// Objects with more words than this are large: 32 KB.
pub const LARGE_WORDS: usize = arena::SLAB_WORDS_MAX;

/// What is known of an object.
struct Large {
    words: usize,
    /// The collection at work has reached it.
    marked: bool,
}

/// The large objects of a heap; most have none, which takes one word.
#[derive(Default)]
pub struct LargeObjects {
    list: Option<Box<List>>,
}

#[derive(Default)]
struct List {
    /// Each by its start.
    all: BTreeMap<usize, Large>,
    /// Those that a collection has reached and not looked through.
    pending: Vec<*mut Word>,
    /// Those that a collection has made.
    fresh: Vec<*mut Word>,
}

impl LargeObjects {
    /// Whether a pointer into the old generation may lead to a large object.
    #[inline(always)]
    pub fn may_be_large(word: Word) -> bool {
        word.0 as usize & (PAGE_BYTES - size_of::<Word>()) == 0
    }

    /// Memory for a copy of `words` words, which is going to be looked through.
    #[cold]
    pub fn allocate(&mut self, words: usize) -> *mut Word {
        let at = arena::allocate(Range::Blocks, words).as_ptr();
        let list = self.list.get_or_insert_default();
        list.all.insert(at as usize, Large { words, marked: false });
        list.pending.push(at);
        list.fresh.push(at);
        at
    }

    /// Notes that a large object is alive; false when there is none at `at`.
    #[cold]
    pub fn mark(&mut self, at: *mut Word) -> bool {
        let Some(list) = &mut self.list else { return false };
        let Some(large) = list.all.get_mut(&(at as usize)) else { return false };
        if !std::mem::replace(&mut large.marked, true) {
            list.pending.push(at);
        }
        true
    }

    /// The next object to look through: from its header up to its end.
    pub fn next_scan(&mut self) -> Option<(*mut Word, *mut Word)> {
        let at = self.list.as_mut()?.pending.pop()?;
        // SAFETY: an object of ours, filled since it was allocated.
        unsafe { Some((at, at.add(1 + (*at).header_size()))) }
    }

    /// Ends a collection: a major one frees the objects that it has not marked and not made.
    pub fn settle(&mut self, major: bool) {
        let Some(list) = &mut self.list else { return };
        let fresh = mem::take(&mut list.fresh);
        if !major {
            return;
        }
        for at in fresh {
            list.all.entry(at as usize).and_modify(|large| large.marked = true);
        }
        list.all.retain(|&start, large| {
            let marked = std::mem::take(&mut large.marked);
            if !marked {
                // SAFETY: an object of ours, to which nothing leads any more.
                unsafe {
                    arena::free(Range::Blocks, NonNull::new_unchecked(start as *mut Word), large.words)
                };
            }
            marked
        });
    }

    /// Words of objects.
    pub fn used_words(&self) -> usize {
        self.all().map(|(_, words)| words).sum()
    }

    /// Words of memory.
    pub fn capacity_words(&self) -> usize {
        self.all().map(|(_, words)| arena::rounded(words)).sum()
    }

    /// Where they are.
    pub fn iter(&self) -> impl Iterator<Item = (*mut Word, *mut Word)> {
        // SAFETY: the end of the object's memory.
        self.all().map(|(start, words)| (start, unsafe { start.add(words) }))
    }

    fn all(&self) -> impl Iterator<Item = (*mut Word, usize)> {
        self.list.iter().flat_map(|list| &list.all).map(|(&start, large)| (start as *mut Word, large.words))
    }
}

impl Drop for LargeObjects {
    fn drop(&mut self) {
        for (start, words) in self.all() {
            // SAFETY: allocated with this size, and nobody uses it any more.
            unsafe { arena::free(Range::Blocks, NonNull::new_unchecked(start), words) };
        }
    }
}
