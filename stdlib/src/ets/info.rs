//! What is known of tables.

use std::ops::ControlFlow;

use purlin_heap::bits;
use purlin_heap::{Atom, Build, Term, View, am};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::going::Walk;
use super::rows::Kind;
use super::table::Table;
use super::{no_table, tables};
use crate::args::{self, Read};

natives! { "ets":
    "all"/0 => all, "internal_request_all"/0 => request_all, "whereis"/1 => whereis, "info"/1 => info,
    "info"/2 => info_item,
}

fn listed<'h>(cx: &Context<'h>) -> Term<'h> {
    let ids: Vec<_> = tables(cx).all().iter().map(|table| table.id(cx.heap())).collect();
    cx.heap().list(&ids)
}

fn all<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(listed(cx))
}

/// The answer comes as one message, `{Reference, Tables}`, where OTP sends as many as it has schedulers. `ets:all/0` is native, and
/// does not wait for it.
fn request_all<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let reference = cx.heap().reference(cx.unique_number(), None);
    cx.send_to(cx.pid(), cx.heap().tuple(&[reference, listed(cx)]));
    Ok(cx.heap().tuple(&[reference, Term::small(1)]))
}

fn whereis<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    args::atom(args[0])?;
    let table = tables(cx).find(args[0]);
    Ok(table.map_or(Term::atom(am::undefined), |table| table.reference(cx.heap())))
}

/// Items in the order in which `info/1` has them.
const ITEMS: [Atom; 15] = [
    am::id,
    am::decentralized_counters,
    am::read_concurrency,
    am::write_concurrency,
    am::compressed,
    am::memory,
    am::owner,
    am::heir,
    am::name,
    am::size,
    am::node,
    am::named_table,
    am::type_,
    am::keypos,
    am::protection,
];

fn item<'h>(cx: &Context<'h>, table: &Table, item: Atom) -> Option<Term<'h>> {
    let settings = &table.settings;
    Some(match item {
        am::id => table.reference(cx.heap()),
        am::decentralized_counters => Term::boolean(settings.decentralized_counters),
        am::compressed => Term::boolean(settings.compressed),
        am::read_concurrency => Term::boolean(settings.read_concurrency),
        am::write_concurrency => Term::atom(settings.write_concurrency),
        am::memory => Term::small(table.memory_words() as i64),
        am::owner => Term::pid(table.owner()),
        am::heir => table.heir.lock().as_ref().map_or(Term::atom(am::none), |(pid, _)| Term::pid(*pid)),
        am::name => Term::atom(table.name()),
        am::size => Term::small(table.rows.len() as i64),
        am::node => Term::atom(cx.vm().node_name()),
        am::named_table => Term::boolean(settings.named),
        am::type_ => Term::atom(match table.kind {
            Kind::Set => am::set,
            Kind::OrderedSet => am::ordered_set,
            Kind::Bag => am::bag,
            Kind::DuplicateBag => am::duplicate_bag,
        }),
        am::keypos => Term::small(table.keypos as i64),
        am::protection => Term::atom(table.protection()),
        am::fixed => Term::boolean(table.is_fixed()),
        am::safe_fixed | am::safe_fixed_monotonic_time => fixed(cx, table, item),
        am::binary => binaries(cx, table),
        // OTP tells how full the buckets of its hash tables are; this form has none.
        am::stats => Term::boolean(false),
        _ => return None,
    })
}

/// Since when it is fixed, and by whom how often.
fn fixed<'h>(cx: &Context<'h>, table: &Table, item: Atom) -> Term<'h> {
    let heap = cx.heap();
    let (since_ns, counts) = {
        let fixation = table.fixation.lock();
        (fixation.since_ns, fixation.counts.clone())
    };
    if counts.is_empty() {
        return Term::boolean(false);
    }
    let counts: Vec<_> =
        counts.iter().map(|&(pid, count)| heap.tuple(&[Term::pid(pid), Term::small(count as i64)])).collect();
    let since = if item == am::safe_fixed {
        let us = since_ns.1 / 1000;
        let parts = [us / 1_000_000_000_000, us / 1_000_000 % 1_000_000, us % 1_000_000];
        heap.tuple(&parts.map(Term::small))
    } else {
        heap.integer(since_ns.0 as i64)
    };
    heap.tuple(&[since, heap.list(&counts)])
}

/// The binaries outside of heaps that rows refer to, each time that one does: a number, its bytes, and how many refer to it.
fn binaries<'h>(cx: &Context<'h>, table: &Table) -> Term<'h> {
    let mut found = Vec::new();
    Walk::new(cx, table, false).run(|rows| {
        let mut rest: Vec<_> = rows.iter().rev().map(|row| row.term()).collect();
        while let Some(term) = rest.pop() {
            match term.view() {
                View::Cons(cell) => rest.extend([cell.tail(), cell.head()]),
                View::Bits(_) => found.extend(bits::shared_by(term)),
                _ => {
                    rest.extend(term.as_boxed().into_iter().flat_map(|object| object.terms().iter().copied()))
                }
            }
        }
        ControlFlow::Continue(())
    });
    let heap = cx.heap();
    let told = found.into_iter().map(|(number, bytes, count)| {
        heap.tuple(&[heap.unsigned(number), Term::small(bytes as i64), Term::small(count as i64)])
    });
    heap.list(&told.collect::<Vec<_>>())
}

fn info<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let Some(table) = found(cx, args[0])? else { return Ok(Term::atom(am::undefined)) };
    let pair = |name: Atom| Some(cx.heap().tuple(&[Term::atom(name), item(cx, &table, name)?]));
    let pairs: Vec<_> = ITEMS.into_iter().filter_map(pair).collect();
    Ok(cx.heap().list(&pairs))
}

fn info_item<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = args::atom(args[1])?;
    let Some(table) = found(cx, args[0])? else { return Ok(Term::atom(am::undefined)) };
    item(cx, &table, name).ok_or(Stop::badarg())
}

/// The table, if there is one; an error when this cannot be the identifier of one.
fn found<'h>(cx: &Context<'h>, id: Term<'h>) -> Read<'h, Option<std::sync::Arc<Table>>> {
    match id.view() {
        View::Atom(_) | View::Reference(_) => Ok(tables(cx).find(id)),
        _ => Err(no_table(id)),
    }
}
