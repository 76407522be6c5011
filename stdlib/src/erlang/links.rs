//! Links.

use purlin_heap::{Build, Term, View, am};
use purlin_vm::actions::{Flags, Linked};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::nodes::Foreign;
use super::ports::STANDARD;
use crate::args::{self, Read};

natives! { "erlang": "link"/1 => link, "link"/2 => link, "unlink"/1 => unlink, }

fn link<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let is_priority = match args.get(1) {
        Some(options) => priority_option(*options)?,
        None => false,
    };
    if let Some(foreign) = Foreign::of(cx, args[0]) {
        return link_foreign(cx, args[0], foreign);
    }
    match args[0].view() {
        View::Pid(pid) => match cx.link(pid, is_priority) {
            Linked::Done | Linked::Gone => Ok(Term::boolean(true)),
            Linked::NoProcess => Err(Stop::error(am::noproc)),
        },
        View::Port(STANDARD) => Ok(Term::boolean(true)),
        // As a process that is gone.
        View::Port(_) if cx.has_flag(Flags::TRAP_EXIT) => {
            let signal = [Term::atom(am::EXIT), args[0], Term::atom(am::noproc)];
            cx.send_to(cx.pid(), cx.heap().tuple(&signal));
            Ok(Term::boolean(true))
        }
        View::Port(_) | View::External(_) => Err(Stop::error(am::noproc)),
        _ => Err(Stop::badarg()),
    }
}

/// There is nobody at the other end: the exit signal comes at once.
fn link_foreign<'h>(cx: &Context<'h>, to: Term<'h>, foreign: Foreign) -> Outcome<'h> {
    let reason = Term::atom(foreign.reason());
    if cx.has_flag(Flags::TRAP_EXIT) {
        cx.send_to(cx.pid(), cx.heap().tuple(&[Term::atom(am::EXIT), to, reason]));
    } else if foreign == Foreign::Earlier {
        return Err(Stop::error(am::noproc));
    } else {
        cx.exit_later(cx.pid(), reason);
    }
    Ok(Term::boolean(true))
}

/// Whether options, of which there is only this one, ask for `priority`.
pub(super) fn priority_option<'h>(options: Term<'h>) -> Read<'h, bool> {
    let options = args::elements(options).map_err(|_| args::bad_option())?;
    if options.iter().all(|option| option.is_atom(am::priority)) {
        return Ok(!options.is_empty());
    }
    Err(args::bad_option())
}

fn unlink<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match args[0].view() {
        View::Pid(pid) => cx.unlink(pid),
        View::Port(_) | View::External(_) => {}
        _ => return Err(Stop::badarg()),
    }
    Ok(Term::boolean(true))
}
