//! What `statistics/1` and `system_flag/2` remember between calls: counters that were read before, and since when the time of
//! schedulers is accounted for.

use std::sync::atomic::{AtomicU64, Ordering};

use purlin_vm::Vm;

/// A number that grows, as it was when it was last asked for.
#[derive(Default)]
pub(crate) struct Counted(AtomicU64);

impl Counted {
    /// The number now, which never falls, and what it has grown by.
    pub(crate) fn count(&self, now: u64) -> (u64, u64) {
        let last = self.0.fetch_max(now, Ordering::Relaxed);
        (now.max(last), now.saturating_sub(last))
    }
}

/// What a scheduler has spent its time with.
#[derive(Clone, Copy, Default)]
pub(crate) struct Times {
    pub(crate) running_ns: u64,
    pub(crate) collecting_ns: u64,
    pub(crate) sleeping_ns: u64,
}

/// Microstate accounting: what is added up while it is on.
#[derive(Default)]
pub(crate) struct Microstates {
    /// What schedulers had done when it was turned on, if it is.
    since: Option<Vec<Times>>,
    /// What was added up before.
    sum: Vec<Times>,
}

impl Times {
    /// What each scheduler has done since the machine was started.
    fn all(vm: &Vm) -> Vec<Times> {
        let loads = vm.handle().loads();
        let times = loads.iter().zip(vm.collecting_ns()).map(|(load, collecting_ns)| Times {
            running_ns: load.busy_ns.saturating_sub(collecting_ns),
            collecting_ns,
            sleeping_ns: load.total_ns.saturating_sub(load.busy_ns),
        });
        times.collect()
    }

    fn add(self, now: Times, then: Times) -> Times {
        let more = |sum: u64, now: u64, then: u64| sum + now.saturating_sub(then);
        Times {
            running_ns: more(self.running_ns, now.running_ns, then.running_ns),
            collecting_ns: more(self.collecting_ns, now.collecting_ns, then.collecting_ns),
            sleeping_ns: more(self.sleeping_ns, now.sleeping_ns, then.sleeping_ns),
        }
    }
}

impl Microstates {
    /// What was added up for each scheduler.
    pub(crate) fn sum(&self, vm: &Vm) -> Vec<Times> {
        let now = Times::all(vm);
        let sum = |at: usize| self.sum.get(at).copied().unwrap_or_default();
        let then = |at: usize| self.since.as_ref().map_or(now[at], |since| since[at]);
        (0..now.len()).map(|at| sum(at).add(now[at], then(at))).collect()
    }

    /// Turns it on or off; whether it was on.
    pub(crate) fn turn(&mut self, vm: &Vm, on: bool) -> bool {
        let was_on = self.since.is_some();
        if was_on != on {
            vm.time_collections(on);
            self.sum = self.sum(vm);
            self.since = on.then(|| Times::all(vm));
        }
        was_on
    }

    /// Begins anew; whether it is on.
    pub(crate) fn reset(&mut self, vm: &Vm) -> bool {
        self.sum.clear();
        self.since = self.since.is_some().then(|| Times::all(vm));
        self.since.is_some()
    }
}
