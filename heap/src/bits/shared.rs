//! Counted bytes that several terms, in any processes, refer to.
//!
//! Terms view committed bytes only, and bits that a view covers never change. (Of the last committed byte, the bits behind the
//! only view may be written by who holds the only count: see [`extend`].) Who holds a view that ends exactly at the
//! committed length may *claim* space behind it with one compare-and-swap: the committed length moves up, and the
//! claimed bytes are the claimer's alone to write until it makes a view of them. Who comes second, or finds no room,
//! copies. Nothing is ever reallocated.
//!
//! Instead of bytes there may be a value of Rust, which is dropped with the last count: see [`Shared::owning`].

use std::alloc::Layout;
use std::any::{Any, TypeId};
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering, fence};

use super::Bits;
use super::copy::copy_bits;
use crate::memory;

/// More bytes than any machine has; sizes below cannot overflow in bits.
const BYTES_MAX: usize = 1 << 48;

/// The bytes' header; the bytes follow it.
#[repr(C)]
struct Header {
    /// How many references there are.
    count: AtomicUsize,
    /// How many bytes there is room for, and whether an [`Owned`] is what stands there.
    shape: usize,
    /// How many bytes, from the first, are written or claimed.
    committed: AtomicUsize,
    /// Which of the bytes are known to be UTF-8: the first, and from bit 32 on the one behind the last.
    text: AtomicU64,
}

/// In the shape of a header: what follows is an [`Owned`].
const OWNER: usize = 1 << 63;

impl Header {
    #[inline(always)]
    fn capacity(&self) -> usize {
        self.shape & !OWNER
    }

    /// The value that stands in place of bytes.
    #[inline(always)]
    fn owned(&self) -> Option<&Owned> {
        // SAFETY: behind a header of this shape stands such a value, until the last count is given up.
        (self.shape & OWNER != 0).then(|| unsafe { &*std::ptr::from_ref(self).add(1).cast::<Owned>() })
    }
}

/// A value of Rust in place of bytes.
#[repr(C)]
struct Owned {
    /// What it is.
    of: TypeId,
    /// From a box of that type.
    value: *mut (),
    /// Drops the box.
    free: unsafe fn(*mut ()),
    /// How many bytes of memory it is said to take.
    bytes: usize,
}

/// Drops what `value` is the address of.
///
/// # Safety
/// It is from a box of this type, which nobody uses any more.
unsafe fn free<T>(value: *mut ()) {
    // SAFETY: as promised.
    drop(unsafe { Box::from_raw(value.cast::<T>()) });
}

/// Bytes of memory that shared bytes take, in parts, so that threads seldom change the same one.
static TAKEN: [Taken; PARTS] = [const { Taken(AtomicUsize::new(0)) }; PARTS];
const PARTS: usize = 16;

/// Wraps round when bytes are freed that others have made; the sum is right.
#[repr(align(128))]
struct Taken(AtomicUsize);

/// The part that memory at this address is counted in: allocators give each thread memory of its own for a while.
fn taken_at(at: *const Header) -> &'static AtomicUsize {
    &TAKEN[(at as usize >> 16) % PARTS].0
}

/// How many bytes of memory all shared bytes take at this moment.
pub fn total_bytes() -> usize {
    let sum = TAKEN.iter().fold(0, |sum: usize, part| sum.wrapping_add(part.0.load(Ordering::Relaxed)));
    // Parts that change while they are added may leave less than nothing.
    if sum > isize::MAX as usize { 0 } else { sum }
}

/// One counted reference to shared bytes.
pub struct Shared(NonNull<Header>);

// SAFETY: the count and the committed length are atomics, the capacity is constant, bits that are viewed do not change,
// and uncommitted ones are written by whoever claimed them and by nobody else.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

fn layout(capacity: usize) -> Layout {
    let bytes = size_of::<Header>().checked_add(capacity).expect("a size in memory");
    Layout::from_size_align(bytes, align_of::<Header>()).expect("a size in memory")
}

impl Shared {
    /// Room for `capacity` bytes, of which the first `committed` are committed; all are zero.
    pub fn zeroed(committed: usize, capacity: usize) -> Shared {
        Shared::try_zeroed(committed, capacity).unwrap_or_else(|| memory::exhausted(capacity))
    }

