//! Purlin, an actor-concurrency virtual machine: the library's face.
//!
//! A [`Vm`] loads `.beam` modules or precompiled images and runs them in supervised, isolated, preempted processes
//! inside the program. See `examples/embed.rs`.

#![forbid(unsafe_code)]

pub mod convert;
mod machine;
mod tree;

pub use convert::Atom;
pub use machine::{Builder, CallError, ImageLoadError, Vm};
pub use purlin_heap::{Build, Pid, Term};
pub use purlin_vm::code::LoadError;
pub use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};
pub use tree::{Limits, Tree, Usage};
