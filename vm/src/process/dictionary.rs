//! The process dictionary: keys and values side by side in one array, so that a collection sees them as roots, and
//! an index by hash once there are more than a few. Hashes do not depend on where terms stand, so the index survives
//! collections.

use purlin_heap::word::Word;
use purlin_heap::{Heap, Term, equal, hash, pace};

use super::places::Places;

/// Larger dictionaries get an index.
const LIST_MAX: usize = 8;

/// See the top of the file.
#[derive(Default)]
pub struct Dictionary(Option<Box<Entries>>);

#[derive(Default)]
struct Entries {
    /// Key, value, key, value...
    words: Vec<Word>,
    /// From the hash of a key to its place.
    index: Option<Places>,
}

impl Dictionary {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |entries| entries.words.len() / 2)
    }

    /// About how much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |entries| {
            entries.words.capacity() * size_of::<Word>() + entries.index.as_ref().map_or(0, Places::bytes)
        })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key. `heap` is that of the process.
    pub fn get<'h>(&self, heap: &'h Heap, key: Term<'_>) -> Option<Term<'h>> {
        let entries = self.0.as_ref()?;
        let at = entries.find(key)?;
        // SAFETY: the words of a dictionary are terms of its process's heap, updated by each collection.
        Some(unsafe { heap.term(entries.words[at * 2 + 1]) })
    }

    /// Sets the value of a key; gives the former one. Both must be terms of `heap`, that of the process.
    pub fn put<'h>(&mut self, heap: &'h Heap, key: Term<'_>, value: Term<'_>) -> Option<Term<'h>> {
        let entries = self.0.get_or_insert_default();
        let Some(at) = entries.find(key) else {
            entries.push(key, value);
            return None;
        };
        let former = std::mem::replace(&mut entries.words[at * 2 + 1], value.word());
        // SAFETY: as in `get`.
        Some(unsafe { heap.term(former) })
    }

    /// Removes a key; gives its value.
    pub fn erase<'h>(&mut self, heap: &'h Heap, key: Term<'_>) -> Option<Term<'h>> {
        let entries = self.0.as_mut()?;
        let at = entries.find(key)?;
        let former = entries.remove(at, key);
        if entries.words.is_empty() {
            self.0 = None;
        }
        // SAFETY: as in `get`.
        Some(unsafe { heap.term(former) })
    }

    /// Removes all.
    pub fn clear(&mut self) {
        if let Some(entries) = self.0.take() {
            pace::free(entries.words);
        }
    }

    /// Keys and values.
    pub fn iter<'h>(&self, heap: &'h Heap) -> impl Iterator<Item = (Term<'h>, Term<'h>)> {
        let words = self.0.as_ref().map_or(&[][..], |entries| &entries.words);
        // SAFETY: as in `get`.
        words.chunks_exact(2).map(|entry| unsafe { (heap.term(entry[0]), heap.term(entry[1])) })
    }

    /// All words, as roots.
    pub(super) fn words_mut(&mut self) -> &mut [Word] {
        self.0.as_mut().map_or(&mut [], |entries| &mut entries.words)
    }
}

impl Entries {
    fn key(&self, at: usize) -> Term<'_> {
        // SAFETY: a term of the heap of the process that owns the dictionary; the result does not outlive the
        // borrow, during which nothing is collected.
        unsafe { Term::from_word(self.words[at * 2]) }
    }

    fn find(&self, key: Term<'_>) -> Option<usize> {
        match &self.index {
            None => (0..self.words.len() / 2).find(|&at| equal::exact(self.key(at), key)),
            Some(index) => index.find(hash::internal(key), |at| equal::exact(self.key(at), key)),
        }
    }

    fn push(&mut self, key: Term<'_>, value: Term<'_>) {
        let at = self.words.len() / 2;
        self.words.extend([key.word(), value.word()]);
        if let Some(index) = &mut self.index {
            index.insert(hash::internal(key), at);
        } else if at >= LIST_MAX {
            self.index = Some(Places::new((0..=at).map(|at| hash::internal(self.key(at)))));
        }
    }

    fn remove(&mut self, at: usize, key: Term<'_>) -> Word {
        let value = self.words[at * 2 + 1];
        let last = self.words.len() / 2 - 1;
        let moved = self.index.is_some().then(|| hash::internal(self.key(last)));
        if let Some((index, moved)) = self.index.as_mut().zip(moved) {
            index.remove(hash::internal(key), at);
            if at != last {
                index.moved(moved, last, at);
            }
        }
        self.words.swap(at * 2, last * 2);
        self.words.swap(at * 2 + 1, last * 2 + 1);
        self.words.truncate(last * 2);
        value
    }
}
