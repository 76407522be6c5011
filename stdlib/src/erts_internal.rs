//! Module `erts_internal`: what OTP's own modules ask of the runtime.

use purlin_heap::map::{Batch, STEPS_PER_KEY};
use purlin_heap::pace::paced;
use purlin_heap::{Build, Map, Term, View, am, order};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use crate::args;

natives! { "erts_internal":
    "map_next"/3 => map_next, "cmp_term"/2 => cmp_term, "term_type"/1 => term_type,
    "map_to_tuple_keys"/1 => map_to_tuple_keys, "is_system_process"/1 => is_system_process,
    "get_creation"/0 => zero, "get_dflags"/0 => zero, "no_aux_work_threads"/0 => zero,
    "system_check"/1 => system_check, "processes_next"/1 => processes_next,
    "trace"/3 => no_tracing, "trace_pattern"/3 => no_tracing,
}

/// Facts that modules of OTP ask of the runtime.
pub(crate) const FACTS: &[NativeFunction] = &[
    NativeFunction { module: "net_kernel", function: "dflag_unicode_io", arity: 1, body: yes },
    NativeFunction { module: "io", function: "printable_range", arity: 0, body: latin1 },
    NativeFunction { module: "error_logger", function: "warning_map", arity: 0, body: warning },
];

fn yes<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(true))
}

fn latin1<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(am::latin1))
}

fn warning<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(am::warning))
}

fn zero<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::small(0))
}

/// The next processes from a place in the process table on: `{Place, Pids}`, or `none`.
fn processes_next<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let found = processes_from(cx, args::size(args[0])?);
    Ok(found.map_or(Term::atom(am::none), |(place, pids)| cx.heap().tuple(&[place, cx.heap().list(&pids)])))
}

/// Some processes from a place in the process table on, one at least, and the place behind them; nothing when there are
/// none.
pub(crate) fn processes_from<'h>(cx: &Context<'h>, place: usize) -> Option<(Term<'h>, Vec<Term<'h>>)> {
    let mut next = Some(u32::try_from(place).unwrap_or(u32::MAX));
    while let Some(place) = next {
        let (pids, behind) = cx.processes_in(place, PLACES_MAX);
        args::charge(cx, PLACES_MAX as usize);
        if !pids.is_empty() {
            let place = Term::small(behind.unwrap_or(u32::MAX).into());
            return Some((place, pids.into_iter().map(Term::pid).collect()));
        }
        next = behind;
    }
    None
}

/// So many places of the process table are looked at before others may have their turn.
const PLACES_MAX: u32 = 1000;

/// So many entries of a large map are given at once.
const ENTRIES_MAX: usize = 32;
/// Finding an entry, and making what holds it, counts.
const STEPS_PER_ENTRY: usize = 8;
/// So many when they go into one list anyhow.
const LISTED_ENTRIES_MAX: usize = 1000;

/// The entries from a cursor on: `{Key, Value, Next}` nested, where the last `Next` is `[Cursor | Map]` or `none`; or
/// put before a list, which then starts with `Cursor, Map` while there are more.
fn map_next<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let map = Map::of(args[1]).ok_or(Stop::badarg())?;
    if args[0].is_nil() || args[0].as_cons().is_some() {
        return entries_in_order(cx, map, args);
    }
    let cursor = purlin_heap::big::Integer::of(args[0]).and_then(|cursor| cursor.as_u64());
    let cursor = cursor.ok_or(Stop::badarg())?;
    let as_iterator = args[2].is_atom(am::iterator);
    if !as_iterator && !args[2].is_nil() && args[2].as_cons().is_none() {
        return Err(Stop::badarg());
    }
    let heap = cx.heap();
    let mut entries = Vec::new();
    let count = match map.flat_parts() {
        Some(parts) => parts.keys.len(),
        None if as_iterator => ENTRIES_MAX,
        None => LISTED_ENTRIES_MAX,
    };
    let next = map.batch(cursor, count, |key, value| entries.push((key, value)));
    args::charge(cx, entries.len() * STEPS_PER_ENTRY);
    let entries = entries.into_iter();
    Ok(match (as_iterator, next) {
        (true, next) => {
            let rest = match next {
                Batch::Next(cursor) => heap.cons(heap.unsigned(cursor), args[1]),
                Batch::Last => Term::atom(am::none),
            };
            entries.rev().fold(rest, |rest, (key, value)| heap.tuple(&[key, value, rest]))
        }
        // The list of a flat map is in the map's order, that of another in reverse.
        (false, _) if map.flat_parts().is_some() => {
            entries.rev().fold(args[2], |list, (key, value)| heap.cons(heap.tuple(&[key, value]), list))
        }
        (false, next) => {
            let list = entries.fold(args[2], |list, (key, value)| heap.cons(heap.tuple(&[key, value]), list));
            match next {
                Batch::Next(cursor) => heap.cons(heap.unsigned(cursor), heap.cons(args[1], list)),
                Batch::Last => list,
            }
        }
    })
}

/// The entries of these keys, all of them, which is how an ordered iterator goes on.
fn entries_in_order<'h>(cx: &Context<'h>, map: Map<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if !args[2].is_atom(am::iterator) {
        return Err(Stop::badarg());
    }
    let entry = |key| Some((key, map.get(key)?));
    let keys = args::elements(args[0])?;
    let entries: Option<Vec<_>> = paced(keys.into_iter(), STEPS_PER_KEY).map(entry).collect();
    let entries = paced(entries.ok_or(Stop::badarg())?.into_iter().rev(), 1);
    Ok(entries.fold(Term::atom(am::none), |rest, (key, value)| cx.heap().tuple(&[key, value, rest])))
}

/// The order of keys: -1, 0 or 1.
fn cmp_term<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::small(order::compare_exact(args[0], args[1], cx.atoms()) as i64))
}

fn term_type<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = match args[0].view() {
        View::Small(_) => "fixnum",
        View::Big(_) => "bignum",
        View::Float(_) => "hfloat",
        View::Atom(_) => "atom",
        View::Nil => "nil",
        View::Cons(_) => "list",
        View::Tuple(_) => "tuple",
        View::Record(_) => "record",
        View::Map(object) if Map::of_object(object).is_some_and(|map| map.flat_parts().is_some()) => {
            "flatmap"
        }
        View::Map(_) => "hashmap",
        View::Bits(object) if object.kind() == purlin_heap::layout::Kind::HeapBits => "heap_binary",
        View::Bits(_) => "sub_binary",
        View::Fun(_) => "fun",
        View::Export(_) => "export",
        View::Pid(_) => "pid",
        View::Port(_) => "port",
        View::Reference(_) => "reference",
        View::External(_) => "external",
        View::MatchContext(_) => return Err(Stop::badarg()),
    };
    Ok(Term::atom(cx.atoms().intern(name)?))
}

fn map_to_tuple_keys<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let parts = Map::of(args[0]).and_then(Map::flat_parts).ok_or(Stop::badarg())?;
    Ok(cx.heap().tuple(parts.keys))
}

/// There are no processes that only the emulator knows.
fn is_system_process<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    args[0].as_pid().ok_or(Stop::badarg())?;
    Ok(Term::boolean(false))
}

/// There is nothing to check: every process is in order between two instructions.
fn system_check<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    args::atom(args[0])?;
    Ok(Term::atom(am::ok))
}

/// Nothing can be traced.
fn no_tracing<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Err(Stop::badarg())
}
