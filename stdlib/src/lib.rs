//! The native functions of Purlin, one file per Erlang module; `erlang` is split by family.

#![forbid(unsafe_code)]

mod args;
mod binary;
mod chars;
mod erlang;
mod io;
mod lists;
mod maps;
mod math;
mod md5;
mod os;
mod state;
mod unicode;

pub use io::start_standard_io;

use erlang::guards;
use purlin_vm::NativeFunction;

/// The tables of all native functions but those of module `erlang`.
const TABLES: &[&[NativeFunction]] = &[
    binary::NATIVES,
    binary::SEARCH,
    io::NATIVES,
    lists::NATIVES,
    maps::NATIVES,
    math::NATIVES,
    os::NATIVES,
    unicode::NATIVES,
];

/// All native functions, one table after the other.
pub fn natives() -> impl Iterator<Item = &'static [NativeFunction]> {
    TABLES.iter().chain(erlang::TABLES).copied()
}
