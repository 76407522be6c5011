//! The run queue of one worker: a slot for the task just woken, and a deque for each priority.

use crate::deque::{Owner, Stealer};
use crate::task::{Priority, Task};

/// How many tasks in a row may come out of the slot before the deque has its turn. Two tasks that wake each other
/// would otherwise keep all others waiting for ever.
const SLOT_RUNS_MAX: u32 = 16;

/// How many normal tasks run for one low one while both are ready, as in OTP.
const NORMALS_PER_LOW: u32 = 8;

/// The owner's side. Only the worker itself reaches it.
///
/// The path of a program whose tasks are all normal tests one byte (`occupied`) more than it would without priorities.
pub(crate) struct LocalQueue<T> {
    /// The task that the running one made ready last: its data are warm. Thieves do not see it.
    slot: Option<T>,
    slot_runs: u32,
    normals_since_low: u32,
    /// So many tasks in a row went before normal ones.
    urgents: u32,
    /// A bit for each lane other than normal that may hold something. Thieves may have emptied it meanwhile.
    occupied: u8,
    lanes: [Owner<T>; Priority::COUNT],
}

/// The thieves' side.
pub(crate) struct Stealers<T>([Stealer<T>; Priority::COUNT]);

impl<T: Task> LocalQueue<T> {
    pub(crate) fn new() -> Self {
        Self {
            slot: None,
            slot_runs: 0,
            normals_since_low: 0,
            urgents: 0,
            occupied: 0,
            lanes: std::array::from_fn(|_| Owner::new()),
        }
    }

    pub(crate) fn stealers(&self) -> Stealers<T> {
        Stealers(std::array::from_fn(|lane| self.lanes[lane].stealer()))
    }

    /// Queues a task behind the others of its priority.
    #[inline]
    pub(crate) fn push(&mut self, task: T) {
        match task.priority() {
            Priority::Normal => self.lane(Priority::Normal).push(task),
            other => self.push_aside(task, other),
        }
    }

    /// Queues a task that the running one has made ready: it runs next, unless that went on for too long.
    #[inline]
    pub(crate) fn push_woken(&mut self, task: T) {
        match task.priority() {
            Priority::Normal if self.slot_runs < SLOT_RUNS_MAX => {
                if let Some(earlier) = self.slot.replace(task) {
                    self.lane(Priority::Normal).push(earlier);
                }
            }
            _ => self.push(task),
        }
    }

    /// Queues a task that has used up its slice. When it is alone, whatever its priority, it stays out of reach of searchers,
    /// which would else carry it from core to core.
    #[inline]
    pub(crate) fn push_yielded(&mut self, task: T) {
        if !self.has_any() {
            self.slot_runs = 0;
            self.slot = Some(task);
        } else {
            self.push(task);
        }
    }

    #[cold]
    fn push_aside(&mut self, task: T, priority: Priority) {
        self.occupied |= 1 << priority as u8;
        self.lane(priority).push(task);
    }

    /// Puts each task where its priority, which may have changed, places it now.
    #[cold]
    pub(crate) fn sort_anew(&mut self) {
        for priority in [Priority::Max, Priority::High, Priority::Normal, Priority::Low] {
            for _ in 0..self.lane(priority).len() {
                // Thieves may have been there.
                let Some(task) = self.lane(priority).pop() else { break };
                self.push(task);
            }
        }
        if let Some(task) = self.slot.take() {
            match task.priority() {
                Priority::Normal => self.slot = Some(task),
                other => self.push_aside(task, other),
            }
        }
    }

    /// The task to run next.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<T> {
        if self.occupied == 0 { self.pop_normal() } else { self.pop_by_priority() }
    }

    #[inline]
    fn pop_normal(&mut self) -> Option<T> {
        if let Some(task) = self.slot.take() {
            self.slot_runs += 1;
            return Some(task);
        }
        self.slot_runs = 0;
        self.lane(Priority::Normal).pop()
    }

    fn pop_by_priority(&mut self) -> Option<T> {
        if let Some(task) = self.pop_aside(Priority::Max).or_else(|| self.pop_aside(Priority::High)) {
            self.urgents = self.urgents.saturating_add(1);
            // When that goes on, what is in the slot is not to wait where no thief sees it.
            if self.urgents > SLOT_RUNS_MAX
                && let Some(waiting) = self.slot.take()
            {
                self.push(waiting);
            }
            return Some(task);
        }
        self.urgents = 0;
        if self.normals_since_low < NORMALS_PER_LOW
            && let Some(task) = self.pop_normal()
        {
            self.normals_since_low += 1;
            return Some(task);
        }
        self.normals_since_low = 0;
        self.pop_aside(Priority::Low).or_else(|| self.pop_normal())
    }

    fn pop_aside(&mut self, priority: Priority) -> Option<T> {
        let bit = 1 << priority as u8;
        if self.occupied & bit == 0 {
            return None;
        }
        let task = self.lane(priority).pop();
        if task.is_none() {
            self.occupied &= !bit;
        }
        task
    }

    /// Steals from another worker, urgent tasks first: the answer is to be run, what else was taken is queued here.
    pub(crate) fn steal_from(&mut self, victim: &Stealers<T>) -> Option<T> {
        for priority in [Priority::Max, Priority::High, Priority::Normal, Priority::Low] {
            if let Some(task) = victim.0[priority as usize].steal(self.lane(priority)) {
                self.occupied |= (1 << priority as u8) & !(1 << Priority::Normal as u8);
                return Some(task);
            }
        }
        None
    }

    /// How many tasks wait where thieves can reach them.
    #[inline]
    pub(crate) fn stealable(&self) -> usize {
        let normal = self.lane(Priority::Normal).len();
        if self.occupied == 0 { normal } else { self.lanes.iter().map(Owner::len).sum() }
    }

    /// Whether there is a task that thieves do not see.
    pub(crate) fn has_slot(&self) -> bool {
        self.slot.is_some()
    }

    /// Whether anything is queued.
    pub(crate) fn has_any(&self) -> bool {
        self.slot.is_some() || self.stealable() > 0
    }

    #[inline(always)]
    fn lane(&self, priority: Priority) -> &Owner<T> {
        &self.lanes[priority as usize]
    }
}

impl<T> Stealers<T> {
    /// How many tasks could be stolen.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(Stealer::len).sum()
    }
}
