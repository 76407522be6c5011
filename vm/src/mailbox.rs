//! The mailbox of a process: the outer queue that others push on, and the inner one that its owner receives from.
//!
//! The inner queue is a list of nodes, the same that came in. The *save pointer* is the node before the one that a
//! receive looks at next. A *receive marker* is a node of its own that stands where the queue ended when a reference
//! was made: a receive that waits for that reference starts behind it and never looks at what is older. Nothing in
//! a mailbox is scanned by a collection. See `docs/mailbox.md`.

mod incoming;
mod inner;
mod markers;
#[cfg(all(test, loom))]
mod models;
mod node;
#[cfg(all(test, not(loom)))]
mod tests;

pub(crate) use incoming::{Incoming, Pushed};
pub(crate) use inner::{Look, Mailbox, Next};
pub(crate) use node::{Node, Owned, Value};
