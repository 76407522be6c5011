//! The outer queue of a process: a lock-free stack that many push on and one takes as a whole.
//!
//! Its one word is also what tells whether the process sleeps, so that a send is a single compare-and-swap: the same
//! one that links the signal in finds out whether somebody has to wake the receiver. The word is one of
//!
//! ```text
//! EMPTY             nothing has come since the owner last looked; the process runs, or a run queue holds it
//! WAITING           nothing has come and nobody holds the process: it sleeps
//! newest | SIGNALS  a chain of nodes, the newest first; the bit tells that one of them is more than a message
//! CLOSED            the process has ended; nothing is taken any more
//! ```
//!
//! Rules:
//! 1. Only the owner (who runs the process) turns EMPTY into WAITING, with release: all that it did to the process
//!    happens before. From then on it must not touch the owned part.
//! 2. Whoever turns WAITING into something else, with acquire, holds the process and must schedule it. There is
//!    exactly one such, since it is a compare-and-swap; no wake-up is lost and no process is queued twice.
//! 3. Anybody may push a node, with release, on all but CLOSED. Once pushed, a node belongs to the owner.
//! 4. Only the owner takes the chain (leaving EMPTY) or closes the queue. CLOSED is final.
//! 5. The bit SIGNALS is kept by each push above it and goes with the chain.
//!
//! Nodes are only ever taken all at once, so there is no ABA problem, and nothing that another thread may still read
//! is freed.

use super::node::{Node, Owned, Value, drop_chain};
use purlin_scheduler::sync::atomic::{AtomicPtr, Ordering};
use std::ptr;

/// In the low bits of the word: one of the nodes is more than a message.
const SIGNALS: usize = 1;
const WAITING: usize = 2;
const CLOSED: usize = 4;

/// See the top of the file.
pub(crate) struct Incoming<T: Value> {
    word: AtomicPtr<Node<T>>,
}

// SAFETY: a queue owns its nodes and hands them from thread to thread, so it needs their values to be `Send`.
unsafe impl<T: Value + Send> Send for Incoming<T> {}
// SAFETY: as above; through a shared reference nodes are only moved in, or moved out by the owner.
unsafe impl<T: Value + Send> Sync for Incoming<T> {}

/// What a push has found.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Pushed {
    /// The receiver is awake.
    Queued,
    /// The receiver slept: the caller holds it now and has to schedule it.
    Woke,
}

impl<T: Value> Incoming<T> {
    /// An empty queue whose process is awake.
    pub(crate) fn new() -> Incoming<T> {
        Incoming { word: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Adds a node, or gives it back when the receiver has ended. `is_signal`: it is more than a message.
    #[inline]
    pub(crate) fn push(&self, node: Owned<T>, is_signal: bool) -> Result<Pushed, Owned<T>> {
        let node = node.into_raw();
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            let state = word.addr();
            if state == CLOSED {
                // SAFETY: the node was owned a moment ago and has not been published.
                return Err(unsafe { Owned::from_raw(node) });
            }
            // SAFETY: as above; the node is still ours.
            unsafe { (*node).next = chain_of(word) };
            let tag = (state & SIGNALS) | is_signal as usize;
            let new = node.map_addr(|addr| addr | tag);
            match self.word.compare_exchange_weak(word, new, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) if state == WAITING => return Ok(Pushed::Woke),
                Ok(_) => return Ok(Pushed::Queued),
                Err(now) => word = now,
            }
        }
    }

    /// The owner goes to sleep, if nothing has come. After `true` the process belongs to others.
    #[inline]
    pub(crate) fn begin_wait(&self) -> bool {
        let waiting = ptr::without_provenance_mut(WAITING);
        self.word.compare_exchange(ptr::null_mut(), waiting, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// Wakes the receiver without a signal. After `true` the caller holds the process and has to schedule it.
    pub(crate) fn wake(&self) -> bool {
        let waiting = ptr::without_provenance_mut(WAITING);
        self.word.compare_exchange(waiting, ptr::null_mut(), Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Whether anything has come since the owner last took the chain. For the owner.
    #[inline(always)]
    pub(crate) fn has_any(&self) -> bool {
        !self.word.load(Ordering::Relaxed).is_null()
    }

    /// Whether something has come that is more than a message. For the owner.
    #[inline(always)]
    pub(crate) fn has_signals(&self) -> bool {
        self.word.load(Ordering::Relaxed).addr() & SIGNALS != 0
    }

    /// The owner takes all nodes: the newest one, which links to the next older one and so on, or null.
    #[inline]
    pub(super) fn take(&self) -> *mut Node<T> {
        if !self.has_any() {
            return ptr::null_mut();
        }
        chain_of(self.word.swap(ptr::null_mut(), Ordering::Acquire))
    }

    /// The owner, which ends, takes all nodes for the last time.
    pub(super) fn close(&self) -> *mut Node<T> {
        chain_of(self.word.swap(ptr::without_provenance_mut(CLOSED), Ordering::AcqRel))
    }
}

/// The newest node in a word, or null when the word holds none.
#[inline(always)]
fn chain_of<T>(word: *mut Node<T>) -> *mut Node<T> {
    match word.addr() {
        WAITING | CLOSED => ptr::null_mut(),
        _ => word.map_addr(|addr| addr & !SIGNALS),
    }
}

impl<T: Value> Drop for Incoming<T> {
    fn drop(&mut self) {
        drop_chain(chain_of(self.word.load(Ordering::Acquire)));
    }
}
