//! One instruction's effect on the state: what it needs, what it leaves, where it may go.
//!
//! This is the trusted heart of the verifier. Inference and the final check run the same code; they differ only in
//! their [`Sink`], which says what happens to the states that leave a block.

mod bits;
mod build;
mod calls;
mod control;
mod guards;
mod maps;
mod receive;
mod tests;

use purlin_isa::{HeapNeed, Instruction, Label, Operand, Register};

use super::environment::Environment;
use super::state::{Reason, State, Value};
use super::types::{Kinds, Type};
use crate::external::Shape;

/// Where states go that leave a block, and what the whole module knows about its functions.
pub(crate) trait Sink {
    /// Control may arrive at the label in this state.
    fn branch(&mut self, label: u32, state: &State) -> Result<(), Reason>;
    /// The function may be called with these arguments. Returns what it returns, as far as is known.
    fn call(&mut self, function: usize, arguments: &[Value]) -> Result<Type, Reason>;
    /// The present function may return this.
    fn returns(&mut self, of: Type) -> Result<(), Reason>;
    /// The instruction's assumption about one of its operands holds, or does not; the compiler asks to be trusted
    /// about it, or would test it anyway.
    fn assumes(&mut self, holds: bool, is_trusted: bool);
    /// An exception may leave the present instruction while the frame has slots that were never written.
    fn leaves_unwritten_slots(&mut self);
}

/// The state of a function while its instructions are run through.
pub(crate) struct Step<'a, S: Sink> {
    pub(crate) env: &'a Environment<'a>,
    pub(crate) sink: S,
    pub(crate) state: State,
    /// Memory for a state that leaves the block and is not the present one.
    leaving: State,
    /// Whether control can be here at all.
    pub(crate) is_reached: bool,
    /// `loop_rec` copies messages in this function, so that they may be passed on before they are taken.
    pub(crate) copies_messages: bool,
    /// Index of the present instruction.
    index: usize,
    /// The present frame was already seen by the present handler.
    is_handler_informed: bool,
}

type Done = Result<(), Reason>;

