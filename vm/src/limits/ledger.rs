//! What is written down about a limited process beside its control block: messages on their way and waiting, memory as
//! its tree knows it, the senders that wait for room.
//!
//! Who may do what:
//! 1. Trees and bound are set when the process is made and never change.
//! 2. Senders count what they push before they push it, and take that back when the push fails.
//! 3. The owner of the process counts what it takes out, in counters of its own that nobody else writes.
//! 4. The tree knows the senders' bytes in whole portions, and of the owner's the sum that it told last.

use super::line::{Joined, Line};
use super::{Fatal, MailboxBound, Policy, Tree};
use purlin_heap::Pid;
use purlin_heap::pace::Account;
use purlin_scheduler::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::Arc;

/// Senders tell the tree of bytes in portions of so many, as a power of two.
const PORTION_LOG: u32 = 14;
/// The owner tells the tree of changes of so many bytes.
const TOLD_BYTES_MIN: u64 = 1 << 12;
/// What a process reserves that waits until its tree may work again.
const RESERVED_REDUCTIONS: u64 = 1000;

/// See the top of the file.
pub(crate) struct Ledger {
    tree: Option<Arc<Tree>>,
    bound: Option<MailboxBound>,
    /// Messages that the trees allow.
    messages_max: usize,
    /// Messages that were sent or have a place, and have not been taken.
    messages: AtomicUsize,
    /// Bytes that senders have counted, from the beginning.
    sent_bytes: AtomicU64,
    /// A limit that the process has passed.
    over: AtomicU32,
    /// Messages that were dropped.
    dropped: AtomicU64,
    line: Line,
    /// The owner's: bytes that it has taken out of the mailbox, from the beginning.
    taken_bytes: AtomicU64,
    /// The owner's: what it told the tree, a signed number.
    told_bytes: AtomicU64,
    /// The owner's: bytes outside of its heap that it refers to, at its last collection.
    outside_bytes: AtomicU64,
    /// The owner's: when it may work again, and what it has reserved for that time.
    resumes_at_ns: AtomicU64,
    reserved: AtomicU64,
}

impl Ledger {
    pub(crate) fn new(tree: Option<Arc<Tree>>, bound: Option<MailboxBound>) -> Ledger {
        let messages_max = tree.as_ref().map_or(usize::MAX, |tree| tree.mailbox_max());
        Ledger {
            tree,
            bound,
            messages_max,
            messages: AtomicUsize::new(0),
            sent_bytes: AtomicU64::new(0),
            over: AtomicU32::new(0),
            dropped: AtomicU64::new(0),
            line: Line::default(),
            taken_bytes: AtomicU64::new(0),
            told_bytes: AtomicU64::new(0),
            outside_bytes: AtomicU64::new(0),
            resumes_at_ns: AtomicU64::new(0),
            reserved: AtomicU64::new(0),
        }
    }

    pub(crate) fn tree(&self) -> Option<&Arc<Tree>> {
        self.tree.as_ref()
    }

    pub(crate) fn bound(&self) -> Option<MailboxBound> {
        self.bound
    }

    /// Messages that were dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// The limit that the process has passed, and must end for.
    pub(crate) fn over(&self) -> Option<Fatal> {
        match self.over.load(Ordering::Acquire) {
            0 => None,
            1 => Some(Fatal::Memory),
            _ => Some(Fatal::Mailbox),
        }
    }

    /// The process has passed a limit.
    pub(crate) fn set_over(&self, limit: Fatal) {
        let code = 1 + limit as u32;
        let _ = self.over.compare_exchange(0, code, Ordering::Release, Ordering::Relaxed);
    }
}

/// For senders.
impl Ledger {
    /// Counts what is going to be pushed; a message counts as one, unless its sender has a place for it.
    pub(crate) fn count_in(&self, bytes: usize, messages: usize) {
        if messages > 0 {
            self.add_message();
        }
        if let Some(tree) = &self.tree {
            let before = self.sent_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
            let portions = ((before + bytes as u64) >> PORTION_LOG) - (before >> PORTION_LOG);
            if portions > 0 && !tree.add_memory((portions << PORTION_LOG) as i64) {
                self.set_over(Fatal::Memory);
            }
        }
    }

