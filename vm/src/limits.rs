//! Limits of a process, of its mailbox, and of a tree of processes: see `docs/limits.md`.
//!
//! What is limited has a [`Ledger`] beside its control block, and may belong to a [`Tree`]; everybody else has a null
//! pointer there and knows nothing of this.

mod ledger;
mod line;
#[cfg(all(test, loom))]
mod models;
mod rate;
#[cfg(all(test, not(loom)))]
mod tests;
mod tree;

pub(crate) use ledger::Ledger;
pub(crate) use line::Joined;
pub use tree::{Tree, Usage};

use purlin_heap::{Atom, am};

/// What a tree of processes may have; nothing where there is no limit.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Memory of its processes in bytes.
    pub memory_bytes: Option<u64>,
    /// Processes at once.
    pub processes: Option<u64>,
    /// Messages in the mailbox of any one process.
    pub mailbox: Option<u64>,
    /// Atoms that were new when a process of the tree made them.
    pub atoms: Option<u64>,
    /// Reductions in a second.
    pub reductions_per_second: Option<u64>,
}

/// How a new process is limited.
#[derive(Default)]
pub struct Bounds {
    /// It starts a tree with these limits.
    pub limits: Option<Limits>,
    /// The tree that it belongs to, if it is not that of its parent.
    pub tree: Option<std::sync::Arc<Tree>>,
    /// The bound of its mailbox.
    pub mailbox: Option<MailboxBound>,
}

/// How many messages a mailbox holds, and what becomes of one that is sent when it is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailboxBound {
    /// Messages.
    pub max: usize,
    /// What becomes of more.
    pub policy: Policy,
}

/// What becomes of a message that is sent to a full mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The sender is told.
    Refuse,
    /// It is dropped.
    Drop,
    /// The sender waits until there is room.
    Suspend,
}

impl Policy {
    /// The policy as programs name it.
    pub const fn atom(self) -> Atom {
        match self {
            Policy::Refuse => am::refuse,
            Policy::Drop => am::drop,
            Policy::Suspend => am::suspend,
        }
    }

    /// The policy that an atom names.
    pub const fn from_atom(atom: Atom) -> Option<Policy> {
        match atom {
            am::refuse => Some(Policy::Refuse),
            am::drop => Some(Policy::Drop),
            am::suspend => Some(Policy::Suspend),
            _ => None,
        }
    }
}

/// A limit beyond which a process is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fatal {
    Memory,
    Mailbox,
}

impl Fatal {
    /// What stands in the reason of the end.
    pub(crate) const fn atom(self) -> Atom {
        match self {
            Fatal::Memory => am::memory,
            Fatal::Mailbox => am::mailbox,
        }
    }
}
