//! Checks that every index in code and tables points at something of the right kind.

use purlin_isa::{Instruction, Opcode, Operand, OperandKind};

use crate::error::VerifyError;
use crate::module::{Export, Function, Module};

/// A fault in a function: index of the instruction, and why.
pub(crate) type Fault = (usize, String);

pub(crate) fn check(module: &Module) -> Result<(), VerifyError> {
    check_entries(module)?;
    for function in &module.functions {
        check_function(module, function).map_err(|fault| refused(module, function, fault))?;
    }
    Ok(())
}

/// The error for a fault in a function.
pub(crate) fn refused(module: &Module, function: &Function, (index, reason): Fault) -> VerifyError {
    VerifyError {
        module: module.name().to_owned(),
        function: Some((module.atom(function.name).to_owned(), function.arity)),
        instruction: Some((index, module.code.opcode(index).name())),
        reason,
    }
}

/// Exports, locals and funs name functions of this module by name, arity and entry label.
fn check_entries(module: &Module) -> Result<(), VerifyError> {
    let of_lambda = |l: &crate::Lambda| Export { function: l.function, arity: l.total_arity, label: l.label };
    let entries = module.exports.iter().copied().chain(module.locals.iter().copied());
    for entry in entries.chain(module.lambdas.iter().map(of_lambda)) {
        let is_legal = module.function_at(entry.label).is_some_and(|index| {
            let function = &module.functions[index];
            (function.name, function.arity) == (entry.function, entry.arity)
        });
        if !is_legal {
            let name = module.atom(entry.function);
            let reason = format!("table entry {name}/{} is not at label {}", entry.arity, entry.label);
            let module = module.name().to_owned();
            return Err(VerifyError { module, function: None, instruction: None, reason });
        }
    }
    Ok(())
}

fn check_function(module: &Module, function: &Function) -> Result<(), Fault> {
    for index in function.instructions.start as usize..function.instructions.end as usize {
        check_operands(module, function, index).map_err(|reason| (index, reason))?;
    }
    Ok(())
}

fn check_operands(module: &Module, function: &Function, index: usize) -> Result<(), String> {
    let opcode = module.code.opcode(index);
    let targets_entry = matches!(opcode, Opcode::Call | Opcode::CallLast | Opcode::CallOnly);
    for (operand, of) in module.code.operands(index).iter().zip(opcode.info().operands) {
        match (of.kind, *operand) {
            (OperandKind::Label, Operand::Label(label)) if targets_entry => {
                module.function_at(label).ok_or_else(|| format!("label {label} is no function's entry"))?;
            }
            (OperandKind::Import, Operand::Unsigned(import)) => {
                within(import, module.imports.len(), "import")?;
            }
            (OperandKind::Lambda | OperandKind::FunTag, Operand::Unsigned(lambda)) => {
                within(lambda, module.lambdas.len(), "fun")?;
            }
            (OperandKind::LineIndex, Operand::Unsigned(line)) => {
                within(line, module.lines.len() + 1, "line")?;
            }
            (_, Operand::List(list)) => {
                for element in module.code.list(list) {
                    check_operand(module, function, *element)?;
                }
            }
            _ => check_operand(module, function, *operand)?,
        }
    }
    check_direction(module, function, index)?;
    check_strings(module, index)
}

/// Within a function, control only goes back to receive, which takes a message or waits, or to report that no clause
/// matched. All other loops are calls. So nothing runs for long between two calls.
fn check_direction(module: &Module, function: &Function, index: usize) -> Result<(), String> {
    use Opcode::{Call, CallLast, CallOnly, LoopRecEnd, RecvMark, RecvSet, Wait, WaitTimeout};
    let opcode = module.code.opcode(index);
    if matches!(opcode, Call | CallLast | CallOnly | LoopRecEnd | RecvMark | RecvSet | Wait | WaitTimeout) {
        return Ok(());
    }
    let goes_back = |operand: &Operand| match operand {
        Operand::Label(label) => module.label(*label).is_some_and(|target| {
            target <= index && !(function.instructions.start..=function.info).contains(&(target as u32))
        }),
        _ => false,
    };
    for operand in module.code.operands(index) {
        let found = match operand {
            Operand::List(list) => module.code.list(*list).iter().any(goes_back),
            single => goes_back(single),
        };
        if found {
            return Err("control goes back without a call".to_owned());
        }
    }
    Ok(())
}

fn check_operand(module: &Module, function: &Function, operand: Operand) -> Result<(), String> {
    match operand {
        Operand::Literal(index) => within(index.into(), module.literals.ranges.len(), "literal"),
        Operand::Label(0) => Ok(()),
        Operand::Label(label) => match module.label(label) {
            Some(target) if function.instructions.contains(&(target as u32)) => Ok(()),
            Some(_) => Err(format!("label {label} is in another function")),
            None => Err(format!("label {label} is not defined")),
        },
        _ => Ok(()),
    }
}

fn within(index: u64, length: usize, what: &str) -> Result<(), String> {
    if index < length as u64 { Ok(()) } else { Err(format!("{what} {index} of {length} does not exist")) }
}

/// What is read from the string table lies within it.
fn check_strings(module: &Module, index: usize) -> Result<(), String> {
    if !matches!(module.code.opcode(index), Opcode::BsMatchString | Opcode::BsPutString) {
        return Ok(());
    }
    let (offset, bits) = match module.code.instruction(index) {
        Instruction::BsMatchString { bits, offset, .. } => (offset, u64::from(bits)),
        Instruction::BsPutString { bytes, offset } => (offset, u64::from(bytes) * 8),
        _ => return Ok(()),
    };
    check_string(module, offset.into(), bits)
}

/// So many bits of the string table from a byte offset on lie within it.
pub(crate) fn check_string(module: &Module, offset: u64, bits: u64) -> Result<(), String> {
    match offset.checked_add(bits.div_ceil(8)) {
        Some(end) if end <= module.strings.len() as u64 => Ok(()),
        _ => Err(format!("string table has no {bits} bits at {offset}")),
    }
}
