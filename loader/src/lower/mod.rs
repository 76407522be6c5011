//! Lowering: from the generic instructions of a verified module to the specific ones that the interpreter runs.
//!
//! Lowering chooses for each instruction the specific one and the forms of its operands, resolves frame sizes,
//! labels and constants, and leaves to linking what depends on addresses: handlers and [`Relocation`]s. See
//! `docs/lowering.md`.

mod binaries;
mod building;
mod calls;
mod commands;
mod data;
mod emit;
mod error;
mod fields;
mod guards;
mod processes;
mod records;
mod select;
mod show;
mod symbols;
#[cfg(test)]
mod tests;

use purlin_heap::Atom;
use purlin_heap::word::Word;
use purlin_isa::{Form, Instruction, Label, Operand, Register, Specific};

use crate::module::{Function, Module};
use crate::verify::Verified;
use emit::{Emitter, Field, Item, Value};

pub use error::{LowerError, LowerFault};
pub use show::show;
pub use symbols::Symbols;

/// What a machine makes of a module's constants and functions.
pub trait Constants {
    /// The machine's atom for an atom of the module, whose index counts from 1.
    fn atom(&self, index: u32) -> Atom;
    /// The word for a literal of the module.
    fn literal(&self, index: u32) -> Word;
    /// The word for an integer that is not small: two's complement, most significant byte first.
    fn integer(&mut self, bytes: &[u8]) -> Word;
    /// The word for the template of a native record of the module, by the index of its definition.
    fn record(&self, index: usize) -> Word;
    /// Whether a native of the machine takes the place of this function of the module, by its index.
    fn is_native(&self, _function: u32) -> bool {
        false
    }
    /// Whether an import is a native of the machine.
    fn is_native_import(&self, _import: u32) -> bool {
        false
    }
    /// Whether the runs of instructions that guess are to be counted.
    fn counts(&self) -> bool {
        false
    }
}

/// Code that only needs handlers and addresses to run.
#[derive(Debug, Default)]
pub struct Lowered {
    /// The code. The first word of each instruction is left for the address of its handler.
    pub words: Vec<u64>,
    /// The instructions in the order of their places.
    pub instructions: Vec<Placed>,
    /// The addresses to fill in, in the order of their places.
    pub relocations: Vec<Relocation>,
    /// The functions, as in the module.
    pub functions: Vec<FunctionPlace>,
    /// From which word on which entry of the line table holds; 0 for none.
    pub lines: Vec<(u32, u32)>,
    /// The word of each label; `u32::MAX` for those that are not defined.
    pub labels: Box<[u32]>,
    /// Index of the function that runs when the module is loaded.
    pub on_load: Option<u32>,
    /// The words of the instructions that count.
    pub counts: Vec<u32>,
}

/// An instruction in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its first word.
    pub offset: u32,
    /// Which one.
    pub op: Specific,
    forms: [Form; 4],
}

impl Placed {
    /// The forms of its varied operands.
    #[must_use]
    pub fn forms(&self) -> &[Form] {
        &self.forms[..self.op.signature().varied.len()]
    }
}

/// Where a function stands, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionPlace {
    /// Its first instruction, which reports that no clause matched.
    pub start: u32,
    /// Its entry.
    pub entry: u32,
}

/// A word of code to be filled in when the module is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relocation {
    /// Its place in bytes, which need not be a multiple of eight.
    pub byte: u32,
    /// The address to write there.
    pub target: Target,
}

/// What a relocation points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A word of the code.
    Code(u32),
    /// The export entry for an import.
    Export(u32),
    /// The export entry for a function of the module that a native takes the place of.
    Native(u32),
    /// The entry of a fun.
    Lambda(u32),
    /// What is known of a function.
    Function(u32),
    /// A byte of the string table.
    Bytes(u32),
    /// The cell of an instruction that counts.
    Count(u32),
}

impl Relocation {
    /// Writes the address that was found.
    pub fn write(self, code: &mut [u64], address: u64) {
        emit::write_bytes(code, self.byte as usize, &address.to_ne_bytes());
    }
}

