//! Module `ram_file`: files in memory. In OTP they are ports; OTP's module asks them in bytes, and so it does here.

use nix::errno::Errno;
use purlin_heap::pace;
use purlin_heap::{Build, Term, am, bits};
use purlin_vm::{Context, Outcome, natives};

use crate::args;
use crate::chars;
use crate::prim_file::error;
use crate::resources;

natives! { "ram_file": "ll_open"/3 => open, "ll_close"/1 => close, "call_port"/2 => call, }

/// A file in memory.
pub(crate) struct RamFile {
    bytes: Vec<u8>,
    position: usize,
    reads: bool,
    writes: bool,
    /// Whether what is read is told as binaries, not as lists.
    binary: bool,
    open: bool,
}

/// What a request gives.
enum Answer {
    Ok,
    Number(usize),
    Data(Vec<u8>),
}

/// Mode bits.
const READS: i64 = 1;
const WRITES: i64 = 2;

/// `{error, badarg}`
fn no_bytes<'h>(cx: &Context<'h>) -> Term<'h> {
    cx.heap().tuple(&[Term::atom(am::error), Term::atom(am::badarg)])
}

/// Contents, mode, options of ports.
fn open<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let Ok(bytes) = args::iodata(args[0]) else { return Ok(no_bytes(cx)) };
    let (bytes, mode) = (bytes.into_owned(), args::small(args[1])?);
    let is_binary = |option: Term<'h>| option.as_atom().is_some_and(|o| cx.atoms().name(o) == "binary");
    let file = RamFile {
        bytes,
        position: 0,
        reads: mode & READS != 0,
        writes: mode & WRITES != 0,
        binary: args::elements(args[2])?.into_iter().any(is_binary),
        open: true,
    };
    let reference = resources::add(cx, file);
    Ok(cx.heap().tuple(&[Term::atom(am::ok), reference]))
}

fn close<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let taken = resources::with(args[0], |file: &mut RamFile| {
        file.open = false;
        Ok(std::mem::take(&mut file.bytes))
    });
    pace::free(taken.unwrap_or_default());
    Ok(Term::atom(am::ok))
}

/// `ok`, `{ok, Number}`, `{ok, {Size, Data}}` or `{error, Reason}`.
fn call<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let heap = cx.heap();
    let Ok(request) = args::iodata(args[1]) else { return Ok(no_bytes(cx)) };
    let done = resources::with(args[0], |file: &mut RamFile| Ok((file.answer(&request), file.binary)));
    let Ok((answer, binary)) = done else { return error(cx, Errno::EINVAL) };
    let value = match answer {
        Err(errno) => return error(cx, errno),
        Ok(Answer::Ok) => return Ok(Term::atom(am::ok)),
        Ok(Answer::Number(number)) => heap.unsigned(number as u64),
        Ok(Answer::Data(bytes)) => {
            pace::charge_bytes(bytes.len());
            let data = if binary { bits::binary(&bytes, heap) } else { chars::bytes(heap, &bytes) };
            heap.tuple(&[heap.unsigned(bytes.len() as u64), data])
        }
    };
    Ok(heap.tuple(&[Term::atom(am::ok), value]))
}

/// A number of 32 bits at the start of some bytes, and what follows it.
fn number(bytes: &[u8]) -> Result<(i64, &[u8]), Errno> {
    let (number, rest) = bytes.split_first_chunk::<4>().ok_or(Errno::EINVAL)?;
    Ok((i32::from_be_bytes(*number).into(), rest))
}

/// A number that is not negative.
fn size(bytes: &[u8]) -> Result<(usize, &[u8]), Errno> {
    let (number, rest) = number(bytes)?;
    Ok((usize::try_from(number).map_err(|_| Errno::EINVAL)?, rest))
}

impl RamFile {
    /// A request is a byte for what is asked, and its parameters.
    fn answer(&mut self, request: &[u8]) -> Result<Answer, Errno> {
        let (&kind, rest) = request.split_first().filter(|_| self.open).ok_or(Errno::EINVAL)?;
        match kind {
            2 => self.read(size(rest)?.0, None),
            3 => self.seek(rest),
            4 => self.write(rest, None),
            17 => {
                let (at, rest) = size(rest)?;
                self.read(size(rest)?.0, Some(at))
            }
            18 => {
                let (at, rest) = size(rest)?;
                self.write(rest, Some(at))
            }
            14 => self.truncate(),
            30 => Ok(Answer::Data(self.bytes.clone())),
            37 => Ok(Answer::Number(self.bytes.len())),
            // Nothing is anywhere else, so that there is nothing to write out, to advise or to make room for.
            9 | 19 | 38 | 39 => Ok(Answer::Ok),
            _ => Err(Errno::EINVAL),
        }
    }

    /// Reads from a place, or from the position, which moves then.
    fn read(&mut self, size: usize, at: Option<usize>) -> Result<Answer, Errno> {
        if !self.reads {
            return Err(Errno::EBADF);
        }
        let from = at.unwrap_or(self.position).min(self.bytes.len());
        let bytes = self.bytes[from..][..size.min(self.bytes.len() - from)].to_vec();
        if at.is_none() {
            self.position += bytes.len();
        }
        Ok(Answer::Data(bytes))
    }

    /// Writes to a place, or to the position, which moves then.
    fn write(&mut self, bytes: &[u8], at: Option<usize>) -> Result<Answer, Errno> {
        if !self.writes {
            return Err(Errno::EBADF);
        }
        let from = at.unwrap_or(self.position);
        let end = from + bytes.len();
        if end > self.bytes.len() {
            self.bytes.try_reserve(end - self.bytes.len()).map_err(|_| Errno::ENOMEM)?;
            self.bytes.resize(end, 0);
        }
        self.bytes[from..end].copy_from_slice(bytes);
        if at.is_none() {
            self.position = end;
        }
        Ok(Answer::Number(bytes.len()))
    }

    fn seek(&mut self, request: &[u8]) -> Result<Answer, Errno> {
        let (offset, rest) = number(request)?;
        let origin = match number(rest)?.0 {
            0 => 0,
            1 => self.position,
            2 => self.bytes.len(),
            _ => return Err(Errno::EINVAL),
        };
        self.position = usize::try_from(origin as i64 + offset).map_err(|_| Errno::EINVAL)?;
        Ok(Answer::Number(self.position))
    }

    /// Lets the file end at its position.
    fn truncate(&mut self) -> Result<Answer, Errno> {
        if !self.writes {
            return Err(Errno::EACCES);
        }
        self.bytes.try_reserve(self.position.saturating_sub(self.bytes.len())).map_err(|_| Errno::ENOMEM)?;
        self.bytes.resize(self.position, 0);
        Ok(Answer::Ok)
    }
}
