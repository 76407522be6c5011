//! Inference: finds the states at labels, and the arguments and results of functions, by a fixpoint over the module.
//!
//! Nothing here needs to be trusted: what it finds is put before [`super::check`], which proves it or refuses it.
//! All states only grow, integer bounds in few steps, so the fixpoint is reached; the work is bounded besides.

use std::collections::{BTreeSet, HashMap, VecDeque};

use purlin_isa::{Instruction, Opcode};

use super::environment::Environment;
use super::maps::Maps;
use super::state::{Reason, State, Value};
use super::step::{Sink, Step};
use super::tables::Fault;
use super::types::Type;

/// A state that grew so often has its integer bounds widened.
const GROWTHS_MAX: u8 = 3;

/// What inference knows of a function.
#[derive(Default)]
struct Function {
    /// Functions and starts of blocks with calls to it.
    callers: BTreeSet<(usize, u32)>,
    /// Functions that return what it returns, as they end by calling it.
    tail_callers: BTreeSet<usize>,
    /// Starts of blocks that must be run through again.
    dirty: BTreeSet<u32>,
    is_queued: bool,
    growths: u8,
}

struct Inference<'a> {
    env: &'a Environment<'a>,
    maps: Maps,
    functions: Vec<Function>,
    growths: Vec<u8>,
    /// States at calls of functions that were not known to return: blocks begin there, too, once they are.
    waiting: HashMap<u32, State>,
    queue: VecDeque<usize>,
    /// Registers that may still be looked at, and held, before the module is refused as too complex.
    work_left: usize,
    room_left: usize,
}

/// Infers the states of all code that can be reached. A fault names the function, too.
pub(crate) fn infer(env: &Environment<'_>) -> Result<Maps, (usize, Fault)> {
    let module = env.module;
    let mut inference = Inference {
        env,
        maps: Maps::new(module),
        functions: module.functions.iter().map(|_| Function::default()).collect(),
        growths: vec![0; module.labels.len()],
        waiting: HashMap::new(),
        queue: VecDeque::new(),
        work_left: (module.code.len() + 1000).saturating_mul(2000),
        room_left: (module.code.len() + 1000).saturating_mul(40),
    };
    for function in super::maps::roots(module) {
        let arguments = vec![Value::constant(Type::ANY); module.functions[function].arity as usize];
        let start = module.functions[function].info as usize;
        inference.enter(function, &arguments).map_err(|reason| (function, (start, reason)))?;
    }
    while let Some(function) = inference.queue.pop_front() {
        inference.functions[function].is_queued = false;
        if let Err(fault) = inference.run(function) {
            inference.copy_messages(function, fault).map_err(|fault| (function, fault))?;
        }
    }
    Ok(inference.maps)
}

impl Inference<'_> {
    /// Notes that a function may be called with these arguments.
    fn enter(&mut self, function: usize, arguments: &[Value]) -> Result<(), Reason> {
        let given = arguments.iter().map(|value| value.of);
        let known = match self.maps.arguments[function].as_ref() {
            None => given.collect(),
            Some(known) => {
                let joined: Vec<Type> = known.iter().zip(given).map(|(known, of)| known.join(of)).collect();
                if joined == *known {
                    return Ok(());
                }
                let growths = &mut self.functions[function].growths;
                *growths = growths.saturating_add(1);
                match *growths > GROWTHS_MAX {
                    true => joined.iter().zip(known).map(|(joined, old)| joined.widen(old)).collect(),
                    false => joined,
                }
            }
        };
        let state = State::entry(&known);
        self.maps.arguments[function] = Some(known);
        self.arrive(function, self.env.module.functions[function].entry, &state)
    }

    /// Notes that control may arrive at a label of a function.
    fn arrive(&mut self, function: usize, label: u32, state: &State) -> Result<(), Reason> {
        self.spend(state.weight())?;
        let place = &mut self.maps.labels[label as usize];
        let grown = match place {
            None => {
                let state = state.canonical();
                take(&mut self.room_left, state.weight())?;
                state
            }
            Some(known) if known.includes(state) => return Ok(()),
            Some(known) => {
                let joined = known.join(state)?;
                if joined == **known {
                    return Ok(());
                }
                let growths = &mut self.growths[label as usize];
                *growths = growths.saturating_add(1);
                if *growths > GROWTHS_MAX { joined.widen(known) } else { joined }
            }
        };
        *place = Some(Box::new(grown));
        self.mark(function, self.env.module.labels[label as usize]);
        Ok(())
    }

    /// Notes that the block that starts at an instruction must be run through.
    fn mark(&mut self, function: usize, start: u32) {
        let known = &mut self.functions[function];
        known.dirty.insert(start);
        if !known.is_queued {
            known.is_queued = true;
            self.queue.push_back(function);
        }
    }

    /// Notes that a function may return this, and so may those that end by calling it.
    fn returns(&mut self, function: usize, of: Type) {
        let mut returning = vec![(function, of)];
        while let Some((function, of)) = returning.pop() {
            let known = self.maps.results[function];
            let joined = known.join(of);
            if joined == known {
                continue;
            }
            // Results grow seldom, so their bounds are widened at once.
            let result = if known.is_none() { joined } else { joined.widen(&known) };
            self.maps.results[function] = result;
            returning.extend(self.functions[function].tail_callers.iter().map(|caller| (*caller, result)));
            for (caller, start) in self.functions[function].callers.clone() {
                self.mark(caller, start);
            }
        }
    }

    fn spend(&mut self, work: usize) -> Result<(), Reason> {
        self.work_left = self.work_left.checked_sub(work).ok_or("the module takes too long to verify")?;
        Ok(())
    }

    /// A function that receives and has a fault is run through once more with messages copied as they are looked at.
    /// The interpreter of source code (`prim_eval`) hands messages to funs before it takes them.
    fn copy_messages(&mut self, function: usize, fault: Fault) -> Result<(), Fault> {
        let module = self.env.module;
        let range = &module.functions[function].instructions;
        let mut indices = range.start as usize..range.end as usize;
        let receives = indices.any(|index| module.code.opcode(index) == Opcode::LoopRec);
        if !receives || self.maps.copies_messages[function] {
            return Err(fault);
        }
        self.maps.copies_messages[function] = true;
        for index in range.start as usize..range.end as usize {
            if let Instruction::Label { label } = module.instruction(index) {
                self.maps.labels[label as usize] = None;
            }
            self.waiting.remove(&(index as u32));
        }
        let arguments = self.maps.arguments[function].clone().unwrap_or_default();
        let state = State::entry(&arguments);
        let start = module.functions[function].info as usize;
        self.arrive(function, module.functions[function].entry, &state).map_err(|reason| (start, reason))
    }

    /// Runs through the blocks of a function whose states have grown, earlier ones first.
    fn run(&mut self, function: usize) -> Result<(), Fault> {
        let env = self.env;
        let copies_messages = self.maps.copies_messages[function];
        let mut step =
            Step::new(env, Joining { inference: self, function, start: 0, is_tail: false, awaited: None });
        step.copies_messages = copies_messages;
        while let Some(start) = step.sink.inference.functions[function].dirty.pop_first() {
            run_block(&mut step, start)?;
        }
        Ok(())
    }
}

