//! The natives of module `erlang`, by family, and those of other modules that are the same functions.

mod atoms;
mod binaries;
mod compare;
mod floats;
mod guards;
mod integers;
mod lists;
mod operators;
mod tuples;

use purlin_vm::NativeFunction;

/// Their tables.
pub(crate) const TABLES: &[&[NativeFunction]] = &[
    atoms::NATIVES,
    binaries::NATIVES,
    binaries::BINARY,
    compare::NATIVES,
    floats::NATIVES,
    floats::STRING,
    guards::NATIVES,
    integers::NATIVES,
    integers::STRING,
    lists::NATIVES,
    operators::NATIVES,
    tuples::NATIVES,
];
