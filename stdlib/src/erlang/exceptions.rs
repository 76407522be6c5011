//! Exceptions that programs raise.

use purlin_heap::{Build, Term, am};
use purlin_vm::{Class, Context, Outcome, Stop, natives};

use crate::args;

natives! { "erlang":
    "error"/1 => error, "error"/2 => error_2, "error"/3 => error_3, "exit"/1 => exit, "throw"/1 => throw,
    "raise"/3 => raise, "nif_error"/1 => nif_error, "nif_error"/2 => nif_error,
}

fn error<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Err(Stop::RaiseHere(Class::Error, args[0]))
}

/// As `error/1`, but that it stands in the stack trace itself.
fn nif_error<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Err(Stop::Raise(Class::Error, args[0]))
}

fn exit<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Err(Stop::RaiseHere(Class::Exit, args[0]))
}

fn throw<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Err(Stop::RaiseHere(Class::Throw, args[0]))
}

fn error_2<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Err(Stop::RaiseWith(args[0], arguments(args[1]), Term::NIL))
}

fn error_3<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let info = error_info(args[2]).map_or(Term::NIL, |info| cx.heap().list(&[info]));
    Err(Stop::RaiseWith(args[0], arguments(args[1]), info))
}

/// The arguments that a program gives for the first entry of the stack trace; what is no list gives none.
fn arguments(given: Term<'_>) -> Term<'_> {
    if is_list(given) { given } else { Term::atom(am::none) }
}

fn is_list(term: Term<'_>) -> bool {
    term.is_nil() || term.as_cons().is_some()
}

/// The last `{error_info, Map}` of the options of `error/3`; nothing if one of them is anything else.
fn error_info(options: Term<'_>) -> Option<Term<'_>> {
    let options = args::elements(options).ok()?;
    let is_option = |option: &Term<'_>| {
        let pair = option.as_tuple().filter(|pair| pair.arity() == 2);
        pair.is_some_and(|pair| {
            pair.element(0).is_atom(am::error_info) && purlin_heap::Map::of(pair.element(1)).is_some()
        })
    };
    options.iter().all(is_option).then(|| options.last().copied())?
}

/// Raises with a stack trace; answers `badarg` when class or trace is none.
fn raise<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let badarg = Ok(Term::atom(am::badarg));
    let Some(class) = args[0].as_atom().and_then(Class::from_atom) else { return badarg };
    let Ok(entries) = args::elements(args[2]) else { return badarg };
    let entries: Option<Vec<_>> = entries.into_iter().map(|entry| trace_entry(cx, entry)).collect();
    match entries {
        Some(entries) => Err(Stop::RaiseAgain(class, args[1], cx.heap().list(&entries))),
        None => badarg,
    }
}

/// An entry of a stack trace, with an empty location when it has none: `{M, F, ArityOrArgs, Location}` or
/// `{Fun, Args, Location}`. As in OTP, nothing is asked of arity and arguments.
fn trace_entry<'h>(cx: &Context<'h>, entry: Term<'h>) -> Option<Term<'h>> {
    let is_fun = |term: Term<'h>| term.fun_arity().is_some();
    let is_named = |module: Term<'h>, function: Term<'h>| module.as_atom().and(function.as_atom()).is_some();
    match *entry.as_tuple()?.elements() {
        [module, function, _, location] => (is_named(module, function) && is_list(location)).then_some(entry),
        [fun, _, location] if is_fun(fun) => is_list(location).then_some(entry),
        [module, function, args] if is_named(module, function) => {
            Some(cx.heap().tuple(&[module, function, args, Term::NIL]))
        }
        [fun, args] if is_fun(fun) => Some(cx.heap().tuple(&[fun, args, Term::NIL])),
        _ => None,
    }
}
