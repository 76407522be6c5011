//! The process table: from a pid to the control block, without a lock.
//!
//! A pid is a slot (28 bits) and the generation of its use (30 bits). A slot holds either the address of a control
//! block or, when free, the generation of its next use. A reader is pinned to the epoch: a block that it found stays
//! allocated until it unpins, even if the process ends meanwhile. Slots stand in chunks that double and never move.
//! A slot whose generations are used up retires, so a pid never comes back.

use crossbeam_epoch::Guard;
use crossbeam_queue::SegQueue;
use purlin_heap::Pid;
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

/// Bits of a pid that tell its slot.
pub(crate) const SLOT_BITS: u32 = 28;
/// Bits of a pid that tell the use of its slot.
const GENERATION_BITS: u32 = 30;
const GENERATION_END: u64 = 1 << GENERATION_BITS;
/// Slots in the first chunk; chunk `k` has `FIRST << k`.
const FIRST: usize = 1024;
const CHUNKS: usize = SLOT_BITS as usize - FIRST.trailing_zeros() as usize + 1;
/// How many free slots a scheduler takes at once, and half of what it keeps at the most.
const BATCH: usize = 64;

/// What stands in a table: it knows its own pid.
pub(crate) trait Entry {
    /// The pid under which it was published.
    fn pid(&self) -> Pid;
}

/// The table of a machine's processes.
pub(crate) struct Table<B> {
    chunks: [AtomicPtr<AtomicUsize>; CHUNKS],
    /// Slots below this one have been handed out at least once.
    used: AtomicU32,
    limit: u32,
    /// Free slots that no scheduler keeps for itself.
    free: SegQueue<u32>,
    blocks: std::marker::PhantomData<NonNull<B>>,
}

// SAFETY: the table hands out shared references to blocks in any thread, and drops none.
unsafe impl<B: Sync + Send> Send for Table<B> {}
// SAFETY: as above.
unsafe impl<B: Sync + Send> Sync for Table<B> {}

/// Free slots that one thread keeps for its next spawns.
#[derive(Default)]
pub(crate) struct FreeSlots(Vec<u32>);

/// A slot that was taken for a new process, and the pid that it will have.
pub(crate) struct Reserved {
    slot: u32,
    pid: Pid,
}

impl Reserved {
    /// The pid of the process that will be published here.
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }
}

impl<B: Entry> Table<B> {
    /// A table for at most `limit` processes at once.
    pub(crate) fn new(limit: u32) -> Table<B> {
        Table {
            chunks: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
            used: AtomicU32::new(0),
            limit: limit.min(1 << SLOT_BITS),
            free: SegQueue::new(),
            blocks: std::marker::PhantomData,
        }
    }

    /// How many processes there may be at once.
    pub(crate) fn limit(&self) -> u32 {
        self.limit
    }

    /// A slot for a new process, or nothing when the table is full.
    #[inline]
    pub(crate) fn reserve(&self, cache: &mut FreeSlots) -> Option<Reserved> {
        loop {
            let slot = match cache.0.pop() {
                Some(slot) => slot,
                None => self.refill(cache)?,
            };
            let generation = free_generation(self.slot(slot).load(Ordering::Acquire));
            if generation < GENERATION_END {
                return Some(Reserved { slot, pid: Pid(generation << SLOT_BITS | u64::from(slot)) });
            }
        }
    }

    #[cold]
    fn refill(&self, cache: &mut FreeSlots) -> Option<u32> {
        cache.0.extend(std::iter::from_fn(|| self.free.pop()).take(BATCH));
        if let Some(slot) = cache.0.pop() {
            return Some(slot);
        }
        let take = |used: u32| (used < self.limit).then(|| self.limit.min(used + BATCH as u32));
        let first = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
        let end = take(first)?;
        let _ = self.make_slot(first);
        let _ = self.make_slot(end - 1);
        cache.0.extend((first..end).rev());
        cache.0.pop()
    }

    /// Gives a slot back that was not used.
    pub(crate) fn unreserve(&self, cache: &mut FreeSlots, reserved: Reserved) {
        cache.0.push(reserved.slot);
    }

    /// Makes a block known under its pid.
    #[inline]
    pub(crate) fn publish(&self, reserved: Reserved, block: NonNull<B>) {
        self.slot(reserved.slot).store(block.as_ptr().expose_provenance(), Ordering::Release);
    }

