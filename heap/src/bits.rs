//! Binaries and bitstrings: inline on the heap up to 64 bytes, above that views of counted shared bytes.

pub mod shared;
mod view;

pub use shared::Shared;
pub use view::Bits;

/// Up to this many bytes stand inline in [`crate::layout::Kind::HeapBits`].
pub const INLINE_BYTES_MAX: usize = 64;
