//! Chunks: memory for objects outside of a process's block, linked into chains. A message, what overflows a block
//! and an area of literals are all chains of chunks.

use std::ptr::{NonNull, null_mut};

use crate::arena::{self, Bounds, Range};
use crate::bits::shared;
use crate::layout::ref_bits;
use crate::word::Word;

/// The start of a chunk; its objects follow. Before it may be a *front*: words of the same allocation in which whoever
/// passes a message on keeps what it needs for that.
#[repr(C)]
pub(crate) struct Chunk {
    /// The next chunk of the chain.
    pub next: *mut Chunk,
    /// Words of room behind this header, times two; and one if there is a front.
    shape: usize,
    /// Words of it in use.
    pub used: usize,
    /// Off-heap objects of the whole chain; set in the first chunk of one that no heap has taken.
    pub off_heap: *mut Word,
}

/// Words in a chunk's header.
pub(crate) const HEAD_WORDS: usize = size_of::<Chunk>() / size_of::<Word>();
/// Words in a front: room for the node of a mailbox.
pub const FRONT_WORDS: usize = 5;

impl Chunk {
    /// The header of a chunk without a front that has room for `capacity` words.
    pub fn new(next: *mut Chunk, capacity: usize, used: usize) -> Chunk {
        Chunk { next, shape: capacity << 1, used, off_heap: null_mut() }
    }

    /// A chunk in `range` with room for at least `words` words, before `next` in its chain.
    #[inline]
    pub fn allocate(range: Range, words: usize, next: *mut Chunk) -> NonNull<Chunk> {
        let (at, size) = arena::allocate_rounded(range, HEAD_WORDS + words);
        let at = at.cast::<Chunk>();
        // SAFETY: fresh memory, larger than a header.
        unsafe { at.write(Chunk::new(next, size - HEAD_WORDS, 0)) };
        at
    }

    /// A chunk of a message, with a front and room for at least `words` words.
    #[inline]
    pub fn allocate_with_front(words: usize) -> NonNull<Chunk> {
        let (at, size) = arena::allocate_rounded(Range::Fragments, FRONT_WORDS + HEAD_WORDS + words);
        let mut head = Chunk::new(null_mut(), size - FRONT_WORDS - HEAD_WORDS, 0);
        head.shape |= 1;
        // SAFETY: fresh memory, larger than a front and a header.
        unsafe {
            let at = at.add(FRONT_WORDS).cast::<Chunk>();
            at.write(head);
            at
        }
    }

    /// Words of room behind the header.
    #[inline(always)]
    pub fn capacity(&self) -> usize {
        self.shape >> 1
    }

    /// Words of the whole allocation.
    #[inline(always)]
    pub fn words(&self) -> usize {
        self.front_words() + HEAD_WORDS + self.capacity()
    }

    #[inline(always)]
    fn front_words(&self) -> usize {
        (self.shape & 1) * FRONT_WORDS
    }

    /// The front of a chunk, if it has one.
    ///
    /// # Safety
    /// `at` is a chunk.
    #[inline(always)]
    pub unsafe fn front(at: NonNull<Chunk>) -> Option<NonNull<Word>> {
        // SAFETY: what has a front stands behind it in the same allocation.
        unsafe {
            let words = at.as_ref().front_words();
            (words != 0).then(|| at.cast::<Word>().sub(words))
        }
    }

    /// The allocation of a chunk, to be freed with so many words.
    ///
    /// # Safety
    /// `at` is a chunk.
    #[inline(always)]
    pub unsafe fn allocation(at: NonNull<Chunk>) -> (NonNull<Word>, usize) {
        // SAFETY: as in `front`.
        unsafe { (at.cast::<Word>().sub(at.as_ref().front_words()), at.as_ref().words()) }
    }

    /// The next `words` words, or nothing when the chunk is full.
    #[inline]
    pub fn bump(&mut self, words: usize) -> Option<NonNull<Word>> {
        if self.capacity() - self.used < words {
            return None;
        }
        // SAFETY: within the chunk, as just checked.
        let at = unsafe { self.data().add(self.used) };
        self.used += words;
        NonNull::new(at)
    }

    /// The first word of the objects.
    #[inline(always)]
    pub fn data(&self) -> *mut Word {
        // SAFETY: the objects follow the header in the same allocation.
        unsafe { (self as *const Chunk).add(1).cast_mut().cast() }
    }

    /// Where the objects are.
    #[inline]
    pub fn bounds(&self) -> Bounds {
        // SAFETY: `used` words are in use behind the header.
        Bounds::between(self.data(), unsafe { self.data().add(self.used) })
    }
}

/// The chunks of a chain.
///
/// # Safety
/// `first` starts a chain (or is null) that stays as it is while the iterator is used; each chunk may be freed
/// once it has been returned.
pub(crate) unsafe fn chain(first: *mut Chunk) -> impl Iterator<Item = *mut Chunk> {
    let mut next = first;
    std::iter::from_fn(move || {
        let chunk = (!next.is_null()).then_some(next)?;
        // SAFETY: a chunk of the chain, not returned before and so not freed.
        next = unsafe { (*chunk).next };
        Some(chunk)
    })
}

/// Frees the memory of a chain, but does not release its off-heap objects.
///
/// # Safety
/// `first` starts a chain in `range` (or is null) that nobody uses any more.
#[inline]
pub(crate) unsafe fn free_chain(range: Range, first: *mut Chunk) {
    // SAFETY: as promised.
    for chunk in unsafe { chain(first) } {
        // SAFETY: a chunk of ours in this range, allocated with these words.
        unsafe {
            let (at, words) = Chunk::allocation(NonNull::new_unchecked(chunk));
            arena::free(range, at, words);
        }
    }
}

/// The objects of a list of off-heap objects.
///
/// # Safety
/// `first` starts such a list (or is null) whose objects' words stay readable until they have been returned.
pub(crate) unsafe fn off_heap_list(first: *mut Word) -> impl Iterator<Item = *mut Word> {
    let mut next = first;
    std::iter::from_fn(move || {
        let object = (!next.is_null()).then_some(next)?;
        // SAFETY: an object of the list.
        next = unsafe { (*object.add(ref_bits::NEXT)).0 as *mut Word };
        Some(object)
    })
}

/// Puts an off-heap object in front of a list, and returns the new list.
///
/// # Safety
/// `object` is a filled [`crate::layout::Kind::RefBits`] in no list, `list` is a list or null.
#[inline]
pub(crate) unsafe fn link_off_heap(object: *mut Word, list: *mut Word) -> *mut Word {
    // SAFETY: the object has a word for this.
    unsafe { *object.add(ref_bits::NEXT) = Word(list as u64) };
    object
}

/// Gives up the references of all objects in a list.
///
/// # Safety
/// `first` starts a list of off-heap objects (or is null) that hold a count each and will not be used any more.
pub(crate) unsafe fn release_off_heap(first: *mut Word) {
    // SAFETY: as promised.
    for object in unsafe { off_heap_list(first) } {
        // SAFETY: the object holds a count of its shared bytes.
        unsafe { shared::release((*object.add(ref_bits::SHARED)).0) };
    }
}

/// How many words the shared bytes of an off-heap object take.
///
/// # Safety
/// `object` is a filled [`crate::layout::Kind::RefBits`] that holds a count.
pub(crate) unsafe fn off_heap_words(object: *const Word) -> usize {
    // SAFETY: the object holds a count of its shared bytes.
    unsafe { shared::capacity((*object.add(ref_bits::SHARED)).0) / size_of::<Word>() }
}
