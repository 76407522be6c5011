//! Module `init`: there are no arguments of the emulator, and all is started.

use purlin_heap::{Build, Term, am};
use purlin_vm::{Context, Outcome, natives};

use crate::args;

natives! { "init":
    "get_argument"/1 => get_argument, "get_arguments"/0 => nothing, "get_plain_arguments"/0 => nothing,
    "get_status"/0 => get_status, "stop"/0 => stop, "stop"/1 => stop,
}

fn get_argument<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(am::error))
}

fn nothing<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::NIL)
}

fn get_status<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let started = Term::atom(cx.atoms().intern("started")?);
    Ok(cx.heap().tuple(&[started, started]))
}

/// Ends the machine; the caller may run on for a moment.
fn stop<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let status = match args.first() {
        Some(&status) => args::size(status)? as i32,
        None => 0,
    };
    cx.vm().halt(status);
    Ok(Term::atom(am::ok))
}
