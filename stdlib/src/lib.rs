//! The native functions of Purlin, one file per Erlang module; `erlang` is split by family.

#![forbid(unsafe_code)]

mod args;
mod chars;
mod erlang;
mod lists;
mod maps;
mod math;

use purlin_vm::NativeFunction;

/// The tables of all native functions.
const TABLES: &[&[NativeFunction]] = &[lists::NATIVES, maps::NATIVES, math::NATIVES];

/// All native functions, one table after the other.
pub fn natives() -> impl Iterator<Item = &'static [NativeFunction]> {
    TABLES.iter().chain(erlang::TABLES).copied()
}
