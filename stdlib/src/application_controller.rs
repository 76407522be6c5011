//! Module `application_controller`, without one: no application is loaded or started, and none can be, because what
//! loads and supervises them is the application `kernel`, which is not started either. So a program that starts an
//! application gets the error that it gets from Erlang/OTP for one that is not installed. Code needs no application to
//! be loaded: see module `code`. The environment of applications is there all the same: it stands in a table.

use purlin_heap::{Build, Term, am};
use purlin_vm::{Context, NativeFunction, Outcome, Stop};

use crate::ets::access;
use crate::{args, chars};

/// The natives.
pub(crate) const NATIVES: &[NativeFunction] = &[
    function("load_application", 1, not_installed),
    function("start_application", 2, not_loaded),
    function("unload_application", 1, not_loaded),
    function("stop_application", 1, not_started),
    function("which_applications", 0, none),
    function("loaded_applications", 0, none),
    function("set_env", 2, set_all),
    function("set_env", 3, set_env),
    function("set_env", 4, set_env),
    function("unset_env", 2, unset_env),
    function("unset_env", 3, unset_env),
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

/// The table, and what a variable is called in it.
fn place<'h>(cx: &Context<'h>, application: Term<'h>, key: Term<'h>) -> Result<[Term<'h>; 2], Stop<'h>> {
    let atom = |name: &str| cx.atoms().intern(name).map(Term::atom);
    Ok([atom("ac_tab")?, cx.heap().tuple(&[atom("env")?, application, key])])
}

/// `set_env(Application, Key, Value)`, perhaps with options, which say how long to wait.
fn set_env<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let [table, name] = place(cx, args[0], args[1])?;
    access::insert(cx, &[table, cx.heap().tuple(&[name, args[2]])])?;
    Ok(Term::atom(am::ok))
}

fn unset_env<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let place = place(cx, args[0], args[1])?;
    access::delete(cx, &place)?;
    Ok(Term::atom(am::ok))
}

/// `set_env([{Application, [{Key, Value}]}], Options)`
fn set_all<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    for application in args::elements(args[0])? {
        let &[name, variables] = args::tuple(application)?.elements() else { return Err(Stop::badarg()) };
        for variable in args::elements(variables)? {
            let &[key, value] = args::tuple(variable)?.elements() else { return Err(Stop::badarg()) };
            set_env(cx, &[name, key, value])?;
        }
    }
    Ok(Term::atom(am::ok))
}
