//! Module `unicode`: characters in lists and binaries, decoded. UTF-16 and UTF-32 are decoded by OTP's module.

use purlin_heap::bits::{self, Bits, is_character};
use purlin_heap::pace::{self, Steps};
use purlin_heap::{Build, Heap, Mfa, Term, View, am};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::Read;

natives! { "unicode":
    "characters_to_list"/2 => characters_to_list, "characters_to_binary"/2 => characters_to_binary,
    "bin_is_7bit"/1 => bin_is_7bit,
}

/// The most bytes of a character in UTF-8.
const CHARACTER_BYTES_MAX: usize = 4;

/// Where the walk over a list stands, and what it has decoded.
struct Decoder<'h> {
    latin1: bool,
    decoded: Vec<u32>,
    /// The bytes of a character that began in a binary and goes on in the next.
    pending: Vec<u8>,
    /// What is to be decoded next; a list may have been entered in its middle.
    current: Term<'h>,
    /// What follows the lists that `current` is nested in.
    tails: Vec<Term<'h>>,
    steps: Steps,
}

/// How decoding ended.
enum End<'h> {
    /// At the end.
    Complete,
    /// At the end, but within a character, whose bytes are these.
    Incomplete(Vec<u8>),
    /// At something that is no character: from there on this is left.
    Error(Term<'h>),
}

