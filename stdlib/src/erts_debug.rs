//! Module `erts_debug`: sizes of terms, and whether two are one.

use purlin_heap::{Build, Term, size_of};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args;

natives! { "erts_debug":
    "flat_size"/1 => flat_size, "size_shared"/1 => flat_size, "same"/2 => same, "copy_shared"/1 => copy,
    "copy_shared"/2 => copy, "get_internal_state"/1 => no_state, "set_internal_state"/2 => no_state,
    "interpreter_size"/0 => interpreter_size,
}

/// Words of a term, parts that are shared counted each time. Literals count nothing.
fn flat_size<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let words = size_of(args[0]);
    args::charge(cx, words);
    Ok(cx.heap().unsigned(words as u64))
}

fn same<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(args[0].is_same(args[1])))
}

fn copy<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    args::charge(cx, size_of(args[0]));
    Ok(purlin_heap::copy_into(cx.heap(), args[0]))
}

/// The inside of OTP's emulator is not that of this machine.
fn no_state<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Err(Stop::badarg())
}

fn interpreter_size<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::small(0))
}
