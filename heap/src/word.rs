//! The tagged word: every bit pattern of a value is made and taken apart here and nowhere else.
//!
//! ```text
//! 63                                   6 5   3 2  0
//! +------------------------------------------+-----+
//! | integer, 61 bits, two's complement       | 000 |  small integer
//! | double, rotated (see `Word::float`)      | 001 |  self-tagged float
//! | address                                  | 010 |  cons
//! | address                                  | 011 |  boxed
//! | double, rotated                          | 100 |  self-tagged float
//! | double, rotated                          | 101 |  self-tagged float
//! | payload, 58 bits                   | sub | 110 |  immediate
//! | size in words, 56 bits        | kind, 5  | 111 |  header on a heap, return address on a stack
//! +------------------------------------------+-----+
//! ```
//!
//! A stack holds terms and return addresses. A return address carries the header tag, which no term has, so that
//! a walk over the words of a stack tells frames apart without a map, and a collector passes over them.

use crate::atoms::Atom;

/// A bare machine word: a term, a header or a return address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(transparent)]
pub struct Word(pub u64);

/// The low three bits of a word.
pub mod tag {
    /// A small integer.
    pub const SMALL: u64 = 0;
    /// The address of a cons cell.
    pub const CONS: u64 = 2;
    /// The address of a boxed object.
    pub const BOXED: u64 = 3;
    /// A value that is all in the word: see [`super::sub`].
    pub const IMMEDIATE: u64 = 6;
    /// The first word of a boxed object, or a return address on a stack.
    pub const HEADER: u64 = 7;
    /// The bits of a word that hold its tag.
    pub const MASK: u64 = 7;
    /// One bit for each tag that a self-tagged float may have.
    pub const FLOATS: u64 = 1 << 1 | 1 << 4 | 1 << 5;
}

/// The six low bits of an immediate: subtag and tag together.
pub mod sub {
    use super::tag::IMMEDIATE;
    /// An atom; the payload is its index.
    pub const ATOM: u64 = IMMEDIATE;
    /// A local process identifier.
    pub const PID: u64 = 1 << 3 | IMMEDIATE;
    /// A local port identifier.
    pub const PORT: u64 = 2 << 3 | IMMEDIATE;
    /// The empty list.
    pub const NIL: u64 = 3 << 3 | IMMEDIATE;
    /// A catch tag in a stack slot; the payload is half the address of its handler.
    pub const CATCH: u64 = 4 << 3 | IMMEDIATE;
    /// No value: unset slots, and the mark that a moved cons leaves behind.
    pub const HOLE: u64 = 5 << 3 | IMMEDIATE;
    /// The bits that hold subtag and tag.
    pub const MASK: u64 = 63;
}

/// The smallest small integer, -2^60.
pub const SMALL_MIN: i64 = -(1 << 60);
/// The largest small integer, 2^60 - 1.
pub const SMALL_MAX: i64 = (1 << 60) - 1;

/// Added to a double before it is rotated: the exponents around 1.0, and those of 0.0, then end in the three
/// tags of floats (Melançon, Feeley, Serrano: "Float self-tagging", arXiv 2411.16544).
const FLOAT_BIAS: u64 = 1 << 60;

impl Word {
    /// The empty list.
    pub const NIL: Word = Word(sub::NIL);
    /// No value; never seen by a program.
    pub const HOLE: Word = Word(sub::HOLE);
    /// Both words of an unset stack slot and a small zero have the same bits.
    pub const ZERO: Word = Word(0);

    /// The small integer `n`, which must be in range.
    #[inline(always)]
    pub const fn small(n: i64) -> Word {
        debug_assert!(n >= SMALL_MIN && n <= SMALL_MAX);
        Word((n as u64) << 3)
    }

    /// The small integer `n`, or nothing when it needs a big number.
    #[inline(always)]
    pub const fn try_small(n: i64) -> Option<Word> {
        if n >= SMALL_MIN && n <= SMALL_MAX { Some(Word((n as u64) << 3)) } else { None }
    }

    /// The value of a small integer.
    #[inline(always)]
    pub const fn small_value(self) -> i64 {
        self.0 as i64 >> 3
    }

    /// An atom.
    #[inline(always)]
    pub const fn atom(atom: Atom) -> Word {
        Word((atom.0 as u64) << 6 | sub::ATOM)
    }

    /// The atom in a word that is one.
    #[inline(always)]
    pub const fn atom_value(self) -> Atom {
        Atom((self.0 >> 6) as u32)
    }

    /// An immediate with the subtag `sub` and a payload of 58 bits.
    #[inline(always)]
    pub const fn immediate(sub: u64, payload: u64) -> Word {
        Word(payload << 6 | sub)
    }

    /// The payload of an immediate.
    #[inline(always)]
    pub const fn payload(self) -> u64 {
        self.0 >> 6
    }

