//! What the check found out about each instruction, for lowering.

use purlin_isa::{Code, Operand};

use super::types::Kinds;

const REACHED: u8 = 1;
const PROVED: u8 = 2;
const CHECKED: u8 = 4;

/// Facts by instruction, operand and function.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    flags: Vec<u8>,
    live: Vec<u16>,
    /// Index of each instruction's first entry in `kinds`.
    first: Vec<u32>,
    kinds: Vec<Kinds>,
    clears: Vec<bool>,
}

impl Facts {
    pub(crate) fn new(code: &Code, functions: usize) -> Facts {
        let mut first = Vec::with_capacity(code.len());
        let mut total = 0;
        for index in 0..code.len() {
            first.push(total);
            total += code.opcode(index).arity() as u32;
        }
        Facts {
            flags: vec![0; code.len()],
            live: vec![0; code.len()],
            first,
            kinds: vec![Kinds::NONE; total as usize],
            clears: vec![false; functions],
        }
    }

    pub(crate) fn reach(&mut self, index: usize, live: usize) {
        self.flags[index] |= REACHED;
        self.live[index] = live as u16;
    }

    pub(crate) fn note_kinds(&mut self, code: &Code, index: usize, place: usize, kinds: Kinds) {
        debug_assert!(matches!(
            code.operands(index)[place],
            Operand::X(_) | Operand::Y(_) | Operand::TypedX(..) | Operand::TypedY(..)
        ));
        self.kinds[self.first[index] as usize + place] = kinds;
    }

    pub(crate) fn note_assumption(&mut self, index: usize, holds: bool, is_trusted: bool) {
        if holds {
            self.flags[index] |= PROVED;
        } else if is_trusted {
            self.flags[index] |= CHECKED;
        }
    }

    pub(crate) fn note_unwritten_slots(&mut self, function: usize) {
        self.clears[function] = true;
    }

    pub(crate) fn is_reached(&self, index: usize) -> bool {
        self.flags[index] & REACHED != 0
    }

    pub(crate) fn is_proved(&self, index: usize) -> bool {
        self.flags[index] & PROVED != 0
    }

    pub(crate) fn is_checked(&self, index: usize) -> bool {
        self.flags[index] & CHECKED != 0
    }

    pub(crate) fn live(&self, index: usize) -> u16 {
        self.live[index]
    }

    pub(crate) fn kinds(&self, index: usize, place: usize) -> Kinds {
        self.kinds[self.first[index] as usize + place]
    }

    pub(crate) fn clears(&self, function: usize) -> bool {
        self.clears[function]
    }
}
