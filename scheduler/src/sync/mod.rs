//! The one door for atomics, locks, cells and threads: the real ones, or loom's when built with `--cfg loom`.
//!
//! Code that takes everything from here can be run under loom as it ships. Locks have the shape of `parking_lot` (no
//! poisoning). loom treats `SeqCst` accesses as acquire and release only, so where a protocol needs a total order it
//! says so with [`atomic::fence`].

#[cfg(not(loom))]
mod real;
#[cfg(not(loom))]
pub use real::*;

#[cfg(loom)]
mod model;
#[cfg(loom)]
pub use model::*;
