//! What the machine tells of itself.

use purlin_heap::bits;
use purlin_heap::{Build, Heap, Term, am};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args;
use crate::chars;

natives! { "erlang":
    "system_info"/1 => system_info, "system_flag"/2 => system_flag, "statistics"/1 => statistics,
    "memory"/0 => memory, "memory"/1 => memory_of, "system_monitor"/0 => no_monitor,
    "system_monitor"/1 => set_no_monitor, "system_monitor"/2 => set_no_monitor,
    "system_profile"/0 => no_monitor, "system_profile"/2 => set_no_monitor,
}

/// The release whose semantics are followed.
const RELEASE: &str = "29";
/// The version of that release's runtime.
const RUNTIME_VERSION: &str = "17.1";
const WORD_BYTES: i64 = 8;

fn system_info<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let heap = cx.heap();
    if let Some(item) = args[0].as_tuple() {
        return compound(cx, item.elements());
    }
    let name = cx.atoms().name(args::atom(args[0])?);
    number(cx, name)
        .map(|value| heap.unsigned(value))
        .or_else(|| text(name).map(|text| chars::list(heap, &text)))
        .or_else(|| word(name).map(Term::atom))
        .or_else(|| other(cx, name))
        .ok_or(Stop::badarg())
}

/// Items that are numbers.
fn number(cx: &Context<'_>, name: &str) -> Option<u64> {
    let (vm, config) = (cx.vm(), cx.vm().config());
    let schedulers = config.schedulers.workers as u64;
    Some(match name {
        "schedulers" | "schedulers_online" | "schedulers_active" => schedulers,
        "dirty_cpu_schedulers" | "dirty_cpu_schedulers_online" | "run_queues" => schedulers,
        "dirty_io_schedulers" => 10,
        "scheduler_id" => cx.scheduler_id() as u64,
        "logical_processors" | "logical_processors_available" | "logical_processors_online" => {
            std::thread::available_parallelism().map_or(1, |count| count.get() as u64)
        }
        "wordsize" => WORD_BYTES as u64,
        "process_count" => vm.process_count() as u64,
        "process_limit" => config.processes_max.into(),
        "atom_count" => vm.atoms().len() as u64,
        "atom_limit" => vm.atoms().limit() as u64,
        "port_count" | "trace_control_word" | "ets_count" => 0,
        "port_limit" | "ets_limit" => 65536,
        "context_reductions" => 4000,
        "thread_pool_size" | "async_dist" => 0,
        "start_time" => 0,
        "creation" => 0,
        "system_logger" => return None,
        _ => return None,
    })
}

/// Items that are text.
fn text(name: &str) -> Option<String> {
    Some(match name {
        "otp_release" => RELEASE.to_owned(),
        "version" | "driver_version" | "nif_version" => RUNTIME_VERSION.to_owned(),
        "machine" => "BEAM".to_owned(),
        "system_version" => {
            format!("Purlin {} [64-bit] [as Erlang/OTP {RELEASE}]\n", env!("CARGO_PKG_VERSION"))
        }
        "system_architecture" => format!("{}-unknown-{}", std::env::consts::ARCH, std::env::consts::OS),
        _ => return None,
    })
}

/// Items that are atoms.
fn word(name: &str) -> Option<purlin_heap::Atom> {
    Some(match name {
        "smp_support" | "threads" | "tolerant_timeofday" | "constant_pool_support" => am::true_,
        "debug_compiled"
        | "lock_counting"
        | "lock_checking"
        | "dist_ctrl"
        | "sequential_tracer"
        | "dynamic_trace_probes"
        | "eager_check_io" => am::false_,
        "multi_scheduling" => am::enabled,
        "heap_type" => am::private,
        "build_type" | "emu_type" => am::opt,
        "time_correction" => am::true_,
        "time_warp_mode" => am::no_time_warp,
        "message_queue_data" => am::off_heap,
        "scheduler_bind_type" => am::unbound,
        "cpu_topology" | "cpu_quota" | "allocator" => am::undefined,
        "dynamic_trace" => am::none,
        "modified_timing_level" => am::undefined,
        "end_time" => am::undefined,
        "system_logger" => am::logger,
        _ => return None,
    })
}