    fn add_message(&self) {
        if self.messages.fetch_add(1, Ordering::Relaxed) >= self.messages_max {
            self.set_over(Fatal::Mailbox);
        }
    }

    /// What was counted could not be pushed, since the process has ended.
    pub(crate) fn count_back(&self, bytes: usize) {
        if let Some(tree) = &self.tree {
            let before = self.sent_bytes.fetch_sub(bytes as u64, Ordering::Relaxed);
            let portions = (before >> PORTION_LOG) - ((before - bytes as u64) >> PORTION_LOG);
            if portions > 0 {
                tree.add_memory(-((portions << PORTION_LOG) as i64));
            }
        }
    }

    /// Takes a place for a message, if there is one and nobody waits for it.
    pub(crate) fn take_place(&self) -> bool {
        self.line.is_empty() && self.take_free_place()
    }

    /// Whether there would be a place now.
    pub(crate) fn has_place(&self) -> bool {
        self.line.is_empty() && self.messages.load(Ordering::Relaxed) < self.places()
    }

    fn places(&self) -> usize {
        self.bound.map_or(usize::MAX, |bound| bound.max)
    }

    fn take_free_place(&self) -> bool {
        let more = |messages| (messages < self.places()).then_some(messages + 1);
        let taken = self.messages.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        if taken.is_ok_and(|before| before >= self.messages_max) {
            self.set_over(Fatal::Mailbox);
        }
        taken.is_ok()
    }

    /// A message is dropped, because there was no place.
    pub(crate) fn count_dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// A sender waits until there is a place.
    pub(crate) fn join_line(&self, sender: Pid, nudge: impl FnMut(Pid)) -> Joined {
        self.line.join(sender, || self.take_free_place(), nudge)
    }

    /// Whether a sender has to wait.
    pub(crate) fn is_waiting(&self, ticket: u64) -> bool {
        self.line.is_waiting(ticket)
    }

    /// A sender ends while it waits, or before it has used its place.
    pub(crate) fn leave_line(&self, ticket: u64, nudge: impl FnMut(Pid)) {
        if self.line.leave(ticket) {
            self.free_place(nudge);
        }
    }

    fn free_place(&self, nudge: impl FnMut(Pid)) {
        self.messages.fetch_sub(1, Ordering::Relaxed);
        // Rule 1 of the line.
        fence(Ordering::SeqCst);
        if !self.line.is_empty() {
            self.line.admit(|| self.take_free_place(), nudge);
        }
    }
}

/// For the owner of the process.
impl Ledger {
    /// The owner puts a message into its mailbox itself.
    pub(crate) fn count_own(&self, bytes: usize) {
        self.add_message();
        self.take_bytes(0_u64.wrapping_sub(bytes as u64));
    }

    /// Something has been taken out that is no message.
    pub(crate) fn count_out(&self, bytes: usize) {
        self.take_bytes(bytes as u64);
    }

    /// A message has been taken out.
    pub(crate) fn count_message_out(&self, bytes: usize, nudge: impl FnMut(Pid)) {
        self.take_bytes(bytes as u64);
        match self.bound {
            Some(MailboxBound { policy: Policy::Suspend, .. }) => self.free_place(nudge),
            _ => drop(self.messages.fetch_sub(1, Ordering::Relaxed)),
        }
    }

    fn take_bytes(&self, bytes: u64) {
        let taken = self.taken_bytes.load(Ordering::Relaxed).wrapping_add(bytes);
        self.taken_bytes.store(taken, Ordering::Relaxed);
    }

    /// So many bytes outside of its heap are counted from now on.
    pub(crate) fn set_outside(&self, bytes: u64) {
        self.outside_bytes.store(bytes, Ordering::Relaxed);
    }

    /// Tells the tree what a process holds that is going to be made. False when that is too much.
    pub(crate) fn tell_first(&self, held_bytes: u64) -> bool {
        self.tell_sum(held_bytes, 0)
    }

    /// Whether [`Ledger::tell`] would find the tree within its limits, or the process no larger than before.
    pub(crate) fn has_room(&self, held_bytes: u64) -> bool {
        let Some(tree) = &self.tree else { return true };
        let change = self.sum_of(held_bytes).wrapping_sub(self.told_bytes.load(Ordering::Relaxed)) as i64;
        change < TOLD_BYTES_MIN as i64 || tree.has_room(change as u64)
    }