impl<'a, S: Sink> Step<'a, S> {
    pub(crate) fn new(env: &'a Environment<'a>, sink: S) -> Step<'a, S> {
        Step {
            env,
            sink,
            state: State::entry(&[]),
            leaving: State::entry(&[]),
            is_reached: false,
            copies_messages: false,
            index: 0,
            is_handler_informed: false,
        }
    }

    /// Goes on from a state that the sink knows. False if it knows none.
    pub(crate) fn enter(&mut self, find: impl FnOnce(&S) -> Option<&State>) -> bool {
        let Some(state) = find(&self.sink) else { return false };
        self.state.clone_from(state);
        self.is_reached = true;
        self.is_handler_informed = false;
        true
    }

    /// Runs one instruction that is no label.
    pub(crate) fn run(&mut self, index: usize, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        self.index = index;
        if !keeps_fresh(instruction) {
            self.state.fresh = 0;
        }
        match *instruction {
            I::Label { .. } | I::Line { .. } | I::NifStart {} | I::OnLoad {} | I::ExecutableLine { .. } => {
                Ok(())
            }
            I::RecvMark { .. } | I::RecvSet { .. } | I::Fclearerror {} => Ok(()),
            I::IntCodeEnd {} => Err("control reaches the end of the code".to_owned()),
            _ => self.run_frame(instruction),
        }
    }

    /// What the operand holds: defined, and no tag.
    fn any(&self, operand: Operand) -> Result<Value, Reason> {
        let Some(register) = operand.register() else { return Ok(Value::constant(self.constant(operand)?)) };
        let value = self.state.get(register);
        if !value.is_defined() {
            return Err(format!("{} is read before it is written", name(register)));
        }
        if value.of.kinds.intersects(Kinds::TAG.or(Kinds::EXCEPTION)) {
            return Err(format!("{} holds {} and is read", name(register), value.of));
        }
        Ok(value)
    }

    /// What the operand holds, which must be a term.
    fn term(&self, operand: Operand) -> Result<Value, Reason> {
        let value = self.any(operand)?;
        if value.of.is_term() {
            return Ok(value);
        }
        let register = operand.register().map_or(String::from("operand"), name);
        Err(format!("{register} holds {}, which is no term", value.of))
    }

    /// What the operand holds, which must be a term that does not belong to a message still in the mailbox.
    fn durable(&self, operand: Operand) -> Result<Value, Reason> {
        let value = self.term(operand)?;
        if value.is_fragile {
            let register = operand.register().map_or(String::from("operand"), name);
            return Err(format!("{register} is part of a message that is not taken"));
        }
        Ok(value)
    }

    /// What the register holds, which must be of these kinds that are no terms.
    fn special(&self, register: Register, kinds: Kinds) -> Result<Value, Reason> {
        let value = self.any(register.into())?;
        if value.of.kinds.within(kinds) {
            return Ok(value);
        }
        Err(format!("{} holds {}, not {kinds}", name(register), value.of))
    }

    fn constant(&self, operand: Operand) -> Result<Type, Reason> {
        Ok(match operand {
            Operand::Integer(value) => Type::integer(value, value),
            Operand::Big(_) => Type::of(Kinds::BIG),
            Operand::Nil => Type::of(Kinds::NIL),
            Operand::Atom(index) => self.env.atom_type(index),
            Operand::Literal(index) => literal_type(self.env.module.literals.shapes[index as usize]),
            _ => return Err("operand is no term".to_owned()),
        })
    }

    fn write(&mut self, to: Register, of: Type) -> Done {
        self.write_fragile(to, of, false)
    }

    fn write_fragile(&mut self, to: Register, of: Type, is_fragile: bool) -> Done {
        self.set(to, |id| Value { of, id, is_fragile })
    }

    fn set(&mut self, to: Register, value: impl FnOnce(u32) -> Value) -> Done {
        if matches!(to, Register::Y(_)) {
            self.is_handler_informed = false;
        }
        let value = value(self.state.new_id());
        self.state.set(to, value)
    }

    /// So many X registers must hold something.
    fn check_live(&self, live: u32) -> Done {
        for number in 0..live {
            if !self.state.x.get(number as usize).is_some_and(Value::is_defined) {
                return Err(format!("x{number} is said to be live and was not written"));
            }
        }
        Ok(())
    }

    /// All frame slots must hold something, nothing of it part of a message.
    fn check_slots(&self) -> Done {
        for (slot, value) in self.state.y.iter().enumerate() {
            if !value.is_defined() {
                return Err(format!("y{slot} was not written where the frame is walked"));
            }
            if value.is_fragile {
                return Err(format!("y{slot} is part of a message that is not taken"));
            }
        }
        Ok(())
    }

    /// A place where the collector may run: so many X registers live on, the others are lost.
    fn collects(&mut self, live: u32) -> Done {
        self.check_live(live)?;
        self.check_slots()?;
        self.state.x.truncate(live as usize);
        self.state.heap = HeapNeed::default();
        Ok(())
    }

    /// Reserves heap. As much as no compiler asks for is refused, so that no instruction can ask for all there is.
    fn reserve(&mut self, heap: HeapNeed) -> Done {
        const WORDS_MAX: u32 = 1 << 20;
        if heap.words > WORDS_MAX {
            return Err(format!("{} words of heap are too many", heap.words));
        }
        self.state.heap = heap;
        Ok(())
    }

    /// Takes reserved heap.
    fn take_heap(&mut self, words: u32, floats: u16, funs: u16) -> Done {
        let heap = self.state.heap;
        let left = (|| {
            Some(HeapNeed {
                words: heap.words.checked_sub(words)?,
                floats: heap.floats.checked_sub(floats)?,
                funs: heap.funs.checked_sub(funs)?,
            })
        })();
        self.state.heap = left.ok_or_else(|| {
            format!("needs {words} words, {floats} floats, {funs} funs of heap; reserved are {heap:?}")
        })?;
        Ok(())
    }

    /// Control may go to the label in the present state.
    fn branch(&mut self, label: Label) -> Done {
        self.sink.branch(label.0, &self.state)
    }

    /// Control may go to the label if the value is of the type; goes on in any case.
    fn branch_if(&mut self, label: Label, value: Value, of: Type) -> Done {
        if value.of.within(&of) {
            return self.branch(label);
        }
        self.leaving.clone_from(&self.state);
        if self.leaving.refine(value, of) { self.sink.branch(label.0, &self.leaving) } else { Ok(()) }
    }

    /// Control may go to the label if the value is not of these kinds; goes on in any case.
    fn branch_unless(&mut self, label: Label, value: Value, kinds: Kinds) -> Done {
        if !value.of.kinds.intersects(kinds) {
            return self.branch(label);
        }
        self.leaving.clone_from(&self.state);
        if self.leaving.exclude(value, kinds) { self.sink.branch(label.0, &self.leaving) } else { Ok(()) }
    }

    /// Goes on only if the value is of the type.
    fn require(&mut self, value: Value, of: Type) {
        if !self.state.refine(value, of) {
            self.is_reached = false;
        }
    }

    /// Goes on only if the value is not of these kinds.
    fn forbid(&mut self, value: Value, kinds: Kinds) {
        if !self.state.exclude(value, kinds) {
            self.is_reached = false;
        }
    }

    /// The instruction fails: to the label, or as an exception.
    fn fails(&mut self, fail: Option<Label>) -> Done {
        match fail {
            Some(label) => self.branch(label),
            None => self.raises(),
        }
    }

    /// The instruction may raise an exception, as the compiler knew.
    fn raises(&mut self) -> Done {
        self.check_slots()?;
        self.inform_handler()
    }

    /// The instruction may raise an exception that the compiler did not reckon with.
    fn raises_unexpectedly(&mut self) -> Done {
        if self.state.y.iter().any(|slot| !slot.is_defined()) {
            self.sink.leaves_unwritten_slots();
        }
        self.inform_handler()
    }

    /// The innermost handler may find the present frame.
    fn inform_handler(&mut self) -> Done {
        let Some(slot) = self.state.innermost_tag() else { return Ok(()) };
        if self.is_handler_informed {
            return Ok(());
        }
        self.is_handler_informed = true;
        let tag = self.state.y[slot].of;
        if tag.size == 0 || !tag.kinds.within(Kinds::TAG) {
            return Err(format!("y{slot} does not say for certain which handler takes an exception"));
        }
        if let Some(slot) = self.state.y.iter().position(|slot| slot.is_fragile) {
            return Err(format!("y{slot} is part of a message that is not taken"));
        }
        let state = &mut self.leaving;
        state.clone_from(&self.state);
        state.x.clear();
        state.heap = HeapNeed::default();
        state.floats = 0;
        state.has_message = false;
        state.write(Register::X(0), Type::of(Kinds::EXCEPTION), false)?;
        self.sink.branch(tag.size, state)
    }

    /// Records whether the assumption holds that the value is of the type. Without proof the checked form raises.
    fn assume(&mut self, value: Value, of: Type) -> Done {
        let holds = value.of.within(&of);
        self.sink.assumes(holds, true);
        if !holds {
            self.raises_unexpectedly()?;
            self.require(value, of);
        }
        Ok(())
    }

    /// Control does not go on to the next instruction.
    fn stop(&mut self) -> Done {
        self.is_reached = false;
        Ok(())
    }
}

