//! The native functions of Purlin, one file per Erlang module; `erlang` is split by family.

#![forbid(unsafe_code)]

mod accounts;
mod application_controller;
mod args;
mod atomics;
mod binary;
mod byte_queue;
mod chars;
mod code;
mod erlang;
mod erts_debug;
mod erts_internal;
mod ets;
mod gregorian;
mod held;
mod init;
mod io;
mod kernel;
mod lists;
mod logger;
mod maps;
mod match_spec;
mod math;
mod md5;
mod os;
mod persistent_term;
mod prim_buffer;
mod prim_file;
mod ram_file;
mod re;
mod records;
mod resources;
mod state;
mod unicode;
mod zlib;
mod zone;

pub use code::path::{module_file, module_file_name, set_code_path};
pub use io::start_standard_io;
pub use kernel::start_kernel;
pub use logger::silence_logger;

use erlang::guards;
use purlin_vm::NativeFunction;

/// The tables of all native functions but those of module `erlang`.
const TABLES: &[&[NativeFunction]] = &[
    application_controller::NATIVES,
    atomics::NATIVES,
    atomics::INTERNAL,
    binary::NATIVES,
    binary::SEARCH,
    code::NATIVES,
    code::ERLANG,
    code::PURGER,
    code::file::INTERNAL,
    code::loading::NATIVES,
    code::many::NATIVES,
    code::path::NATIVES,
    code::sticky::NATIVES,
    erts_debug::NATIVES,
    erts_internal::NATIVES,
    erts_internal::FACTS,
    init::NATIVES,
    io::NATIVES,
    kernel::NATIVES,
    lists::NATIVES,
    maps::NATIVES,
    match_spec::NATIVES,
    match_spec::ERLANG,
    math::NATIVES,
    os::NATIVES,
    persistent_term::NATIVES,
    persistent_term::INTERNAL,
    prim_buffer::NATIVES,
    prim_file::NATIVES,
    prim_file::ENCODING,
    prim_file::LOADER,
    ram_file::NATIVES,
    re::NATIVES,
    records::NATIVES,
    unicode::NATIVES,
    zlib::NATIVES,
    zlib::STREAMS,
];

/// All native functions, one table after the other.
pub fn natives() -> impl Iterator<Item = &'static [NativeFunction]> {
    TABLES.iter().chain(erlang::TABLES).chain(ets::TABLES).copied()
}
