//! Binaries and bitstrings: inline on the heap up to 64 bytes, above that views of counted shared bytes.

mod buffer;
mod build;
mod construct;
mod context;
mod copy;
pub mod iolist;
mod read;
pub mod shared;
mod utf8;
mod view;
mod write;

pub use buffer::{Buffer, HeldBytes};
pub use build::{binary, copy, referenced_bytes, shared_by, slice, view};
pub use construct::{Construction, NoMemory};
pub use context::MatchContext;
pub use copy::copy_bits;
pub use read::{Format, is_character, to_little};
pub use shared::Shared;
pub use utf8::text;
pub use view::Bits;
pub use write::{BitWriter, WriteError, utf8_size, utf16_size};

/// Up to this many bytes stand inline in [`crate::layout::Kind::HeapBits`].
pub const INLINE_BYTES_MAX: usize = 64;

#[cfg(test)]
mod tests;
