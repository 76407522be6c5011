//! Module `ets`: tables of rows that processes share. See `docs/ets.md`.

pub(crate) mod access;
mod info;
mod options;
mod owners;
mod rank;
mod registry;
mod replaces;
mod rows;
mod select;
mod table;
mod update;
mod walk;

pub(crate) use registry::Tables;

use std::sync::Arc;

use purlin_heap::{Term, View, am};
use purlin_vm::{Context, NativeFunction, Stop};

use crate::args::Read;
use crate::state::State;
use table::Table;

pub(crate) const TABLES: &[&[NativeFunction]] =
    &[access::NATIVES, info::NATIVES, owners::NATIVES, select::NATIVES, update::NATIVES, walk::NATIVES];

/// What a caller wants of a table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

fn tables<'h>(cx: &Context<'h>) -> &'h Tables {
    &State::of(cx).tables
}

/// `badarg`, because there is no such table, or because this can be none.
fn no_table<'h>(id: Term<'h>) -> Stop<'h> {
    let can_be_one = id.as_atom().is_some() || matches!(id.view(), View::Reference(_));
    Stop::RaiseCause(Term::atom(am::badarg), Term::atom(if can_be_one { am::id } else { am::type_ }))
}

/// The table that the caller may use so.
fn table<'h>(cx: &Context<'h>, id: Term<'h>, access: Access) -> Read<'h, Arc<Table>> {
    let table = tables(cx).find(id).ok_or_else(|| no_table(id))?;
    match table.allows(cx.pid(), access == Access::Write) {
        true => Ok(table),
        false => Err(Stop::RaiseCause(Term::atom(am::badarg), Term::atom(am::access))),
    }
}

/// The table, which must be the caller's own.
fn own_table<'h>(cx: &Context<'h>, id: Term<'h>) -> Read<'h, Arc<Table>> {
    let table = tables(cx).find(id).ok_or_else(|| no_table(id))?;
    if table.owner() == cx.pid() { Ok(table) } else { Err(Stop::badarg()) }
}

/// `badarg`, because the key is not there.
fn no_key<'h>() -> Stop<'h> {
    Stop::error(am::badarg)
}
