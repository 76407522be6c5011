//! Jumps within a function.

use super::{Label, op};

op! { control Jump [] (to: Label) |r| { r.jump(r.ip.offset(to.get(&r) as isize)) } }
