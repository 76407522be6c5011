//! Who sleeps, who searches, and whom to wake.
//!
//! The invariant that no wake-up is lost: a task in the injector was pushed before its pusher looked at `state` (a
//! full fence between), and a worker changes `state` before it looks at the injector for the last time (a full fence
//! between). So either the pusher sees the sleeper and wakes one, or the sleeper sees the task. The same holds between
//! a pusher that wakes nobody because somebody searches and that searcher when it stops. Tasks in a worker's own queue
//! need none of this: their owner is awake and sleeps only when its queue is empty.

use crate::sync::Mutex;
use crate::sync::atomic::{AtomicUsize, Ordering, fence};

const SEARCHING: usize = 1;
const SLEEPING: usize = 1 << 16;

/// The workers that do not run tasks.
pub(crate) struct Idle {
    /// Searchers in the low half, sleepers in the high half. Sleepers change only under the lock of `sleepers`.
    state: AtomicUsize,
    sleepers: Mutex<Vec<u32>>,
    searchers_max: usize,
}

/// What a worker that was asleep turns out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Awake {
    /// Somebody took it from the list and counts on it to search.
    Chosen,
    /// It woke for another reason.
    Unchosen,
}

impl Idle {
    pub(crate) fn new(workers: usize) -> Self {
        Self {
            state: AtomicUsize::new(0),
            sleepers: Mutex::new(Vec::with_capacity(workers)),
            searchers_max: workers.div_ceil(2),
        }
    }

    /// Counts the caller among the searchers, unless there are enough.
    pub(crate) fn begin_search(&self) -> bool {
        if searchers(self.state.load(Ordering::Relaxed)) >= self.searchers_max {
            return false;
        }
        self.state.fetch_add(SEARCHING, Ordering::Relaxed);
        true
    }

    /// The caller has found something. If nobody else searches and `is_more` says that there is more, the answer is a
    /// sleeper to wake: who pushed that meanwhile may have woken nobody because of the caller.
    pub(crate) fn end_search(&self, is_more: impl FnOnce() -> bool) -> Option<u32> {
        let before = self.state.fetch_sub(SEARCHING, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        if searchers(before) == 1 && is_more() { self.choose() } else { None }
    }

    /// The caller, with nothing to do, sleeps by `park` unless `sees_work`, which looks for the last time.
    pub(crate) fn sleep(
        &self,
        worker: u32,
        was_searching: bool,
        sees_work: impl FnOnce() -> bool,
        park: impl FnOnce(),
    ) -> Awake {
        self.begin_sleep(worker, was_searching);
        fence(Ordering::SeqCst);
        if !sees_work() {
            park();
        }
        self.end_sleep(worker)
    }

    fn begin_sleep(&self, worker: u32, was_searching: bool) {
        let mut sleepers = self.sleepers.lock();
        sleepers.push(worker);
        let searching = if was_searching { SEARCHING } else { 0 };
        self.state.fetch_add(SLEEPING - searching, Ordering::Relaxed);
    }

    /// If the caller was chosen it counts as a searcher already.
    fn end_sleep(&self, worker: u32) -> Awake {
        let mut sleepers = self.sleepers.lock();
        let Some(position) = sleepers.iter().position(|&sleeper| sleeper == worker) else {
            return Awake::Chosen;
        };
        sleepers.remove(position);
        self.state.fetch_sub(SLEEPING, Ordering::Relaxed);
        Awake::Unchosen
    }

    /// Chooses a sleeper to wake after something was made visible to all: none if there is no sleeper, or if somebody
    /// searches already.
    pub(crate) fn choose_after_publishing(&self) -> Option<u32> {
        fence(Ordering::SeqCst);
        self.choose()
    }

    /// Likewise, for an owner that has more than it can do. It may miss a worker that is just going to sleep; the
    /// owner will ask again.
    #[inline]
    pub(crate) fn choose(&self) -> Option<u32> {
        if wants_searcher(self.state.load(Ordering::Relaxed)) { self.choose_sleeper() } else { None }
    }

    #[cold]
    fn choose_sleeper(&self) -> Option<u32> {
        let mut sleepers = self.sleepers.lock();
        if !wants_searcher(self.state.load(Ordering::Relaxed)) {
            return None;
        }
        let chosen = sleepers.pop()?;
        self.state.fetch_sub(SLEEPING - SEARCHING, Ordering::Relaxed);
        Some(chosen)
    }
}

fn searchers(state: usize) -> usize {
    state & (SLEEPING - 1)
}

fn wants_searcher(state: usize) -> bool {
    state >= SLEEPING && searchers(state) == 0
}
