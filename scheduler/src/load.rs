//! What a worker has done, and whether it is busy: written by the worker alone, read by anybody.
//!
//! These are not the modelled atomics, and the lock is no modelled one: no protocol rests on what is read here.

use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The load of one worker at some moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Slices that it has begun.
    pub slices: u64,
    /// Reductions that it has been [charged](crate::Worker::charge) with.
    pub reductions: u64,
    /// How long it has not slept, since it was made.
    pub busy_ns: u64,
    /// How long ago it was made.
    pub total_ns: u64,
    /// Tasks that wait in its queue.
    pub queued: usize,
    /// It does not sleep.
    pub is_busy: bool,
}

/// What a [`Load`] is made from.
pub(crate) struct Meter {
    slices: AtomicU64,
    reductions: AtomicU64,
    /// The slot of its queue, which nobody else sees, held a task when it last looked around.
    has_slot: AtomicBool,
    made_ns: u64,
    sleep: Mutex<Sleep>,
}

#[derive(Default)]
struct Sleep {
    /// What its sleeps that are over took.
    slept_ns: u64,
    /// When the one began that is not.
    since_ns: Option<u64>,
}

impl Meter {
    pub(crate) fn new(now_ns: u64) -> Self {
        let (slices, reductions, has_slot) = Default::default();
        Self { slices, reductions, has_slot, made_ns: now_ns, sleep: Mutex::default() }
    }

    #[inline(always)]
    pub(crate) fn set_slices(&self, slices: u64) {
        self.slices.store(slices, Ordering::Relaxed);
    }

    #[inline(always)]
    pub(crate) fn set_reductions(&self, reductions: u64) {
        self.reductions.store(reductions, Ordering::Relaxed);
    }

    pub(crate) fn set_slot(&self, has_slot: bool) {
        self.has_slot.store(has_slot, Ordering::Relaxed);
    }

    pub(crate) fn begin_sleep(&self, now_ns: u64) {
        self.set_slot(false);
        self.sleep.lock().since_ns = Some(now_ns);
    }

    pub(crate) fn end_sleep(&self, now_ns: u64) {
        let mut sleep = self.sleep.lock();
        let since_ns = sleep.since_ns.take().unwrap_or(now_ns);
        sleep.slept_ns += now_ns.saturating_sub(since_ns);
    }

    /// `queued`: what others see of its queue.
    pub(crate) fn load(&self, now_ns: u64, queued: usize) -> Load {
        let sleep = self.sleep.lock();
        let sleeps_ns = sleep.since_ns.map_or(0, |since_ns| now_ns.saturating_sub(since_ns));
        let total_ns = now_ns.saturating_sub(self.made_ns);
        Load {
            slices: self.slices.load(Ordering::Relaxed),
            reductions: self.reductions.load(Ordering::Relaxed),
            busy_ns: total_ns.saturating_sub(sleep.slept_ns + sleeps_ns),
            total_ns,
            queued: queued + usize::from(self.has_slot.load(Ordering::Relaxed)),
            is_busy: sleep.since_ns.is_none(),
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Meter;

    #[test]
    fn sleep_is_not_work() {
        let meter = Meter::new(100);
        meter.begin_sleep(200);
        let load = meter.load(250, 3);
        assert_eq!((load.busy_ns, load.total_ns, load.queued, load.is_busy), (100, 150, 3, false));
        meter.end_sleep(300);
        meter.set_slot(true);
        let load = meter.load(350, 3);
        assert_eq!((load.busy_ns, load.total_ns, load.queued, load.is_busy), (150, 250, 4, true));
    }
}