impl<'h> Decoder<'h> {
    fn new(data: Term<'h>, latin1: bool) -> Decoder<'h> {
        Decoder {
            latin1,
            decoded: Vec::new(),
            pending: Vec::new(),
            current: data,
            tails: Vec::new(),
            steps: Steps::new(),
        }
    }

    fn run(&mut self, heap: &'h Heap) -> End<'h> {
        loop {
            self.steps.step();
            if let Some(cell) = self.current.as_cons() {
                if is_integer(cell.head()) {
                    if !self.integer(cell.head()) {
                        return End::Error(self.left(self.current, heap));
                    }
                    self.current = cell.tail();
                } else if let Some(bits) = Bits::of(cell.head()) {
                    if let Err(rest) = self.bytes(bits) {
                        let rest = heap.cons(rest_of(cell.head(), rest, heap), cell.tail());
                        return End::Error(self.left(rest, heap));
                    }
                    self.current = cell.tail();
                } else {
                    self.tails.push(cell.tail());
                    self.current = cell.head();
                }
                continue;
            }
            if let Some(bits) = Bits::of(self.current)
                && let Err(rest) = self.bytes(bits)
            {
                return End::Error(self.left(rest_of(self.current, rest, heap), heap));
            }
            match self.tails.pop() {
                Some(tail) => self.current = tail,
                None if self.pending.is_empty() => return End::Complete,
                None if is_beginning(&self.pending) => {
                    return End::Incomplete(std::mem::take(&mut self.pending));
                }
                None => return End::Error(bits::binary(&self.pending, heap)),
            }
        }
    }

    /// Takes an integer as a character, if it is one and no other is pending.
    fn integer(&mut self, value: Term<'_>) -> bool {
        let max = if self.latin1 { 0xff } else { 0x10ffff };
        let value = value.as_small().and_then(|value| u32::try_from(value).ok());
        let character = value.filter(|&value| value <= max && is_character(value));
        self.decoded.extend(character.filter(|_| self.pending.is_empty()));
        character.is_some() && self.pending.is_empty()
    }

    /// Takes the characters in bytes; the place where there is none otherwise.
    fn bytes(&mut self, bits: Bits<'h>) -> Result<(), usize> {
        let mut buffer = Vec::new();
        let Some(bytes) = bits.bytes_in(&mut buffer) else { return Err(0) };
        if self.latin1 {
            self.decoded.extend(pace::paced(bytes.iter(), 1).map(|&byte| u32::from(byte)));
            return Ok(());
        }
        let mut at = self.finish_pending(bytes)?;
        while at < bytes.len() {
            self.steps.step();
            if bytes[at] < 0x80 {
                self.decoded.push(bytes[at].into());
                at += 1;
                continue;
            }
            match first_character(&bytes[at..]) {
                First::Character(character, length) => {
                    self.decoded.push(character);
                    at += length;
                }
                First::Incomplete => {
                    self.pending = bytes[at..].to_vec();
                    return Ok(());
                }
                First::Malformed => return Err(at),
            }
        }
        Ok(())
    }

    /// Completes the pending character with bytes at the start; how many those were.
    fn finish_pending(&mut self, bytes: &[u8]) -> Result<usize, usize> {
        let Some(&first) = self.pending.first() else { return Ok(0) };
        let missing = length_by_first(first) - self.pending.len();
        let (taken, _) = bytes.split_at(missing.min(bytes.len()));
        let whole = [&self.pending, taken].concat();
        if taken.len() < missing {
            self.pending = whole;
            return Ok(bytes.len());
        }
        match first_character(&whole) {
            First::Character(character, _) => {
                self.decoded.push(character);
                self.pending.clear();
                Ok(missing)
            }
            _ => Err(0),
        }
    }

    /// What is left of the whole when `rest` is left of the innermost list. Bytes that are pending come before.
    fn left(&mut self, rest: Term<'h>, heap: &'h Heap) -> Term<'h> {
        let left = self.tails.iter().rev().fold(rest, |rest, &tail| heap.cons(rest, tail));
        if self.pending.is_empty() {
            return left;
        }
        heap.list(&[bits::binary(&self.pending, heap), left])
    }
}

/// Whether it is an integer, be it too large for a character.
fn is_integer(term: Term<'_>) -> bool {
    matches!(term.view(), View::Small(_) | View::Big(_))
}

/// The bytes of a binary from a place on.
fn rest_of<'h>(binary: Term<'h>, from: usize, heap: &'h Heap) -> Term<'h> {
    let size = Bits::of(binary).map_or(0, Bits::bit_size);
    bits::slice(binary, from * 8, size - from * 8, heap).unwrap_or(binary)
}

/// What bytes begin with.
enum First {
    /// A character of so many bytes.
    Character(u32, usize),
    /// A part of a character.
    Incomplete,
    Malformed,
}

fn length_by_first(byte: u8) -> usize {
    match byte {
        0xf0.. => CHARACTER_BYTES_MAX,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

/// Whether bytes can be the first of a character of more bytes. As in OTP, only the kind of each byte is looked at, not which
/// character it could become.
fn is_beginning(bytes: &[u8]) -> bool {
    is_cut(bytes) && bytes[1..].iter().all(|byte| byte & 0xc0 == 0x80)
}

/// Whether there are fewer bytes than the first of them asks for. As in OTP, the others are looked at when all are there, or at
/// the end.
fn is_cut(bytes: &[u8]) -> bool {
    matches!(bytes, &[first @ 0xc0..=0xf7, ..] if bytes.len() < length_by_first(first))
}

fn first_character(bytes: &[u8]) -> First {
    let bytes = &bytes[..bytes.len().min(CHARACTER_BYTES_MAX)];
    if is_cut(bytes) {
        return First::Incomplete;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return First::Malformed,
    };
    match text.chars().next() {
        Some(character) => First::Character(character.into(), character.len_utf8()),
        None => First::Malformed,
    }
}

/// Whether OTP does not have it in one word: it looks no further then, because that is no character.
fn is_beyond_words(term: Term<'_>) -> bool {
    const LEAST: i64 = 1 << 59;
    match term.view() {
        View::Small(value) => !(-LEAST..LEAST).contains(&value),
        View::Big(_) => true,
        _ => false,
    }
}

/// Whether this is made of integers, binaries and lists of such alone.
fn checked<'h>(data: Term<'h>) -> Read<'h, ()> {
    let (mut current, mut tails, mut steps) = (data, Vec::new(), Steps::new());
    loop {
        steps.step();
        if let Some(cell) = current.as_cons() {
            if is_beyond_words(cell.head()) {
                return Ok(());
            }
            if is_integer(cell.head()) {
                current = cell.tail();
            } else {
                tails.push(cell.tail());
                current = cell.head();
            }
            continue;
        }
        let is_binary = Bits::of(current).is_some_and(Bits::is_binary);
        if !is_binary && !current.is_nil() {
            return Err(Stop::badarg());
        }
        match tails.pop() {
            Some(tail) => current = tail,
            None => {
                steps.end();
                return Ok(());
            }
        }
    }
}

/// All characters of data that are nothing else.
pub(crate) fn decoded<'h>(cx: &Context<'h>, data: Term<'h>, latin1: bool) -> Option<Vec<u32>> {
    checked(data).ok()?;
    let mut decoder = Decoder::new(data, latin1);
    match decoder.run(cx.heap()) {
        End::Complete => Some(decoder.decoded),
        _ => None,
    }
}

