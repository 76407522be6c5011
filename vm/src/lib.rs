//! Processes, mailboxes, signals, code tables and the interpreter of Purlin.

pub mod code;
pub mod exception;
pub mod interpreter;
pub mod native;

pub use native::{Class, Context, Native, NativeFunction, NativeTable, Outcome, Stop};
