//! What is known at a point of a function: registers, frame, reserved heap, receive.

use std::collections::HashMap;

use purlin_isa::{HeapNeed, Register};
use smallvec::SmallVec;

use super::types::{Kinds, Type};

/// Why code is refused.
pub(crate) type Reason = String;

/// What is known about a register or frame slot. Of type [`Type::NONE`] while nothing was written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) of: Type,
    /// Registers with the same number hold the same value, so that what a test tells about one holds for all.
    pub(crate) id: u32,
    /// The value may be part of a message that is not taken from the mailbox yet.
    pub(crate) is_fragile: bool,
}

impl Value {
    pub(crate) const UNDEFINED: Value = Value { of: Type::NONE, id: 0, is_fragile: false };

    /// A constant, or any other value of which registers know nothing.
    pub(crate) fn constant(of: Type) -> Value {
        Value { of, id: u32::MAX, is_fragile: false }
    }

    pub(crate) fn is_defined(&self) -> bool {
        !self.of.is_none()
    }
}

/// Whether there is a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// There is none.
    None,
    /// There is one; its slots are all in the state.
    Sized,
    /// Ways with different frames met. Only exceptions lead out of such code.
    Unknown,
}

/// The abstract state before an instruction.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) x: Vec<Value>,
    pub(crate) y: Vec<Value>,
    pub(crate) frame: Frame,
    /// Heap reserved and not used yet.
    pub(crate) heap: HeapNeed,
    /// A bit for each float register that holds a float.
    pub(crate) floats: u128,
    /// `loop_rec` has shown a message.
    pub(crate) has_message: bool,
    /// Number of the value, if any, that is a tuple made by the instructions just before and seen by nothing else.
    pub(crate) fresh: u32,
    next_id: u32,
}

/// Numbers of values made within a block begin here; below are the numbers of [`State::canonical`].
const FRESH_ID: u32 = 1 << 16;

/// By hand, so that a state that is written over keeps its memory.
impl Clone for State {
    fn clone(&self) -> State {
        State { x: self.x.clone(), y: self.y.clone(), ..*self }
    }

    fn clone_from(&mut self, other: &State) {
        let (mut x, mut y) = (std::mem::take(&mut self.x), std::mem::take(&mut self.y));
        x.clone_from(&other.x);
        y.clone_from(&other.y);
        *self = State { x, y, ..*other };
    }
}

impl State {
    /// The state at the entry of a function.
    pub(crate) fn entry(arguments: &[Type]) -> State {
        let mut state = State {
            x: Vec::new(),
            y: Vec::new(),
            frame: Frame::None,
            heap: HeapNeed::default(),
            floats: 0,
            has_message: false,
            fresh: 0,
            next_id: FRESH_ID,
        };
        let value = |(id, of): (usize, &Type)| Value { of: *of, id: id as u32, is_fragile: false };
        state.x.extend(arguments.iter().enumerate().map(value));
        state
    }

    /// The state that an image tells of a label.
    pub(crate) fn told(x: Vec<Value>, y: Vec<Value>, frame: Frame) -> State {
        State { x, y, frame, ..State::entry(&[]) }
    }

    pub(crate) fn get(&self, register: Register) -> Value {
        let slot = match register {
            Register::X(number) => self.x.get(usize::from(number)),
            Register::Y(slot) => self.y.get(usize::from(slot)),
        };
        slot.copied().unwrap_or(Value::UNDEFINED)
    }

