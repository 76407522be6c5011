//! Views of the generic table: the opcodes, what is known about each, and the typed form of an instruction.

use crate::code::Code;
use crate::kind::{Assumption, Kind, OperandKind, kinds};

/// Whether compilers of OTP 25 to 29 may emit an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// They may.
    Live,
    /// OTP 25 no longer loads it.
    Retired,
}

/// What the table says about an instruction.
#[derive(Debug)]
pub struct OpcodeInfo {
    /// The number in `.beam` files.
    pub number: u8,
    /// The name in OTP's tables.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// Whether it still loads.
    pub status: Status,
    /// Its operands in order.
    pub operands: &'static [OperandInfo],
}

/// What the table says about an operand.
#[derive(Debug)]
pub struct OperandInfo {
    /// Its name.
    pub name: &'static str,
    /// What may stand there.
    pub kind: OperandKind,
    /// What the compiler asks to be believed about it.
    pub trusts: Option<Assumption>,
}

macro_rules! trusts {
    () => {
        None
    };
    ($assumption:ident) => {
        Some(Assumption::$assumption)
    };
}

macro_rules! status {
    (live) => {
        Status::Live
    };
    (retired) => {
        Status::Retired
    };
}

macro_rules! derive_opcodes {
    ($(
        $(#[doc = $doc:literal])+
        $number:literal $variant:ident $name:literal $status:ident
            ($($operand:ident : $kind:ident $(trusts $assumption:ident)?),*);
    )+) => {
        /// A generic instruction's number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Opcode { $($(#[doc = $doc])+ $variant = $number,)+ }

        impl Opcode {
            /// All opcodes in the order of their numbers, which begin at 1 and have no gap.
            pub const ALL: &'static [Opcode] = &[$(Opcode::$variant,)+];
        }

        static INFOS: &[OpcodeInfo] = &[$(OpcodeInfo {
            number: $number,
            name: $name,
            doc: concat!($($doc),+),
            status: status!($status),
            operands: &[$(OperandInfo {
                name: stringify!($operand),
                kind: OperandKind::$kind,
                trusts: trusts!($($assumption)?),
            },)*],
        },)+];

        /// An instruction with its operands by name and of their types.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // The operands' meaning stands in the table.
        pub enum Instruction<'a> {
            $($(#[doc = $doc])+ $variant { $($operand: <kinds::$kind as Kind>::Value<'a>,)* },)+
        }

        impl<'a> Instruction<'a> {
            /// Reads the instruction at `index`, or says which operand is not of its kind.
            #[allow(unused_mut, unused_variables, unused_assignments)] // The last place is not looked at.
            #[allow(clippy::too_many_lines)] // One arm for each line of the table.
            pub(crate) fn read(code: &'a Code, index: usize) -> Result<Instruction<'a>, usize> {
                let (opcode, first) = code.instructions[index];
                let operands = &code.operands[first as usize..];
                let mut place = 0_usize;
                match opcode {
                    $(Opcode::$variant => {
                        let [$($operand),*] = *operands.first_chunk().ok_or(usize::MAX)?;
                        Ok(Instruction::$variant { $($operand: {
                            let value = <kinds::$kind as Kind>::read(code, $operand).ok_or(place)?;
                            place += 1;
                            value
                        },)* })
                    })+
                }
            }
        }
    };
}

crate::for_each_generic!(derive_opcodes);

impl Opcode {
    /// The opcode of this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Opcode> {
        Opcode::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// The number in `.beam` files.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// What the table says.
    #[must_use]
    pub fn info(self) -> &'static OpcodeInfo {
        &INFOS[usize::from(self.number()) - 1]
    }

    /// The name in OTP's tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The number of operands.
    #[must_use]
    pub fn arity(self) -> usize {
        self.info().operands.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_begin_at_one_and_have_no_gap() {
        for (index, opcode) in Opcode::ALL.iter().enumerate() {
            assert_eq!(usize::from(opcode.number()), index + 1, "{}", opcode.name());
            assert_eq!(Opcode::from_number(opcode.number()), Some(*opcode));
        }
        assert_eq!(Opcode::ALL.len(), 191);
        assert_eq!(Opcode::from_number(0), None);
        assert_eq!(Opcode::from_number(192), None);
    }
}
