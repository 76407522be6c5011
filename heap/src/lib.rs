//! Terms, process heaps, collection, copying, atoms and literals of Purlin.

#[cfg(test)]
mod against_erlang;
pub mod arena;
pub mod arith;
pub mod atoms;
pub mod big;
pub mod bits;
mod build;
pub mod c_math;
pub mod check;
mod chunk;
mod code;
mod collect;
mod copy;
mod counted;
pub mod equal;
pub mod external;
mod fragment;
pub mod hash;
mod heap;
pub mod layout;
mod literal;
pub mod map;
pub mod memory;
pub mod order;
pub mod pace;
pub mod print;
pub mod record;
pub mod resource;
mod scratch;
mod term;
#[cfg(test)]
mod testing;
pub mod text;
pub mod word;
mod worklist;

pub use atoms::{Atom, AtomError, AtomTable, CODE_RESERVE, am};
pub use build::Build;
pub use chunk::FRONT_WORDS;
pub use code::{FunEntry, Mfa};
pub use collect::{OverLimit, Roots};
pub use copy::{copy_into, size_of};
pub use counted::{CountedTerm, CountedTerms};
pub use fragment::{Fragment, FragmentBuilder, Message};
pub use heap::{Heap, HeapConfig, RED_ZONE, StackWords, Statistics};
pub use literal::{KeptTerm, LiteralArea, Literals};
pub use map::Map;
pub use record::Record;
pub use scratch::Scratch;
pub use term::{Boxed, Cons, Fun, Pid, Port, Term, Tuple, View};