/// Items of other forms.
fn other<'h>(cx: &Context<'h>, name: &str) -> Option<Term<'h>> {
    let heap = cx.heap();
    let atom = |name: &str| cx.atoms().intern(name).ok().map(Term::atom);
    let pair = |name: &str, value: i64| Some(heap.tuple(&[atom(name)?, Term::small(value)]));
    let words_min = i64::from(cx.vm().config().heap_words_min);
    Some(match name {
        "os_type" => heap.tuple(&[Term::atom(am::unix), atom(std::env::consts::OS)?]),
        "os_version" => os_version(heap),
        "emu_flavor" => atom("emu")?,
        "min_heap_size" => pair("min_heap_size", words_min)?,
        "min_bin_vheap_size" => pair("min_bin_vheap_size", words_min)?,
        "max_heap_size" => cx.max_heap_size(&cx.vm().max_heap_size()),
        "fullsweep_after" => pair("fullsweep_after", cx.vm().config().minors_max.into())?,
        "heap_sizes" => heap_sizes(cx, words_min),
        "snifs" => natives(cx),
        "garbage_collection" => heap.list(&[
            pair("min_heap_size", words_min)?,
            pair("min_bin_vheap_size", words_min)?,
            pair("max_heap_size", cx.vm().max_heap_size().words as i64)?,
            pair("fullsweep_after", cx.vm().config().minors_max.into())?,
        ]),
        "taints" | "check_io" | "alloc_util_allocators" | "procs" | "loaded" | "dist" | "info" => Term::NIL,
        "normal_multi_scheduling_blockers" | "multi_scheduling_blockers" | "allocated_areas" => Term::NIL,
        "system_version_binary" => bits::binary(&[], heap),
        _ => return None,
    })
}

/// The sizes that heaps are made of, in words: each twice the one before, up to what an address can reach.
fn heap_sizes<'h>(cx: &Context<'h>, words_min: i64) -> Term<'h> {
    let sizes = std::iter::successors(Some(words_min.max(1)), |size| size.checked_mul(2));
    let sizes: Vec<_> = sizes.take_while(|size| *size < 1 << 60).map(Term::small).collect();
    cx.heap().list(&sizes)
}

/// All natives: `[{Module, Function, Arity}]`.
fn natives<'h>(cx: &Context<'h>) -> Term<'h> {
    let heap = cx.heap();
    let names = cx.vm().code().natives().iter().map(|(name, _)| {
        heap.tuple(&[Term::atom(name.module), Term::atom(name.function), Term::small(name.arity.into())])
    });
    heap.list(&names.collect::<Vec<_>>())
}

/// The version of the operating system's kernel, as far as it can be read.
fn os_version(heap: &Heap) -> Term<'_> {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers =
        release.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<i64>().ok());
    let [major, minor, patch] = std::array::from_fn(|_| Term::small(numbers.next().unwrap_or(0)));
    heap.tuple(&[major, minor, patch])
}

/// Items with a parameter.
fn compound<'h>(cx: &Context<'h>, item: &[Term<'h>]) -> Outcome<'h> {
    let name = item.first().and_then(|name| name.as_atom()).map(|name| cx.atoms().name(name));
    match (name, item.get(1)) {
        (Some("wordsize"), Some(kind)) if kind.is_atom(am::internal) || kind.is_atom(am::external) => {
            Ok(Term::small(WORD_BYTES))
        }
        (Some("cpu_topology"), Some(_)) => Ok(Term::atom(am::undefined)),
        (Some("allocator" | "allocator_sizes"), Some(_)) => Ok(Term::boolean(false)),
        _ => Err(Stop::badarg()),
    }
}

/// Most flags are kept by nobody: what they would change is not adjustable here. Their former value is what the machine
/// does.
fn system_flag<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let value = match cx.atoms().name(args::atom(args[0])?) {
        "backtrace_depth" => Term::small(cx.vm().set_trace_depth(args::size(args[1])?) as i64),
        "schedulers_online" | "dirty_cpu_schedulers_online" => {
            Term::small(cx.vm().config().schedulers.workers as i64)
        }
        "min_heap_size" | "min_bin_vheap_size" => Term::small(cx.vm().config().heap_words_min.into()),
        "max_heap_size" => {
            let limit = super::spawn::read_settings_limit(cx, args[1], 0)?;
            let former = cx.vm().set_max_heap_size(limit);
            cx.max_heap_size(&former)
        }
        "trace_control_word" => Term::small(0),
        "fullsweep_after" => Term::small(cx.vm().config().minors_max.into()),
        "multi_scheduling" => Term::atom(am::enabled),
        "scheduler_bind_type" => Term::atom(am::unbound),
        "scheduler_wall_time" | "microstate_accounting" => Term::boolean(false),
        "cpu_topology" => Term::atom(am::undefined),
        "system_logger" => Term::atom(am::logger),
        "time_offset" => Term::atom(am::final_),
        _ => return Err(Stop::badarg()),
    };
    Ok(value)
}

