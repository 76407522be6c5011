//! The external term format: terms as bytes, as `term_to_binary/2` writes them and `binary_to_term/2` and `.beam`
//! files have them.
//!
//! What is decoded may come from anybody: every length is checked against the bytes that are there, nothing is
//! allocated for what has not been read, and depth costs memory, not native stack.

mod decode;
mod encode;
mod identities;
mod reader;

pub use decode::{DecodeOptions, decode};
pub use encode::{EncodeOptions, EncodeTooLarge, encode};
pub use identities::{local_pid, local_port, local_reference};

use std::fmt;

use crate::atoms::{Atom, AtomError, AtomTable};
use crate::code::{FunEntry, Mfa};

/// What the format refers to by name.
pub trait Names {
    /// The machine's atoms.
    fn atoms(&self) -> &AtomTable;

    /// The atom called `name`, made when it is new.
    fn intern(&self, name: &str) -> Result<Atom, AtomError> {
        self.atoms().intern(name)
    }

    /// The lasting name of an export, made when it is new and `make` is set.
    fn export(&self, name: Mfa, make: bool) -> Option<&Mfa>;

    /// What a fun was made by, made when it is new; nothing when there are too many of them.
    fn fun(&self, key: &FunKey) -> Option<&FunEntry>;

    /// This node's name and creation.
    fn node(&self) -> (Atom, u32);
}

/// By what a fun names its code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FunKey {
    /// Its module.
    pub module: Atom,
    /// Its place in the module's table.
    pub index: u32,
    /// The older hash of its code.
    pub old_uniq: u32,
    /// MD5 of its module.
    pub uniq: [u8; 16],
    /// Arguments, without the free variables.
    pub arity: u32,
    /// How many free variables there are.
    pub free: u32,
}

/// Why bytes are no term, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DecodeError {
    /// The byte at which it was found; in compressed data, of what they decompress to.
    pub offset: usize,
    /// What is wrong.
    pub reason: DecodeReason,
}

/// What can be wrong with bytes that should be a term.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodeReason {
    /// They do not start with the format's version, 131.
    Version,
    /// They end too early.
    Truncated,
    /// No term starts with this byte.
    Tag(u8),
    /// A count is larger than what could follow.
    Count,
    /// An atom is expected, or its text is malformed or too long.
    Atom,
    /// An atom that does not exist yet, and must not be made.
    NewAtom,
    /// The table of atoms is full.
    AtomTableFull,
    /// An integer is expected, or it is too large.
    Integer,
    /// A float is malformed or not finite.
    Float,
    /// The number of bits in the last byte is not 1 to 8.
    Bits,
    /// A map or a record has a key twice.
    DuplicateKey,
    /// A pid, port or reference of this node is out of range, or has too many words.
    Identity,
    /// A record is neither exported nor not.
    Flags,
    /// A fun is malformed or names code that is not there.
    Fun,
    /// Compressed data are malformed or not of the size that they claim.
    Compression,
    /// What was encoded for this node alone was changed.
    Checksum,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.reason {
            DecodeReason::Version => "the external term format starts with 131",
            DecodeReason::Truncated => "the data end within a term",
            DecodeReason::Tag(tag) => return write!(f, "at byte {}: no term starts with {tag}", self.offset),
            DecodeReason::Count => "a count is larger than the data",
            DecodeReason::Atom => "an atom is malformed",
            DecodeReason::NewAtom => "an atom does not exist",
            DecodeReason::AtomTableFull => "there are too many atoms",
            DecodeReason::Integer => "an integer is malformed or too large",
            DecodeReason::Float => "a float is malformed",
            DecodeReason::Bits => "a bit string is malformed",
            DecodeReason::DuplicateKey => "a map or a record has a key twice",
            DecodeReason::Identity => "a pid, port or reference is out of range",
            DecodeReason::Flags => "the flags of a record are unknown",
            DecodeReason::Fun => "a fun is malformed or unknown",
            DecodeReason::Compression => "compressed data are malformed",
            DecodeReason::Checksum => "the data were changed",
        };
        write!(f, "at byte {}: {what}", self.offset)
    }
}

impl std::error::Error for DecodeError {}

/// The first byte of everything encoded.
const VERSION: u8 = 131;

/// The bytes that terms start with.
mod tag {
    pub(super) const SMALL_INTEGER: u8 = b'a';
    pub(super) const INTEGER: u8 = b'b';
    pub(super) const FLOAT_TEXT: u8 = b'c';
    pub(super) const ATOM_LATIN1: u8 = b'd';
    pub(super) const SMALL_ATOM_LATIN1: u8 = b's';
    pub(super) const ATOM: u8 = b'v';
    pub(super) const SMALL_ATOM: u8 = b'w';
    pub(super) const REFERENCE_OLDEST: u8 = b'e';
    pub(super) const REFERENCE_OLD: u8 = b'r';
    pub(super) const REFERENCE: u8 = b'Z';
    pub(super) const PORT_OLDEST: u8 = b'f';
    pub(super) const PORT_OLD: u8 = b'Y';
    pub(super) const PORT: u8 = b'x';
    pub(super) const PID_OLD: u8 = b'g';
    pub(super) const PID: u8 = b'X';
    pub(super) const FLOAT: u8 = b'F';
    pub(super) const SMALL_TUPLE: u8 = b'h';
    pub(super) const LARGE_TUPLE: u8 = b'i';
    pub(super) const NIL: u8 = b'j';
    pub(super) const STRING: u8 = b'k';
    pub(super) const LIST: u8 = b'l';
    pub(super) const BINARY: u8 = b'm';
    pub(super) const BIT_BINARY: u8 = b'M';
    pub(super) const SMALL_BIG: u8 = b'n';
    pub(super) const LARGE_BIG: u8 = b'o';
    pub(super) const FUN: u8 = b'p';
    pub(super) const EXPORT: u8 = b'q';
    pub(super) const MAP: u8 = b't';
    pub(super) const RECORD: u8 = b'C';
    pub(super) const COMPRESSED: u8 = b'P';
    pub(super) const LOCAL: u8 = b'y';
}

#[cfg(test)]
pub(crate) mod tests;
