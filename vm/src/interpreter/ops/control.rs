//! Jumps within a function.

use super::{Label, op};

op! { control Jump [] (to: Label) |r| { r.branch(to.get(&r)) } }
