//! Jumps within a function, and counting.

use std::sync::atomic::Ordering;

use super::{Label, op};
use crate::code::Counter;

op! { control Jump [] (to: Label) |r| { r.branch(to.get(&r)) } }

op! { straight Count [] (cell: *const Counter) |r| {
    (*cell.get(&r)).runs.fetch_add(1, Ordering::Relaxed);
} }