    fn sum_of(&self, held_bytes: u64) -> u64 {
        let held = held_bytes + self.outside_bytes.load(Ordering::Relaxed);
        held.wrapping_sub(self.taken_bytes.load(Ordering::Relaxed))
    }

    /// Tells the tree what the process holds beside its mailbox and what is outside of its heap. False when it has grown
    /// and the tree has too much.
    pub(crate) fn tell(&self, held_bytes: u64) -> bool {
        self.tell_sum(self.sum_of(held_bytes), TOLD_BYTES_MIN)
    }

    fn tell_sum(&self, sum: u64, change_min: u64) -> bool {
        let Some(tree) = &self.tree else { return true };
        let change = sum.wrapping_sub(self.told_bytes.load(Ordering::Relaxed)) as i64;
        if change.unsigned_abs() < change_min {
            return true;
        }
        self.told_bytes.store(sum, Ordering::Relaxed);
        let is_within = tree.add_memory(change);
        is_within || change <= 0
    }

    /// The process has ended: it does not count any more, nor does its mailbox as far as it is known.
    pub(crate) fn end(&self, nudge: impl FnMut(Pid)) {
        self.line.close(nudge);
        self.tell_sum(settled(self.sent_bytes.load(Ordering::Relaxed)), 0);
        if let Some(tree) = &self.tree {
            tree.rates().for_each(|rate| rate.give_back(self.reserved.load(Ordering::Relaxed)));
            tree.leave();
        }
    }

    /// The mailbox has been emptied, after the end: all that could be pushed has been taken out. Senders whose push fails
    /// take back themselves what they counted.
    pub(crate) fn settle(&self) {
        self.tell_sum(settled(self.taken_bytes.load(Ordering::Relaxed)), 0);
    }
}

/// What takes back the portions of so many bytes.
fn settled(bytes: u64) -> u64 {
    0_u64.wrapping_sub(bytes >> PORTION_LOG << PORTION_LOG)
}

/// Reductions.
impl Ledger {
    /// Whether the rate of some tree is limited.
    pub(crate) fn has_rate(&self) -> bool {
        self.tree.as_ref().is_some_and(|tree| tree.rates().next().is_some())
    }

    /// When a process may work, if that is not now.
    pub(crate) fn opens_at_ns(&self, now_ns: u64) -> Option<u64> {
        let opens = self.tree.as_ref()?.rates().map(|rate| rate.opens_at_ns()).max()?;
        (opens > now_ns).then_some(opens)
    }

    /// Before a slice: when the process may run, if that is not now. It has a time of its own then.
    pub(crate) fn reserve(&self, now_ns: u64) -> Option<u64> {
        let opens = self.opens_at_ns(now_ns)?;
        self.tree.as_ref()?.rates().for_each(|rate| rate.charge(now_ns, RESERVED_REDUCTIONS));
        self.reserved.fetch_add(RESERVED_REDUCTIONS, Ordering::Relaxed);
        self.resumes_at_ns.store(opens, Ordering::Relaxed);
        Some(opens)
    }

    /// Whether the time that `reserve` gave has not come.
    pub(crate) fn is_early(&self, now_ns: u64) -> bool {
        now_ns < self.resumes_at_ns.load(Ordering::Relaxed)
    }

    /// After a slice.
    pub(crate) fn charge(&self, now_ns: u64, reductions: u64) {
        let reserved = self.reserved.swap(0, Ordering::Relaxed);
        for rate in self.tree.iter().flat_map(|tree| tree.rates()) {
            rate.count(now_ns, reductions);
            rate.charge(now_ns, reductions.saturating_sub(reserved));
            rate.give_back(reserved.saturating_sub(reductions));
        }
    }
}

impl Account for Ledger {
    fn take_atom(&self) -> bool {
        self.tree.as_ref().is_none_or(|tree| tree.take_atom())
    }

    fn may_take_bytes(&self, bytes: usize) -> bool {
        self.tree.as_ref().is_none_or(|tree| tree.has_room(bytes as u64))
    }
}
