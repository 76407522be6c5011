//! The queue through which threads that are no workers hand in tasks.

use crate::sync::Mutex;
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::task::{Priority, Task};
use std::collections::VecDeque;

/// A locked queue for each priority. Workers read `len` without the lock, so that looking costs nothing while nobody
/// injects.
pub(crate) struct Injector<T> {
    lanes: Mutex<Lanes<T>>,
    len: AtomicUsize,
}

struct Lanes<T> {
    queues: [VecDeque<T>; Priority::COUNT],
    closed: bool,
}

impl<T: Task> Injector<T> {
    pub(crate) fn new() -> Self {
        let queues = std::array::from_fn(|_| VecDeque::new());
        Self { lanes: Mutex::new(Lanes { queues, closed: false }), len: AtomicUsize::new(0) }
    }

    /// Queues a task; gives it back after [`close`](Self::close).
    pub(crate) fn push(&self, task: T) -> Result<(), T> {
        let priority = task.priority();
        let mut lanes = self.lanes.lock();
        if lanes.closed {
            return Err(task);
        }
        lanes.queues[priority as usize].push_back(task);
        self.change_len(|len| len + 1);
        Ok(())
    }

    /// Takes up to `max` tasks, the most urgent and then the oldest first.
    pub(crate) fn take(&self, max: usize, mut each: impl FnMut(T)) {
        if self.len() == 0 {
            return;
        }
        let mut lanes = self.lanes.lock();
        let mut left = max;
        for queue in lanes.queues.iter_mut().rev() {
            let count = left.min(queue.len());
            queue.drain(..count).for_each(&mut each);
            left -= count;
        }
        self.change_len(|len| len - (max - left));
    }

    /// How many tasks wait; exact only for who has seen the end of the push in question.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    /// Refuses tasks from now on, and gives back those that wait.
    pub(crate) fn close(&self) -> Vec<T> {
        let mut lanes = self.lanes.lock();
        lanes.closed = true;
        self.change_len(|_| 0);
        lanes.queues.iter_mut().rev().flat_map(std::mem::take).collect()
    }

    /// Called with the lock held.
    fn change_len(&self, change: impl Fn(usize) -> usize) {
        self.len.store(change(self.len.load(Ordering::Relaxed)), Ordering::Release);
    }
}