    /// A double as an immediate, or nothing for the extreme exponents that are boxed.
    #[inline(always)]
    pub const fn float(value: f64) -> Option<Word> {
        let word = Word(value.to_bits().wrapping_add(FLOAT_BIAS).rotate_left(4));
        if word.is_immediate_float() { Some(word) } else { None }
    }

    /// The double in a self-tagged word.
    #[inline(always)]
    pub const fn float_value(self) -> f64 {
        f64::from_bits(self.0.rotate_right(4).wrapping_sub(FLOAT_BIAS))
    }

    /// A pointer to a cons cell.
    #[inline(always)]
    pub fn cons(at: *const Word) -> Word {
        Word(at as u64 | tag::CONS)
    }

    /// A pointer to a boxed object.
    #[inline(always)]
    pub fn boxed(at: *const Word) -> Word {
        Word(at as u64 | tag::BOXED)
    }

    /// A pointer with the tag of this one to another address.
    #[inline(always)]
    pub fn at(self, address: *const Word) -> Word {
        Word(address as u64 | self.tag())
    }

    /// The address in a cons or boxed pointer.
    #[inline(always)]
    pub fn address(self) -> *mut Word {
        (self.0 & !tag::MASK) as *mut Word
    }

    /// The low three bits.
    #[inline(always)]
    pub const fn tag(self) -> u64 {
        self.0 & tag::MASK
    }

    /// Whether this is a small integer.
    #[inline(always)]
    pub const fn is_small(self) -> bool {
        self.tag() == tag::SMALL
    }

    /// Whether this is a self-tagged float.
    #[inline(always)]
    pub const fn is_immediate_float(self) -> bool {
        tag::FLOATS >> self.tag() & 1 == 1
    }

    /// Whether this is a cons pointer.
    #[inline(always)]
    pub const fn is_cons(self) -> bool {
        self.tag() == tag::CONS
    }

    /// Whether this is a boxed pointer.
    #[inline(always)]
    pub const fn is_boxed(self) -> bool {
        self.tag() == tag::BOXED
    }

    /// Whether this is a cons or boxed pointer: the two tags that differ from 2 in the lowest bit only.
    #[inline(always)]
    pub const fn is_pointer(self) -> bool {
        self.0 & 6 == 2
    }

    /// Whether this is a header, or on a stack a return address.
    #[inline(always)]
    pub const fn is_header(self) -> bool {
        self.tag() == tag::HEADER
    }

    /// Whether this is an atom.
    #[inline(always)]
    pub const fn is_atom(self) -> bool {
        self.0 & sub::MASK == sub::ATOM
    }

    /// Whether this is a local process identifier.
    #[inline(always)]
    pub const fn is_pid(self) -> bool {
        self.0 & sub::MASK == sub::PID
    }

    /// Whether this is a local port identifier.
    #[inline(always)]
    pub const fn is_port(self) -> bool {
        self.0 & sub::MASK == sub::PORT
    }

    /// Whether this is a catch tag.
    #[inline(always)]
    pub const fn is_catch(self) -> bool {
        self.0 & sub::MASK == sub::CATCH
    }

    /// A catch tag for the handler at `address`, which is aligned to 8 bytes.
    #[inline(always)]
    pub fn catch(address: *const u64) -> Word {
        Word::immediate(sub::CATCH, address as u64 >> 3)
    }

    /// The handler's address in a catch tag.
    #[inline(always)]
    pub fn catch_address(self) -> *const u64 {
        (self.payload() << 3) as *const u64
    }

    /// A return address as it stands on a stack.
    #[inline(always)]
    pub fn return_address(at: *const u64) -> Word {
        Word(at as u64 | tag::HEADER)
    }

    /// The instruction that a return address on a stack points at.
    #[inline(always)]
    pub fn return_target(self) -> *const u64 {
        (self.0 & !tag::MASK) as *const u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_floats_are_immediate() {
        for f in [0.0, -0.0, 1.0, -1.0, 0.5, 3.25e70, -7.5e-70, f64::from_bits(1)] {
            let word = Word::float(f).expect("a common exponent");
            assert_eq!(word.float_value().to_bits(), f.to_bits());
            assert!(!word.is_small() && !word.is_pointer() && !word.is_header());
        }
        for f in [f64::MAX, f64::INFINITY, 1.0e-200, 1.0e300] {
            assert!(Word::float(f).is_none());
        }
    }

    #[test]
    fn smalls_keep_their_value_and_order() {
        for n in [SMALL_MIN, -1, 0, 1, SMALL_MAX] {
            assert_eq!(Word::small(n).small_value(), n);
        }
        assert!((Word::small(-1).0 as i64) < Word::small(0).0 as i64);
        assert!(Word::try_small(SMALL_MAX + 1).is_none());
    }
}
