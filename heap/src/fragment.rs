//! Messages: a term in memory of its own, outside of any heap, on its way to a process.

use std::cell::Cell;
use std::ptr::{NonNull, null_mut};

use crate::arena::{self, Range};
use crate::build::Build;
use crate::chunk::{self, Chunk, FRONT_WORDS, HEAD_WORDS};
use crate::copy::Survey;
use crate::term::Term;
use crate::word::Word;

/// Memory of a message: a chain of chunks. Dropping it releases what its terms count references to.
pub struct Fragment {
    first: NonNull<Chunk>,
}

// SAFETY: a fragment owns its chunks, and its terms point to itself, to literals and to counted bytes only.
unsafe impl Send for Fragment {}
// SAFETY: through a shared reference a fragment is read only.
unsafe impl Sync for Fragment {}

impl Fragment {
    /// How many words it takes.
    pub fn words(&self) -> usize {
        // SAFETY: the chain is ours.
        unsafe { chunk::chain(self.first.as_ptr()).map(|chunk| (*chunk).words()).sum() }
    }

    /// Room for [`crate::FRONT_WORDS`] words of whoever owns the fragment, if there is any: it is a part of the fragment's
    /// memory, stays where it is when the fragment is moved, and goes with it.
    #[inline]
    pub fn front(&self) -> Option<NonNull<Word>> {
        // SAFETY: the chunk is ours.
        unsafe { Chunk::front(self.first) }
    }

    /// The chain, given away with its off-heap objects.
    pub(crate) fn into_chain(self) -> *mut Chunk {
        let first = self.first.as_ptr();
        std::mem::forget(self);
        first
    }

    /// The chain, to look at.
    pub(crate) fn chain(&self) -> *mut Chunk {
        self.first.as_ptr()
    }
}

impl Drop for Fragment {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the chain is ours, and its off-heap objects hold a count each.
        unsafe {
            chunk::release_off_heap(self.first.as_ref().off_heap);
            chunk::free_chain(Range::Fragments, self.first.as_ptr());
        }
    }
}

/// A term that no heap holds, with its memory, if it needs any: an immediate or a literal does not.
pub struct Message {
    root: Word,
    fragment: Option<Fragment>,
}

impl Message {
    /// A copy of a term: exactly as large as it must be, in one piece. What the term shares with itself is copied
    /// once for each time that it is reached, as in OTP; literals are not copied.
    #[inline]
    pub fn copy_of(term: Term<'_>) -> Message {
        let root = term.word();
        let mut survey = Survey::new();
        let words = survey.words_of(term);
        // SAFETY: the term has just been surveyed.
        unsafe { Message::copy_surveyed(root, words, &survey) }
    }

    /// As [`Message::copy_of`], for a term of few objects, during which no work is charged for; nothing for others.
    #[inline]
    pub fn copy_of_few(term: Term<'_>) -> Option<Message> {
        let root = term.word();
        let mut survey = Survey::new();
        let words = survey.words_of_few(term)?;
        // SAFETY: the term has just been surveyed.
        Some(unsafe { Message::copy_surveyed(root, words, &survey) })
    }

    /// Copies a term that takes so many words.
    ///
    /// # Safety
    /// It has been surveyed, with this result.
    #[inline(always)]
    unsafe fn copy_surveyed(root: Word, words: usize, survey: &Survey) -> Message {
        if words == 0 {
            return Message { root, fragment: None };
        }
        // Owns the copies as they are made, because others may have their turn meanwhile, and the copying may be given up.
        let fragment = Fragment { first: Chunk::allocate_with_front(words) };
        let chunk = fragment.first.as_ptr();
        // SAFETY: a fresh chunk with room for `words` words, which is what the copy needs.
        unsafe {
            (*chunk).used = words;
            let root = survey.copy_to(root, (*chunk).data(), |object| {
                (*chunk).off_heap = chunk::link_off_heap(object, (*chunk).off_heap);
            });
            Message { root, fragment: Some(fragment) }
        }
    }

    /// A message that the runtime makes itself: `build` is given the place to build its term in.
    pub fn build(build: impl for<'b> FnOnce(&'b FragmentBuilder) -> Term<'b>) -> Message {
        let builder = FragmentBuilder::new();
        let root = build(&builder).word();
        // SAFETY: the root was built there.
        unsafe { builder.finish(root) }
    }

    /// A message that is an immediate, or a literal that outlives it.
    ///
    /// # Safety
    /// The word must be one or the other.
    pub unsafe fn without_memory(root: Word) -> Message {
        Message { root, fragment: None }
    }

    /// The term, to be looked at where it is.
    #[inline]
    pub fn term(&self) -> Term<'_> {
        // SAFETY: the term's objects are in the fragment, which stays for this borrow, or are literals.
        unsafe { Term::from_word(self.root) }
    }

    /// How many words it takes.
    pub fn words(&self) -> usize {
        self.fragment.as_ref().map_or(0, Fragment::words)
    }

    /// Gives an element of the tuple that this is another value in place. Nothing happens, and it is false, unless both the value
    /// and the one before are immediates and the tuple is in the memory of this message.
    pub fn set_element(&mut self, at: usize, value: Term<'_>) -> bool {
        let Some(tuple) = self.term().as_tuple().filter(|tuple| at < tuple.arity()) else { return false };
        let before = tuple.element(at).word();
        if self.fragment.is_none()
            || arena::is_literal(self.root)
            || before.is_pointer()
            || value.word().is_pointer()
        {
            return false;
        }
        // SAFETY: an element of a tuple in the memory of this message, which nobody reads, since it is borrowed exclusively.
        unsafe { *self.root.address().add(1 + at) = value.word() };
        true
    }

    /// The memory, if there is any.
    pub fn fragment(&self) -> Option<&Fragment> {
        self.fragment.as_ref()
    }

    /// Root word and memory. The word is a term for as long as the memory lives, wherever that goes.
    #[inline]
    pub fn into_parts(self) -> (Word, Option<Fragment>) {
        (self.root, self.fragment)
    }

    /// The opposite of [`Message::into_parts`].
    ///
    /// # Safety
    /// The term `root` needs no memory but `fragment` and literals that outlive the message.
    pub unsafe fn from_parts(root: Word, fragment: Option<Fragment>) -> Message {
        Message { root, fragment }
    }
}

