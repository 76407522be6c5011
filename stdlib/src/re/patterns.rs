//! Compiled patterns as terms, and the machine's memory of what it has compiled.
//!
//! A term holds a pattern's source and options behind a reference, which no program sees into. What was made of
//! them is among the machine's [`Patterns`], or is made anew: so terms may be kept, sent and copied like any other, and
//! compiled code is bounded however many of them there are.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::sync::Arc;

use purlin_heap::bits::{self, Bits};
use purlin_heap::layout::Kind;
use purlin_heap::{Build, Term, am, pace};
use purlin_regex::{CompileError, Newline, Options, Pattern};
use purlin_vm::{Context, Stop};

use crate::args::Read;
use crate::held::Mutex;
use crate::state::State;

/// What a machine has compiled, by the hash of source and options, in parts with a lock each.
#[derive(Default)]
pub(crate) struct Patterns {
    hasher: RandomState,
    parts: [Mutex<Part>; PARTS],
}

const PARTS: usize = 16;
/// Bytes of compiled patterns that a part remembers.
const PART_BYTES_MAX: usize = 2 << 20;
/// Bytes of working memory that a pattern may keep.
const SPARE_BYTES: usize = 32 << 10;

#[derive(Default)]
struct Part {
    known: HashMap<u64, Known>,
    /// The keys, in the order in which they are looked at when there are too many.
    order: VecDeque<u64>,
    bytes: usize,
}

struct Known {
    pattern: Arc<Pattern>,
    /// Bytes that it counts for.
    bytes: usize,
    /// Whether it was asked for since it was looked at last.
    is_used: bool,
}

impl Part {
    fn add(&mut self, key: u64, pattern: Arc<Pattern>) {
        // Twice as much as there is by now: the code for long matches may come.
        let bytes = 2 * pattern.size_bytes() + SPARE_BYTES;
        if bytes > PART_BYTES_MAX {
            return;
        }
        match self.known.insert(key, Known { pattern, bytes, is_used: false }) {
            Some(former) => self.bytes -= former.bytes,
            None => self.order.push_back(key),
        }
        self.bytes += bytes;
        while self.bytes > PART_BYTES_MAX {
            self.forget_one();
        }
    }

    /// Forgets the one that has not been used for longest, about.
    fn forget_one(&mut self) {
        while let Some(key) = self.order.pop_front() {
            let Some(known) = self.known.get_mut(&key) else { continue };
            if !std::mem::take(&mut known.is_used) {
                self.bytes -= known.bytes;
                self.known.remove(&key);
                return;
            }
            self.order.push_back(key);
        }
    }
}

impl Patterns {
    /// The key of a pattern: a hash that fits a small integer.
    fn key(&self, source: &[u8], options: Options) -> u64 {
        self.hasher.hash_one((source, options.to_number())) >> 4
    }

    fn part(&self, key: u64) -> &Mutex<Part> {
        &self.parts[key as usize % PARTS]
    }

    /// The pattern made of these, from memory or made now.
    fn get(&self, key: u64, source: &[u8], options: Options) -> Result<Arc<Pattern>, CompileError> {
        if let Some(known) = self.part(key).lock().known.get_mut(&key)
            && known.pattern.source() == source
            && known.pattern.options() == options
        {
            known.is_used = true;
            return Ok(known.pattern.clone());
        }
        pace::charge(STEPS_TO_COMPILE + source.len() * STEPS_TO_COMPILE_A_BYTE);
        let pattern = Arc::new(Pattern::compile(source, options)?);
        self.part(key).lock().add(key, pattern.clone());
        Ok(pattern)
    }
}

const STEPS_TO_COMPILE: usize = 100;
const STEPS_TO_COMPILE_A_BYTE: usize = 8;

/// The pattern made of a source and options.
pub(super) fn compiled(
    cx: &Context<'_>,
    source: &[u8],
    options: Options,
) -> Result<Arc<Pattern>, CompileError> {
    let patterns = &State::of(cx).patterns;
    patterns.get(patterns.key(source, options), source, options)
}

