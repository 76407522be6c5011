//! Native records, but for the tests of what one is.

use purlin_heap::word::Word;
use purlin_isa::{Instruction as I, Operand, Specific as S};

use super::emit::{Field, Value};
use super::{Grouped, LowerFault, Lowerer, Step, to};

/// Atom index of the module's own name.
const OWN_NAME: u32 = 1;

impl<'a> Lowerer<'a> {
    pub(super) fn records(&mut self, instruction: I<'a>) -> Grouped {
        Some(match instruction {
            I::IsRecordAccessible { fail, source, id } => {
                let home = match id {
                    Operand::Atom(id) if self.module.atom(id) == "external" => Word::NIL,
                    _ => self.atom(OWN_NAME),
                };
                let source = self.value(source);
                self.emitter.emit(S::IsAccessible, &[source], &[to(fail), Field::Word(home.0)])
            }
            I::GetRecordElements { fail, source, elements } => {
                let (source, items) = (self.value(source), self.items(elements));
                let count = Field::Number(elements.len() as u32 / 2);
                self.emitter.emit_list(S::GetRecordElements, &[source], &[to(fail), count], &items, &[])
            }
            I::GetRecordField { fail, source, id, field: Operand::Atom(field), destination } => {
                let values = [self.value(source), self.value(id), destination.into()];
                let fields = [Field::Label(fail), Field::Word(self.atom(field).0)];
                self.emitter.emit(S::GetRecordField, &values, &fields)
            }
            I::PutRecord { .. } => self.put_record(instruction),
            _ => return None,
        })
    }

    fn put_record(&mut self, instruction: I<'a>) -> Step {
        let I::PutRecord { fail, id, source, destination, live, pairs } = instruction else {
            return Err(LowerFault::Operand);
        };
        let (op, from) = match (source, id) {
            (Operand::Nil, Operand::Atom(name)) => {
                let index = self.module.records().iter().position(|definition| definition.name == name);
                let index = index.ok_or(LowerFault::Operand)?;
                (S::CreateRecord, Value::Constant(self.constants.record(index)))
            }
            (Operand::Nil, id) => (S::CreateExternalRecord, self.value(id)),
            (source, _) => (S::UpdateNativeRecord, self.value(source)),
        };
        let items = self.items(pairs);
        let fields = [Field::Label(fail), Field::Number(live), Field::Number(pairs.len() as u32 / 2)];
        self.emitter.emit_list(op, &[from, destination.into()], &fields, &items, &[])
    }
}