fn statistics<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let heap = cx.heap();
    let pair = |first: u64, second: u64| heap.tuple(&[heap.unsigned(first), heap.unsigned(second)]);
    let ms = cx.vm().monotonic_ns() / 1_000_000;
    let workers = cx.vm().config().schedulers.workers;
    let state = crate::state::State::of(cx);
    Ok(match args::atom(args[0])? {
        am::wall_clock => pair(ms, state.since_last_wall_clock(ms)),
        am::runtime => {
            let cpu_ms = cpu_time_ms().unwrap_or(ms);
            pair(cpu_ms, state.since_last_runtime(cpu_ms))
        }
        am::reductions | am::exact_reductions => {
            let reductions = cx.own_reductions();
            pair(reductions, state.since_last_reductions(reductions))
        }
        am::garbage_collection => heap.tuple(&[Term::small(0), Term::small(0), Term::small(0)]),
        am::context_switches => pair(0, 0),
        am::io => {
            let none = |name| heap.tuple(&[Term::atom(name), Term::small(0)]);
            heap.tuple(&[none(am::input), none(am::output)])
        }
        am::run_queue | am::total_run_queue_lengths | am::total_active_tasks => Term::small(0),
        am::run_queue_lengths | am::active_tasks => heap.list(&vec![Term::small(0); workers]),
        am::scheduler_wall_time => Term::atom(am::undefined),
        _ => return Err(Stop::badarg()),
    })
}

/// The time that the operating system's process has computed, where it can be read.
fn cpu_time_ms() -> Option<u64> {
    const MS_PER_TICK: u64 = 10;
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some((ticks(11)? + ticks(12)?) * MS_PER_TICK)
}

/// Kinds of memory in the order of OTP's list.
const MEMORY: [purlin_heap::Atom; 9] = [
    am::total,
    am::processes,
    am::processes_used,
    am::system,
    am::atom,
    am::atom_used,
    am::binary,
    am::code,
    am::ets,
];

/// Bytes in use, as the operating system counts them: it is not known what for.
fn resident_bytes() -> u64 {
    const PAGE_BYTES: u64 = 4096;
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * PAGE_BYTES
}

fn memory_item<'h>(cx: &Context<'h>, kind: purlin_heap::Atom) -> Option<Term<'h>> {
    MEMORY.contains(&kind).then(|| match kind {
        am::total | am::system => cx.heap().unsigned(resident_bytes()),
        _ => Term::small(0),
    })
}

fn memory<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let pair = |kind| Some(cx.heap().tuple(&[Term::atom(kind), memory_item(cx, kind)?]));
    Ok(cx.heap().list(&MEMORY.into_iter().filter_map(pair).collect::<Vec<_>>()))
}

fn memory_of<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if let Some(kind) = args[0].as_atom() {
        return memory_item(cx, kind).ok_or(Stop::badarg());
    }
    let pair = |kind: Term<'h>| {
        let value = memory_item(cx, args::atom(kind)?).ok_or(Stop::badarg())?;
        Ok(cx.heap().tuple(&[kind, value]))
    };
    let kinds = args::elements(args[0])?;
    Ok(cx.heap().list(&kinds.into_iter().map(pair).collect::<Result<Vec<_>, Stop<'h>>>()?))
}

fn no_monitor<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(am::undefined))
}

/// Nobody is told of the system's events: only turning that off succeeds.
fn set_no_monitor<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if args[0].is_atom(am::undefined) { Ok(args[0]) } else { Err(Stop::badarg()) }
}
