//! Monitors and aliases.

use purlin_heap::{Atom, Build, Term, View, am};
use purlin_vm::actions::{Alias, MonitorOptions, Until, Watched};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::nodes::Foreign;
use super::ports::STANDARD;
use super::spawn::monitor_options;
use crate::args::{self, Read};

natives! { "erlang":
    "monitor"/2 => monitor, "monitor"/3 => monitor, "demonitor"/1 => demonitor, "demonitor"/2 => demonitor,
    "alias"/0 => alias, "alias"/1 => alias, "unalias"/1 => unalias,
}

/// The number of a reference.
pub(super) fn number<'h>(term: Term<'h>) -> Read<'h, u64> {
    match term.view() {
        View::Reference(reference) => Ok(reference.raw(1)),
        _ => Err(Stop::badarg()),
    }
}

fn monitor<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let watched = match (args[0].as_atom(), args[1].view()) {
        (Some(am::process), View::Pid(pid)) => Watched::Process(pid),
        (Some(am::process), View::Atom(name)) => Watched::Name(name),
        (Some(am::process), View::Tuple(pair)) if pair.arity() == 2 => {
            if !pair.element(1).is_atom(cx.vm().node_name()) {
                return Err(Stop::badarg());
            }
            Watched::Name(args::atom(pair.element(0))?)
        }
        (Some(am::process), View::External(_)) => {
            let foreign = Foreign::of(cx, args[1]).ok_or(Stop::badarg())?;
            return monitor_nothing(cx, am::process, args[1], foreign.reason(), args);
        }
        (Some(am::port), _) => return monitor_port(cx, args),
        (Some(am::time_offset), View::Atom(am::clock_service)) => Watched::TimeOffset,
        (Some(am::process | am::time_offset), _) => return Err(Stop::badarg()),
        _ => return Err(args::badarg_because(am::badtype)),
    };
    Ok(cx.monitor(watched, options(args)?))
}

/// The options of a monitor, the third argument if there is one.
fn options<'h>(args: &[Term<'h>]) -> Read<'h, MonitorOptions<'h>> {
    monitor_options(args.get(2).copied().unwrap_or(Term::NIL)).map_err(|_| args::bad_option())
}

/// The one port that there is never ends; any other has ended, and so has the monitor.
fn monitor_port<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let object = match args[1].view() {
        View::Port(STANDARD) => return Ok(reference(cx, &options(args)?)),
        View::Port(_) => args[1],
        View::External(_) => {
            let foreign = Foreign::of_port(cx, args[1]).ok_or(Stop::badarg())?;
            return monitor_nothing(cx, am::port, args[1], foreign.reason(), args);
        }
        View::Atom(_) => cx.heap().tuple(&[args[1], Term::atom(cx.vm().node_name())]),
        View::Tuple(pair) if pair.arity() == 2 && pair.element(1).is_atom(cx.vm().node_name()) => {
            args::atom(pair.element(0))?;
            args[1]
        }
        _ => return Err(Stop::badarg()),
    };
    monitor_nothing(cx, am::port, object, am::noproc, args)
}

/// A monitor of what is not there, and so has ended at once.
fn monitor_nothing<'h>(
    cx: &Context<'h>,
    kind: Atom,
    object: Term<'h>,
    reason: Atom,
    args: &[Term<'h>],
) -> Outcome<'h> {
    let options = options(args)?;
    let reference = reference(cx, &options);
    let message = [options.tag, reference, Term::atom(kind), object, Term::atom(reason)];
    cx.send_to(cx.pid(), cx.heap().tuple(&message));
    Ok(reference)
}

/// The reference of a monitor that needs no more than that.
fn reference<'h>(cx: &Context<'h>, options: &MonitorOptions<'h>) -> Term<'h> {
    match options.alias {
        Some(alias) if alias.until == Until::Explicit => cx.alias(alias),
        _ => cx.reference(),
    }
}

fn demonitor<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let number = number(args[0])?;
    let (mut flush, mut info) = (false, false);
    for option in args::elements(args.get(1).copied().unwrap_or(Term::NIL))? {
        match option.as_atom() {
            Some(am::flush) => flush = true,
            Some(am::info) => info = true,
            _ => return Err(Stop::badarg()),
        }
    }
    let was_there = cx.demonitor(number);
    if flush && !was_there {
        cx.flush_monitor(number);
    }
    Ok(Term::boolean(was_there || !info))
}

fn alias<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let mut alias = Alias { until: Until::Explicit, takes_priority: false };
    for option in args::elements(args.first().copied().unwrap_or(Term::NIL))? {
        match option.as_atom() {
            Some(am::reply) => alias.until = Until::Reply,
            Some(am::explicit_unalias) => alias.until = Until::Explicit,
            Some(am::priority) => alias.takes_priority = true,
            _ => return Err(Stop::badarg()),
        }
    }
    Ok(cx.alias(alias))
}

fn unalias<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(cx.unalias(number(args[0])?)))
}
