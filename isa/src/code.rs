//! Decoded code: instructions and operands in flat arrays.

use crate::opcode::{Instruction, Opcode};
use crate::operand::{List, Operand};

/// A sequence of instructions, each operand of its kind.
///
/// Invariant: every instruction here was read once by [`Instruction::read`], so [`Code::instruction`] cannot fail, and
/// the elements of lists need not be looked at again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    pub(crate) instructions: Vec<(Opcode, u32)>,
    pub(crate) operands: Vec<Operand>,
    pub(crate) bigs: Vec<Box<[u8]>>,
    /// So many of the operands belong to instructions that were read.
    pub(crate) checked: usize,
}

impl Code {
    /// The number of instructions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.instructions.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.instructions.is_empty()
    }

    /// The opcode of the instruction at `index`.
    #[must_use]
    pub fn opcode(&self, index: usize) -> Opcode {
        self.instructions[index].0
    }

    /// The operands of the instruction at `index` as they stand in the file, type hints included.
    #[must_use]
    pub fn operands(&self, index: usize) -> &[Operand] {
        let (opcode, first) = self.instructions[index];
        &self.operands[first as usize..][..opcode.arity()]
    }

    /// The instruction at `index`, typed, without type hints.
    #[must_use]
    pub fn instruction(&self, index: usize) -> Instruction<'_> {
        Instruction::read(self, index).unwrap_or_else(|_| unreachable!("operands were checked when decoded"))
    }

    /// The elements of a list operand.
    #[must_use]
    pub fn list(&self, list: List) -> &[Operand] {
        &self.operands[list.start as usize..][..list.length as usize]
    }

    /// The bytes of a big integer: two's complement, most significant first.
    #[must_use]
    pub fn big(&self, index: u32) -> &[u8] {
        &self.bigs[index as usize]
    }
}
