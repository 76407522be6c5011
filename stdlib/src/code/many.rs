//! Natives of `code` that load several modules, all at the same moment.

use std::path::PathBuf;

use purlin_heap::{Atom, Build, Term, am};
use purlin_vm::actions::DirtyKind;
use purlin_vm::code::{Origin, Prepared};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::loading::{self, Place, Refused};
use super::{path, sticky};
use crate::args::{self, Read};
use crate::chars;

natives! { "code":
    "prepare_loading"/1 => prepare_loading, "finish_loading"/1 => finish_loading, "atomic_load"/1 => atomic_load,
    "ensure_modules_loaded"/1 => ensure_modules_loaded,
}

/// A module that is to be loaded, and the bytes of its file, if there is one.
struct Source {
    name: Atom,
    found: Option<(Vec<u8>, String)>,
}

/// Modules with what is wrong with each.
type Errors = Vec<(Atom, &'static str)>;

fn function_clause<'h>() -> Stop<'h> {
    Stop::error(am::function_clause)
}

fn refused<'h>(cx: &Context<'h>, errors: Errors) -> Outcome<'h> {
    let pair = |(name, reason): (Atom, &str)| {
        Ok(cx.heap().tuple(&[Term::atom(name), Term::atom(cx.atoms().intern(reason)?)]))
    };
    let pairs = errors.into_iter().map(pair).collect::<Read<'h, Vec<_>>>()?;
    Ok(cx.heap().tuple(&[Term::atom(am::error), cx.heap().list(&pairs)]))
}

/// The modules that a list names, or gives with the names and contents of their files.
fn sources<'h>(list: Term<'h>) -> Read<'h, Vec<Source>> {
    let source = |item: Term<'h>| {
        if let Some(name) = item.as_atom() {
            return Ok(Source { name, found: None });
        }
        let Some(&[name, file, bytes]) = item.as_tuple().map(|item| item.elements()) else {
            return Err(function_clause());
        };
        let read = (args::atom(name), args::characters(file), args::binary(bytes));
        let (Ok(name), Ok(file), Ok(bytes)) = read else { return Err(function_clause()) };
        Ok(Source { name, found: Some((bytes.to_vec(), file)) })
    };
    args::elements(list).map_err(|_| function_clause())?.into_iter().map(source).collect()
}

/// Reads the files of the modules that came by name only. The native is called again with `args` until they are there.
fn read_files<'h>(cx: &Context<'h>, args: &[Term<'h>], sources: &mut [Source]) -> Read<'h, ()> {
    let missing = |sources: &[Source]| sources.iter().filter(|source| source.found.is_none()).count();
    if missing(sources) == 0 {
        return Ok(());
    }
    let read: Vec<Option<(Vec<u8>, String)>> = cx.work(DirtyKind::Io, args, || {
        let named = sources.iter().filter(|source| source.found.is_none());
        let files: Vec<_> =
            named.map(|source| path::module_file(cx.vm(), cx.atoms().name(source.name))).collect();
        let read = |file: PathBuf| Some((std::fs::read(&file).ok()?, file.to_string_lossy().into_owned()));
        Ok(move || files.into_iter().map(|file| file.and_then(read)).collect())
    })?;
    let named = sources.iter_mut().filter(|source| source.found.is_none());
    named.zip(read).for_each(|(source, read)| source.found = read);
    Ok(())
}

/// Modules that are prepared, with the names of their files; or what is wrong with them.
fn prepare<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Read<'h, Result<Vec<(Prepared, String)>, Errors>> {
    let mut sources = sources(args[0])?;
    let mut names: Vec<_> = sources.iter().map(|source| source.name).collect();
    names.sort_unstable_by_key(|&name| std::cmp::Reverse(cx.atoms().name(name)));
    let again: Errors =
        names.windows(2).filter(|two| two[0] == two[1]).map(|two| (two[0], "duplicated")).collect();
    if !again.is_empty() {
        return Ok(Err(again));
    }
    read_files(cx, args, &mut sources)?;
    let (mut prepared, mut errors) = (Vec::new(), Errors::new());
    for Source { name, found } in sources {
        let Some((bytes, file)) = found else {
            errors.push((name, "nofile"));
            continue;
        };
        args::charge(cx, bytes.len());
        match cx.vm().prepare_bytes(name, &bytes, Origin::from(&*file)) {
            Ok(module) => prepared.push((module, file)),
            Err(_) => errors.push((name, "badfile")),
        }
    }
    if errors.is_empty() {
        let deciding = prepared.iter().filter(|(module, _)| module.has_on_load());
        errors = deciding.map(|(module, _)| (module.name(), "on_load_not_allowed")).collect();
    }
    Ok(if errors.is_empty() { Ok(prepared) } else { Err(errors) })
}