impl Lowered {
    /// The words of an instruction by its index, its list included.
    #[must_use]
    pub fn extent(&self, index: usize) -> std::ops::Range<usize> {
        let end = self.instructions.get(index + 1).map_or(self.words.len(), |next| next.offset as usize);
        self.instructions[index].offset as usize..end
    }
}

/// Lowers a module, or names the instruction that is in the way.
pub fn lower(verified: &Verified, constants: &mut dyn Constants) -> Result<Lowered, LowerError> {
    let module = verified.module();
    let counts = constants.counts();
    let mut lowerer = Lowerer {
        verified,
        module,
        constants,
        emitter: Emitter::new(module.label_count(), counts),
        function: 0,
        at: 0,
    };
    for (index, function) in module.functions().iter().enumerate() {
        lowerer.function(index, function).map_err(|fault| LowerError {
            module: module.name().to_owned(),
            function: (module.atom(function.name).to_owned(), function.arity),
            instruction: (lowerer.at, module.code().opcode(lowerer.at).name()),
            fault,
        })?;
    }
    lowerer.end();
    Ok(lowerer.emitter.finish())
}

/// A step of lowering: nothing, or what is in the way.
type Step = Result<(), LowerFault>;

/// What a group of instructions says to one of them: `Some` if it belongs to the group.
type Grouped = Option<Step>;

struct Lowerer<'a> {
    verified: &'a Verified,
    module: &'a Module,
    constants: &'a mut dyn Constants,
    emitter: Emitter,
    /// The function at hand, by its index.
    function: usize,
    /// The generic instruction at hand.
    at: usize,
}

