//! Module `application_controller`, without one: no application is loaded or started, and none can be, because what
//! loads and supervises them is the application `kernel`, which is not started either. So a program that starts an
//! application gets the error that it gets from Erlang/OTP for one that is not installed. Code needs no application to
//! be loaded: see module `code`.

use purlin_heap::{Build, Term, am};
use purlin_vm::{Context, NativeFunction, Outcome, Stop};

use crate::{args, chars};

/// The natives.
pub(crate) const NATIVES: &[NativeFunction] = &[
    function("load_application", 1, not_installed),
    function("start_application", 2, not_loaded),
    function("unload_application", 1, not_loaded),
    function("stop_application", 1, not_started),
    function("which_applications", 0, none),
    function("loaded_applications", 0, none),
];

const fn function(function: &'static str, arity: u8, body: purlin_vm::Native) -> NativeFunction {
    NativeFunction { module: "application_controller", function, arity, body }
}

/// `{error, {"no such file or directory", "NAME.app"}}`
fn not_installed<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = match args[0].as_tuple() {
        // `{application, Name, Specification}`: what the specification says would not be done.
        Some(application) if application.arity() == 3 => application.elements()[1],
        _ => args[0],
    };
    let heap = cx.heap();
    let file = format!("{}.app", cx.atoms().name(args::atom(name)?));
    let reason = heap.tuple(&[chars::list(heap, "no such file or directory"), chars::list(heap, &file)]);
    Ok(heap.tuple(&[Term::atom(am::error), reason]))
}

/// `{error, {Reason, Name}}`
fn error<'h>(cx: &Context<'h>, reason: &str, name: Term<'h>) -> Outcome<'h> {
    args::atom(name)?;
    let reason = Term::atom(cx.atoms().intern(reason)?);
    Ok(cx.heap().tuple(&[Term::atom(am::error), cx.heap().tuple(&[reason, name])]))
}

fn not_loaded<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    error(cx, "not_loaded", args[0])
}

fn not_started<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    error(cx, "not_started", args[0])
}

fn none<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Result<Term<'h>, Stop<'h>> {
    Ok(Term::NIL)
}
