//! Binaries and bitstrings: inline on the heap up to 64 bytes, above that views of counted shared bytes.

pub mod shared;
