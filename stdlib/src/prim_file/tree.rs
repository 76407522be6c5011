//! Directories, links and names in the file system.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::unistd::{AccessFlags, access};
use purlin_heap::{Build, Term, am, bits};
use purlin_vm::{Context, Outcome};

use super::names;
use super::outcome::{Answer, blocking, errno, error, ok, performed};
use crate::state::State;

/// The names in a directory, the last first: OTP's module turns the list round.
pub(super) fn list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let names = blocking(cx, args, || {
        let path = names::path(cx, args[0])?;
        Ok(move || {
            let entries = std::fs::read_dir(path?).map_err(errno)?;
            let names = entries.map(|entry| Ok(entry.map_err(errno)?.file_name()));
            names.collect::<Answer<Vec<_>>>()
        })
    })?;
    match names {
        Ok(names) => {
            let names = purlin_heap::pace::paced(names.iter(), 1);
            let list = names
                .fold(Term::NIL, |tail, name| cx.heap().cons(bits::binary(name.as_bytes(), cx.heap()), tail));
            ok(cx, list)
        }
        Err(errno) => error(cx, errno),
    }
}

/// Does something to a path.
fn with_path<'h>(
    cx: &Context<'h>,
    args: &[Term<'h>],
    act: impl FnOnce(&Path) -> Answer<()> + Send + 'static,
) -> Outcome<'h> {
    performed(cx, args, || {
        let path = names::path(cx, args[0])?;
        Ok(move || act(&path?))
    })
}

/// Does something with two paths.
fn with_paths<'h>(
    cx: &Context<'h>,
    args: &[Term<'h>],
    act: impl FnOnce(&Path, &Path) -> Answer<()> + Send + 'static,
) -> Outcome<'h> {
    performed(cx, args, || {
        let (one, other) = (names::path(cx, args[0])?, names::path(cx, args[1])?);
        Ok(move || act(&one?, &other?))
    })
}

pub(super) fn make_directory<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with_path(cx, args, |path| std::fs::create_dir(path).map_err(errno))
}

pub(super) fn delete_directory<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    performed(cx, args, || {
        let (path, here) = (names::path(cx, args[0])?, State::of(cx).files.directory());
        Ok(move || {
            let path = path?;
            match std::fs::remove_dir(&path).map_err(errno) {
                Err(Errno::ENOTEMPTY | Errno::EEXIST) if is_same(&path, &here) => Err(Errno::EINVAL),
                Err(Errno::ENOTEMPTY) => Err(Errno::EEXIST),
                done => done,
            }
        })
    })
}

fn is_same(path: &Path, directory: &Answer<PathBuf>) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    directory.as_ref().is_ok_and(|directory| real(path).is_some_and(|path| Some(path) == real(directory)))
}

pub(super) fn delete_file<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with_path(cx, args, |path| match std::fs::remove_file(path).map_err(errno) {
        Err(Errno::EISDIR) => Err(Errno::EPERM),
        done => done,
    })
}

pub(super) fn rename<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with_paths(cx, args, |from, to| match std::fs::rename(from, to).map_err(errno) {
        Err(Errno::ENOTEMPTY) => Err(Errno::EEXIST),
        Err(_) if from.as_os_str() == "/" => Err(Errno::EINVAL),
        done => done,
    })
}

pub(super) fn make_hard_link<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with_paths(cx, args, |existing, new| std::fs::hard_link(existing, new).map_err(errno))
}

/// What a link leads to is kept as it is given.
pub(super) fn make_soft_link<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    performed(cx, args, || {
        let (target, new) = (names::bytes(args[0])?, names::path(cx, args[1])?);
        Ok(move || std::os::unix::fs::symlink(OsStr::from_bytes(&target?), new?).map_err(errno))
    })
}

pub(super) fn read_link<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let target = blocking(cx, args, || {
        let path = names::path(cx, args[0])?;
        Ok(move || std::fs::read_link(path?).map_err(errno))
    })?;
    native(cx, target)
}

/// `{ok, Name}`, in bytes.
fn native<'h>(cx: &Context<'h>, path: Answer<PathBuf>) -> Outcome<'h> {
    match path {
        Ok(path) => ok(cx, bits::binary(path.as_os_str().as_bytes(), cx.heap())),
        Err(errno) => error(cx, errno),
    }
}

pub(super) fn working_directory<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    native(cx, State::of(cx).files.directory())
}

pub(super) fn set_working_directory<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let directory = blocking(cx, args, || {
        let path = names::path(cx, args[0])?;
        Ok(move || {
            let path = path?.canonicalize().map_err(errno)?;
            if !path.metadata().map_err(errno)?.is_dir() {
                return Err(Errno::ENOTDIR);
            }
            access(&path, AccessFlags::X_OK)?;
            Ok(path)
        })
    })?;
    match directory {
        Ok(path) => {
            State::of(cx).files.set_directory(&path);
            Ok(Term::atom(am::ok))
        }
        Err(errno) => error(cx, errno),
    }
}

/// What only other operating systems have.
pub(super) fn not_supported<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    error(cx, Errno::ENOTSUP)
}
