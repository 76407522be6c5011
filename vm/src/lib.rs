//! Processes, mailboxes, signals, code tables and the interpreter of Purlin.

pub mod actions;
pub mod code;
pub mod exception;
mod executor;
mod fiber;
mod info;
pub mod interpreter;
pub mod limits;
mod local;
mod mailbox;
mod names;
pub mod native;
mod process;
mod signal;
mod timers;
mod vm;

pub use executor::{Runnable, Timer};
pub use local::Local;
pub use names::NameError;
pub use native::{Class, Context, Native, NativeFunction, NativeTable, Outcome, Stop};
pub use process::{Process, TooManyProcesses};
pub use signal::Sent;
pub use vm::{Config, End, EndCallback, ModuleFinder, RunningVm, Vm};
