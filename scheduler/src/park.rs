//! Where one worker sleeps.

use crate::poller::{Poller, Polling};
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{Condvar, Mutex};
use std::time::Duration;

/// The worker runs.
const AWAKE: u32 = 0;
/// Somebody wants the worker awake: its next sleep ends at once.
const NOTIFIED: u32 = 1;
/// The worker sleeps, or is about to, on the condition variable.
const ON_CONDVAR: u32 = 2;
/// The worker sleeps, or is about to, in the poller.
const IN_POLLER: u32 = 3;

/// A sticky wake-up. An [`unpark`](Self::unpark) before the [`park`](Self::park) is not lost, several before it count
/// as one, and all that was written before the `unpark` is seen after the `park`.
pub(crate) struct Parker {
    state: AtomicU32,
    lock: Mutex<()>,
    woken: Condvar,
}

impl Parker {
    pub(crate) fn new() -> Self {
        Self { state: AtomicU32::new(AWAKE), lock: Mutex::new(()), woken: Condvar::new() }
    }

    /// Sleeps until unparked, or until `timeout` is over.
    pub(crate) fn park(&self, timeout: Option<Duration>) {
        let mut guard = self.lock.lock();
        if self.begin(ON_CONDVAR) {
            // One wait is enough: who wakes without a cause looks for work and comes back.
            guard = match timeout {
                Some(timeout) => self.woken.wait_timeout(guard, timeout),
                None => self.woken.wait(guard),
            };
        }
        drop(guard);
        self.state.swap(AWAKE, Ordering::Acquire);
    }

    /// Sleeps likewise, but in the poller, whose events `polling` collects.
    pub(crate) fn park_in(&self, polling: &mut Polling<'_>, timeout: Option<Duration>) {
        if self.begin(IN_POLLER) {
            polling.wait(timeout);
        }
        self.state.swap(AWAKE, Ordering::Acquire);
    }

    fn begin(&self, sleeping: u32) -> bool {
        self.state.compare_exchange(AWAKE, sleeping, Ordering::Acquire, Ordering::Acquire).is_ok()
    }

    /// Wakes the worker, or keeps it from its next sleep.
    pub(crate) fn unpark(&self, poller: &Poller) {
        match self.state.swap(NOTIFIED, Ordering::Release) {
            ON_CONDVAR => {
                // The sleeper holds the lock from its change of state until it waits, so that this cannot come between.
                drop(self.lock.lock());
                self.woken.notify_one();
            }
            IN_POLLER => poller.wake(),
            _ => {}
        }
    }
}
