//! One scheduler: it runs tasks, and between them looks at clock, timers, injector, poller and the load of others.

use crate::idle::Awake;
use crate::load::Meter;
use crate::poller::Readiness;
use crate::queue::LocalQueue;
use crate::shared::{Handle, Remote, Shared};
use crate::sync::atomic::Ordering;
use crate::sync::{self, Arc, hint};
use crate::task::{Executor, Ran, Task};
use crate::timers::{MOVES_MAX, TimerKey};
use std::time::Duration;

/// How much work, in reductions, may pass between two looks around.
const LOOK_BUDGET: i32 = 4000;
/// What a slice costs of that budget, beside what the task reports.
const SLICE_COST: i32 = 64;
/// What a slice that ended by force costs more.
const YIELD_COST: i32 = 250;
/// An own queue longer than this wakes another worker at once. A shorter one does when it outlasts two looks.
const BACKLOG_MAX: usize = 16;
/// How many timers fire in one look.
const FIRED_MAX: u32 = 256;
/// How many injected tasks a worker takes at once.
const INJECTED_MAX: usize = 32;
/// Busy workers poll this often.
const POLL_INTERVAL_NS: u64 = 1_000_000;
/// How often a searcher goes round before it sleeps, and how long it waits between the rounds: together some 20 us, as
/// long as a wake-up takes with what it brings along. A worker that has run nothing since it last slept goes once.
const SEARCH_ROUNDS: u32 = if sync::MODELLED { 1 } else { 20 };
const SEARCH_SPINS: u32 = if sync::MODELLED { 0 } else { 64 };

/// The number of a worker in its pool, from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkerId(pub(crate) u32);

impl WorkerId {
    /// More workers than this make no pool; the halves of `Idle::state` rely on it.
    pub(crate) const COUNT_MAX: usize = 1024;

    /// The number.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A scheduler, as the task that it runs sees it.
pub struct Worker<T: Task> {
    handle: Handle<T>,
    id: WorkerId,
    queue: LocalQueue<T>,
    /// What is left until the next look around.
    budget: i32,
    /// Monotonic time at the last look.
    now_ns: u64,
    polled_ns: u64,
    random: u32,
    /// Slices run so far, and what that was when the worker last went to sleep.
    slices: u64,
    slices_at_sleep: u64,
    /// Reductions that it was charged with.
    reductions: u64,
    meter: std::sync::Arc<Meter>,
    searching: bool,
    stopping: bool,
    /// Others run the tasks: see [`Handle::set_online`].
    offline: bool,
    had_backlog: bool,
}

/// What the running task may do.
impl<T: Task> Worker<T> {
    /// Queues a task that the running one has made ready: it probably runs next.
    #[inline]
    pub fn schedule(&mut self, task: T) {
        self.queue.push_woken(task);
        self.share_backlog();
    }

    /// Queues a task behind the others; right for new ones.
    #[inline]
    pub fn enqueue(&mut self, task: T) {
        self.queue.push(task);
        self.share_backlog();
    }

    /// Reports that the running task has done `reductions` of work, so that long slices bring the next look at timers
    /// and other workers nearer. Without it 62 slices that end waiting, or 12 that end yielding, pass between two looks.
    #[inline]
    pub fn charge(&mut self, reductions: u32) {
        self.reductions += u64::from(reductions);
        self.meter.set_reductions(self.reductions);
        self.budget = self.budget.saturating_sub_unsigned(reductions);
    }

    /// Has the worker look around as soon as the slice is over.
    pub fn look_soon(&mut self) {
        self.budget = self.budget.min(0);
    }

    /// Which worker this is.
    pub fn id(&self) -> WorkerId {
        self.id
    }

    /// The pool, for other threads.
    pub fn handle(&self) -> &Handle<T> {
        &self.handle
    }

    /// Monotonic time as it was at the last look around, which may be a millisecond ago: no clock is read.
    pub fn recent_ns(&self) -> u64 {
        self.now_ns
    }

    /// Monotonic time.
    pub fn now_ns(&self) -> u64 {
        self.handle.clock().monotonic_ns()
    }

    /// Sets a timer in this worker's own wheel, for a moment on the monotonic clock. It fires at the first millisecond
    /// that is not before the deadline.
    #[inline]
    pub fn set_timer(&mut self, deadline_ns: u64, timer: T::Timer) -> TimerKey {
        let (key, _) = self.remote().timers.set(self.now_ns, deadline_ns, timer);
        TimerKey { worker: self.id, key }
    }

