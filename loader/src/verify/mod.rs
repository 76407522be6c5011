//! The verifier: proves that a module's code may run, or refuses it.
//!
//! First the tables are checked, then [`infer`] finds what is known at each label, then [`check`] proves it in one
//! linear pass. Only the last of these, with the rules in [`step`], is trusted.

mod check;
mod environment;
mod facts;
mod infer;
pub(crate) mod maps;
mod natives;
pub(crate) mod state;
mod step;
pub(crate) mod tables;
mod types;

use purlin_isa::Opcode;

use crate::error::VerifyError;
use crate::module::Module;
use environment::Environment;
use facts::Facts;
use maps::Maps;

pub use natives::{Native, natives};
pub use types::{Kinds, SMALL_MAX, SMALL_MIN, Type};

/// A module whose code was proved to be harmless. Only the verifier makes one; nothing deserialises into it.
#[derive(Debug)]
pub struct Verified {
    module: Module,
    maps: Maps,
    facts: Facts,
    never_returns: Vec<bool>,
}

/// Counts over a verified module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Size of the file.
    pub size_bytes: usize,
    /// Instructions, labels and lines not counted.
    pub instructions: usize,
    /// Of these, instructions that control can reach.
    pub reached: usize,
    /// Instructions that trust the compiler about an operand, where that was proved.
    pub proved: usize,
    /// Instructions that trust the compiler about an operand, where that was not proved, so that they run checked.
    pub checked: usize,
}

impl Verified {
    /// Verifies a module.
    pub fn new(module: Module) -> Result<Verified, VerifyError> {
        tables::check(&module)?;
        let maps = {
            let env = Environment::new(&module);
            infer::infer(&env).map_err(|(function, fault)| refused(&module, function, fault))?
        };
        Verified::with_maps(module, maps)
    }

    /// Verifies a module by states that were found before, in one linear pass. The tables must have been checked.
    pub(crate) fn with_maps(module: Module, maps: Maps) -> Result<Verified, VerifyError> {
        let env = Environment::new(&module);
        let facts =
            check::check(&env, &maps).map_err(|(function, fault)| refused(&module, function, fault))?;
        let never = |import| env.native(import).is_some_and(|native| native.result.is_empty());
        let never_returns = (0..module.imports.len() as u32).map(never).collect();
        Ok(Verified { module, maps, facts, never_returns })
    }

    /// The states by which the module was proved.
    pub(crate) fn maps(&self) -> &Maps {
        &self.maps
    }

    /// The module.
    #[must_use]
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// Whether control can reach the instruction. What it cannot reach was not verified and must not run.
    #[must_use]
    pub fn is_reached(&self, index: usize) -> bool {
        self.facts.is_reached(index)
    }

    /// Whether the assumption that the instruction at `index` makes about its operand `place` (counted from 0) was
    /// proved, so that its unchecked form may be taken. False for operands about which nothing is assumed.
    #[must_use]
    pub fn proved(&self, index: usize, place: usize) -> bool {
        let operands = self.module.code.opcode(index).info().operands;
        operands.get(place).is_some_and(|operand| operand.trusts.is_some()) && self.facts.is_proved(index)
    }

    /// Whether the instruction trusts the compiler about an operand, can be reached, and was not proved.
    #[must_use]
    pub fn is_checked(&self, index: usize) -> bool {
        self.facts.is_checked(index)
    }

    /// What the register in an operand's place may hold: before the instruction if it is read, after it if it is
    /// written. No kinds for operands that are no registers (or not reached).
    #[must_use]
    pub fn kinds(&self, index: usize, place: usize) -> Kinds {
        self.facts.kinds(index, place)
    }

    /// X registers from this one on hold nothing before the instruction.
    #[must_use]
    pub fn live(&self, index: usize) -> u16 {
        self.facts.live(index)
    }

    /// Whether `allocate` must clear the slots of this function's frames (by its index), because an instruction
    /// that runs checked may raise while some of them were not written.
    #[must_use]
    pub fn clears_frames(&self, function: usize) -> bool {
        self.facts.clears(function)
    }

    /// Whether `loop_rec` must copy the message as it shows it, in this function (by its index), because the function
    /// passes it on before it takes it from the mailbox.
    #[must_use]
    pub fn copies_messages(&self, function: usize) -> bool {
        self.maps.copies_messages[function]
    }

    /// Whether an import never returns. A tail call of it must be lowered as a call from within the frame that is
    /// there, if any: its `deallocate` operand may be wrong, and handlers of the frame take its exception.
    #[must_use]
    pub fn never_returns(&self, import: u32) -> bool {
        self.never_returns[import as usize]
    }

    /// What the function (by its index) returns; no kinds if it never does.
    #[must_use]
    pub fn result(&self, function: usize) -> Type {
        self.maps.results[function]
    }

    /// Counts over the module.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut stats = Stats { size_bytes: self.module.size_bytes, ..Stats::default() };
        for index in 0..self.module.code.len() {
            if matches!(self.module.code.opcode(index), Opcode::Label | Opcode::Line | Opcode::IntCodeEnd) {
                continue;
            }
            stats.instructions += 1;
            stats.reached += usize::from(self.facts.is_reached(index));
            stats.checked += usize::from(self.facts.is_checked(index));
            stats.proved += usize::from(self.facts.is_proved(index));
        }
        stats
    }
}

fn refused(module: &Module, function: usize, fault: tables::Fault) -> VerifyError {
    tables::refused(module, &module.functions[function], fault)
}
