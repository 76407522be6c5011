//! Loading in two steps: modules are prepared, each by itself, and then published, all at the same moment.
//!
//! A prepared module is owned by its reference until it is published.

use purlin_heap::{Atom, Build, Mfa, Term, am, resource};
use purlin_vm::code::{NotFinished, Origin, Prepared};
use purlin_vm::{Context, NativeFunction, Outcome, Stop};

use crate::args::{self, Read};
use crate::held::Mutex;

/// What OTP's own modules load modules with.
pub(crate) const NATIVES: &[NativeFunction] = &[
    NativeFunction { module: "erts_internal", function: "prepare_loading", arity: 2, body: prepare_loading },
    NativeFunction { module: "erlang", function: "finish_loading", arity: 1, body: finish_loading },
    NativeFunction { module: "erlang", function: "has_prepared_code_on_load", arity: 1, body: has_on_load },
    NativeFunction { module: "erlang", function: "call_on_load_function", arity: 1, body: call_on_load },
    NativeFunction { module: "erlang", function: "finish_after_on_load", arity: 2, body: finish_on_load },
];

/// A prepared module until it is published.
pub(super) type Place = Mutex<Option<Prepared>>;

/// A reference that owns a prepared module.
pub(super) fn reference<'h>(cx: &Context<'h>, prepared: Prepared) -> Term<'h> {
    let bytes = prepared.bytes();
    resource::owning(cx.heap(), cx.unique_number(), Place::new(Some(prepared)), bytes)
}

/// The place of a prepared module.
pub(super) fn place<'h>(reference: Term<'h>) -> Read<'h, &'h Place> {
    resource::owned::<Place>(reference).ok_or(Stop::badarg())
}

/// What is asked about a prepared module that has not been published.
pub(super) fn ask<'h, R>(place: &Place, question: impl FnOnce(&Prepared) -> R) -> Read<'h, R> {
    place.lock().as_ref().map(question).ok_or(Stop::badarg())
}

/// Why modules were not published: nothing was.
pub(super) struct Refused {
    pub(super) reason: &'static str,
    pub(super) modules: Vec<Atom>,
}

/// Publishes modules all at the same moment. Each is taken out of its place, unless one is refused.
pub(super) fn publish<'h>(cx: &Context<'h>, places: &[&Place]) -> Read<'h, Result<(), Refused>> {
    let mut names: Vec<_> = places.iter().map(|place| ask(place, Prepared::name)).collect::<Read<'h, _>>()?;
    names.sort_unstable();
    let mut duplicates: Vec<_> = names.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0]).collect();
    duplicates.dedup();
    if !duplicates.is_empty() {
        return Ok(Err(Refused { reason: "duplicated", modules: duplicates }));
    }
    let taken: Vec<_> = places.iter().map_while(|place| place.lock().take()).collect();
    if taken.len() < places.len() {
        // Somebody else has just published one of them.
        give_back(places, taken);
        return Err(Stop::badarg());
    }
    Ok(cx.vm().code().finish_loading(taken).map(drop).map_err(|NotFinished { prepared, not_purged }| {
        give_back(places, prepared);
        Refused { reason: "not_purged", modules: not_purged }
    }))
}

fn give_back(places: &[&Place], prepared: Vec<Prepared>) {
    for (place, prepared) in places.iter().zip(prepared) {
        *place.lock() = Some(prepared);
    }
}

/// A reference, or `{error, badfile}`.
fn prepare_loading<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (name, bytes) = (args::atom(args[0])?, args::binary(args[1])?.to_vec());
    args::charge(cx, bytes.len());
    Ok(match cx.vm().prepare_bytes(name, &bytes, Origin::from("")) {
        Ok(prepared) => reference(cx, prepared),
        Err(_) => cx.heap().tuple(&[Term::atom(am::error), Term::atom(am::badfile)]),
    })
}

/// `ok`, or `{on_load, [Name]}` for a module that waits for its function now, or `{Reason, Names}`.
fn finish_loading<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let places = args::elements(args[0])?.into_iter().map(place).collect::<Read<'h, Vec<_>>>()?;
    let waiting =
        places.iter().map(|place| ask(place, |prepared| prepared.has_on_load().then(|| prepared.name())));
    let waiting: Vec<Atom> = waiting.collect::<Read<'h, Vec<_>>>()?.into_iter().flatten().collect();
    if places.len() > 1 && !waiting.is_empty() {
        return Err(Stop::system_limit());
    }
    match publish(cx, &places)? {
        Ok(()) if waiting.is_empty() => Ok(Term::atom(am::ok)),
        Ok(()) => names(cx, am::on_load, &waiting),
        Err(Refused { reason, modules }) => names(cx, cx.atoms().intern(reason)?, &modules),
    }
}

fn names<'h>(cx: &Context<'h>, what: Atom, modules: &[Atom]) -> Outcome<'h> {
    // OTP tells the last first.
    let modules: Vec<_> = modules.iter().rev().copied().map(Term::atom).collect();
    Ok(cx.heap().tuple(&[Term::atom(what), cx.heap().list(&modules)]))
}

fn has_on_load<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let place = place(args[0])?;
    // One that has been published has none any more.
    Ok(Term::boolean(ask(place, Prepared::has_on_load).unwrap_or(false)))
}

/// Calls the `on_load` function that a module waits for.
fn call_on_load<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let code = cx.vm().code();
    let function: Mfa = code.on_loads().run_by(args::atom(args[0])?, cx.pid()).ok_or(Stop::badarg())?;
    Err(Stop::Call(&code.export(function).name, Term::NIL))
}

/// Tells whether a module that waits for its `on_load` function can be called.
fn finish_on_load<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (module, is_accepted) = (args::atom(args[0])?, args[1].as_boolean().ok_or(Stop::badarg())?);
    if cx.finish_on_load(module, is_accepted) { Ok(Term::boolean(true)) } else { Err(Stop::badarg()) }
}
