//! What the verifier knows about a value: a set of kinds, and details about some of them.
//!
//! The sets form a lattice of finite height apart from integer ranges, which [`Type::widen`] makes finite.

use std::ops::BitOr;

/// A set of kinds of values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Kinds(pub u32);

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $bit:literal;)+) => {
        impl Kinds {
            $($(#[doc = $doc])+ pub const $name: Kinds = Kinds(1 << $bit);)+

            const NAMES: &'static [(Kinds, &'static str)] = &[$((Kinds::$name, stringify!($name)),)+];
        }
    };
}

kinds! {
    /// An integer held in the word.
    SMALL = 0;
    /// An integer on the heap.
    BIG = 1;
    /// A float.
    FLOAT = 2;
    /// The atom `true`.
    TRUE = 3;
    /// The atom `false`.
    FALSE = 4;
    /// Any other atom.
    ATOM = 5;
    /// The empty list.
    NIL = 6;
    /// A cons.
    CONS = 7;
    /// A tuple.
    TUPLE = 8;
    /// A map.
    MAP = 9;
    /// A fun.
    FUN = 10;
    /// A bit string of whole bytes.
    BINARY = 11;
    /// A bit string of a size that is no multiple of eight.
    PARTIAL = 12;
    /// A pid.
    PID = 13;
    /// A port.
    PORT = 14;
    /// A reference.
    REFERENCE = 15;
    /// A native record.
    RECORD = 16;
    /// A matching context: no term.
    CONTEXT = 17;
    /// A position within a matching context: no term.
    POSITION = 18;
    /// A receive marker: no term.
    MARKER = 19;
    /// A raw stack trace: no term.
    TRACE = 20;
    /// What stands in X0 when an exception arrives at its handler: no term.
    EXCEPTION = 21;
    /// The tag of a `catch`: no term.
    CATCH = 22;
    /// The tag of a `try`: no term.
    TRY = 23;
}

impl BitOr for Kinds {
    type Output = Kinds;
    fn bitor(self, other: Kinds) -> Kinds {
        self.or(other)
    }
}

impl Kinds {
    /// No kind.
    pub const NONE: Kinds = Kinds(0);
    /// All kinds of terms.
    pub const ANY: Kinds = Kinds((1 << 17) - 1);
    /// Integers.
    pub const INTEGER: Kinds = Kinds::SMALL.or(Kinds::BIG);
    /// Integers and floats.
    pub const NUMBER: Kinds = Kinds::INTEGER.or(Kinds::FLOAT);
    /// `true` and `false`.
    pub const BOOLEAN: Kinds = Kinds::TRUE.or(Kinds::FALSE);
    /// Atoms.
    pub const ATOMS: Kinds = Kinds::BOOLEAN.or(Kinds::ATOM);
    /// Conses and the empty list.
    pub const LIST: Kinds = Kinds::CONS.or(Kinds::NIL);
    /// Bit strings.
    pub const BITS: Kinds = Kinds::BINARY.or(Kinds::PARTIAL);
    /// Every kind, of terms and others.
    pub const ALL: Kinds = Kinds((1 << 24) - 1);
    /// Tags of `catch` and `try`.
    pub const TAG: Kinds = Kinds::CATCH.or(Kinds::TRY);

    /// The union.
    #[must_use]
    pub const fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// The intersection.
    #[must_use]
    pub const fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 & other.0)
    }

    /// The kinds of this set that are not in the other.
    #[must_use]
    pub const fn without(self, other: Kinds) -> Kinds {
        Kinds(self.0 & !other.0)
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the sets share a kind.
    #[must_use]
    pub const fn intersects(self, other: Kinds) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all kinds of this set are in the other. True for the empty set.
    #[must_use]
    pub const fn within(self, other: Kinds) -> bool {
        self.0 & !other.0 == 0
    }
}

impl std::fmt::Display for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if *self == Kinds::ANY {
            return write!(f, "any");
        }
        let names = Kinds::NAMES.iter().filter(|(kind, _)| self.intersects(*kind));
        let names = names.map(|(_, name)| name.to_lowercase()).collect::<Vec<_>>();
        write!(f, "{}", if names.is_empty() { String::from("nothing") } else { names.join("|") })
    }
}

/// The least and greatest integer held in a word: 61 bits with the sign.
pub const SMALL_MIN: i64 = -(1 << 60);
/// The greatest integer held in a word.
pub const SMALL_MAX: i64 = (1 << 60) - 1;

/// Kinds and, for some of them, what more is known. Details of kinds that are not in the set have their defaults,
/// so that equal knowledge is equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    /// What the value may be.
    pub kinds: Kinds,
    /// Integers are at least this; `i64::MIN` for no bound.
    pub low: i64,
    /// Integers are at most this; `i64::MAX` for no bound.
    pub high: i64,
    /// Tuples have at least so many elements. For tags, the handler's label, or 0 if it may be one of several.
    pub size: u32,
    /// Tuples have exactly so many elements.
    pub is_exact: bool,
    /// The first element of tuples is this atom, unless 0.
    pub tag: u32,
    /// Other atoms than booleans are this one, unless 0.
    pub atom: u32,
    /// Funs take so many arguments, unless negative.
    pub arity: i16,
}

