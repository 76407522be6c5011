//! Why a verified module does not lower.

use std::fmt;

/// A module that does not lower, and the place that is in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowerError {
    /// The module.
    pub module: String,
    /// The function.
    pub function: (String, u32),
    /// Index of the instruction in the module's code, with its name.
    pub instruction: (usize, &'static str),
    /// What is wrong with it.
    pub fault: LowerFault,
}

/// What is wrong with an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LowerFault {
    /// It is known, but not executed yet.
    NotExecutable,
    /// A number is larger than the lowered form has room for.
    TooLarge,
    /// An operand is none that a compiler writes there.
    Operand,
}

impl fmt::Display for LowerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((function, arity), (index, name)) = (&self.function, self.instruction);
        write!(f, "module {}, function {function}/{arity}, instruction {index} ({name}): ", self.module)?;
        match self.fault {
            LowerFault::NotExecutable => write!(f, "it is not executed yet"),
            LowerFault::TooLarge => write!(f, "a number is too large"),
            LowerFault::Operand => write!(f, "an operand is none that a compiler writes there"),
        }
    }
}

impl std::error::Error for LowerError {}
