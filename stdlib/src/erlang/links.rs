//! Links.

use purlin_heap::{Term, View, am};
use purlin_vm::actions::Linked;
use purlin_vm::{Context, Outcome, Stop, natives};

natives! { "erlang": "link"/1 => link, "link"/2 => link, "unlink"/1 => unlink, }

fn link<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if let Some(options) = args.get(1) {
        crate::args::elements(*options)?;
    }
    match args[0].view() {
        View::Pid(pid) => match cx.link(pid) {
            Linked::Done => Ok(Term::boolean(true)),
            Linked::NoProcess => Err(Stop::error(am::noproc)),
        },
        View::Port(_) | View::External(_) => Err(Stop::error(am::noproc)),
        _ => Err(Stop::badarg()),
    }
}

fn unlink<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match args[0].view() {
        View::Pid(pid) => cx.unlink(pid),
        View::Port(_) | View::External(_) => {}
        _ => return Err(Stop::badarg()),
    }
    Ok(Term::boolean(true))
}
