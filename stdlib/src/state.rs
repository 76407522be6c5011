//! What the natives of one machine remember between calls.

use std::sync::atomic::{AtomicI64, Ordering};

use purlin_vm::Context;

/// One for each machine.
#[derive(Default)]
pub(crate) struct State {
    /// The last moment that `now/0` has given, in microseconds.
    now_us: AtomicI64,
}

impl State {
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
