//! What the file system knows of a file, as the record `file_info`, and what can be changed of that.

use std::fs::{Metadata, Permissions};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;

use nix::fcntl::AT_FDCWD;
use nix::sys::stat::{UtimensatFlags, utimensat};
use nix::sys::time::TimeSpec;
use nix::unistd::{AccessFlags, access, getegid, geteuid};
use purlin_heap::{Build, Term};
use purlin_vm::{Context, Outcome};

use super::outcome::{Answer, blocking, errno, error, performed};
use super::{names, numbers};
use crate::args;
use crate::state::State;

/// Who may read and write.
#[derive(Clone, Copy)]
struct Access {
    read: bool,
    write: bool,
}

impl Access {
    /// What this process may do with a path.
    fn to(path: &Path) -> Access {
        let may = |flag| access(path, flag).is_ok();
        Access { read: may(AccessFlags::R_OK), write: may(AccessFlags::W_OK) }
    }

    /// What the permissions say for this process.
    fn by(data: &Metadata) -> Access {
        let shift = match data {
            _ if data.uid() == geteuid().as_raw() => 6,
            _ if data.gid() == getegid().as_raw() => 3,
            _ => 0,
        };
        let bits = data.mode() >> shift;
        Access { read: bits & 4 != 0, write: bits & 2 != 0 }
    }

    fn name(self) -> &'static str {
        match (self.read, self.write) {
            (true, true) => "read_write",
            (true, false) => "read",
            (false, true) => "write",
            (false, false) => "none",
        }
    }
}

fn type_name(data: &Metadata) -> &'static str {
    let kind = data.file_type();
    match kind {
        _ if kind.is_char_device() || kind.is_block_device() => "device",
        _ if kind.is_dir() => "directory",
        _ if kind.is_file() => "regular",
        _ if kind.is_symlink() => "symlink",
        _ => "other",
    }
}

/// No time before this is told: the first of 1902, in seconds.
const TIME_MIN_S: i64 = -2_145_916_800;

fn record<'h>(cx: &Context<'h>, answer: Answer<(Metadata, Access)>) -> Outcome<'h> {
    let (data, access) = match answer {
        Ok(known) => known,
        Err(errno) => return error(cx, errno),
    };
    let heap = cx.heap();
    let atom = |name| cx.atoms().intern(name).map(Term::atom);
    let time = |s: i64| heap.integer(s.max(TIME_MIN_S));
    // As in OTP these are numbers of 32 bits, whatever the system has.
    let number = |value: u64| Term::small(i64::from(value as u32));
    Ok(heap.tuple(&[
        atom("file_info")?,
        heap.unsigned(data.len()),
        atom(type_name(&data))?,
        atom(access.name())?,
        time(data.atime()),
        time(data.mtime()),
        time(data.ctime()),
        number(data.mode().into()),
        number(data.nlink()),
        number(data.dev()),
        number(data.rdev()),
        number(data.ino()),
        number(data.uid().into()),
        number(data.gid().into()),
    ]))
}

/// The second argument is not 0 when links are followed.
pub(super) fn of_path<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let answer = blocking(cx, args, || {
        let (path, follows) = (names::path(cx, args[0])?, args::small(args[1])? != 0);
        Ok(move || {
            let path = path?;
            let data = if follows { path.metadata() } else { path.symlink_metadata() };
            data.map(|data| (data, Access::to(&path))).map_err(errno)
        })
    })?;
    record(cx, answer)
}

pub(super) fn of_handle<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let answer = blocking(cx, args, || {
        let file = State::of(cx).files.get(cx, args[0])?;
        Ok(move || {
            let data = file?.metadata().map_err(errno)?;
            let access = Access::by(&data);
            Ok((data, access))
        })
    })?;
    record(cx, answer)
}

/// The bits of permissions that can be changed, and those of them that make a program run as somebody else.
const CHANGEABLE: u32 = 0o6777;
const SETS_IDENTITY: u32 = 0o6000;

pub(super) fn set_permissions<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    performed(cx, args, || {
        let (path, bits) = (names::path(cx, args[0])?, args::size(args[1])? as u32 & CHANGEABLE);
        Ok(move || {
            let path = path?;
            let set = |bits| std::fs::set_permissions(&path, Permissions::from_mode(bits));
            set(bits).or_else(|_| set(bits & !SETS_IDENTITY)).map_err(errno)
        })
    })
}

/// Negative numbers leave what is.
pub(super) fn set_owner<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    performed(cx, args, || {
        let path = names::path(cx, args[0])?;
        let (user, group) = (args::small(args[1])?, args::small(args[2])?);
        let id = |number: i64| u32::try_from(number).ok();
        Ok(move || std::os::unix::fs::chown(path?, id(user), id(group)).map_err(errno))
    })
}

/// Seconds since 1970: of the last use and the last change. When the file was made cannot be set.
pub(super) fn set_time<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    performed(cx, args, || {
        let path = names::path(cx, args[0])?;
        let [used, changed, _] = [1, 2, 3].map(|argument| numbers::signed(args[argument]));
        let (used, changed) = (TimeSpec::new(used?, 0), TimeSpec::new(changed?, 0));
        Ok(move || utimensat(AT_FDCWD, &path?, &used, &changed, UtimensatFlags::FollowSymlink))
    })
}
