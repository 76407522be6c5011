//! The shared part of a process and the control block that holds both parts.
//!
//! Who may touch what:
//! 1. The shared part is reached by anybody who holds an epoch guard, through `&`; its fields are atomic.
//! 2. The owned part ([`Process`]) is touched only by the holder of the process's [`crate::executor::Runnable`].
//!    There is at most one: it is made when the process is, and again by whoever turns WAITING into something else
//!    in [`Incoming`]; it is given up by turning EMPTY into WAITING, or with the process's end.
//! 3. Bits 0 and 1 of `state` are the priority; the owner writes them, schedulers read them.
//! 4. Bit 2 of `state`, EXITING: set once by the owner, before it closes the queue; a hint for others.
//! 5. Bit 3, KILLED: set once by whoever has sent the exit signal `kill`, after it is in the queue; tells a process that
//!    was interrupted in the midst of work not to go on with it. Bit 4, DIRTY (the process runs on a thread for long
//!    work), is free for later. Bits 5 and 6 are the priority that the process is raised to until it has looked at its
//!    signals: askers of higher priority set them, the owner clears them.
//!    Bit 7, AWAITED: set by whoever has left something to be done at the process's end; see [`Shared::set_awaited`].
//! 6. `name` goes from none to an atom and back any number of times, and then once to DEAD, by the owner; after
//!    that it never changes.
//! 7. `ledger` is set before the process is known to anybody, and never changes: see [`crate::limits`].

use super::Process;
use super::table::Entry;
use crate::fiber::Fiber;
use crate::limits::Ledger;
use crate::mailbox::Incoming;
use crate::names::NameError;
use crate::signal::Signal;
use purlin_heap::arena::{self, Range};
use purlin_heap::word::Word;
use purlin_heap::{Atom, Pid};
use purlin_scheduler::Priority;
use purlin_scheduler::sync::atomic::{AtomicU32, Ordering};
use std::cell::UnsafeCell;
use std::ptr::NonNull;

/// What others reach of a process.
pub struct Shared {
    pub(crate) incoming: Incoming<Signal>,
    pid: Pid,
    pub(crate) name: Name,
    state: AtomicU32,
    ledger: Option<Box<Ledger>>,
}

/// Both parts of a process in one allocation.
#[repr(C)]
pub(crate) struct ControlBlock {
    shared: Shared,
    /// What the process was interrupted on, if it was in the midst of work. Belongs to the holder of the `Runnable`, too,
    /// but stands apart, because what was interrupted may hold references to the owned part.
    interrupted: UnsafeCell<Option<Box<Fiber>>>,
    owned: UnsafeCell<Process>,
}

// SAFETY: `owned` is reached by one thread at a time, by the rules above, and may be moved between threads.
unsafe impl Sync for ControlBlock {}

// Atomics of models are larger.
#[cfg(not(loom))]
const _: () = assert!(size_of::<ControlBlock>() <= 352);

impl Shared {
    pub(crate) fn new(pid: Pid, priority: Priority, ledger: Option<Box<Ledger>>) -> Shared {
        let state = AtomicU32::new(priority as u32);
        Shared { incoming: Incoming::new(), pid, name: Name::new(), state, ledger }
    }

    /// The process's identifier.
    #[inline(always)]
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// What is written down about the process, if it is limited.
    #[inline(always)]
    pub(crate) fn ledger(&self) -> Option<&Ledger> {
        self.ledger.as_deref()
    }

    /// The process's own priority.
    #[inline(always)]
    pub(crate) fn priority(&self) -> Priority {
        priority(self.state.load(Ordering::Relaxed))
    }

    /// The priority that it is queued under: its own, or that which it is raised to.
    #[inline(always)]
    pub(crate) fn urgency(&self) -> Priority {
        let state = self.state.load(Ordering::Relaxed);
        if state & RAISED == 0 { priority(state) } else { raised_priority(state) }
    }

    /// Whether it is raised to another priority than its own.
    #[inline(always)]
    pub(crate) fn is_raised(&self) -> bool {
        self.state.load(Ordering::Relaxed) & RAISED != 0
    }

    /// Raises it to a priority, if it has a lower one.
    pub(crate) fn raise(&self, to: Priority) {
        let change = |state: u32| {
            let raised = (state >> RAISED_SHIFT & PRIORITY).max(to as u32);
            Some(state & !RAISED | raised << RAISED_SHIFT)
        };
        let _ = self.state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change);
    }

    /// Leaves it with its own priority.
    pub(crate) fn lower(&self) {
        self.state.fetch_and(!RAISED, Ordering::Relaxed);
    }

    pub(crate) fn set_priority(&self, priority: Priority) {
        let change = |state| Some(state & !PRIORITY | priority as u32);
        let _ = self.state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change);
    }

    pub(crate) fn set_exiting(&self) {
        self.state.fetch_or(EXITING, Ordering::AcqRel);
    }

    pub(crate) fn is_exiting(&self) -> bool {
        self.state.load(Ordering::Acquire) & EXITING != 0
    }

    /// Others await the end. False when it has begun, so that it may not be noticed any more.
    pub(crate) fn set_awaited(&self) -> bool {
        self.state.fetch_or(AWAITED, Ordering::AcqRel) & EXITING == 0
    }

    /// Whether others await the end; asked after EXITING has been set.
    pub(crate) fn is_awaited(&self) -> bool {
        self.state.load(Ordering::Acquire) & AWAITED != 0
    }

    pub(crate) fn set_killed(&self) {
        self.state.fetch_or(KILLED, Ordering::Release);
    }

    /// Whether the exit signal `kill` is in the queue.
    pub(crate) fn is_killed(&self) -> bool {
        self.state.load(Ordering::Acquire) & KILLED != 0
    }
}

