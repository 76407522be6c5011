//! From bytes of the Code chunk to [`Code`]: the compact term encoding.
//!
//! The low three bits of an operand's first byte are its tag, the others begin its value: four bits, or eleven with
//! the next byte, or so many bytes that follow. Tag 7 is extended: lists, float registers, allocation lists,
//! literals, registers with a type hint.

use crate::code::Code;
use crate::opcode::{Instruction, Opcode, Status};
use crate::operand::{HeapNeed, List, Operand};

/// Why code does not decode, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Offset in the bytes given.
    pub offset: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with the bytes of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bytes end within an instruction, or before `int_code_end`.
    End,
    /// There is no instruction of this number.
    UnknownOpcode(u8),
    /// The instruction is one that OTP 25 no longer loads.
    Retired(Opcode),
    /// An operand's first byte has no meaning.
    UnknownTag(u8),
    /// A number is larger than any that can stand there.
    TooLarge,
    /// A list stands within a list.
    NestedList,
    /// The operand, counted from 0, is not of its kind.
    WrongOperand(Opcode, usize),
    /// Bytes follow `int_code_end`.
    Trailing,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::End => write!(f, "the code ends too early"),
            Fault::UnknownOpcode(number) => write!(f, "there is no instruction of number {number}"),
            Fault::Retired(opcode) => write!(f, "instruction {} is older than OTP 25", opcode.name()),
            Fault::UnknownTag(byte) => write!(f, "operand byte {byte:#04x} has no meaning"),
            Fault::TooLarge => write!(f, "a number is too large"),
            Fault::NestedList => write!(f, "a list stands within a list"),
            Fault::WrongOperand(opcode, place) => {
                let info = opcode.info();
                let operand = info.operands.get(*place).map_or("?", |operand| operand.name);
                write!(f, "operand {operand} of {} is of the wrong kind", info.name)
            }
            Fault::Trailing => write!(f, "bytes follow the end of the code"),
        }
    }
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "offset {}: {}", self.offset, self.fault)
    }
}

impl std::error::Error for DecodeError {}

impl Code {
    /// Decodes instructions up to and including `int_code_end`, where the bytes must end.
    ///
    /// What is made is never larger than the bytes by more than a constant factor, whatever lengths they tell.
    pub fn decode(bytes: &[u8]) -> Result<Code, DecodeError> {
        let mut decoder = Decoder { bytes, at: 0, code: Code::default() };
        loop {
            let start = decoder.at;
            let opcode = decoder.instruction().map_err(|fault| DecodeError { offset: start, fault })?;
            if opcode == Opcode::IntCodeEnd {
                break;
            }
        }
        if decoder.at != bytes.len() {
            return Err(DecodeError { offset: decoder.at, fault: Fault::Trailing });
        }
        Ok(decoder.code)
    }
}

impl Code {
    /// Decodes the definitions of native records: `count` times the number of an instruction that means nothing there
    /// and three operands. Lists and large integers are in the [`Code`], which has no instructions.
    pub fn decode_definitions(bytes: &[u8], count: usize) -> Result<(Vec<[Operand; 3]>, Code), DecodeError> {
        let mut decoder = Decoder { bytes, at: 0, code: Code::default() };
        let mut definitions = Vec::new();
        for _ in 0..count {
            let start = decoder.at;
            let mut definition = || {
                decoder.byte()?;
                Ok([decoder.operand()?, decoder.operand()?, decoder.operand()?])
            };
            definitions.push(definition().map_err(|fault| DecodeError { offset: start, fault })?);
        }
        match decoder.at == bytes.len() {
            true => Ok((definitions, decoder.code)),
            false => Err(DecodeError { offset: decoder.at, fault: Fault::Trailing }),
        }
    }
}

struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
    code: Code,
}

/// The value part of an operand: what fits a word, or the bytes of what does not.
enum Number<'a> {
    Unsigned(u64),
    Negative(i64),
    Big(&'a [u8]),
}

impl<'a> Decoder<'a> {
    fn instruction(&mut self) -> Result<Opcode, Fault> {
        let number = self.byte()?;
        let opcode = Opcode::from_number(number).ok_or(Fault::UnknownOpcode(number))?;
        if opcode.info().status == Status::Retired {
            return Err(Fault::Retired(opcode));
        }
        let first = self.code.operands.len();
        // Places for the operands first, so that they stand together and lists behind them.
        self.code.operands.resize(first + opcode.arity(), Operand::Nil);
        for place in 0..opcode.arity() {
            let operand = self.operand()?;
            self.code.operands[first + place] = operand;
        }
        let index = self.code.instructions.len();
        self.code.instructions.push((opcode, u32::try_from(first).map_err(|_| Fault::TooLarge)?));
        Instruction::read(&self.code, index).map_err(|place| Fault::WrongOperand(opcode, place))?;
        self.code.checked = self.code.operands.len();
        Ok(opcode)
    }

    fn operand(&mut self) -> Result<Operand, Fault> {
        if self.peek()? != 0b0001_0111 {
            return self.element();
        }
        self.at += 1;
        let length = self.bare()?;
        let start = u32::try_from(self.code.operands.len()).map_err(|_| Fault::TooLarge)?;
        for _ in 0..length {
            let element = self.element()?;
            self.code.operands.push(element);
        }
        Ok(Operand::List(List { start, length }))
    }

