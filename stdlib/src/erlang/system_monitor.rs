//! `system_monitor/0,1,2`: who is told of long collections, long slices, large heaps and long mailboxes. Nothing waits for
//! ports or other nodes here, so those who want to be told of that never are.
//!
//! `system_profile/0,2` can only be turned off: nothing is profiled.

use purlin_heap::{Build, Pid, Term, am};
use purlin_vm::{Context, Outcome, Stop, SystemMonitor, natives};

use crate::args::{self, Read};

natives! { "erlang":
    "system_monitor"/0 => monitor, "system_monitor"/1 => set_pair, "system_monitor"/2 => set,
    "system_profile"/0 => profile, "system_profile"/2 => set_profile,
}

const NS_PER_MS: u64 = 1_000_000;
/// Smaller heaps are not told of, as in OTP.
const LARGE_WORDS_MIN: u64 = 16_384;

fn monitor<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    told(cx, cx.vm().system_monitor())
}

/// `undefined` or `{Pid, Options}`
fn set_pair<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if args[0].is_atom(am::undefined) {
        return told(cx, cx.vm().set_system_monitor(None));
    }
    match args::tuple(args[0])?.elements() {
        &[to, options] => set(cx, &[to, options]),
        _ => Err(Stop::badarg()),
    }
}

fn set<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if args[0].is_atom(am::undefined) {
        read(cx, cx.pid(), args[1])?;
        return told(cx, cx.vm().set_system_monitor(None));
    }
    let to = args[0].as_pid().ok_or(Stop::badarg())?;
    if !cx.vm().is_known(to) {
        return Err(Stop::badarg());
    }
    let wanted = read(cx, to, args[1])?;
    let is_any = wanted != nothing(to);
    told(cx, cx.vm().set_system_monitor(is_any.then_some(wanted)))
}

const fn nothing(to: Pid) -> SystemMonitor {
    SystemMonitor {
        to,
        long_gc_ns: None,
        long_schedule_ns: None,
        large_heap_words: None,
        long_queue: None,
        busy_port: false,
        busy_dist_port: false,
    }
}

fn read<'h>(cx: &Context<'h>, to: Pid, options: Term<'h>) -> Read<'h, SystemMonitor> {
    let mut wanted = nothing(to);
    for option in args::elements(options)? {
        if let Some(name) = option.as_atom() {
            match cx.atoms().name(name) {
                "busy_port" => wanted.busy_port = true,
                "busy_dist_port" => wanted.busy_dist_port = true,
                _ => return Err(Stop::badarg()),
            }
            continue;
        }
        let &[name, value] = args::tuple(option)?.elements() else { return Err(Stop::badarg()) };
        // What is told at once is told from one on.
        let number = |least: u64| -> Read<'h, u64> { Ok((args::size(value)? as u64).max(least)) };
        match cx.atoms().name(args::atom(name)?) {
            "long_gc" => wanted.long_gc_ns = Some(number(1)?.saturating_mul(NS_PER_MS)),
            "long_schedule" => wanted.long_schedule_ns = Some(number(1)?.saturating_mul(NS_PER_MS)),
            "large_heap" => wanted.large_heap_words = Some(number(LARGE_WORDS_MIN)?),
            "long_message_queue" => wanted.long_queue = Some(lengths(value)?),
            _ => return Err(Stop::badarg()),
        }
    }
    Ok(wanted)
}

/// `{Short, Long}`
fn lengths<'h>(value: Term<'h>) -> Read<'h, (u64, u64)> {
    let &[short, long] = args::tuple(value)?.elements() else { return Err(Stop::badarg()) };
    let (short, long) = (args::size(short)? as u64, args::size(long)? as u64);
    if short < long { Ok((short, long)) } else { Err(Stop::badarg()) }
}

/// `undefined` or `{Pid, Options}`
fn told<'h>(cx: &Context<'h>, monitor: Option<SystemMonitor>) -> Outcome<'h> {
    let Some(monitor) = monitor else { return Ok(Term::atom(am::undefined)) };
    let heap = cx.heap();
    let atom = |name: &str| cx.atoms().intern(name).map(Term::atom);
    let mut options = Vec::new();
    for (name, is_wanted) in [("busy_dist_port", monitor.busy_dist_port), ("busy_port", monitor.busy_port)] {
        if is_wanted {
            options.push(atom(name)?);
        }
    }
    let numbers = [
        ("large_heap", monitor.large_heap_words),
        ("long_schedule", monitor.long_schedule_ns.map(|ns| ns / NS_PER_MS)),
        ("long_gc", monitor.long_gc_ns.map(|ns| ns / NS_PER_MS)),
    ];
    for (name, value) in numbers {
        if let Some(value) = value {
            options.push(heap.tuple(&[atom(name)?, heap.unsigned(value)]));
        }
    }
    if let Some((short, long)) = monitor.long_queue {
        let lengths = heap.tuple(&[heap.unsigned(short), heap.unsigned(long)]);
        options.push(heap.tuple(&[atom("long_message_queue")?, lengths]));
    }
    Ok(heap.tuple(&[Term::pid(monitor.to), heap.list(&options)]))
}

fn profile<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(am::undefined))
}

fn set_profile<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if args[0].is_atom(am::undefined) { Ok(args[0]) } else { Err(Stop::badarg()) }
}