const PRIORITY: u32 = 3;
const EXITING: u32 = 1 << 2;
const KILLED: u32 = 1 << 3;
const RAISED_SHIFT: u32 = 5;
const RAISED: u32 = PRIORITY << RAISED_SHIFT;
const AWAITED: u32 = 1 << 7;

#[cold]
fn raised_priority(state: u32) -> Priority {
    priority((state & PRIORITY).max(state >> RAISED_SHIFT & PRIORITY))
}

/// The priority in the low bits of a word.
#[inline(always)]
fn priority(bits: u32) -> Priority {
    match bits & PRIORITY {
        0 => Priority::Low,
        1 => Priority::Normal,
        2 => Priority::High,
        _ => Priority::Max,
    }
}

impl ControlBlock {
    /// What a block takes of the arena, whose memory is on huge pages.
    const WORDS: usize = size_of::<ControlBlock>().div_ceil(size_of::<Word>());

    /// A block with the owned part that `make` makes of the address of the shared one.
    pub(crate) fn new(
        shared: Shared,
        make: impl FnOnce(NonNull<Shared>) -> Process,
    ) -> NonNull<ControlBlock> {
        let block = arena::allocate(Range::Blocks, Self::WORDS).cast::<ControlBlock>().as_ptr();
        debug_assert!(block.is_aligned());
        // SAFETY: fresh memory of the right size; each field is written once.
        unsafe {
            (&raw mut (*block).shared).write(shared);
            (&raw mut (*block).interrupted).write(UnsafeCell::new(None));
            let owned = make(NonNull::new_unchecked(&raw mut (*block).shared));
            (&raw mut (*block).owned).write(UnsafeCell::new(owned));
            NonNull::new_unchecked(block)
        }
    }

    /// Frees a block whose owned part has been dropped.
    ///
    /// # Safety
    /// Nobody uses the block any more.
    pub(crate) unsafe fn free(block: NonNull<ControlBlock>) {
        // SAFETY: made by `new`; what is left to drop is the shared part.
        unsafe {
            std::ptr::drop_in_place(&raw mut (*block.as_ptr()).shared);
            arena::free(Range::Blocks, block.cast(), Self::WORDS);
        }
    }

    /// Frees a block with its owned part.
    ///
    /// # Safety
    /// Nobody uses the block any more.
    pub(crate) unsafe fn free_with_process(block: NonNull<ControlBlock>) {
        // SAFETY: as promised; each part is dropped once, and what was interrupted before what it worked on.
        unsafe {
            if let Some(mut fiber) = (*block.as_ref().interrupted()).take() {
                fiber.give_up();
            }
            std::ptr::drop_in_place(block.as_ref().owned());
            ControlBlock::free(block);
        }
    }

    #[inline(always)]
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// What the process was interrupted on.
    #[inline(always)]
    pub(crate) fn interrupted(&self) -> *mut Option<Box<Fiber>> {
        self.interrupted.get()
    }

    /// The owned part.
    #[inline(always)]
    pub(crate) fn owned(&self) -> *mut Process {
        self.owned.get()
    }
}

impl Entry for ControlBlock {
    #[inline(always)]
    fn pid(&self) -> Pid {
        self.shared.pid
    }
}

/// The name under which a process is registered.
pub(crate) struct Name(AtomicU32);

const NO_NAME: u32 = u32::MAX;
const DEAD: u32 = u32::MAX - 1;

impl Name {
    pub(crate) fn new() -> Name {
        Name(AtomicU32::new(NO_NAME))
    }

    /// The name, if there is one.
    pub(crate) fn get(&self) -> Option<Atom> {
        match self.0.load(Ordering::Acquire) {
            NO_NAME | DEAD => None,
            name => Some(Atom(name)),
        }
    }

    /// Gives it a name, if it has none and lives.
    pub(crate) fn claim(&self, name: Atom) -> Result<(), NameError> {
        match self.0.compare_exchange(NO_NAME, name.0, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => Ok(()),
            Err(DEAD) => Err(NameError::NoProcess),
            Err(_) => Err(NameError::HasName),
        }
    }

    /// Takes its name away.
    pub(crate) fn clear(&self, name: Atom) -> bool {
        self.0.compare_exchange(name.0, NO_NAME, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Ends all naming; the name that it had last.
    pub(crate) fn kill(&self) -> Option<Atom> {
        match self.0.swap(DEAD, Ordering::AcqRel) {
            NO_NAME | DEAD => None,
            name => Some(Atom(name)),
        }
    }
}
