//! Receiving messages.

use purlin_isa::{Instruction, Label, Opcode, Operand, Register};

use super::{Done, Sink, Step};
use crate::verify::types::{Kinds, Type};

impl<S: Sink> Step<'_, S> {
    pub(super) fn run_receive(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::LoopRec { empty, destination } => {
                let mut without = self.state.clone();
                without.has_message = false;
                self.sink.branch(empty.0, &without)?;
                self.state.has_message = true;
                self.write_fragile(destination, Type::ANY, !self.copies_messages)
            }
            I::LoopRecEnd { target } => {
                self.check_message()?;
                self.pass_to(target)?;
                self.stop()
            }
            I::RemoveMessage {} => {
                self.check_message()?;
                self.state.take_message();
                Ok(())
            }
            I::Wait { target } => {
                self.check_waiting()?;
                self.pass_to(target)?;
                self.stop()
            }
            I::WaitTimeout { target, time } => {
                self.durable(time)?;
                self.check_waiting()?;
                // Where the loop is this instruction alone, it goes on waiting and reads the time no second time.
                if !self.is_label_before(target) {
                    self.pass_to(target)?;
                }
                self.check_slots()?;
                self.state.x.clear();
                self.raises()
            }
            I::Timeout {} => {
                self.check_waiting()?;
                self.state.x.clear();
                Ok(())
            }
            I::RecvMarkerReserve { destination } => {
                self.state.heap = purlin_isa::HeapNeed::default();
                self.write(destination, Type::of(Kinds::MARKER))
            }
            I::RecvMarkerBind { marker, reference } => {
                self.special(marker, Kinds::MARKER)?;
                self.durable(reference.into()).map(|_| ())
            }
            I::RecvMarkerClear { reference } | I::RecvMarkerUse { reference } => {
                self.durable(reference.into()).map(|_| ())
            }
            _ => self.run_build(instruction),
        }
    }

    fn check_message(&self) -> Done {
        if self.state.has_message { Ok(()) } else { Err("no message is shown here".to_owned()) }
    }

    fn check_waiting(&self) -> Done {
        if self.state.has_message { Err("a message is shown here".to_owned()) } else { Ok(()) }
    }

    /// Whether only labels stand between the label and the present instruction.
    fn is_label_before(&self, label: Label) -> bool {
        let module = self.env.module;
        let Some(start) = module.label(label.0) else { return false };
        start < self.index && (start..self.index).all(|index| module.code.opcode(index) == Opcode::Label)
    }

    /// Goes back to the receive loop: no X register survives, and the frame holds nothing of a message.
    fn pass_to(&mut self, target: Label) -> Done {
        self.check_slots()?;
        let mut state = self.state.clone();
        state.x.clear();
        state.has_message = false;
        state.heap = purlin_isa::HeapNeed::default();
        state.floats = 0;
        self.sink.branch(target.0, &state)
    }

    /// Whether any of the operands is part of a message that is not taken.
    pub(super) fn is_fragile(&self, operands: &[Operand]) -> bool {
        let registers = operands.iter().filter_map(|operand| operand.register());
        registers.map(|register: Register| self.state.get(register)).any(|value| value.is_fragile)
    }
}
