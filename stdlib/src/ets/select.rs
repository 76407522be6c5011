//! Finding rows by patterns and match specifications. What is given in portions is found at once, and the rest goes
//! along in the continuation.

use std::sync::Arc;

use purlin_heap::{Build, Message, Term, am, copy_into, equal};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::access::listed;
use super::matching::{Specification, matches, values};
use super::registry::Table;
use super::table::Row;
use super::{Access, table};
use crate::args::{self, Read};

natives! { "ets":
    "match"/2 => match_, "match"/3 => match_some, "match"/1 => more, "match_object"/2 => match_object,
    "match_object"/3 => match_object_some, "match_object"/1 => more, "select"/2 => select,
    "select"/3 => select_some, "select"/1 => more, "select_reverse"/2 => select_reverse,
    "select_reverse"/3 => select_reverse_some, "select_reverse"/1 => more, "select_count"/2 => select_count,
    "internal_select_delete"/2 => select_delete, "select_replace"/2 => select_replace,
    "match_spec_compile"/1 => compile, "match_spec_run_r"/3 => run_compiled, "is_compiled_ms"/1 => is_compiled,
}

/// All rows of a table that the caller may read.
fn all<'h>(cx: &Context<'h>, id: Term<'h>) -> Read<'h, Vec<Row>> {
    let rows = table(cx, id, Access::Read)?.rows.read().all();
    args::charge(cx, rows.len());
    Ok(rows)
}

/// A list in portions of at most `limit`: `{Portion, Continuation}`, or the mark of the end when there is nothing.
fn portion<'h>(cx: &Context<'h>, list: Term<'h>, limit: Term<'h>) -> Outcome<'h> {
    let count = args::size(limit).ok().filter(|&count| count > 0).ok_or(Stop::badarg())?;
    let (mut first, mut rest) = (Vec::new(), list);
    while let Some(cell) = rest.as_cons().filter(|_| first.len() < count) {
        first.push(cell.head());
        rest = cell.tail();
    }
    if first.is_empty() {
        return Ok(Term::atom(am::end_of_table));
    }
    let continuation = match rest.is_nil() {
        true => Term::atom(am::end_of_table),
        false => cx.heap().tuple(&[Term::atom(am::more), limit, rest]),
    };
    Ok(cx.heap().tuple(&[cx.heap().list(&first), continuation]))
}

/// The next portion of a continuation.
fn more<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if args[0].is_atom(am::end_of_table) {
        return Ok(args[0]);
    }
    match *args::tuple(args[0])?.elements() {
        [kind, limit, rest] if kind.is_atom(am::more) => portion(cx, rest, limit),
        _ => Err(Stop::badarg()),
    }
}

/// For each row that matches, the values of the pattern's variables.
fn match_<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let found = |row: &Row| {
        matches(args[1], row.term(), cx.atoms())?;
        let object = copy_into(cx.heap(), row.term());
        let bindings = matches(args[1], object, cx.atoms())?;
        Some(cx.heap().list(&values(bindings)))
    };
    Ok(cx.heap().list(&all(cx, args[0])?.iter().filter_map(found).collect::<Vec<_>>()))
}

fn match_some<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    portion(cx, match_(cx, args)?, args[2])
}

fn match_object<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let mut rows = all(cx, args[0])?;
    rows.retain(|row| matches(args[1], row.term(), cx.atoms()).is_some());
    Ok(listed(cx, &rows))
}

fn match_object_some<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    portion(cx, match_object(cx, args)?, args[2])
}

fn specification<'h>(term: Term<'h>) -> Read<'h, Specification<'h>> {
    Specification::of(term).ok_or(Stop::badarg())
}

/// What a specification makes of a row.
fn result<'h>(cx: &Context<'h>, specification: &Specification<'h>, row: &Row) -> Option<Term<'h>> {
    let may = specification.may_match(row.term(), cx.atoms());
    may.then(|| specification.run(cx, copy_into(cx.heap(), row.term()))).flatten()
}

fn results<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Read<'h, Vec<Term<'h>>> {
    let (rows, specification) = (all(cx, args[0])?, specification(args[1])?);
    Ok(rows.iter().filter_map(|row| result(cx, &specification, row)).collect())
}

fn select<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(cx.heap().list(&results(cx, args)?))
}

fn select_some<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    portion(cx, select(cx, args)?, args[2])
}

fn select_reverse<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let mut results = results(cx, args)?;
    results.reverse();
    Ok(cx.heap().list(&results))
}

fn select_reverse_some<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    portion(cx, select_reverse(cx, args)?, args[2])
}

fn select_count<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let count = results(cx, args)?.iter().filter(|result| result.is_atom(am::true_)).count();
    Ok(Term::small(count as i64))
}

/// Changes a table by what a specification makes of each row; how many rows `change` has changed.
fn changed<'h>(
    cx: &Context<'h>,
    args: &[Term<'h>],
    mut change: impl FnMut(&Table, &Row, Term<'h>) -> Read<'h, bool>,
) -> Outcome<'h> {
    let (table, specification) = (table(cx, args[0], Access::Write)?, specification(args[1])?);
    let rows = table.rows.read().all();
    args::charge(cx, rows.len());
    let mut count = 0;
    for row in &rows {
        if let Some(result) = result(cx, &specification, row) {
            count += i64::from(change(&table, row, result)?);
        }
    }
    Ok(Term::small(count))
}

fn select_delete<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    changed(cx, args, |table, row, result| {
        let mut rows = table.rows.write();
        let key = rows.key(row);
        let unwanted = result.is_atom(am::true_);
        Ok(unwanted && rows.remove(key, cx.atoms(), |other| Arc::ptr_eq(row, other)) > 0)
    })
}

fn select_replace<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    changed(cx, args, |table, row, result| {
        let mut rows = table.rows.write();
        let key = rows.key(row);
        let new_key = result.as_tuple().and_then(|new| new.elements().get(table.keypos - 1).copied());
        if !new_key.is_some_and(|new| equal::exact(new, key)) {
            return Err(Stop::badarg());
        }
        let removed = rows.remove(key, cx.atoms(), |other| Arc::ptr_eq(row, other)) > 0;
        if removed {
            rows.insert(Arc::new(Message::copy_of(result)), cx.atoms());
        }
        Ok(removed)
    })
}

/// A specification that has been checked: `{match_spec, Specification}`.
fn compile<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    specification(args[0])?;
    Ok(cx.heap().tuple(&[Term::atom(am::match_spec), args[0]]))
}

fn compiled<'h>(term: Term<'h>) -> Option<Term<'h>> {
    let pair = term.as_tuple().filter(|pair| pair.arity() == 2)?;
    pair.element(0).is_atom(am::match_spec).then(|| pair.element(1))
}

fn is_compiled<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(compiled(args[0]).is_some()))
}

/// What a specification makes of the elements of a list, in reverse, before what has been found already.
fn run_compiled<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let specification = specification(compiled(args[1]).ok_or(Stop::badarg())?)?;
    let found = args::elements(args[0])?.into_iter().filter_map(|object| specification.run(cx, object));
    Ok(found.fold(args[2], |list, result| cx.heap().cons(result, list)))
}
