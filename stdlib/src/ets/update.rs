//! Changing elements of rows while nobody else sees their key.
//!
//! A value that takes no memory is changed in the row itself, if nobody holds the row; otherwise a new row takes its place.

use std::sync::Arc;

use purlin_heap::big::Number;
use purlin_heap::{Build, CountedTerm, Term, arith, copy_into, order};
use purlin_vm::{Context, Outcome, Stop, natives};
use smallvec::SmallVec;

use super::rows::{Group, Row};
use super::table::Table;
use super::{Access, no_key, table, with_table};
use crate::args::{self, Read};

natives! { "ets":
    "update_counter"/3 => update_counter, "update_counter"/4 => update_counter,
    "update_element"/3 => update_element, "update_element"/4 => update_element,
}

/// What is done to one element.
enum Change<'h> {
    Set(Term<'h>),
    Add { increment: Term<'h>, limit: Option<(Term<'h>, Term<'h>)> },
}

/// What is done to an element of a row, at a place from 0 on.
type At<'h> = (usize, Change<'h>);

/// Only tables whose keys have one row have elements to change.
fn table_of_sets<'h>(cx: &Context<'h>, id: Term<'h>) -> Read<'h, Arc<Table>> {
    let table = table(cx, id, Access::Write)?;
    if table.kind.is_set() { Ok(table) } else { Err(Stop::badarg()) }
}

/// The place that a position from 1 on stands for: any but the key's.
fn place<'h>(table: &Table, position: Term<'h>) -> Read<'h, usize> {
    match args::size(position)? {
        at if at == 0 || at == table.keypos => Err(Stop::badarg()),
        at => Ok(at - 1),
    }
}

/// What stands for a row that is not there: its elements, with the key in its place.
fn default<'h>(table: &Table, key: Term<'h>, default: Option<&Term<'h>>) -> Read<'h, Option<Vec<Term<'h>>>> {
    let Some(default) = default else { return Ok(None) };
    let mut elements = args::tuple(*default)?.elements().to_vec();
    *elements.get_mut(table.keypos - 1).ok_or(Stop::badarg())? = key;
    Ok(Some(elements))
}

/// Adds to counters: `Increment`, `{Place, Increment}`, `{Place, Increment, Threshold, Reset}` or a list of such.
fn update_counter<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let in_place = with_table(cx, args[0], Access::Write, Some(args[1]), |table| {
        Ok(count_in_place(cx, table, args[1], args[2]))
    });
    if let Some(value) = in_place? {
        return Ok(value);
    }
    let table = table_of_sets(cx, args[0])?;
    let many = args[2].as_cons().is_some() || args[2].is_nil();
    let operations = if many { args::elements(args[2])? } else { vec![args[2]] };
    let addition = |operation: Term<'h>| match operation.as_tuple().map(|operation| operation.elements()) {
        None if !many => Ok((table.keypos, Change::Add { increment: integer(operation)?, limit: None })),
        Some(&[position, increment]) => {
            Ok((place(&table, position)?, Change::Add { increment: integer(increment)?, limit: None }))
        }
        Some(&[position, increment, threshold, reset]) => {
            let limit = Some((integer(threshold)?, integer(reset)?));
            Ok((place(&table, position)?, Change::Add { increment: integer(increment)?, limit }))
        }
        _ => Err(Stop::badarg()),
    };
    let changes = operations.into_iter().map(addition).collect::<Read<'h, Vec<_>>>()?;
    let default = default(&table, args[1], args.get(3))?;
    let values = change(cx, &table, args[1], &changes, default)?.ok_or_else(no_key)?;
    if many { Ok(cx.heap().list(&values)) } else { Ok(values[0]) }
}

/// The common case: a small number is added to one, in the row itself. Nothing, and nothing has been done, in all others.
fn count_in_place<'h>(
    cx: &Context<'h>,
    table: &Table,
    key: Term<'h>,
    operation: Term<'h>,
) -> Option<Term<'h>> {
    if !table.kind.is_set() {
        return None;
    }
    let (at, increment) = match operation.as_tuple().map(|operation| operation.elements()) {
        None => (table.keypos, operation),
        Some(&[position, increment]) => (place(table, position).ok()?, increment),
        Some(_) => return None,
    };
    let increment = increment.as_small()?;
    table.rows.change(key, cx.atoms(), |group| {
        let row = group.only()?;
        let element = row.term().as_tuple()?.elements().get(at)?.as_small()?;
        // The sum of two small numbers fits a word, though it may be too large for a small one.
        let sum = cx.heap().integer(element + increment);
        (sum.as_small().is_some() && row.set_element(at, sum)).then_some(sum)
    })
}

