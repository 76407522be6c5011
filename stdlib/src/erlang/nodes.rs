//! Nodes. This machine is one that is not distributed: there are no others.

use purlin_heap::layout::Kind;
use purlin_heap::{Atom, Build, Term, View, am};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use crate::args::{self, Read};

natives! { "erlang":
    "node"/0 => this, "node"/1 => of_identity, "nodes"/0 => others, "nodes"/1 => some, "nodes"/2 => some,
    "is_alive"/0 => is_alive, "monitor_node"/2 => not_alive, "monitor_node"/3 => not_alive,
    "disconnect_node"/1 => disconnect,
}

/// Those of `erts_internal`.
pub(crate) const INTERNAL: &[NativeFunction] =
    &[NativeFunction { module: "erts_internal", function: "dynamic_node_name", arity: 0, body: is_alive }];

fn this<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(cx.vm().node_name()))
}

/// The node of a pid, port or reference.
fn of_identity<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match args[0].view() {
        View::Pid(_) | View::Port(_) | View::Reference(_) => this(cx, args),
        View::External(object) => {
            debug_assert!(matches!(
                object.kind(),
                Kind::ExternalPid | Kind::ExternalPort | Kind::ExternalReference
            ));
            Ok(Term::atom(Atom(object.raw(1) as u32)))
        }
        _ => Err(Stop::badarg()),
    }
}

/// A pid, or a port, that is none of this machine's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign {
    /// Of this node in an earlier life: the process is gone.
    Earlier,
    /// Of another node, to which there is no connection.
    Elsewhere,
}

impl Foreign {
    /// Which of them a term is, if it is one.
    pub(super) fn of(cx: &Context<'_>, term: Term<'_>) -> Option<Foreign> {
        Foreign::of_kind(cx, term, Kind::ExternalPid)
    }

    /// The same of a port.
    pub(super) fn of_port(cx: &Context<'_>, term: Term<'_>) -> Option<Foreign> {
        Foreign::of_kind(cx, term, Kind::ExternalPort)
    }

    fn of_kind(cx: &Context<'_>, term: Term<'_>, kind: Kind) -> Option<Foreign> {
        match term.view() {
            View::External(object) if object.kind() == kind => {
                let is_this = Atom(object.raw(1) as u32) == cx.vm().node_name();
                Some(if is_this { Foreign::Earlier } else { Foreign::Elsewhere })
            }
            _ => None,
        }
    }

    /// Why there is no link or monitor.
    pub(super) fn reason(self) -> Atom {
        match self {
            Foreign::Earlier => am::noproc,
            Foreign::Elsewhere => am::noconnection,
        }
    }
}

fn others<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::NIL)
}

/// `nodes(Kind)`, `nodes(Kinds)`, and both with a map of what is wanted to be known.
fn some<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let kinds = if args[0].as_atom().is_some() { vec![args[0]] } else { args::elements(args[0])? };
    let mut with_this = false;
    for kind in kinds {
        match args::atom(kind)? {
            am::this | am::known => with_this = true,
            am::visible | am::hidden | am::connected => {}
            _ => return Err(Stop::badarg()),
        }
    }
    if let Some(wanted) = args.get(1) {
        args::map(cx, *wanted).map_err(|_| Stop::badarg())?;
    }
    if !with_this {
        return Ok(Term::NIL);
    }
    let node = this(cx, args)?;
    let entry = match args.get(1) {
        None => node,
        Some(wanted) => cx.heap().tuple(&[node, info_of_this(cx, *wanted)?]),
    };
    Ok(cx.heap().list(&[entry]))
}

fn info_of_this<'h>(cx: &Context<'h>, wanted: Term<'h>) -> Read<'h, Term<'h>> {
    let wanted = args::map(cx, wanted).map_err(|_| Stop::badarg())?;
    let is_wanted = |key: Atom| wanted.get(Term::atom(key)).is_some_and(|value| value.is_atom(am::true_));
    let mut pairs = Vec::new();
    if is_wanted(am::node_type) {
        pairs.push((Term::atom(am::node_type), Term::atom(am::this)));
    }
    if is_wanted(am::connection_id) {
        pairs.push((Term::atom(am::connection_id), Term::atom(am::undefined)));
    }
    Ok(purlin_heap::Map::from_pairs(&pairs, cx.atoms(), cx.heap()).as_term())
}

fn is_alive<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(false))
}

fn not_alive<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    for option in args::elements(args.get(2).copied().unwrap_or(Term::NIL)).map_err(|_| args::bad_option())? {
        if !option.is_atom(am::allow_passive_connect) {
            return Err(args::bad_option());
        }
    }
    args::atom(args[0])?;
    debug_assert!(cx.vm().node_name() == am::nonode_at_nohost);
    Err(Stop::error(am::notalive))
}

fn disconnect<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(am::ignored))
}
