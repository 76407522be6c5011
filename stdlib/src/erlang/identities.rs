//! Pids, ports and references as text and back.

use std::str::FromStr;

use purlin_heap::external;
use purlin_heap::print::{self, Style};
use purlin_heap::{Term, View};
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
fn numbers<N: FromStr>(text: &str, prefix: &str) -> Option<Vec<N>> {
    let inner = text.strip_prefix(prefix)?.strip_suffix('>')?;
    let mut parts = inner.split('.');
    let is_here = number(parts.next()?) == Some(0u32);
    is_here.then(|| parts.map(number).collect())?
}

fn number<N: FromStr>(text: &str) -> Option<N> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

fn list_to_pid<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let text = args::characters(args[0])?;
    match numbers(&text, "<").as_deref() {
        Some(&[number, serial]) => {
            external::local_pid(number, serial, cx.vm(), cx.heap()).ok_or(Stop::badarg())
        }
        _ => Err(Stop::badarg()),
    }
}

fn list_to_port<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let text = args::characters(args[0])?;
    match numbers(&text, "#Port<").as_deref() {
        Some(&[number]) => external::local_port(number, cx.vm(), cx.heap()).ok_or(Stop::badarg()),
        _ => Err(Stop::badarg()),
    }
}

/// The alias that a reference may have been is lost in its text.
fn list_to_ref<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let text = args::characters(args[0])?;
    match numbers(&text, "#Ref<").as_deref() {
        Some(&[high, middle, low]) => {
            external::local_reference([low, middle, high], None, cx.vm(), cx.heap()).ok_or(Stop::badarg())
        }
        _ => Err(Stop::badarg()),
    }
}
