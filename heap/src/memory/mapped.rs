//! Large memory: mappings of their own, on huge pages where the system has them.
//!
//! The system's allocator copies what grows, fills with zeros what it has had before, and gives back small page by small
//! page, each in one go and for milliseconds. Here growing moves the page tables, what is new is zero already, and giving
//! back 128 MB takes a fifth of a millisecond.

use std::ptr::{NonNull, null_mut};

/// Memory of at least so many bytes is mapped. The address sanitizer is to see all of it, so nothing is then.
pub(super) const BYTES_MIN: usize = if cfg!(any(asan, miri)) { usize::MAX } else { HUGE_PAGE };

/// Mappings start at a multiple of this: the size of a huge page.
pub(super) const HUGE_PAGE: usize = 1 << 21;

/// The size of a mapping is a multiple of this, which is one of the size of small pages everywhere.
const GRANULE: usize = 1 << 16;

/// A new mapping with room for `bytes` bytes, all zero; nothing when there is not so much memory.
pub(super) fn map(bytes: usize) -> Option<NonNull<u8>> {
    let bytes = rounded(bytes)?;
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a fresh mapping at an address that the system chooses.
    let at = unsafe { libc::mmap(null_mut(), bytes.checked_add(HUGE_PAGE)?, protection, flags, -1, 0) };
    if at == libc::MAP_FAILED {
        return None;
    }
    let at = at.cast::<u8>();
    let before = at.align_offset(HUGE_PAGE);
    // SAFETY: within the mapping, of which `bytes` bytes from the first huge page on are kept. That huge pages are not granted
    // does no harm.
    unsafe {
        unmap(at, before);
        let at = at.add(before);
        unmap(at.add(bytes), HUGE_PAGE - before);
        libc::madvise(at.cast(), bytes, libc::MADV_HUGEPAGE);
        NonNull::new(at)
    }
}

/// Gives a mapping with room for `bytes` bytes back.
///
/// # Safety
/// It is one, and nobody uses it any more.
pub(super) unsafe fn release(at: *mut u8, bytes: usize) {
    // SAFETY: as promised.
    unsafe { unmap(at, rounded(bytes).expect("the size of a mapping")) };
}

/// The same mapping, perhaps elsewhere, with room for `new` bytes instead of `old`, of which both are large. Nothing when
/// there is not so much memory; it is as it was then.
///
/// # Safety
/// It is such a mapping, and nobody uses it until this returns, or where it was after that.
pub(super) unsafe fn resize(at: *mut u8, old: usize, new: usize) -> Option<NonNull<u8>> {
    let (old, new) = (rounded(old)?, rounded(new)?);
    // SAFETY: as promised. It stays where it is if the addresses behind it are free.
    if unsafe { libc::mremap(at.cast(), old, new, 0) } != libc::MAP_FAILED {
        return NonNull::new(at);
    }
    // Where it is going to be: at a huge page, so that no page table has to be taken apart.
    let to = map(new)?;
    let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
    // SAFETY: the mapping moves to addresses that are ours and unused.
    unsafe {
        if libc::mremap(at.cast(), old, new, flags, to.as_ptr()) == libc::MAP_FAILED {
            unmap(to.as_ptr(), new);
            return None;
        }
    }
    Some(to)
}

fn rounded(bytes: usize) -> Option<usize> {
    bytes.checked_next_multiple_of(GRANULE)
}

/// # Safety
/// The bytes are mapped, and nobody uses them any more.
unsafe fn unmap(at: *mut u8, bytes: usize) {
    if bytes > 0 {
        // SAFETY: as promised. A failure leaves the mapping as it was, which nobody sees.
        unsafe { libc::munmap(at.cast(), bytes) };
    }
}
