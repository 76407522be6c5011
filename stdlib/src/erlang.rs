//! The natives of module `erlang`, by family, and those of other modules that are the same functions.

mod atoms;
mod binaries;
mod calendar;
mod checksums;
mod compare;
mod dictionary;
mod dynamic_trace;
mod exceptions;
mod floats;
mod funs;
pub(crate) mod guards;
mod identities;
pub(crate) mod info;
mod integers;
mod links;
mod lists;
pub(crate) mod memory;
mod monitors;
mod names;
mod nodes;
mod operators;
mod packets;
mod ports;
mod processes;
mod spawn;
mod statistics;
mod system_flag;
mod system_info;
mod system_monitor;
mod time;
mod timers;
mod tuples;
mod unique;

pub(crate) mod code;
mod display;
mod external;
use purlin_vm::NativeFunction;

/// Their tables.
pub(crate) const TABLES: &[&[NativeFunction]] = &[
    atoms::NATIVES,
    binaries::NATIVES,
    binaries::BINARY,
    calendar::NATIVES,
    checksums::NATIVES,
    code::NATIVES,
    display::NATIVES,
    display::INTERNAL,
    dynamic_trace::NATIVES,
    external::NATIVES,
    compare::NATIVES,
    dictionary::NATIVES,
    exceptions::NATIVES,
    floats::NATIVES,
    floats::STRING,
    funs::NATIVES,
    guards::NATIVES,
    info::NATIVES,
    integers::NATIVES,
    integers::STRING,
    integers::INTERNAL,
    links::NATIVES,
    lists::NATIVES,
    monitors::NATIVES,
    names::NATIVES,
    operators::NATIVES,
    packets::NATIVES,
    ports::NATIVES,
    ports::INTERNAL,
    processes::NATIVES,
    spawn::NATIVES,
    memory::NATIVES,
    statistics::NATIVES,
    system_flag::NATIVES,
    system_flag::INTERNAL,
    system_info::NATIVES,
    system_monitor::NATIVES,
    time::NATIVES,
    time::OTHERS,
    timers::NATIVES,
    identities::NATIVES,
    nodes::NATIVES,
    nodes::INTERNAL,
    tuples::NATIVES,
    unique::NATIVES,
];
