//! Chunks: memory for objects outside of a process's block, linked into chains. A message, what overflows a block
//! and an area of literals are all chains of chunks.

use std::ptr::{NonNull, null_mut};

use crate::arena::{self, Bounds, Range};
use crate::bits::shared;
use crate::layout::ref_bits;
use crate::word::Word;

/// The start of a chunk; its objects follow.
#[repr(C)]
pub(crate) struct Chunk {
    /// The next chunk of the chain.
    pub next: *mut Chunk,
    /// Words of room behind this header.
    pub capacity: usize,
    /// Words of it in use.
    pub used: usize,
    /// Off-heap objects of the whole chain; set in the first chunk of one that no heap has taken.
    pub off_heap: *mut Word,
}

/// Words in a chunk's header.
pub(crate) const HEAD_WORDS: usize = size_of::<Chunk>() / size_of::<Word>();

impl Chunk {
    /// A chunk in `range` with room for at least `words` words, in front of `next`.
    #[inline]
    pub fn allocate(range: Range, words: usize, next: *mut Chunk) -> NonNull<Chunk> {
        let (at, size) = arena::allocate_rounded(range, HEAD_WORDS + words);
        let (at, capacity) = (at.cast::<Chunk>(), size - HEAD_WORDS);
        // SAFETY: fresh memory, larger than a header.
        unsafe { at.write(Chunk { next, capacity, used: 0, off_heap: null_mut() }) };
        at
    }

    /// The next `words` words, or nothing when the chunk is full.
    #[inline]
    pub fn bump(&mut self, words: usize) -> Option<NonNull<Word>> {
        if self.capacity - self.used < words {
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
        // SAFETY: from `Chunk::allocate` in the same range; `capacity` is what it was.
        unsafe { arena::free(range, NonNull::new_unchecked(chunk.cast()), HEAD_WORDS + (*chunk).capacity) };
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
