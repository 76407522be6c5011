//! The ABI of native functions: what they are given and what they may answer.
//!
//! A native is an ordinary Rust function over terms:
//!
//! ```ignore
//! fn tuple_size<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
//!     let tuple = args[0].as_tuple().ok_or(Stop::badarg())?;
//!     Ok(Term::small(tuple.arity() as i64))
//! }
//! ```
//!
//! The collector does not run during the call, so the terms that it reads and builds stay valid for `'h`; what it
//! builds beyond the room in the heap goes to fragments that the next collection takes in. A panic in a native
//! ends the process that called it and nothing else.
//!
//! What works in proportion to its input charges for it as it goes on ([`Context::charge`], [`purlin_heap::pace`]). A charge
//! may return on another thread, after others had their turn, or unwind the native because its process was killed: so no
//! lock, no guard and nothing else of the thread is held across it, unless [`purlin_heap::pace::hold`] puts that off.

mod context;
mod registry;

pub use context::Context;
pub use registry::{NativeFunction, NativeTable};

use purlin_heap::{AtomError, Mfa, Term, am};

/// A native function.
pub type Native = for<'h> fn(&Context<'h>, &[Term<'h>]) -> Outcome<'h>;

/// What a native answers: a value, or why there is none.
pub type Outcome<'h> = Result<Term<'h>, Stop<'h>>;

/// The class of an exception.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Class {
    /// `error`
    Error,
    /// `exit`
    Exit,
    /// `throw`
    Throw,
}

impl Class {
    /// The class as programs see it.
    pub const fn atom(self) -> purlin_heap::Atom {
        match self {
            Class::Error => am::error,
            Class::Exit => am::exit,
            Class::Throw => am::throw,
        }
    }

    /// The class as it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Class::Error => "error",
            Class::Exit => "exit",
            Class::Throw => "throw",
        }
    }

    /// The class that an atom names.
    pub const fn from_atom(atom: purlin_heap::Atom) -> Option<Class> {
        match atom {
            am::error => Some(Class::Error),
            am::exit => Some(Class::Exit),
            am::throw => Some(Class::Throw),
            _ => None,
        }
    }
}

/// Why a native has no value.
#[derive(Clone, Copy)]
pub enum Stop<'h> {
    /// An exception. The stack trace begins with the native and its arguments.
    Raise(Class, Term<'h>),
    /// An error with what `error_info` tells of its cause, for OTP's `erl_error` to explain.
    RaiseCause(Term<'h>, Term<'h>),
    /// An exception whose stack trace begins where the native was called, as that of `erlang:error/1`.
    RaiseHere(Class, Term<'h>),
    /// An error from `erlang:error/2,3`: reason, arguments of the caller or the atom `none`, and options.
    RaiseWith(Term<'h>, Term<'h>, Term<'h>),
    /// An exception with a stack trace given as a list, as that of `erlang:raise/3`.
    RaiseAgain(Class, Term<'h>, Term<'h>),
    /// Goes on in this function instead, which returns to the native's caller. The arguments are a list.
    Call(&'h Mfa, Term<'h>),
    /// Calls the fun with these arguments, a list, and returns its value to the native's caller.
    Apply(Term<'h>, Term<'h>),
    /// Calls this native again with these arguments, a list, after others had their turn.
    Again(Term<'h>),
    /// Waits for a signal, then calls this native again with these arguments, a list.
    Wait(Term<'h>),
    /// Gives up all frames of the process, as `erlang:hibernate/3` does, and then as [`Stop::Again`].
    Forget(Term<'h>),
    /// The process ends here, as if by the signal that is stored in it.
    Exit,
}

impl<'h> Stop<'h> {
    /// An error whose reason is an atom.
    pub const fn error(reason: purlin_heap::Atom) -> Stop<'h> {
        Stop::Raise(Class::Error, Term::atom(reason))
    }

    /// `badarg`
    pub const fn badarg() -> Stop<'h> {
        Stop::error(am::badarg)
    }

    /// `badarith`
    pub const fn badarith() -> Stop<'h> {
        Stop::error(am::badarith)
    }

    /// `system_limit`
    pub const fn system_limit() -> Stop<'h> {
        Stop::error(am::system_limit)
    }
}

impl From<AtomError> for Stop<'_> {
    fn from(error: AtomError) -> Self {
        match error {
            AtomError::TooLong | AtomError::TableFull => Stop::system_limit(),
        }
    }
}
