//! The states at labels as they stand in an image, and back.
//!
//! What is read is made into types and states of the right form and believed in nothing else: the check proves it.

use purlin_isa::HeapNeed;
use serde::{Deserialize, Serialize};

use crate::module::Module;
use crate::verify::maps::Maps;
use crate::verify::state::{Frame, State, Value};
use crate::verify::{Kinds, Type};

/// What inference found in a module.
#[derive(Serialize, Deserialize)]
pub(super) struct StatesImage {
    functions: Vec<FunctionImage>,
    labels: Vec<Option<StateImage>>,
}

#[derive(Serialize, Deserialize)]
struct FunctionImage {
    arguments: Option<Vec<TypeImage>>,
    result: TypeImage,
    copies_messages: bool,
}

#[derive(Serialize, Deserialize)]
struct StateImage {
    x: Vec<ValueImage>,
    y: Vec<ValueImage>,
    frame: FrameImage,
    rest: Option<RestImage>,
}

/// What is rare in a state.
#[derive(Serialize, Deserialize)]
struct RestImage {
    heap: (u32, u16, u16),
    floats: u128,
    has_message: bool,
}

#[derive(Serialize, Deserialize)]
enum FrameImage {
    None,
    Sized,
    Unknown,
}

/// A value; most are in one register only, so that no number tells them apart from others.
#[derive(Serialize, Deserialize)]
enum ValueImage {
    Undefined,
    Alone(TypeImage),
    Shared(TypeImage, u32),
    Fragile(TypeImage, u32),
}

#[derive(Serialize, Deserialize)]
enum TypeImage {
    Any,
    Kinds(u32),
    Detailed { kinds: u32, low: i64, high: i64, size: u32, is_exact: bool, tag: u32, atom: u32, arity: i16 },
}

impl StatesImage {
    pub(super) fn new(maps: &Maps) -> StatesImage {
        let function = |index: usize| FunctionImage {
            arguments: maps.arguments[index].as_ref().map(|types| types.iter().map(TypeImage::new).collect()),
            result: TypeImage::new(&maps.results[index]),
            copies_messages: maps.copies_messages[index],
        };
        StatesImage {
            functions: (0..maps.results.len()).map(function).collect(),
            labels: maps.labels.iter().map(|state| state.as_deref().map(StateImage::new)).collect(),
        }
    }

    /// The states, if they are of this module's functions and labels.
    pub(super) fn maps(&self, module: &Module) -> Result<Maps, String> {
        let mut maps = Maps::new(module);
        if self.functions.len() != maps.results.len() || self.labels.len() != maps.labels.len() {
            return Err("its states are those of another module".to_owned());
        }
        for (index, function) in self.functions.iter().enumerate() {
            let types =
                |types: &Vec<TypeImage>| types.iter().map(TypeImage::read).collect::<Result<Vec<_>, _>>();
            maps.arguments[index] = function.arguments.as_ref().map(types).transpose()?;
            maps.results[index] = function.result.read()?;
            maps.copies_messages[index] = function.copies_messages;
        }
        for (place, label) in maps.labels.iter_mut().zip(&self.labels) {
            *place = label.as_ref().map(StateImage::read).transpose()?.map(Box::new);
        }
        Ok(maps)
    }
}

impl StateImage {
    fn new(state: &State) -> StateImage {
        let (heap, floats, has_message) = (state.heap, state.floats, state.has_message);
        let is_plain = heap == HeapNeed::default() && floats == 0 && !has_message;
        let values = |values: &[Value], first: usize| {
            values.iter().enumerate().map(|(place, value)| ValueImage::new(value, first + place)).collect()
        };
        StateImage {
            x: values(&state.x, 0),
            y: values(&state.y, state.x.len()),
            frame: match state.frame {
                Frame::None => FrameImage::None,
                Frame::Sized => FrameImage::Sized,
                Frame::Unknown => FrameImage::Unknown,
            },
            rest: (!is_plain).then_some(RestImage {
                heap: (heap.words, heap.floats, heap.funs),
                floats,
                has_message,
            }),
        }
    }

    fn read(&self) -> Result<State, String> {
        if self.x.len() > 1024 || self.y.len() > 1024 {
            return Err("a state has too many registers".to_owned());
        }
        let values = |values: &[ValueImage], first: usize| {
            values
                .iter()
                .enumerate()
                .map(|(place, value)| value.read(first + place))
                .collect::<Result<Vec<_>, _>>()
        };
        let frame = match self.frame {
            FrameImage::None if !self.y.is_empty() => return Err("a state has slots and no frame".to_owned()),
            FrameImage::None => Frame::None,
            FrameImage::Sized => Frame::Sized,
            FrameImage::Unknown => Frame::Unknown,
        };
        let mut state = State::told(values(&self.x, 0)?, values(&self.y, self.x.len())?, frame);
        if let Some(rest) = &self.rest {
            let (words, floats, funs) = rest.heap;
            state.heap = HeapNeed { words, floats, funs };
            state.floats = rest.floats;
            state.has_message = rest.has_message;
        }
        Ok(state)
    }
}

impl ValueImage {
    fn new(value: &Value, place: usize) -> ValueImage {
        match value {
            Value { of, .. } if of.is_none() => ValueImage::Undefined,
            Value { of, id, is_fragile: true } => ValueImage::Fragile(TypeImage::new(of), *id),
            Value { of, id, .. } if *id as usize == place => ValueImage::Alone(TypeImage::new(of)),
            Value { of, id, .. } => ValueImage::Shared(TypeImage::new(of), *id),
        }
    }

    fn read(&self, place: usize) -> Result<Value, String> {
        Ok(match self {
            ValueImage::Undefined => Value::UNDEFINED,
            ValueImage::Alone(of) => Value { of: of.read()?, id: place as u32, is_fragile: false },
            ValueImage::Shared(of, id) => Value { of: of.read()?, id: *id, is_fragile: false },
            ValueImage::Fragile(of, id) => Value { of: of.read()?, id: *id, is_fragile: true },
        })
    }
}

impl TypeImage {
    fn new(of: &Type) -> TypeImage {
        match *of {
            Type::ANY => TypeImage::Any,
            of if of == Type::of(of.kinds) => TypeImage::Kinds(of.kinds.0),
            Type { kinds, low, high, size, is_exact, tag, atom, arity } => {
                TypeImage::Detailed { kinds: kinds.0, low, high, size, is_exact, tag, atom, arity }
            }
        }
    }

    fn read(&self) -> Result<Type, String> {
        let of = match *self {
            TypeImage::Any => Type::ANY,
            TypeImage::Kinds(kinds) => Type::of(Kinds(kinds)),
            TypeImage::Detailed { kinds, low, high, size, is_exact, tag, atom, arity } => {
                Type { kinds: Kinds(kinds), low, high, size, is_exact, tag, atom, arity }
            }
        };
        match of.kinds.within(Kinds::ALL) {
            true => Ok(of.normal()),
            false => Err("a type has kinds that do not exist".to_owned()),
        }
    }
}
