//! Going over a table from key to key. Where one is in a table is known by the key, so that it does not matter what else
//! changes meanwhile, nor whether the key itself is still there.

use purlin_heap::{Build, Term, am, copy_into};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::access::{COPIED_WORDS_MAX, end, listed};
use super::rows::{Kind, Row, key_of};
use super::{Access, no_key, table, with_table};
use crate::args;

natives! { "ets":
    "first"/1 => first, "last"/1 => last, "next"/2 => next, "prev"/2 => prev, "slot"/2 => slot,
    "first_lookup"/1 => first_lookup, "last_lookup"/1 => last_lookup, "next_lookup"/2 => next_lookup,
    "prev_lookup"/2 => prev_lookup,
}

/// What stands beside a key: copied where it is, if it is small, otherwise to be copied when nothing is locked any more.
enum Beside<'h> {
    Copied(Term<'h>),
    Rows(Vec<Row>),
}

/// The key beside another, or the first or last; with its rows: `{Key, Rows}`. The other must be there, unless there is an order or
/// the table is fixed.
fn beside<'h>(
    cx: &Context<'h>,
    id: Term<'h>,
    from: Option<Term<'h>>,
    backwards: bool,
    with_rows: bool,
) -> Outcome<'h> {
    let told = |rows: &[Row], key_at: usize| match rows.first() {
        None => end(),
        Some(row) => {
            let key = copy_into(cx.heap(), key_of(row, key_at));
            if with_rows { cx.heap().tuple(&[key, listed(cx, rows)]) } else { key }
        }
    };
    // The mark of the end is no key to go on from, even where there is an order.
    let is_end = from.is_some_and(|key| key.is_atom(am::end_of_table));
    let (found, key_at) = with_table(cx, id, Access::Read, from, |table| {
        let key_at = table.keypos - 1;
        if is_end && table.kind == Kind::OrderedSet {
            return Err(no_key());
        }
        let must_be_there = is_end || table.kind != Kind::OrderedSet && !table.is_fixed();
        let look = |rows: &[Row]| match rows {
            [_, _, ..] if with_rows => Beside::Rows(rows.to_vec()),
            [row, ..] if row.words() > COPIED_WORDS_MAX => Beside::Rows(vec![row.clone()]),
            rows => Beside::Copied(told(rows, key_at)),
        };
        let found = table.rows.next(from, must_be_there, backwards, cx.atoms(), look);
        Ok((found.map_err(|_| no_key())?, key_at))
    })?;
    match found {
        Beside::Copied(term) => Ok(term),
        Beside::Rows(rows) => Ok(told(&rows, key_at)),
    }
}

fn first<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    beside(cx, args[0], None, false, false)
}

fn last<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    beside(cx, args[0], None, true, false)
}

fn next<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    beside(cx, args[0], Some(args[1]), false, false)
}

fn prev<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    beside(cx, args[0], Some(args[1]), true, false)
}

fn first_lookup<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    beside(cx, args[0], None, false, true)
}

fn last_lookup<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    beside(cx, args[0], None, true, true)
}

fn next_lookup<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    beside(cx, args[0], Some(args[1]), false, true)
}

fn prev_lookup<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    beside(cx, args[0], Some(args[1]), true, true)
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
