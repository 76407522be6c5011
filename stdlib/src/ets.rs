//! Module `ets`: tables of rows that processes share. See `docs/ets.md`.

pub(crate) mod access;
mod going;
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

/// `badarg`, because the caller may not do that.
fn no_access<'h>() -> Stop<'h> {
    Stop::RaiseCause(Term::atom(am::badarg), Term::atom(am::access))
}

/// The table that the caller may use so.
fn table<'h>(cx: &Context<'h>, id: Term<'h>, access: Access) -> Read<'h, Arc<Table>> {
    let table = tables(cx).find(id).ok_or_else(|| no_table(id))?;
    match table.allows(cx.pid(), access == Access::Write) {
        true => Ok(table),
        false => Err(no_access()),
    }
}

/// Does short work on the table that the caller may use so. When it is about a key that is simple, the table is only looked at where it
/// is known; otherwise it is held, as hashing and comparing may take long.
fn with_table<'h, R>(
    cx: &Context<'h>,
    id: Term<'h>,
    access: Access,
    key: Option<Term<'h>>,
    work: impl FnOnce(&Table) -> Read<'h, R>,
) -> Read<'h, R> {
    let in_place = match key.is_none_or(is_simple) {
        // Whoever has to help with an insertion is interrupted meanwhile.
        true => tables(cx).with(cx.scheduler_id(), id, |table| match table {
            Some(table) if table.rows.is_closed() => Err(work),
            Some(table) if table.allows(cx.pid(), access == Access::Write) => Ok(work(table)),
            Some(_) => Ok(Err(no_access())),
            None => Ok(Err(no_table(id))),
        }),
        false => Err(work),
    };
    in_place.or_else(|work| while_there(&*table(cx, id, access)?, id, work)).and_then(|result| result)
}

/// Does work on a table that somebody may delete meanwhile, in which case nothing that was found or done counts.
fn while_there<'h, R>(
    table: &Table,
    id: Term<'h>,
    work: impl FnOnce(&Table) -> Read<'h, R>,
) -> Read<'h, Read<'h, R>> {
    let result = work(table);
    if table.is_gone() { Err(no_table(id)) } else { Ok(result) }
}

/// Whether a key is hashed and compared in no time.
fn is_simple(key: Term<'_>) -> bool {
    /// A short tuple of what is no tuple is simple.
    const ARITY_MAX: usize = 8;
    !key.word().is_pointer()
        || key.as_tuple().is_some_and(|tuple| {
            tuple.arity() <= ARITY_MAX && tuple.elements().iter().all(|element| !element.word().is_pointer())
        })
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
