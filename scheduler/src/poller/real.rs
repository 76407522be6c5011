//! The poller as it is: mio's, behind a lock that nobody waits for.

use super::Readiness;
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Mutex, MutexGuard};
use mio::event::Source;
use mio::{Events, Interest, Poll, Registry, Token, Waker};
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

/// The token of the waker; no source may use it.
const WAKER: Token = Token(usize::MAX);
const EVENTS_MAX: usize = 256;

/// The poller of one pool.
pub(crate) struct Poller {
    sources: AtomicUsize,
    system: OnceLock<System>,
    core: Mutex<Option<Core>>,
}

struct System {
    registry: Registry,
    waker: Waker,
}

struct Core {
    poll: Poll,
    events: Events,
}

/// The right to poll.
pub(crate) struct Polling<'a> {
    core: MutexGuard<'a, Option<Core>>,
}

impl Poller {
    pub(crate) fn new() -> Self {
        Self { sources: AtomicUsize::new(0), system: OnceLock::new(), core: Mutex::new(None) }
    }

    pub(crate) fn register(&self, source: &mut impl Source, id: usize, interest: Interest) -> io::Result<()> {
        if id == WAKER.0 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the highest source number is taken"));
        }
        self.system()?.registry.register(source, Token(id), interest)?;
        self.sources.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    pub(crate) fn reregister(
        &self,
        source: &mut impl Source,
        id: usize,
        interest: Interest,
    ) -> io::Result<()> {
        self.system()?.registry.reregister(source, Token(id), interest)
    }

    pub(crate) fn deregister(&self, source: &mut impl Source) -> io::Result<()> {
        self.system()?.registry.deregister(source)?;
        self.sources.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    }

    /// The right to poll, if there is something to poll and nobody else does.
    pub(crate) fn try_poll(&self) -> Option<Polling<'_>> {
        if self.sources.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let core = self.core.try_lock()?;
        core.is_some().then_some(Polling { core })
    }

    /// Ends the wait of the thread that polls.
    pub(crate) fn wake(&self) {
        if let Some(system) = self.system.get()
            && let Err(error) = system.waker.wake()
        {
            tracing::error!(%error, "the poller could not be woken");
        }
    }

    fn system(&self) -> io::Result<&System> {
        if let Some(system) = self.system.get() {
            return Ok(system);
        }
        // Who holds the lock polls, so the system exists, or makes it.
        let mut core = self.core.lock();
        if self.system.get().is_none() {
            let poll = Poll::new()?;
            let registry = poll.registry().try_clone()?;
            let waker = Waker::new(&registry, WAKER)?;
            *core = Some(Core { poll, events: Events::with_capacity(EVENTS_MAX) });
            // Only the holder of the lock sets it, so it was not set.
            let _ = self.system.set(System { registry, waker });
        }
        Ok(self.system.get().expect("it was set just now"))
    }
}

impl Polling<'_> {
    /// Waits for events, or until woken, or until `timeout` is over.
    pub(crate) fn wait(&mut self, timeout: Option<Duration>) {
        let Some(core) = self.core.as_mut() else { return };
        if let Err(error) = core.poll.poll(&mut core.events, timeout)
            && error.kind() != io::ErrorKind::Interrupted
        {
            tracing::error!(%error, "polling failed");
        }
    }

    /// Ends polling, and gives what became ready.
    pub(crate) fn finish(mut self) -> Vec<(usize, Readiness)> {
        let Some(core) = self.core.as_mut() else { return Vec::new() };
        let found = core.events.iter().filter(|event| event.token() != WAKER).map(|event| {
            let readiness = Readiness {
                readable: event.is_readable() || event.is_read_closed(),
                writable: event.is_writable() || event.is_write_closed(),
                failed: event.is_error(),
            };
            (event.token().0, readiness)
        });
        let found = found.collect();
        core.events.clear();
        found
    }
}
