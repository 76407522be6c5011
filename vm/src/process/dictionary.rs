//! The process dictionary: keys and values side by side in one array, so that a collection sees them as roots, and
//! an index by hash once there are more than a few. Hashes do not depend on where terms stand, so the index survives
//! collections.

use purlin_heap::word::Word;
use purlin_heap::{Heap, Term, equal, hash};
use rustc_hash::FxHashMap;

/// Larger dictionaries get an index.
const LIST_MAX: usize = 8;

/// See the top of the file.
#[derive(Default)]
pub struct Dictionary(Option<Box<Entries>>);

#[derive(Default)]
struct Entries {
    /// Key, value, key, value...
    words: Vec<Word>,
    /// Hash of a key to the places of those keys.
    index: Option<FxHashMap<u64, Vec<u32>>>,
}

impl Dictionary {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |entries| entries.words.len() / 2)
    }

    /// About how much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        // Twice the words, for the index.
        self.0.as_ref().map_or(0, |entries| 2 * entries.words.capacity() * size_of::<Word>())
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
        self.0 = None;
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
            Some(index) => {
                let places = index.get(&hash::internal(key))?;
                places.iter().map(|&at| at as usize).find(|&at| equal::exact(self.key(at), key))
            }
        }
    }

    fn push(&mut self, key: Term<'_>, value: Term<'_>) {
        let at = self.words.len() / 2;
        self.words.extend([key.word(), value.word()]);
        if let Some(index) = &mut self.index {
            index.entry(hash::internal(key)).or_default().push(at as u32);
        } else if at >= LIST_MAX {
            let mut index = FxHashMap::<u64, Vec<u32>>::default();
            (0..=at).for_each(|at| index.entry(hash::internal(self.key(at))).or_default().push(at as u32));
            self.index = Some(index);
        }
    }

    fn remove(&mut self, at: usize, key: Term<'_>) -> Word {
        let value = self.words[at * 2 + 1];
        let last = self.words.len() / 2 - 1;
        if self.index.is_some() {
            let moved = hash::internal(self.key(last));
            self.replace_place(hash::internal(key), at, None);
            if at != last {
                self.replace_place(moved, last, Some(at));
            }
        }
        self.words.swap(at * 2, last * 2);
        self.words.swap(at * 2 + 1, last * 2 + 1);
        self.words.truncate(last * 2);
        value
    }

    fn replace_place(&mut self, hash: u64, from: usize, to: Option<usize>) {
        let index = self.index.as_mut().expect("called for an indexed dictionary");
        let places = index.get_mut(&hash).expect("every key is in the index");
        places.retain(|&place| place as usize != from);
        places.extend(to.map(|to| to as u32));
        if places.is_empty() {
            index.remove(&hash);
        }
    }
}
