//! Run queues, stealing, parking, timers and the poller of Purlin.
//!
//! This crate never sees a term. It knows a process as a [`Task`], runs it through an [`Executor`] and lets what runs
//! reach its scheduler as a [`Worker`]. Threads outside the pool use a [`Handle`]. `docs/scheduler.md` tells how it
//! works and which invariants hold, `docs/timers.md` the same of the timers.
#![forbid(unsafe_code)]

mod clock;
mod deque;
mod dirty;
mod idle;
mod injector;
mod load;
#[cfg(all(test, loom))]
mod models;
mod park;
mod poller;
mod pool;
mod queue;
mod shared;
mod solo;
pub mod sync;
mod task;
mod timers;
mod wheel;
mod worker;

pub use clock::Clock;
pub use dirty::DirtyKind;
pub use load::Load;
pub use mio::{Interest, event::Source};
pub use poller::Readiness;
pub use pool::{Config, Pool, WorkerPanicked};
pub use shared::{Handle, Raised};
pub use solo::{Solo, Step};
pub use task::{Executor, Priority, Ran, Task};
pub use timers::TimerKey;
pub use worker::{Worker, WorkerId};
