//! Ports: there is one, which stands for the standard input and output of the machine and cannot be commanded or closed.

use purlin_heap::{Build, Port, Term, View, am};
use purlin_vm::{Context, Native, NativeFunction, Outcome, Stop, natives};

use crate::{args, chars};

natives! { "erlang":
    "ports"/0 => ports, "port_get_data"/1 => no_such_port, "port_set_data"/2 => no_such_port,
}

/// What module `erlang` asks to do the work of its functions on ports; it raises what these give for an answer.
pub(crate) const INTERNAL: &[NativeFunction] = &[
    internal("port_info", 1, port_info),
    internal("port_info", 2, port_info_item),
    internal("open_port", 2, open_port),
    internal("port_command", 3, refused),
    internal("port_close", 1, refused),
    internal("port_connect", 2, refused),
    internal("port_control", 3, refused),
    internal("port_call", 3, refused),
];

const fn internal(function: &'static str, arity: u8, body: Native) -> NativeFunction {
    NativeFunction { module: "erts_internal", function, arity, body }
}

/// The port of standard input and output.
pub(super) const STANDARD: Port = Port(0);
/// What it is opened as: the two file descriptors.
const NAME: &str = "0/1";
const ITEMS: [&str; 4] = ["name", "id", "links", "os_pid"];

fn ports<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(cx.heap().list(&[Term::port(STANDARD)]))
}

/// What a term names where a port is expected.
enum Named {
    /// The port that there is.
    Standard,
    /// A port that has been closed or never was, or a name that no port has.
    Nothing,
    /// It names no port at all.
    Other,
}

fn named(term: Term<'_>) -> Named {
    match term.view() {
        View::Port(STANDARD) => Named::Standard,
        View::Port(_) | View::Atom(_) => Named::Nothing,
        _ => Named::Other,
    }
}

fn port_info<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match named(args[0]) {
        Named::Standard => {
            let items = ITEMS.iter().map(|name| item(cx, name)).collect::<Result<Vec<_>, _>>()?;
            Ok(cx.heap().list(&items))
        }
        Named::Nothing => undefined(),
        Named::Other => refused(cx, args),
    }
}

fn port_info_item<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = args[1].as_atom().map(|name| cx.atoms().name(name));
    match (named(args[0]), name) {
        (Named::Standard, Some(name)) if ITEMS.contains(&name) => item(cx, name),
        (Named::Nothing, Some(_)) => undefined(),
        _ => refused(cx, args),
    }
}

/// Nothing can be asked of the one port, and there is no other: `erlang` raises `badarg`.
fn refused<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(am::badarg))
}

fn no_such_port<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Err(Stop::badarg())
}

/// Nothing is opened: `badarg` for what names no port to open, else `enotsup`.
fn open_port<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = args[0].as_tuple().filter(|name| name.arity() > 1);
    let kind = name.and_then(|name| name.element(0).as_atom()).map(|kind| cx.atoms().name(kind));
    let is_known = match (kind, name) {
        (Some("fd"), Some(name)) => name.elements()[1..].iter().all(|file| file.as_small().is_some()),
        (Some("spawn" | "spawn_driver" | "spawn_executable"), Some(name)) => name.arity() == 2,
        _ => false,
    };
    match is_known
        && args::elements(args[1]).is_ok_and(|options| options.iter().all(|one| is_option(cx, *one)))
    {
        true => Ok(Term::atom(cx.atoms().intern("enotsup")?)),
        false => refused(cx, args),
    }
}

fn is_option(cx: &Context<'_>, option: Term<'_>) -> bool {
    const FLAGS: [&str; 12] = [
        "stream",
        "use_stdio",
        "nouse_stdio",
        "stderr_to_stdout",
        "exit_status",
        "binary",
        "in",
        "out",
        "eof",
        "hide",
        "overlapped_io",
        "parallelism",
    ];
    const PAIRS: [&str; 9] = [
        "packet",
        "line",
        "cd",
        "env",
        "args",
        "arg0",
        "parallelism",
        "busy_limits_port",
        "busy_limits_msgq",
    ];
    let name = |term: Term<'_>| term.as_atom().map(|name| cx.atoms().name(name).to_owned());
    match option.as_tuple() {
        Some(pair) if pair.arity() == 2 => name(pair.element(0)).is_some_and(|name| PAIRS.contains(&&*name)),
        _ => name(option).is_some_and(|name| FLAGS.contains(&&*name)),
    }
}

fn undefined<'h>() -> Outcome<'h> {
    Ok(Term::atom(am::undefined))
}

/// `{Name, Value}`
fn item<'h>(cx: &Context<'h>, name: &str) -> Outcome<'h> {
    let value = match name {
        "name" => chars::list(cx.heap(), NAME),
        "id" => Term::small(0),
        "links" => Term::NIL,
        _ => Term::atom(am::undefined),
    };
    Ok(cx.heap().tuple(&[Term::atom(cx.atoms().intern(name)?), value]))
}