/// `{ok, {'$prepared$', [{Name, {Reference, File, undefined}}]}}`, as OTP has it, or `{error, [{Name, Reason}]}`.
fn prepare_loading<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let modules = match prepare(cx, args)? {
        Ok(modules) => modules,
        Err(errors) => return refused(cx, errors),
    };
    let heap = cx.heap();
    let item = |(prepared, file): (Prepared, String)| {
        let name = Term::atom(prepared.name());
        let reference = loading::reference(cx, prepared);
        let rest = heap.tuple(&[reference, chars::list(heap, &file), Term::atom(am::undefined)]);
        heap.tuple(&[name, rest])
    };
    let items: Vec<_> = modules.into_iter().map(item).collect();
    let prepared = heap.tuple(&[Term::atom(cx.atoms().intern("$prepared$")?), heap.list(&items)]);
    Ok(heap.tuple(&[Term::atom(am::ok), prepared]))
}

/// The place of one of the modules that `prepare_loading/1` gave.
fn prepared_item<'h>(item: Term<'h>) -> Option<&'h Place> {
    let &[name, rest] = item.as_tuple()?.elements() else { return None };
    let &[reference, file, _] = rest.as_tuple()?.elements() else { return None };
    let place = loading::place(reference).ok()?;
    let is_it = |prepared: &Prepared| name.is_atom(prepared.name()) && !prepared.has_on_load();
    let is_list = file.is_nil() || file.as_cons().is_some();
    (is_list && loading::ask(place, is_it).unwrap_or(false)).then_some(place)
}

fn finish_loading<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let Some(&[mark, list]) = args[0].as_tuple().map(|pair| pair.elements()) else {
        return Err(function_clause());
    };
    if !mark.is_atom(cx.atoms().intern("$prepared$")?) {
        return Err(function_clause());
    }
    let items = args::elements(list).map_err(|_| function_clause())?;
    let places: Option<Vec<_>> = items.into_iter().map(prepared_item).collect();
    finish(cx, &places.ok_or(function_clause())?)
}

fn atomic_load<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match prepare(cx, args)? {
        Ok(modules) => {
            let places: Vec<_> =
                modules.into_iter().map(|(prepared, _)| Place::new(Some(prepared))).collect();
            finish(cx, &places.iter().collect::<Vec<_>>())
        }
        Err(errors) => refused(cx, errors),
    }
}

/// `ok`, or `{error, [{Name, Reason}]}`.
fn finish<'h>(cx: &Context<'h>, places: &[&Place]) -> Outcome<'h> {
    let names = places.iter().map(|place| loading::ask(place, Prepared::name));
    let names = names.collect::<Read<'h, Vec<_>>>()?;
    let those = |reason: &'static str, is_one: &dyn Fn(Atom) -> bool| -> Errors {
        names.iter().filter(|&&name| is_one(name)).map(|&name| (name, reason)).collect()
    };
    let pending = those("pending_on_load", &|name| cx.vm().code().on_loads().is_pending(name));
    if !pending.is_empty() {
        return refused(cx, pending);
    }
    let sticky = those("sticky_directory", &|name| sticky::is_sticky(cx, name));
    if !sticky.is_empty() {
        return refused(cx, sticky);
    }
    match loading::publish(cx, places)? {
        Ok(()) => Ok(Term::atom(am::ok)),
        Err(Refused { reason, modules }) => {
            refused(cx, modules.into_iter().map(|name| (name, reason)).collect())
        }
    }
}

/// `ok`, or `{error, [{Name, Reason}]}` with those that are not there.
fn ensure_modules_loaded<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let list = args::elements(args[0]).map_err(|_| function_clause())?;
    let names = list.into_iter().map(|name| name.as_atom().ok_or(function_clause()));
    let mut names = names.collect::<Read<'h, Vec<_>>>()?;
    names.sort_unstable();
    names.dedup();
    let mut errors = Errors::new();
    for name in names {
        if cx.vm().find_module(name).is_some() {
            continue;
        }
        if cx.wait_for_on_load(name) {
            return Err(Stop::Wait(cx.heap().list(args)));
        }
        let reason = if cx.vm().code().on_loads().is_refused(name) {
            "on_load_failure"
        } else if path::module_file(cx.vm(), cx.atoms().name(name)).is_some() {
            "badfile"
        } else {
            "nofile"
        };
        errors.push((name, reason));
    }
    if errors.is_empty() { Ok(Term::atom(am::ok)) } else { refused(cx, errors) }
}
