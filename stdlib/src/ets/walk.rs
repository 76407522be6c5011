//! Going over a table from key to key. Where one is in a table is known by the key, so that it does not matter what else
//! changes meanwhile, nor whether the key itself is still there.

use purlin_heap::{Build, Term, copy_into};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::access::{end, listed};
use super::rows::{Cursor, Row, key_of};
use super::table::Table;
use super::{Access, no_key, table};
use crate::args::{self, Read};

natives! { "ets":
    "first"/1 => first, "last"/1 => last, "next"/2 => next, "prev"/2 => prev, "slot"/2 => slot,
    "first_lookup"/1 => first_lookup, "last_lookup"/1 => last_lookup, "next_lookup"/2 => next_lookup,
    "prev_lookup"/2 => prev_lookup,
}

/// The rows of the first key, or of the last.
fn outermost<'h>(cx: &Context<'h>, table: &Table, backwards: bool) -> Vec<Row> {
    table.rows.next(None, backwards, cx.atoms())
}

/// The rows of the key behind this one, or before it. The key must be there, unless there is an order or the table is fixed.
fn beside<'h>(cx: &Context<'h>, table: &Table, key: Term<'h>, backwards: bool) -> Read<'h, Vec<Row>> {
    let is_needed = table.kind != super::rows::Kind::OrderedSet && !table.is_fixed();
    if is_needed && table.rows.read(key, cx.atoms(), |rows| rows.is_empty()) {
        return Err(no_key());
    }
    Ok(table.rows.next(Some(Cursor(key)), backwards, cx.atoms()))
}

fn key<'h>(cx: &Context<'h>, table: &Table, rows: &[Row]) -> Option<Term<'h>> {
    rows.first().map(|row| copy_into(cx.heap(), key_of(row, table.keypos - 1)))
}

fn key_or_end<'h>(cx: &Context<'h>, table: &Table, rows: &[Row]) -> Term<'h> {
    key(cx, table, rows).unwrap_or(end())
}

/// `{Key, Rows}`
fn rows_or_end<'h>(cx: &Context<'h>, table: &Table, rows: &[Row]) -> Term<'h> {
    match key(cx, table, rows) {
        Some(key) => cx.heap().tuple(&[key, listed(cx, rows)]),
        None => end(),
    }
}

fn first<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    Ok(key_or_end(cx, &table, &outermost(cx, &table, false)))
}

fn last<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    Ok(key_or_end(cx, &table, &outermost(cx, &table, true)))
}

fn next<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    Ok(key_or_end(cx, &table, &beside(cx, &table, args[1], false)?))
}

fn prev<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    Ok(key_or_end(cx, &table, &beside(cx, &table, args[1], true)?))
}

fn first_lookup<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    Ok(rows_or_end(cx, &table, &outermost(cx, &table, false)))
}

fn last_lookup<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    Ok(rows_or_end(cx, &table, &outermost(cx, &table, true)))
}

fn next_lookup<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    Ok(rows_or_end(cx, &table, &beside(cx, &table, args[1], false)?))
}

fn prev_lookup<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    Ok(rows_or_end(cx, &table, &beside(cx, &table, args[1], true)?))
}

/// The rows of a number from 0 on: in a table with an order one row, in others those of a part of the hashes.
fn slot<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (table, at) = (table(cx, args[0], Access::Read)?, args::size(args[1])?);
    match table.rows.slot(at, cx.atoms()) {
        Some(rows) => Ok(listed(cx, &rows)),
        None if at == table.rows.slots() => Ok(end()),
        None => Err(Stop::badarg()),
    }
}