    /// As [`Shared::zeroed`]; nothing when there is not so much memory.
    pub fn try_zeroed(committed: usize, capacity: usize) -> Option<Shared> {
        let capacity = capacity.max(committed);
        if capacity > BYTES_MAX {
            return None;
        }
        let at = memory::try_zeroed(layout(capacity))?.cast::<Header>();
        let (count, committed, text) = (AtomicUsize::new(1), AtomicUsize::new(committed), AtomicU64::new(0));
        let header = Header { count, shape: capacity, committed, text };
        // SAFETY: fresh memory for a header and `capacity` bytes.
        unsafe { at.write(header) };
        taken_at(at.as_ptr()).fetch_add(layout(capacity).size(), Ordering::Relaxed);
        Some(Shared(at))
    }

    /// A value in place of bytes, which is dropped, by whichever thread that is, with the last reference. It is said to take so many
    /// `bytes` of memory, which count for whoever refers to it.
    pub fn owning<T: Any + Send + Sync>(value: T, bytes: usize) -> Shared {
        let shared = Shared::zeroed(size_of::<Owned>(), size_of::<Owned>());
        let value = Box::into_raw(Box::new(value)).cast();
        // SAFETY: fresh memory, as large as that, aligned as its header is, and known to nobody else.
        unsafe {
            shared.data().cast::<Owned>().write(Owned {
                of: TypeId::of::<T>(),
                value,
                free: free::<T>,
                bytes,
            });
            (*shared.0.as_ptr()).shape |= OWNER;
        }
        taken_at(shared.0.as_ptr()).fetch_add(bytes, Ordering::Relaxed);
        shared
    }

    /// A copy of `bytes`, with no room to grow.
    pub fn copy_of(bytes: &[u8]) -> Shared {
        let shared = Shared::zeroed(bytes.len(), bytes.len());
        // SAFETY: `bytes.len()` bytes that nobody else has seen yet, all zero.
        unsafe { copy_bits(Bits::of_bytes(bytes), shared.data(), 0) };
        shared
    }

    /// Gives the reference to a term: the address stands for one count.
    pub fn into_address(self) -> u64 {
        let address = self.0.as_ptr() as u64;
        std::mem::forget(self);
        address
    }

    /// One more reference to the bytes at `address`.
    ///
    /// # Safety
    /// `address` is from [`Shared::into_address`], and the count that it stands for is still held.
    pub unsafe fn retained(address: u64) -> Shared {
        // SAFETY: as the caller promises.
        unsafe { retain(address) };
        Shared(NonNull::new(address as *mut Header).expect("the address of a header"))
    }

    /// The address, which is as good as a name while there is a reference.
    pub fn address(&self) -> u64 {
        self.0.as_ptr() as u64
    }

    /// The first byte.
    pub fn data(&self) -> *mut u8 {
        // SAFETY: `self` holds a count.
        unsafe { data(self.0.as_ptr() as u64) }
    }

    /// Whether a value stands in place of bytes.
    pub fn is_owner(&self) -> bool {
        self.header().owned().is_some()
    }

    /// How many bytes are committed.
    pub fn committed(&self) -> usize {
        self.header().committed.load(Ordering::Acquire)
    }

    /// How many bytes there is room for.
    pub fn capacity(&self) -> usize {
        self.header().capacity()
    }

    /// How many references there are at this moment.
    pub fn references(&self) -> usize {
        self.header().count.load(Ordering::Relaxed)
    }

    /// Claims `more` bytes behind `end`; they are the caller's to write, zero until then. Nothing, when the
    /// committed length is not `end` or there is no room.
    pub fn claim(&self, end: usize, more: usize) -> Option<NonNull<u8>> {
        let header = self.header();
        let after = end.checked_add(more).filter(|&after| after <= header.capacity())?;
        header.committed.compare_exchange(end, after, Ordering::AcqRel, Ordering::Relaxed).ok()?;
        // SAFETY: within the capacity.
        NonNull::new(unsafe { self.data().add(end) })
    }

    fn header(&self) -> &Header {
        // SAFETY: a counted header lives as long as the count.
        unsafe { self.0.as_ref() }
    }
}

impl Clone for Shared {
    fn clone(&self) -> Shared {
        // SAFETY: `self` holds a count.
        unsafe { Shared::retained(self.0.as_ptr() as u64) }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the count of `self` is given up.
        unsafe { release(self.0.as_ptr() as u64) }
    }
}

/// Counts one more reference to the bytes at `address`.
///
/// # Safety
/// `address` is from [`Shared::into_address`], and a count for it is held.
pub unsafe fn retain(address: u64) {
    // SAFETY: the header lives while a count is held.
    unsafe { (*(address as *const Header)).count.fetch_add(1, Ordering::Relaxed) };
}

