//! The ranges of addresses, reserved once and made usable step by step.

use std::ptr::NonNull;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::memory::exhausted;
use crate::word::Word;

/// What an address range is for. The range of an address tells what it may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Range {
    /// Literals: immutable, shared by all processes, neither moved nor copied.
    Literals = 0,
    /// Messages and what overflows a process's block.
    Fragments = 1,
    /// The blocks of processes, frozen frames, regions of small old generations, and large objects.
    Blocks = 2,
    /// The segments of large old generations, each aligned to its size.
    Segments = 3,
}

impl Range {
    /// All, in their order.
    pub const ALL: [Range; RANGES] = [Range::Literals, Range::Fragments, Range::Blocks, Range::Segments];
}

/// How many ranges there are.
pub const RANGES: usize = 4;
/// Sizes to try for one range: what a system or a limit on address space does not grant is asked for smaller.
const SIZES: [usize; 7] = [1 << 40, 1 << 38, 1 << 36, 1 << 34, 1 << 32, 1 << 30, 1 << 28];
/// Ranges start at a multiple of this, the size of a huge page.
const ALIGNMENT: usize = 1 << 21;

/// The first range's start; 0 until there is one.
static BASE: AtomicUsize = AtomicUsize::new(0);
/// The size of each range in bytes; 0 until there is one, so that nothing lies within.
static SIZE: AtomicUsize = AtomicUsize::new(0);

/// A range of addresses, to be kept in registers by loops that test many words.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    start: usize,
    size: usize,
}

impl Bounds {
    /// From `start` up to, not including, `end`.
    #[inline(always)]
    pub fn between(start: *const Word, end: *const Word) -> Bounds {
        Bounds { start: start as usize, size: end as usize - start as usize }
    }

    /// Whether the address of a pointer word lies within. Its tag does not matter.
    #[inline(always)]
    pub fn contains(self, word: Word) -> bool {
        (word.0 as usize).wrapping_sub(self.start) < self.size
    }
}

/// Where a range lies. Empty before the first allocation.
#[inline(always)]
pub fn bounds(range: Range) -> Bounds {
    let size = SIZE.load(Ordering::Relaxed);
    Bounds { start: BASE.load(Ordering::Relaxed) + range as usize * size, size }
}

/// Reserves the ranges if nobody has, and returns the start and size in bytes of one of them.
pub fn reserve(range: Range) -> (usize, usize) {
    static RESERVED: Once = Once::new();
    RESERVED.call_once(|| {
        let Some((base, size)) = SIZES.iter().find_map(|&size| Some((reserve_all(size)?, size))) else {
            exhausted(SIZES[SIZES.len() - 1] * RANGES)
        };
        BASE.store(base, Ordering::Relaxed);
        SIZE.store(size, Ordering::Relaxed);
    });
    let bounds = bounds(range);
    (bounds.start, bounds.size)
}

/// Reserves the addresses for all ranges of `size` bytes each, without any memory behind them.
fn reserve_all(size: usize) -> Option<usize> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a fresh mapping at an address that the system chooses.
    let at =
        unsafe { libc::mmap(std::ptr::null_mut(), size * RANGES + ALIGNMENT, libc::PROT_NONE, flags, -1, 0) };
    (at != libc::MAP_FAILED).then(|| (at as usize).next_multiple_of(ALIGNMENT))
}

/// Makes `bytes` bytes from `start` usable, on huge pages if `huge`.
pub fn commit(start: usize, bytes: usize, huge: bool) {
    // SAFETY: the caller passes page-aligned addresses within a reserved range, and nothing is lost by making
    // them accessible. Huge pages are a wish; that it is not granted does no harm.
    let result = unsafe {
        if huge {
            libc::madvise(start as *mut libc::c_void, bytes, libc::MADV_HUGEPAGE);
        }
        libc::mprotect(start as *mut libc::c_void, bytes, libc::PROT_READ | libc::PROT_WRITE)
    };
    if result != 0 {
        exhausted(bytes)
    }
}

/// Gives the memory behind `bytes` bytes from `at` back to the system; they read as zero when used again.
///
/// # Safety
/// The bytes are committed, aligned to the system's pages, and nobody uses what is in them.
pub unsafe fn discard(at: NonNull<Word>, bytes: usize) {
    // SAFETY: as promised. A failure leaves the memory as it was, which is allowed.
    unsafe { libc::madvise(at.as_ptr().cast(), bytes, libc::MADV_DONTNEED) };
}
