//! The tags of dynamic tracing, as they are without support for it: there never is one.

use purlin_heap::{Term, am};
use purlin_vm::{Context, Outcome, Stop, natives};

natives! { "erlang":
    "dt_get_tag"/0 => no_tag, "dt_get_tag_data"/0 => no_tag, "dt_put_tag"/1 => no_tag, "dt_spread_tag"/1 => spread,
    "dt_restore_tag"/1 => restore, "dt_append_vm_tag_data"/1 => unchanged, "dt_prepend_vm_tag_data"/1 => unchanged,
}

fn no_tag<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(am::undefined))
}

fn spread<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    args[0].as_boolean().ok_or(Stop::badarg())?;
    Ok(Term::boolean(true))
}

/// Takes what [`spread`] gives.
fn restore<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if args[0].is_atom(am::true_) { Ok(args[0]) } else { Err(Stop::badarg()) }
}

/// Data to which no tag is added.
fn unchanged<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(args[0])
}
