//! Module `code`, without a code server: modules are loaded when they are called, by whoever made the machine.

pub(crate) mod file;
pub(crate) mod loading;
pub(crate) mod many;
pub(crate) mod path;
pub(crate) mod sticky;

use std::path::PathBuf;

use purlin_heap::{Atom, Build, Mfa, Term, View, am};
use purlin_vm::actions::{DirtyKind, Flags, Purged};
use purlin_vm::code::{LoadError, NotPurged, Origin};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use crate::args;
use crate::state::State;

natives! { "code":
    "ensure_loaded"/1 => ensure_loaded, "load_file"/1 => load_file,
    "get_mode"/0 => get_mode, "load_abs"/1 => load_abs, "load_abs"/2 => load_abs,
    "load_binary"/3 => load_binary, "delete"/1 => delete, "purge"/1 => purge, "soft_purge"/1 => soft_purge,
}

/// What loading goes on with, and what of other modules loads, deletes and purges.
pub(crate) const ERLANG: &[NativeFunction] = &[
    NativeFunction { module: "code", function: "$on_load", arity: 1, body: decided },
    NativeFunction { module: "erlang", function: "load_module", arity: 2, body: load_module },
    NativeFunction { module: "erlang", function: "delete_module", arity: 1, body: delete_module },
    NativeFunction { module: "erlang", function: "purge_module", arity: 1, body: purge_module },
    NativeFunction { module: "erlang", function: "load_nif", arity: 2, body: load_nif },
];

/// What OTP's `erts_code_purger` is asked for, and what it does its work with when it is spoken to itself.
pub(crate) const PURGER: &[NativeFunction] = &[
    NativeFunction { module: "erts_code_purger", function: "purge", arity: 1, body: purge_and_tell },
    NativeFunction { module: "erts_code_purger", function: "soft_purge", arity: 1, body: soft_purge },
    NativeFunction {
        module: "erts_code_purger",
        function: "pending_purge_lambda",
        arity: 3,
        body: call_later,
    },
    NativeFunction { module: "erts_internal", function: "purge_module", arity: 2, body: purge_step },
    NativeFunction { module: "erts_internal", function: "request_system_task", arity: 3, body: request_task },
];

/// `{module, Name}` or `{error, Reason}`
fn loaded<'h>(cx: &Context<'h>, name: Term<'h>, reason: Option<Atom>) -> Term<'h> {
    cx.heap().tuple(&match reason {
        None => [Term::atom(am::module), name],
        Some(reason) => [Term::atom(am::error), Term::atom(reason)],
    })
}

fn ensure_loaded<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = args::atom(args[0])?;
    let found = cx.vm().find_module(name).is_some();
    if !found && cx.wait_for_on_load(name) {
        return Err(Stop::Wait(cx.heap().list(args)));
    }
    let is_refused = cx.vm().code().on_loads().is_refused(name);
    let reason = if is_refused { am::on_load_failure } else { am::nofile };
    Ok(loaded(cx, args[0], (!found).then_some(reason)))
}

fn get_mode<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(cx.atoms().intern("interactive")?))
}

/// Loads a module from the bytes of its file, which came from `origin`; it must have the name that is given.
fn load<'h>(cx: &Context<'h>, name: Term<'h>, bytes: &[u8], origin: Origin) -> Outcome<'h> {
    let wanted = args::atom(name)?;
    args::charge(cx, bytes.len());
    let done = cx.vm().load_bytes(wanted, bytes, origin);
    if done.is_ok() && cx.vm().code().on_loads().is_pending(wanted) {
        let decided = Mfa { module: am::code, function: am::on_load_start, arity: 1 };
        return Err(Stop::Call(&cx.vm().code().export(decided).name, cx.heap().list(&[name])));
    }
    let refused = done.err().map(|error| match error {
        LoadError::NotPurged { .. } => am::not_purged,
        _ => am::badfile,
    });
    Ok(loaded(cx, name, refused))
}

/// Waits until the `on_load` function of a module has decided.
fn decided<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = args::atom(args[0])?;
    if cx.wait_for_on_load(name) {
        return Err(Stop::Wait(cx.heap().list(args)));
    }
    let is_refused = cx.vm().code().on_loads().is_refused(name);
    Ok(loaded(cx, args[0], is_refused.then_some(am::on_load_failure)))
}

fn load_binary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let origin = match args[1].as_atom() {
        Some(name) => Origin::Atom(name),
        None => Origin::from(&*args::characters(args[1])?),
    };
    let (name, binary) = (args::atom(args[0])?, args::binary(args[2])?);
    if sticky::is_sticky(cx, name) {
        return refused_as_sticky(cx);
    }
    if cx.vm().code().module(name).is_some() {
        cx.purge(name, true, cx.heap().list(args))?;
    }
    load(cx, args[0], &binary.to_vec(), origin)
}

fn refused_as_sticky<'h>(cx: &Context<'h>) -> Outcome<'h> {
    let reason = cx.atoms().intern("sticky_directory")?;
    Ok(loaded(cx, Term::NIL, Some(reason)))
}

