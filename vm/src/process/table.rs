//! The process table: from a pid to the control block, without a lock.
//!
//! A pid is a slot (28 bits) and the generation of its use (30 bits). A slot holds either the address of a control
//! block or, when free, the generation of its next use. A reader is pinned to the epoch: a block that it found stays
//! allocated until it unpins, even if the process ends meanwhile. Slots stand in chunks that double and never move.
//! A slot whose generations are used up retires, so a pid never comes back.

use crossbeam_epoch::Guard;
use crossbeam_queue::SegQueue;
use purlin_heap::Pid;
use purlin_scheduler::sync::atomic::AtomicUsize;
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// Bits of a pid that tell its slot.
pub(crate) const SLOT_BITS: u32 = 28;
/// Bits of a pid that tell the use of its slot.
const GENERATION_BITS: u32 = 30;
const GENERATION_END: u64 = 1 << GENERATION_BITS;
/// Slots in the first chunk; chunk `k` has `FIRST << k`.
const FIRST: usize = 1024;
const CHUNKS: usize = SLOT_BITS as usize - FIRST.trailing_zeros() as usize + 1;
/// The most free slots that a scheduler takes at once.
const BATCH_MAX: usize = 64;
/// A scheduler takes at most one of so many slots of a table, so that what all of them keep is little beside its limit, and a table
/// whose limit is small has exactly that.
const LIMIT_PER_BATCHED: usize = 1024;

/// What stands in a table: it knows its own pid.
pub(crate) trait Entry {
    /// The pid under which it was published.
    fn pid(&self) -> Pid;
}

/// One place of the table: the address of a block, or the next generation and a set lowest bit. Zero is generation 0.
#[repr(transparent)]
struct Slot(AtomicUsize);

impl Slot {
    /// The generation of the next use of a free slot.
    fn generation(&self) -> u64 {
        let word = self.0.load(Ordering::Acquire);
        debug_assert!(is_free(word));
        word as u64 >> 1
    }

    #[inline(always)]
    fn is_free(&self) -> bool {
        is_free(self.0.load(Ordering::Relaxed))
    }

    /// The owner of a free slot puts a block there, which it has made ready.
    #[inline(always)]
    fn publish<B>(&self, block: NonNull<B>) {
        self.0.store(block.as_ptr().expose_provenance(), Ordering::Release);
    }

    /// The process that is there ends: its block cannot be found any more.
    fn free(&self, next_generation: u64) {
        self.0.store((next_generation << 1 | 1) as usize, Ordering::Release);
    }

    /// The block that is there.
    #[inline(always)]
    fn block<B>(&self) -> Option<NonNull<B>> {
        let word = self.0.load(Ordering::Acquire);
        if is_free(word) { None } else { NonNull::new(ptr::with_exposed_provenance_mut(word)) }
    }
}

#[inline(always)]
fn is_free(word: usize) -> bool {
    word & 1 == 1 || word == 0
}

