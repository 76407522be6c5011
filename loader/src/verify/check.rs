//! The check: one linear pass that proves the states which inference found, or an image holds.
//!
//! Each instruction is run once from the state before it; where control arrives at a label, the state there must
//! hold whatever arrives. So no fixpoint is needed, and nothing that made the states needs to be trusted.

use purlin_isa::{Instruction, OperandKind};

use super::environment::Environment;
use super::facts::Facts;
use super::maps::{Maps, roots};
use super::state::{Reason, State, Value};
use super::step::{Sink, Step};
use super::tables::Fault;
use super::types::Type;

/// Proves the states, and notes what they tell about each instruction. A fault names the function, too.
pub(crate) fn check(env: &Environment<'_>, maps: &Maps) -> Result<Facts, (usize, Fault)> {
    let module = env.module;
    for root in roots(module) {
        let is_open = |arguments: &Vec<Type>| arguments.iter().all(|of| Type::ANY.within(of));
        if !maps.arguments[root].as_ref().is_some_and(is_open) {
            let reason = "anyone may call the function, with any arguments".to_owned();
            return Err((root, (module.functions[root].info as usize, reason)));
        }
    }
    let mut facts = Facts::new(&module.code, module.functions.len());
    for function in 0..module.functions.len() {
        let proving = Proving { maps, function, facts: &mut facts, index: 0 };
        check_function(env, proving).map_err(|fault| (function, fault))?;
    }
    Ok(facts)
}

fn check_function(env: &Environment<'_>, proving: Proving<'_>) -> Result<(), Fault> {
    let module = env.module;
    let (maps, function) = (proving.maps, &module.functions[proving.function]);
    let arguments = maps.arguments[proving.function].as_ref();
    let mut step = Step::new(env, proving);
    step.copies_messages = maps.copies_messages[step.sink.function];
    if let Some(arguments) = arguments {
        let is_legal = arguments.len() == function.arity as usize;
        let entered =
            if is_legal { step.sink.branch(function.entry, &State::entry(arguments)) } else { Ok(()) };
        entered.map_err(|reason| (function.info as usize, reason))?;
    }
    for index in function.instructions.start as usize..function.instructions.end as usize {
        step.sink.index = index;
        check_instruction(&mut step, index).map_err(|reason| (index, reason))?;
    }
    match step.is_reached {
        true => Err((
            function.instructions.end as usize - 1,
            "control runs off the end of the function".to_owned(),
        )),
        false => Ok(()),
    }
}

fn check_instruction(step: &mut Step<'_, Proving<'_>>, index: usize) -> Result<(), Reason> {
    let module = step.env.module;
    let instruction = module.instruction(index);
    if let Instruction::Label { label } = instruction {
        if step.is_reached {
            let Step { sink, state, .. } = step;
            sink.branch(label, state)?;
        }
        step.is_reached = step.enter(|sink| sink.maps.labels[label as usize].as_deref());
        if step.is_reached {
            step.sink.facts.reach(index, step.state.x.len());
        }
        return Ok(());
    }
    if !step.is_reached {
        return Ok(());
    }
    step.sink.facts.reach(index, step.state.x.len());
    note_operands(step, index, false);
    step.run(index, &instruction)?;
    if step.is_reached {
        note_operands(step, index, true);
    }
    Ok(())
}

/// Notes the kinds of registers that are read, before the instruction, or written, after it.
fn note_operands(step: &mut Step<'_, Proving<'_>>, index: usize, is_after: bool) {
    let code = &step.env.module.code;
    for (place, (operand, of)) in
        code.operands(index).iter().zip(code.opcode(index).info().operands).enumerate()
    {
        let is_written = matches!(of.kind, OperandKind::Destination | OperandKind::FloatDestination);
        if let Some(register) = operand.register()
            && is_written == is_after
        {
            step.sink.facts.note_kinds(code, index, place, step.state.get(register).of.kinds);
        }
    }
}

/// The sink of the check: what arrives must be within what is known.
struct Proving<'a> {
    maps: &'a Maps,
    function: usize,
    facts: &'a mut Facts,
    index: usize,
}

impl Sink for Proving<'_> {
    fn branch(&mut self, label: u32, state: &State) -> Result<(), Reason> {
        let known = self.maps.labels[label as usize].as_deref();
        let known = known.ok_or_else(|| format!("control arrives at label {label}, which has no state"))?;
        if known.includes(state) || known.join(state)? == *known {
            return Ok(());
        }
        Err(format!("the state that arrives at label {label} is not the one that is told of it"))
    }

    fn call(&mut self, function: usize, arguments: &[Value]) -> Result<Type, Reason> {
        let known = self.maps.arguments[function].as_ref();
        let is_legal = known.is_some_and(|known| {
            known.len() == arguments.len()
                && known.iter().zip(arguments).all(|(known, given)| given.of.within(known))
        });
        match is_legal {
            true => Ok(self.maps.results[function]),
            false => Err("the arguments are not those that are told of the function".to_owned()),
        }
    }

    fn returns(&mut self, of: Type) -> Result<(), Reason> {
        match of.within(&self.maps.results[self.function]) {
            true => Ok(()),
            false => Err("the result is not the one that is told of the function".to_owned()),
        }
    }

    fn assumes(&mut self, holds: bool, is_trusted: bool) {
        self.facts.note_assumption(self.index, holds, is_trusted);
    }

    fn leaves_unwritten_slots(&mut self) {
        self.facts.note_unwritten_slots(self.function);
    }
}
