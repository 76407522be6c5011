//! OTP's logger, on a machine where it does not run.
//!
//! `gen_server`, `supervisor` and `proc_lib` report what crashes through module `logger`, which looks for its handlers
//! in a table that kernel's process of that name makes. Without that table a report would itself raise an exception,
//! and the process that reports would end for that reason instead of its own. They ask first whether the level lets
//! the report pass, and module `logger_config` keeps the level in a persistent term. So that is set to `none` to begin
//! with; whoever starts the logger sets it anew.

use purlin_heap::{Build, Scratch, Term};
use purlin_vm::Vm;

use crate::state::State;

/// What `logger_config` writes for the level `none`.
const NONE: i64 = -1;

/// Sets the level of the machine's logger to `none`, if the machine has room for the atoms in its name.
pub fn silence_logger(vm: &Vm) {
    let scratch = Scratch::new();
    let atom = |name| vm.atoms().intern(name).map(Term::atom);
    if let (Ok(module), Ok(primary)) = (atom("logger_config"), atom("$primary_config$")) {
        vm.library_state::<State>()
            .persistent_terms
            .set(scratch.tuple(&[module, primary]), Term::small(NONE));
    }
}
