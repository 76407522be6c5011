//! The kinds of operands: what may stand in a place of an instruction, and the typed value read from there.

use crate::code::Code;
use crate::operand::{FunTag, HeapNeed, Label, Operand, REGISTERS_MAX, Register, StartFail};

/// A kind as a type: how to read an operand of this kind as its value, or refuse it.
pub trait Kind {
    /// What a view of the instruction holds.
    type Value<'a>;

    /// The value, or `None` if the operand is of another kind.
    fn read(code: &Code, operand: Operand) -> Option<Self::Value<'_>>;
}

macro_rules! kinds {
    ($a:lifetime; $($(#[doc = $doc:literal])+ $name:ident : $value:ty = $read:expr;)+) => {
        /// What may stand in an operand's place.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum OperandKind { $($(#[doc = $doc])+ $name,)+ }

        impl OperandKind {
            /// Name and description of each kind.
            pub(crate) const ALL: &'static [(&'static str, &'static str)] =
                &[$((stringify!($name), concat!($($doc),+)),)+];
        }

        /// The kinds as types, for use in macros over the table.
        pub mod kinds {
            use super::*;
            $(
                $(#[doc = $doc])+
                pub struct $name;
                impl Kind for $name {
                    type Value<$a> = $value;
                    #[inline(always)]
                    fn read<$a>(code: &$a Code, operand: Operand) -> Option<$value> {
                        let read: fn(&$a Code, Operand) -> Option<$value> = $read;
                        read(code, operand)
                    }
                }
            )+
        }
    };
}

kinds! { 'a;
    /// Anything: for instructions that no longer load.
    Any: Operand = |_, operand| Some(operand);
    /// A bare number.
    Count: u32 = |_, operand| count(operand);
    /// A bare number of bits.
    BitCount: u64 = |_, operand| bits(operand);
    /// An index into the ImpT chunk.
    Import: u32 = |_, operand| count(operand);
    /// An index into the FunT chunk.
    Lambda: u32 = |_, operand| count(operand);
    /// An index into the Line chunk.
    LineIndex: u32 = |_, operand| count(operand);
    /// Words of heap, or an allocation list of words, floats and funs.
    Heap: HeapNeed = |_, operand| heap(operand);
    /// A label.
    Label: crate::operand::Label = |_, operand| label(operand);
    /// A label, or none to raise an exception.
    Fail: Option<crate::operand::Label> = |_, operand| fail(operand);
    /// An atom, as an index into the atom table.
    Atom: u32 = |_, operand| atom(operand);
    /// A term: register, frame slot or constant.
    Source: Operand = |_, operand| source(operand);
    /// A term, or a bare number.
    Size: Operand = |_, operand| source(operand).or(count(operand).map(|_| operand));
    /// An X register or frame slot that is read.
    Register: crate::operand::Register = |_, operand| register(operand);
    /// An X register or frame slot that is written.
    Destination: crate::operand::Register = |_, operand| register(operand);
    /// A frame slot.
    Slot: u16 = |_, operand| slot(operand);
    /// A float register.
    FloatRegister: u16 = |_, operand| float(operand);
    /// A float register, or a term that is a float.
    FloatSource: Operand = |_, operand| source(operand).or(float(operand).map(|_| operand));
    /// A float register, or a register or frame slot.
    FloatDestination: Operand = |_, operand| float_destination(operand);
    /// A label, or the atoms `no_fail` or `resume`.
    StartFail: crate::operand::StartFail = |_, operand| start_fail(operand);
    /// An index into the FunT chunk, or the atoms `safe` or `unsafe`.
    FunTag: crate::operand::FunTag = |_, operand| fun_tag(operand);
    /// A list of terms.
    Sources: &'a [Operand] = |code, operand| list(code, operand, &[|o| o.is_source()]);
    /// A list of frame slots.
    Slots: &'a [Operand] = |code, operand| list(code, operand, &[|o| slot(o).is_some()]);
    /// A list of constants, each followed by a label.
    ValueTable: &'a [Operand] =
        |code, operand| list(code, operand, &[|o| o.is_constant(), |o| label(o).is_some()]);
    /// A list of arities, each followed by a label.
    ArityTable: &'a [Operand] =
        |code, operand| list(code, operand, &[|o| count(o).is_some(), |o| label(o).is_some()]);
    /// A list of keys, each followed by a value.
    Pairs: &'a [Operand] = |code, operand| list(code, operand, &[|o| o.is_source(), |o| o.is_source()]);
    /// A list of keys, each followed by the register or slot for its value.
    Elements: &'a [Operand] =
        |code, operand| list(code, operand, &[|o| o.is_source(), |o| register(o).is_some()]);
    /// A list of element numbers, each followed by a term.
    Updates: &'a [Operand] =
        |code, operand| list(code, operand, &[|o| count(o).is_some(), |o| o.is_source()]);
    /// A list of segments: type (an atom), number, unit, flags, value, size.
    Segments: &'a [Operand] = |code, operand| {
        let value: fn(Operand) -> bool = |o| o.is_source() || count(o).is_some();
        let is_count: fn(Operand) -> bool = |o| count(o).is_some();
        list(code, operand, &[|o| atom(o).is_some(), is_count, is_count, |o| o.is_source(), value, value])
    };
    /// A list of matching commands: an atom, then operands according to it.
    Commands: &'a [Operand] = |code, operand| list(code, operand, &[|_| true]);
}

fn bits(operand: Operand) -> Option<u64> {
    match operand {
        Operand::Unsigned(number) => Some(number),
        _ => None,
    }
}

fn count(operand: Operand) -> Option<u32> {
    match operand {
        Operand::Unsigned(number) => u32::try_from(number).ok(),
        _ => None,
    }
}

fn heap(operand: Operand) -> Option<HeapNeed> {
    match operand {
        Operand::Heap(need) => Some(need),
        _ => count(operand).map(|words| HeapNeed { words, floats: 0, funs: 0 }),
    }
}

fn label(operand: Operand) -> Option<Label> {
    fail(operand).flatten()
}

fn fail(operand: Operand) -> Option<Option<Label>> {
    match operand {
        Operand::Label(0) => Some(None),
        Operand::Label(number) => Some(Some(Label(number))),
        _ => None,
    }
}

fn atom(operand: Operand) -> Option<u32> {
    match operand {
        Operand::Atom(index) => Some(index),
        _ => None,
    }
}

fn source(operand: Operand) -> Option<Operand> {
    let is_legal = operand.is_constant() || register(operand).is_some();
    is_legal.then(|| operand.plain())
}

fn register(operand: Operand) -> Option<Register> {
    operand.register().filter(|register| {
        let (Register::X(number) | Register::Y(number)) = register;
        u32::from(*number) < REGISTERS_MAX
    })
}

fn slot(operand: Operand) -> Option<u16> {
    match register(operand) {
        Some(Register::Y(slot)) => Some(slot),
        _ => None,
    }
}

fn float(operand: Operand) -> Option<u16> {
    match operand {
        Operand::Float(number) if u32::from(number) < REGISTERS_MAX => Some(number),
        _ => None,
    }
}

fn float_destination(operand: Operand) -> Option<Operand> {
    let is_legal = float(operand).is_some() || register(operand).is_some();
    is_legal.then(|| operand.plain())
}

fn start_fail(operand: Operand) -> Option<StartFail> {
    label(operand).map(StartFail::Label).or(atom(operand).map(StartFail::Atom))
}

fn fun_tag(operand: Operand) -> Option<FunTag> {
    count(operand).map(FunTag::Lambda).or(atom(operand).map(FunTag::Atom))
}

/// A list whose elements satisfy the tests in turn, in whole rounds. They are tested once.
fn list<'a>(code: &'a Code, operand: Operand, tests: &[fn(Operand) -> bool]) -> Option<&'a [Operand]> {
    let Operand::List(list) = operand else { return None };
    let elements = code.list(list);
    let is_legal = (list.start as usize) < code.checked
        || elements.len().is_multiple_of(tests.len())
            && elements.iter().zip(tests.iter().cycle()).all(|(element, test)| test(*element));
    is_legal.then_some(elements)
}

macro_rules! assumptions {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {
        /// What an instruction takes for granted about an operand.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Assumption { $($(#[doc = $doc])+ $name,)+ }

        impl Assumption {
            /// Name and description of each assumption.
            pub(crate) const ALL: &'static [(&'static str, &'static str)] =
                &[$((stringify!($name), concat!($($doc),+)),)+];
        }
    };
}

assumptions! {
    /// It is a tuple.
    Tuple;
    /// It is a tuple that has the element named by the instruction.
    TupleWithElement;
    /// It is such a tuple, and nothing but this function has seen it.
    FreshTupleWithElement;
    /// It is a tuple of the size named by the instruction.
    TupleOfSize;
    /// It is a cons.
    Cons;
    /// It is a map.
    Map;
    /// It is a float.
    Float;
    /// It is a bit string, or a matching context where the instruction says so.
    Bits;
    /// It is a fun of the arity named by the instruction, unless the tag says that nothing is known.
    FunOfArity;
    /// Control comes here only by an exception that arrived at this handler.
    Exception;
}
