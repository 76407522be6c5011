//! What the machine tells of itself.

use std::fmt::Write;
use std::sync::atomic::Ordering;

use purlin_heap::bits;
use purlin_heap::print::displayed;
use purlin_heap::{Build, Heap, Term, am};
use purlin_vm::actions::MIN_BIN_VHEAP_SIZE;
use purlin_vm::{Blocked, Context, Outcome, Stop, SystemLogger, natives};

use crate::args;
use crate::chars;
use crate::state::State;

natives! { "erlang": "system_info"/1 => system_info, }

/// The release whose semantics are followed.
const RELEASE: &str = "29";
/// The version of that release's runtime.
const RUNTIME_VERSION: &str = "17.1";
const WORD_BYTES: i64 = 8;
/// Schedulers for long work that waits: there are threads for that, but no process runs on them.
pub(super) const DIRTY_IO_SCHEDULERS: usize = 10;

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
        "schedulers" | "dirty_cpu_schedulers" | "run_queues" => schedulers,
        "schedulers_online" => vm.schedulers_online() as u64,
        "schedulers_active" => vm.handle().online() as u64,
        "dirty_cpu_schedulers_online" => match State::of(cx).dirty_online.load(Ordering::Relaxed) {
            0 => schedulers,
            count => count as u64,
        },
        "dirty_io_schedulers" => DIRTY_IO_SCHEDULERS as u64,
        "scheduler_id" => cx.scheduler_id() as u64,
        "logical_processors" | "logical_processors_available" | "logical_processors_online" => {
            std::thread::available_parallelism().map_or(1, |count| count.get() as u64)
        }
        "wordsize" => WORD_BYTES as u64,
        "process_count" => vm.process_count() as u64,
        "process_limit" => config.processes_max.into(),
        "atom_count" => vm.atoms().len() as u64,
        "atom_limit" => vm.atoms().limit() as u64,
        "port_count" => 1,
        "trace_control_word" => State::of(cx).trace_control_word.load(Ordering::Relaxed).into(),
        "ets_count" => State::of(cx).tables.len() as u64,
        "port_limit" => 65536,
        "ets_limit" => 8192,
        "context_reductions" => 4000,
        "thread_pool_size" => 1,
        // The machine's monotonic time begins with it, and is kept in nanoseconds.
        "start_time" | "creation" => 0,
        "end_time" => i64::MAX as u64,
        "compat_rel" => 29,
        "delayed_node_table_gc" => 60,
        "dist_buf_busy_limit" => 1 << 20,
        "outstanding_system_requests_limit" => State::of(cx).outstanding_max.load(Ordering::Relaxed) as u64,
        _ => return None,
    })
}

/// Items that are text.
fn text(name: &str) -> Option<String> {
    Some(match name {
        "otp_release" => RELEASE.to_owned(),
        "version" => RUNTIME_VERSION.to_owned(),
        // Of the interfaces that this release has.
        "driver_version" => "3.3".to_owned(),
        "nif_version" => "2.18".to_owned(),
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
        "smp_support" | "threads" | "constant_pool_support" | "kernel_poll" | "beam_jump_table" => am::true_,
        "debug_compiled"
        | "lock_counting"
        | "lock_checking"
        | "dist_ctrl"
        | "sequential_tracer"
        | "dynamic_trace_probes"
        | "async_dist"
        | "port_parallelism"
        | "break_ignored"
        | "eager_check_io" => am::false_,
        "halt_flush_timeout" => am::infinity,
        "heap_type" => am::private,
        "build_type" | "emu_type" => am::opt,
        "time_correction" => am::true_,
        "time_warp_mode" => am::no_time_warp,
        "time_offset" => am::final_,
        "message_queue_data" => am::on_heap,
        "scheduler_bind_type" => am::unbound,
        "cpu_topology" => am::undefined,
        "dynamic_trace" => am::none,
        "modified_timing_level" => am::undefined,
        _ => return None,
    })
}

/// Items of other forms.
fn other<'h>(cx: &Context<'h>, name: &str) -> Option<Term<'h>> {
    let heap = cx.heap();
    let atom = |name: &str| cx.atoms().intern(name).ok().map(Term::atom);
    let words_min = i64::from(cx.vm().config().heap_words_min);
    Some(match name {
        "os_type" => heap.tuple(&[Term::atom(am::unix), atom(std::env::consts::OS)?]),
        "os_version" => os_version(heap),
        "emu_flavor" => atom("emu")?,
        "tolerant_timeofday" => atom("disabled")?,
        "cpu_quota" => atom("unknown")?,
        "update_cpu_info" => atom("unchanged")?,
        "heap_sizes" => heap_sizes(cx, words_min),
        "snifs" => natives(cx),
        "multi_scheduling" => multi_scheduling(cx).ok()?,
        "multi_scheduling_blockers" => pids(cx, Blocked::All),
        "normal_multi_scheduling_blockers" => pids(cx, Blocked::Normal),
        "system_logger" => system_logger(cx.vm().system_logger()),
        "scheduler_bindings" => {
            heap.tuple(&vec![Term::atom(am::unbound); cx.vm().config().schedulers.workers])
        }
        "ets_always_compress" => Term::boolean(false),
        "taints" | "check_io" | "alloc_util_allocators" | "allocated_areas" | "ethread_info" => Term::NIL,
        "c_compiler_used" => heap.tuple(&[Term::atom(am::undefined), Term::atom(am::undefined)]),
        "allocator" => heap.tuple(&[Term::atom(am::undefined), Term::NIL, Term::NIL, Term::NIL]),
        "os_monotonic_time_source" => time_source(cx, "CLOCK_MONOTONIC", cx.vm().clock().machine_ns())?,
        "os_system_time_source" => time_source(cx, "CLOCK_REALTIME", cx.vm().clock().system_ns())?,
        "procs" | "loaded" | "dist" | "info" => bits::binary(report(cx, name).as_bytes(), heap),
        _ => return default(cx, name),
    })
}

