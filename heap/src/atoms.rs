//! Atoms: names interned once for each machine, known by their index.
//!
//! The well-known atoms have fixed indices, the same in every machine, given by the one list in `atoms/known.rs`.
//! The table is sharded by hash; a name, once interned, is never moved or freed before the table, so that reading
//! a name takes no lock.

mod known;
mod table;

pub use known::am;
pub use table::{AtomError, AtomTable, CODE_RESERVE};

/// An atom: its index in the machine's table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Atom(pub u32);
