//! Writing, from the bytes of the binaries themselves.

use std::io::{ErrorKind, IoSlice, Write};

use nix::errno::Errno;
use purlin_heap::Term;
use purlin_heap::bits::HeldBytes;
use purlin_vm::{Context, Outcome};

use super::numbers;
use super::outcome::{Answer, errno, performed};
use crate::byte_queue::pieces;
use crate::state::State;

/// The operating system takes so many pieces at once.
const PIECES_MAX: usize = 1024;

/// Has all bytes written by `write`, which is given what is left and how much has been written.
fn written(
    pieces: &[HeldBytes],
    mut write: impl FnMut(&[IoSlice<'_>], u64) -> std::io::Result<usize>,
) -> Answer<()> {
    let slices = pieces.iter().map(HeldBytes::bytes).filter(|bytes| !bytes.is_empty()).map(IoSlice::new);
    let mut slices: Vec<_> = slices.collect();
    let (mut left, mut done) = (&mut slices[..], 0);
    while !left.is_empty() {
        match write(&left[..left.len().min(PIECES_MAX)], done) {
            Ok(0) => return Err(Errno::EIO),
            Ok(count) => {
                done += count as u64;
                IoSlice::advance_slices(&mut left, count);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(errno(error)),
        }
    }
    Ok(())
}

pub(super) fn write<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    performed(cx, args, || {
        let (file, pieces) = (State::of(cx).files.get(cx, args[0])?, pieces(args[1])?);
        Ok(move || {
            let file = file?;
            written(&pieces, |slices, _| (&*file).write_vectored(slices))
        })
    })
}

pub(super) fn write_at<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    performed(cx, args, || {
        let (file, offset) = (State::of(cx).files.get(cx, args[0])?, numbers::unsigned(args[1])?);
        let pieces = pieces(args[2])?;
        Ok(move || {
            let (file, offset) = (file?, offset?);
            written(&pieces, |slices, done| {
                let offset = i64::try_from(offset + done).map_err(|_| std::io::Error::from(Errno::EFBIG))?;
                Ok(nix::sys::uio::pwritev(&*file, slices, offset)?)
            })
        })
    })
}
