//! The timers of one worker: a wheel under a lock of its own, which other threads take only to cancel or read.

use crate::sync::Mutex;
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::wheel::{Key, Wheel};
use crate::worker::WorkerId;

/// The wheel's unit of time: timers fire up to this much late, never early.
pub(crate) const TICK_NS: u64 = 1_000_000;

/// How many timers may move between the wheel's slots in one look at it.
pub(crate) const MOVES_MAX: u32 = 1024;

/// No timer is set.
const NEVER: u64 = u64::MAX;

/// Names a timer for ever, wherever it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimerKey {
    pub(crate) worker: WorkerId,
    pub(crate) key: Key,
}

impl TimerKey {
    /// The key as two numbers.
    pub fn to_bits(self) -> (u32, u64) {
        (self.worker.0, (self.key.generation as u64) << 32 | self.key.index as u64)
    }

    /// The key that [`to_bits`](Self::to_bits) gave. Numbers that it never gave name no timer, or another one.
    pub fn from_bits(worker: u32, bits: u64) -> Self {
        let key = Key { index: bits as u32, generation: (bits >> 32) as u32 };
        Self { worker: WorkerId(worker), key }
    }
}

/// The wheel of one worker.
pub(crate) struct Timers<X> {
    wheel: Mutex<Option<Wheel<X>>>,
    /// No event of the wheel comes before this tick. Changed under the lock; the owner reads it without. It may be too
    /// early (after a cancel), never too late.
    next_event: AtomicU64,
}

impl<X> Timers<X> {
    pub(crate) fn new(now_ns: u64) -> Self {
        Self { wheel: Mutex::new(Some(Wheel::new(now_ns / TICK_NS))), next_event: AtomicU64::new(NEVER) }
    }

    /// Sets a timer. The second answer is true if the wheel's next event now comes earlier: who is not the owner must
    /// then wake it.
    pub(crate) fn set(&self, now_ns: u64, deadline_ns: u64, payload: X) -> (Key, bool) {
        let mut wheel = self.wheel.lock();
        let Some(wheel) = wheel.as_mut() else {
            return (Key { index: u32::MAX, generation: u32::MAX }, false);
        };
        wheel.catch_up(now_ns / TICK_NS);
        let key = wheel.insert(deadline_ns.div_ceil(TICK_NS), payload);
        let next_event = wheel.next_event().unwrap_or(NEVER);
        let is_earlier = next_event < self.next_event.load(Ordering::Relaxed);
        if is_earlier {
            self.next_event.store(next_event, Ordering::Relaxed);
        }
        (key, is_earlier)
    }

    /// Takes a timer out unless it has fired: its deadline and its payload.
    pub(crate) fn cancel(&self, key: Key) -> Option<(u64, X)> {
        let (deadline, payload) = self.wheel.lock().as_mut()?.remove(key)?;
        Some((deadline.saturating_mul(TICK_NS), payload))
    }

    /// When a timer will fire, if it is still set.
    pub(crate) fn deadline_ns(&self, key: Key) -> Option<u64> {
        let deadline = self.wheel.lock().as_ref()?.deadline(key)?;
        Some(deadline.saturating_mul(TICK_NS))
    }

    /// When the owner has to look next.
    #[inline]
    pub(crate) fn next_event_ns(&self) -> Option<u64> {
        let tick = self.next_event.load(Ordering::Relaxed);
        (tick != NEVER).then(|| tick.saturating_mul(TICK_NS))
    }

    /// Takes out a timer that is due, unless `moves_left` is too little to get at it.
    pub(crate) fn expire(&self, now_ns: u64, moves_left: &mut u32) -> Option<X> {
        if self.next_event_ns().is_none_or(|next_ns| next_ns > now_ns) {
            return None;
        }
        let mut wheel = self.wheel.lock();
        let wheel = wheel.as_mut()?;
        let payload = wheel.expire(now_ns / TICK_NS, moves_left);
        self.next_event.store(wheel.next_event().unwrap_or(NEVER), Ordering::Relaxed);
        payload
    }

    /// Drops all timers and sets no more.
    pub(crate) fn close(&self) {
        let wheel = self.wheel.lock().take();
        drop(wheel);
    }
}
