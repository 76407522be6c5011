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

#[cfg(loom)]
mod model {
    use crate::sync::{Arc, Mutex};
    use std::collections::VecDeque;

    pub(crate) struct Owner<T>(Arc<Mutex<VecDeque<T>>>);

    pub(crate) struct Stealer<T>(Arc<Mutex<VecDeque<T>>>);

    impl<T> Owner<T> {
        pub(crate) fn new() -> Self {
            Self(Arc::new(Mutex::new(VecDeque::new())))
        }

        pub(crate) fn push(&self, task: T) {
            self.0.lock().push_back(task);
        }

        pub(crate) fn pop(&self) -> Option<T> {
            self.0.lock().pop_front()
        }

        pub(crate) fn len(&self) -> usize {
            self.0.lock().len()
        }

        pub(crate) fn stealer(&self) -> Stealer<T> {
            Stealer(self.0.clone())
        }
    }

    impl<T> Stealer<T> {
        pub(crate) fn steal(&self, into: &Owner<T>) -> Option<T> {
            let mut stolen = {
                let mut from = self.0.lock();
                let half = from.len().div_ceil(2);
                from.drain(..half).collect::<VecDeque<_>>()
            };
            let first = stolen.pop_front();
            into.0.lock().extend(stolen);
            first
        }

        pub(crate) fn len(&self) -> usize {
            self.0.lock().len()
        }
    }
}
