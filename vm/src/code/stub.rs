//! The runtime's own code: what stands below the first frame of every process, and where natives go on.

use purlin_isa::Specific;

use super::module::FunctionInfo;
use crate::interpreter::handler_of;

/// Instructions that belong to no module. One of each for a machine; their addresses are constant.
pub struct RuntimeCode {
    words: Box<[u64]>,
    _function: Box<FunctionInfo>,
}

/// Each instruction is an entry of a function without arguments, so that a process can be resumed there.
const STRIDE: usize = 3;

impl RuntimeCode {
    const OPS: [Specific; 3] = [Specific::ProcessEnd, Specific::Underflow, Specific::RaiseSaved];

    /// The runtime's instructions, linked.
    pub fn new(name: purlin_heap::Mfa) -> RuntimeCode {
        let function = Box::new(FunctionInfo { name, native: true });
        let info = &raw const *function as u64;
        let words = RuntimeCode::OPS
            .iter()
            .flat_map(|&op| {
                let address = |op| handler_of(op, &[]) as usize as u64;
                [address(Specific::FunctionClause), info, address(op)]
            })
            .collect();
        RuntimeCode { words, _function: function }
    }

    fn at(&self, index: usize) -> *const u64 {
        &raw const self.words[index * STRIDE + 2]
    }

    /// Ends the process normally.
    pub fn process_end(&self) -> *const u64 {
        self.at(0)
    }

    /// Brings frozen frames back.
    pub fn underflow(&self) -> *const u64 {
        self.at(1)
    }

    /// Raises the exception that stands in the process.
    pub fn raise_saved(&self) -> *const u64 {
        self.at(2)
    }
}
