//! The natives of module `erlang`, by family, and those of other modules that are the same functions.

mod atoms;
mod binaries;
mod checksums;
mod compare;
mod dictionary;
mod exceptions;
mod floats;
mod funs;
mod guards;
mod integers;
mod lists;
mod operators;
mod phash;
mod time;
mod tuples;
mod unique;

use purlin_vm::NativeFunction;

/// Their tables.
pub(crate) const TABLES: &[&[NativeFunction]] = &[
    atoms::NATIVES,
    binaries::NATIVES,
    binaries::BINARY,
    checksums::NATIVES,
    compare::NATIVES,
    dictionary::NATIVES,
    exceptions::NATIVES,
    floats::NATIVES,
    floats::STRING,
    funs::NATIVES,
    guards::NATIVES,
    integers::NATIVES,
    integers::STRING,
    lists::NATIVES,
    operators::NATIVES,
    time::NATIVES,
    time::OTHERS,
    tuples::NATIVES,
    unique::NATIVES,
];
