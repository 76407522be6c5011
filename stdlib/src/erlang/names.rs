//! Registered names.

use purlin_heap::{Build, Term, am};
use purlin_vm::{Context, NameError, Outcome, Stop, natives};

use crate::args;

natives! { "erlang":
    "register"/2 => register, "unregister"/1 => unregister, "whereis"/1 => whereis, "registered"/0 => registered,
}

fn register<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = args::atom(args[0])?;
    let pid = args[1].as_pid().filter(|_| name != am::undefined).ok_or(Stop::badarg())?;
    match cx.register(name, pid) {
        Ok(()) => Ok(Term::boolean(true)),
        Err(NameError::Taken) => Err(Stop::badarg()),
        Err(NameError::HasName) => Err(args::badarg_because(am::registered_name)),
        Err(NameError::NoProcess) => Err(args::badarg_because(am::notalive)),
        Err(NameError::TableFull) => Err(Stop::system_limit()),
    }
}

fn unregister<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if cx.unregister(args::atom(args[0])?) { Ok(Term::boolean(true)) } else { Err(Stop::badarg()) }
}

fn whereis<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(cx.whereis(args::atom(args[0])?).unwrap_or(Term::atom(am::undefined)))
}

fn registered<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let names: Vec<Term<'h>> = cx.registered().into_iter().map(Term::atom).collect();
    Ok(cx.heap().list(&names))
}
