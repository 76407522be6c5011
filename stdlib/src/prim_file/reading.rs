//! Reading: into the bytes that become the binary.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use nix::errno::Errno;
use purlin_heap::bits::Buffer;
use purlin_heap::{Build, Term};
use purlin_vm::{Context, Outcome, Stop};

use super::open::opened_for_reading;
use super::outcome::{Answer, blocking, errno, error, ok};
use super::{names, numbers};
use crate::state::State;

/// What was read: the buffer, and how much of it.
type Filled = (Buffer, usize);

/// Room for what is read from where nobody knows how much there is, at first.
const UNKNOWN_BYTES: usize = 64 << 10;

/// Up to so many bytes are asked for without a look at how many there are.
const UNCHECKED_BYTES_MAX: u64 = 64 << 10;

fn buffer(size: usize) -> Answer<Buffer> {
    Buffer::new(size).map_err(|_| Errno::ENOMEM)
}

/// Reads until so many bytes are there, or the end is. `expected` is how many there are, if somebody knows; no more than these are
/// read then.
fn filled(
    size: u64,
    expected: Option<u64>,
    mut read: impl FnMut(&mut [u8], u64) -> std::io::Result<usize>,
) -> Answer<Filled> {
    let size = usize::try_from(size).map_err(|_| Errno::ENOMEM)?;
    let (first, last) = match expected {
        Some(expected) => (size.min(expected as usize), size.min(expected as usize)),
        None => (size.min(UNKNOWN_BYTES), size),
    };
    let (mut into, mut room, mut done) = (buffer(first)?, first, 0);
    loop {
        while done < room {
            match read(&mut into.bytes_mut()[done..], done as u64) {
                Ok(0) => return Ok((into, done)),
                Ok(count) => done += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(errno(error)),
            }
        }
        if room == last {
            return Ok((into, done));
        }
        room = last.min(room * 2);
        let mut larger = buffer(room)?;
        larger.bytes_mut()[..done].copy_from_slice(into.bytes_mut());
        into = larger;
    }
}

/// How many bytes a file has from a place on, where that is known: not for devices, nor for files that are made as they are read.
fn left(file: &File, size: u64, from: impl FnOnce() -> std::io::Result<u64>) -> Option<u64> {
    if size <= UNCHECKED_BYTES_MAX {
        return Some(size);
    }
    let data = file.metadata().ok().filter(|data| data.is_file())?;
    data.len().checked_sub(from().ok()?).filter(|&left| left > 0)
}

fn read_on(file: &File, size: u64) -> Answer<Filled> {
    use std::io::Seek;
    let (mut file, mut reader) = (file, file);
    filled(size, left(file, size, || file.stream_position()), |bytes, _| reader.read(bytes))
}

fn read_from(file: &File, offset: u64, size: u64) -> Answer<Filled> {
    filled(size, left(file, size, || Ok(offset)), |bytes, done| file.read_at(bytes, offset + done))
}

/// `{ok, Binary}`, or `eof` for nothing.
fn answer<'h>(cx: &Context<'h>, filled: Answer<Filled>) -> Outcome<'h> {
    match filled.and_then(|filled| if filled.1 == 0 { Ok(None) } else { binary(cx, filled).map(Some) }) {
        Ok(None) => Ok(Term::atom(cx.atoms().intern("eof")?)),
        Ok(Some(binary)) => ok(cx, binary),
        Err(errno) => error(cx, errno),
    }
}

fn binary<'h>(cx: &Context<'h>, (buffer, size): Filled) -> Answer<Term<'h>> {
    buffer.into_binary(size, cx.heap()).map_err(|_| Errno::ENOMEM)
}

pub(super) fn read<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let filled = blocking(cx, args, || {
        let (file, size) = (State::of(cx).files.get(cx, args[0])?, numbers::unsigned(args[1])?);
        Ok(move || read_on(&*file?, size?))
    })?;
    answer(cx, filled)
}

pub(super) fn read_at<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let filled = blocking(cx, args, || {
        let file = State::of(cx).files.get(cx, args[0])?;
        let (offset, size) = (numbers::unsigned(args[1])?, numbers::unsigned(args[2])?);
        Ok(move || read_from(&*file?, offset?, size?))
    })?;
    answer(cx, filled)
}

pub(super) fn read_file<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match whole(cx, args, args[0])? {
        Ok(binary) => ok(cx, binary),
        Err(errno) => error(cx, errno),
    }
}

/// The bytes of the file of a native name; `args` are the arguments of the native that waits for them.
pub(super) fn whole<'h>(
    cx: &Context<'h>,
    args: &[Term<'h>],
    name: Term<'h>,
) -> Result<Answer<Term<'h>>, Stop<'h>> {
    let filled = blocking(cx, args, || {
        let path = names::path(cx, name)?;
        Ok(move || {
            let file = opened_for_reading(&path?)?;
            let size = file.metadata().map_or(0, |data| data.len());
            let mut reader = &file;
            // Files that are made as they are read have the size 0.
            let (size, expected) = if size == 0 { (i64::MAX as u64, None) } else { (size, Some(size)) };
            filled(size, expected, |bytes, _| reader.read(bytes))
        })
    })?;
    Ok(filled.and_then(|filled| binary(cx, filled)))
}

/// Bytes of which eight others tell size and place.
struct Pointed {
    size: u32,
    offset: u32,
    bytes: Filled,
}

/// The bytes that are told of at `offset`; nothing when they are more than `max`, or it is not told.
fn pointed(file: &Arc<File>, offset: u64, max: i64) -> Answer<Option<Pointed>> {
    if max >= 1 << 31 {
        return Err(Errno::EINVAL);
    }
    let (mut told, count) = read_from(file, offset, 8)?;
    let Ok(told) = <[u8; 8]>::try_from(&told.bytes_mut()[..count]) else { return Ok(None) };
    let told = u64::from_be_bytes(told);
    let (size, offset) = ((told >> 32) as u32, told as u32);
    if i64::from(size) > max {
        return Ok(None);
    }
    let bytes = read_from(file, offset.into(), size.into())?;
    Ok(Some(Pointed { size, offset, bytes }))
}

pub(super) fn read_pointed<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let answer = blocking(cx, args, || {
        let (file, offset) = (State::of(cx).files.get(cx, args[0])?, numbers::unsigned(args[1])?);
        let max = numbers::signed(args[2])?;
        Ok(move || pointed(&file?, offset?, max))
    })?;
    let eof = Term::atom(cx.atoms().intern("eof")?);
    let told = match answer {
        Ok(None) => return Ok(eof),
        Ok(Some(told)) => told,
        Err(errno) => return error(cx, errno),
    };
    let bytes = match told.bytes {
        (_, 0) => eof,
        bytes => match binary(cx, bytes) {
            Ok(binary) => binary,
            Err(errno) => return error(cx, errno),
        },
    };
    ok(cx, cx.heap().tuple(&[Term::small(told.size.into()), Term::small(told.offset.into()), bytes]))
}
