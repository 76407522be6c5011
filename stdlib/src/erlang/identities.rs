//! Pids, ports and references as text and back.

use purlin_heap::order::identities::reference_number;
use purlin_heap::print::{self, Style};
use purlin_heap::{Build, Pid, Port, Term, View};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::{args, chars};

natives! { "erlang":
    "pid_to_list"/1 => pid_to_list, "list_to_pid"/1 => list_to_pid,
    "port_to_list"/1 => port_to_list, "list_to_port"/1 => list_to_port,
    "ref_to_list"/1 => ref_to_list, "list_to_ref"/1 => list_to_ref,
}

/// Longer than any identity of this node.
const TEXT_MAX: usize = 300;

fn text<'h>(cx: &Context<'h>, identity: Term<'h>) -> Outcome<'h> {
    Ok(chars::list(cx.heap(), &print::to_string(identity, Style::Pretty, TEXT_MAX, cx.atoms())))
}

fn pid_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match args[0].view() {
        View::Pid(_) | View::External(_) => text(cx, args[0]),
        _ => Err(Stop::badarg()),
    }
}

fn port_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match args[0].view() {
        View::Port(_) | View::External(_) => text(cx, args[0]),
        _ => Err(Stop::badarg()),
    }
}

fn ref_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match args[0].view() {
        View::Reference(_) | View::External(_) => text(cx, args[0]),
        _ => Err(Stop::badarg()),
    }
}

/// The numbers in `prefix 0.A.B... >`: the first must be 0, which stands for this node.
fn numbers(text: &str, prefix: &str) -> Option<Vec<u32>> {
    let inner = text.strip_prefix(prefix)?.strip_suffix('>')?;
    let mut numbers = inner.split('.').map(|part| {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { part.parse().ok() } else { None }
    });
    (numbers.next()? == Some(0)).then(|| numbers.collect())?
}

fn list_to_pid<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let text = args::characters(args[0])?;
    match numbers(&text, "<").as_deref() {
        Some(&[number, serial]) => Pid::from_parts(number, serial).map(Term::pid).ok_or(Stop::badarg()),
        _ => Err(Stop::badarg()),
    }
}

fn list_to_port<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let text = args::characters(args[0])?;
    match numbers(&text, "#Port<").as_deref() {
        Some(&[number]) => Ok(Term::port(Port(number.into()))),
        _ => Err(Stop::badarg()),
    }
}

/// The alias that a reference may have been is lost in its text.
fn list_to_ref<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let text = args::characters(args[0])?;
    match numbers(&text, "#Ref<").as_deref() {
        Some(&[high, middle, low]) => {
            let number = reference_number([low, middle, high]).ok_or(Stop::badarg())?;
            Ok(cx.heap().reference(number, None))
        }
        _ => Err(Stop::badarg()),
    }
}