fn integer<'h>(term: Term<'h>) -> Read<'h, Term<'h>> {
    let is_integer = term.as_small().is_some() || Number::of(term).is_some_and(|number| number.is_integer());
    if is_integer { Ok(term) } else { Err(Stop::badarg()) }
}

/// Sets elements: `{Place, Value}` or a list of such. False without a row, unless a default is given.
fn update_element<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table_of_sets(cx, args[0])?;
    let changes = if args[2].as_tuple().is_some() { vec![args[2]] } else { args::elements(args[2])? };
    let setting = |change| match *args::tuple(change)?.elements() {
        [position, value] => Ok((place(&table, position)?, Change::Set(value))),
        _ => Err(Stop::badarg()),
    };
    let changes = changes.into_iter().map(setting).collect::<Read<'h, Vec<_>>>()?;
    let default = default(&table, args[1], args.get(3))?;
    Ok(Term::boolean(change(cx, &table, args[1], &changes, default)?.is_some()))
}

/// Makes changes to the row of a key, all or none; the values that the elements have then. Nothing when there is no row.
fn change<'h>(
    cx: &Context<'h>,
    table: &Table,
    key: Term<'h>,
    changes: &[At<'h>],
    default: Option<Vec<Term<'h>>>,
) -> Read<'h, Option<Vec<Term<'h>>>> {
    // What is replaced is freed after the lock.
    let mut replaced = None;
    let values = table.rows.change(key, cx.atoms(), |group| {
        let values = match (group.first(), &default) {
            (Some(row), _) => values(cx, row.term().as_tuple().ok_or(Stop::badarg())?.elements(), changes)?,
            (None, Some(default)) => values(cx, default, changes)?,
            (None, None) => return Ok(None),
        };
        if !set_in_place(group, changes, &values) {
            let row = match (group.first(), &default) {
                (Some(row), _) => {
                    with(row.term().as_tuple().ok_or(Stop::badarg())?.elements(), changes, &values)
                }
                (None, default) => with(default.as_deref().unwrap_or_default(), changes, &values),
            };
            table.may_grow(std::slice::from_ref(&row))?;
            replaced = Some(group.replace(row));
        }
        Ok(Some(values))
    });
    table.tell_size();
    drop(replaced);
    // A default that was put into a table which is gone is gone with it.
    if table.is_gone() { Err(Stop::badarg()) } else { values }
}

/// The values that elements have after changes, one for each change.
fn values<'h>(cx: &Context<'h>, elements: &[Term<'_>], changes: &[At<'h>]) -> Read<'h, Vec<Term<'h>>> {
    let mut values: Vec<Term<'h>> = Vec::with_capacity(changes.len());
    for (at, change) in changes {
        let element = elements.get(*at).ok_or(Stop::badarg())?;
        // An earlier change may have been to the same element.
        let before = changes[..values.len()].iter().rposition(|(other, _)| other == at);
        let element = before.map_or(*element, |before| values[before]);
        values.push(match change {
            Change::Set(value) => *value,
            Change::Add { increment, limit } => added(cx, element, *increment, *limit)?,
        });
    }
    Ok(values)
}

fn added<'h>(
    cx: &Context<'h>,
    element: Term<'_>,
    increment: Term<'h>,
    limit: Option<(Term<'h>, Term<'h>)>,
) -> Outcome<'h> {
    let is_integer =
        element.as_small().is_some() || Number::of(element).is_some_and(|number| number.is_integer());
    if !is_integer {
        return Err(Stop::badarg());
    }
    let element = copy_into(cx.heap(), element);
    let value = arith::add(element, increment, cx.heap()).map_err(|_| Stop::badarg())?;
    let Some((threshold, reset)) = limit else { return Ok(value) };
    let beyond = order::compare(value, threshold, cx.atoms());
    let is_upwards = order::compare(increment, Term::small(0), cx.atoms()).is_ge();
    Ok(if if is_upwards { beyond.is_gt() } else { beyond.is_lt() } { reset } else { value })
}

/// Changes the row itself, if that takes no memory and nobody else holds it.
fn set_in_place(group: &mut Group, changes: &[At<'_>], values: &[Term<'_>]) -> bool {
    match (group.only(), changes, values) {
        (Some(row), [(at, _)], [value]) => row.set_element(*at, *value),
        _ => false,
    }
}

/// A row of these elements with the changes made.
fn with(elements: &[Term<'_>], changes: &[At<'_>], values: &[Term<'_>]) -> Row {
    let mut elements: SmallVec<[Term<'_>; 16]> = SmallVec::from_slice(elements);
    for ((at, _), value) in changes.iter().zip(values) {
        elements[*at] = *value;
    }
    CountedTerm::tuple_of(&elements)
}
