//! Trees of processes that have limits together, as a Rust program makes them.

use std::sync::Arc;
use std::time::Duration;

use purlin_heap::Pid;
use purlin_vm::limits;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::machine::{CallError, Vm};

pub use purlin_vm::limits::{Limits, Usage};

/// A tree for processes that have limits together: those that are spawned in it, all that they spawn, and so on. Whoever
/// goes beyond a limit is ended, throttled, or gets an error; processes outside of the tree do not notice.
pub struct Tree<'m> {
    vm: &'m Vm,
    tree: Arc<limits::Tree>,
}

impl Vm {
    /// A tree with these limits, which has no processes yet.
    pub fn tree(&self, limits: Limits) -> Tree<'_> {
        Tree { vm: self, tree: self.inner().tree(limits) }
    }
}

impl Tree<'_> {
    /// As [`Vm::spawn`], in the tree.
    pub fn spawn(&self, module: &str, function: &str, arguments: &impl Serialize) -> Result<Pid, CallError> {
        self.vm.spawn_with(Some(&self.tree), (module, function), arguments, None)
    }

    /// As [`Vm::call`], in the tree.
    pub fn call<T: DeserializeOwned>(
        &self,
        module: &str,
        function: &str,
        arguments: &impl Serialize,
        limit: Duration,
    ) -> Result<T, CallError> {
        self.vm.call_with(Some(&self.tree), (module, function), arguments, limit)
    }

    /// What its processes use now, beside what they may use.
    pub fn usage(&self) -> Usage {
        self.tree.usage(self.vm.inner().monotonic_ns())
    }
}
