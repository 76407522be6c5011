//! How the instructions that build and match bit strings write their lists: a describing word for each segment or
//! field, then its operands.
//!
//! ```text
//! 63          48 47          32 31          16 15     8 7      0
//! +-------------+--------------+--------------+--------+--------+
//! | 0           | place        | unit         | flags  | kind   |
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
    /// A field of [`MatchFields`](crate::Specific::MatchFields). Each takes two words of the list: its [`Description`], where
    /// `unit` is its size in bits and `place` the bits of the group before it, and an *operand*.
    FieldKind {
        /// Takes an integer of at most 60 bits into the register that the operand names in form `A`.
        Integer,
        /// Fails unless the bits are those of the operand, an unsigned number as it is.
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
    /// Bits that a size counts; for a field its size.
    pub unit: u16,
    /// For a segment its number in the source, by which errors call it; for a field where it starts.
    pub place: u16,
}

macro_rules! description {
    ($kind:ident) => {
        impl Description<$kind> {
            /// As one word.
            #[must_use]
            pub const fn encode(self) -> u64 {
                (self.place as u64) << 32
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
                    place: (word >> 32) as u16,
                }
            }
        }
    };
}

description!(SegmentKind);
description!(FieldKind);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_return_unchanged() {
        for &kind in SegmentKind::ALL {
            let segment = Description { kind, flags: LITTLE | SIGNED, unit: 256, place: 1023 };
            assert_eq!(Description::<SegmentKind>::decode(segment.encode()), segment);
        }
        for &kind in FieldKind::ALL {
            let command = Description { kind, flags: 0, unit: 1, place: 3 };
            assert_eq!(Description::<FieldKind>::decode(command.encode()), command);
        }
    }
}