    /// A number for a value that no register holds yet.
    pub(crate) fn new_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }

    /// Writes a new value.
    pub(crate) fn write(&mut self, to: Register, of: Type, is_fragile: bool) -> Result<(), Reason> {
        let id = self.new_id();
        self.set(to, Value { of, id, is_fragile })
    }

    /// Writes a value that other registers may hold too.
    pub(crate) fn set(&mut self, to: Register, value: Value) -> Result<(), Reason> {
        match to {
            Register::X(number) => {
                let number = usize::from(number);
                if number >= self.x.len() {
                    self.x.resize(number + 1, Value::UNDEFINED);
                }
                self.x[number] = value;
            }
            Register::Y(number) => {
                let slot = self.slot(number)?;
                if slot.of.kinds.intersects(Kinds::TAG) {
                    return Err(format!("y{number} holds a catch tag"));
                }
                *slot = value;
            }
        }
        Ok(())
    }

    /// A slot of the frame, whatever it holds.
    pub(crate) fn slot(&mut self, number: u16) -> Result<&mut Value, Reason> {
        if self.frame != Frame::Sized {
            return Err(format!("y{number} is used where there is no frame of one known size"));
        }
        let size = self.y.len();
        self.y.get_mut(usize::from(number)).ok_or_else(|| format!("y{number} is beyond the {size} slots"))
    }

    /// Notes that the value of this number is of the type, too. False if that cannot be.
    pub(crate) fn refine(&mut self, value: Value, of: Type) -> bool {
        self.replace(value, value.of.meet(of))
    }

    /// Notes that the value of this number is not of these kinds. False if that cannot be.
    pub(crate) fn exclude(&mut self, value: Value, kinds: Kinds) -> bool {
        self.replace(value, value.of.without(kinds))
    }

    fn replace(&mut self, value: Value, of: Type) -> bool {
        if of.is_none() {
            return false;
        }
        if of != value.of && value.id != u32::MAX {
            for slot in self.x.iter_mut().chain(&mut self.y).filter(|slot| slot.id == value.id) {
                if slot.is_defined() {
                    slot.of = of;
                }
            }
        }
        true
    }

    /// The slot of the innermost handler: tags nest from high slots to low ones.
    pub(crate) fn innermost_tag(&self) -> Option<usize> {
        self.y.iter().position(|slot| slot.of.kinds.intersects(Kinds::TAG))
    }

    /// Nothing is part of a message any more.
    pub(crate) fn take_message(&mut self) {
        self.has_message = false;
        for slot in self.x.iter_mut().chain(&mut self.y) {
            slot.is_fragile = false;
        }
    }

    /// The state that holds whatever holds in both, in canonical form.
    pub(crate) fn join(&self, other: &State) -> Result<State, Reason> {
        let frame = match (self.frame, other.frame) {
            (Frame::None, Frame::None) => Frame::None,
            (Frame::Sized, Frame::Sized) if self.y.len() == other.y.len() => Frame::Sized,
            _ => {
                self.check_abandoned()?;
                other.check_abandoned()?;
                Frame::Unknown
            }
        };
        let both = |a: &[Value], b: &[Value]| a.iter().zip(b).map(|(a, b)| join_values(a, b)).collect();
        let y: Result<Vec<_>, _> = both(&self.y, &other.y);
        let x: Result<Vec<_>, _> = both(&self.x, &other.x);
        let mut joined = State {
            x: x?,
            y: y?,
            frame,
            heap: HeapNeed {
                words: self.heap.words.min(other.heap.words),
                floats: self.heap.floats.min(other.heap.floats),
                funs: self.heap.funs.min(other.heap.funs),
            },
            floats: self.floats & other.floats,
            has_message: self.has_message && other.has_message,
            fresh: 0,
            next_id: FRESH_ID,
        };
        while joined.x.last().is_some_and(|value| !value.is_defined()) {
            joined.x.pop();
        }
        joined.number_pairs(self, other);
        Ok(joined)
    }

    /// Whether this state, in canonical form, holds for whatever `other` does, so that their join is this one: a quick test
    /// for nearly all of the cases. Nothing follows when it is false.
    pub(crate) fn includes(&self, other: &State) -> bool {
        let is_canonical = self.fresh == 0 && self.next_id == FRESH_ID;
        let frames_agree =
            self.frame == other.frame && self.frame != Frame::Unknown && self.y.len() == other.y.len();
        is_canonical
            && frames_agree
            && self.x.len() <= other.x.len()
            && self.heap.words <= other.heap.words
            && self.heap.floats <= other.heap.floats
            && self.heap.funs <= other.heap.funs
            && self.floats & !other.floats == 0
            && (other.has_message || !self.has_message)
            && self.x.last().is_none_or(Value::is_defined)
            && (0..self.weight() - 1).all(|place| self.includes_at(other, place))
    }

    /// Whether what is known of a place holds for what `other` has there. Registers are counted before slots of the frame, as
    /// in the numbers of values. The places with one number are all compared with the place of that number, so that nothing more
    /// need be known of the numbers, which an image may make up.
    fn includes_at(&self, other: &State, place: usize) -> bool {
        let at = |state: &State, place: usize| match place.checked_sub(self.x.len()) {
            None => state.x[place],
            Some(slot) => state.y[slot],
        };
        let (known, given) = (at(self, place), at(other, place));
        if !known.is_defined() {
            return known == Value::UNDEFINED && !given.of.kinds.intersects(Kinds::TAG);
        }
        given.is_defined()
            && (known.is_fragile || !given.is_fragile)
            && known.id as usize <= place
            && at(other, known.id as usize).id == given.id
            && given.of.within(&known.of)
    }

    /// A frame whose size is forgotten must be safe to walk, and no handler may stand in it.
    fn check_abandoned(&self) -> Result<(), Reason> {
        match self.y.iter().position(|slot| !slot.is_defined() || slot.of.kinds.intersects(Kinds::TAG)) {
            None => Ok(()),
            Some(slot) => Err(format!("frames of different sizes meet while y{slot} is no term")),
        }
    }

    /// The same state with values numbered by the first register that holds each, so that equal states are equal.
    pub(crate) fn canonical(&self) -> State {
        let mut state = self.clone();
        while state.x.last().is_some_and(|value| !value.is_defined()) {
            state.x.pop();
        }
        state.fresh = 0;
        state.next_id = FRESH_ID;
        state.number_pairs(self, self);
        state
    }

    /// Numbers values: registers hold the same one if they do in both states.
    fn number_pairs(&mut self, a: &State, b: &State) {
        let x_count = self.x.len();
        let places = x_count + self.y.len();
        let at = |state: &State, place: usize| match place.checked_sub(x_count) {
            None => state.x[place].id,
            Some(slot) => state.y[slot].id,
        };
        let mut firsts: SmallVec<[(u32, u32, u32); 32]> = SmallVec::new();
        let mut by_ids = HashMap::new();
        for place in 0..places {
            let slot = match place.checked_sub(x_count) {
                None => &mut self.x[place],
                Some(slot) => &mut self.y[slot],
            };
            if !slot.is_defined() {
                continue;
            }
            let (a, b) = (at(a, place), at(b, place));
            slot.id = match places <= firsts.inline_size() {
                true => first_of(&mut firsts, a, b, place as u32),
                false => *by_ids.entry((a, b)).or_insert(place as u32),
            };
        }
    }

    /// This state with growing integer bounds moved on so far that they stop growing soon.
    pub(crate) fn widen(mut self, old: &State) -> State {
        for (slot, old) in self.x.iter_mut().zip(&old.x).chain(self.y.iter_mut().zip(&old.y)) {
            slot.of = slot.of.widen(&old.of);
        }
        self
    }

    /// How much memory and work the state costs, in registers.
    pub(crate) fn weight(&self) -> usize {
        1 + self.x.len() + self.y.len()
    }
}