    /// The block of a process, if it is alive. The guard keeps the block from being freed.
    #[inline]
    pub(crate) fn lookup<'g>(&self, pid: Pid, guard: &'g Guard) -> Option<&'g B> {
        let slot = pid.0 as u32 & ((1 << SLOT_BITS) - 1);
        let block = self.block_at(slot, guard)?;
        (block.pid() == pid).then_some(block)
    }

    #[inline]
    fn block_at<'g>(&self, slot: u32, _guard: &'g Guard) -> Option<&'g B> {
        let word = self.try_slot(slot)?.load(Ordering::Acquire);
        if is_free(word) {
            return None;
        }
        // SAFETY: a word that is not free is the address of a block that was published with release; it is freed
        // only through the epoch, after the slot was emptied, and the guard pins the epoch.
        Some(unsafe { &*ptr::with_exposed_provenance(word) })
    }

    /// Forgets a process and frees its slot. From here on `lookup` does not find it; the block itself must be freed
    /// through the epoch.
    pub(crate) fn remove(&self, cache: &mut FreeSlots, pid: Pid) {
        let slot = pid.0 as u32 & ((1 << SLOT_BITS) - 1);
        let generation = (pid.0 >> SLOT_BITS) + 1;
        self.slot(slot).store(free_word(generation), Ordering::Release);
        if generation >= GENERATION_END {
            return;
        }
        cache.0.push(slot);
        if cache.0.len() > 2 * BATCH {
            cache.0.drain(..BATCH).for_each(|slot| self.free.push(slot));
        }
    }

    /// How many processes there are, at some moment.
    pub(crate) fn count(&self) -> usize {
        let used = self.used.load(Ordering::Relaxed);
        (0..used).filter(|&slot| self.try_slot(slot).is_some_and(|slot| !is_free(slot.load(Ordering::Relaxed)))).count()
    }

    /// Gives the slots that a thread kept to the others.
    pub(crate) fn release(&self, cache: &mut FreeSlots) {
        cache.0.drain(..).for_each(|slot| self.free.push(slot));
    }

    /// The slots that may hold a process, for walks that look at them in portions.
    pub(crate) fn slots(&self) -> std::ops::Range<u32> {
        0..self.used.load(Ordering::Acquire)
    }

    /// The process that is in `slot` now.
    pub(crate) fn at_slot<'g>(&self, slot: u32, guard: &'g Guard) -> Option<&'g B> {
        self.block_at(slot, guard)
    }

    #[inline(always)]
    fn slot(&self, slot: u32) -> &AtomicUsize {
        self.try_slot(slot).expect("a slot that was handed out is in a chunk")
    }

    #[inline(always)]
    fn try_slot(&self, slot: u32) -> Option<&AtomicUsize> {
        let (chunk, offset) = place(slot);
        let base = NonNull::new(self.chunks[chunk].load(Ordering::Acquire))?;
        // SAFETY: chunk `chunk` has `FIRST << chunk` slots, and `offset` is less.
        Some(unsafe { base.add(offset).as_ref() })
    }

    /// Sees to it that the chunk of `slot` exists.
    fn make_slot(&self, slot: u32) -> &AtomicUsize {
        let (chunk, _) = place(slot);
        if self.chunks[chunk].load(Ordering::Acquire).is_null() {
            let layout = chunk_layout(chunk);
            // SAFETY: the layout is not empty, and zero is a valid slot.
            let new = unsafe { alloc_zeroed(layout) }.cast::<AtomicUsize>();
            if new.is_null() {
                handle_alloc_error(layout);
            }
            let place = &self.chunks[chunk];
            if place.compare_exchange(ptr::null_mut(), new, Ordering::AcqRel, Ordering::Acquire).is_err() {
                // SAFETY: allocated above with the same layout, and nobody else has seen it.
                unsafe { dealloc(new.cast(), layout) };
            }
        }
        self.slot(slot)
    }
}

impl<B> Drop for Table<B> {
    fn drop(&mut self) {
        for (chunk, base) in self.chunks.iter_mut().enumerate() {
            let base = *base.get_mut();
            if !base.is_null() {
                // SAFETY: made by `make_slot` with this layout.
                unsafe { dealloc(base.cast(), chunk_layout(chunk)) };
            }
        }
    }
}

/// The word of a free slot. The zero of a fresh chunk is generation 0, too.
fn free_word(generation: u64) -> usize {
    (generation << 1 | 1) as usize
}

#[inline(always)]
fn is_free(word: usize) -> bool {
    word & 1 == 1 || word == 0
}

fn free_generation(word: usize) -> u64 {
    debug_assert!(is_free(word));
    word as u64 >> 1
}

/// Chunk and place in it.
#[inline(always)]
fn place(slot: u32) -> (usize, usize) {
    let position = slot as usize + FIRST;
    let chunk = (position / FIRST).ilog2() as usize;
    (chunk, position - (FIRST << chunk))
}

fn chunk_layout(chunk: usize) -> Layout {
    Layout::array::<AtomicUsize>(FIRST << chunk).expect("less than 2^29 slots")
}
