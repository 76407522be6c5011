//! Reading and writing rows by their keys.

use purlin_heap::{Build, CountedTerm, Term, am, copy_into, equal, pace};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::rows::{Row, free};
use super::table::Table;
use super::{Access, no_key, no_table, table, with_table};
use crate::args::{self, Read};

natives! { "ets":
    "insert"/2 => insert, "insert_new"/2 => insert_new, "lookup"/2 => lookup, "member"/2 => member,
    "lookup_element"/3 => lookup_element, "lookup_element"/4 => lookup_element, "take"/2 => take,
    "delete"/2 => delete, "delete_object"/2 => delete_object, "internal_delete_all"/2 => delete_all,
}

/// Rows of more words are not copied while their place in the table is locked.
pub(super) const COPIED_WORDS_MAX: usize = 256;

/// Copies of the rows that an argument has: a tuple or a list of them, each with a key.
fn rows<'h>(table: &Table, term: Term<'h>) -> Read<'h, Vec<Row>> {
    let copy = |row: Term<'h>| match row.as_tuple() {
        Some(tuple) if tuple.arity() >= table.keypos => Ok(CountedTerm::copy_of(row)),
        _ => Err(Stop::badarg()),
    };
    let rows = match term.as_tuple() {
        Some(_) => vec![copy(term)?],
        None => {
            let rows = args::elements(term)?;
            let has_key = |row: &Term<'h>| row.as_tuple().is_some_and(|row| row.arity() >= table.keypos);
            // Nothing is copied for a list that is refused.
            if !rows.iter().all(has_key) {
                return Err(Stop::badarg());
            }
            rows.into_iter().map(copy).collect::<Result<_, _>>()?
        }
    };
    table.may_grow(&rows)?;
    Ok(rows)
}

pub(crate) fn insert<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let rows = rows(&table, args[1])?;
    let mut replaced = Vec::new();
    args::charge(cx, rows.len());
    table.rows.insert(rows, cx.atoms(), &mut replaced);
    table.tell_size();
    free(replaced);
    if table.is_gone() { Err(no_table(args[0])) } else { Ok(Term::boolean(true)) }
}

/// All rows, if none of their keys is in the table.
fn insert_new<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let rows = rows(&table, args[1])?;
    let mut replaced = Vec::new();
    args::charge(cx, rows.len());
    let is_new = table.rows.insert_new(rows, cx.atoms(), &mut replaced);
    table.tell_size();
    free(replaced);
    if table.is_gone() { Err(no_table(args[0])) } else { Ok(Term::boolean(is_new)) }
}

/// What was found while the place of a key was locked.
enum Found<'h> {
    Nothing,
    /// The row, copied.
    Copied(Term<'h>),
    /// Rows that are still to be copied.
    Rows(Vec<Row>),
}

/// The rows of a key; `copy` copies what is wanted of a small one.
fn find<'h>(
    cx: &Context<'h>,
    table: &Table,
    key: Term<'h>,
    copy: impl Fn(Term<'_>) -> Term<'h>,
) -> Found<'h> {
    table.rows.read(key, cx.atoms(), |rows| match rows {
        [] => Found::Nothing,
        [row] if row.words() <= COPIED_WORDS_MAX => Found::Copied(copy(row.term())),
        rows => Found::Rows(rows.to_vec()),
    })
}

/// Steps that copying a row counts as, beside those for its size.
const COPY_STEPS: usize = 16;

/// Rows as a list of the caller's.
pub(super) fn listed<'h>(cx: &Context<'h>, rows: &[Row]) -> Term<'h> {
    let copies: Vec<_> =
        pace::paced(rows.iter(), COPY_STEPS).map(|row| copy_into(cx.heap(), row.term())).collect();
    cx.heap().list(&copies)
}

fn lookup<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let found = with_table(cx, args[0], Access::Read, Some(args[1]), |table| {
        Ok(find(cx, table, args[1], |row| copy_into(cx.heap(), row)))
    })?;
    Ok(match found {
        Found::Nothing => Term::NIL,
        Found::Copied(row) => cx.heap().cons(row, Term::NIL),
        Found::Rows(rows) => listed(cx, &rows),
    })
}

fn member<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with_table(cx, args[0], Access::Read, Some(args[1]), |table| {
        Ok(Term::boolean(table.rows.read(args[1], cx.atoms(), |rows| !rows.is_empty())))
    })
}

/// An element of the row of a key: of a bag's rows, a list. Without such a row the default, if one is given.
fn lookup_element<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let at = args::size(args[2]).ok().and_then(|place| place.checked_sub(1));
    let element = |row: &Row| {
        let element = row.term().as_tuple().zip(at).and_then(|(row, at)| row.elements().get(at).copied());
        element.map(|element| copy_into(cx.heap(), element)).ok_or(Stop::badarg())
    };
    // Rows that are still to be looked at, or what there is instead.
    let (is_set, found) = with_table(cx, args[0], Access::Read, Some(args[1]), |table| {
        let is_set = table.kind.is_set();
        at.ok_or(Stop::badarg())?;
        let found = table.rows.read(args[1], cx.atoms(), |rows| match rows {
            [row] if is_set && row.words() <= COPIED_WORDS_MAX => Err(element(row)),
            [] => Err(args.get(3).copied().ok_or_else(no_key)),
            rows => Ok(rows.to_vec()),
        });
        Ok((is_set, found))
    })?;
    match found {
        Err(element) => element,
        Ok(rows) if is_set => element(&rows[0]),
        Ok(rows) => {
            let elements = rows.iter().map(element).collect::<Result<Vec<_>, _>>()?;
            args::charge(cx, elements.len());
            Ok(cx.heap().list(&elements))
        }
    }
}

fn take<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let taken = table.rows.remove(args[1], cx.atoms(), |_| true);
    table.tell_size();
    let list = listed(cx, &taken);
    free(taken);
    Ok(list)
}

pub(crate) fn delete<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    free(table.rows.remove(args[1], cx.atoms(), |_| true));
    table.tell_size();
    Ok(Term::boolean(true))
}

fn delete_object<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let key = args[1].as_tuple().and_then(|row| row.elements().get(table.keypos - 1).copied());
    let key = key.ok_or(Stop::badarg())?;
    free(table.rows.remove(key, cx.atoms(), |row| equal::exact(row.term(), args[1])));
    table.tell_size();
    Ok(Term::boolean(true))
}

/// How many rows there were.
fn delete_all<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let (count, removed) = table.rows.clear(cx.atoms());
    table.tell_size();
    removed.free();
    Ok(Term::small(count as i64))
}

/// The mark of the end.
pub(super) const fn end<'h>() -> Term<'h> {
    Term::atom(am::end_of_table)
}
