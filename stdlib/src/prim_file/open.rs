//! Opening and closing.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::Arc;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open as system_open};
use nix::sys::stat::Mode;
use purlin_heap::{Term, bits};
use purlin_vm::{Context, Outcome, Stop};

use super::names;
use super::outcome::{Answer, blocking, error, ok, performed};
use crate::args::{self, Read};
use crate::state::State;

/// What a file is opened for.
struct Modes {
    flags: OFlag,
    /// Whether it must be a directory.
    directory: bool,
    /// Whether it may be anything.
    unchecked: bool,
}

impl Modes {
    /// What is not listed here is for OTP's modules above this one.
    fn of<'h>(cx: &Context<'h>, list: Term<'h>) -> Read<'h, Modes> {
        let given: Vec<&str> = args::cells(list)
            .0
            .into_iter()
            .filter_map(|mode| mode.as_atom().map(|mode| cx.atoms().name(mode)))
            .collect();
        let has = |mode: &str| given.contains(&mode);
        let writes = has("write") || has("append") || has("exclusive");
        let mut flags = match (writes, has("read")) {
            (true, false) => OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_TRUNC,
            (true, true) => OFlag::O_RDWR | OFlag::O_CREAT,
            (false, _) => OFlag::O_RDONLY,
        };
        if has("append") {
            flags.remove(OFlag::O_TRUNC);
            flags.insert(OFlag::O_APPEND);
        }
        flags.set(OFlag::O_EXCL, has("exclusive"));
        flags.set(OFlag::O_SYNC, has("sync"));
        flags.set(OFlag::O_DIRECTORY, has("directory"));
        Ok(Modes { flags, directory: has("directory"), unchecked: has("skip_type_check") })
    }
}

/// Opens a file. A directory is opened only by who asks for one.
fn opened(path: &Path, modes: &Modes) -> Answer<File> {
    let mode = Mode::from_bits_truncate(if modes.directory { 0o777 } else { 0o666 });
    let file = loop {
        match system_open(path, modes.flags | OFlag::O_CLOEXEC, mode) {
            Err(Errno::EINTR) => {}
            opened => break File::from(opened?),
        }
    };
    let is_directory = || file.metadata().is_ok_and(|data| data.is_dir());
    if !modes.unchecked && !modes.directory && is_directory() {
        return Err(Errno::EISDIR);
    }
    Ok(file)
}

/// As [`opened`], to be read from.
pub(super) fn opened_for_reading(path: &Path) -> Answer<File> {
    opened(path, &Modes { flags: OFlag::O_RDONLY, directory: false, unchecked: false })
}

/// A reference of an open file, for the caller.
fn referred<'h>(cx: &Context<'h>, file: Answer<File>) -> Outcome<'h> {
    match file {
        Ok(file) => ok(cx, State::of(cx).files.add(cx, file)?),
        Err(errno) => error(cx, errno),
    }
}

pub(super) fn open<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if !args[1].is_nil() && args[1].as_cons().is_none() {
        return Err(Stop::badarg());
    }
    let file = blocking(cx, args, || {
        let (path, modes) = (names::path(cx, args[0])?, Modes::of(cx, args[1])?);
        Ok(move || opened(&path?, &modes))
    })?;
    referred(cx, file)
}

/// A file by the number that the operating system has given it. It is opened once more, so that position and end are its own.
pub(super) fn of_descriptor<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let number = i32::try_from(args::small(args[0])?).map_err(|_| Stop::badarg())?;
    let file = blocking(cx, args, || {
        Ok(move || {
            let path = format!("/proc/self/fd/{number}");
            std::fs::symlink_metadata(&path).map_err(|_| Errno::EBADF)?;
            let ways = [OFlag::O_RDWR, OFlag::O_RDONLY, OFlag::O_WRONLY];
            let again = |flags| opened(Path::new(&path), &Modes { flags, directory: false, unchecked: true });
            let mut files = ways.map(again).into_iter();
            files.find(Result::is_ok).unwrap_or(Err(Errno::EBADF))
        })
    })?;
    referred(cx, file)
}

pub(super) fn close<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    performed(cx, args, || {
        let file = State::of(cx).files.remove(cx, args[0])?;
        Ok(move || match Arc::try_unwrap(file?) {
            Ok(file) => nix::unistd::close(file),
            // What still works on it closes it.
            Err(_) => Ok(()),
        })
    })
}

/// The number that the operating system has given a file, in its bytes.
pub(super) fn descriptor<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match State::of(cx).files.get(cx, args[0])? {
        Ok(file) => Ok(bits::binary(&file.as_raw_fd().to_ne_bytes(), cx.heap())),
        Err(errno) => error(cx, errno),
    }
}
