//! Places and sizes in files, as programs give them.

use nix::errno::Errno;
use purlin_heap::big::Integer;
use purlin_heap::{Term, View};
use purlin_vm::Stop;

use super::outcome::Answer;
use crate::args::Read;

/// An integer of 64 bits; `badarg` for what is none.
pub(super) fn signed<'h>(term: Term<'h>) -> Read<'h, i64> {
    Integer::of(term).and_then(|integer| integer.as_i64()).ok_or(Stop::badarg())
}

/// A place or a size; `badarg` for what is no number, and an error of the operating system for numbers that cannot be one.
pub(super) fn unsigned<'h>(term: Term<'h>) -> Read<'h, Answer<u64>> {
    if matches!(term.view(), View::Float(_)) {
        return Ok(Err(Errno::EINVAL));
    }
    let value = Integer::of(term).ok_or(Stop::badarg())?.as_i64();
    Ok(value.and_then(|value| u64::try_from(value).ok()).ok_or(Errno::EINVAL))
}
