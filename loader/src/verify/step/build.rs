//! Moving, building and taking apart.

use purlin_isa::{Instruction, Operand, Register};

use super::{Done, Sink, Step, name};
use crate::verify::state::{Reason, Value};
use crate::verify::types::{Kinds, Type};

impl<S: Sink> Step<'_, S> {
    pub(super) fn run_build(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::Move { source, destination } => {
                let value = self.any(source)?;
                self.copy(value, destination)
            }
            I::Swap { first, second } => {
                let (a, b) = (self.any(first.into())?, self.any(second.into())?);
                self.copy(b, first)?;
                self.copy(a, second)
            }
            I::PutList { head, tail, destination } => {
                self.term(head)?;
                self.term(tail)?;
                self.take_heap(2, 0, 0)?;
                self.write_fragile(destination, Type::of(Kinds::CONS), self.is_fragile(&[head, tail]))
            }
            I::PutTuple2 { destination, elements } => {
                let of = self.tuple_of(elements)?;
                self.take_heap(elements.len() as u32 + 1, 0, 0)?;
                self.write_fragile(destination, of, self.is_fragile(elements))
            }
            I::UpdateRecord { size, source, destination, updates, .. } => {
                self.update_record(size, source, destination, updates)
            }
            I::MakeFun3 { lambda, destination, environment } => {
                self.make_fun(lambda, destination, environment)
            }
            I::MakeFun2 { lambda } => self.make_old_fun(lambda),
            I::GetList { source, head, tail } => {
                let cons = self.cons(source)?;
                self.write_fragile(head, Type::ANY, cons.is_fragile)?;
                self.write_fragile(tail, Type::ANY, cons.is_fragile)
            }
            I::GetHd { source, head: destination } | I::GetTl { source, tail: destination } => {
                let cons = self.cons(source)?;
                self.write_fragile(destination, Type::ANY, cons.is_fragile)
            }
            I::GetTupleElement { tuple, index, destination } => {
                let tuple = self.term(tuple.into())?;
                self.assume(tuple, Type::tuple_at_least(index.saturating_add(1)))?;
                let of = match tuple.of.tag {
                    tag if index == 0 && tag != 0 && tuple.of.kinds == Kinds::TUPLE => Type::atom(tag),
                    _ => Type::ANY,
                };
                self.write_fragile(destination, of, tuple.is_fragile)
            }
            I::SetTupleElement { value, tuple, index } => self.set_element(value, tuple, index),
            _ => self.run_floats(instruction),
        }
    }

    fn run_floats(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::Fmove { source: Operand::Float(from), destination } => {
                self.check_float(from)?;
                match destination {
                    Operand::Float(to) => self.set_float(to),
                    place => {
                        self.take_heap(0, 1, 0)?;
                        let to = place.register().ok_or("the destination is no register")?;
                        self.write(to, Type::of(Kinds::FLOAT))
                    }
                }
            }
            I::Fmove { source, destination: Operand::Float(to) } => {
                let value = self.term(source)?;
                self.assume(value, Type::of(Kinds::FLOAT))?;
                self.set_float(to)
            }
            I::Fconv { source, destination } => {
                let value = self.term(source)?;
                self.raises()?;
                self.require(value, Type::of(Kinds::NUMBER));
                self.set_float(destination)
            }
            I::Fadd { first, second, destination, .. }
            | I::Fsub { first, second, destination, .. }
            | I::Fmul { first, second, destination, .. }
            | I::Fdiv { first, second, destination, .. } => {
                self.check_float(first)?;
                self.check_float(second)?;
                // The compiler takes these for instructions that do not raise, but they do when the result overflows.
                self.raises_unexpectedly()?;
                self.set_float(destination)
            }
            I::Fnegate { source, destination, .. } => {
                self.check_float(source)?;
                self.set_float(destination)
            }
            I::Fcheckerror { .. } => Ok(()),
            _ => self.run_maps(instruction),
        }
    }

    /// Writes a value that another register holds too.
    fn copy(&mut self, value: Value, to: Register) -> Done {
        self.set(to, |id| Value { id: if value.id == u32::MAX { id } else { value.id }, ..value })
    }

    pub(super) fn tuple_of(&mut self, elements: &[Operand]) -> Result<Type, Reason> {
        for element in elements {
            // Code for debuggers keeps a raw stack trace in a tuple. It comes out of it as any term, and whatever takes
            // it then looks at what it is.
            if self.any(*element)?.of.kinds != Kinds::TRACE {
                self.term(*element)?;
            }
        }
        let first = elements.first().map_or(Ok(Type::ANY), |first| self.any(*first).map(|value| value.of))?;
        let tag = if first.kinds == Kinds::ATOM { first.atom } else { 0 };
        Ok(Type::tuple(elements.len() as u32, tag))
    }

    fn cons(&mut self, source: Register) -> Result<Value, Reason> {
        let value = self.term(source.into())?;
        self.assume(value, Type::of(Kinds::CONS))?;
        Ok(value)
    }

    fn update_record(
        &mut self,
        size: u32,
        source: Operand,
        destination: Register,
        updates: &[Operand],
    ) -> Done {
        let tuple = self.term(source)?;
        let mut is_fragile = tuple.is_fragile;
        let mut tag = if tuple.of.kinds == Kinds::TUPLE { tuple.of.tag } else { 0 };
        for update in updates.chunks(2) {
            let Operand::Unsigned(index) = update[0] else {
                return Err("an element number is none".to_owned());
            };
            if index == 0 || index > u64::from(size) {
                return Err(format!("a tuple of {size} has no element {index}"));
            }
            let value = self.term(update[1])?;
            is_fragile |= value.is_fragile;
            if index == 1 {
                tag = if value.of.kinds == Kinds::ATOM { value.of.atom } else { 0 };
            }
        }
        self.assume(tuple, Type::tuple(size, 0))?;
        self.take_heap(size.saturating_add(1), 0, 0)?;
        self.write_fragile(destination, Type::tuple(size, tag), is_fragile)
    }

    fn set_element(&mut self, value: Operand, tuple: Register, index: u32) -> Done {
        let value = self.durable(value)?;
        let into = self.durable(tuple.into())?;
        let is_fresh = self.state.fresh != 0 && self.state.fresh == into.id && value.id != into.id;
        if !is_fresh || !into.of.within(&Type::tuple_at_least(index.saturating_add(1))) {
            return Err(format!("{} may be known elsewhere, or have no such element", name(tuple)));
        }
        self.sink.assumes(true, true);
        if index == 0 {
            // The element may have been the tag, which a handler believes to be known.
            self.is_handler_informed = false;
            self.forget_tag(into.id);
        }
        Ok(())
    }

    /// All registers that hold the tuple hold the changed one.
    fn forget_tag(&mut self, id: u32) {
        for slot in self.state.x.iter_mut().chain(&mut self.state.y).filter(|slot| slot.id == id) {
            slot.of.tag = 0;
        }
    }

    fn make_fun(&mut self, lambda: u32, destination: Register, environment: &[Operand]) -> Done {
        let lambda = self.env.module.lambdas[lambda as usize];
        if lambda.free as usize != environment.len() {
            return Err(format!("the fun has {} free variables, not {}", lambda.free, environment.len()));
        }
        for free in environment {
            self.term(*free)?;
        }
        self.take_heap(lambda.free, 0, 1)?;
        self.write_fragile(destination, Type::fun(lambda.arity()), self.is_fragile(environment))
    }

    fn make_old_fun(&mut self, lambda: u32) -> Done {
        let lambda = self.env.module.lambdas[lambda as usize];
        self.check_arguments(lambda.free)?;
        self.collects(lambda.free)?;
        self.state.x.clear();
        self.write(Register::X(0), Type::fun(lambda.arity()))
    }

    fn check_float(&self, register: u16) -> Done {
        match register < 128 && self.state.floats >> register & 1 == 1 {
            true => Ok(()),
            false => Err(format!("f{register} is read before it is written")),
        }
    }

    fn set_float(&mut self, register: u16) -> Done {
        if register >= 128 {
            return Err(format!("there is no float register {register}"));
        }
        self.state.floats |= 1 << register;
        Ok(())
    }
}
