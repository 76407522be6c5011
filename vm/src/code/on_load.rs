//! Modules with an `on_load` function: they cannot be called until it has said `ok`.
//!
//! Such a module is linked and kept aside. The first process that calls it has its function run in a process of its own,
//! and waits for that as all others do that call the module meanwhile. When the function returns `ok` the exports lead to
//! the module; otherwise nothing does, and calls do not look for the module again.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use parking_lot::Mutex;
use purlin_heap::{Atom, Mfa, Pid};

use super::module::LoadedModule;

/// The modules of a machine that wait for their function, or were refused by it.
#[derive(Default)]
pub struct OnLoads(Mutex<HashMap<Atom, State>>);

enum State {
    Pending(Pending),
    Refused,
}

struct Pending {
    module: &'static LoadedModule,
    /// The name by which the function is run, until it has ended.
    start: Mfa,
    is_running: bool,
    /// Who runs the function itself, and so does not wait for it.
    runner: Option<Pid>,
    waiters: Vec<Pid>,
}

/// What a process has to do that calls a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Nothing: the module waits for nothing, or it is the module's own function that calls.
    Not,
    /// Its function has refused the module.
    Refused,
    /// Run this, and wait.
    Start(Mfa),
    /// Wait.
    Running,
}

impl OnLoads {
    /// A module waits from now on for its function, which has the name `start`. Who waited for another one of its name
    /// waits for this one.
    pub(super) fn add(&self, module: &'static LoadedModule, start: Mfa) {
        let mut states = self.0.lock();
        let waiters = match states.remove(&module.name) {
            Some(State::Pending(before)) => before.waiters,
            _ => Vec::new(),
        };
        let pending = Pending { module, start, is_running: false, runner: None, waiters };
        states.insert(module.name, State::Pending(pending));
    }

    /// A module of this name is there, whatever was before.
    pub(super) fn forget(&self, name: Atom) {
        self.0.lock().remove(&name);
    }

    /// Whether a module of this name waits for its function.
    pub fn is_pending(&self, name: Atom) -> bool {
        matches!(self.0.lock().get(&name), Some(State::Pending(_)))
    }

    /// Whether the function of the module has refused it.
    pub fn is_refused(&self, name: Atom) -> bool {
        matches!(self.0.lock().get(&name), Some(State::Refused))
    }

    /// What process `pid`, which began with `initial`, has to do that calls the module.
    pub fn wait(&self, name: Atom, pid: Pid, initial: Mfa) -> Waiting {
        match self.0.lock().get_mut(&name) {
            None => Waiting::Not,
            Some(State::Refused) => Waiting::Refused,
            Some(State::Pending(pending)) if pending.start == initial || pending.runner == Some(pid) => {
                Waiting::Not
            }
            Some(State::Pending(pending)) => {
                if !pending.waiters.contains(&pid) {
                    pending.waiters.push(pid);
                }
                match std::mem::replace(&mut pending.is_running, true) {
                    false => Waiting::Start(pending.start),
                    true => Waiting::Running,
                }
            }
        }
    }

    /// Has `runner` run the function of a module itself, by the name that is given; it is to say what came of it. Nothing when no such
    /// module waits, or the function runs already.
    pub fn run_by(&self, name: Atom, runner: Pid) -> Option<Mfa> {
        match self.0.lock().get_mut(&name)? {
            State::Pending(pending) if !pending.is_running => {
                (pending.is_running, pending.runner) = (true, Some(runner));
                Some(pending.start)
            }
            _ => None,
        }
    }

    /// The function of the module has ended: who waited, and the module if it is accepted.
    pub(super) fn end(
        &self,
        name: Atom,
        is_accepted: bool,
    ) -> Option<(Vec<Pid>, Option<&'static LoadedModule>)> {
        let mut states = self.0.lock();
        let Entry::Occupied(mut entry) = states.entry(name) else { return None };
        let State::Pending(pending) = entry.insert(State::Refused) else { return None };
        if is_accepted {
            entry.remove();
        }
        Some((pending.waiters, is_accepted.then_some(pending.module)))
    }
}