/// Loads a module from a file, whose name lacks `.beam`. The module has that name, or one that is given.
fn load_abs<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let read: Option<(Vec<u8>, PathBuf)> = cx.work(DirtyKind::Io, args, || {
        let file = args::characters(args[0])? + ".beam";
        let file = path::absolute(&State::of(cx).files, file.into());
        Ok(move || file.and_then(|file| Some((std::fs::read(&file).ok()?, file))))
    })?;
    let Some((bytes, file)) = read else { return Ok(loaded(cx, Term::NIL, Some(am::nofile))) };
    let name = match args.get(1) {
        Some(&name) => Term::atom(args::atom(name)?),
        None => Term::atom(cx.atoms().intern(&file.file_stem().unwrap_or_default().to_string_lossy())?),
    };
    load(cx, name, &bytes, Origin::from(&*file.to_string_lossy()))
}

/// Loads the module anew from where modules are looked for.
fn load_file<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (name, code) = (args::atom(args[0])?, cx.vm().code());
    if sticky::is_sticky(cx, name) {
        return refused_as_sticky(cx);
    }
    if code.module(name).is_none() {
        return ensure_loaded(cx, args);
    }
    if code.has_old(name) {
        return Ok(loaded(cx, args[0], Some(am::not_purged)));
    }
    Ok(loaded(cx, args[0], (!cx.vm().load_again(name)).then_some(am::nofile)))
}

fn load_module<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    load(cx, args[0], &args::binary(args[1])?.to_vec(), Origin::from(""))
}

fn delete<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(cx.vm().code().delete(args::atom(args[0])?).unwrap_or(false)))
}

fn delete_module<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match cx.vm().code().delete(args::atom(args[0])?) {
        Ok(true) => Ok(Term::boolean(true)),
        Ok(false) => Ok(Term::atom(am::undefined)),
        Err(NotPurged) => Err(Stop::badarg()),
    }
}

/// Kills who runs old code; whether there was somebody.
fn purge<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let purged = cx.purge(args::atom(args[0])?, true, cx.heap().list(args))?;
    Ok(Term::boolean(purged == Purged::Killed))
}

/// Whether nobody runs old code any more.
fn soft_purge<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let purged = cx.purge(args::atom(args[0])?, false, cx.heap().list(args))?;
    Ok(Term::boolean(purged != Purged::InUse))
}

/// As `purge`: whether there was old code, and whether somebody was killed.
fn purge_and_tell<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let purged = cx.purge(args::atom(args[0])?, true, cx.heap().list(args))?;
    Ok(cx.heap().tuple(&[Term::boolean(purged != Purged::Nothing), Term::boolean(purged == Purged::Killed)]))
}

fn purge_module<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match cx.purge(args::atom(args[0])?, true, cx.heap().list(args))? {
        Purged::Nothing => Err(Stop::badarg()),
        _ => Ok(Term::boolean(true)),
    }
}

/// One step of a purge that is driven by a process.
fn purge_step<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let module = args::atom(args[0])?;
    let is_done = |takes_away| match cx.finish_purge(module, takes_away) {
        true => Ok(Term::boolean(takes_away)),
        false => Err(Stop::badarg()),
    };
    match cx.atoms().name(args::atom(args[1])?) {
        "prepare" => Ok(Term::boolean(cx.prepare_purge(module))),
        "prepare_on_load" => Ok(Term::boolean(false)),
        "complete" => is_done(true),
        "abort" => is_done(false),
        _ => Err(Stop::badarg()),
    }
}

/// Has a process look whether it runs old code, or collect its garbage; the answer comes as a message.
fn request_task<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let pid = args[0].as_pid().ok_or(Stop::badarg())?;
    let &[task, id, what] = args::tuple(args[2])?.elements() else { return Err(Stop::badarg()) };
    let what = args::atom(what)?;
    match args::atom(task)? {
        am::check_process_code => cx.check_code_later(pid, what, id),
        am::garbage_collect if what == am::major => cx.collect_later(pid, Flags::COLLECT, id),
        am::garbage_collect if what == am::minor => cx.collect_later(pid, Flags::COLLECT_YOUNG, id),
        _ => return Err(Stop::badarg()),
    }
    Ok(Term::atom(am::ok))
}

/// Calls a fun when it is known what becomes of its code, which is being purged.
fn call_later<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let View::Fun(fun) = args[1].view() else { return Err(Stop::badarg()) };
    if cx.wait_for_purge(fun) {
        return Err(Stop::Wait(cx.heap().list(args)));
    }
    Err(Stop::Apply(args[1], args[2]))
}

/// Native libraries cannot be loaded: `{error, {load_failed, Text}}`.
fn load_nif<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    args::elements(args[0])?;
    let heap = cx.heap();
    let text = crate::chars::list(heap, "this machine loads no native libraries");
    let reason = heap.tuple(&[Term::atom(cx.atoms().intern("load_failed")?), text]);
    Ok(heap.tuple(&[Term::atom(am::error), reason]))
}