/// Gives up one reference to the bytes at `address`, and frees them with the last.
///
/// # Safety
/// `address` is from [`Shared::into_address`], and the caller holds the count that it gives up.
pub unsafe fn release(address: u64) {
    let header = address as *mut Header;
    // SAFETY: the header lives while a count is held; after the last count nobody refers to it.
    unsafe {
        if (*header).count.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            let layout = layout((*header).capacity());
            let taken = taken_at(header);
            taken.fetch_sub(layout.size(), Ordering::Relaxed);
            if let Some(owned) = (*header).owned() {
                taken.fetch_sub(owned.bytes, Ordering::Relaxed);
                (owned.free)(owned.value);
            }
            memory::release(header.cast(), layout);
        }
    }
}

/// The first of the bytes at `address`.
///
/// # Safety
/// `address` is from [`Shared::into_address`], and a count for it is held.
#[inline(always)]
pub unsafe fn data(address: u64) -> *mut u8 {
    // SAFETY: the header is followed by the bytes.
    unsafe { (address as *mut Header).add(1).cast() }
}

/// Commits `more` bits behind bit `end` for the holder of the only count, who alone can write them then, and gives
/// the first byte. Nothing, when there are other counts, `end` is not in the last committed byte or behind it, or there
/// is no room.
///
/// # Safety
/// As for [`capacity`].
pub unsafe fn extend(address: u64, end: usize, more: usize) -> Option<*mut u8> {
    // SAFETY: the header lives while a count is held; nobody else has one, and so nobody else reads or writes it.
    unsafe {
        let header = &*(address as *const Header);
        let after = end.checked_add(more)?.div_ceil(8);
        let at_end = header.committed.load(Ordering::Relaxed) == end.div_ceil(8);
        if header.count.load(Ordering::Acquire) != 1 || !at_end || after > header.capacity() {
            return None;
        }
        header.committed.store(after, Ordering::Relaxed);
        Some(data(address))
    }
}

/// Whether nobody else refers to the bytes at `address` at this moment: they have just been made, then.
///
/// # Safety
/// As for [`capacity`].
pub unsafe fn is_sole(address: u64) -> bool {
    // SAFETY: the header lives while a count is held.
    unsafe { (*(address as *const Header)).count.load(Ordering::Relaxed) == 1 }
}

/// How many bytes the reference at `address` keeps alive: what a process is charged for it.
///
/// # Safety
/// `address` is from [`Shared::into_address`], and a count for it is held.
pub unsafe fn capacity(address: u64) -> usize {
    // SAFETY: the header lives while a count is held.
    let header = unsafe { &*(address as *const Header) };
    header.owned().map_or(header.capacity(), |owned| owned.bytes)
}

/// The value that stands in place of bytes at `address`, if it is of this type.
///
/// # Safety
/// As for [`capacity`]; the count is held for `'t`.
#[inline]
pub(crate) unsafe fn owned<'t, T: Any>(address: u64) -> Option<&'t T> {
    // SAFETY: the header lives while a count is held, and so does the value, which is of the type that is noted.
    unsafe {
        let owned = (*(address as *const Header)).owned()?;
        (owned.of == TypeId::of::<T>()).then(|| &*owned.value.cast::<T>())
    }
}

/// Which of the bytes at `address` are known to be UTF-8.
///
/// # Safety
/// As for [`capacity`].
pub(super) unsafe fn known_text(address: u64) -> Range<usize> {
    // SAFETY: the header lives while a count is held.
    let text = unsafe { (*(address as *const Header)).text.load(Ordering::Relaxed) };
    (text as u32) as usize..(text >> 32) as usize
}

/// Remembers which of the bytes at `address` are UTF-8, if they are among the first 4 GB.
///
/// # Safety
/// As for [`capacity`]; a view covers the bytes, so that they do not change, and they are UTF-8.
pub(super) unsafe fn know_text(address: u64, bytes: Range<usize>) {
    if let (Ok(start), Ok(end)) = (u32::try_from(bytes.start), u32::try_from(bytes.end)) {
        // SAFETY: the header lives while a count is held.
        unsafe {
            (*(address as *const Header))
                .text
                .store(u64::from(end) << 32 | u64::from(start), Ordering::Relaxed)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_claimer_wins() {
        let shared = Shared::zeroed(3, 10);
        let other = shared.clone();
        assert_eq!(shared.references(), 2);
        assert!(shared.claim(2, 1).is_none());
        let won: usize = std::thread::scope(|s| {
            let tries = [&shared, &other].map(|h| s.spawn(move || usize::from(h.claim(3, 4).is_some())));
            tries.into_iter().map(|t| t.join().unwrap()).sum()
        });
        assert_eq!((won, shared.committed()), (1, 7));
        assert!(shared.claim(7, 4).is_none() && shared.claim(7, usize::MAX).is_none());
        assert!(shared.claim(7, 3).is_some());
    }
}