/// `{re_pattern, Groups, IsUnicode, IsCrLf, Held}`
pub(super) fn tuple<'h>(cx: &Context<'h>, pattern: &Pattern, is_unicode: bool) -> Term<'h> {
    let heap = cx.heap();
    let (source, options) = (pattern.source(), pattern.options());
    let within = heap.tuple(&[
        Term::atom(am::re),
        Term::small(State::of(cx).patterns.key(source, options) as i64),
        Term::small(options.to_number() as i64),
        bits::binary(source, heap),
    ]);
    let is_crlf = matches!(pattern.newline(), Newline::CrLf | Newline::Any | Newline::AnyCrLf);
    heap.tuple(&[
        Term::atom(am::re_pattern),
        Term::small(pattern.group_count().into()),
        Term::small(is_unicode.into()),
        Term::small(is_crlf.into()),
        heap.object(Kind::Reference, &[cx.unique_number(), 0, 0], &[within]),
    ])
}

/// The pattern that a tuple stands for, and whether it says that it is for characters.
pub(super) fn of_tuple<'h>(cx: &Context<'h>, term: Term<'h>) -> Read<'h, (Arc<Pattern>, bool)> {
    let found = elements(term).and_then(|[tag, groups, is_unicode, is_crlf, held]| {
        let are_numbers = groups.as_small().is_some() && is_crlf.as_small().is_some();
        let pattern = within(held).filter(|_| tag.is_atom(am::re_pattern) && are_numbers)?;
        Some((pattern, is_unicode.as_small()? != 0))
    });
    let ((key, options, source), is_unicode) = found.ok_or(Stop::badarg())?;
    match State::of(cx).patterns.get(key, source, options) {
        Ok(pattern) => Ok((pattern, is_unicode)),
        // It has been compiled before, so nothing but memory can be missing.
        Err(_) => Err(Stop::system_limit()),
    }
}

/// Key, options and source that a reference of [`tuple`] holds.
fn within(held: Term<'_>) -> Option<(u64, Options, &[u8])> {
    let object = held.as_boxed().filter(|object| object.kind() == Kind::Reference)?;
    let &[tag, key, options, source] = object.terms().first()?.as_tuple()?.elements() else { return None };
    let options = Options::from_number(options.as_small()? as u64).filter(|_| tag.is_atom(am::re))?;
    Some((key.as_small()? as u64, options, Bits::of(source)?.as_bytes()?))
}

fn elements<'h>(term: Term<'h>) -> Option<[Term<'h>; 5]> {
    term.as_tuple()?.elements().try_into().ok()
}

/// What an exported pattern begins with: a mark, a number that is different for each build of OTP, and the version of the format.
/// OTP has no such version, and compiles the source anew then.
const EXPORTED_HEADER: &[u8] = b"re-PCRE2\0\0\0\0\xff\0";
/// Bytes of the header that say what it is.
const EXPORTED_MARK: usize = 8;

/// `{re_exported_pattern, Header, Source, Options, Code}`, as other nodes take it. There is no code: who imports it compiles
/// the source anew.
pub(super) fn exported<'h>(cx: &Context<'h>, source: &[u8], list: Term<'h>) -> Term<'h> {
    let binary = |bytes: &[u8]| bits::binary(bytes, cx.heap());
    let tag = Term::atom(am::re_exported_pattern);
    cx.heap().tuple(&[tag, binary(EXPORTED_HEADER), binary(source), list, binary(b"")])
}

/// Source and options of an exported pattern.
pub(super) fn of_exported<'h>(term: Term<'h>) -> Read<'h, (Term<'h>, Term<'h>)> {
    let [tag, header, source, list, code] = elements(term).ok_or(Stop::badarg())?;
    let marked = |header: &[u8]| {
        header.len() == EXPORTED_HEADER.len() && header[..EXPORTED_MARK] == EXPORTED_HEADER[..EXPORTED_MARK]
    };
    let is_marked = Bits::of(header).is_some_and(|header| header.is_binary() && marked(&header.to_vec()));
    match tag.is_atom(am::re_exported_pattern)
        && is_marked
        && super::is_binary(source)
        && super::is_binary(code)
    {
        true => Ok((source, list)),
        false => Err(Stop::badarg()),
    }
}
