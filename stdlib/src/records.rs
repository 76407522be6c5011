//! Module `records`: native records as values.

use std::collections::HashSet;

use purlin_heap::{Build, Map, Record, Term, am};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args;

natives! { "records":
    "get"/2 => get, "get_module"/1 => get_module, "get_name"/1 => get_name, "is_exported"/1 => is_exported,
    "get_field_names"/1 => get_field_names, "get_definition"/2 => get_definition, "create"/4 => create,
    "update"/4 => update,
}

fn record<'h>(term: Term<'h>) -> args::Read<'h, Record<'h>> {
    Record::of(term).ok_or(Stop::badarg())
}

/// As [`record`], with the other of the two errors that OTP's natives give.
fn record_told<'h>(cx: &Context<'h>, term: Term<'h>) -> args::Read<'h, Record<'h>> {
    Record::of(term).ok_or_else(|| args::bad(cx, am::badrecord, term))
}

fn get<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    record(args[1])?.get(args[0]).ok_or(Stop::badarg())
}

fn get_module<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(record(args[0])?.module())
}

fn get_name<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(record(args[0])?.name())
}

fn is_exported<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(record_told(cx, args[0])?.is_exported()))
}

fn get_field_names<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(cx.heap().list(record_told(cx, args[0])?.fields()))
}

/// What a loaded module defines: options, and fields with their defaults.
fn get_definition<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let heap = cx.heap();
    let template = cx.vm().code().record(args::atom(args[0])?, args[1]).ok_or(Stop::badarg())?;
    let fields: Vec<_> = template
        .fields()
        .iter()
        .zip(template.defaults())
        .map(|(&field, default)| default.map_or(field, |default| heap.tuple(&[field, default])))
        .collect();
    let exported = (Term::atom(am::is_exported), Term::boolean(template.is_exported()));
    let options = Map::from_pairs(&[exported], cx.atoms(), heap);
    Ok(heap.tuple(&[options.as_term(), heap.list(&fields)]))
}

/// The error that a record of this module and name has no such field.
fn bad_field<'h>(cx: &Context<'h>, module: Term<'h>, name: Term<'h>, field: Term<'h>) -> Stop<'h> {
    let id = cx.heap().tuple(&[module, name]);
    args::bad(cx, am::badfield, cx.heap().tuple(&[id, field]))
}

fn create<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (Some(module), Some(name)) = (args[0].as_atom(), args[1].as_atom()) else {
        return Err(args::bad(cx, am::badrecord, args[1]));
    };
    let options = args::map(cx, args[3])?;
    let exported = options.get(Term::atom(am::is_exported)).filter(|_| options.size() == 1);
    let is_exported = exported.and_then(Term::as_boolean).ok_or(Stop::badarg())?;
    let (mut fields, mut values) = (Vec::new(), Vec::new());
    for element in args::elements(args[2])? {
        let &[field, value] = args::tuple(element)?.elements() else { return Err(Stop::badarg()) };
        fields.push(field.as_atom().ok_or_else(|| bad_field(cx, args[0], args[1], field))?);
        values.push(value);
    }
    args::charge(cx, fields.len());
    if fields.iter().collect::<HashSet<_>>().len() < fields.len() {
        return Err(Stop::badarg());
    }
    let definition = Record::define(cx.heap(), module, name, is_exported, fields);
    Ok(Record::build(cx.heap(), definition, &values).as_term())
}

fn update<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let record = record_told(cx, args[0])?;
    let names = [args[1], args[2]];
    let is_meant = args[2].is_atom(am::underscore)
        || (names.iter().all(|name| name.as_atom().is_some()) && record.is(args[1], args[2]));
    if !is_meant {
        return Err(args::bad(cx, am::badrecord, args[2]));
    }
    let map = args::map(cx, args[3])?;
    if map.size() == 0 {
        return Ok(args[0]);
    }
    args::charge(cx, map.size());
    let pairs: Vec<_> = map.entries().flat_map(|(field, value)| [field, value]).collect();
    match record.update(&pairs, cx.heap()) {
        Ok(record) => Ok(record.as_term()),
        Err(field) => Err(bad_field(cx, record.module(), record.name(), field)),
    }
}
