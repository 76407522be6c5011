//! Changing elements of rows in place.

use std::sync::Arc;

use purlin_heap::big::Number;
use purlin_heap::{Build, Message, Term, am, arith, copy_into, order};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::registry::Table;
use super::table::{Kind, Rows};
use super::{Access, no_key, table};
use crate::args::{self, Read};

natives! { "ets":
    "update_counter"/3 => update_counter, "update_counter"/4 => update_counter,
    "update_element"/3 => update_element, "update_element"/4 => update_element,
}

/// The row of a key, or a default in its place, as a tuple of the caller's; only sets have the one row.
fn row<'h>(
    cx: &Context<'h>,
    table: &Table,
    rows: &Rows,
    key: Term<'h>,
    default: Option<Term<'h>>,
) -> Read<'h, Option<Vec<Term<'h>>>> {
    if !matches!(table.kind, Kind::Set | Kind::OrderedSet) {
        return Err(Stop::badarg());
    }
    let found = rows.of_key(key, cx.atoms()).pop();
    let row = match found {
        Some(row) => copy_into(cx.heap(), row.term()),
        None => match default {
            Some(default) => default,
            None => return Ok(None),
        },
    };
    let mut elements = args::tuple(row)?.elements().to_vec();
    if elements.len() < table.keypos {
        return Err(Stop::badarg());
    }
    elements[table.keypos - 1] = key;
    Ok(Some(elements))
}

/// The place of an element that may be changed: any but the key's.
fn place<'h>(table: &Table, elements: &[Term<'h>], position: Term<'h>) -> Read<'h, usize> {
    let at = args::index(position, elements.len())?;
    if at == table.keypos - 1 { Err(Stop::badarg()) } else { Ok(at) }
}

/// Adds to counters: `Increment`, `{Place, Increment}`, `{Place, Increment, Threshold, Reset}` or a list of such.
fn update_counter<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let mut rows = table.rows.write();
    let mut elements = row(cx, &table, &rows, args[1], args.get(3).copied())?.ok_or_else(no_key)?;
    let behind_key = Term::small(table.keypos as i64 + 1);
    let many = args[2].as_cons().is_some() || args[2].is_nil();
    let operations = if many { args::elements(args[2])? } else { vec![args[2]] };
    let mut values = Vec::with_capacity(operations.len());
    for operation in operations {
        let value = match operation.as_tuple().map(|operation| operation.elements()) {
            None => counted(cx, &table, &mut elements, behind_key, operation, None)?,
            Some(&[position, increment]) => counted(cx, &table, &mut elements, position, increment, None)?,
            Some(&[position, increment, threshold, reset]) => {
                counted(cx, &table, &mut elements, position, increment, Some((threshold, reset)))?
            }
            Some(_) => return Err(Stop::badarg()),
        };
        values.push(value);
    }
    rows.insert(Arc::new(Message::copy_of(cx.heap().tuple(&elements))), cx.atoms());
    if many { Ok(cx.heap().list(&values)) } else { Ok(values[0]) }
}

fn integer<'h>(term: Term<'h>) -> Read<'h, Number<'h>> {
    Number::of(term).filter(|number| number.is_integer()).ok_or(Stop::badarg())
}

fn counted<'h>(
    cx: &Context<'h>,
    table: &Table,
    elements: &mut [Term<'h>],
    position: Term<'h>,
    increment: Term<'h>,
    limit: Option<(Term<'h>, Term<'h>)>,
) -> Outcome<'h> {
    let at = place(table, elements, position)?;
    let (_, upwards) = (integer(elements[at])?, integer(increment)?);
    let mut value = arith::add(elements[at], increment, cx.heap()).map_err(|_| Stop::badarg())?;
    if let Some((threshold, reset)) = limit {
        integer(threshold).and(integer(reset))?;
        let beyond = order::compare(value, threshold, cx.atoms());
        let is_upwards = upwards.compare(Number::Small(0)).is_ge();
        if if is_upwards { beyond.is_gt() } else { beyond.is_lt() } {
            value = reset;
        }
    }
    elements[at] = value;
    Ok(value)
}

/// Sets elements: `{Place, Value}` or a list of such. False without a row, unless a default is given.
fn update_element<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let mut rows = table.rows.write();
    let changes = if args[2].as_tuple().is_some() { vec![args[2]] } else { args::elements(args[2])? };
    let Some(mut elements) = row(cx, &table, &rows, args[1], args.get(3).copied())? else {
        return Ok(Term::atom(am::false_));
    };
    for change in changes {
        match *args::tuple(change)?.elements() {
            [position, value] => {
                let at = place(&table, &elements, position)?;
                elements[at] = value;
            }
            _ => return Err(Stop::badarg()),
        }
    }
    rows.insert(Arc::new(Message::copy_of(cx.heap().tuple(&elements))), cx.atoms());
    Ok(Term::boolean(true))
}
