//! How work that grows with its input lets others have their turn: it tells here how much of it is done.
//!
//! Whoever runs processes sets a [`Pace`] for its thread. The walks of this crate, and the natives above it, call
//! [`charge`] as they go on, at the latest every few thousand steps; when too many have been counted, the owner of the
//! pace is called, which may run something else on this thread and come back later, **on another thread**, or unwind
//! the work and not come back at all. So what calls [`charge`] holds no lock, no guard of an epoch and nothing else that
//! belongs to its thread, or says so by [`hold`]. Where no pace is set nothing happens.
//!
//! The pace belongs to the thread rather than being handed down, because equality, order and hashing are called from
//! everywhere, sorting and tables of others included, and none of it asks for more than "is it enough for now".

mod account;
mod sort;

pub(crate) use account::may_make_atom;
pub use account::{Account, Exempt, exempt, may_take_bytes};
pub use sort::sort_by;

use std::cell::Cell;
use std::io::{self, Read};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::time::{Duration, Instant};

/// Steps, in powers of two, that count as one reduction. A step is what takes some nanoseconds: a cell of a list that
/// is passed over, two words compared, sixteen bytes looked at.
pub const STEPS_PER_REDUCTION_LOG: u32 = 3;

/// Steps after which a loop should charge for them.
pub const PORTION: usize = 1024;

/// Work does not go on for longer than this, however few steps it has done: the processor may be slow, or be taken from it, and
/// who uses memory for the first time waits for the system to find some, a millisecond for a page of 2 MB at worst.
const TIME_MAX: Duration = Duration::from_micros(300);

/// How much work has been done, and how much may be.
pub struct Pace {
    /// Steps since [`Pace::take`].
    spent: Cell<i64>,
    /// Steps until the owner is called; it sets it anew.
    left: Cell<i64>,
    /// When fewer are left, the clock is looked at.
    left_at_look: Cell<i64>,
    /// When the clock was looked at first.
    first_look: Cell<Option<Instant>>,
    /// Holds that are in force.
    held: Cell<u32>,
    /// Shields that are in force.
    shields: Cell<u32>,
    /// Whom atoms and large memory are charged to.
    account: Cell<Option<NonNull<dyn Account>>>,
    over: unsafe fn(NonNull<Pace>),
}

thread_local! {
    static PACE: Cell<Option<NonNull<Pace>>> = const { Cell::new(None) };
}

impl Pace {
    /// A pace whose owner is called as `over` with its address when there are no steps left.
    pub const fn new(over: unsafe fn(NonNull<Pace>)) -> Pace {
        Pace {
            spent: Cell::new(0),
            left: Cell::new(0),
            left_at_look: Cell::new(0),
            first_look: Cell::new(None),
            held: Cell::new(0),
            shields: Cell::new(0),
            account: Cell::new(None),
            over,
        }
    }

    /// Allows so many steps from now on.
    #[inline]
    pub fn allow(&self, steps: i64) {
        self.left.set(steps);
        self.look_after_portion();
        self.first_look.set(None);
    }

    /// Has the clock looked at when a portion has been done.
    #[inline]
    fn look_after_portion(&self) {
        self.left_at_look.set((self.left.get() - PORTION as i64 + 1).max(0));
    }

    /// Counts steps.
    #[inline]
    pub fn charge(&self, steps: usize) {
        self.count(steps);
        let left = self.left.get().saturating_sub(i64::try_from(steps).unwrap_or(i64::MAX / 4));
        self.left.set(left);
        if left < self.left_at_look.get() {
            self.look();
        }
    }

    /// Calls the owner if there are no steps left, or no time.
    #[cold]
    fn look(&self) {
        if self.left.get() >= 0 && self.is_late() {
            // The owner is called at each charge from now on, until it allows more.
            self.left.set(-1);
        }
        if self.left.get() < 0 && self.held.get() == 0 {
            // SAFETY: the pace is in place, as whoever set it for a thread or charges it directly knows.
            unsafe { (self.over)(NonNull::from(self)) }
        }
    }

    /// Whether the work has gone on for too long since the clock was looked at first.
    fn is_late(&self) -> bool {
        self.look_after_portion();
        let now = Instant::now();
        match self.first_look.get() {
            Some(first) => now.duration_since(first) >= TIME_MAX,
            None => {
                self.first_look.set(Some(now));
                false
            }
        }
    }

    /// Counts steps that are no work: nobody has to have a turn because of them.
    #[inline]
    pub fn count(&self, steps: usize) {
        self.spent.set(self.spent.get().saturating_add(i64::try_from(steps).unwrap_or(i64::MAX / 4)));
    }

