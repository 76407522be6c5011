//! Waiting for the `on_load` function of a module.

use crate::code::Waiting;
use crate::local::Local;
use crate::native::Context;
use crate::signal::Signal;
use crate::vm::End;
use purlin_heap::{Atom, Message, Term, am};

impl Context<'_> {
    /// Whether the calling process has to wait for the `on_load` function of a module. It is woken when that has ended,
    /// and perhaps before.
    pub fn wait_for_on_load(&self, module: Atom) -> bool {
        let initial = self.with(|process, _| process.initial);
        match self.vm().code().on_loads().wait(module, self.pid(), initial) {
            Waiting::Not | Waiting::Refused => return false,
            Waiting::Start(function) => {
                let vm = self.weak_vm();
                let on_end = Box::new(move |end: End<'_>| {
                    if let Some(vm) = vm.upgrade() {
                        end_on_load(&Local::new(&vm), module, &end);
                    }
                });
                if self.spawn_awaited(function, &[], on_end).is_err() {
                    self.vm().code().end_on_load(module, false);
                    return false;
                }
            }
            Waiting::Running => {}
        }
        true
    }

    /// The `on_load` function of a module has been run by somebody who says what came of it. False when no such module waits for it.
    pub fn finish_on_load(&self, module: Atom, is_accepted: bool) -> bool {
        let is_pending = self.vm().code().on_loads().is_pending(module);
        if is_pending {
            wake_after_on_load(self.local(), module, is_accepted);
        }
        is_pending
    }
}

fn end_on_load(local: &Local, module: Atom, end: &End<'_>) {
    let is_accepted = matches!(end, End::Returned(value) if value.is_atom(am::ok));
    if !is_accepted {
        let module = local.vm().atoms().name(module);
        tracing::warn!(module, "the on_load function did not return ok: the module is not loaded");
    }
    wake_after_on_load(local, module, is_accepted);
}

fn wake_after_on_load(local: &Local, module: Atom, is_accepted: bool) {
    for waiter in local.vm().code().end_on_load(module, is_accepted) {
        // A reply to no question wakes the process and says nothing else.
        let wake = Signal::Reply { number: 0, answer: Message::copy_of(Term::NIL) };
        let _ = local.deliver(waiter, wake);
    }
}
