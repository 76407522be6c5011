//! The interpreter: a register machine whose instructions are handlers that call one another.
//!
//! [`Regs`] is what handlers hand on; [`operands`] is how they read and write; [`ops`] holds the bodies; `handlers`
//! makes the table of all handlers from the table of instructions; `native_call` is the way to native functions.

mod fuse;
mod handlers;
mod machine;
pub(crate) mod native_call;
pub(crate) mod operands;
pub(crate) mod ops;
mod pairs;
mod regs;
mod run;
mod specialise;

pub use handlers::handler_of;
pub use machine::Machine;
pub(crate) use pairs::fused_handler;
pub use regs::{Cold, Handler, Regs, TAIL_CALLS};
pub(crate) use run::{Exit, run};
