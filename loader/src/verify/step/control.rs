//! Frames, jumps, exceptions.

use purlin_isa::{HeapNeed, Instruction, Opcode, Operand, Register};

use super::{Done, Sink, Step};
use crate::verify::state::{Frame, Value};
use crate::verify::types::{Kinds, Type};

impl<S: Sink> Step<'_, S> {
    pub(super) fn run_frame(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::Allocate { slots, live } => self.allocate(slots, HeapNeed::default(), live, Type::NONE),
            I::AllocateHeap { slots, heap, live } => self.allocate(slots, heap, live, Type::NONE),
            I::AllocateZero { slots, live } => {
                self.allocate(slots, HeapNeed::default(), live, Type::of(Kinds::NIL))
            }
            I::AllocateHeapZero { slots, heap, live } => {
                self.allocate(slots, heap, live, Type::of(Kinds::NIL))
            }
            I::TestHeap { heap, live } => {
                self.collects(live)?;
                self.reserve(heap)
            }
            I::Init { slot } => self.write(Register::Y(slot), Type::of(Kinds::NIL)),
            I::InitYregs { slots } => self.init_slots(slots),
            I::Deallocate { slots } => self.deallocate(slots),
            I::Trim { slots, remaining } => self.trim(slots, remaining),
            I::Jump { target } => {
                self.branch(target)?;
                self.stop()
            }
            I::FuncInfo { arity, .. } => {
                self.check_frame(Frame::None)?;
                self.check_arguments(arity)?;
                self.raises()?;
                self.stop()
            }
            I::DebugLine { live, .. } => {
                self.check_live(live)?;
                self.check_slots()?;
                self.state.x.truncate(live as usize);
                Ok(())
            }
            _ => self.run_exceptions(instruction),
        }
    }

    fn run_exceptions(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::Catch { slot, handler } => self.set_handler(slot, Kinds::CATCH, handler.0),
            I::Try { slot, handler } => self.set_handler(slot, Kinds::TRY, handler.0),
            I::CatchEnd { slot } => {
                self.end_handler(slot, Kinds::CATCH)?;
                let result = self.state.get(Register::X(0));
                if !result.of.without(Kinds::EXCEPTION).is_term() && result.of != Type::of(Kinds::EXCEPTION) {
                    return Err(format!("x0 holds {} at the end of a catch", result.of));
                }
                self.collects(1)?;
                self.write_fragile(Register::X(0), Type::ANY, result.is_fragile)
            }
            I::TryEnd { slot } => self.end_handler(slot, Kinds::TRY),
            I::TryCase { slot } => {
                self.end_handler(slot, Kinds::TRY)?;
                // Compilers let calls that they know to raise run on into a handler.
                let holds = self.state.get(Register::X(0)).of == Type::of(Kinds::EXCEPTION);
                self.sink.assumes(holds, true);
                if !holds {
                    self.raises_unexpectedly()?;
                }
                self.state.x.clear();
                self.state.heap = HeapNeed::default();
                self.state.floats = 0;
                self.state.has_message = false;
                for (register, of) in
                    [Type::of(Kinds::ATOM), Type::ANY, Type::of(Kinds::TRACE)].into_iter().enumerate()
                {
                    self.write(Register::X(register as u16), of)?;
                }
                Ok(())
            }
            I::Badmatch { value }
            | I::CaseEnd { value }
            | I::TryCaseEnd { value }
            | I::Badrecord { value } => {
                self.durable(value)?;
                self.raises()?;
                self.stop()
            }
            I::IfEnd {} => {
                self.raises()?;
                self.stop()
            }
            I::Raise { trace, reason } => {
                self.trace(trace)?;
                self.durable(reason)?;
                self.raises()?;
                self.stop()
            }
            I::RawRaise {} => {
                self.durable(Operand::X(0))?;
                self.durable(Operand::X(1))?;
                self.trace(Operand::X(2))?;
                self.raises()?;
                self.called(Type::ANY)
            }
            I::BuildStacktrace {} => {
                self.trace(Operand::X(0))?;
                self.collects(1)?;
                self.write(Register::X(0), Type::of(Kinds::LIST))
            }
            _ => self.run_calls(instruction),
        }
    }

    fn allocate(&mut self, slots: u32, heap: HeapNeed, live: u32, content: Type) -> Done {
        self.check_frame(Frame::None)?;
        if slots > 1024 {
            return Err(format!("a frame of {slots} slots is too large"));
        }
        self.check_live(live)?;
        self.state.x.truncate(live as usize);
        self.state.frame = Frame::Sized;
        self.state.y = vec![Value { of: content, ..Value::UNDEFINED }; slots as usize];
        for slot in 0..self.state.y.len() {
            self.state.y[slot].id = self.state.new_id();
        }
        self.reserve(heap)
    }

    fn init_slots(&mut self, slots: &[Operand]) -> Done {
        for slot in slots {
            if let Some(register) = slot.register() {
                self.write(register, Type::of(Kinds::NIL))?;
            }
        }
        Ok(())
    }

    /// The frame must have so many slots and no handler.
    pub(super) fn deallocate(&mut self, slots: u32) -> Done {
        self.check_frame(Frame::Sized)?;
        if self.state.y.len() != slots as usize {
            return Err(format!("the frame has {} slots, not {slots}", self.state.y.len()));
        }
        if let Some(slot) = self.state.innermost_tag() {
            return Err(format!("the frame is dropped while y{slot} holds a catch tag"));
        }
        self.state.y.clear();
        self.state.frame = Frame::None;
        Ok(())
    }

    fn trim(&mut self, slots: u32, remaining: u32) -> Done {
        self.check_frame(Frame::Sized)?;
        let size = self.state.y.len() as u64;
        if u64::from(slots) + u64::from(remaining) != size {
            return Err(format!("the frame has {size} slots, not {slots} + {remaining}"));
        }
        if self.state.innermost_tag().is_some_and(|tag| tag < slots as usize) {
            return Err("a slot is dropped while it holds a catch tag".to_owned());
        }
        self.is_handler_informed = false;
        self.state.y.drain(..slots as usize);
        Ok(())
    }

    pub(super) fn check_frame(&self, frame: Frame) -> Done {
        match (self.state.frame, frame) {
            (is, wanted) if is == wanted => Ok(()),
            (Frame::Sized, _) => Err(format!("there is a frame of {} slots here", self.state.y.len())),
            (Frame::None, _) => Err("there is no frame here".to_owned()),
            (Frame::Unknown, _) => Err("it is not certain which frame is here".to_owned()),
        }
    }

    fn set_handler(&mut self, slot: u16, kind: Kinds, label: u32) -> Done {
        if self.state.innermost_tag().is_some_and(|tag| tag <= usize::from(slot)) {
            return Err(format!("y{slot} does not nest within the handlers that are there"));
        }
        if !self.is_handler(label) {
            return Err(format!("label {label} does not begin with the end of a handler"));
        }
        self.write(Register::Y(slot), Type { size: label, ..Type::of(kind) })
    }

    /// Whether the code at the label first of all gives the tag up that led there. So each exception takes a tag that
    /// an instruction further up has set, and a function cannot go round in exceptions without a call.
    fn is_handler(&self, label: u32) -> bool {
        use Opcode::{CatchEnd, ExecutableLine, Label, Line, TryCase};
        let module = self.env.module;
        let Some(start) = module.label(label) else { return false };
        let mut opcodes = (start..module.code.len()).map(|index| module.code.opcode(index));
        let first = opcodes.find(|opcode| !matches!(opcode, Label | Line | ExecutableLine));
        matches!(first, Some(TryCase | CatchEnd))
    }

    fn end_handler(&mut self, slot: u16, kind: Kinds) -> Done {
        if self.state.innermost_tag() != Some(usize::from(slot))
            || self.state.get(Register::Y(slot)).of.kinds != kind
        {
            return Err(format!("y{slot} does not hold the innermost handler"));
        }
        self.is_handler_informed = false;
        *self.state.slot(slot)? = Value { of: Type::of(Kinds::NIL), ..Value::UNDEFINED };
        self.write(Register::Y(slot), Type::of(Kinds::NIL))
    }

    /// A raw stack trace, or a term in its place, which the machine then refuses.
    fn trace(&self, operand: Operand) -> Done {
        let value = self.any(operand)?;
        if value.is_fragile || !value.of.kinds.within(Kinds::ANY.or(Kinds::TRACE)) {
            return Err(format!("operand holds {}, not a trace", value.of));
        }
        Ok(())
    }
}
