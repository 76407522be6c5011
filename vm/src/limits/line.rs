//! The line of senders that wait for room in a mailbox.
//!
//! Rules:
//! 1. A sender takes a ticket under the lock and publishes that the line is not empty; then it looks once more whether
//!    there is room. The receiver publishes that there is room, and then looks whether the line is empty. With a full
//!    fence between the two steps on both sides one of the two sees the other, and gives places to the first of the line.
//! 2. A ticket is in the line, or its sender has a place (which counts as a message), or the line is closed.
//! 3. Whoever removes a ticket from the line nudges its sender, unless that is who asks.

use purlin_heap::Pid;
use purlin_scheduler::sync::Mutex;
use purlin_scheduler::sync::atomic::{AtomicUsize, Ordering, fence};
use std::collections::BTreeMap;

/// See the top of the file.
#[derive(Default)]
pub(crate) struct Line {
    /// How many are in it, for who looks without the lock.
    len: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    senders: BTreeMap<u64, Pid>,
    next_ticket: u64,
    is_closed: bool,
}

/// What became of a sender that wanted to wait.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Joined {
    /// There was room after all: it has a place, under this ticket.
    Place(u64),
    /// It waits, with this ticket.
    Waiting(u64),
    /// The receiver has ended.
    Closed,
}

impl Line {
    /// Whether somebody waits.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.len.load(Ordering::Relaxed) == 0
    }

    /// A sender gets in line. `take_place` takes a place if there is one, and `nudge` wakes a sender.
    pub(super) fn join(&self, sender: Pid, take_place: impl Fn() -> bool, nudge: impl FnMut(Pid)) -> Joined {
        let mut state = self.state.lock();
        if state.is_closed {
            return Joined::Closed;
        }
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.senders.insert(ticket, sender);
        self.len.store(state.senders.len(), Ordering::Relaxed);
        fence(Ordering::SeqCst);
        self.give_places(&mut state, Some(ticket), take_place, nudge);
        if state.senders.contains_key(&ticket) { Joined::Waiting(ticket) } else { Joined::Place(ticket) }
    }

    /// There may be room.
    pub(super) fn admit(&self, take_place: impl Fn() -> bool, nudge: impl FnMut(Pid)) {
        self.give_places(&mut self.state.lock(), None, take_place, nudge);
    }

    fn give_places(
        &self,
        state: &mut State,
        own: Option<u64>,
        take_place: impl Fn() -> bool,
        mut nudge: impl FnMut(Pid),
    ) {
        while let Some(first) = state.senders.first_entry() {
            if !take_place() {
                break;
            }
            let (ticket, sender) = first.remove_entry();
            if own != Some(ticket) {
                nudge(sender);
            }
        }
        self.len.store(state.senders.len(), Ordering::Relaxed);
    }

    /// Whether the sender with this ticket still has to wait.
    pub(super) fn is_waiting(&self, ticket: u64) -> bool {
        self.state.lock().senders.contains_key(&ticket)
    }

    /// A sender does not want to wait any more. True when it has a place, which the caller is to give back.
    pub(super) fn leave(&self, ticket: u64) -> bool {
        let mut state = self.state.lock();
        let waited = state.senders.remove(&ticket).is_some();
        self.len.store(state.senders.len(), Ordering::Relaxed);
        !waited && !state.is_closed
    }

    /// The receiver ends.
    pub(super) fn close(&self, nudge: impl FnMut(Pid)) {
        let mut state = self.state.lock();
        state.is_closed = true;
        std::mem::take(&mut state.senders).into_values().for_each(nudge);
        self.len.store(0, Ordering::Relaxed);
    }
}
