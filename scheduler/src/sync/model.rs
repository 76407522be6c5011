//! loom's atomics, locks and threads behind the same names as the real ones.

pub use loom::cell;
pub use loom::hint;
pub use loom::sync::{Arc, MutexGuard, RwLockReadGuard, RwLockWriteGuard, atomic};
use std::time::Duration;

/// Whether this build runs under loom.
pub const MODELLED: bool = true;

/// A lock without poisoning.
#[derive(Debug)]
pub struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// An open lock.
    pub fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    /// Takes the lock.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().expect("a model that panics has ended")
    }

    /// Takes the lock if nobody holds it.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.0.try_lock().ok()
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

/// A lock for many readers or one writer, without poisoning.
#[derive(Debug)]
pub struct RwLock<T>(loom::sync::RwLock<T>);

impl<T> RwLock<T> {
    /// An open lock.
    pub fn new(value: T) -> Self {
        Self(loom::sync::RwLock::new(value))
    }

    /// Takes the lock together with other readers.
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().expect("a model that panics has ended")
    }

    /// Takes the lock alone.
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().expect("a model that panics has ended")
    }
}

/// A condition variable whose waits take and return the guard.
#[derive(Debug)]
pub struct Condvar(loom::sync::Condvar);

impl Default for Condvar {
    fn default() -> Self {
        Self::new()
    }
}

impl Condvar {
    /// A condition variable on which nobody waits.
    pub fn new() -> Self {
        Self(loom::sync::Condvar::new())
    }

    /// Waits until notified.
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.0.wait(guard).expect("a model that panics has ended")
    }

    /// Models have no time: waits until notified, so that a lost wake-up shows as a deadlock.
    pub fn wait_timeout<'a, T>(&self, guard: MutexGuard<'a, T>, _timeout: Duration) -> MutexGuard<'a, T> {
        self.wait(guard)
    }

    /// Wakes one that waits.
    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    /// Wakes all that wait.
    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// Threads.
pub mod thread {
    pub use loom::thread::{JoinHandle, Thread, current, park, yield_now};

    /// Starts a thread; its name is dropped.
    pub fn spawn<F, R>(_name: String, body: F) -> std::io::Result<JoinHandle<R>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        Ok(loom::thread::spawn(body))
    }
}
