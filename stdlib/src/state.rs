//! What the natives of one machine remember between calls.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicUsize, Ordering};

use parking_lot::MutexGuard;

use crate::held::{Held, Mutex};
use purlin_vm::{Context, Vm};

use crate::accounts::{Counted, Microstates, Times};
use crate::code::path::CodePath;
use crate::code::sticky::Sticky;
use crate::ets::Tables;
use crate::io::{Console, Device};
use crate::persistent_term;
use crate::prim_file::Files;
use crate::re::Patterns;

/// One for each machine.
pub(crate) struct State {
    /// The environment variables: at first those of the operating system's process.
    environment: Mutex<BTreeMap<String, String>>,
    consoles: [Console; 2],
    /// The values of module `persistent_term`.
    pub(crate) persistent_terms: persistent_term::Terms,
    /// Where modules are looked for.
    pub(crate) code_path: CodePath,
    /// Which modules are not to be replaced.
    pub(crate) sticky: Sticky,
    /// The tables of module `ets`.
    pub(crate) tables: Tables,
    /// The patterns of module `re`.
    pub(crate) patterns: Patterns,
    pub(crate) files: Files,
    /// What `statistics/1` was last asked for, in milliseconds.
    wall_clock: Counted,
    runtime: Counted,
    pub(crate) reductions: Counted,
    pub(crate) exact_reductions: Counted,
    /// Whether `statistics/1` tells how long schedulers were busy.
    pub(crate) wall_time: AtomicBool,
    pub(crate) microstates: Mutex<Microstates>,
    /// How many schedulers for long work are said to be online; 0 while nobody has set it.
    pub(crate) dirty_online: AtomicUsize,
    pub(crate) trace_control_word: AtomicU32,
    /// `outstanding_system_requests_limit`
    pub(crate) outstanding_max: AtomicUsize,
    /// What `erts_debug:set_internal_state/2` has set.
    pub(crate) internal_state_is_available: AtomicBool,
    /// The last moment that `now/0` has given, in microseconds.
    now_us: AtomicI64,
}

impl Default for State {
    fn default() -> State {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let environment = std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
        let consoles = [Console::new(), Console::new()];
        State {
            environment: Mutex::new(environment),
            consoles,
            persistent_terms: persistent_term::Terms::default(),
            code_path: CodePath::default(),
            sticky: Sticky::default(),
            tables: Tables::default(),
            patterns: Patterns::default(),
            files: Files::default(),
            wall_clock: Counted::default(),
            runtime: Counted::default(),
            reductions: Counted::default(),
            exact_reductions: Counted::default(),
            wall_time: AtomicBool::new(false),
            microstates: Mutex::default(),
            dirty_online: AtomicUsize::new(0),
            trace_control_word: AtomicU32::new(0),
            // As in OTP.
            outstanding_max: AtomicUsize::new(4),
            internal_state_is_available: AtomicBool::new(false),
            now_us: AtomicI64::new(0),
        }
    }
}

impl State {
    /// What the server of a device knows.
    pub(crate) fn console(&self, device: Device) -> &Console {
        &self.consoles[device as usize]
    }

    /// The environment variables.
    pub(crate) fn environment(&self) -> Held<MutexGuard<'_, BTreeMap<String, String>>> {
        self.environment.lock()
    }

    /// That of the machine of a call.
    #[inline]
    pub(crate) fn of<'h>(cx: &Context<'h>) -> &'h State {
        cx.vm().library_state()
    }

    /// What has been added to the wall clock since this was last called.
    pub(crate) fn since_last_wall_clock(&self, ms: u64) -> u64 {
        self.wall_clock.count(ms).1
    }

    /// What has been added to the time of computation since this was last called.
    pub(crate) fn since_last_runtime(&self, ms: u64) -> u64 {
        self.runtime.count(ms).1
    }

    /// Whether `statistics/1` tells how long schedulers were busy.
    pub(crate) fn tells_wall_time(&self) -> bool {
        self.wall_time.load(Ordering::Relaxed)
    }

    /// What each scheduler has spent its time with while that was accounted for.
    pub(crate) fn microstates(&self, vm: &Vm) -> Vec<Times> {
        self.microstates.lock().sum(vm)
    }

    /// Bytes that came in and went out.
    pub(crate) fn traffic_bytes(&self) -> (u64, u64) {
        let bytes = self.consoles.iter().map(Console::traffic_bytes);
        bytes.fold((0, 0), |(input, output), (more_input, more_output)| {
            (input + more_input, output + more_output)
        })
    }

    /// This moment, or the one after the last that was asked for.
    pub(crate) fn later_than_all(&self, us: i64) -> i64 {
        let next = |last: i64| us.max(last + 1);
        let last = self.now_us.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        next(last.unwrap_or_else(|last| last))
    }
}
