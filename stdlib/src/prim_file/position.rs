//! Where a file is read and written, and what of it is on the device.

use std::io::{Seek, SeekFrom};

use nix::errno::Errno;
use nix::fcntl::{FallocateFlags, PosixFadviseAdvice, fallocate, posix_fadvise};
use purlin_heap::{Build, Term};
use purlin_vm::{Context, Outcome, Stop};

use super::numbers;
use super::outcome::{blocking, errno, error, ok, performed};
use crate::args::{self, Read};
use crate::state::State;

fn place<'h>(cx: &Context<'h>, mark: Term<'h>, offset: i64) -> Read<'h, Option<SeekFrom>> {
    Ok(match cx.atoms().name(args::atom(mark)?) {
        "bof" => u64::try_from(offset).ok().map(SeekFrom::Start),
        "cur" => Some(SeekFrom::Current(offset)),
        "eof" => Some(SeekFrom::End(offset)),
        _ => return Err(Stop::badarg()),
    })
}

pub(super) fn seek<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let position = blocking(cx, args, || {
        let file = State::of(cx).files.get(cx, args[0])?;
        let place = place(cx, args[1], numbers::signed(args[2])?)?;
        Ok(move || (&*file?).seek(place.ok_or(Errno::EINVAL)?).map_err(errno))
    })?;
    match position {
        Ok(position) => ok(cx, cx.heap().unsigned(position)),
        Err(errno) => error(cx, errno),
    }
}

/// Lets a file end where its position is.
pub(super) fn truncate<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    performed(cx, args, || {
        let file = State::of(cx).files.get(cx, args[0])?;
        Ok(move || {
            let file = file?;
            let end = (&*file).stream_position().map_err(errno)?;
            file.set_len(end).map_err(errno)
        })
    })
}

/// The second argument is not 0 when the file's data alone have to be on the device.
pub(super) fn sync<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    performed(cx, args, || {
        let (file, data_only) = (State::of(cx).files.get(cx, args[0])?, args::small(args[1])? != 0);
        Ok(move || {
            let file = file?;
            if data_only { file.sync_data() } else { file.sync_all() }.map_err(errno)
        })
    })
}

/// Has room made on the device.
pub(super) fn allocate<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    performed(cx, args, || {
        let file = State::of(cx).files.get(cx, args[0])?;
        let (offset, size) = (numbers::unsigned(args[1])?, numbers::unsigned(args[2])?);
        Ok(move || {
            let (file, offset, size) = (file?, offset? as i64, size? as i64);
            fallocate(&*file, FallocateFlags::empty(), offset, size)
                .or_else(|_| nix::fcntl::posix_fallocate(&*file, offset, size))
        })
    })
}

fn advice<'h>(cx: &Context<'h>, advice: Term<'h>) -> Option<PosixFadviseAdvice> {
    Some(match cx.atoms().name(advice.as_atom()?) {
        "normal" => PosixFadviseAdvice::POSIX_FADV_NORMAL,
        "random" => PosixFadviseAdvice::POSIX_FADV_RANDOM,
        "sequential" => PosixFadviseAdvice::POSIX_FADV_SEQUENTIAL,
        "will_need" => PosixFadviseAdvice::POSIX_FADV_WILLNEED,
        "dont_need" => PosixFadviseAdvice::POSIX_FADV_DONTNEED,
        "no_reuse" => PosixFadviseAdvice::POSIX_FADV_NOREUSE,
        _ => return None,
    })
}

/// Tells how a file will be used. What the operating system thinks of it is not told.
pub(super) fn advise<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    performed(cx, args, || {
        let file = State::of(cx).files.get(cx, args[0])?;
        let (offset, size) = (numbers::unsigned(args[1])?, numbers::unsigned(args[2])?);
        let advice = advice(cx, args[3]).ok_or(Errno::EINVAL);
        Ok(move || {
            let _ = posix_fadvise(&*file?, offset? as i64, size? as i64, advice?);
            Ok(())
        })
    })
}
