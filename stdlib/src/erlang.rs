//! The natives of module `erlang`, by family, and those of other modules that are the same functions.

mod atoms;
mod binaries;
mod compare;
mod floats;
mod guards;
mod info;
mod integers;
mod links;
mod lists;
mod monitors;
mod names;
mod operators;
mod processes;
mod spawn;
mod timers;
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
    info::NATIVES,
    links::NATIVES,
    monitors::NATIVES,
    names::NATIVES,
    processes::NATIVES,
    spawn::NATIVES,
    timers::NATIVES,
    tuples::NATIVES,
];
