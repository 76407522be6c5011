//! Matching binaries.
