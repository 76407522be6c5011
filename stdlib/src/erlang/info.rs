//! `process_info`.

use purlin_heap::{Build, Term, am};
use purlin_vm::actions::{Asked, USUAL_ITEMS, is_item};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::nodes::Foreign;
use crate::args;

natives! { "erlang": "process_info"/1 => all, "process_info"/2 => some, }

/// The usual items; `registered_name` only if there is one.
fn all<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let items: Vec<Term<'h>> = USUAL_ITEMS.iter().map(|&item| Term::atom(item)).collect();
    let told = tell(cx, args[0], cx.heap().list(&items), args)?;
    let Some(first) = told.as_cons() else { return Ok(told) };
    let has_name = first.head().as_tuple().is_some_and(|pair| !pair.element(1).is_nil());
    Ok(if has_name { told } else { first.tail() })
}

/// All items that can be asked for.
pub(crate) fn items<'h>(cx: &Context<'h>) -> Term<'h> {
    let items: Vec<Term<'h>> = cx.all_info_items().into_iter().map(Term::atom).collect();
    cx.heap().list(&items)
}

fn some<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let is_item = |term| is_item(cx.atoms(), term);
    if !is_item(args[1]) && !args::elements(args[1])?.into_iter().all(is_item) {
        return Err(Stop::badarg());
    }
    tell(cx, args[0], args[1], args)
}

fn tell<'h>(cx: &Context<'h>, pid: Term<'h>, items: Term<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if Foreign::of(cx, pid) == Some(Foreign::Earlier) {
        return Ok(Term::atom(am::undefined));
    }
    let pid = pid.as_pid().ok_or(Stop::badarg())?;
    if pid == cx.pid() {
        return Ok(cx.own_info(items));
    }
    let told = cx.ask(pid, Asked::Info(items), cx.heap().list(args))?;
    debug_assert!(told.is_atom(am::undefined) || told.as_atom().is_none());
    Ok(told)
}