impl Type {
    /// Nothing: the type of what cannot be.
    pub const NONE: Type = Type {
        kinds: Kinds::NONE,
        low: i64::MIN,
        high: i64::MAX,
        size: 0,
        is_exact: false,
        tag: 0,
        atom: 0,
        arity: -1,
    };

    /// Any term.
    pub const ANY: Type = Type::of(Kinds::ANY);

    /// A value of these kinds.
    #[must_use]
    pub const fn of(kinds: Kinds) -> Type {
        Type { kinds, ..Type::NONE }
    }

    /// An integer within bounds.
    #[must_use]
    pub fn integer(low: i64, high: i64) -> Type {
        Type { low, high, ..Type::of(Kinds::INTEGER) }.normal()
    }

    /// An atom other than `true` and `false`.
    #[must_use]
    pub const fn atom(index: u32) -> Type {
        Type { atom: index, ..Type::of(Kinds::ATOM) }
    }

    /// A tuple of exactly this size, with this atom as its first element unless 0.
    #[must_use]
    pub const fn tuple(size: u32, tag: u32) -> Type {
        Type { size, is_exact: true, tag, ..Type::of(Kinds::TUPLE) }
    }

    /// A tuple of at least this size.
    #[must_use]
    pub const fn tuple_at_least(size: u32) -> Type {
        Type { size, ..Type::of(Kinds::TUPLE) }
    }

    /// A fun of this arity.
    #[must_use]
    pub const fn fun(arity: u32) -> Type {
        Type { arity: if arity < 256 { arity as i16 } else { -1 }, ..Type::of(Kinds::FUN) }
    }

    /// Whether no value is of this type.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Whether the value is a term: something that a program may hold, compare and pass on.
    #[must_use]
    pub fn is_term(&self) -> bool {
        !self.is_none() && self.kinds.within(Kinds::ANY)
    }

    /// The same type with details of absent kinds forgotten and kinds without values removed.
    #[must_use]
    pub(crate) fn normal(mut self) -> Type {
        if self.kinds.intersects(Kinds::INTEGER) {
            if self.low >= SMALL_MIN && self.high <= SMALL_MAX {
                self.kinds = self.kinds.without(Kinds::BIG);
            }
            if self.low > self.high {
                self.kinds = self.kinds.without(Kinds::INTEGER);
            } else if self.low > SMALL_MAX || self.high < SMALL_MIN {
                self.kinds = self.kinds.without(Kinds::SMALL);
            }
        }
        if !self.kinds.intersects(Kinds::INTEGER) {
            (self.low, self.high) = (i64::MIN, i64::MAX);
        } else if !self.kinds.intersects(Kinds::BIG) {
            (self.low, self.high) = (self.low.max(SMALL_MIN), self.high.min(SMALL_MAX));
        }
        if !self.kinds.intersects(Kinds::TUPLE.or(Kinds::TAG)) {
            (self.size, self.is_exact, self.tag) = (0, false, 0);
        }
        if !self.kinds.intersects(Kinds::ATOM) {
            self.atom = 0;
        }
        if !self.kinds.intersects(Kinds::FUN) {
            self.arity = -1;
        }
        self
    }

    /// The least type that holds the values of both.
    #[must_use]
    pub fn join(self, other: Type) -> Type {
        if self == other || other.is_none() {
            return self;
        }
        if self.is_none() {
            return other;
        }
        let mut joined = Type::of(self.kinds.or(other.kinds));
        // A detail stands if both agree on it, or if only one side has the kind that it is about.
        let has = |kinds: Kinds| (self.kinds.intersects(kinds), other.kinds.intersects(kinds));
        (joined.low, joined.high) = match has(Kinds::INTEGER) {
            (true, true) => (self.low.min(other.low), self.high.max(other.high)),
            (true, false) => (self.low, self.high),
            _ => (other.low, other.high),
        };
        (joined.size, joined.is_exact, joined.tag) = match has(Kinds::TUPLE.or(Kinds::TAG)) {
            (true, true) => self.join_tuples(&other),
            (true, false) => (self.size, self.is_exact, self.tag),
            _ => (other.size, other.is_exact, other.tag),
        };
        joined.atom = match has(Kinds::ATOM) {
            (true, true) if self.atom == other.atom => self.atom,
            (true, true) => 0,
            _ => self.atom.max(other.atom),
        };
        joined.arity = match has(Kinds::FUN) {
            (true, true) if self.arity == other.arity => self.arity,
            (true, true) => -1,
            _ => self.arity.max(other.arity),
        };
        joined.normal()
    }

    fn join_tuples(&self, other: &Type) -> (u32, bool, u32) {
        let is_tag = self.kinds.or(other.kinds).intersects(Kinds::TAG);
        let size = match is_tag {
            true if self.size != other.size => 0,
            _ => self.size.min(other.size),
        };
        let is_exact = self.is_exact && other.is_exact && self.size == other.size;
        (size, is_exact, if self.tag == other.tag { self.tag } else { 0 })
    }

