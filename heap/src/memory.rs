//! Memory that runs out.
//!
//! A program that holds a machine may end its own way then; the `purlin` command ends with a message and status 1
//! because [`OrExit`] is its allocator. What programs of the machine can be told of (a binary that is too large) is
//! allocated with [`try_zeroed`] instead, which asks what is below that allocator.

use std::alloc::{GlobalAlloc, Layout, alloc, handle_alloc_error};
use std::ptr::NonNull;

/// An allocator that ends the program when there is no memory left: one line on standard error that says so, one that says
/// what to do, and status 1.
pub struct OrExit;

/// Where the memory comes from: a sanitizer watches that of the system only.
#[cfg(not(asan))]
const UNDER: mimalloc::MiMalloc = mimalloc::MiMalloc;
#[cfg(asan)]
const UNDER: std::alloc::System = std::alloc::System;

/// Runs before `main`, and so before anything is allocated.
#[cfg(all(target_os = "linux", not(asan)))]
#[used]
// SAFETY: what is listed there are functions without arguments that return nothing.
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = take_pages_as_needed;

/// Keeps the allocator from committing its first arena as a whole, for which the system would give huge pages: 20 MB that
/// a small program has no use for.
#[cfg(all(target_os = "linux", not(asan)))]
extern "C" fn take_pages_as_needed() {
    /// `mi_option_arena_eager_commit` in `mimalloc.h` of mimalloc 3.
    const ARENA_EAGER_COMMIT: libmimalloc_sys::mi_option_t = 4;
    // SAFETY: options may be set at any time; there is one thread now.
    unsafe { libmimalloc_sys::mi_option_set_enabled_default(ARENA_EAGER_COMMIT, false) }
}

// SAFETY: what the allocator below gives is passed on; nothing is returned when it gives nothing.
unsafe impl GlobalAlloc for OrExit {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises; so are the others.
        or_exit(unsafe { UNDER.alloc(layout) })
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: see `alloc`.
        or_exit(unsafe { UNDER.alloc_zeroed(layout) })
    }

    #[inline]
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: see `alloc`.
        or_exit(unsafe { UNDER.realloc(at, layout, size) })
    }

    #[inline]
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: see `alloc`.
        unsafe { UNDER.dealloc(at, layout) }
    }
}

#[inline]
fn or_exit(at: *mut u8) -> *mut u8 {
    if at.is_null() {
        exit()
    }
    at
}

const MESSAGE: &str = "error: there is no memory left
help: limit what grows with the option max_heap_size of a process, or give the program more memory\n";

/// Says that there is no memory, and ends the program at once: nothing else may run, because it may allocate.
#[cold]
fn exit() -> ! {
    // SAFETY: the bytes are those of a string. That they cannot be written does not matter any more.
    unsafe {
        libc::write(libc::STDERR_FILENO, MESSAGE.as_ptr().cast(), MESSAGE.len());
        libc::_exit(1)
    }
}

/// Ends the program as its allocator does when there is no memory.
#[cold]
pub fn exhausted(bytes: usize) -> ! {
    const ALIGNMENT: usize = 8;
    let layout = |bytes| Layout::from_size_align(bytes, ALIGNMENT).expect("a fitting size");
    // More than any allocator has: one that has a way of its own to end the program takes it.
    // SAFETY: the size is not zero.
    std::hint::black_box(unsafe { alloc(layout(isize::MAX as usize - ALIGNMENT)) });
    handle_alloc_error(layout(bytes.min(isize::MAX as usize - ALIGNMENT)))
}

/// Memory, all zero, or nothing when there is not so much. [`release`] gives it back.
pub(crate) fn try_zeroed(layout: Layout) -> Option<NonNull<u8>> {
    assert!(layout.size() > 0, "only something can be allocated");
    // SAFETY: the layout has a size above zero.
    NonNull::new(unsafe { UNDER.alloc_zeroed(layout) })
}

/// Gives back what [`try_zeroed`] gave.
///
/// # Safety
/// It was given for this layout, and nobody uses it any more.
pub(crate) unsafe fn release(at: *mut u8, layout: Layout) {
    // SAFETY: as the caller promises.
    unsafe { UNDER.dealloc(at, layout) }
}