    /// An operand that is no list.
    fn element(&mut self) -> Result<Operand, Fault> {
        let first = self.byte()?;
        if first & 7 == 7 {
            return self.extended(first);
        }
        let number = self.number(first)?;
        Ok(match first & 7 {
            // No count of bits or words is that large: the largest number says as much.
            0 if matches!(number, Number::Big(_)) => Operand::Unsigned(u64::MAX),
            0 => Operand::Unsigned(unsigned(&number)?),
            1 => self.integer(&number),
            2 => match small(&number)? {
                0 => Operand::Nil,
                index => Operand::Atom(index),
            },
            3 => Operand::X(register(&number)?),
            4 => Operand::Y(register(&number)?),
            5 => Operand::Label(small(&number)?),
            _ => Operand::Character(small(&number)?),
        })
    }

    fn integer(&mut self, number: &Number<'_>) -> Operand {
        match *number {
            Number::Negative(value) => Operand::Integer(value),
            Number::Unsigned(value) => match i64::try_from(value) {
                Ok(value) => Operand::Integer(value),
                Err(_) => {
                    let mut bytes = vec![0];
                    bytes.extend(value.to_be_bytes());
                    self.big(&bytes)
                }
            },
            Number::Big(bytes) => self.big(bytes),
        }
    }

    fn big(&mut self, bytes: &[u8]) -> Operand {
        let index = self.code.bigs.len() as u32; // Fewer than the operands, whose number fits.
        self.code.bigs.push(bytes.into());
        Operand::Big(index)
    }

    fn extended(&mut self, first: u8) -> Result<Operand, Fault> {
        match first >> 3 {
            0b00010 => Err(Fault::NestedList),
            0b00100 => Ok(Operand::Float(u16::try_from(self.bare()?).map_err(|_| Fault::TooLarge)?)),
            0b00110 => self.heap_need(),
            0b01000 => Ok(Operand::Literal(self.bare()?)),
            0b01010 => self.typed(),
            _ => Err(Fault::UnknownTag(first)),
        }
    }

    fn typed(&mut self) -> Result<Operand, Fault> {
        let first = self.byte()?;
        let number = self.number(first)?;
        let register = register(&number)?;
        let hint = self.bare()?;
        match first & 7 {
            3 => Ok(Operand::TypedX(register, hint)),
            4 => Ok(Operand::TypedY(register, hint)),
            _ => Err(Fault::UnknownTag(first)),
        }
    }

    fn heap_need(&mut self) -> Result<Operand, Fault> {
        let mut need = HeapNeed::default();
        for _ in 0..self.bare()? {
            let (kind, amount) = (self.bare()?, self.bare()?);
            let narrow = || u16::try_from(amount).map_err(|_| Fault::TooLarge);
            match kind {
                0 => need.words = amount,
                1 => need.floats = narrow()?,
                2 => need.funs = narrow()?,
                _ => return Err(Fault::UnknownTag(kind as u8)),
            }
        }
        Ok(Operand::Heap(need))
    }

    /// A number of tag 0, as it stands within extended operands.
    fn bare(&mut self) -> Result<u32, Fault> {
        let first = self.byte()?;
        if first & 7 != 0 {
            return Err(Fault::UnknownTag(first));
        }
        small(&self.number(first)?)
    }

    fn number(&mut self, first: u8) -> Result<Number<'a>, Fault> {
        if first & 0b1000 == 0 {
            return Ok(Number::Unsigned(u64::from(first >> 4)));
        }
        if first & 0b1_0000 == 0 {
            let low = self.byte()?;
            return Ok(Number::Unsigned(u64::from(first >> 5) << 8 | u64::from(low)));
        }
        let length = match first >> 5 {
            7 => self.bare()? as usize + 9,
            short => usize::from(short) + 2,
        };
        let bytes = self.bytes.get(self.at..).and_then(|rest| rest.get(..length)).ok_or(Fault::End)?;
        self.at += length;
        Ok(fit(bytes))
    }

    fn peek(&self) -> Result<u8, Fault> {
        self.bytes.get(self.at).copied().ok_or(Fault::End)
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }
}

/// Reads two's complement, most significant byte first; leading bytes that only repeat the sign do not count.
fn fit(bytes: &[u8]) -> Number<'_> {
    let is_negative = bytes[0] & 0x80 != 0;
    let filler = if is_negative { 0xff } else { 0 };
    let rest = &bytes[bytes.iter().take_while(|byte| **byte == filler).count()..];
    let value = rest
        .iter()
        .take(8)
        .fold(u64::from(filler) * 0x0101_0101_0101_0101, |value, byte| value << 8 | u64::from(*byte));
    match (rest.len() <= 8, is_negative) {
        (true, false) => Number::Unsigned(value),
        (true, true) if (value as i64) < 0 => Number::Negative(value as i64),
        _ => Number::Big(bytes),
    }
}

fn unsigned(number: &Number<'_>) -> Result<u64, Fault> {
    match number {
        Number::Unsigned(value) => Ok(*value),
        _ => Err(Fault::TooLarge),
    }
}

fn small(number: &Number<'_>) -> Result<u32, Fault> {
    u32::try_from(unsigned(number)?).map_err(|_| Fault::TooLarge)
}

fn register(number: &Number<'_>) -> Result<u16, Fault> {
    u16::try_from(unsigned(number)?).map_err(|_| Fault::TooLarge)
}
