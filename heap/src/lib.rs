//! Terms, process heaps, collection, copying, atoms and literals of Purlin.

pub mod arith;
pub mod atoms;
pub mod big;
pub mod bits;
mod build;
mod code;
pub mod equal;
pub mod hash;
pub mod layout;
pub mod map;
pub mod order;
mod scratch;
mod term;
#[cfg(test)]
mod testing;
pub mod word;
mod worklist;

pub use atoms::{Atom, AtomError, AtomTable, am};
pub use build::Build;
pub use code::{FunEntry, Mfa};
pub use map::Map;
pub use scratch::Scratch;
pub use term::{Boxed, Cons, Fun, Pid, Port, Term, Tuple, View};
