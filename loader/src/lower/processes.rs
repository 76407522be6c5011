//! Float registers, maps, messages and exceptions.

use purlin_isa::{Instruction as I, Label, Operand, Register, Specific};

use super::emit::{Field, Item, Value};
use super::{Grouped, LowerFault, Lowerer, Step, to};

/// The word in which an instruction remembers the slot where a key stood last: none yet.
const NO_SLOT: Item = Item::Word(0);

impl<'a> Lowerer<'a> {
    pub(super) fn floats(&mut self, instruction: I<'a>) -> Grouped {
        use Specific as S;
        let number = |register: u16| Field::Number(register.into());
        let (op, fields) = match instruction {
            I::Fmove { source, destination } => return Some(self.float_move(source, destination)),
            I::Fconv { source, destination } => {
                let source = self.value(source);
                return Some(self.emitter.emit(S::FloatConvert, &[source], &[number(destination)]));
            }
            I::Fnegate { fail: _, source, destination } => {
                let fields = [number(source), number(destination)];
                return Some(self.emitter.emit(S::FloatNegate, &[], &fields));
            }
            I::Fadd { fail: _, first, second, destination } => (S::FloatAdd, [first, second, destination]),
            I::Fsub { fail: _, first, second, destination } => {
                (S::FloatSubtract, [first, second, destination])
            }
            I::Fmul { fail: _, first, second, destination } => {
                (S::FloatMultiply, [first, second, destination])
            }
            I::Fdiv { fail: _, first, second, destination } => (S::FloatDivide, [first, second, destination]),
            _ => return None,
        };
        Some(self.emitter.emit(op, &[], &fields.map(number)))
    }

    fn float_move(&mut self, source: Operand, destination: Operand) -> Step {
        match (source, destination, destination.register()) {
            (Operand::Float(from), _, Some(register)) => {
                self.emitter.emit(Specific::FloatStore, &[register.into()], &[Field::Number(from.into())])
            }
            (Operand::Float(_), ..) => Err(LowerFault::Operand),
            (source, Operand::Float(to), _) => {
                let source = self.value(source);
                self.emitter.emit(Specific::FloatLoad, &[source], &[Field::Number(to.into())])
            }
            _ => Err(LowerFault::Operand),
        }
    }

    pub(super) fn maps(&mut self, instruction: I<'a>) -> Grouped {
        use Specific as S;
        let count = |list: &[Operand], each: usize| Field::Number((list.len() / each) as u32);
        Some(match instruction {
            I::PutMapAssoc { fail, source, destination, live, pairs }
            | I::PutMapExact { fail, source, destination, live, pairs } => {
                let is_exact = matches!(instruction, I::PutMapExact { .. });
                let op = if is_exact { S::PutMapExact } else { S::PutMapAssoc };
                let values = [self.value(source), destination.into()];
                let items = self.items_with_slots(pairs);
                let fields = [Field::Label(fail), Field::Number(live), count(pairs, 2)];
                self.emitter.emit_list(op, &values, &fields, &items, &[])
            }
            I::HasMapFields { fail, source, keys } => {
                let (source, items) = (self.value(source), self.items(keys));
                self.emitter.emit_list(S::HasMapFields, &[source], &[to(fail), count(keys, 1)], &items, &[])
            }
            I::GetMapElements { fail, source, elements } => match (source.register(), elements) {
                (Some(map), &[key, destination]) => self.get_map_element(fail, map, key, destination),
                _ => {
                    let (source, items) = (self.value(source), self.items_with_slots(elements));
                    let fields = [to(fail), count(elements, 2)];
                    self.emitter.emit_list(S::GetMapElements, &[source], &fields, &items, &[])
                }
            },
            _ => return None,
        })
    }

    /// Pairs of operands, each with the word for a slot.
    fn items_with_slots(&mut self, operands: &[Operand]) -> Vec<Item> {
        let mut item = |operand| Item::Value(self.value(operand));
        let pairs = operands.as_chunks().0.iter();
        pairs.flat_map(|&[key, other]| [item(key), item(other), NO_SLOT]).collect()
    }

