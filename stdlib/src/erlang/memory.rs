//! `memory/0,1`: what the machine's memory is used for.

use purlin_heap::{Atom, Build, Term, am};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args;
use crate::state::State;

natives! { "erlang": "memory"/0 => memory, "memory"/1 => memory_of, }

const WORD_BYTES: usize = 8;

/// Kinds of memory in the order of OTP's list, with the bytes of each. What is in use and in none of the others is the
/// system's: `total` is what the operating system counts, or what is known here if that is more.
pub(crate) fn figures(cx: &Context<'_>) -> [(Atom, usize); 9] {
    let known = cx.vm().memory_usage();
    // Rows of tables stand among the messages.
    let ets = State::of(cx).tables.words() * WORD_BYTES;
    let processes = known.processes.saturating_sub(ets);
    let parts = known.atom + known.binary + known.code + ets;
    let total = resident_bytes().max(processes + parts + OVERHEAD_BYTES);
    [
        (am::total, total),
        (am::processes, processes),
        (am::processes_used, known.processes_used.saturating_sub(ets)),
        (am::system, total - processes),
        (am::atom, known.atom),
        (am::atom_used, known.atom_used),
        (am::binary, known.binary),
        (am::code, known.code),
        (am::ets, ets),
    ]
}

/// What the machine itself takes at the least.
const OVERHEAD_BYTES: usize = 1 << 20;

/// Bytes of the operating system's process that are in memory, where that can be read.
fn resident_bytes() -> usize {
    const PAGE_BYTES: usize = 4096;
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * PAGE_BYTES
}

/// `[{Kind, Bytes}]`
pub(crate) fn all<'h>(cx: &Context<'h>) -> Term<'h> {
    let pair =
        |(kind, bytes): (Atom, usize)| cx.heap().tuple(&[Term::atom(kind), cx.heap().unsigned(bytes as u64)]);
    cx.heap().list(&figures(cx).map(pair))
}

fn memory<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(all(cx))
}

fn memory_of<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let figures = figures(cx);
    let bytes = |kind: Term<'h>| {
        let found = figures.iter().find(|(name, _)| kind.is_atom(*name));
        found.map(|&(_, bytes)| cx.heap().unsigned(bytes as u64)).ok_or(Stop::badarg())
    };
    if args[0].as_atom().is_some() {
        return bytes(args[0]);
    }
    let pair = |kind: Term<'h>| Ok(cx.heap().tuple(&[kind, bytes(kind)?]));
    let kinds = args::elements(args[0])?;
    Ok(cx.heap().list(&kinds.into_iter().map(pair).collect::<Result<Vec<_>, Stop<'h>>>()?))
}
