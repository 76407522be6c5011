//! Large objects of the old generation: each has memory of its own and never moves again.
//!
//! They are known by their address: it is a multiple of a page, which those of few other objects are, and stands in
//! a map. A major collection or a cycle of marking *marks* those that it reaches, looks through them where they are, and frees the
//! rest afterwards.

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
    /// The round of marking that has reached it last, or in which it was made.
    marked_in: u32,
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
    /// Copies that a collection has not looked through.
    pending: Vec<*mut Word>,
    /// Counts major collections and cycles.
    round: u32,
    used_words: usize,
    capacity_words: usize,
}

impl LargeObjects {
    /// Whether a pointer into the old generation may lead to a large object.
    #[inline(always)]
    pub fn may_be_large(word: Word) -> bool {
        word.0 as usize & (PAGE_BYTES - size_of::<Word>()) == 0
    }

    /// Memory for a copy of `words` words, which is marked and going to be looked through.
    #[cold]
    pub fn allocate(&mut self, words: usize) -> *mut Word {
        let at = arena::allocate(Range::Blocks, words).as_ptr();
        let list = self.list.get_or_insert_default();
        list.all.insert(at as usize, Large { words, marked_in: list.round });
        list.used_words += words;
        list.capacity_words += arena::rounded(words);
        list.pending.push(at);
        at
    }

    /// Makes all objects unmarked.
    pub fn start_round(&mut self) {
        if let Some(list) = &mut self.list {
            list.round += 1;
        }
    }

    /// Marks the large object at `at`. Nothing when there is none; otherwise whether it was not marked before.
    #[cold]
    pub fn mark(&mut self, at: *mut Word) -> Option<bool> {
        let list = self.list.as_mut()?;
        let large = list.all.get_mut(&(at as usize))?;
        Some(mem::replace(&mut large.marked_in, list.round) != list.round)
    }

    /// Has an object looked through, where it is.
    pub fn look_through(&mut self, at: *mut Word) {
        self.list.get_or_insert_default().pending.push(at);
    }

    /// The next object to look through: from its header up to its end.
    pub fn next_scan(&mut self) -> Option<(*mut Word, *mut Word)> {
        let at = self.list.as_mut()?.pending.pop()?;
        // SAFETY: an object of ours, filled since it was allocated.
        unsafe { Some((at, at.add(1 + (*at).header_size()))) }
    }

    /// Looks at `count` objects from the address `from` on and frees those that were not marked. Where to go on; nothing at
    /// the end.
    pub fn sweep(&mut self, from: usize, count: usize) -> Option<usize> {
        let list = self.list.as_mut()?;
        let seen: Vec<(usize, bool)> = (list.all.range(from..).take(count))
            .map(|(&start, large)| (start, large.marked_in == list.round))
            .collect();
        for &(start, _) in seen.iter().filter(|(_, is_marked)| !is_marked) {
            list.free(start);
        }
        seen.last().filter(|_| seen.len() == count).map(|&(start, _)| start + 1)
    }

    /// Words of objects.
    pub fn used_words(&self) -> usize {
        self.list.as_ref().map_or(0, |list| list.used_words)
    }

    /// Words of memory.
    pub fn capacity_words(&self) -> usize {
        self.list.as_ref().map_or(0, |list| list.capacity_words)
    }

    /// Where they are; only what this round has marked when `marked_only`.
    pub fn ranges(&self, marked_only: bool) -> impl Iterator<Item = (*mut Word, *mut Word)> {
        let list = self.list.iter();
        list.flat_map(move |list| {
            let marked = move |large: &Large| !marked_only || large.marked_in == list.round;
            list.all.iter().filter(move |(_, large)| marked(large)).map(|(&start, large)| {
                let start = start as *mut Word;
                // SAFETY: the end of the object's memory.
                (start, unsafe { start.add(large.words) })
            })
        })
    }
}

impl List {
    fn free(&mut self, start: usize) {
        let Large { words, .. } = self.all.remove(&start).expect("an object stands here");
        self.used_words -= words;
        self.capacity_words -= arena::rounded(words);
        // SAFETY: allocated with this size, and nothing leads to it any more.
        unsafe { arena::free(Range::Blocks, NonNull::new_unchecked(start as *mut Word), words) };
    }
}

impl Drop for List {
    fn drop(&mut self) {
        while let Some((&start, _)) = self.all.first_key_value() {
            self.free(start);
        }
    }
}