    #[inline]
    fn share_backlog(&self) {
        if self.queue.stealable() > BACKLOG_MAX {
            self.shared().ask_for_help();
        }
    }
}

/// What drives it.
impl<T: Task> Worker<T> {
    pub(crate) fn new(shared: Arc<Shared<T>>, id: WorkerId, queue: LocalQueue<T>) -> Self {
        let now_ns = shared.clock.monotonic_ns();
        let meter = shared.remote(id).meter.clone();
        let random =
            (shared.seed as u32 ^ (shared.seed >> 32) as u32).wrapping_add(id.0.wrapping_mul(0x9E37_79B9));
        Self {
            handle: Handle(shared),
            id,
            queue,
            budget: 0,
            now_ns,
            polled_ns: now_ns,
            random: random | 1,
            slices: 0,
            slices_at_sleep: 0,
            reductions: 0,
            meter,
            searching: false,
            stopping: false,
            offline: false,
            had_backlog: false,
        }
    }

    /// Runs tasks until the pool stops.
    pub(crate) fn drive(&mut self, executor: &mut impl Executor<Task = T>) {
        while let Some(task) = self.next(executor) {
            self.run(executor, task);
        }
    }

    fn next(&mut self, executor: &mut impl Executor<Task = T>) -> Option<T> {
        loop {
            if self.budget <= 0 {
                self.look(executor);
            }
            if self.stopping {
                return None;
            }
            if self.offline {
                self.rest_offline(executor);
                continue;
            }
            if let Some(task) = self.queue.pop().or_else(|| self.find(executor)) {
                self.end_search();
                return Some(task);
            }
            self.sleep(executor);
        }
    }

    /// Runs one slice.
    #[inline]
    pub(crate) fn run(&mut self, executor: &mut impl Executor<Task = T>, task: T) {
        self.budget -= SLICE_COST;
        self.slices += 1;
        self.meter.set_slices(self.slices);
        if let Ran::Yielded(task) = executor.run(self, task) {
            self.budget -= YIELD_COST;
            self.queue.push_yielded(task);
        }
    }

    /// The next task of the own queue, after a look around if it is time for one.
    pub(crate) fn next_own(&mut self, executor: &mut impl Executor<Task = T>) -> Option<T> {
        if self.budget <= 0 {
            self.look(executor);
        }
        self.queue.pop()
    }

    /// Looks around: time, timers, tasks from outside, ready sources, and whether another worker should help.
    #[cold]
    pub(crate) fn look(&mut self, executor: &mut impl Executor<Task = T>) {
        self.budget = LOOK_BUDGET;
        self.stopping = self.shared().stopping.load(Ordering::Acquire);
        self.offline = self.id.index() >= self.shared().online.load(std::sync::atomic::Ordering::Acquire);
        self.now_ns = self.handle.clock().monotonic_ns();
        self.fire_timers(executor);
        self.take_injected();
        if self.shared().raised.load(Ordering::Relaxed) > 0 {
            self.queue.sort_anew();
        }
        if self.now_ns - self.polled_ns >= POLL_INTERVAL_NS {
            self.poll(executor);
        }
        self.meter.set_slot(self.queue.has_slot());
        let has_backlog = self.queue.stealable() > 0;
        if has_backlog && self.had_backlog {
            self.shared().ask_for_help();
        }
        self.had_backlog = has_backlog;
    }

    fn fire_timers(&mut self, executor: &mut impl Executor<Task = T>) {
        let mut moves_left = MOVES_MAX;
        for _ in 0..FIRED_MAX {
            let Some(timer) = self.remote().timers.expire(self.now_ns, &mut moves_left) else { return };
            executor.fire(self, timer);
        }
    }

    fn take_injected(&mut self) {
        let Self { handle, queue, .. } = self;
        let share = handle.0.injector.len().div_ceil(handle.workers()).min(INJECTED_MAX);
        if share > 0 {
            handle.0.injector.take(share, |task| queue.push(task));
        }
    }

    fn poll(&mut self, executor: &mut impl Executor<Task = T>) {
        self.polled_ns = self.now_ns;
        let Some(mut polling) = self.handle.0.poller.try_poll() else { return };
        polling.wait(Some(Duration::ZERO));
        let ready = polling.finish();
        self.tell_ready(executor, ready);
    }

    fn tell_ready(&mut self, executor: &mut impl Executor<Task = T>, ready: Vec<(usize, Readiness)>) {
        for (source, readiness) in ready {
            executor.ready(self, source, readiness);
        }
    }

