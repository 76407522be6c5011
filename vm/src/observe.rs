//! What the machine counts of collections, and what it tells a process that asked to be told of certain events:
//! `erlang:system_monitor/2`.
//!
//! While nobody asked, an event costs one look at a flag.

mod events;

pub(crate) use events::{SliceWatch, queue_changed};

use crate::Vm;
use crate::local::Local;
use crate::process::Process;
use crossbeam_utils::CachePadded;
use parking_lot::Mutex;
use purlin_heap::{Pid, Statistics};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Who is told of which events. Times in nanoseconds, sizes in words; nothing where it is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SystemMonitor {
    /// Who is told.
    pub to: Pid,
    /// A collection took as long.
    pub long_gc_ns: Option<u64>,
    /// A process ran without a break for as long.
    pub long_schedule_ns: Option<u64>,
    /// A process has a heap of this size after a collection.
    pub large_heap_words: Option<u64>,
    /// A mailbox has come to the second length, or is back at the first.
    pub long_queue: Option<(u64, u64)>,
    /// A port keeps a process waiting: none does here.
    pub busy_port: bool,
    /// Another node does: there is none.
    pub busy_dist_port: bool,
}

/// See the top of the file.
pub(crate) struct Observer {
    /// One for each scheduler, and one for other threads.
    totals: Box<[CachePadded<Totals>]>,
    is_on: AtomicBool,
    /// Collections are timed.
    is_timing: AtomicBool,
    monitor: Mutex<Option<SystemMonitor>>,
}

#[derive(Default)]
struct Totals {
    collections: AtomicU64,
    reclaimed_words: AtomicU64,
    collecting_ns: AtomicU64,
}

/// What collections of all processes have done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collections {
    /// How many there were.
    pub count: u64,
    /// Words of objects that were found dead.
    pub reclaimed_words: u64,
}

impl Observer {
    pub(crate) fn new(schedulers: usize) -> Observer {
        Observer {
            totals: (0..=schedulers).map(|_| CachePadded::default()).collect(),
            is_on: AtomicBool::new(false),
            is_timing: AtomicBool::new(false),
            monitor: Mutex::new(None),
        }
    }

    /// Whether somebody is told of anything.
    #[inline(always)]
    pub(crate) fn is_on(&self) -> bool {
        self.is_on.load(Ordering::Relaxed)
    }

    fn collections(&self) -> Collections {
        let sum = |field: fn(&Totals) -> &AtomicU64| {
            self.totals.iter().map(|totals| field(totals).load(Ordering::Relaxed)).sum()
        };
        Collections { count: sum(|t| &t.collections), reclaimed_words: sum(|t| &t.reclaimed_words) }
    }

    fn set(&self, monitor: Option<SystemMonitor>) -> Option<SystemMonitor> {
        let mut place = self.monitor.lock();
        self.is_on.store(monitor.is_some(), Ordering::Relaxed);
        std::mem::replace(&mut *place, monitor)
    }

    /// Tells this process of nothing any more.
    fn clear_if(&self, to: Pid) {
        let mut place = self.monitor.lock();
        if place.is_some_and(|monitor| monitor.to == to) {
            *place = None;
            self.is_on.store(false, Ordering::Relaxed);
        }
    }

    fn get(&self) -> Option<SystemMonitor> {
        if self.is_on() { *self.monitor.lock() } else { None }
    }
}

impl Vm {
    /// What collections of all processes have done.
    pub fn collections(&self) -> Collections {
        self.observer().collections()
    }

    /// Has collections timed, which is not done else; whether they were.
    pub fn time_collections(&self, is_on: bool) -> bool {
        self.observer().is_timing.swap(is_on, Ordering::Relaxed)
    }

    /// How long each scheduler has spent in collections while they were timed, with what else ran meanwhile.
    pub fn collecting_ns(&self) -> Vec<u64> {
        let of_schedulers = &self.observer().totals[1..];
        of_schedulers.iter().map(|totals| totals.collecting_ns.load(Ordering::Relaxed)).collect()
    }

    /// Who is told of which events, if they are still alive.
    pub fn system_monitor(&self) -> Option<SystemMonitor> {
        self.observer().get().filter(|monitor| self.is_known(monitor.to))
    }

    /// Sets who is told of which events; as it was before.
    pub fn set_system_monitor(&self, monitor: Option<SystemMonitor>) -> Option<SystemMonitor> {
        self.observer().set(monitor).filter(|monitor| self.is_known(monitor.to))
    }
}

/// Watches a collection from its begin to its end.
pub(crate) struct CollectionWatch {
    before: Statistics,
    /// When it began, if somebody wants to know how long it takes.
    began_ns: Option<u64>,
}

impl CollectionWatch {
    #[inline]
    pub(crate) fn begin(vm: &Vm, process: &Process) -> CollectionWatch {
        let observer = vm.observer();
        let is_timed = observer.is_on() || observer.is_timing.load(Ordering::Relaxed);
        let began_ns = is_timed.then(|| vm.monotonic_ns());
        CollectionWatch { before: process.heap.statistics(), began_ns }
    }

    /// The collection has ended, on the thread of `local`.
    #[inline]
    pub(crate) fn end(self, local: &Local, process: &Process) {
        let (before, after) = (self.before, process.heap.statistics());
        let count = |done: Statistics| u64::from(done.minors) + u64::from(done.majors);
        let observer = local.vm().observer();
        let totals = &observer.totals[local.scheduler_id()];
        totals.collections.fetch_add(count(after).wrapping_sub(count(before)), Ordering::Relaxed);
        totals.reclaimed_words.fetch_add(after.reclaimed_words - before.reclaimed_words, Ordering::Relaxed);
        if let Some(began_ns) = self.began_ns {
            let took_ns = local.vm().monotonic_ns().saturating_sub(began_ns);
            totals.collecting_ns.fetch_add(took_ns, Ordering::Relaxed);
            events::collected(local, process, took_ns);
        }
    }
}
