//! From [`Code`] to text, one instruction a line.

use std::fmt::Write;

use crate::code::Code;
use crate::kind::OperandKind;
use crate::operand::Operand;

/// Names for the indices in operands, from the tables of the module.
pub trait Names {
    /// The atom of this index, as source text.
    fn atom(&self, index: u32) -> String {
        format!("atom#{index}")
    }
    /// `Module:Function/Arity` of an import.
    fn import(&self, index: u32) -> String {
        format!("import#{index}")
    }
    /// A literal as text.
    fn literal(&self, index: u32) -> String {
        format!("literal#{index}")
    }
    /// File and line of an entry of the line table.
    fn line(&self, index: u32) -> String {
        format!("line#{index}")
    }
}

/// No names: indices are shown as they are.
pub struct Raw;

impl Names for Raw {}

/// One instruction as text: its name and its operands.
#[must_use]
pub fn disassemble(code: &Code, index: usize, names: &dyn Names) -> String {
    let info = code.opcode(index).info();
    let mut out = String::from(info.name);
    for (place, (operand, of)) in code.operands(index).iter().zip(info.operands).enumerate() {
        out.push_str(if place == 0 { " " } else { ", " });
        show(code, *operand, of.kind, names, &mut out);
    }
    out
}

fn show(code: &Code, operand: Operand, kind: OperandKind, names: &dyn Names, out: &mut String) {
    let written = match operand {
        Operand::Unsigned(index) => match (kind, u32::try_from(index)) {
            (OperandKind::Import, Ok(index)) => write!(out, "{}", names.import(index)),
            (OperandKind::LineIndex, Ok(index)) => write!(out, "{}", names.line(index)),
            (OperandKind::Lambda | OperandKind::FunTag, _) => write!(out, "fun#{index}"),
            _ => write!(out, "{index}"),
        },
        Operand::Integer(value) => write!(out, "{value}"),
        Operand::Big(index) => {
            let digits = code.big(index).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            write!(out, "16#{digits}")
        }
        Operand::Nil => write!(out, "[]"),
        Operand::Atom(index) => write!(out, "{}", names.atom(index)),
        Operand::X(register) => write!(out, "x{register}"),
        Operand::Y(slot) => write!(out, "y{slot}"),
        Operand::TypedX(register, hint) => write!(out, "x{register}:t{hint}"),
        Operand::TypedY(slot, hint) => write!(out, "y{slot}:t{hint}"),
        Operand::Float(register) => write!(out, "f{register}"),
        Operand::Label(0) => write!(out, "raise"),
        Operand::Label(label) => write!(out, "L{label}"),
        Operand::Character(character) => write!(out, "char {character}"),
        Operand::Literal(index) => write!(out, "{}", names.literal(index)),
        Operand::Heap(need) => write!(out, "{}w+{}floats+{}funs", need.words, need.floats, need.funs),
        Operand::List(list) => {
            out.push('[');
            for (place, element) in code.list(list).iter().enumerate() {
                out.push_str(if place == 0 { "" } else { ", " });
                // Lists hold no lists, so this goes one level deep.
                show(code, *element, OperandKind::Any, names, out);
            }
            write!(out, "]")
        }
    };
    written.unwrap_or_else(|_| unreachable!("writing to a string cannot fail"));
}