/// Takes what a state weighs from the room that is left.
fn take(room_left: &mut usize, weight: usize) -> Result<(), Reason> {
    let left = room_left.checked_sub(weight);
    *room_left = left.ok_or("the module's states take too much memory to verify")?;
    Ok(())
}

/// Runs through the block that starts at a label, or at a call that is now known to return.
fn run_block(step: &mut Step<'_, Joining<'_, '_>>, start: u32) -> Result<(), Fault> {
    let module = step.env.module;
    let end = module.functions[step.sink.function].instructions.end as usize;
    let (label, first) = match module.instruction(start as usize) {
        Instruction::Label { label } => (Some(label), start + 1),
        _ => (None, start),
    };
    let is_known = step.enter(|Joining { inference, .. }| match label {
        Some(label) => inference.maps.labels[label as usize].as_deref(),
        None => inference.waiting.get(&start),
    });
    if !is_known {
        return Ok(());
    }
    step.sink.start = start;
    for index in first as usize..end {
        let instruction = module.instruction(index);
        let fault = |reason| (index, reason);
        if let Instruction::Label { label } = instruction {
            let Step { sink, state, .. } = step;
            return sink.branch(label, state).map_err(fault);
        }
        step.sink.inference.spend(1).map_err(fault)?;
        step.sink.is_tail =
            matches!(instruction, Instruction::CallLast { .. } | Instruction::CallOnly { .. });
        if index > start as usize && matches!(instruction, Instruction::Call { .. }) {
            // A block that started here knew less.
            step.sink.inference.waiting.remove(&(index as u32));
        }
        step.run(index, &instruction).map_err(fault)?;
        if !step.is_reached {
            return step.wait(index as u32).map_err(fault);
        }
    }
    Err((end - 1, "control runs off the end of the function".to_owned()))
}

impl Step<'_, Joining<'_, '_>> {
    /// Keeps the state at a call of a function that is not known to return, to go on from there when it is.
    fn wait(&mut self, index: u32) -> Result<(), Reason> {
        let Some(callee) = self.sink.awaited.take() else { return Ok(()) };
        let state = std::mem::replace(&mut self.state, State::entry(&[]));
        let inference = &mut *self.sink.inference;
        take(&mut inference.room_left, state.weight())?;
        inference.waiting.insert(index, state);
        inference.functions[callee].callers.insert((self.sink.function, index));
        Ok(())
    }
}

/// The sink of inference: states that arrive are joined to what is known.
struct Joining<'b, 'a> {
    inference: &'b mut Inference<'a>,
    function: usize,
    /// Where the present block starts: a label, or a call.
    start: u32,
    /// The present instruction ends the function by a call.
    is_tail: bool,
    /// The present instruction calls this function, which is not known to return.
    awaited: Option<usize>,
}

impl Sink for Joining<'_, '_> {
    fn branch(&mut self, label: u32, state: &State) -> Result<(), Reason> {
        self.inference.arrive(self.function, label, state)
    }

    fn call(&mut self, function: usize, arguments: &[Value]) -> Result<Type, Reason> {
        self.inference.enter(function, arguments)?;
        let result = self.inference.maps.results[function];
        let callee = &mut self.inference.functions[function];
        if self.is_tail {
            callee.tail_callers.insert(self.function);
        } else if result.is_none() {
            self.awaited = Some(function);
        } else {
            callee.callers.insert((self.function, self.start));
        }
        Ok(result)
    }

    fn returns(&mut self, of: Type) -> Result<(), Reason> {
        self.inference.returns(self.function, of);
        Ok(())
    }

    fn assumes(&mut self, _holds: bool, _is_trusted: bool) {}

    fn leaves_unwritten_slots(&mut self) {}
}
