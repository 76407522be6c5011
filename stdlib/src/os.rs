//! Module `os`: the environment and the process that the machine runs in. Times are with those of `erlang`.

use purlin_heap::{Build, Term};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::chars;
use crate::state::State;

natives! { "os":
    "getenv"/1 => getenv, "putenv"/2 => putenv, "unsetenv"/1 => unsetenv, "env"/0 => env,
    "getpid"/0 => getpid, "set_signal"/2 => set_signal,
}

/// The name of a variable: text without `=`.
fn name<'h>(term: Term<'h>) -> Read<'h, String> {
    let name = text(term)?;
    if name.contains('=') || name.is_empty() { Err(Stop::badarg()) } else { Ok(name) }
}

/// Text without zeros.
fn text<'h>(term: Term<'h>) -> Read<'h, String> {
    let text = args::characters(term)?;
    if text.contains('\0') { Err(Stop::badarg()) } else { Ok(text) }
}

fn getenv<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = name(args[0])?;
    let environment = State::of(cx).environment();
    Ok(environment.get(&name).map_or(Term::boolean(false), |value| chars::list(cx.heap(), value)))
}

/// Changes the machine's own environment, not that of the operating system's process.
fn putenv<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (name, value) = (name(args[0])?, text(args[1])?);
    State::of(cx).environment().insert(name, value);
    Ok(Term::boolean(true))
}

fn unsetenv<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    State::of(cx).environment().remove(&name(args[0])?);
    Ok(Term::boolean(true))
}

fn env<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let heap = cx.heap();
    let environment = State::of(cx).environment();
    let pairs: Vec<_> = environment
        .iter()
        .map(|(name, value)| heap.tuple(&[chars::list(heap, name), chars::list(heap, value)]))
        .collect();
    Ok(heap.list(&pairs))
}

fn getpid<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(chars::list(cx.heap(), &std::process::id().to_string()))
}

/// The operating system's signals keep their default actions whatever is asked for.
fn set_signal<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    const SIGNALS: &[&str] = &[
        "sighup", "sigquit", "sigabrt", "sigalrm", "sigterm", "sigusr1", "sigusr2", "sigchld", "sigstop",
        "sigtstp",
    ];
    let is_one_of = |name: Term<'h>, names: &[&str]| {
        name.as_atom().is_some_and(|name| names.contains(&cx.atoms().name(name)))
    };
    if !is_one_of(args[1], &["default", "handle", "ignore"]) {
        return Err(args::bad_option());
    }
    if !is_one_of(args[0], SIGNALS) {
        return Err(Stop::badarg());
    }
    Ok(Term::atom(purlin_heap::am::ok))
}
