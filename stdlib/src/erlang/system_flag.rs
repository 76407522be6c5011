//! `system_flag/2`: what can be set of the whole machine. Each gives what was set before.

use std::sync::atomic::Ordering;

use purlin_heap::{Atom, Build, Term, am};
use purlin_vm::actions::Settings;
use purlin_vm::{Blocked, Context, NativeFunction, Outcome, Stop, SystemLogger, natives};

use super::spawn::read_settings_limit;
use super::system_info::{defaults, multi_scheduling, system_logger};
use crate::args;
use crate::state::State;

natives! { "erlang": "system_flag"/2 => system_flag, }

/// Those of `erts_internal`.
pub(crate) const INTERNAL: &[NativeFunction] = &[NativeFunction {
    module: "erts_internal",
    function: "scheduler_wall_time",
    arity: 1,
    body: internal_wall_time,
}];

/// The largest limit of requests to processes that OTP takes: 27 bits.
const OUTSTANDING_MAX: usize = (1 << 27) - 1;

fn system_flag<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let flag = args[0].as_atom().ok_or(args::bad_option())?;
    let value = args[1];
    match cx.atoms().name(flag) {
        "schedulers_online" => {
            let former = cx.vm().set_schedulers_online(schedulers(cx, value)?);
            // So that it does not run on where it should not.
            cx.end_slice();
            Ok(Term::small(former as i64))
        }
        "dirty_cpu_schedulers_online" => {
            let count = schedulers(cx, value)?;
            let former = State::of(cx).dirty_online.swap(count, Ordering::Relaxed);
            Ok(Term::small(if former == 0 { cx.vm().config().schedulers.workers } else { former } as i64))
        }
        "multi_scheduling" => block(cx, value),
        "backtrace_depth" => Ok(Term::small(cx.vm().set_trace_depth(args::size(value)?) as i64)),
        "min_heap_size" | "min_bin_vheap_size" | "fullsweep_after" | "max_heap_size" => {
            set_default(cx, flag, value)
        }
        "scheduler_wall_time" => wall_time(cx, value),
        "microstate_accounting" => microstates(cx, value),
        "system_logger" => set_system_logger(cx, value),
        "trace_control_word" => {
            let word = u32::try_from(args::size(value)?).map_err(|_| Stop::badarg())?;
            Ok(Term::small(State::of(cx).trace_control_word.swap(word, Ordering::Relaxed).into()))
        }
        // Kept to be told: what is asked of all processes is asked at once.
        "outstanding_system_requests_limit" => {
            let count = args::size(value)?;
            if !(1..=OUTSTANDING_MAX).contains(&count) {
                return Err(Stop::badarg());
            }
            Ok(Term::small(State::of(cx).outstanding_max.swap(count, Ordering::Relaxed) as i64))
        }
        // There is no topology that could be set, and the time offset is final.
        "cpu_topology" if value.is_atom(am::undefined) => Ok(value),
        "time_offset" if cx.atoms().lookup("finalize").is_some_and(|name| value.is_atom(name)) => {
            Ok(Term::atom(am::final_))
        }
        // Others that OTP knows, which take no value here.
        "cpu_topology" | "internal_cpu_topology" | "scheduler_bind_type" | "erts_alloc" => {
            Err(Stop::badarg())
        }
        _ => Err(args::bad_option()),
    }
}

/// A number of schedulers that there are.
fn schedulers<'h>(cx: &Context<'h>, value: Term<'h>) -> args::Read<'h, usize> {
    let count = args::size(value)?;
    if (1..=cx.vm().config().schedulers.workers).contains(&count) { Ok(count) } else { Err(Stop::badarg()) }
}

/// Has only one scheduler run, until it is taken back or the caller ends. The answer is what holds now.
fn block<'h>(cx: &Context<'h>, value: Term<'h>) -> Outcome<'h> {
    match cx.atoms().name(args::atom(value)?) {
        "block" => cx.block_schedulers(Blocked::All),
        "unblock" => cx.unblock_schedulers(Blocked::All),
        "block_normal" => cx.block_schedulers(Blocked::Normal),
        "unblock_normal" => cx.unblock_schedulers(Blocked::Normal),
        _ => return Err(Stop::badarg()),
    }
    cx.end_slice();
    multi_scheduling(cx)
}

/// What processes that are spawned from now on are set to, where their spawn does not say it.
fn set_default<'h>(cx: &Context<'h>, flag: Atom, value: Term<'h>) -> Outcome<'h> {
    let former = defaults(cx);
    if flag == am::max_heap_size {
        let limit = read_settings_limit(cx, value, former.min_heap_size)?;
        let former = cx.vm().max_heap_size();
        cx.vm().change_default_settings(|settings| settings.max_heap_size = Some(limit));
        return Ok(cx.max_heap_size(&former));
    }
    let size = args::size(value)? as u64;
    let (pick, told): (fn(&mut Settings) -> &mut Option<u64>, u64) = match flag {
        am::min_heap_size => (|settings| &mut settings.min_heap_size, former.min_heap_size),
        am::min_bin_vheap_size => (|settings| &mut settings.min_bin_vheap_size, former.min_bin_vheap_size),
        _ => (|settings| &mut settings.fullsweep_after, former.fullsweep_after),
    };
    cx.vm().change_default_settings(|settings| *pick(settings) = Some(size));
    Ok(cx.heap().unsigned(told))
}

fn wall_time<'h>(cx: &Context<'h>, value: Term<'h>) -> Outcome<'h> {
    let on = value.as_boolean().ok_or(Stop::badarg())?;
    Ok(Term::boolean(State::of(cx).wall_time.swap(on, Ordering::Relaxed)))
}

fn internal_wall_time<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    wall_time(cx, args[0])
}

fn microstates<'h>(cx: &Context<'h>, value: Term<'h>) -> Outcome<'h> {
    let mut microstates = State::of(cx).microstates.lock();
    let was_on = match value.as_boolean() {
        Some(on) => microstates.turn(cx.vm(), on),
        None if cx.atoms().lookup("reset").is_some_and(|name| value.is_atom(name)) => {
            microstates.reset(cx.vm())
        }
        None => return Err(Stop::badarg()),
    };
    Ok(Term::boolean(was_on))
}

/// Who gets the reports of processes that errors have ended: a process, `logger` or nobody.
fn set_system_logger<'h>(cx: &Context<'h>, value: Term<'h>) -> Outcome<'h> {
    let logger = match (value.as_pid(), value.as_atom()) {
        (Some(pid), _) if cx.vm().is_known(pid) => SystemLogger::Process(pid),
        (_, Some(am::logger)) => SystemLogger::Registered,
        (_, Some(am::undefined)) => SystemLogger::Nobody,
        _ => return Err(Stop::badarg()),
    };
    Ok(system_logger(cx.vm().set_system_logger(logger)))
}