/// The first place where both states hold these values, which may be this one. The values are few.
fn first_of(firsts: &mut SmallVec<[(u32, u32, u32); 32]>, a: u32, b: u32, place: u32) -> u32 {
    if let Some((.., first)) = firsts.iter().find(|(known_a, known_b, _)| (*known_a, *known_b) == (a, b)) {
        return *first;
    }
    firsts.push((a, b, place));
    place
}

/// What holds of a register in both states. What one of them has not defined, neither has.
fn join_values(a: &Value, b: &Value) -> Result<Value, Reason> {
    let of = a.of.join(b.of);
    if !a.is_defined() || !b.is_defined() {
        // A tag must not be forgotten: the machine would still find it.
        return match of.kinds.intersects(Kinds::TAG) {
            true => Err("a catch tag meets a slot that was not written".to_owned()),
            false => Ok(Value::UNDEFINED),
        };
    }
    Ok(Value { of, id: 0, is_fragile: a.is_fragile || b.is_fragile })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// States of few values, so that many of them are alike.
    fn states() -> Vec<State> {
        let types = [Type::NONE, Type::ANY, Type::integer(0, 5), Type::integer(3, 9), Type::of(Kinds::TRY)];
        let mut states = Vec::new();
        for number in 0..types.len() * types.len() * 16_usize {
            let (first, second) = (number % types.len(), number / types.len() % types.len());
            let rest = number / (types.len() * types.len());
            let value = |of, id| Value { of, id, is_fragile: rest & 4 != 0 };
            let ids = if rest & 1 == 0 { [1, 2] } else { [1, 1] };
            let values = [value(types[first], FRESH_ID + ids[0]), value(types[second], FRESH_ID + ids[1])];
            let in_frame = if rest & 2 == 0 { 0 } else { 1 };
            let (y, x) = values.split_at(in_frame);
            let frame = if in_frame == 0 { Frame::None } else { Frame::Sized };
            let mut state = State::told(x.to_vec(), y.to_vec(), frame);
            state.floats = u128::from(rest & 8 != 0);
            states.push(state);
        }
        states
    }

    #[test]
    fn a_state_includes_what_its_join_does_not_change() {
        let (mut included, mut missed) = (0, 0);
        for known in states().iter().map(State::canonical) {
            for given in states() {
                let is_same = known.join(&given).as_ref() == Ok(&known);
                assert!(is_same || !known.includes(&given), "{known:?} does not hold for {given:?}");
                included += usize::from(known.includes(&given));
                missed += usize::from(is_same && !known.includes(&given));
            }
        }
        assert!(included > 1000, "only {included} states are included in others");
        assert!(missed * 10 < included, "{missed} are not found to be, {included} are");
    }
}
