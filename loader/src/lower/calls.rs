//! Frames and calls.

use purlin_isa::{HeapNeed, Instruction as I, Operand, Register, Specific};

use super::emit::{Field, Value};
use super::{Grouped, Lowerer, Step, Target};

use purlin_heap::word::Word;

/// Words to reserve. The compilers count the words of tuples, conses and free variables, and floats and funs by their
/// number, since those are of different sizes on different machines: a boxed float takes two words here (one that
/// fits a word takes none), a fun two besides its free variables.
pub(super) fn heap_words(need: HeapNeed) -> Field {
    let words =
        need.words.saturating_add(2 * u32::from(need.floats)).saturating_add(2 * u32::from(need.funs));
    Field::Number(words)
}

impl<'a> Lowerer<'a> {
    pub(super) fn frames(&mut self, instruction: I<'a>) -> Grouped {
        use Specific as S;
        Some(match instruction {
            I::Allocate { slots, live } => self.allocate(slots, None, live, false),
            I::AllocateHeap { slots, heap, live } => self.allocate(slots, Some(heap), live, false),
            I::AllocateZero { slots, live } => self.allocate(slots, None, live, true),
            I::AllocateHeapZero { slots, heap, live } => self.allocate(slots, Some(heap), live, true),
            I::TestHeap { heap, live } => {
                self.emitter.emit(S::TestHeap, &[], &[Field::Number(live), heap_words(heap)])
            }
            I::Init { slot } => self.clear(slot),
            I::InitYregs { slots } => slots.iter().try_for_each(|slot| match slot.register() {
                Some(Register::Y(slot)) => self.clear(slot),
                _ => unreachable!("a list of slots holds slots"),
            }),
            I::Deallocate { slots } => self.emitter.emit(S::Deallocate, &[Value::Frame(slots)], &[]),
            I::Trim { slots, remaining: _ } => self.emitter.emit(S::Trim, &[Value::Frame(slots)], &[]),
            I::Return {} => self.emitter.emit(S::Return, &[], &[]),
            _ => return None,
        })
    }

    fn allocate(&mut self, slots: u32, heap: Option<HeapNeed>, live: u32, zero: bool) -> Step {
        let (frame, live) = ([Value::Frame(slots)], Field::Number(live));
        match heap {
            None => self.emitter.emit(Specific::Allocate, &frame, &[live])?,
            Some(need) => self.emitter.emit(Specific::AllocateHeap, &frame, &[live, heap_words(need)])?,
        }
        // A frame that is too large was refused just now, so that the slots have numbers.
        if zero || self.verified.clears_frames(self.function) {
            (0..slots).try_for_each(|slot| self.clear(slot as u16))
        } else {
            Ok(())
        }
    }

    fn clear(&mut self, slot: u16) -> Step {
        self.move_constant(Word::NIL, Register::Y(slot))
    }

    pub(super) fn calls(&mut self, instruction: I<'a>) -> Grouped {
        use Specific as S;
        let export = |import| [Field::To(Target::Export(import))];
        Some(match instruction {
            I::CallExt { import, .. } | I::CallExtLast { import, .. } | I::CallExtOnly { import, .. }
                if self.verified.never_returns(import) =>
            {
                self.call_without_return(import)
            }
            I::Call { arity: _, target } => self.emitter.emit(S::Call, &[], &[Field::Code(target)]),
            I::CallLast { arity: _, target, deallocate } => {
                self.emitter.emit(S::CallLast, &[Value::Frame(deallocate)], &[Field::Code(target)])
            }
            I::CallOnly { arity: _, target } => self.emitter.emit(S::CallOnly, &[], &[Field::Code(target)]),
            I::CallExt { arity: _, import } => self.emitter.emit(S::CallExport, &[], &export(import)),
            I::CallExtLast { arity: _, import, deallocate } => {
                self.emitter.emit(S::CallExportLast, &[Value::Frame(deallocate)], &export(import))
            }
            I::CallExtOnly { arity: _, import } => self.emitter.emit(S::CallExportOnly, &[], &export(import)),
            I::CallFun { arity } => match self.take_return() {
                None => self.emitter.emit(S::CallFun, &[], &[Field::Number(arity)]),
                Some(slots) => {
                    self.emitter.emit(S::CallFunLast, &[Value::Frame(slots)], &[Field::Number(arity)])
                }
            },
            I::CallFun2 { tag: _, arity, function } => match self.take_return() {
                None => self.emitter.emit(S::CallFun2, &[function.into()], &[Field::Number(arity)]),
                Some(slots) => {
                    let values = [Value::Frame(slots), function.into()];
                    self.emitter.emit(S::CallFun2Last, &values, &[Field::Number(arity)])
                }
            },
            I::Apply { arity } => self.emitter.emit(S::Apply, &[], &[Field::Number(arity)]),
            I::ApplyLast { arity, deallocate } => {
                self.emitter.emit(S::ApplyLast, &[Value::Frame(deallocate)], &[Field::Number(arity)])
            }
            I::Jump { target } => self.emitter.emit(S::Jump, &[], &[Field::Label(Some(target))]),
            _ => return None,
        })
    }

    /// The slots of the frame that the next two instructions drop and return from, which are passed over then. There
    /// is no generic instruction for the last call of a fun, and a loop through funs must not let the stack grow.
    fn take_return(&mut self) -> Option<u32> {
        if self.at + 2 >= self.module.code().len() {
            return None;
        }
        match (self.module.instruction(self.at + 1), self.module.instruction(self.at + 2)) {
            (I::Deallocate { slots }, I::Return {}) => {
                self.at += 2;
                Some(slots)
            }
            _ => None,
        }
    }

    /// A call of a native that never returns, from within the frame that is there, if any. That it does not return
    /// was believed of the native, so linking lets no other function be called here; what follows makes sure.
    fn call_without_return(&mut self, import: u32) -> Step {
        self.emitter.emit(Specific::CallExport, &[], &[Field::To(Target::Export(import))])?;
        self.emitter.emit(Specific::IfEnd, &[], &[])
    }

    /// An operand that may also be a bare number, which then is a small integer.
    pub(super) fn size(&mut self, operand: Operand) -> Value {
        match operand {
            Operand::Unsigned(number) => {
                self.value(Operand::Integer(i64::try_from(number).unwrap_or(i64::MAX)))
            }
            _ => self.value(operand),
        }
    }
}