/// A fragment under construction, for terms whose size is not known before.
pub struct FragmentBuilder {
    /// The newest chunk.
    first: Cell<*mut Chunk>,
    off_heap: Cell<*mut Word>,
}

// SAFETY: a builder owns its chunks.
unsafe impl Send for FragmentBuilder {}

/// Room in the first chunk of a builder.
const FIRST_WORDS: usize = 32 - FRONT_WORDS - HEAD_WORDS;

impl FragmentBuilder {
    /// An empty one, that takes memory when something is built.
    pub fn new() -> FragmentBuilder {
        FragmentBuilder { first: Cell::new(null_mut()), off_heap: Cell::new(null_mut()) }
    }

    /// The term of a message, to be a part of what is built: its memory goes along, nothing is copied.
    pub fn adopt(&self, message: Message) -> Term<'_> {
        let (root, fragment) = message.into_parts();
        if let Some(fragment) = fragment {
            if self.first.get().is_null() {
                self.grow(0);
            }
            let adopted = fragment.into_chain();
            // SAFETY: both chains are ours now. The one goes behind the first chunk of the other, which is the one that objects
            // are built in; off-heap objects are listed by the builder.
            unsafe {
                let first = self.first.get();
                let last = chunk::chain(adopted).last().expect("a chain has a first chunk");
                (*last).next = std::mem::replace(&mut (*first).next, adopted);
                for object in chunk::off_heap_list(std::mem::replace(&mut (*adopted).off_heap, null_mut())) {
                    self.off_heap.set(chunk::link_off_heap(object, self.off_heap.get()));
                }
            }
        }
        // SAFETY: its objects are in the memory that the builder has now, or are literals that outlive the message.
        unsafe { Term::from_word(root) }
    }

    /// Makes a message of what was built.
    ///
    /// # Safety
    /// `root` is an immediate, a literal that outlives the message, or was built here.
    pub unsafe fn finish(self, root: Word) -> Message {
        let first = NonNull::new(self.first.replace(null_mut()));
        let off_heap = self.off_heap.replace(null_mut());
        let fragment = first.map(|mut first| {
            // SAFETY: the chunk is ours.
            unsafe { first.as_mut().off_heap = off_heap };
            Fragment { first }
        });
        Message { root, fragment }
    }

    #[cold]
    fn grow(&self, words: usize) -> NonNull<Word> {
        let last = self.first.get();
        // SAFETY: a chunk of ours, if there is one.
        let mut chunk = match unsafe { last.as_ref() } {
            None => Chunk::allocate_with_front(words.max(FIRST_WORDS)),
            Some(chunk) => Chunk::allocate(Range::Fragments, words.max(chunk.capacity() * 2), last),
        };
        self.first.set(chunk.as_ptr());
        // SAFETY: fresh and ours.
        unsafe { chunk.as_mut() }.bump(words).expect("the chunk was made for this")
    }
}

impl Default for FragmentBuilder {
    fn default() -> FragmentBuilder {
        FragmentBuilder::new()
    }
}

// SAFETY: each call hands out other words of a chunk that lives until the builder is finished or dropped.
unsafe impl Build for FragmentBuilder {
    #[inline]
    fn allocate(&self, words: usize) -> NonNull<Word> {
        // SAFETY: the chunk is ours and nobody else holds a reference to its header.
        match unsafe { self.first.get().as_mut() }.and_then(|chunk| chunk.bump(words)) {
            Some(at) => at,
            None => self.grow(words),
        }
    }

    #[inline]
    fn own_off_heap(&self, object: NonNull<Word>) {
        // SAFETY: a new object, as the trait demands, that is in no list yet.
        self.off_heap.set(unsafe { chunk::link_off_heap(object.as_ptr(), self.off_heap.get()) });
    }
}

impl Drop for FragmentBuilder {
    fn drop(&mut self) {
        // SAFETY: what was built and not finished is ours; both are null after `finish`.
        unsafe {
            chunk::release_off_heap(self.off_heap.get());
            chunk::free_chain(Range::Fragments, self.first.get());
        }
    }
}