    /// A type that holds what is of both types, none that is in neither.
    #[must_use]
    pub fn meet(self, other: Type) -> Type {
        let mut kinds = self.kinds.and(other.kinds);
        let contradicts = |kinds: Kinds, other: &Type| {
            (self.atom != 0 && other.atom != 0 && self.atom != other.atom && kinds.intersects(Kinds::ATOM))
                .then_some(Kinds::ATOM)
        };
        if let Some(absent) = contradicts(kinds, &other) {
            kinds = kinds.without(absent);
        }
        if kinds.intersects(Kinds::TUPLE) && self.excludes_tuples_of(&other) {
            kinds = kinds.without(Kinds::TUPLE);
        }
        if self.arity >= 0 && other.arity >= 0 && self.arity != other.arity {
            kinds = kinds.without(Kinds::FUN);
        }
        let met = Type {
            kinds,
            low: self.low.max(other.low),
            high: self.high.min(other.high),
            size: self.size.max(other.size),
            is_exact: self.is_exact || other.is_exact,
            tag: self.tag.max(other.tag),
            atom: self.atom.max(other.atom),
            arity: self.arity.max(other.arity),
        };
        met.normal()
    }

    fn excludes_tuples_of(&self, other: &Type) -> bool {
        (self.is_exact && self.size < other.size)
            || (other.is_exact && other.size < self.size)
            || (self.tag != 0 && other.tag != 0 && self.tag != other.tag)
    }

    /// What is left of this type when the value is not of these kinds.
    #[must_use]
    pub fn without(mut self, kinds: Kinds) -> Type {
        self.kinds = self.kinds.without(kinds);
        self.normal()
    }

    /// Whether every value of this type is of the other.
    #[must_use]
    pub fn within(&self, other: &Type) -> bool {
        self.kinds.within(other.kinds) && (other.has_no_details() || self.join(*other) == *other)
    }

    fn has_no_details(&self) -> bool {
        (self.low, self.high) == (i64::MIN, i64::MAX)
            && !self.is_exact
            && self.size | self.tag | self.atom == 0
            && self.arity < 0
    }

    /// This type, no smaller than `old`, with integer bounds that grew moved to the next of a few steps.
    #[must_use]
    pub fn widen(mut self, old: &Type) -> Type {
        const STEPS: [i64; 5] = [0, 255, 0xffff, 0xffff_ffff, SMALL_MAX];
        if self.low < old.low {
            let steps = STEPS.iter().map(|step| step.checked_neg().unwrap_or(i64::MIN)).chain([SMALL_MIN]);
            self.low = steps.filter(|step| *step <= self.low).max().unwrap_or(i64::MIN);
        }
        if self.high > old.high {
            self.high = STEPS.into_iter().find(|step| *step >= self.high).unwrap_or(i64::MAX);
        }
        self.normal()
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.kinds)?;
        if self.kinds.intersects(Kinds::INTEGER) && (self.low, self.high) != (i64::MIN, i64::MAX) {
            write!(f, " {}..{}", self.low, self.high)?;
        }
        if self.kinds.intersects(Kinds::TUPLE) && (self.size > 0 || self.is_exact) {
            write!(f, " of {}{}", self.size, if self.is_exact { "" } else { " or more" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<Type> {
        vec![
            Type::NONE,
            Type::ANY,
            Type::integer(0, 5),
            Type::integer(3, i64::MAX),
            Type::integer(i64::MIN, -2),
            Type::integer(i64::MAX, i64::MAX),
            Type::of(Kinds::INTEGER),
            Type::atom(7),
            Type::atom(8),
            Type::of(Kinds::ATOMS),
            Type::of(Kinds::TRUE),
            Type::tuple(2, 7),
            Type::tuple(3, 7),
            Type::tuple_at_least(1),
            Type::fun(2),
            Type::fun(3),
            Type::of(Kinds::FUN.or(Kinds::NIL)),
            Type::tuple(2, 7).join(Type::integer(1, 1)),
            Type::of(Kinds::CONTEXT.or(Kinds::BITS)),
        ]
    }

    #[test]
    fn join_and_meet_form_a_lattice() {
        for a in samples() {
            assert_eq!(a.join(a), a);
            assert_eq!(a.meet(a), a);
            for b in samples() {
                let joined = a.join(b);
                assert_eq!(joined, b.join(a), "{a} join {b}");
                assert!(a.within(&joined) && b.within(&joined), "{a} join {b} = {joined}");
                assert!(a.meet(b).within(&a) && a.meet(b).within(&b), "{a} meet {b} = {}", a.meet(b));
                for c in samples() {
                    assert_eq!(a.join(b).join(c), a.join(b.join(c)), "{a}, {b}, {c}");
                }
            }
        }
    }

    #[test]
    fn widening_ends() {
        let mut wide = Type::integer(0, 0);
        let mut steps = 0;
        for bound in 1..100_000 {
            let grown = wide.join(Type::integer(-bound, bound * 1_000_000_007));
            if grown != wide {
                wide = grown.widen(&wide);
                steps += 1;
            }
        }
        assert!(steps < 16, "{steps} steps");
    }
}
