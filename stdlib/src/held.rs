//! Locks for natives. Work that is charged for can be interrupted, and whoever waited for the lock then would keep the
//! holder's scheduler from ever coming back to it; so whoever holds one of these is not interrupted.

use std::ops::{Deref, DerefMut};

use parking_lot::{MutexGuard, RwLockReadGuard, RwLockWriteGuard};
use purlin_heap::pace::{self, Hold};

/// As [`parking_lot::Mutex`].
#[derive(Default)]
pub(crate) struct Mutex<T>(parking_lot::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Mutex<T> {
        Mutex(parking_lot::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> Held<MutexGuard<'_, T>> {
        let hold = pace::hold();
        Held { guard: self.0.lock(), _hold: hold }
    }
}

/// As [`parking_lot::RwLock`].
#[derive(Default)]
pub(crate) struct RwLock<T>(parking_lot::RwLock<T>);

impl<T> RwLock<T> {
    pub(crate) const fn new(value: T) -> RwLock<T> {
        RwLock(parking_lot::RwLock::new(value))
    }

    pub(crate) fn read(&self) -> Held<RwLockReadGuard<'_, T>> {
        let hold = pace::hold();
        Held { guard: self.0.read(), _hold: hold }
    }

    pub(crate) fn write(&self) -> Held<RwLockWriteGuard<'_, T>> {
        let hold = pace::hold();
        Held { guard: self.0.write(), _hold: hold }
    }
}

/// A lock that is held.
pub(crate) struct Held<G> {
    // Before the hold, so that it is dropped first.
    guard: G,
    _hold: Hold,
}

impl<G: Deref> Deref for Held<G> {
    type Target = G::Target;

    fn deref(&self) -> &G::Target {
        &self.guard
    }
}

impl<G: DerefMut> DerefMut for Held<G> {
    fn deref_mut(&mut self) -> &mut G::Target {
        &mut self.guard
    }
}
