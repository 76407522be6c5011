//! Terms, process heaps, collection, copying, atoms and literals of Purlin.

pub mod atoms;
mod build;
mod code;
pub mod layout;
mod term;
pub mod word;

pub use atoms::{Atom, AtomError, AtomTable, am};
pub use build::Build;
pub use code::{FunEntry, Mfa};
pub use term::{Boxed, Cons, Fun, Pid, Port, Term, Tuple, View};
