//! What natives keep for programs outside of any heap, known by a reference that owns it: with the last copy of the reference it is
//! dropped.

use purlin_heap::{Term, resource};
use purlin_vm::{Context, Stop};

use crate::args::Read;
use crate::held::{Held, Mutex};

/// Keeps a value that one process at a time works with, and gives its reference.
pub(crate) fn add<'h, T: Send + 'static>(cx: &Context<'h>, value: T) -> Term<'h> {
    resource::owning(cx.heap(), cx.unique_number(), Mutex::new(value), size_of::<Mutex<T>>())
}

/// The value of a reference.
pub(crate) fn get<'h, T: Send + 'static>(reference: Term<'h>) -> Read<'h, &'h Mutex<T>> {
    resource::owned(reference).ok_or(Stop::badarg())
}

/// Does something with the value of a reference. Nobody is interrupted meanwhile.
pub(crate) fn with<'h, T: Send + 'static, R>(
    reference: Term<'h>,
    work: impl FnOnce(&mut T) -> Read<'h, R>,
) -> Read<'h, R> {
    let mut value: Held<_> = get(reference)?.lock();
    work(&mut value)
}
