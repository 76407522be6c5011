//! `spawn_request`: a spawn whose result comes as a message. On this node the process is there at once.

use purlin_heap::{Build, Term, View, am};
use purlin_vm::{Context, Outcome, Stop};

use super::Target;
use super::options::Options;
use crate::args;

/// `spawn_request(Fun)`
pub(super) fn plain<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    request(cx, None, args, Term::NIL)
}

/// `spawn_request(Fun, Options)` or `spawn_request(Node, Fun)`
pub(super) fn with_two<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if is_fun(args[0]) {
        request(cx, None, &args[..1], args[1])
    } else {
        request(cx, Some(args[0]), &args[1..], Term::NIL)
    }
}

/// `spawn_request(Node, Fun, Options)` or `spawn_request(Module, Function, Args)`
pub(super) fn with_three<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if is_fun(args[1]) {
        request(cx, Some(args[0]), &args[1..2], args[2])
    } else {
        request(cx, None, args, Term::NIL)
    }
}

/// `spawn_request(Module, Function, Args, Options)` or `spawn_request(Node, Module, Function, Args)`
pub(super) fn with_four<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if args[2].as_atom().is_some() {
        return request(cx, Some(args[0]), &args[1..], Term::NIL);
    }
    request(cx, None, &args[..3], args[3])
}

/// `spawn_request(Node, Module, Function, Args, Options)`
pub(super) fn on_node<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    request(cx, Some(args[0]), &args[1..4], args[4])
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

fn request<'h>(cx: &Context<'h>, node: Option<Term<'h>>, target: &[Term<'h>], list: Term<'h>) -> Outcome<'h> {
    let is_elsewhere = match node {
        Some(node) => args::atom(node)? != cx.vm().node_name(),
        None => false,
    };
    if target.len() == 1 && !takes_nothing(target[0]) {
        return Err(Stop::badarg());
    }
    let mut options = Options::read(cx, list, true).map_err(|_| args::bad_option())?;
    let target = Target::read(cx, target)?;
    let number = cx.unique_number();
    let refused = match (options.has_bad, is_elsewhere) {
        (true, _) => Some(am::badopt),
        (_, true) => Some(am::noconnection),
        _ => None,
    };
    if let Some(reason) = refused {
        let (reply, reference) = (options.reply, cx.heap().reference(number, None));
        return match reply.on_error {
            true => answer(cx, reference, reply.tag, am::error, Term::atom(reason)),
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
