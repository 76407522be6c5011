//! The poller: one worker that has nothing else to do waits in it for sockets and the like.
//!
//! It costs nothing until the first source is registered. One thread polls at a time; the others sleep on their own
//! condition variables. mio does the work; under loom a stand-in takes its place that knows registering, waiting and
//! waking, but no events.

#[cfg(not(loom))]
mod real;
#[cfg(not(loom))]
pub(crate) use real::{Poller, Polling};

#[cfg(loom)]
mod model;
#[cfg(loom)]
pub(crate) use model::{Poller, Polling};

/// What a source became ready for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Reading will not block, or tells that the other side has closed.
    pub readable: bool,
    /// Writing will not block.
    pub writable: bool,
    /// The source has failed.
    pub failed: bool,
}
