//! Guard functions: arithmetic and the most frequent others have instructions of their own.

use purlin_heap::word::Word;
use purlin_isa::{Instruction as I, LIVE_UNKNOWN, Label, Operand, Register, Specific};

use super::emit::{Field, Value};
use super::{Grouped, LowerFault, Lowerer, Step, Target};

/// The instruction that does the work of a function of the module `erlang`.
fn dedicated(function: &str, arity: usize) -> Option<Specific> {
    Some(match (function, arity) {
        ("self", 0) => Specific::SelfPid,
        ("element", 2) => Specific::Element,
        ("hd", 1) => Specific::Head,
        ("tl", 1) => Specific::Tail,
        ("tuple_size", 1) => Specific::TupleSize,
        // With one operand it has 0 for the second, as in OTP: `+ -0.0` is 0.0.
        ("+", 1 | 2) => Specific::Add,
        ("-", 2) => Specific::Subtract,
        ("*", 2) => Specific::Multiply,
        ("div", 2) => Specific::IntDivide,
        ("rem", 2) => Specific::Remainder,
        ("/", 2) => Specific::Divide,
        ("-", 1) => Specific::Negate,
        ("band", 2) => Specific::BitAnd,
        ("bor", 2) => Specific::BitOr,
        ("bxor", 2) => Specific::BitXor,
        ("bnot", 1) => Specific::BitNot,
        ("bsl", 2) => Specific::ShiftLeft,
        ("bsr", 2) => Specific::ShiftRight,
        _ => return None,
    })
}

/// A call of a guard function.
struct Guard<'o> {
    import: u32,
    arguments: &'o [Operand],
    destination: Register,
    /// Where failure leads; none if it raises.
    fail: Option<Label>,
    live: u32,
}

impl<'a> Lowerer<'a> {
    pub(super) fn guards(&mut self, instruction: I<'a>) -> Grouped {
        let unknown = u32::from(LIVE_UNKNOWN);
        Some(match instruction {
            I::Bif0 { import, destination } => {
                self.guard(&Guard { import, arguments: &[], destination, fail: None, live: unknown })
            }
            I::Bif1 { fail, import, first, destination } => {
                self.guard(&Guard { import, arguments: &[first], destination, fail, live: unknown })
            }
            I::Bif2 { fail, import, first, second, destination } => {
                self.guard(&Guard { import, arguments: &[first, second], destination, fail, live: unknown })
            }
            I::Bif3 { fail, import, first, second, third, destination } => {
                let arguments = &[first, second, third];
                self.guard(&Guard { import, arguments, destination, fail, live: unknown })
            }
            I::GcBif1 { fail, live, import, first, destination } => {
                self.guard(&Guard { import, arguments: &[first], destination, fail, live })
            }
            I::GcBif2 { fail, live, import, first, second, destination } => {
                self.guard(&Guard { import, arguments: &[first, second], destination, fail, live })
            }
            I::GcBif3 { fail, live, import, first, second, third, destination } => {
                let arguments = &[first, second, third];
                self.guard(&Guard { import, arguments, destination, fail, live })
            }
            _ => return None,
        })
    }

    fn guard(&mut self, guard: &Guard<'_>) -> Step {
        let mut values: Vec<Value> = guard.arguments.iter().map(|argument| self.value(*argument)).collect();
        values.push(guard.destination.into());
        let import = &self.module.imports()[guard.import as usize];
        let arity = guard.arguments.len();
        if import.arity as usize != arity {
            return Err(LowerFault::Operand);
        }
        let (fail, live) = (Field::Label(guard.fail), Field::Number(guard.live));
        let is_of_erlang = self.module.atom(import.module) == "erlang";
        match dedicated(self.module.atom(import.function), arity).filter(|_| is_of_erlang) {
            Some(Specific::SelfPid) => self.emitter.emit(Specific::SelfPid, &values, &[]),
            Some(op) => {
                if (op, arity) == (Specific::Add, 1) {
                    values.insert(1, Value::Constant(Word::small(0)));
                }
                self.emitter.emit(op, &values, &[fail, live])
            }
            None => {
                let op = [Specific::Guard0, Specific::Guard1, Specific::Guard2, Specific::Guard3][arity];
                let export = Field::To(Target::Export(guard.import));
                self.emitter.emit(op, &values, &[export, fail, live])?;
                // That it does not return was believed of the native alone.
                let returns = !self.verified.never_returns(guard.import);
                if returns { Ok(()) } else { self.emitter.emit(Specific::IfEnd, &[], &[]) }
            }
        }
    }
}
