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
mod observe;
mod online;
mod process;
mod signal;
mod timers;
mod usage;
mod vm;

pub use executor::{Runnable, Timer};
pub use local::Local;
pub use names::NameError;
pub use native::{Class, Context, Native, NativeFunction, NativeTable, Outcome, Stop};
pub use observe::{Collections, SystemMonitor};
pub use online::Blocked;
pub use process::{Process, TooManyProcesses};
pub use purlin_scheduler::Load;
pub use signal::Sent;
pub use usage::MemoryUsage;
pub use vm::{Config, End, EndCallback, ModuleFinder, RunningVm, SystemLogger, Vm};
