//! The deque behind a run queue: crossbeam's, or under loom a locked stand-in of the same shape. What is modelled is
//! this crate's use of it, the deque itself is trusted.

#[cfg(loom)]
pub(crate) use model::{Owner, Stealer};
#[cfg(not(loom))]
pub(crate) use real::{Owner, Stealer};

#[cfg(not(loom))]
mod real {
    use crossbeam_deque as deque;

    /// The end where one worker pushes and pops, first in, first out.
    pub(crate) struct Owner<T>(deque::Worker<T>);

    /// The end where the other workers steal.
    pub(crate) struct Stealer<T>(deque::Stealer<T>);

    impl<T> Owner<T> {
        pub(crate) fn new() -> Self {
            Self(deque::Worker::new_fifo())
        }

        #[inline(always)]
        pub(crate) fn push(&self, task: T) {
            self.0.push(task);
        }

        #[inline(always)]
        pub(crate) fn pop(&self) -> Option<T> {
            self.0.pop()
        }

        pub(crate) fn len(&self) -> usize {
            self.0.len()
        }

        pub(crate) fn stealer(&self) -> Stealer<T> {
            Stealer(self.0.stealer())
        }
    }

    impl<T> Stealer<T> {
        /// Takes about half of what is there: the first task is the answer, the others go to `into`.
        pub(crate) fn steal(&self, into: &Owner<T>) -> Option<T> {
            loop {
                match self.0.steal_batch_and_pop(&into.0) {
                    deque::Steal::Success(task) => return Some(task),
                    deque::Steal::Empty => return None,
                    deque::Steal::Retry => std::hint::spin_loop(),
                }
            }
        }

        pub(crate) fn len(&self) -> usize {
            self.0.len()
        }
    }
}

/// Each operation is one step and no place to switch threads but for what changes hands: loom is to spend its time on
/// this crate's protocols. No protocol relies on what a thread sees of another's queue.
#[cfg(loom)]
mod model {
    use crate::sync::Arc;
    use crate::sync::atomic::{AtomicUsize, Ordering};
    use std::collections::VecDeque;
    use std::sync::Mutex;

    pub(crate) struct Owner<T>(Arc<Shared<T>>);

    pub(crate) struct Stealer<T>(Arc<Shared<T>>);

    struct Shared<T> {
        queue: Mutex<VecDeque<T>>,
        /// Carries what happened before a push to the one that takes.
        handed_over: AtomicUsize,
    }

    impl<T> Shared<T> {
        fn len(&self) -> usize {
            self.queue.lock().unwrap().len()
        }

        fn take(&self, count: impl Fn(usize) -> usize) -> VecDeque<T> {
            if self.len() > 0 {
                self.handed_over.fetch_add(1, Ordering::Acquire);
            }
            let mut queue = self.queue.lock().unwrap();
            let count = count(queue.len());
            queue.drain(..count).collect()
        }

        fn put(&self, tasks: VecDeque<T>) {
            self.handed_over.fetch_add(1, Ordering::Release);
            self.queue.lock().unwrap().extend(tasks);
        }
    }

    impl<T> Owner<T> {
        pub(crate) fn new() -> Self {
            let (queue, handed_over) = (Mutex::default(), AtomicUsize::new(0));
            Self(Arc::new(Shared { queue, handed_over }))
        }

        pub(crate) fn push(&self, task: T) {
            self.0.put([task].into());
        }

        pub(crate) fn pop(&self) -> Option<T> {
            self.0.take(|len| len.min(1)).pop_front()
        }

        pub(crate) fn len(&self) -> usize {
            self.0.len()
        }

        pub(crate) fn stealer(&self) -> Stealer<T> {
            Stealer(self.0.clone())
        }
    }

    impl<T> Stealer<T> {
        pub(crate) fn steal(&self, into: &Owner<T>) -> Option<T> {
            let mut stolen = self.0.take(|len| len.div_ceil(2));
            let first = stolen.pop_front();
            if !stolen.is_empty() {
                into.0.put(stolen);
            }
            first
        }

        pub(crate) fn len(&self) -> usize {
            self.0.len()
        }
    }
}