/// The table of a machine's processes.
pub(crate) struct Table<B> {
    chunks: [AtomicPtr<Slot>; CHUNKS],
    /// Slots below this one have been handed out at least once.
    used: AtomicU32,
    limit: u32,
    /// How many free slots a scheduler takes at once; it keeps fewer than twice as many.
    batch: usize,
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
        let limit = limit.min(1 << SLOT_BITS);
        Table {
            chunks: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
            used: AtomicU32::new(0),
            limit,
            batch: (limit as usize / LIMIT_PER_BATCHED).clamp(1, BATCH_MAX),
            free: SegQueue::new(),
            blocks: std::marker::PhantomData,
        }
    }

    /// A slot for a new process, or nothing when the table is full.
    #[inline]
    pub(crate) fn reserve(&self, cache: &mut FreeSlots) -> Option<Reserved> {
        loop {
            let slot = match cache.0.pop() {
                Some(slot) => slot,
                None => self.refill(cache)?,
            };
            let generation = self.slot(slot).generation();
            if generation < GENERATION_END {
                return Some(Reserved { slot, pid: Pid(generation << SLOT_BITS | u64::from(slot)) });
            }
        }
    }

    #[cold]
    fn refill(&self, cache: &mut FreeSlots) -> Option<u32> {
        cache.0.extend(std::iter::from_fn(|| self.free.pop()).take(self.batch));
        if let Some(slot) = cache.0.pop() {
            return Some(slot);
        }
        let take = |used: u32| (used < self.limit).then(|| self.limit.min(used + self.batch as u32));
        let first = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
        let end = take(first)?;
        let _ = self.make_slot(first);
        let _ = self.make_slot(end - 1);
        cache.0.extend((first..end).rev());
        cache.0.pop()
    }

    /// Makes a block known under its pid.
    #[inline]
    pub(crate) fn publish(&self, reserved: Reserved, block: NonNull<B>) {
        self.slot(reserved.slot).publish(block);
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
        let block = self.try_slot(slot)?.block::<B>()?;
        // SAFETY: the block was published with release; it is freed only through the epoch, after the slot was
        // emptied, and the guard pins the epoch.
        Some(unsafe { block.as_ref() })
    }

    /// Forgets a process and frees its slot. From here on `lookup` does not find it; the block itself must be freed
    /// through the epoch.
    pub(crate) fn remove(&self, cache: &mut FreeSlots, pid: Pid) {
        let slot = pid.0 as u32 & ((1 << SLOT_BITS) - 1);
        let generation = (pid.0 >> SLOT_BITS) + 1;
        self.slot(slot).free(generation);
        if generation >= GENERATION_END {
            return;
        }
        cache.0.push(slot);
        if cache.0.len() > 2 * (self.batch - 1) {
            cache.0.drain(..self.batch).for_each(|slot| self.free.push(slot));
        }
    }

    /// How many processes there are, at some moment.
    pub(crate) fn count(&self) -> usize {
        let used = self.used.load(Ordering::Relaxed);
        (0..used).filter(|&slot| self.try_slot(slot).is_some_and(|slot| !slot.is_free())).count()
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
    fn slot(&self, slot: u32) -> &Slot {
        self.try_slot(slot).expect("a slot that was handed out is in a chunk")
    }

    #[inline(always)]
    fn try_slot(&self, slot: u32) -> Option<&Slot> {
        let (chunk, offset) = place(slot);
        let base = NonNull::new(self.chunks[chunk].load(Ordering::Acquire))?;
        // SAFETY: chunk `chunk` has `FIRST << chunk` slots, and `offset` is less.
        Some(unsafe { base.add(offset).as_ref() })
    }

    /// Sees to it that the chunk of `slot` exists.
    fn make_slot(&self, slot: u32) -> &Slot {
        let (chunk, _) = place(slot);
        if self.chunks[chunk].load(Ordering::Acquire).is_null() {
            let layout = chunk_layout(chunk);
            // SAFETY: the layout is not empty, and zero is a valid slot.
            let new = unsafe { alloc_zeroed(layout) }.cast::<Slot>();
            if new.is_null() {
                purlin_heap::memory::exhausted(layout.size());
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

/// Chunk and place in it.
#[inline(always)]
fn place(slot: u32) -> (usize, usize) {
    let position = slot as usize + FIRST;
    let chunk = (position / FIRST).ilog2() as usize;
    (chunk, position - (FIRST << chunk))
}

fn chunk_layout(chunk: usize) -> Layout {
    Layout::array::<Slot>(FIRST << chunk).expect("less than 2^29 slots")
}

#[cfg(all(test, loom))]
mod models {
    //! A slot as it ships, under loom. That a block is not freed while a reader is pinned is the epoch's part and is
    //! taken for granted: blocks are leaked until the end.

    use super::Slot;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use std::ptr::NonNull;

    struct Block {
        generation: UnsafeCell<u64>,
    }

    fn block(generation: u64) -> NonNull<Block> {
        NonNull::from(Box::leak(Box::new(Block { generation: UnsafeCell::new(generation) })))
    }

    #[test]
    fn a_reader_sees_a_whole_block_of_the_generation_that_it_looks_for() {
        loom::model(|| {
            let slot = Arc::new(Slot(loom::sync::atomic::AtomicUsize::new(1)));
            let blocks = [block(0), block(1)];
            let writer = {
                let slot = slot.clone();
                let blocks = blocks.map(|block| block.as_ptr().expose_provenance());
                loom::thread::spawn(move || {
                    for (generation, block) in blocks.into_iter().enumerate() {
                        assert_eq!(slot.generation(), generation as u64);
                        let block =
                            NonNull::new(std::ptr::with_exposed_provenance_mut::<Block>(block)).unwrap();
                        // SAFETY: leaked, and not published yet.
                        unsafe { block.as_ref() }
                            .generation
                            .with_mut(|at| unsafe { *at = generation as u64 });
                        slot.publish(block);
                        slot.free(generation as u64 + 1);
                    }
                })
            };
            if let Some(found) = slot.block::<Block>() {
                // SAFETY: leaked; loom reports it if the writer's write is not seen here.
                let generation = unsafe { found.as_ref().generation.with(|at| *at) };
                assert!(generation < 2);
            }
            writer.join().unwrap();
            assert_eq!(slot.generation(), 2);
            for block in blocks {
                // SAFETY: leaked above, and the writer is done.
                drop(unsafe { Box::from_raw(block.as_ptr()) });
            }
        });
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{Entry, FreeSlots, Table};
    use crossbeam_epoch::Collector;
    use purlin_heap::Pid;
    use std::ptr::NonNull;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    struct Block {
        pid: Pid,
        alive: AtomicBool,
    }

    impl Entry for Block {
        fn pid(&self) -> Pid {
            self.pid
        }
    }

    fn add(table: &Table<Block>, cache: &mut FreeSlots) -> NonNull<Block> {
        let reserved = table.reserve(cache).expect("there is room");
        let block = Block { pid: reserved.pid(), alive: AtomicBool::new(true) };
        let block = NonNull::from(Box::leak(Box::new(block)));
        table.publish(reserved, block);
        block
    }

    #[test]
    fn a_full_table_refuses_and_a_free_slot_comes_back_with_another_pid() {
        let (table, collector, mut cache) = (Table::new(100), Collector::new(), FreeSlots::default());
        let guard = collector.register().pin();
        let blocks: Vec<_> = (0..100).map(|_| add(&table, &mut cache)).collect();
        assert!(table.reserve(&mut cache).is_none());
        assert_eq!(table.count(), 100);
        // SAFETY: leaked.
        let pid = unsafe { blocks[40].as_ref() }.pid;
        assert!(table.lookup(pid, &guard).is_some());
        table.remove(&mut cache, pid);
        assert!(table.lookup(pid, &guard).is_none());
        // Another scheduler finds the slot that this one has freed.
        let again = add(&table, &mut FreeSlots::default());
        // SAFETY: leaked.
        assert_ne!(unsafe { again.as_ref() }.pid, pid);
        assert!(table.lookup(pid, &guard).is_none());
        assert!(table.reserve(&mut cache).is_none());
        for block in blocks.into_iter().chain([again]) {
            // SAFETY: leaked, and not used any more.
            drop(unsafe { Box::from_raw(block.as_ptr()) });
        }
    }

    #[test]
    fn readers_never_find_a_block_that_has_been_freed() {
        let (table, collector) = (Table::<Block>::new(1000), Collector::new());
        let (newest, stop) = (AtomicU64::new(u64::MAX), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let epoch = collector.register();
                    while !stop.load(Ordering::Relaxed) {
                        let guard = epoch.pin();
                        if let Some(block) = table.lookup(Pid(newest.load(Ordering::Acquire)), &guard) {
                            assert!(block.alive.load(Ordering::Relaxed), "freed under a pin");
                        }
                    }
                });
            }
            let (epoch, mut cache) = (collector.register(), FreeSlots::default());
            for _ in 0..20_000 {
                let block = add(&table, &mut cache);
                // SAFETY: freed below only.
                let pid = unsafe { block.as_ref() }.pid;
                newest.store(pid.0, Ordering::Release);
                table.remove(&mut cache, pid);
                let address = block.as_ptr().expose_provenance();
                epoch.pin().defer(move || {
                    // SAFETY: leaked, and no reader that is pinned now can have found it.
                    let block =
                        unsafe { Box::from_raw(std::ptr::with_exposed_provenance_mut::<Block>(address)) };
                    block.alive.store(false, Ordering::Relaxed);
                });
            }
            stop.store(true, Ordering::Relaxed);
        });
    }
}
