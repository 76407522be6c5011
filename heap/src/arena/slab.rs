//! Slabs: spans cut into blocks of one class, and for each class the list of slabs that have free blocks.
//!
//! A slab is as long as its alignment, so that the header of a block's slab is found by masking its address. Free
//! blocks are linked through their first word. Threads take and give blocks here in batches, under a lock for each
//! range and class.

use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::class;
use super::pages::{self, PAGE};
use super::reserve::{RANGES, Range};
use crate::word::Word;

/// A free block.
pub struct Free {
    pub next: *mut Free,
}

/// What stands at the start of a slab.
#[repr(C, align(64))]
struct Slab {
    /// Neighbours in the list of slabs with free blocks.
    next: *mut Slab,
    previous: *mut Slab,
    /// Blocks that came back.
    free: *mut Free,
    /// Blocks never used start here, up to `end`.
    fresh: *mut Word,
    end: *mut Word,
    /// Blocks handed out.
    used: usize,
}

/// The slabs of one range and class that have free blocks.
struct Slabs {
    first: *mut Slab,
}

// SAFETY: the slabs are reached only under the lock around this list.
unsafe impl Send for Slabs {}

/// Bytes of each range that stand in slabs and that no thread has taken.
static IDLE: [AtomicUsize; RANGES] = [const { AtomicUsize::new(0) }; RANGES];

/// How many bytes of the range's slabs no thread has taken, at some moment.
pub fn idle_bytes(range: Range) -> usize {
    IDLE[range as usize].load(Ordering::Relaxed)
}

static SLABS: [[Mutex<Slabs>; class::COUNT]; RANGES] =
    [const { [const { Mutex::new(Slabs { first: null_mut() }) }; class::COUNT] }; RANGES];

/// A list of 1 to `count` free blocks and its length.
pub fn take(range: Range, class: usize, count: u32) -> (NonNull<Free>, u32) {
    let mut slabs = SLABS[range as usize][class].lock();
    let (mut list, mut last): (*mut Free, *mut Free) = (null_mut(), null_mut());
    let mut taken = 0;
    while taken < count {
        if slabs.first.is_null() {
            if taken > 0 {
                break;
            }
            // SAFETY: a new slab, in no list.
            unsafe { slabs.link(make(range, class)) };
        }
        // SAFETY: a slab in the list has a free block, and is used under the lock only.
        unsafe {
            // In the order of their addresses when they are fresh: what is made one after the other is often read so.
            let block = (*slabs.first).take(class);
            (*block).next = null_mut();
            match last.as_mut() {
                Some(last) => last.next = block,
                None => list = block,
            }
            last = block;
            if (*slabs.first).is_full() {
                let full = slabs.first;
                slabs.unlink(full);
            }
        }
        taken += 1;
    }
    IDLE[range as usize].fetch_sub(taken as usize * class::words(class) * 8, Ordering::Relaxed);
    (NonNull::new(list).expect("a fresh slab has blocks"), taken)
}

/// Takes back all blocks of a list.
///
/// # Safety
/// They are blocks of this range and class that nobody uses.
pub unsafe fn give(range: Range, class: usize, list: *mut Free) {
    let mut slabs = SLABS[range as usize][class].lock();
    let mut block = list;
    let idle = &IDLE[range as usize];
    while !block.is_null() {
        // SAFETY: a free block's first word is its link, and its slab is found by masking its address; slabs are
        // used under the lock only.
        unsafe {
            let next = (*block).next;
            let slab = (block as usize & !(class::slab_bytes(class) - 1)) as *mut Slab;
            if (*slab).is_full() {
                slabs.link(slab);
            }
            (*block).next = (*slab).free;
            (*slab).free = block;
            (*slab).used -= 1;
            idle.fetch_add(class::words(class) * 8, Ordering::Relaxed);
            let last = (*slab).next.is_null() && (*slab).previous.is_null();
            if (*slab).used == 0 && !last {
                slabs.unlink(slab);
                idle.fetch_sub(room_words(class) * 8, Ordering::Relaxed);
                pages::free(range, NonNull::new_unchecked(slab.cast()), class::slab_bytes(class) / PAGE);
            }
            block = next;
        }
    }
}

/// A slab of which nothing is used yet.
fn make(range: Range, class: usize) -> *mut Slab {
    let bytes = class::slab_bytes(class);
    let at = pages::allocate(range, bytes / PAGE, bytes / PAGE).as_ptr();
    let slab = at.cast::<Slab>();
    let room = room_words(class);
    IDLE[range as usize].fetch_add(room * 8, Ordering::Relaxed);
    // SAFETY: the span is ours, `bytes` long, and aligned to its pages; the header and the blocks fit it.
    unsafe {
        let fresh = at.add(size_of::<Slab>() / 8);
        let (next, previous, free) = (null_mut(), null_mut(), null_mut());
        slab.write(Slab { next, previous, free, fresh, end: fresh.add(room), used: 0 });
    }
    slab
}

/// Words of a slab that blocks of the class take up.
fn room_words(class: usize) -> usize {
    let words = class::words(class);
    (class::slab_bytes(class) - size_of::<Slab>()) / 8 / words * words
}

impl Slab {
    fn is_full(&self) -> bool {
        self.free.is_null() && self.fresh == self.end
    }

    /// Hands a block out.
    ///
    /// # Safety
    /// The slab is not full and is of this class.
    unsafe fn take(&mut self, class: usize) -> *mut Free {
        self.used += 1;
        let block = self.free;
        if !block.is_null() {
            // SAFETY: a free block's first word is its link.
            self.free = unsafe { (*block).next };
            return block;
        }
        let block = self.fresh;
        // SAFETY: not full, so that there is a fresh block before `end`.
        self.fresh = unsafe { block.add(class::words(class)) };
        block.cast()
    }
}

impl Slabs {
    /// Puts a slab at the front.
    ///
    /// # Safety
    /// It is a slab of this list's class that is in no list.
    unsafe fn link(&mut self, slab: *mut Slab) {
        // SAFETY: as promised, and the neighbours are slabs of the list.
        unsafe {
            (*slab).previous = null_mut();
            (*slab).next = self.first;
            if !self.first.is_null() {
                (*self.first).previous = slab;
            }
        }
        self.first = slab;
    }

    /// Takes a slab out.
    ///
    /// # Safety
    /// It is in this list.
    unsafe fn unlink(&mut self, slab: *mut Slab) {
        // SAFETY: as promised; its neighbours are in the list too.
        unsafe {
            let (next, previous) = ((*slab).next, (*slab).previous);
            if previous.is_null() {
                self.first = next;
            } else {
                (*previous).next = next;
            }
            if !next.is_null() {
                (*next).previous = previous;
            }
            (*slab).next = null_mut();
            (*slab).previous = null_mut();
        }
    }
}
