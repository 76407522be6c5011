//! The natives of module `erlang`, by family.

mod compare;
mod guards;
mod lists;
mod operators;
mod tuples;

use purlin_vm::NativeFunction;

/// Their tables.
pub(crate) const TABLES: &[&[NativeFunction]] =
    &[compare::NATIVES, guards::NATIVES, lists::NATIVES, operators::NATIVES, tuples::NATIVES];
