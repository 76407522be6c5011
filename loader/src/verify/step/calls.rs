//! Calls and returns.

use purlin_isa::{FunTag, HeapNeed, Instruction, Label, Operand, Register};

use super::{Done, Sink, Step};
use crate::verify::environment::Word;
use crate::verify::state::{Frame, Reason};
use crate::verify::types::{Kinds, SMALL_MAX, Type};

impl<S: Sink> Step<'_, S> {
    pub(super) fn run_calls(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::Call { arity, target } => {
                let result = self.call_local(arity, target)?;
                // Even if it never returns: it pushes its return address, for which only a frame has made room.
                self.check_frame(Frame::Sized)?;
                self.check_no_message()?;
                self.called(result)
            }
            I::CallLast { arity, target, deallocate } => {
                let result = self.call_local(arity, target)?;
                self.leave(Some(deallocate), result)
            }
            I::CallOnly { arity, target } => {
                let result = self.call_local(arity, target)?;
                self.leave(None, result)
            }
            I::CallExt { arity, import } => {
                let result = self.call_import(arity, import)?;
                self.raises()?;
                self.called(result)?;
                self.note_fresh(import);
                Ok(())
            }
            I::CallExtLast { arity, import, deallocate } => self.leave_by(arity, import, Some(deallocate)),
            I::CallExtOnly { arity, import } => self.leave_by(arity, import, None),
            I::Apply { arity } => {
                self.check_arguments(arity.saturating_add(2))?;
                self.raises()?;
                self.called(Type::ANY)
            }
            I::ApplyLast { arity, deallocate } => {
                self.check_arguments(arity.saturating_add(2))?;
                self.leave(Some(deallocate), Type::ANY)
            }
            I::CallFun { arity } => {
                self.check_arguments(arity.saturating_add(1))?;
                self.raises()?;
                self.called(Type::ANY)
            }
            I::CallFun2 { tag, arity, function } => self.call_fun(tag, arity, function),
            I::Send {} => {
                self.check_arguments(2)?;
                let message = self.state.get(Register::X(1)).of;
                self.raises()?;
                self.called(message)
            }
            I::BsInitWritable {} => {
                self.check_arguments(1)?;
                self.raises()?;
                self.called(Type::of(Kinds::BINARY))
            }
            I::Return {} => {
                let value = self.durable(Operand::X(0))?;
                self.return_with(value.of)
            }
            _ => self.run_receive(instruction),
        }
    }

    /// So many arguments must be terms that do not belong to a message still in the mailbox.
    pub(super) fn check_arguments(&self, arity: u32) -> Done {
        if arity > 257 {
            return Err(format!("{arity} arguments are too many"));
        }
        (0..arity as u16).try_for_each(|register| self.durable(Operand::X(register)).map(|_| ()))
    }

    fn call_local(&mut self, arity: u32, target: Label) -> Result<Type, Reason> {
        let module = self.env.module;
        let callee = module.function_at(target.0).ok_or("the call goes to no function")?;
        if module.functions[callee].arity != arity {
            return Err(format!(
                "the function takes {} arguments, not {arity}",
                module.functions[callee].arity
            ));
        }
        for number in 0..arity as u16 {
            // A matching context may be passed on: the callee's own verification knows of it.
            let value = self.special(Register::X(number), Kinds::ANY.or(Kinds::CONTEXT))?;
            if value.is_fragile {
                return Err(format!("x{number} is part of a message that is not taken"));
            }
        }
        self.raises()?;
        let arguments = &self.state.x[..arity as usize];
        self.sink.call(callee, arguments)
    }

    fn call_import(&mut self, arity: u32, import: u32) -> Result<Type, Reason> {
        let declared = self.env.module.imports[import as usize].arity;
        if declared != arity {
            return Err(format!("the import takes {declared} arguments, not {arity}"));
        }
        self.check_arguments(arity)?;
        let Some(native) = self.env.native(import) else { return Ok(Type::ANY) };
        let result = Type::of(native.result);
        match (native.name, self.state.x.first()) {
            // The tuple has the element that is set.
            ("setelement", Some(index)) => Ok(Type { size: index.of.low.clamp(1, 1 << 24) as u32, ..result }),
            _ if native.result == Kinds::SMALL => Ok(Type::integer(0, SMALL_MAX)),
            _ => Ok(result),
        }
    }

    /// The native `setelement` makes a tuple that nothing else has seen.
    fn note_fresh(&mut self, import: u32) {
        if self.env.native(import).is_some_and(|native| native.name == "setelement") {
            self.state.fresh = self.state.get(Register::X(0)).id;
        }
    }

    /// The state after a call that returns this; not reached if it never returns.
    pub(super) fn called(&mut self, result: Type) -> Done {
        if result.is_none() {
            return self.stop();
        }
        self.check_frame(Frame::Sized)?;
        self.check_no_message()?;
        self.state.x.clear();
        self.state.heap = HeapNeed::default();
        self.state.floats = 0;
        self.write(Register::X(0), result)
    }

    fn check_no_message(&self) -> Done {
        match self.state.has_message && !self.copies_messages {
            true => Err("a message is neither taken nor passed over".to_owned()),
            false => Ok(()),
        }
    }

    /// A call in place of the present function. What it returns is what this one returns.
    fn leave(&mut self, deallocate: Option<u32>, result: Type) -> Done {
        match deallocate {
            Some(slots) => self.deallocate(slots)?,
            None => self.check_frame(Frame::None)?,
        }
        self.return_with(result)
    }

    /// A call of an import in place of the present function. Natives that never return are called from within the
    /// frame, so that its size does not matter: compilers do not keep to it there.
    fn leave_by(&mut self, arity: u32, import: u32, deallocate: Option<u32>) -> Done {
        let result = self.call_import(arity, import)?;
        if result.is_none() {
            self.raises()?;
            return self.stop();
        }
        self.leave(deallocate, result)
    }

    fn return_with(&mut self, result: Type) -> Done {
        self.check_frame(Frame::None)?;
        if self.state.has_message {
            return Err("a message is neither taken nor passed over".to_owned());
        }
        if !result.is_none() {
            self.sink.returns(result)?;
        }
        self.stop()
    }

    fn call_fun(&mut self, tag: FunTag, arity: u32, function: Register) -> Done {
        if let FunTag::Atom(atom) = tag
            && !matches!(self.env.word(atom), Word::Safe | Word::Unsafe)
        {
            return Err("the tag is neither safe nor unsafe".to_owned());
        }
        self.check_arguments(arity)?;
        let fun = self.durable(function.into())?;
        // Calling what is no fun raises in any case, so without proof nothing is lost but time.
        let is_trusted = !matches!(tag, FunTag::Atom(atom) if self.env.word(atom) == Word::Unsafe);
        self.sink.assumes(fun.of.within(&Type::fun(arity)), is_trusted);
        self.raises()?;
        self.called(Type::ANY)
    }
}
