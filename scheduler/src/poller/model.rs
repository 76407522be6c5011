//! The poller's stand-in for loom: a flag to wait for, and a count of sources that are never ready.

use super::Readiness;
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard};
use mio::Interest;
use mio::event::Source;
use std::io;
use std::time::Duration;

/// Waits and wakes like the real one.
pub(crate) struct Poller {
    sources: AtomicUsize,
    core: Mutex<()>,
    is_woken: Mutex<bool>,
    woken: Condvar,
}

/// The right to poll.
pub(crate) struct Polling<'a> {
    poller: &'a Poller,
    _core: MutexGuard<'a, ()>,
}

impl Poller {
    pub(crate) fn new() -> Self {
        Self {
            sources: AtomicUsize::new(0),
            core: Mutex::new(()),
            is_woken: Mutex::new(false),
            woken: Condvar::new(),
        }
    }

    /// What registering does to the protocol.
    pub(crate) fn add_source(&self) {
        self.sources.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn register(&self, _: &mut impl Source, _: usize, _: Interest) -> io::Result<()> {
        self.add_source();
        Ok(())
    }

    pub(crate) fn reregister(&self, _: &mut impl Source, _: usize, _: Interest) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn deregister(&self, _: &mut impl Source) -> io::Result<()> {
        self.sources.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    }

    pub(crate) fn try_poll(&self) -> Option<Polling<'_>> {
        if self.sources.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let core = self.core.try_lock()?;
        Some(Polling { poller: self, _core: core })
    }

    pub(crate) fn wake(&self) {
        *self.is_woken.lock() = true;
        self.woken.notify_one();
    }
}

impl Polling<'_> {
    pub(crate) fn wait(&mut self, timeout: Option<Duration>) {
        let mut is_woken = self.poller.is_woken.lock();
        while !*is_woken && timeout != Some(Duration::ZERO) {
            is_woken = self.poller.woken.wait(is_woken);
        }
        *is_woken = false;
    }

    pub(crate) fn finish(self) -> Vec<(usize, Readiness)> {
        Vec::new()
    }
}