/// Characters as a list.
pub(crate) fn listed<'h>(heap: &'h Heap, characters: &[u32]) -> Term<'h> {
    pace::paced(characters.iter().rev(), 1)
        .fold(Term::NIL, |tail, &character| heap.cons(Term::small(character.into()), tail))
}

/// Decodes the data, which must be a list or a binary, and hands the characters to `build`. Data in another encoding than
/// UTF-8 and Latin-1 are left to the function `other` of OTP's module, which does not come back here with them.
fn converted<'h>(
    cx: &Context<'h>,
    args: &[Term<'h>],
    other: &str,
    build: impl FnOnce(&[u32]) -> Term<'h>,
) -> Outcome<'h> {
    let latin1 = match args[1].as_atom() {
        Some(am::latin1) => true,
        Some(am::unicode | am::utf8) => false,
        _ => {
            let name = Mfa { module: am::unicode, function: cx.atoms().intern(other)?, arity: 2 };
            return Err(Stop::Call(&cx.vm().code().export(name).name, cx.heap().list(args)));
        }
    };
    checked(args[0])?;
    let mut decoder = Decoder::new(args[0], latin1);
    let end = decoder.run(cx.heap());
    let built = build(&decoder.decoded);
    pace::free(decoder.decoded);
    Ok(match end {
        End::Complete => built,
        End::Incomplete(bytes) => {
            cx.heap().tuple(&[Term::atom(am::incomplete), built, bits::binary(&bytes, cx.heap())])
        }
        End::Error(rest) => cx.heap().tuple(&[Term::atom(am::error), built, rest]),
    })
}

fn characters_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    converted(cx, args, "characters_to_list_int", |characters| listed(cx.heap(), characters))
}

fn characters_to_binary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let outcome = converted(cx, args, "characters_to_binary_int", |characters| {
        let text: String =
            pace::paced(characters.iter(), 1).filter_map(|&character| char::from_u32(character)).collect();
        let binary = bits::binary(text.as_bytes(), cx.heap());
        pace::free(text.into_bytes());
        binary
    })?;
    // As in OTP: what is left of a list of one binary is a binary.
    let single = args[0].as_cons().filter(|cell| cell.tail().is_nil() && Bits::of(cell.head()).is_some());
    match outcome.as_tuple().map(|tuple| tuple.elements()) {
        Some(&[error, built, rest]) if single.is_some() && error.is_atom(am::error) => {
            let rest = rest.as_cons().map_or(rest, |cell| cell.head());
            Ok(cx.heap().tuple(&[error, built, rest]))
        }
        _ => Ok(outcome),
    }
}

fn bin_is_7bit<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let Some(bits) = Bits::of(args[0]).filter(|bits| bits.is_binary()) else {
        return Ok(Term::boolean(false));
    };
    let mut bytes = pace::paced(bits.bytes(), 1);
    Ok(Term::boolean(bytes.all(|byte| byte < 0x80)))
}
