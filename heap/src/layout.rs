//! The shape of every object on a heap: its header, how many of its words are raw and which are terms.
//!
//! Each boxed object is `header | raw words | terms`. The number of raw words is fixed by the kind (or is all of
//! them), so that collecting, copying, sizing and checking share one walk and learn of a new kind here alone.

use crate::word::{Word, tag};

/// What a boxed object is. The payloads are listed with their word offsets from the header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// `1..` elements.
    Tuple = 0,
    /// `1..` limbs of 64 bits, least significant first, no leading zero limb; more than a small can hold.
    BigPositive = 1,
    /// As [`Kind::BigPositive`], for the negated value.
    BigNegative = 2,
    /// `1` the bits of a double whose exponent does not fit a word.
    Float = 3,
    /// `1` unique number, `2` process that owns it while it is an alias, or 0 (see `vm`), `3` reserved bits.
    Reference = 4,
    /// `1` address of a [`crate::FunEntry`], `2..` the free variables.
    Fun = 5,
    /// `1` address of an [`crate::Mfa`] that is the first field of an export entry.
    Export = 6,
    /// `1` a tuple of the keys in order, `2..` their values.
    FlatMap = 7,
    /// `1` number of keys (raw), `2` the root node: see `map`.
    HashMap = 8,
    /// A node of a hash map: `1` bitmaps (raw), `2..` keys with their values, then nodes: see `map`.
    HashNode = 9,
    /// `1` size in bits, `2..` the bytes, padded with zeros.
    HeapBits = 10,
    /// `1` address of the shared bytes, `2` offset in bits, `3` size in bits, `4` next off-heap object of the
    /// same owner.
    RefBits = 11,
    /// `1` position and `2` end in bits, both counted from the original's first bit, `3` the original bits.
    MatchContext = 12,
    /// `1` index of the node's atom, `2` creation, `3` number, and from bit 32 on the serial.
    ExternalPid = 13,
    /// `1` index of the node's atom, `2` creation, `3` number.
    ExternalPort = 14,
    /// `1` index of the node's atom, `2` creation, `3..` id words of 32 bits, most significant last.
    ExternalReference = 15,
    /// `1` a tuple that defines the record, `2..` the values of its fields: see `record`.
    Record = 16,
}

/// How many kinds there are: their numbers go from 0 up to this without a gap.
const KINDS: u8 = Kind::Record as u8 + 1;
const _: () = assert!(KINDS <= 32, "`header_kind` takes five bits of a header");

impl Kind {
    /// How many words after the header are not terms; `usize::MAX` means all.
    #[inline(always)]
    pub const fn raw_words(self) -> usize {
        match self {
            Kind::Tuple | Kind::FlatMap | Kind::Record => 0,
            Kind::HashMap | Kind::HashNode | Kind::Fun => 1,
            Kind::MatchContext => 2,
            // Behind its numbers a reference may hold a term that only natives look at.
            Kind::Reference => 3,
            _ => usize::MAX,
        }
    }

    /// The kind with this number.
    pub const fn from_number(number: u8) -> Option<Kind> {
        // SAFETY: a number below KINDS is that of a kind.
        if number < KINDS { Some(unsafe { std::mem::transmute::<u8, Kind>(number) }) } else { None }
    }
}

/// The header of an object of `kind` with `size` words behind the header.
#[inline(always)]
pub const fn header(kind: Kind, size: usize) -> Word {
    Word((size as u64) << 8 | (kind as u64) << 3 | tag::HEADER)
}

impl Word {
    /// How many words follow this header.
    #[inline(always)]
    pub const fn header_size(self) -> usize {
        (self.0 >> 8) as usize
    }

    /// What a header announces. Headers are made by [`header`] alone, so the number is in range.
    #[inline(always)]
    pub const fn header_kind(self) -> Kind {
        // SAFETY: a header was made by `header`, with the number of a kind in these five bits.
        unsafe { std::mem::transmute::<u8, Kind>((self.0 >> 3) as u8 & 31) }
    }

    /// The bits of a header that hold kind and tag.
    pub const KIND_MASK: u64 = 0xff;
}

/// Word offsets of the fields of [`Kind::RefBits`].
pub mod ref_bits {
    /// Address of the shared bytes.
    pub const SHARED: usize = 1;
    /// First bit of the view.
    pub const OFFSET: usize = 2;
    /// Bits in the view.
    pub const SIZE: usize = 3;
    /// Next off-heap object of the same owner.
    pub const NEXT: usize = 4;
    /// Words in all, with the header.
    pub const WORDS: usize = 5;
}

/// Word offsets of the fields of [`Kind::MatchContext`].
pub mod match_context {
    /// Position in bits.
    pub const POSITION: usize = 1;
    /// End in bits.
    pub const END: usize = 2;
    /// The original bits.
    pub const ORIGINAL: usize = 3;
    /// Words in all, with the header.
    pub const WORDS: usize = 4;
}

/// Word offsets of the fields of [`Kind::Fun`].
pub mod fun {
    /// Address of the entry.
    pub const ENTRY: usize = 1;
    /// First free variable.
    pub const FREE: usize = 2;
}