/// What new processes are set to.
pub(super) struct Defaults {
    pub(super) min_heap_size: u64,
    pub(super) min_bin_vheap_size: u64,
    pub(super) fullsweep_after: u64,
}

/// What new processes are set to where their spawn does not say it.
pub(super) fn defaults(cx: &Context<'_>) -> Defaults {
    let (settings, config) = (cx.vm().default_settings(), cx.vm().config());
    Defaults {
        min_heap_size: settings.min_heap_size.unwrap_or(config.heap_words_min.into()),
        min_bin_vheap_size: settings.min_bin_vheap_size.unwrap_or(MIN_BIN_VHEAP_SIZE),
        fullsweep_after: settings.fullsweep_after.unwrap_or(config.minors_max.into()),
    }
}

fn default<'h>(cx: &Context<'h>, name: &str) -> Option<Term<'h>> {
    let heap = cx.heap();
    let defaults = defaults(cx);
    let pair = |name, value| heap.tuple(&[Term::atom(name), heap.unsigned(value)]);
    let min_heap_size = pair(am::min_heap_size, defaults.min_heap_size);
    let min_bin_vheap_size = pair(am::min_bin_vheap_size, defaults.min_bin_vheap_size);
    let fullsweep_after = pair(am::fullsweep_after, defaults.fullsweep_after);
    let max_heap_size = pair(am::max_heap_size, cx.vm().max_heap_size().words);
    Some(match name {
        "min_heap_size" => min_heap_size,
        "min_bin_vheap_size" => min_bin_vheap_size,
        "fullsweep_after" => fullsweep_after,
        "max_heap_size" => cx.max_heap_size(&cx.vm().max_heap_size()),
        "garbage_collection" => {
            heap.list(&[max_heap_size, min_bin_vheap_size, min_heap_size, fullsweep_after])
        }
        _ => return None,
    })
}

/// Whether something keeps schedulers from running.
pub(super) fn multi_scheduling<'h>(cx: &Context<'h>) -> Outcome<'h> {
    let vm = cx.vm();
    let name = if vm.config().schedulers.workers == 1 {
        "disabled"
    } else if !vm.blockers(Blocked::All).is_empty() {
        "blocked"
    } else if !vm.blockers(Blocked::Normal).is_empty() {
        "blocked_normal"
    } else {
        "enabled"
    };
    Ok(Term::atom(cx.atoms().intern(name)?))
}

fn pids<'h>(cx: &Context<'h>, blocked: Blocked) -> Term<'h> {
    let pids: Vec<_> = cx.vm().blockers(blocked).into_iter().map(Term::pid).collect();
    cx.heap().list(&pids)
}

pub(super) fn system_logger<'h>(logger: SystemLogger) -> Term<'h> {
    match logger {
        SystemLogger::Process(pid) => Term::pid(pid),
        SystemLogger::Registered => Term::atom(am::logger),
        SystemLogger::Nobody => Term::atom(am::undefined),
    }
}

/// What the operating system's clocks are: `[{Property, Value}]`
fn time_source<'h>(cx: &Context<'h>, clock: &str, now_ns: i64) -> Option<Term<'h>> {
    const PER_SECOND: i64 = 1_000_000_000;
    let heap = cx.heap();
    let atom = |name: &str| cx.atoms().intern(name).ok().map(Term::atom);
    let pair = |name: &str, value| Some(heap.tuple(&[atom(name)?, value]));
    Some(heap.list(&[
        pair("function", atom("clock_gettime")?)?,
        pair("clock_id", atom(clock)?)?,
        pair("resolution", Term::small(PER_SECOND))?,
        pair("used_resolution", Term::small(PER_SECOND))?,
        pair("extended", atom("no")?)?,
        pair("parallel", atom("yes")?)?,
        pair("time", heap.integer(now_ns))?,
    ]))
}

/// A text for people: the processes, the modules with their bytes, the other nodes, or what there is of all.
fn report(cx: &Context<'_>, name: &str) -> String {
    let mut text = String::new();
    match name {
        "procs" => {
            for pid in cx.processes() {
                let shown = displayed(Term::pid(pid), cx.atoms());
                let _ = writeln!(text, "=proc:{}", String::from_utf8_lossy(&shown));
            }
        }
        "loaded" => {
            for module in cx.vm().code().modules() {
                let _ = writeln!(text, "{} {}", cx.atoms().name(module.name), module.bytes());
            }
        }
        "dist" => text.push_str("=not_alive\n"),
        _ => {
            text.push_str("=memory\n");
            for (kind, bytes) in super::memory::figures(cx) {
                let _ = writeln!(text, "{}: {bytes}", cx.atoms().name(kind));
            }
            for part in ["loaded", "procs", "dist"] {
                text.push_str(&report(cx, part));
            }
        }
    }
    text
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
        (Some("cpu_topology"), Some(kind)) => match kind.as_atom().map(|kind| cx.atoms().name(kind)) {
            Some("defined" | "detected" | "used") => Ok(Term::atom(am::undefined)),
            _ => Err(Stop::badarg()),
        },
        // There are none of these, so a list of them is empty, and so is what is told of it.
        (Some("allocator" | "allocator_sizes"), Some(none)) if none.is_nil() => Ok(Term::NIL),
        (Some("allocator" | "allocator_sizes"), Some(_)) => Ok(Term::boolean(false)),
        _ => Err(Stop::badarg()),
    }
}
