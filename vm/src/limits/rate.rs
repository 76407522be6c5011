//! Work per second: the moment until which all that was done is paid for.

use purlin_scheduler::sync::atomic::{AtomicU64, Ordering};

/// How far ahead of time may be worked.
const AHEAD_NS: u64 = 50_000_000;
const SECOND_NS: u64 = 1_000_000_000;

/// See the top of the file.
pub(crate) struct Rate {
    per_second: u64,
    paid_until_ns: AtomicU64,
    /// The second in which work was last counted, how much that was so far, and how much in the second before.
    second: AtomicU64,
    this_second: AtomicU64,
    former_second: AtomicU64,
}

impl Rate {
    pub(crate) fn new(per_second: u64) -> Rate {
        Rate {
            per_second: per_second.max(1),
            paid_until_ns: AtomicU64::new(0),
            second: AtomicU64::new(0),
            this_second: AtomicU64::new(0),
            former_second: AtomicU64::new(0),
        }
    }

    /// How long so many reductions take at this rate.
    fn ns(&self, reductions: u64) -> u64 {
        let ns = u128::from(reductions) * u128::from(SECOND_NS) / u128::from(self.per_second);
        u64::try_from(ns).unwrap_or(u64::MAX / 4)
    }

    /// From when on work may be done.
    pub(crate) fn opens_at_ns(&self) -> u64 {
        self.paid_until_ns.load(Ordering::Relaxed).saturating_sub(AHEAD_NS)
    }

    /// So much is done, or is going to be.
    pub(crate) fn charge(&self, now_ns: u64, reductions: u64) {
        let ns = self.ns(reductions);
        let later = |until: u64| Some(until.max(now_ns).saturating_add(ns));
        let _ = self.paid_until_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, later);
    }

    /// So much of what was charged for has not been done.
    pub(crate) fn give_back(&self, reductions: u64) {
        let ns = self.ns(reductions);
        let earlier = |until: u64| Some(until.saturating_sub(ns));
        let _ = self.paid_until_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, earlier);
    }

    /// So much has been done, for who asks. Who comes at the turn of a second may be counted in either.
    pub(crate) fn count(&self, now_ns: u64, reductions: u64) {
        let (now, second) = (now_ns / SECOND_NS, self.second.load(Ordering::Relaxed));
        if now != second
            && self.second.compare_exchange(second, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            let before = self.this_second.swap(0, Ordering::Relaxed);
            self.former_second.store(if now == second + 1 { before } else { 0 }, Ordering::Relaxed);
        }
        self.this_second.fetch_add(reductions, Ordering::Relaxed);
    }

    /// What was done in the second before this one.
    pub(crate) fn last_second(&self, now_ns: u64) -> u64 {
        match (now_ns / SECOND_NS).wrapping_sub(self.second.load(Ordering::Relaxed)) {
            0 => self.former_second.load(Ordering::Relaxed),
            1 => self.this_second.load(Ordering::Relaxed),
            _ => 0,
        }
    }
}
