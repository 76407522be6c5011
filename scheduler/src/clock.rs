//! Time enters here and nowhere else: the machine's clocks, or a virtual one that a test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A monotonic clock that starts at zero, and the offset from it to system time, fixed when the clock is made.
///
/// A clone tells the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    source: Source,
    offset_ns: i64,
}

#[derive(Clone, Debug)]
enum Source {
    Real(Instant),
    // A virtual clock is no part of any protocol that loom should explore, so it uses std's atomic.
    Virtual(Arc<AtomicU64>),
}

impl Clock {
    /// The machine's clocks.
    pub fn real() -> Self {
        Self { source: Source::Real(Instant::now()), offset_ns: machine_time_ns() }
    }

    /// A clock that stands at zero, at system time `system_ns`, until [`advance`](Self::advance) moves it. A
    /// [`Solo`](crate::Solo) moves it to the next timer when nothing else is left to do.
    pub fn manual(system_ns: i64) -> Self {
        Self { source: Source::Virtual(Arc::default()), offset_ns: system_ns }
    }

    /// Nanoseconds since the clock was made.
    #[inline]
    pub fn monotonic_ns(&self) -> u64 {
        match &self.source {
            // 2^64 ns are 584 years.
            Source::Real(start) => start.elapsed().as_nanos() as u64,
            Source::Virtual(now_ns) => now_ns.load(Ordering::Relaxed),
        }
    }

    /// What to add to monotonic time to get system time. It does not follow later changes of the machine's clock.
    pub fn offset_ns(&self) -> i64 {
        self.offset_ns
    }

    /// Monotonic time plus offset: nanoseconds since 1970.
    pub fn system_ns(&self) -> i64 {
        self.monotonic_ns() as i64 + self.offset_ns
    }

    /// What the machine's own clock says now, in nanoseconds since 1970; it may jump. A virtual clock has none and
    /// gives system time.
    pub fn machine_ns(&self) -> i64 {
        match &self.source {
            Source::Real(_) => machine_time_ns(),
            Source::Virtual(_) => self.system_ns(),
        }
    }

    /// Moves a virtual clock on.
    ///
    /// # Panics
    /// If the clock is real.
    pub fn advance(&self, by: Duration) {
        match &self.source {
            Source::Real(_) => panic!("only a virtual clock can be moved"),
            Source::Virtual(now_ns) => {
                now_ns.fetch_add(by.as_nanos() as u64, Ordering::Relaxed);
            }
        }
    }

    /// How long to sleep until a moment; a virtual clock gives no reason to wake.
    pub(crate) fn time_until(&self, at_ns: u64) -> Option<Duration> {
        match &self.source {
            Source::Real(_) => Some(Duration::from_nanos(at_ns.saturating_sub(self.monotonic_ns()))),
            Source::Virtual(_) => None,
        }
    }

    /// Whether time moves only when told to.
    pub(crate) fn is_virtual(&self) -> bool {
        matches!(self.source, Source::Virtual(_))
    }
}

fn machine_time_ns() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_nanos() as i64,
        Err(before) => -(before.duration().as_nanos() as i64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_clock_runs() {
        let clock = Clock::real();
        let then = clock.monotonic_ns();
        std::thread::sleep(Duration::from_millis(2));
        assert!(clock.monotonic_ns() >= then + 2_000_000);
        assert!((clock.system_ns() - clock.machine_ns()).abs() < 1_000_000_000);
    }

    #[test]
    fn clones_of_a_virtual_clock_move_together() {
        let clock = Clock::manual(1_000);
        let twin = clock.clone();
        clock.advance(Duration::from_nanos(7));
        assert_eq!((twin.monotonic_ns(), twin.system_ns(), twin.machine_ns()), (7, 1_007, 1_007));
    }
}
