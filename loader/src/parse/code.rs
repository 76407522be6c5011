//! The Code chunk: its header, its instructions, and where functions and labels stand.

use purlin_isa::{Code, Instruction, Opcode, Operand};

use crate::error::{ParseError, ParseFault};
use crate::module::{Function, UNDEFINED};
use crate::parse::reader::Reader;

/// The only instruction set that OTP ever had.
const FORMAT: u32 = 0;

/// What the Code chunk holds.
pub(crate) struct Parsed {
    pub(crate) code: Code,
    pub(crate) labels: Vec<u32>,
    pub(crate) functions: Vec<Function>,
}

pub(crate) fn code(reader: &mut Reader<'_>, atoms: u32) -> Result<Parsed, ParseError> {
    let header_size = reader.u32()? as usize;
    let mut header = Reader::new(*b"Code", reader.take(header_size)?);
    let (format, newest) = (header.u32()?, header.u32()?);
    let (label_count, function_count) = (header.u32()?, header.u32()?);
    if format != FORMAT {
        return Err(reader.error_at(4, ParseFault::Version(format)));
    }
    if newest as usize > Opcode::ALL.len() {
        return Err(reader.error_at(8, ParseFault::TooNew(newest)));
    }
    let start = reader.at();
    let code = Code::decode(reader.rest())
        .map_err(|error| reader.error_at(start + error.offset, ParseFault::Code(error.fault)))?;
    parsed(code, label_count, function_count, atoms).map_err(|fault| reader.error_at(start, fault))
}

/// Finds labels and functions in decoded code and checks the counts that go with it.
pub(crate) fn parsed(code: Code, labels: u32, functions: u32, atoms: u32) -> Result<Parsed, ParseFault> {
    // Every label is defined by two bytes at least, so a count beyond that lies.
    if labels as usize > code.len() + 1 {
        return Err(ParseFault::Count);
    }
    check_atoms(&code, atoms)?;
    let labels = find_labels(&code, labels)?;
    let found = find_functions(&code)?;
    if found.len() != functions as usize {
        return Err(ParseFault::Count);
    }
    Ok(Parsed { code, labels, functions: found })
}

fn check_atoms(code: &Code, atoms: u32) -> Result<(), ParseFault> {
    let wrong = |operand: &Operand| match operand {
        Operand::Atom(index) if *index > atoms => Some(ParseFault::Index(*index)),
        _ => None,
    };
    for index in 0..code.len() {
        for operand in code.operands(index) {
            let found = match operand {
                Operand::List(list) => code.list(*list).iter().find_map(wrong),
                single => wrong(single),
            };
            if let Some(fault) = found {
                return Err(fault);
            }
        }
    }
    Ok(())
}

fn find_labels(code: &Code, count: u32) -> Result<Vec<u32>, ParseFault> {
    let mut labels = vec![UNDEFINED; count as usize];
    for index in 0..code.len() {
        if code.opcode(index) == Opcode::Label
            && let Instruction::Label { label } = code.instruction(index)
        {
            match labels.get_mut(label as usize) {
                Some(place) if *place == UNDEFINED && label != 0 => *place = index as u32,
                _ => return Err(ParseFault::Index(label)),
            }
        }
    }
    Ok(labels)
}

/// A function is a label, lines, `func_info`, and right after that its entry label.
fn find_functions(code: &Code) -> Result<Vec<Function>, ParseFault> {
    let mut functions: Vec<Function> = Vec::new();
    for index in 0..code.len() {
        if code.opcode(index) != Opcode::FuncInfo {
            continue;
        }
        let Instruction::FuncInfo { function: name, arity, .. } = code.instruction(index) else { continue };
        if code.opcode(index + 1) != Opcode::Label || arity > 255 {
            return Err(ParseFault::Header);
        }
        let Instruction::Label { label: entry } = code.instruction(index + 1) else {
            return Err(ParseFault::Header);
        };
        let start = header_start(code, index) as u32;
        match functions.last_mut() {
            Some(previous) => previous.instructions.end = start,
            None if start != 0 => return Err(ParseFault::Header),
            None => {}
        }
        let (info, end) = (index as u32, (code.len() - 1) as u32);
        functions.push(Function { name, arity, entry, info, instructions: start..end });
    }
    match functions.is_empty() && code.len() > 1 {
        true => Err(ParseFault::Header),
        false => Ok(functions),
    }
}

/// The label that begins the function whose `func_info` stands at `info`.
fn header_start(code: &Code, info: usize) -> usize {
    let before = (0..info).rev();
    let lines = before.take_while(|index| code.opcode(*index) == Opcode::Line).count();
    let label = info - lines;
    if label > 0 && code.opcode(label - 1) == Opcode::Label { label - 1 } else { label }
}
