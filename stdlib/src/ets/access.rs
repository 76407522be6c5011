//! Reading and writing rows by their keys.

use std::sync::Arc;

use purlin_heap::{Build, Message, Term, am, copy_into, equal};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::registry::Table;
use super::table::Row;
use super::{Access, no_key, table};
use crate::args::{self, Read};

natives! { "ets":
    "insert"/2 => insert, "insert_new"/2 => insert_new, "lookup"/2 => lookup, "member"/2 => member,
    "lookup_element"/3 => lookup_element, "lookup_element"/4 => lookup_element, "take"/2 => take,
    "delete"/2 => delete, "delete_object"/2 => delete_object, "internal_delete_all"/2 => delete_all,
    "first"/1 => first, "last"/1 => last, "next"/2 => next, "prev"/2 => prev, "slot"/2 => slot,
}

/// The rows that an argument has: a tuple or a list of them, each with a key.
fn rows<'h>(table: &Table, term: Term<'h>) -> Read<'h, Vec<Term<'h>>> {
    let rows = if term.as_tuple().is_some() { vec![term] } else { args::elements(term)? };
    let has_key = |row: &Term<'h>| row.as_tuple().is_some_and(|row| row.arity() >= table.keypos);
    if rows.iter().all(has_key) { Ok(rows) } else { Err(Stop::badarg()) }
}

fn key_of<'h>(table: &Table, row: Term<'h>) -> Read<'h, Term<'h>> {
    row.as_tuple().and_then(|row| row.elements().get(table.keypos - 1).copied()).ok_or(Stop::badarg())
}

pub(crate) fn insert<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let new: Vec<Row> =
        rows(&table, args[1])?.into_iter().map(|row| Arc::new(Message::copy_of(row))).collect();
    args::charge(cx, new.len());
    let mut rows = table.rows.write();
    new.into_iter().for_each(|row| rows.insert(row, cx.atoms()));
    Ok(Term::boolean(true))
}

/// All rows, if none of their keys is in the table.
fn insert_new<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let new = rows(&table, args[1])?;
    let mut rows = table.rows.write();
    for &row in &new {
        if !rows.of_key(key_of(&table, row)?, cx.atoms()).is_empty() {
            return Ok(Term::boolean(false));
        }
    }
    new.into_iter().for_each(|row| rows.insert(Arc::new(Message::copy_of(row)), cx.atoms()));
    Ok(Term::boolean(true))
}

fn of_key<'h>(cx: &Context<'h>, table: &Table, key: Term<'h>) -> Vec<Row> {
    table.rows.read().of_key(key, cx.atoms())
}

/// Rows as a list of the caller's.
pub(super) fn listed<'h>(cx: &Context<'h>, rows: &[Row]) -> Term<'h> {
    let copies: Vec<_> = rows.iter().map(|row| copy_into(cx.heap(), row.term())).collect();
    args::charge(cx, copies.len());
    cx.heap().list(&copies)
}

fn lookup<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    Ok(listed(cx, &of_key(cx, &table, args[1])))
}

fn member<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    Ok(Term::boolean(!of_key(cx, &table, args[1]).is_empty()))
}

/// An element of the row of a key: of a bag's rows, a list. Without such a row the default, if one is given.
fn lookup_element<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    let at = args::size(args[2])?.checked_sub(1).ok_or(Stop::badarg())?;
    let rows = of_key(cx, &table, args[1]);
    if rows.is_empty() {
        return args.get(3).copied().ok_or_else(no_key);
    }
    let element = |row: &Row| {
        let element = row.term().as_tuple().and_then(|row| row.elements().get(at).copied());
        element.map(|element| copy_into(cx.heap(), element)).ok_or(Stop::badarg())
    };
    let elements = rows.iter().map(element).collect::<Result<Vec<_>, _>>()?;
    match table.kind {
        super::Kind::Set | super::Kind::OrderedSet => Ok(elements[0]),
        _ => Ok(cx.heap().list(&elements)),
    }
}

fn take<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let mut rows = table.rows.write();
    let taken = rows.of_key(args[1], cx.atoms());
    rows.remove(args[1], cx.atoms(), |_| true);
    Ok(listed(cx, &taken))
}

pub(crate) fn delete<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    table.rows.write().remove(args[1], cx.atoms(), |_| true);
    Ok(Term::boolean(true))
}

fn delete_object<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let key = key_of(&table, args[1])?;
    table.rows.write().remove(key, cx.atoms(), |row| equal::exact(row.term(), args[1]));
    Ok(Term::boolean(true))
}

/// How many rows there were.
fn delete_all<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let mut rows = table.rows.write();
    let count = rows.len();
    rows.clear();
    Ok(Term::small(count as i64))
}

/// The key of a row, or the mark of the end.
fn key_or_end<'h>(cx: &Context<'h>, table: &Table, row: Option<Row>) -> Outcome<'h> {
    match row {
        Some(row) => Ok(copy_into(cx.heap(), key_of(table, copy_into(cx.heap(), row.term()))?)),
        None => Ok(Term::atom(am::end_of_table)),
    }
}

fn first<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    let row = table.rows.read().first();
    key_or_end(cx, &table, row)
}

fn last<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    let row = table.rows.read().last();
    key_or_end(cx, &table, row)
}

fn next<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    let row = table.rows.read().after(args[1], cx.atoms());
    key_or_end(cx, &table, row.map_err(|()| no_key())?)
}

fn prev<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    let row = table.rows.read().before(args[1], cx.atoms());
    key_or_end(cx, &table, row.map_err(|()| no_key())?)
}

/// One row for each number from 0 on.
fn slot<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (table, at) = (table(cx, args[0], Access::Read)?, args::size(args[1])?);
    let rows = table.rows.read().all();
    match rows.get(at..at + 1) {
        Some(row) => Ok(listed(cx, row)),
        None if at == rows.len() => Ok(Term::atom(am::end_of_table)),
        None => Err(Stop::badarg()),
    }
}