/// Whether a tuple that was just made is still young and unknown to others after the instruction, which neither
/// allocates nor builds.
fn keeps_fresh(instruction: &Instruction<'_>) -> bool {
    use Instruction as I;
    let moves = matches!(instruction, I::Line { .. } | I::Move { .. } | I::Swap { .. });
    let reads = matches!(
        instruction,
        I::GetTupleElement { .. } | I::GetList { .. } | I::GetHd { .. } | I::GetTl { .. }
    );
    moves || reads || matches!(instruction, I::SetTupleElement { .. })
}

/// A register as people write it.
fn name(register: Register) -> String {
    match register {
        Register::X(number) => format!("x{number}"),
        Register::Y(slot) => format!("y{slot}"),
    }
}

fn literal_type(shape: Shape) -> Type {
    match shape {
        Shape::Integer(value) => Type::integer(value, value),
        Shape::Big => Type::of(Kinds::BIG),
        Shape::Float => Type::of(Kinds::FLOAT),
        Shape::Atom => Type::of(Kinds::ATOMS),
        Shape::Nil => Type::of(Kinds::NIL),
        Shape::Cons => Type::of(Kinds::CONS),
        Shape::Tuple(size) => Type::tuple(size, 0),
        Shape::Map => Type::of(Kinds::MAP),
        Shape::Bits(bits) if bits % 8 == 0 => Type::of(Kinds::BINARY),
        Shape::Bits(_) => Type::of(Kinds::PARTIAL),
        Shape::Export(arity) => Type::fun(arity.into()),
    }
}
