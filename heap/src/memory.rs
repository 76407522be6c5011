//! Memory that runs out.
//!
//! A program that holds a machine may end its own way then; the `purlin` command ends with a message and status 1
//! because [`OrExit`] is its allocator. What programs of the machine can be told of (a binary that is too large) is
//! allocated with [`try_zeroed`] instead, which asks what is below that allocator.

mod mapped;

use std::alloc::{GlobalAlloc, Layout, alloc, handle_alloc_error};
use std::ptr::{NonNull, null_mut};

/// An allocator that ends the program when there is no memory left: one line on standard error that says
/// so, one that says what to do, and status 1. What is large is a mapping of its own instead, which grows without being copied
/// and is given back in no time, so that no vector holds up more than its owner.
pub struct OrExit;

/// Where what is not large comes from: a sanitizer watches the memory of the system only.
#[cfg(not(any(asan, miri)))]
const UNDER: mimalloc::MiMalloc = mimalloc::MiMalloc;
#[cfg(any(asan, miri))]
const UNDER: std::alloc::System = std::alloc::System;

/// Runs before `main`, and so before anything is allocated.
#[cfg(all(target_os = "linux", not(any(asan, miri))))]
#[used]
// SAFETY: what is listed there are functions without arguments that return nothing.
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = take_pages_as_needed;

/// Keeps the allocator from committing its first arena as a whole, for which the system would give huge pages: 20 MB that
/// a small program has no use for.
#[cfg(all(target_os = "linux", not(any(asan, miri))))]
extern "C" fn take_pages_as_needed() {
    /// `mi_option_arena_eager_commit` in `mimalloc.h` of mimalloc 3.
    const ARENA_EAGER_COMMIT: libmimalloc_sys::mi_option_t = 4;
    // SAFETY: nobody has used this copy of the allocator: the functions listed there run before anything else of the program, or
    // of the shared library, that it is linked into.
    unsafe { libmimalloc_sys::mi_option_set_enabled_default(ARENA_EAGER_COMMIT, false) }
}

// SAFETY: what the allocator below or the system gives is passed on; nothing is returned when they give nothing.
unsafe impl GlobalAlloc for OrExit {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises; so are the others.
        or_exit(unsafe { if is_mapped(layout) { map(layout) } else { UNDER.alloc(layout) } })
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: see `alloc`. A new mapping is zero.
        or_exit(unsafe { if is_mapped(layout) { map(layout) } else { UNDER.alloc_zeroed(layout) } })
    }

    #[inline]
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: see `alloc`.
        or_exit(unsafe {
            if size.max(layout.size()) < mapped::BYTES_MIN {
                UNDER.realloc(at, layout, size)
            } else {
                resize(at, layout, size)
            }
        })
    }

    #[inline]
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: see `alloc`.
        unsafe { release(at, layout) }
    }
}

/// Whether memory of this layout is a mapping of its own.
#[inline(always)]
fn is_mapped(layout: Layout) -> bool {
    layout.size() >= mapped::BYTES_MIN && layout.align() <= mapped::HUGE_PAGE
}

#[cold]
fn map(layout: Layout) -> *mut u8 {
    mapped::map(layout.size()).map_or(null_mut(), NonNull::as_ptr)
}

/// As [`GlobalAlloc::realloc`], where the old memory or the new one is a mapping.
///
/// # Safety
/// As there.
#[cold]
unsafe fn resize(at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    // SAFETY: the size fits, as the caller promises.
    let new = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
    // SAFETY: the old memory has this layout, and is the caller's alone; what is copied is in both.
    unsafe {
        match (is_mapped(layout), is_mapped(new)) {
            (true, true) => mapped::resize(at, layout.size(), size).map_or(null_mut(), NonNull::as_ptr),
            (false, false) => UNDER.realloc(at, layout, size),
            (_, to_mapping) => {
                let to = if to_mapping { map(new) } else { UNDER.alloc(new) };
                if !to.is_null() {
                    std::ptr::copy_nonoverlapping(at, to, size.min(layout.size()));
                    release(at, layout);
                }
                to
            }
        }
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
    // SAFETY: the layout has a size above zero. A new mapping is zero.
    NonNull::new(unsafe { if is_mapped(layout) { map(layout) } else { UNDER.alloc_zeroed(layout) } })
}

/// Gives back what [`try_zeroed`] gave.
///
/// # Safety
/// It was given for this layout, and nobody uses it any more.
#[inline]
pub(crate) unsafe fn release(at: *mut u8, layout: Layout) {
    // SAFETY: as the caller promises.
    unsafe { if is_mapped(layout) { mapped::release(at, layout.size()) } else { UNDER.dealloc(at, layout) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [usize; 7] = [
        100,
        mapped::HUGE_PAGE - 1,
        mapped::HUGE_PAGE,
        mapped::HUGE_PAGE + 70_000,
        3 * mapped::HUGE_PAGE + 1,
        64 * mapped::HUGE_PAGE,
        10,
    ];

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, 8).expect("a fitting size")
    }

    #[test]
    fn memory_keeps_its_bytes_when_it_grows_and_shrinks() {
        for from in SIZES {
            for to in SIZES {
                // SAFETY: each size is above zero; the layouts are those of the allocations.
                unsafe {
                    let at = OrExit.alloc_zeroed(layout(from));
                    let kept = from.min(to);
                    for place in [0, kept / 2, kept - 1] {
                        assert_eq!(*at.add(place), 0);
                        *at.add(place) = 1 + (place % 199) as u8;
                    }
                    let at = OrExit.realloc(at, layout(from), to);
                    for place in [0, kept / 2, kept - 1] {
                        assert_eq!(*at.add(place), 1 + (place % 199) as u8, "{from} to {to}");
                    }
                    *at.add(to - 1) = 1;
                    OrExit.dealloc(at, layout(to));
                }
            }
        }
    }

    #[test]
    #[cfg_attr(
        any(asan, miri),
        ignore = "nothing is mapped then, and the sanitizer does not allow to ask for too much"
    )]
    fn too_much_is_refused_or_mapped() {
        assert!(try_zeroed(layout(isize::MAX as usize - 7)).is_none());
        let at = try_zeroed(layout(5 * mapped::HUGE_PAGE)).expect("10 MB");
        assert!(at.addr().get().is_multiple_of(mapped::HUGE_PAGE));
        // SAFETY: given for this layout.
        unsafe { release(at.as_ptr(), layout(5 * mapped::HUGE_PAGE)) };
    }
}
