//! Processes, mailboxes, signals, code tables and the interpreter of Purlin.

pub mod code;
mod executor;
pub mod exception;
mod info;
pub mod interpreter;
mod local;
mod mailbox;
mod names;
pub mod native;
mod process;
mod signal;
mod timers;
mod vm;

pub use vm::{Config, EndCallback, RunningVm, Vm};
pub use native::{Class, Context, Native, NativeFunction, NativeTable, Outcome, Stop};