    /// Looks for a task elsewhere, for a while.
    #[cold]
    fn find(&mut self, executor: &mut impl Executor<Task = T>) -> Option<T> {
        self.look(executor);
        if let Some(task) = self.queue.pop() {
            return Some(task);
        }
        let is_warm = self.searching || self.slices != self.slices_at_sleep;
        if !self.searching {
            self.searching = self.shared().idle.begin_search();
        }
        if !self.searching {
            return None;
        }
        for _ in 0..if is_warm { SEARCH_ROUNDS } else { 1 } {
            self.take_injected();
            if let Some(task) = self.queue.pop().or_else(|| self.steal()) {
                return Some(task);
            }
            if self.shared().stopping.load(Ordering::Relaxed) {
                return None;
            }
            (0..SEARCH_SPINS).for_each(|_| hint::spin_loop());
        }
        None
    }

    /// Goes round the other workers once, beginning anywhere.
    fn steal(&mut self) -> Option<T> {
        let Self { handle, queue, .. } = self;
        let remotes = &handle.0.remotes;
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        let start = self.random as usize % remotes.len();
        let order = (start..remotes.len()).chain(0..start);
        order
            .filter(|&victim| victim != self.id.index())
            .find_map(|victim| queue.steal_from(&remotes[victim].stealers))
    }

    #[inline]
    fn end_search(&mut self) {
        if !std::mem::take(&mut self.searching) {
            return;
        }
        let shared = self.shared();
        let is_more = || shared.injector.len() > 0 || self.queue.stealable() > BACKLOG_MAX;
        if let Some(worker) = shared.idle.end_search(is_more) {
            shared.unpark(WorkerId(worker));
        }
    }

    /// Hands over what it has to the other workers, and waits for a timer or to be online again. It is not among the
    /// sleepers that are chosen to help.
    #[cold]
    fn rest_offline(&mut self, executor: &mut impl Executor<Task = T>) {
        while let Some(task) = self.queue.pop() {
            self.handle.inject(task);
        }
        self.end_search();
        executor.rest(self);
        self.meter.begin_sleep(self.now_ns());
        let ready = self.park();
        self.meter.end_sleep(self.now_ns());
        self.budget = 0;
        self.tell_ready(executor, ready);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping
    }

    pub(crate) fn next_timer_ns(&self) -> Option<u64> {
        self.remote().timers.next_event_ns()
    }

    /// Has nothing to do: waits for something.
    #[cold]
    pub(crate) fn sleep(&mut self, executor: &mut impl Executor<Task = T>) {
        executor.rest(self);
        self.slices_at_sleep = self.slices;
        let was_searching = std::mem::take(&mut self.searching);
        let mut ready = Vec::new();
        self.meter.begin_sleep(self.now_ns());
        let (sees_work, park) = (|| self.sees_work(), || ready = self.park());
        let awake = self.shared().idle.sleep(self.id.0, was_searching, sees_work, park);
        self.meter.end_sleep(self.now_ns());
        self.searching = awake == Awake::Chosen;
        // The next thing to do is to look around.
        self.budget = 0;
        self.tell_ready(executor, ready);
    }

    /// Whether there is something that forbids to sleep.
    pub fn sees_work(&self) -> bool {
        let shared = self.shared();
        let others = || shared.remotes.iter().any(|remote| remote.stealers.len() > BACKLOG_MAX);
        let is_due = |at_ns| at_ns <= shared.clock.monotonic_ns();
        shared.injector.len() > 0
            || self.next_timer_ns().is_some_and(is_due)
            || self.queue.has_any()
            || others()
            || shared.stopping.load(Ordering::Acquire)
    }

    /// Sleeps until unparked or until the first timer is due; in the poller if that is free and has sources.
    fn park(&self) -> Vec<(usize, Readiness)> {
        let shared = self.shared();
        let timers = &self.remote().timers;
        let timeout = timers.next_event_ns().and_then(|at_ns| shared.clock.time_until(at_ns));
        match shared.poller.try_poll() {
            Some(mut polling) => {
                self.remote().parker.park_in(&mut polling, timeout);
                polling.finish()
            }
            None => {
                self.remote().parker.park(timeout);
                Vec::new()
            }
        }
    }

    fn shared(&self) -> &Shared<T> {
        &self.handle.0
    }

    fn remote(&self) -> &Remote<T> {
        self.handle.0.remote(self.id)
    }
}

impl<T: Task> Drop for Worker<T> {
    /// The deque lives as long as a handle does; tasks that will not run are dropped now.
    fn drop(&mut self) {
        while self.queue.pop().is_some() {}
    }
}
