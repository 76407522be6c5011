//! What the operating system answers, as OTP tells it: errors are atoms with the names of POSIX.

use nix::errno::Errno;
use purlin_heap::{Build, Term, am};
use purlin_vm::actions::DirtyKind;
use purlin_vm::{Context, Outcome, Stop};

use crate::args::Read;

/// What a call of the operating system gives.
pub(super) type Answer<T> = Result<T, Errno>;

/// The number of an error of the standard library.
pub(super) fn errno(error: std::io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EINVAL, Errno::from_raw)
}

/// `{error, Name}`
pub(crate) fn error<'h>(cx: &Context<'h>, errno: Errno) -> Outcome<'h> {
    // Of two names of one number OTP takes the other.
    let name = match errno {
        Errno::EOPNOTSUPP => "enotsup".to_owned(),
        Errno::UnknownErrno => "unknown".to_owned(),
        named => format!("{named:?}").to_ascii_lowercase(),
    };
    Ok(cx.heap().tuple(&[Term::atom(am::error), Term::atom(cx.atoms().intern(&name)?)]))
}

/// `{ok, Value}`
pub(super) fn ok<'h>(cx: &Context<'h>, value: Term<'h>) -> Outcome<'h> {
    Ok(cx.heap().tuple(&[Term::atom(am::ok), value]))
}

/// Has a call made that may block, and gives its answer. `prepare` makes the job.
pub(super) fn blocking<'h, R, J>(
    cx: &Context<'h>,
    args: &[Term<'h>],
    prepare: impl FnOnce() -> Read<'h, J>,
) -> Result<Answer<R>, Stop<'h>>
where
    R: Send + 'static,
    J: FnOnce() -> Answer<R> + Send + 'static,
{
    cx.work(DirtyKind::Io, args, prepare)
}

/// As [`blocking`], for what gives nothing but `ok` or an error.
pub(super) fn performed<'h, J>(
    cx: &Context<'h>,
    args: &[Term<'h>],
    prepare: impl FnOnce() -> Read<'h, J>,
) -> Outcome<'h>
where
    J: FnOnce() -> Answer<()> + Send + 'static,
{
    match blocking(cx, args, prepare)? {
        Ok(()) => Ok(Term::atom(am::ok)),
        Err(errno) => error(cx, errno),
    }
}
