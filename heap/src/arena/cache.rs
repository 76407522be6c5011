//! What a thread keeps of free blocks, so that allocating and freeing take no lock in the common case.

use std::cell::{Cell, UnsafeCell};
use std::ptr::{NonNull, null_mut};

use super::class;
use super::reserve::{RANGES, Range};
use super::slab::{self, Free};
use crate::word::Word;

/// Free blocks of one range and class.
#[derive(Clone, Copy)]
struct Bin {
    first: *mut Free,
    count: u32,
}

/// All bins of a thread.
struct Cache {
    bins: UnsafeCell<[[Bin; class::COUNT]; RANGES]>,
    /// No function of this module calls another one while it holds a bin; this says so in debug builds.
    busy: Cell<bool>,
}

thread_local! {
    static CACHE: Cache = const {
        let bins = [[Bin { first: null_mut(), count: 0 }; class::COUNT]; RANGES];
        Cache { bins: UnsafeCell::new(bins), busy: Cell::new(false) }
    };
}

/// A block of a class. Not inlined: work can go on in another thread, and the compiler would be free to find out the
/// address of a thread's cache once for two calls in one function.
#[inline(never)]
pub fn allocate(range: Range, class: usize) -> NonNull<Word> {
    let block = CACHE.try_with(|cache| cache.with_bin(range, class, |bin| bin.pop()));
    match block {
        Ok(Some(block)) => block.cast(),
        Ok(None) => refill(range, class),
        // The thread is ending and its cache is gone.
        Err(_) => slab::take(range, class, 1).0.cast(),
    }
}

/// Gives a block back.
///
/// # Safety
/// It is a block of this range and class that nobody uses.
#[inline(never)] // As `allocate`.
pub unsafe fn free(range: Range, class: usize, at: NonNull<Word>) {
    let block = at.cast::<Free>();
    let full = CACHE.try_with(|cache| {
        cache.with_bin(range, class, |bin| {
            // SAFETY: the block is ours now, and large enough for a link.
            unsafe { (*block.as_ptr()).next = bin.first };
            bin.first = block.as_ptr();
            bin.count += 1;
            bin.count > class::cached_max(class)
        })
    });
    match full {
        Ok(false) => {}
        Ok(true) => spill(range, class),
        Err(_) => {
            // SAFETY: as above; a list of one.
            unsafe {
                (*block.as_ptr()).next = null_mut();
                slab::give(range, class, block.as_ptr());
            }
        }
    }
}

/// Takes half a bin from the slabs, and returns one block of it.
#[cold]
fn refill(range: Range, class: usize) -> NonNull<Word> {
    let (list, count) = slab::take(range, class, class::cached_max(class) / 2);
    CACHE.with(|cache| {
        cache.with_bin(range, class, |bin| {
            debug_assert!(bin.first.is_null());
            *bin = Bin { first: list.as_ptr(), count };
            bin.pop().expect("the slabs gave at least one").cast()
        })
    })
}

/// Gives half of a full bin to the slabs: the half that has been idle longest.
#[cold]
fn spill(range: Range, class: usize) {
    let rest = CACHE.with(|cache| {
        cache.with_bin(range, class, |bin| {
            let keep = class::cached_max(class) / 2;
            // SAFETY: the bin holds more than `keep` blocks, each linked to the next.
            let last = unsafe { (1..keep).fold(bin.first, |block, _| (*block).next) };
            bin.count = keep;
            // SAFETY: the last block that is kept; what follows is cut off.
            unsafe { std::mem::replace(&mut (*last).next, null_mut()) }
        })
    });
    // SAFETY: blocks of this range and class that the bin has let go.
    unsafe { slab::give(range, class, rest) };
}

impl Cache {
    #[inline(always)]
    fn with_bin<R>(&self, range: Range, class: usize, f: impl FnOnce(&mut Bin) -> R) -> R {
        debug_assert!(!self.busy.replace(true));
        // SAFETY: the cache belongs to this thread, and `f` does not come back here (`busy` checks).
        let result = f(unsafe { &mut (*self.bins.get())[range as usize][class] });
        debug_assert!(self.busy.replace(false));
        result
    }
}

impl Bin {
    #[inline(always)]
    fn pop(&mut self) -> Option<NonNull<Free>> {
        let block = NonNull::new(self.first)?;
        // SAFETY: a block in the bin is free, and its first word is its link.
        self.first = unsafe { (*block.as_ptr()).next };
        self.count -= 1;
        Some(block)
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        for (range, bins) in Range::ALL.into_iter().zip(self.bins.get_mut()) {
            for (class, bin) in bins.iter().enumerate() {
                // SAFETY: free blocks of this range and class, held by nobody else.
                unsafe { slab::give(range, class, bin.first) };
            }
        }
    }
}
