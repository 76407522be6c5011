//! Operands as they stand in decoded code, and the typed values that a view of an instruction shows.

/// The number of X registers, and the highest number of slots of a frame: what OTP's loader accepts.
pub const REGISTERS_MAX: u32 = 1024;

/// One decoded operand. Small and `Copy`: lists and big integers stand elsewhere in the [`Code`](crate::Code).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A bare number: an arity, a count, an index into one of the module's tables.
    Unsigned(u64),
    /// An integer term that fits 64 bits.
    Integer(i64),
    /// An integer term that does not; an index for [`Code::big`](crate::Code::big).
    Big(u32),
    /// The empty list.
    Nil,
    /// An atom: index into the module's atom table, counted from 1.
    Atom(u32),
    /// An X register.
    X(u16),
    /// A slot of the frame.
    Y(u16),
    /// An X register with the compiler's hint about its type, an index into the Type chunk. A hint, not a fact.
    TypedX(u16, u32),
    /// A slot of the frame with the compiler's hint about its type.
    TypedY(u16, u32),
    /// A float register.
    Float(u16),
    /// A label; 0 stands for none.
    Label(u32),
    /// A character, which no compiler emits any more.
    Character(u32),
    /// A literal: index into the LitT chunk.
    Literal(u32),
    /// A list of operands.
    List(List),
    /// A heap need told by kinds.
    Heap(HeapNeed),
}

impl Operand {
    /// The operand without the compiler's type hint.
    #[must_use]
    pub fn plain(self) -> Operand {
        match self {
            Operand::TypedX(register, _) => Operand::X(register),
            Operand::TypedY(slot, _) => Operand::Y(slot),
            other => other,
        }
    }

    /// The X register or frame slot that this operand names, if it names one.
    #[must_use]
    pub fn register(self) -> Option<Register> {
        match self.plain() {
            Operand::X(register) => Some(Register::X(register)),
            Operand::Y(slot) => Some(Register::Y(slot)),
            _ => None,
        }
    }

    /// Whether this operand is a term: a register, slot, or constant.
    #[must_use]
    pub fn is_source(self) -> bool {
        self.register().is_some() || self.is_constant()
    }

    /// Whether this operand is a constant term.
    #[must_use]
    pub fn is_constant(self) -> bool {
        use Operand::{Atom, Big, Integer, Literal, Nil};
        matches!(self, Integer(_) | Big(_) | Nil | Atom(_) | Literal(_))
    }
}

/// Where a list operand's elements stand among the operands of its [`Code`](crate::Code).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    /// Index of the first element.
    pub start: u32,
    /// Number of elements.
    pub length: u32,
}

/// What a reservation of heap makes room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeapNeed {
    /// Words for tuples and conses.
    pub words: u32,
    /// Number of floats.
    pub floats: u16,
    /// Number of funs, apart from their free variables, which count among the words.
    pub funs: u16,
}

/// A label that is not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(pub u32);

/// A place for a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Register {
    /// An X register.
    X(u16),
    /// A slot of the frame.
    Y(u16),
}

impl From<Register> for Operand {
    fn from(register: Register) -> Operand {
        match register {
            Register::X(number) => Operand::X(number),
            Register::Y(slot) => Operand::Y(slot),
        }
    }
}

/// What `bs_start_match4` does when its operand is no bit string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartFail {
    /// It jumps.
    Label(Label),
    /// The compiler says that it cannot be: the atom (an index) is `no_fail` or `resume`.
    Atom(u32),
}

/// What the compiler says about the fun of `call_fun2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunTag {
    /// It was made from this entry of the FunT chunk.
    Lambda(u32),
    /// The atom (an index) is `safe`, a fun of the right arity, or `unsafe`, anything.
    Atom(u32),
}
