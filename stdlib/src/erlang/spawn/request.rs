//! `spawn_request`: a spawn whose result comes as a message. On this node the process is there at once.

use purlin_heap::{Build, Term, View, am};
use purlin_vm::{Context, Outcome, Stop};

use super::options::Options;
use super::{Target, here};

/// `spawn_request(Fun)`
pub(super) fn plain<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    request(cx, args, Term::NIL)
}

/// `spawn_request(Fun, Options)` or `spawn_request(Node, Fun)`
pub(super) fn with_two<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if is_fun(args[0]) { request(cx, &args[..1], args[1]) } else { plain(cx, here(cx, args)?) }
}

/// `spawn_request(Node, Fun, Options)` or `spawn_request(Module, Function, Args)`
pub(super) fn with_three<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if is_fun(args[1]) { with_two(cx, here(cx, args)?) } else { request(cx, args, Term::NIL) }
}

/// `spawn_request(Module, Function, Args, Options)` or `spawn_request(Node, Module, Function, Args)`
pub(super) fn with_four<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if args[2].as_atom().is_some() {
        return with_three(cx, here(cx, args)?);
    }
    request(cx, &args[..3], args[3])
}

/// `spawn_request(Node, Module, Function, Args, Options)`
pub(super) fn on_node<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with_four(cx, here(cx, args)?)
}

/// The answer to a request on this node is in the mailbox already, so nothing is left to be abandoned.
pub(super) fn abandon<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match args[0].view() {
        View::Reference(_) => Ok(Term::boolean(false)),
        _ => Err(Stop::badarg()),
    }
}

fn is_fun(term: Term<'_>) -> bool {
    matches!(term.view(), View::Fun(_) | View::Export(_))
}

/// Whether a fun can be called without arguments.
fn takes_nothing(term: Term<'_>) -> bool {
    match term.view() {
        View::Fun(fun) => fun.entry().arity == 0,
        View::Export(name) => name.arity == 0,
        _ => false,
    }
}

fn request<'h>(cx: &Context<'h>, target: &[Term<'h>], list: Term<'h>) -> Outcome<'h> {
    if target.len() == 1 && !takes_nothing(target[0]) {
        return Err(Stop::badarg());
    }
    let target = Target::read(cx, target)?;
    let number = cx.unique_number();
    let mut options = Options::read(cx, list, true)?;
    if options.has_bad {
        let (reply, reference) = (options.reply, cx.heap().reference(number, None));
        return match reply.on_error {
            true => answer(cx, reference, reply.tag, am::error, Term::atom(am::badopt)),
            false => Ok(reference),
        };
    }
    let mut owner = None;
    if let Some(monitor) = &mut options.spawn.monitor {
        // The monitor has the reference of the request.
        monitor.number = number;
        owner = monitor.how.alias.map(|_| cx.pid());
    }
    let (reply, reference) = (options.reply, cx.heap().reference(number, owner));
    match target.spawn(cx, options.spawn) {
        Ok(pid) if reply.on_success => answer(cx, reference, reply.tag, am::ok, pid),
        Err(_) if reply.on_error => answer(cx, reference, reply.tag, am::error, Term::atom(am::system_limit)),
        _ => Ok(reference),
    }
}

/// Sends `{Tag, Reference, Kind, Value}` to the caller itself.
fn answer<'h>(
    cx: &Context<'h>,
    reference: Term<'h>,
    tag: Term<'h>,
    kind: purlin_heap::Atom,
    value: Term<'h>,
) -> Outcome<'h> {
    let message = cx.heap().tuple(&[tag, reference, Term::atom(kind), value]);
    cx.send_to(cx.pid(), message);
    Ok(reference)
}
