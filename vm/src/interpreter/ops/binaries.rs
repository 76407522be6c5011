//! Building binaries.
