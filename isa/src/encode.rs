//! From [`Code`] back to the bytes of a Code chunk, in the shortest form, as compilers write it.

use crate::code::Code;
use crate::operand::{HeapNeed, Operand};

impl Code {
    /// The bytes that [`Code::decode`] reads as this code.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.operands.len() + self.len());
        for index in 0..self.len() {
            self.encode_instruction(index, &mut |operand| operand, &mut out);
        }
        out
    }

    /// Appends the bytes of one instruction, each operand and list element replaced as told. With other operands than
    /// its own the bytes need not decode: this is how tests make damaged code.
    pub fn encode_instruction(
        &self,
        index: usize,
        replace: &mut dyn FnMut(Operand) -> Operand,
        out: &mut Vec<u8>,
    ) {
        out.push(self.opcode(index).number());
        for operand in self.operands(index) {
            match replace(*operand) {
                Operand::List(list) => {
                    extended(1, list.length.into(), out);
                    for element in self.list(list) {
                        self.encode_operand(replace(*element), out);
                    }
                }
                single => self.encode_operand(single, out),
            }
        }
    }

    fn encode_operand(&self, operand: Operand, out: &mut Vec<u8>) {
        match operand {
            Operand::Unsigned(number) => unsigned(0, number, out),
            Operand::Integer(number) => integer(number, out),
            Operand::Big(index) => long(1, self.big(index), out),
            Operand::Nil => unsigned(2, 0, out),
            Operand::Atom(index) => unsigned(2, index.into(), out),
            Operand::X(register) => unsigned(3, register.into(), out),
            Operand::Y(slot) => unsigned(4, slot.into(), out),
            Operand::TypedX(register, hint) => typed(3, register, hint, out),
            Operand::TypedY(slot, hint) => typed(4, slot, hint, out),
            Operand::Label(label) => unsigned(5, label.into(), out),
            Operand::Character(character) => unsigned(6, character.into(), out),
            Operand::Float(register) => extended(2, register.into(), out),
            Operand::Literal(index) => extended(4, index.into(), out),
            Operand::Heap(need) => heap_need(need, out),
            // A list within a list, which only damaged code has.
            Operand::List(list) => extended(1, list.length.into(), out),
        }
    }
}

fn extended(kind: u8, number: u64, out: &mut Vec<u8>) {
    out.push(kind << 4 | 7);
    unsigned(0, number, out);
}

fn typed(tag: u8, register: u16, hint: u32, out: &mut Vec<u8>) {
    out.push(0x57);
    unsigned(tag, register.into(), out);
    unsigned(0, hint.into(), out);
}

fn heap_need(need: HeapNeed, out: &mut Vec<u8>) {
    extended(3, 3, out);
    for (kind, amount) in [(0, need.words), (1, need.floats.into()), (2, need.funs.into())] {
        unsigned(0, kind, out);
        unsigned(0, amount.into(), out);
    }
}

fn unsigned(tag: u8, number: u64, out: &mut Vec<u8>) {
    if number < 16 {
        out.push((number as u8) << 4 | tag);
    } else if number < 2048 {
        out.push(((number >> 8) as u8) << 5 | 0b1000 | tag);
        out.push(number as u8);
    } else {
        let mut bytes = [0; 9];
        bytes[1..].copy_from_slice(&number.to_be_bytes());
        long(tag, &bytes, out);
    }
}

fn integer(number: i64, out: &mut Vec<u8>) {
    match u64::try_from(number) {
        Ok(number) => unsigned(1, number, out),
        Err(_) => long(1, &number.to_be_bytes(), out),
    }
}

/// A number in two's complement, without the leading bytes that only repeat the sign, in at least two bytes.
fn long(tag: u8, bytes: &[u8], out: &mut Vec<u8>) {
    let repeats = |pair: &[u8]| (pair[0] == 0 && pair[1] < 0x80) || (pair[0] == 0xff && pair[1] >= 0x80);
    let excess = bytes.windows(2).take_while(|pair| repeats(pair)).count();
    let bytes = &bytes[excess.min(bytes.len().saturating_sub(2))..];
    if bytes.len() <= 8 {
        out.push((bytes.len() as u8 - 2) << 5 | 0b1_1000 | tag);
    } else {
        out.push(0b1111_1000 | tag);
        unsigned(0, bytes.len() as u64 - 9, out);
    }
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opcode::Opcode;

    fn roundtrip(operand: Operand) -> Code {
        let mut code = Code::default();
        code.operands.extend([operand, Operand::X(0)]);
        code.instructions.push((Opcode::Move, 0));
        code.instructions.push((Opcode::IntCodeEnd, 2));
        let bytes = code.encode();
        let decoded = Code::decode(&bytes).expect("what was encoded decodes");
        assert_eq!(decoded.encode(), bytes);
        decoded
    }

    #[test]
    fn integers_return_unchanged() {
        for shift in 0..64 {
            for offset in -2..=2 {
                for value in [(1i64 << shift).wrapping_add(offset), (-1i64 << shift).wrapping_add(offset)] {
                    let code = roundtrip(Operand::Integer(value));
                    assert_eq!(code.operands(0)[0], Operand::Integer(value));
                }
            }
        }
    }

    #[test]
    fn big_integers_return_unchanged() {
        for length in 9..40 {
            for first in [1u8, 0x7f, 0x80, 0xfe] {
                let mut bytes = vec![first; length];
                bytes[length - 1] = 7;
                let mut code = Code::default();
                code.bigs.push(bytes.clone().into());
                code.operands.extend([Operand::Big(0), Operand::X(0)]);
                code.instructions.extend([(Opcode::Move, 0), (Opcode::IntCodeEnd, 2)]);
                let decoded = Code::decode(&code.encode()).expect("what was encoded decodes");
                assert_eq!(decoded.big(0), bytes);
            }
        }
    }

    #[test]
    fn every_live_instruction_returns_unchanged() {
        use crate::kind::OperandKind as Kind;
        for opcode in Opcode::ALL.iter().filter(|o| o.info().status == crate::Status::Live) {
            let mut code = Code::default();
            code.instructions.push((*opcode, 0));
            for operand in opcode.info().operands {
                code.operands.push(match operand.kind {
                    Kind::Any | Kind::Source | Kind::Size => Operand::Literal(3000),
                    Kind::Count
                    | Kind::BitCount
                    | Kind::Import
                    | Kind::Lambda
                    | Kind::LineIndex
                    | Kind::FunTag => Operand::Unsigned(77),
                    Kind::Heap => Operand::Heap(HeapNeed { words: 9000, floats: 2, funs: 3 }),
                    Kind::Label | Kind::Fail | Kind::StartFail => Operand::Label(512),
                    Kind::Atom => Operand::Atom(12),
                    Kind::Register | Kind::Destination => Operand::TypedX(1000, 4),
                    Kind::Slot => Operand::TypedY(3, 2),
                    Kind::FloatRegister | Kind::FloatSource | Kind::FloatDestination => Operand::Float(2),
                    _ => Operand::List(crate::List { start: opcode.arity() as u32, length: 0 }),
                });
            }
            if *opcode != Opcode::IntCodeEnd {
                code.instructions.push((Opcode::IntCodeEnd, code.operands.len() as u32));
            }
            code.checked = code.operands.len();
            let decoded = Code::decode(&code.encode()).unwrap_or_else(|e| panic!("{}: {e}", opcode.name()));
            assert_eq!(decoded, code, "{}", opcode.name());
        }
    }
}
