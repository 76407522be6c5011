//! Exceptions: raising, finding the handler, and stack traces.
//!
//! An exception that is on its way to a handler has a *raw trace*: a tuple of the return addresses as they stood on
//! the stack (or a list, when the program gave one), the class, and what is known of the first entry. It is made into
//! the list that programs see only when one asks for it.

mod raise;
pub mod trace;
mod unwind;

pub use unwind::{end, find_handler};

/// What checked instructions do when an assumption of the compiler turns out not to hold.
pub mod bad_code {
    use purlin_heap::am;

    use crate::interpreter::Cold;
    use crate::interpreter::ops::Slow;
    use crate::native::Class;

    /// An operand was not of the type that the compiler had proved it to be: `badarg`, as in no program that a
    /// compiler made.
    pub struct Operand;

    impl Slow for Operand {
        unsafe fn run_slow(r: Cold) {
            // SAFETY: passed on; the instruction has changed nothing yet.
            unsafe { r.raise_atom(Class::Error, am::badarg) }
        }
    }
}
