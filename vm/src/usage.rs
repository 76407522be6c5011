//! What the memory of a machine is used for, as `erlang:memory/0` tells.

use crate::Vm;
use crate::code::LoadedModule;
use purlin_heap::arena::{Range, usage};
use purlin_heap::bits::shared;

/// Bytes by what they are for. Heaps, messages and binaries of other machines in the same program are counted too, since
/// all share one supply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryUsage {
    /// Control blocks, heaps, stacks and messages, with what is kept free for more of them.
    pub processes: usize,
    /// Without that.
    pub processes_used: usize,
    /// The table of atoms, with places for more of them.
    pub atom: usize,
    /// Without these.
    pub atom_used: usize,
    /// Shared bytes.
    pub binary: usize,
    /// Code and literals.
    pub code: usize,
}

impl Vm {
    /// What memory is used for at this moment.
    pub fn memory_usage(&self) -> MemoryUsage {
        let [blocks, fragments, literals] = [Range::Blocks, Range::Fragments, Range::Literals].map(usage);
        let (atom, atom_used) = self.atoms().bytes();
        let modules: usize = self.code().modules().into_iter().map(LoadedModule::bytes).sum();
        MemoryUsage {
            processes: blocks.held_bytes + fragments.held_bytes,
            processes_used: blocks.used_bytes + fragments.used_bytes,
            atom,
            atom_used,
            binary: shared::total_bytes(),
            code: modules + literals.used_bytes,
        }
    }
}