    fn get_map_element(&mut self, fail: Label, map: Register, key: Operand, destination: Operand) -> Step {
        let values = [map.into(), self.value(key), self.value(destination)];
        self.emitter.emit_list(Specific::GetMapElement, &values, &[to(fail)], &[NO_SLOT], &[])
    }

    pub(super) fn messages(&mut self, instruction: I<'a>) -> Grouped {
        use Specific as S;
        Some(match instruction {
            I::Send {} => self.emitter.emit(S::Send, &[], &[]),
            I::LoopRec { empty, destination: Register::X(0) } => {
                let copies = self.verified.copies_messages(self.function);
                let op = if copies { S::ReceiveNextCopy } else { S::ReceiveNext };
                self.emitter.emit(op, &[], &[to(empty)])
            }
            I::LoopRec { .. } => Err(LowerFault::Operand),
            I::LoopRecEnd { target } => self.emitter.emit(S::ReceiveSkip, &[], &[to(target)]),
            I::RemoveMessage {} => self.emitter.emit(S::ReceiveTake, &[], &[]),
            I::Wait { target } => self.emitter.emit(S::Wait, &[], &[to(target)]),
            I::WaitTimeout { target, time } => {
                let time = self.value(time);
                self.emitter.emit(S::WaitTimeout, &[time], &[to(target)])
            }
            I::Timeout {} => self.emitter.emit(S::Timeout, &[], &[]),
            I::RecvMarkerReserve { destination } => {
                self.emitter.emit(S::MarkerReserve, &[destination.into()], &[])
            }
            I::RecvMarkerBind { marker, reference } => {
                self.emitter.emit(S::MarkerBind, &[marker.into(), reference.into()], &[])
            }
            I::RecvMarkerClear { reference } => self.emitter.emit(S::MarkerClear, &[reference.into()], &[]),
            I::RecvMarkerUse { reference } => self.emitter.emit(S::MarkerUse, &[reference.into()], &[]),
            _ => return None,
        })
    }

    pub(super) fn exceptions(&mut self, instruction: I<'a>) -> Grouped {
        use Specific as S;
        let slot = |slot: u16| Field::Number(slot.into());
        let (op, value) = match instruction {
            I::Catch { slot: y, handler } => {
                return Some(self.emitter.emit(S::Catch, &[], &[slot(y), Field::Code(handler)]));
            }
            I::Try { slot: y, handler } => {
                return Some(self.emitter.emit(S::Try, &[], &[slot(y), Field::Code(handler)]));
            }
            I::CatchEnd { slot: y } => return Some(self.emitter.emit(S::CatchEnd, &[], &[slot(y)])),
            I::TryEnd { slot: y } => return Some(self.emitter.emit(S::TryEnd, &[], &[slot(y)])),
            I::TryCase { slot: y } => return Some(self.emitter.emit(S::TryCase, &[], &[slot(y)])),
            I::Raise { trace, reason } => {
                let values: [Value; 2] = [self.value(trace), self.value(reason)];
                return Some(self.emitter.emit(S::Raise, &values, &[]));
            }
            I::IfEnd {} => return Some(self.emitter.emit(S::IfEnd, &[], &[])),
            I::RawRaise {} => return Some(self.emitter.emit(S::RawRaise, &[], &[])),
            I::BuildStacktrace {} => return Some(self.emitter.emit(S::BuildStacktrace, &[], &[])),
            I::TryCaseEnd { value } => (S::TryCaseEnd, value),
            I::Badmatch { value } => (S::BadMatch, value),
            I::Badrecord { value } => (S::BadRecord, value),
            I::CaseEnd { value } => (S::CaseEnd, value),
            _ => return None,
        };
        let value = self.value(value);
        Some(self.emitter.emit(op, &[value], &[]))
    }
}