impl<'a> Lowerer<'a> {
    fn function(&mut self, index: usize, function: &Function) -> Step {
        let start = self.emitter.here();
        self.function = index;
        self.line(0);
        self.at = function.instructions.start as usize;
        while self.at < function.instructions.end as usize {
            let instruction = self.module.instruction(self.at);
            match instruction {
                Instruction::Label { label } => self.emitter.place(label),
                Instruction::Line { line } if self.is_line_kept(function) => self.line(line),
                Instruction::Line { .. } => {}
                Instruction::OnLoad {} => self.emitter.lowered.on_load = Some(index as u32),
                Instruction::FuncInfo { .. } => {
                    let field = Field::To(Target::Function(index as u32));
                    self.emitter.emit(Specific::FunctionClause, &[], &[field])?;
                    let entry = self.emitter.here();
                    self.emitter.lowered.functions.push(FunctionPlace { start, entry });
                    if self.constants.is_native(index as u32) {
                        return self.native_body(index as u32, function);
                    }
                }
                // What control cannot reach was not verified.
                _ if !self.verified.is_reached(self.at) => {}
                _ if self.has_next(function) && self.pair(instruction)? => self.at += 1,
                _ => self.single(instruction)?,
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Labels of what cannot be reached stand at the next instruction. At the end there is one for them, too, which raises
    /// whatever happens.
    fn end(&mut self) {
        if self.emitter.has_label_here() {
            self.emitter.emit(Specific::IfEnd, &[], &[]).expect("an instruction without operands fits");
        }
    }

    /// Whether the line that the instruction at hand begins counts. That of a last call does not, where its x0 was moved there right
    /// before: no error can be in that line, unless a native is called. What follows is in the line before for OTP, since
    /// its loader makes one instruction of the two, and so it is here.
    fn is_line_kept(&self, function: &Function) -> bool {
        use Instruction as I;
        let (first, last) = (function.instructions.start as usize, function.instructions.end as usize);
        if self.at == first || self.at + 1 >= last {
            return true;
        }
        let moved = self.module.instruction(self.at - 1);
        if !matches!(moved, I::Move { destination: Register::X(0), .. }) {
            return true;
        }
        match self.module.instruction(self.at + 1) {
            I::CallLast { .. } | I::CallOnly { .. } => false,
            I::CallExtLast { import, .. } | I::CallExtOnly { import, .. } => {
                self.constants.is_native_import(import)
            }
            _ => true,
        }
    }

    /// The body of a function that a native takes the place of: what the module has there is left out.
    fn native_body(&mut self, index: u32, function: &Function) -> Step {
        self.emitter.place(function.entry);
        self.emitter.emit(Specific::NativeBody, &[], &[Field::To(Target::Native(index))])
    }

    fn has_next(&self, function: &Function) -> bool {
        self.at + 1 < function.instructions.end as usize
    }

    /// Lowers the instruction at hand and the next to one instruction, if there is one that does the work of both.
    fn pair(&mut self, first: Instruction<'a>) -> Result<bool, LowerFault> {
        use Instruction as I;
        match (first, self.module.instruction(self.at + 1)) {
            (I::Deallocate { slots }, I::Return {}) => {
                self.emitter.emit(Specific::DeallocateReturn, &[Value::Frame(slots)], &[])?;
            }
            (I::IsTuple { fail, source }, I::TestArity { fail: other, tuple, arity })
                if (fail, source) == (other, tuple) =>
            {
                let source = self.value(source);
                let fields = [Field::Label(Some(fail)), Field::Number(arity)];
                self.emitter.emit(Specific::IsTupleOfArity, &[source], &fields)?;
            }
            (I::IsTuple { fail, source }, next @ I::SelectTupleArity { tuple, fail: other, .. })
                if (fail, source) == (other, tuple) =>
            {
                self.selects(next).unwrap_or(Err(LowerFault::NotExecutable))?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Lowers one instruction.
    fn single(&mut self, instruction: Instruction<'a>) -> Step {
        match instruction {
            // What tools ask for, hints to older machines, and what did something once.
            Instruction::IntCodeEnd {}
            | Instruction::NifStart {}
            | Instruction::ExecutableLine { .. }
            | Instruction::DebugLine { .. }
            | Instruction::Fclearerror {}
            | Instruction::Fcheckerror { .. }
            | Instruction::RecvMark { .. }
            | Instruction::RecvSet { .. } => return Ok(()),
            _ => {}
        }
        self.data(instruction)
            .or_else(|| self.tests(instruction))
            .or_else(|| self.calls(instruction))
            .or_else(|| self.frames(instruction))
            .or_else(|| self.selects(instruction))
            .or_else(|| self.guards(instruction))
            .or_else(|| self.floats(instruction))
            .or_else(|| self.maps(instruction))
            .or_else(|| self.records(instruction))
            .or_else(|| self.matching(instruction))
            .or_else(|| self.building(instruction))
            .or_else(|| self.messages(instruction))
            .or_else(|| self.exceptions(instruction))
            .unwrap_or(Err(LowerFault::NotExecutable))
    }

    /// From here on, this entry of the line table holds.
    fn line(&mut self, line: u32) {
        let here = self.emitter.here();
        let lines = &mut self.emitter.lowered.lines;
        match lines.last_mut() {
            Some(last) if last.0 == here => last.1 = line,
            Some(last) if last.1 == line => {}
            _ => lines.push((here, line)),
        }
    }

    /// Whether the instruction at hand may take its operand `place`, counted from 0, for what it needs to be.
    fn proved(&self, place: usize) -> bool {
        self.verified.proved(self.at, place)
    }

    /// A source operand.
    fn value(&mut self, operand: Operand) -> Value {
        match operand.register() {
            Some(register) => Value::Register(register),
            None => Value::Constant(self.constant(operand)),
        }
    }

    fn constant(&mut self, operand: Operand) -> Word {
        match operand {
            Operand::Integer(value) => match Word::try_small(value) {
                Some(word) => word,
                None => self.constants.integer(&value.to_be_bytes()),
            },
            Operand::Big(index) => self.constants.integer(self.module.code().big(index)),
            Operand::Nil => Word::NIL,
            Operand::Atom(index) => self.atom(index),
            Operand::Literal(index) => self.constants.literal(index),
            _ => unreachable!("{operand:?} stands where a term does"),
        }
    }

    fn atom(&self, index: u32) -> Word {
        Word::atom(self.constants.atom(index))
    }

    fn items(&mut self, operands: &[Operand]) -> Vec<Item> {
        operands.iter().map(|operand| Item::Value(self.value(*operand))).collect()
    }

    fn move_constant(&mut self, word: Word, to: Register) -> Step {
        self.emitter.emit(Specific::Move, &[Value::Constant(word), to.into()], &[])
    }
}

/// A label that there must be.
fn to(label: Label) -> Field {
    Field::Label(Some(label))
}
