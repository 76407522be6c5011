//! A place to build terms outside of any process: chunks that are freed together.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

use crate::bits::shared;
use crate::build::Build;
use crate::layout::ref_bits;
use crate::word::Word;

const CHUNK_WORDS: usize = 1024;

/// Owns what is built in it until it is dropped. Nothing moves and nothing is collected.
#[derive(Default)]
pub struct Scratch {
    chunks: RefCell<Vec<Box<[Word]>>>,
    next: Cell<usize>,
    left: Cell<usize>,
    /// The first of the objects that hold shared bytes; each names the next.
    off_heap: Cell<u64>,
}

impl Scratch {
    /// An empty one, that has taken no memory yet.
    pub fn new() -> Scratch {
        Scratch::default()
    }

    #[cold]
    fn grow(&self, words: usize) {
        let size = words.max(CHUNK_WORDS);
        let mut chunk = vec![Word::ZERO; size].into_boxed_slice();
        self.next.set(chunk.as_mut_ptr() as usize);
        self.left.set(size);
        self.chunks.borrow_mut().push(chunk);
    }
}

// SAFETY: each call hands out words of a boxed chunk that no other call was given; chunks live as long as the
// builder and so as long as every borrow of it.
unsafe impl Build for Scratch {
    #[inline]
    fn allocate(&self, words: usize) -> NonNull<Word> {
        if words > self.left.get() {
            self.grow(words);
        }
        let at = self.next.get() as *mut Word;
        self.left.set(self.left.get() - words);
        self.next.set(self.next.get() + words * size_of::<Word>());
        NonNull::new(at).unwrap_or(NonNull::dangling())
    }

    fn own_off_heap(&self, object: NonNull<Word>) {
        // SAFETY: the object is a fresh `RefBits`, whose word NEXT belongs to its owner.
        unsafe { (*object.as_ptr().add(ref_bits::NEXT)).0 = self.off_heap.get() };
        self.off_heap.set(object.as_ptr() as u64);
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut object = self.off_heap.get() as *const Word;
        while !object.is_null() {
            // SAFETY: every object of the list is a `RefBits` in a chunk of ours, with one count on its bytes.
            unsafe {
                shared::release((*object.add(ref_bits::SHARED)).0);
                object = (*object.add(ref_bits::NEXT)).0 as *const Word;
            }
        }
    }
}