    /// The steps since this was asked last, in reductions.
    #[inline(always)]
    pub fn take(&self) -> i64 {
        self.spent.replace(0) >> STEPS_PER_REDUCTION_LOG
    }

    /// As [`Pace::take`], and they go on to count.
    pub fn reductions(&self) -> i64 {
        self.spent.get() >> STEPS_PER_REDUCTION_LOG
    }

    /// Whether the work may be interrupted but not unwound: see [`shield`].
    pub fn is_shielded(&self) -> bool {
        self.shields.get() > 0
    }
}

/// Sets the pace of this thread; the one before.
///
/// # Safety
/// It stays where it is until another one is set.
#[inline(never)]
pub unsafe fn set(pace: Option<NonNull<Pace>>) -> Option<NonNull<Pace>> {
    PACE.replace(pace)
}

// Not inlined, as nothing that looks at a thread's own memory may be where work can go on in another thread: the
// compiler would be free to find out the address once.
#[inline(never)]
fn current() -> Option<NonNull<Pace>> {
    PACE.get()
}

/// Counts steps of work, and lets others have their turn when there were many: see the top of the file.
#[inline(never)]
pub fn charge(steps: usize) {
    if let Some(pace) = current() {
        // SAFETY: it stays where it is, by the promise of `set`.
        unsafe { pace.as_ref() }.charge(steps);
    }
}

/// Counts bytes that are looked at or copied one after the other.
pub fn charge_bytes(bytes: usize) {
    charge(bytes / BYTES_PER_STEP);
}

/// Bytes of a plain copy, or of a checksum, that count as a step.
pub const BYTES_PER_STEP: usize = 16;

/// Does work on bytes in portions, and charges for each before it is done.
pub fn in_portions(bytes: &[u8], mut work: impl FnMut(&[u8])) {
    for portion in bytes.chunks(PORTION * BYTES_PER_STEP) {
        charge_bytes(portion.len());
        work(portion);
    }
}

/// So many bytes of memory are given back at once. That can take a tenth of a millisecond.
const FREED_BYTES: usize = 2 << 20;

/// Gives up a vector that may be large. Dropping it would give its memory back in one go.
pub fn free<T: Copy>(mut items: Vec<T>) {
    let portion = FREED_BYTES / size_of::<T>().max(1);
    while items.capacity() > portion {
        let left = items.capacity() - portion;
        items.truncate(left);
        items.shrink_to(left);
        charge(4 * PORTION);
    }
}

/// Bytes that take some tens of microseconds to compress or expand.
const COMPRESSED_PORTION: usize = 4096;

/// Bytes to be compressed, read in portions that are charged for.
pub struct ToCompress<'b>(pub &'b [u8]);

impl Read for ToCompress<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        charge(8 * PORTION);
        let length = to.len().min(COMPRESSED_PORTION);
        self.0.read(&mut to[..length])
    }
}

/// Up to `length_max` bytes that something expands to, read in portions that are charged for.
pub fn expand(mut from: impl Read, length_max: u64) -> (Vec<u8>, io::Result<()>) {
    let (mut bytes, mut wanted) = (Vec::new(), length_max);
    loop {
        charge(2 * PORTION);
        match from.by_ref().take(wanted.min(COMPRESSED_PORTION as u64)).read_to_end(&mut bytes) {
            Ok(0) => return (bytes, Ok(())),
            Ok(read) => wanted -= read as u64,
            Err(error) => return (bytes, Err(error)),
        }
    }
}

/// While it lives, the work on this thread is not interrupted.
pub struct Hold {
    pace: Option<NonNull<Pace>>,
    thread: PhantomData<*mut ()>,
}

/// Keeps the work on this thread from being interrupted: for what holds a lock. What is charged meanwhile counts, and
/// others have their turn at the first charge after it.
pub fn hold() -> Hold {
    let pace = current();
    if let Some(pace) = pace {
        // SAFETY: as in `charge`.
        let held = unsafe { &pace.as_ref().held };
        held.set(held.get() + 1);
    }
    Hold { pace, thread: PhantomData }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(pace) = self.pace {
            // SAFETY: the pace belongs to what runs here, and that was not interrupted.
            let held = unsafe { &pace.as_ref().held };
            held.set(held.get() - 1);
        }
    }
}

/// While it lives, the work on this thread is not unwound.
pub struct Shield {
    pace: Option<NonNull<Pace>>,
}

/// Keeps the work from being unwound: for what would leave a heap behind that nobody can make use of, not even to free
/// it. It may be interrupted. Whoever drops the shield charges for something soon, to be unwound then.
pub fn shield() -> Shield {
    let pace = current();
    if let Some(pace) = pace {
        // SAFETY: as in `charge`.
        let shields = unsafe { &pace.as_ref().shields };
        shields.set(shields.get() + 1);
    }
    Shield { pace }
}

