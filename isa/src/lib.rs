//! The instruction tables of Purlin and all that is derived from them.
//!
//! [`for_each_generic!`] holds the instructions of `.beam` files; [`Opcode`], [`Instruction`], the decoder, encoder
//! and disassembler and the generated documentation are its views. [`Code`] is a decoded sequence of instructions.
#![forbid(unsafe_code)]

pub mod bits;
mod code;
mod decode;
mod disassemble;
mod document;
mod encode;
mod generic;
mod kind;
mod opcode;
mod operand;
mod specific;

pub use code::Code;
pub use decode::{DecodeError, Fault};
pub use disassemble::{Names, Raw, disassemble};
pub use document::document;
pub use kind::{Assumption, OperandKind};
pub use opcode::{Instruction, Opcode, OpcodeInfo, OperandInfo, Status};
pub use operand::{FunTag, HeapNeed, Label, List, Operand, REGISTERS_MAX, Register, StartFail};
pub use specific::{Fixed, Form, LIVE_UNKNOWN, Signature, Specific, Varied, encode_register};
