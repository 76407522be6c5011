//! Names of files: characters for Erlang, bytes for the operating system. A name that goes to the natives of this module ends
//! with a zero byte, as OTP's do.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use nix::errno::Errno;
use purlin_heap::bits::{self, Bits};
use purlin_heap::{Build, Term, am};
use purlin_vm::{Context, NativeFunction, Outcome, Stop};

use super::outcome::Answer;
use crate::args::{self, Read};
use crate::chars;
use crate::state::State;

/// That of module `file`.
pub(crate) const ENCODING: &[NativeFunction] =
    &[NativeFunction { module: "file", function: "native_name_encoding", arity: 0, body: encoding }];

fn encoding<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(cx.atoms().intern(if is_utf8(cx) { "utf8" } else { "latin1" })?))
}

fn is_utf8(cx: &Context<'_>) -> bool {
    State::of(cx).files.names_are_utf8
}

/// The path that a native name stands for.
pub(super) fn path<'h>(cx: &Context<'h>, name: Term<'h>) -> Read<'h, Answer<PathBuf>> {
    Ok(bytes(name)?.and_then(|bytes| State::of(cx).files.resolve(PathBuf::from(OsString::from_vec(bytes)))))
}

/// The bytes of a native name as they stand, but for the zero at the end.
pub(super) fn bytes<'h>(name: Term<'h>) -> Read<'h, Answer<Vec<u8>>> {
    let mut bytes = args::binary(name)?.to_vec();
    let ends = bytes.pop() == Some(0) && !bytes.contains(&0);
    Ok(if ends { Ok(bytes) } else { Err(Errno::EINVAL) })
}

/// What the operating system calls a file.
pub(super) fn to_native<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let mut bytes = match Bits::of(args[0]) {
        Some(_) => args::binary(args[0])?.to_vec(),
        None => encoded(args[0], is_utf8(cx))?,
    };
    if bytes.contains(&0) {
        return Err(Stop::badarg());
    }
    bytes.push(0);
    Ok(bits::binary(&bytes, cx.heap()))
}

/// The bytes of a list of characters and such lists.
fn encoded<'h>(list: Term<'h>, utf8: bool) -> Read<'h, Vec<u8>> {
    let mut bytes = Vec::new();
    let mut lists = vec![list];
    while let Some(list) = lists.pop() {
        let mut rest = list;
        while let Some(cell) = rest.as_cons() {
            purlin_heap::pace::charge(1);
            let (head, tail) = (cell.head(), cell.tail());
            if head.as_cons().is_some() || head.is_nil() {
                lists.push(tail);
                rest = head;
                continue;
            }
            put(&mut bytes, head, utf8)?;
            rest = tail;
        }
        if !rest.is_nil() {
            return Err(Stop::badarg());
        }
    }
    Ok(bytes)
}

fn put<'h>(bytes: &mut Vec<u8>, character: Term<'h>, utf8: bool) -> Read<'h, ()> {
    let code = u32::try_from(args::small(character)?).map_err(|_| Stop::badarg())?;
    if utf8 {
        let character = char::from_u32(code).ok_or(Stop::badarg())?;
        bytes.extend(character.encode_utf8(&mut [0; 4]).bytes());
    } else {
        bytes.push(u8::try_from(code).map_err(|_| Stop::badarg())?);
    }
    Ok(())
}

/// The characters of a name; `{error, warning}` when there are none for its bytes.
pub(super) fn from_native<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bytes = args::binary(args[0])?.to_vec();
    if !is_utf8(cx) {
        return Ok(chars::bytes(cx.heap(), &bytes));
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(chars::list(cx.heap(), text)),
        Err(_) => {
            let warning = Term::atom(cx.atoms().intern("warning")?);
            Ok(cx.heap().tuple(&[Term::atom(am::error), warning]))
        }
    }
}

/// The characters of UTF-8, of which a letter and the mark that goes on it become one where there is one for both.
pub(super) fn normalized<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bytes = args::binary(args[0])?.to_vec();
    let text = std::str::from_utf8(&bytes).map_err(|_| Stop::badarg())?;
    let function = purlin_heap::Mfa {
        module: cx.atoms().intern("unicode")?,
        function: cx.atoms().intern("characters_to_nfc_list")?,
        arity: 1,
    };
    let export = cx.vm().code().export(function);
    Err(Stop::Call(&export.name, cx.heap().list(&[chars::list(cx.heap(), text)])))
}

/// Whether a name in bytes is one in characters.
pub(super) fn is_translatable<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bytes = args::binary(args[0])?.to_vec();
    Ok(Term::boolean(!is_utf8(cx) || std::str::from_utf8(&bytes).is_ok()))
}