impl Drop for Shield {
    fn drop(&mut self) {
        if let Some(pace) = self.pace {
            // SAFETY: the pace belongs to what runs here, wherever that was meanwhile.
            let shields = unsafe { &pace.as_ref().shields };
            shields.set(shields.get() - 1);
        }
    }
}

/// Counts the steps of a walk, and charges for them in portions.
#[derive(Default)]
pub struct Steps(usize);

impl Steps {
    /// None yet.
    #[inline(always)]
    pub const fn new() -> Steps {
        Steps(0)
    }

    /// One more step.
    #[inline(always)]
    pub fn step(&mut self) {
        self.add(1);
    }

    /// So many more steps, which have been done.
    #[inline(always)]
    pub fn add(&mut self, steps: usize) {
        self.0 += steps;
        if self.0 >= PORTION {
            self.charge();
        }
    }

    /// Charges for what has not been charged for.
    #[cold]
    #[inline(never)]
    fn charge(&mut self) {
        charge(std::mem::take(&mut self.0));
    }

    /// The walk is over, or a part of it.
    #[inline(always)]
    pub fn end(&mut self) {
        // A few steps are part of what called for them.
        if self.0 >= 1 << STEPS_PER_REDUCTION_LOG {
            self.charge();
        }
    }
}

/// The items of an iterator, each of which counts as so many steps when it is asked for.
pub fn paced<I: Iterator>(items: I, steps_each: usize) -> Paced<I> {
    Paced { items, steps_each, steps: Steps::new() }
}

/// See [`paced`].
pub struct Paced<I> {
    items: I,
    steps_each: usize,
    steps: Steps,
}

impl<I: Iterator> Iterator for Paced<I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        self.steps.add(self.steps_each);
        let item = self.items.next();
        if item.is_none() {
            self.steps.end();
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

impl<I: ExactSizeIterator> ExactSizeIterator for Paced<I> {}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        static CALLS: Cell<u32> = const { Cell::new(0) };
    }

    /// Allows a hundred steps more.
    unsafe fn over(pace: NonNull<Pace>) {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the pace that charges.
        unsafe { pace.as_ref() }.allow(100);
    }

    /// How often the owner is called while `work` is done after `before`.
    fn calls(work: impl FnOnce()) -> u32 {
        let pace = Pace::new(over);
        pace.allow(100);
        CALLS.set(0);
        // SAFETY: the pace outlives the work.
        let former = unsafe { set(Some(NonNull::from(&pace))) };
        work();
        // SAFETY: as it was.
        unsafe { set(former) };
        CALLS.get()
    }

    #[test]
    fn the_owner_is_called_when_too_much_is_done() {
        assert_eq!(calls(|| (0..10).for_each(|_| charge(10))), 0);
        assert_eq!(calls(|| (0..11).for_each(|_| charge(10))), 1);
        assert_eq!(calls(|| (0..10).for_each(|_| charge(1000))), 10);
    }

    #[test]
    fn a_hold_puts_it_off() {
        let held = || {
            let outer = hold();
            drop(hold());
            charge(1000);
            drop(outer);
        };
        assert_eq!(calls(held), 0);
        assert_eq!(
            calls(|| {
                held();
                charge(0);
            }),
            1
        );
    }

    #[test]
    fn the_owner_is_called_when_too_much_time_has_gone_by() {
        let pace = Pace::new(over);
        pace.allow(i64::MAX);
        CALLS.set(0);
        pace.charge(PORTION);
        std::thread::sleep(TIME_MAX);
        pace.charge(PORTION - 1);
        assert_eq!(CALLS.get(), 0, "the clock is not looked at for less than a portion");
        let hold = Cell::new(1);
        pace.held.swap(&hold);
        pace.charge(1);
        assert_eq!(CALLS.get(), 0, "nor is the owner called while the work is held");
        pace.held.swap(&hold);
        pace.charge(0);
        assert_eq!(CALLS.get(), 1, "but at the first charge after that");
    }

    #[test]
    fn large_vectors_are_given_back_in_portions() {
        assert_eq!(calls(|| free(vec![1u8; 1000])), 0);
        let portions = (8 * FREED_BYTES / size_of::<u64>()) as u64;
        assert_eq!(calls(|| free((0..portions).collect::<Vec<u64>>())), 7);
    }

    #[test]
    fn walks_charge_in_portions() {
        let walk = |steps| {
            move || {
                let mut walk = Steps::new();
                (0..steps).for_each(|_| walk.step());
                walk.end();
            }
        };
        assert_eq!(calls(walk(100)), 0);
        assert_eq!(calls(walk(101)), 1);
        assert_eq!(calls(walk(10 * PORTION)), 10);
    }
}
