//! How the instructions that build and match bit strings write their lists: a describing word for each segment or
//! command, then two words more.
//!
//! ```text
//! 63          48 47          32 31          16 15     8 7      0
//! +-------------+--------------+--------------+--------+--------+
//! | 0           | live         | unit         | flags  | kind   |
//! +-------------+--------------+--------------+--------+--------+
//! ```

/// Least significant byte first. `native` was resolved to this flag or none when the module was lowered.
pub const LITTLE: u8 = 2;
/// Two's complement.
pub const SIGNED: u8 = 4;

macro_rules! numbered {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $case_doc:literal])+ $case:ident,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum $name { $($(#[doc = $case_doc])+ $case),+ }

        impl $name {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [$name] = &[$($name::$case),+];
        }
    };
}

numbered! {
    /// What a segment of [`CreateBinary`](crate::Specific::CreateBinary) is. Each takes three words of the list:
    /// its [`Description`], then *value* and *size* as operands of form `A` unless said otherwise here.
    SegmentKind {
        /// An integer of size * unit bits.
        Integer,
        /// A float of size * unit bits: 16, 32 or 64.
        Float,
        /// The first size * unit bits of a bit string; all of it if the size is the atom `all`, when its size in
        /// bits must be a multiple of the unit.
        Binary,
        /// As `Binary`, always the first segment and all of the value: the result may be built in the room that
        /// stands behind the value's bytes.
        Append,
        /// As `Append`; the compiler says that the value is used nowhere else.
        PrivateAppend,
        /// Bytes of the module: the value is their address, the size their number as a small integer.
        String,
        /// A code point in UTF-8; no size.
        Utf8,
        /// A code point in UTF-16; no size.
        Utf16,
        /// A code point in UTF-32; no size.
        Utf32,
    }
}

numbered! {
    /// A command of [`MatchMany`](crate::Specific::MatchMany). Each takes three words of the list: its
    /// [`Description`], a number of *bits* as it is, and an *operand*.
    CommandKind {
        /// Fails unless so many bits are left, and what is left beyond them is a multiple of the unit.
        EnsureAtLeast,
        /// Fails unless exactly so many bits are left.
        EnsureExactly,
        /// Takes an integer of so many bits into the register that the operand names in form `A`.
        Integer,
        /// Takes so many bits as a bit string into the register that the operand names.
        Binary,
        /// Takes what is left as a bit string into the register that the operand names.
        Tail,
        /// Skips so many bits.
        Skip,
        /// Fails unless the next bits, at most 64, are those of the operand, an unsigned number as it is.
        Equal,
    }
}

/// The describing word of a segment or command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Description<K> {
    /// What it is.
    pub kind: K,
    /// [`LITTLE`] and [`SIGNED`].
    pub flags: u8,
    /// Bits that a size counts.
    pub unit: u16,
    /// X registers that hold values, for a command that builds a term; for a segment its number in the source, by which
    /// errors call it.
    pub live: u16,
}

macro_rules! description {
    ($kind:ident) => {
        impl Description<$kind> {
            /// As one word.
            #[must_use]
            pub const fn encode(self) -> u64 {
                (self.live as u64) << 32
                    | (self.unit as u64) << 16
                    | (self.flags as u64) << 8
                    | self.kind as u64
            }

            /// From the word that [`Self::encode`] made.
            ///
            /// # Panics
            /// When the word is no such description.
            #[must_use]
            #[inline]
            pub const fn decode(word: u64) -> Self {
                Description {
                    kind: $kind::ALL[(word & 0xff) as usize],
                    flags: (word >> 8) as u8,
                    unit: (word >> 16) as u16,
                    live: (word >> 32) as u16,
                }
            }
        }
    };
}

description!(SegmentKind);
description!(CommandKind);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_return_unchanged() {
        for &kind in SegmentKind::ALL {
            let segment = Description { kind, flags: LITTLE | SIGNED, unit: 256, live: 1023 };
            assert_eq!(Description::<SegmentKind>::decode(segment.encode()), segment);
        }
        for &kind in CommandKind::ALL {
            let command = Description { kind, flags: 0, unit: 1, live: 3 };
            assert_eq!(Description::<CommandKind>::decode(command.encode()), command);
        }
    }
}
