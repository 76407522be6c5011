//! What the natives of one machine remember between calls.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use parking_lot::{Mutex, MutexGuard};
use purlin_vm::Context;

use crate::io::{Console, Device};

/// One for each machine.
pub(crate) struct State {
    /// The environment variables: at first those of the operating system's process.
    environment: Mutex<BTreeMap<String, String>>,
    consoles: [Console; 2],
    /// The last moment that `now/0` has given, in microseconds.
    now_us: AtomicI64,
}

impl Default for State {
    fn default() -> State {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let environment = std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
        let consoles = [Console::new(), Console::new()];
        State { environment: Mutex::new(environment), consoles, now_us: AtomicI64::new(0) }
    }
}

impl State {
    /// What the server of a device knows.
    pub(crate) fn console(&self, device: Device) -> &Console {
        &self.consoles[device as usize]
    }

    /// The environment variables.
    pub(crate) fn environment(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.environment.lock()
    }

    /// That of the machine of a call.
    #[inline]
    pub(crate) fn of<'h>(cx: &Context<'h>) -> &'h State {
        cx.vm().library_state()
    }

    /// This moment, or the one after the last that was asked for.
    pub(crate) fn later_than_all(&self, us: i64) -> i64 {
        let next = |last: i64| us.max(last + 1);
        let last = self.now_us.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        next(last.unwrap_or_else(|last| last))
    }
}
