//! Module `erts_debug`: sizes of terms, and whether two are one.

use std::sync::atomic::Ordering;
use std::time::Duration;

use purlin_heap::bits::{Construction, slice};
use purlin_heap::{Atom, Build, Term, am, size_of};
use purlin_vm::actions::Flags;
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args;
use crate::erlang::{info, memory};
use crate::state::State;

natives! { "erts_debug":
    "flat_size"/1 => flat_size, "size_shared"/1 => flat_size, "same"/2 => same, "copy_shared"/1 => copy,
    "copy_shared"/2 => copy, "get_internal_state"/1 => get_internal_state, "set_internal_state"/2 => set_internal_state,
    "interpreter_size"/0 => interpreter_size, "unaligned_bitstring"/2 => unaligned_bitstring,
}

/// Words of a term, parts that are shared counted each time. Literals count nothing.
fn flat_size<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let words = size_of(args[0]);
    Ok(cx.heap().unsigned(words as u64))
}

fn same<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(args[0].is_same(args[1])))
}

fn copy<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(purlin_heap::copy_into(cx.heap(), args[0]))
}

/// The inside of OTP's emulator is not that of this machine, but for the little that OTP's own tests ask of any.
fn get_internal_state<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if args[0].is_atom(am::available_internal_state) {
        return Ok(Term::boolean(State::of(cx).internal_state_is_available.load(Ordering::Relaxed)));
    }
    if args[0].is_atom(am::reds_left) {
        return Ok(Term::small(cx.reductions_left().max(0)));
    }
    match args[0].as_atom().map(|name| cx.atoms().name(name)) {
        Some("memory") => Ok(memory::all(cx)),
        Some("process_info_args") => Ok(info::items(cx)),
        Some("flxctr_memory_usage") => Ok(Term::atom(cx.atoms().intern("notsup")?)),
        // Schedulers share their load all the time: what is asked is whether they had time for that.
        Some("nbalance") => Ok(cx.heap().unsigned(cx.total_reductions() / BALANCED_AFTER_REDUCTIONS)),
        _ => process_status(cx, args[0]),
    }
}

/// So many reductions are between two moments at which OTP's schedulers balance their load.
const BALANCED_AFTER_REDUCTIONS: u64 = 4_000_000;

/// `{process_status, Pid}`: `undefined` once there is nothing left of a process.
fn process_status<'h>(cx: &Context<'h>, item: Term<'h>) -> Outcome<'h> {
    let &[name, pid] = args::tuple(item)?.elements() else { return Err(Stop::badarg()) };
    let pid = pid.as_pid().ok_or(Stop::badarg())?;
    if cx.atoms().name(args::atom(name)?) != "process_status" {
        return Err(Stop::badarg());
    }
    Ok(Term::atom(if cx.vm().is_known(pid) { am::running } else { am::undefined }))
}

fn set_internal_state<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match (args[0].as_atom(), args[1].as_small()) {
        (Some(am::available_internal_state), _) => {
            let on = args[1].as_boolean().ok_or(Stop::badarg())?;
            Ok(Term::boolean(State::of(cx).internal_state_is_available.swap(on, Ordering::Relaxed)))
        }
        // Timers and memory are given back at once, and nobody waits for other threads.
        (Some(name), _) if cx.atoms().name(name) == "wait" => Ok(Term::atom(am::ok)),
        // Work on tables is interrupted where its time is up, and their trees have no other forms to be tried.
        (Some(name), _) if cx.atoms().name(name) == "ets_force_trap" => {
            Ok(Term::atom(cx.atoms().intern("notsup")?))
        }
        (Some(name), _)
            if matches!(cx.atoms().name(name), "ets_force_split" | "ets_debug_random_split_join") =>
        {
            Ok(Term::atom(am::ok))
        }
        // A term in memory of its own is as good as any other.
        (Some(name), _) if cx.atoms().name(name) == "mbuf" => Ok(args[1]),
        // Mailboxes always take signals from several senders at once.
        (Some(name), _) if cx.atoms().name(name) == "proc_sig_buffers" => Ok(Term::boolean(true)),
        // Holds the scheduler: that is what it is for.
        (Some(am::sleep), Some(ms)) => {
            std::thread::sleep(Duration::from_millis(u64::try_from(ms).map_err(|_| Stop::badarg())?));
            Ok(Term::boolean(true))
        }
        (Some(am::reds_left), Some(left)) => {
            cx.bump_reductions(u32::try_from(cx.reductions_left() - left).unwrap_or(0));
            Ok(Term::boolean(true))
        }
        (Some(name), _) if is_limit(cx, name) => Ok(Term::atom(cx.atoms().intern("default")?)),
        (Some(name), _) if cx.atoms().name(name) == "force_gc" && args[1].as_pid() == Some(cx.pid()) => {
            cx.set_flag(Flags::COLLECT, true);
            Ok(Term::boolean(true))
        }
        // Receive markers are numbered for each mailbox; no process has a counter that could run over.
        (Some(am::process_uniq_counter), _) => Ok(Term::atom(am::ok)),
        _ => Err(Stop::badarg()),
    }
}

/// Limits that OTP's tests set to see natives stop and go on in the middle. Here a native works in slices that are not to be
/// adjusted, or in one; its result is to be the same.
fn is_limit(cx: &Context<'_>, name: Atom) -> bool {
    matches!(cx.atoms().name(name), "binary_loop_limit" | "unicode_loop_limit")
}

fn interpreter_size<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::small(0))
}

/// The same bits, beginning at this bit of a byte. Small bit strings stand in words of their own, and so begin with a byte.
fn unaligned_bitstring<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (bits, offset) = (args::bits(args[0])?, args::size(args[1])?);
    if !(1..8).contains(&offset) {
        return Err(Stop::badarg());
    }
    let size = bits.bit_size();
    let mut shifted = Construction::new(offset + size, cx.heap()).map_err(|_| Stop::system_limit())?;
    let writer = shifted.writer();
    writer.number(0, offset).and_then(|()| writer.bits(bits)).map_err(|_| Stop::badarg())?;
    let shifted = shifted.finish(cx.heap());
    slice(shifted, offset, size, cx.heap()).ok_or(Stop::badarg())
}
