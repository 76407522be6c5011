//! The verifier: proves that a module's code may run, or refuses it.

mod tables;

use crate::error::VerifyError;
use crate::module::Module;

/// A module whose code was proved to be harmless. Only the verifier makes one; nothing deserialises into it.
#[derive(Debug)]
pub struct Verified {
    module: Module,
}

impl Verified {
    /// Verifies a module.
    pub fn new(module: Module) -> Result<Verified, VerifyError> {
        tables::check(&module)?;
        Ok(Verified { module })
    }

    /// The module.
    #[must_use]
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// Whether the assumption that the instruction at `index` makes about its operand `place` (counted from 0) was
    /// proved, so that its unchecked form may be taken.
    #[must_use]
    pub fn proved(&self, _index: usize, _place: usize) -> bool {
        false
    }
}
