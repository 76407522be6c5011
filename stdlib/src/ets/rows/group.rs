//! The rows of one key.

use purlin_heap::{CountedTerm, CountedTerms};

/// A row: a copy that belongs to no process. Readers may keep it while the table changes.
pub(in crate::ets) type Row = CountedTerm;

/// The rows of one key, in the order in which they came.
pub(in crate::ets) type Group = CountedTerms;
