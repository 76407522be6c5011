//! `statistics/1`: what the machine has done, and how busy it is.
//!
//! Long work of processes is done by the schedulers themselves, in slices. So the schedulers for long work that OTP has are
//! told of, because programs count on their places in the lists, and are never busy.

use purlin_heap::{Build, Map, Term, am};
use purlin_vm::{Context, Load, Outcome, Stop, natives};

use super::system_info::DIRTY_IO_SCHEDULERS;
use crate::args;
use crate::state::State;

natives! { "erlang": "statistics"/1 => statistics, }

fn statistics<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let heap = cx.heap();
    let pair = |first: u64, second: u64| heap.tuple(&[heap.unsigned(first), heap.unsigned(second)]);
    let state = State::of(cx);
    Ok(match cx.atoms().name(args::atom(args[0])?) {
        "wall_clock" => {
            let ms = cx.vm().monotonic_ns() / 1_000_000;
            pair(ms, state.since_last_wall_clock(ms))
        }
        "runtime" => {
            let cpu_ms = cpu_time_ms().unwrap_or(0);
            pair(cpu_ms, state.since_last_runtime(cpu_ms))
        }
        "reductions" => {
            let (reductions, more) = state.reductions.count(cx.total_reductions());
            pair(reductions, more)
        }
        "exact_reductions" => {
            let (reductions, more) = state.exact_reductions.count(cx.total_reductions());
            pair(reductions, more)
        }
        "garbage_collection" => {
            let done = cx.vm().collections();
            heap.tuple(&[heap.unsigned(done.count), heap.unsigned(done.reclaimed_words), Term::small(0)])
        }
        "context_switches" => pair(loads(cx).iter().map(|load| load.slices).sum(), 0),
        "io" => {
            let (input, output) = state.traffic_bytes();
            let named = |name, bytes| heap.tuple(&[Term::atom(name), heap.unsigned(bytes)]);
            heap.tuple(&[named(am::input, input), named(am::output, output)])
        }
        name => return queues(cx, name).or_else(|| times(cx, name)).ok_or(Stop::badarg()),
    })
}

fn loads(cx: &Context<'_>) -> Vec<Load> {
    cx.vm().handle().loads()
}

/// The lengths of run queues, and how many tasks there are with those that run.
fn queues<'h>(cx: &Context<'h>, name: &str) -> Option<Term<'h>> {
    let list = |count: fn(&Load) -> usize, dirty_queues: usize| {
        let mut counts: Vec<usize> = loads(cx).iter().map(count).collect();
        // What no scheduler has taken yet is counted with the first.
        counts[0] += cx.vm().handle().injected();
        counts.resize(counts.len() + dirty_queues, 0);
        counts
    };
    let all = |counts: Vec<usize>| {
        let counts: Vec<_> = counts.into_iter().map(|count| Term::small(count as i64)).collect();
        cx.heap().list(&counts)
    };
    let sum = |counts: Vec<usize>| Term::small(counts.into_iter().sum::<usize>() as i64);
    let queued: fn(&Load) -> usize = |load| load.queued;
    let active: fn(&Load) -> usize = |load| load.queued + usize::from(load.is_busy);
    Some(match name {
        "run_queue" | "total_run_queue_lengths" | "total_run_queue_lengths_all" => sum(list(queued, 0)),
        "total_active_tasks" | "total_active_tasks_all" => sum(list(active, 0)),
        "run_queue_lengths" => all(list(queued, 1)),
        "run_queue_lengths_all" => all(list(queued, 2)),
        "active_tasks" => all(list(active, 1)),
        "active_tasks_all" => all(list(active, 2)),
        _ => return None,
    })
}

/// How long schedulers have been busy.
fn times<'h>(cx: &Context<'h>, name: &str) -> Option<Term<'h>> {
    Some(match name {
        "scheduler_wall_time" => wall_time(cx, 0),
        "scheduler_wall_time_all" => wall_time(cx, DIRTY_IO_SCHEDULERS),
        "microstate_accounting" => microstates(cx)?,
        _ => return None,
    })
}

/// `[{Scheduler, Busy, Total}]` in nanoseconds, or `undefined` while nobody wants to know. With the schedulers come as many
/// for long work that computes, and `more`.
fn wall_time<'h>(cx: &Context<'h>, more: usize) -> Term<'h> {
    if !State::of(cx).tells_wall_time() {
        return Term::atom(am::undefined);
    }
    let heap = cx.heap();
    let loads = loads(cx);
    let total_ns = loads[0].total_ns;
    let times = loads.iter().map(|load| (load.busy_ns, load.total_ns));
    let idle = std::iter::repeat_n((0, total_ns), loads.len() + more);
    let entry = |(at, (busy, total)): (usize, (u64, u64))| {
        heap.tuple(&[Term::small(at as i64 + 1), heap.unsigned(busy), heap.unsigned(total)])
    };
    heap.list(&times.chain(idle).enumerate().map(entry).collect::<Vec<_>>())
}

/// What a scheduler is told to have spent its time with; nothing else is told apart.
const STATES: [&str; 7] = ["aux", "check_io", "emulator", "gc", "other", "port", "sleep"];

/// `[#{type => scheduler, id => Number, counters => #{State => Nanoseconds}}]`
fn microstates<'h>(cx: &Context<'h>) -> Option<Term<'h>> {
    let heap = cx.heap();
    let atom = |name: &str| cx.atoms().intern(name).ok().map(Term::atom);
    let map = |pairs: &[(Term<'h>, Term<'h>)]| Map::from_pairs(pairs, cx.atoms(), heap).as_term();
    let mut all = Vec::new();
    for (at, times) in State::of(cx).microstates(cx.vm()).into_iter().enumerate() {
        let mut counters = Vec::new();
        for name in STATES {
            let ns = match name {
                "emulator" => times.running_ns,
                "gc" => times.collecting_ns,
                "sleep" => times.sleeping_ns,
                _ => 0,
            };
            counters.push((atom(name)?, heap.unsigned(ns)));
        }
        all.push(map(&[
            (atom("type")?, atom("scheduler")?),
            (atom("id")?, Term::small(at as i64 + 1)),
            (atom("counters")?, map(&counters)),
        ]));
    }
    Some(heap.list(&all))
}

/// The time that the operating system's process has computed, where it can be read.
fn cpu_time_ms() -> Option<u64> {
    const MS_PER_TICK: u64 = 10;
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some((ticks(11)? + ticks(12)?) * MS_PER_TICK)
}
