//! Ports: there is one, which stands for the standard input and output of the machine and cannot be commanded or closed.

use purlin_heap::{Build, Port, Term, View};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use crate::{args, chars};

natives! { "erlang": "ports"/0 => ports }

/// What module `erlang` asks to answer `port_info/1,2`.
pub(crate) const INTERNAL: &[NativeFunction] = &[
    NativeFunction { module: "erts_internal", function: "port_info", arity: 1, body: port_info },
    NativeFunction { module: "erts_internal", function: "port_info", arity: 2, body: port_info_item },
];

/// The port of standard input and output.
const STANDARD: Port = Port(0);
/// What it is opened as: the two file descriptors.
const NAME: &str = "0/1";
const ITEMS: [&str; 4] = ["name", "id", "links", "os_pid"];

fn ports<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(cx.heap().list(&[Term::port(STANDARD)]))
}

/// Whether it is the port that there is.
fn is_open<'h>(term: Term<'h>) -> args::Read<'h, bool> {
    match term.view() {
        View::Port(port) => Ok(port == STANDARD),
        _ => Err(Stop::badarg()),
    }
}

fn port_info<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if !is_open(args[0])? {
        return undefined();
    }
    let items = ITEMS.iter().map(|name| item(cx, name)).collect::<Result<Vec<_>, _>>()?;
    Ok(cx.heap().list(&items))
}

fn port_info_item<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = cx.atoms().name(args::atom(args[1])?);
    if !ITEMS.contains(&name) {
        return Err(Stop::badarg());
    }
    if is_open(args[0])? { item(cx, name) } else { undefined() }
}

fn undefined<'h>() -> Outcome<'h> {
    Ok(Term::atom(purlin_heap::am::undefined))
}

/// `{Name, Value}`
fn item<'h>(cx: &Context<'h>, name: &str) -> Outcome<'h> {
    let value = match name {
        "name" => chars::list(cx.heap(), NAME),
        "id" => Term::small(0),
        "links" => Term::NIL,
        _ => Term::atom(purlin_heap::am::undefined),
    };
    Ok(cx.heap().tuple(&[Term::atom(cx.atoms().intern(name)?), value]))
}
