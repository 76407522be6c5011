//! From terms to bytes.

use std::io;

use super::identities::parts;
use super::{Names, VERSION, tag};
use crate::atoms::Atom;
use crate::big::Big;
use crate::bits::Bits;
use crate::code::Mfa;
use crate::map::Map;
use crate::order::compare_exact;
use crate::pace::{self, Steps};
use crate::record::Record;
use crate::term::{Fun, Pid, Term, View};
use crate::text;

/// Lists of bytes up to this length are written as text.
const STRING_LENGTH_MAX: usize = 0xffff;
/// Digits of a float in its text form.
const FLOAT_DIGITS: usize = 20;
/// Bytes of a float in its text form.
const FLOAT_TEXT_BYTES: usize = 31;

/// How to encode.
#[derive(Clone, Copy, Debug)]
pub struct EncodeOptions {
    /// 0: floats as text; 0 and 1: atoms in Latin-1 where possible; 2: the form of today.
    pub minor_version: u8,
    /// Compress at this level (0 to 9) where that makes it shorter.
    pub compressed: Option<u32>,
    /// Maps in the order of their keys.
    pub deterministic: bool,
    /// For this node alone: with a checksum.
    pub local: bool,
}

impl Default for EncodeOptions {
    fn default() -> EncodeOptions {
        EncodeOptions { minor_version: 2, compressed: None, deterministic: false, local: false }
    }
}

/// A part has more elements or bytes than the format can count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EncodeTooLarge;

type Result<T> = std::result::Result<T, EncodeTooLarge>;

/// The bytes of a term.
pub fn encode(term: Term<'_>, options: &EncodeOptions, names: &dyn Names) -> Result<Vec<u8>> {
    let mut encoder = Encoder { out: vec![VERSION], todo: Vec::new(), options, names };
    if options.local {
        encoder.out.extend([tag::LOCAL, 0, 0, 0, 0]);
    }
    encoder.run(term)?;
    let mut out = encoder.out;
    if options.local {
        let sum = checksum(&out[6..]);
        out[2..6].copy_from_slice(&sum.to_be_bytes());
    } else if let Some(level) = options.compressed {
        return compress(out, level);
    }
    Ok(out)
}

/// By which changes to what was encoded for this node alone are noticed.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    pace::in_portions(bytes, |portion| crc.update(portion));
    crc.sum()
}

fn compress(plain: Vec<u8>, level: u32) -> Result<Vec<u8>> {
    let terms = &plain[1..];
    let mut out = vec![VERSION, tag::COMPRESSED];
    out.extend(length(terms.len())?.to_be_bytes());
    let mut stream = flate2::write::ZlibEncoder::new(out, flate2::Compression::new(level.min(9)));
    let compressed = io::copy(&mut pace::ToCompress(terms), &mut stream).and_then(|_| stream.finish());
    Ok(compressed.ok().filter(|out| out.len() <= plain.len()).unwrap_or(plain))
}

fn length(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|_| EncodeTooLarge)
}

/// What is still to be written, last first.
enum Todo<'h> {
    Term(Term<'h>),
    Slice(&'h [Term<'h>]),
    /// So many elements of a list, then its tail.
    List(Term<'h>, u32),
    /// A fun whose size stands here begins here.
    FunSize(usize),
}

struct Encoder<'h, 'a> {
    out: Vec<u8>,
    todo: Vec<Todo<'h>>,
    options: &'a EncodeOptions,
    names: &'a dyn Names,
}

impl<'h> Encoder<'h, '_> {
    fn run(&mut self, term: Term<'h>) -> Result<()> {
        self.term(term)?;
        let mut steps = Steps::new();
        while let Some(todo) = self.todo.pop() {
            steps.step();
            match todo {
                Todo::Term(term) => self.term(term)?,
                Todo::Slice([]) => {}
                Todo::Slice([first, rest @ ..]) => {
                    self.todo.push(Todo::Slice(rest));
                    self.term(*first)?;
                }
                Todo::List(tail, 0) => self.term(tail)?,
                Todo::List(list, left) => {
                    let cons = list.as_cons().expect("the elements were counted");
                    self.todo.push(Todo::List(cons.tail(), left - 1));
                    self.term(cons.head())?;
                }
                Todo::FunSize(at) => {
                    let size = length(self.out.len() - at)?;
                    self.out[at..at + 4].copy_from_slice(&size.to_be_bytes());
                }
            }
        }
        steps.end();
        Ok(())
    }

    fn u32(&mut self, value: u32) {
        self.out.extend(value.to_be_bytes());
    }

    fn term(&mut self, term: Term<'h>) -> Result<()> {
        match term.view() {
            View::Small(value) => self.integer(value),
            View::Big(object) => {
                let big = Big::of_object(object).expect("a big integer");
                self.big(big.negative, big.limbs)?;
            }
            View::Float(value) => self.float(value),
            View::Atom(atom) => self.atom(atom),
            View::Nil => self.out.push(tag::NIL),
            View::Cons(_) => self.list(term)?,
            View::Tuple(tuple) => {
                match u8::try_from(tuple.arity()) {
                    Ok(arity) => self.out.extend([tag::SMALL_TUPLE, arity]),
                    Err(_) => self.counted(tag::LARGE_TUPLE, tuple.arity())?,
                }
                self.todo.push(Todo::Slice(tuple.elements()));
            }
            View::Record(record) => self.record(record)?,
            View::Map(object) => self.map(Map::of_object(object).expect("a map"))?,
            View::Bits(object) => self.bits(Bits::of_object(object).expect("a bit string"))?,
            View::Fun(fun) => self.fun(fun),
            View::Export(name) => self.export(name),
            View::Pid(_) | View::Port(_) | View::Reference(_) | View::External(_) => self.identity(term),
            View::MatchContext(_) => unreachable!("a context is no value"),
        }
        Ok(())
    }

    fn counted(&mut self, tag: u8, count: usize) -> Result<()> {
        self.out.push(tag);
        self.u32(length(count)?);
        Ok(())
    }

    fn integer(&mut self, value: i64) {
        if let Ok(byte) = u8::try_from(value) {
            self.out.extend([tag::SMALL_INTEGER, byte]);
        } else if let Ok(value) = i32::try_from(value) {
            self.out.push(tag::INTEGER);
            self.u32(value as u32);
        } else {
            self.big(value < 0, &[value.unsigned_abs()]).expect("one limb");
        }
    }

    fn big(&mut self, negative: bool, limbs: &[u64]) -> Result<()> {
        let bytes = crate::big::bit_length(limbs).div_ceil(8);
        match u8::try_from(bytes) {
            Ok(count) => self.out.extend([tag::SMALL_BIG, count]),
            Err(_) => self.counted(tag::LARGE_BIG, bytes)?,
        }
        self.out.push(negative.into());
        self.out.extend(limbs.iter().flat_map(|limb| limb.to_le_bytes()).take(bytes));
        Ok(())
    }

    fn float(&mut self, value: f64) {
        if self.options.minor_version > 0 {
            self.out.push(tag::FLOAT);
            self.out.extend(value.to_bits().to_be_bytes());
            return;
        }
        let text = text::scientific(value, FLOAT_DIGITS).expect("20 digits");
        self.out.push(tag::FLOAT_TEXT);
        let end = self.out.len() + FLOAT_TEXT_BYTES;
        self.out.extend(text.as_bytes());
        self.out.resize(end, 0);
    }

    fn atom(&mut self, atom: Atom) {
        let name = self.names.atoms().name(atom);
        if self.options.minor_version < 2 && name.chars().all(|c| u32::from(c) < 256) {
            self.out.push(tag::ATOM_LATIN1);
            self.out.extend((name.chars().count() as u16).to_be_bytes());
            self.out.extend(name.chars().map(|c| u32::from(c) as u8));
            return;
        }
        match u8::try_from(name.len()) {
            Ok(length) => self.out.extend([tag::SMALL_ATOM, length]),
            Err(_) => {
                self.out.push(tag::ATOM);
                self.out.extend((name.len() as u16).to_be_bytes());
            }
        }
        self.out.extend(name.as_bytes());
    }

    fn list(&mut self, list: Term<'h>) -> Result<()> {
        let (mut count, mut bytes, mut tail) = (0usize, true, list);
        let mut steps = Steps::new();
        while let Some(cons) = tail.as_cons() {
            steps.step();
            bytes &= cons.head().as_small().is_some_and(|value| u8::try_from(value).is_ok());
            count += 1;
            tail = cons.tail();
        }
        if !(bytes && tail.is_nil() && count <= STRING_LENGTH_MAX) {
            self.counted(tag::LIST, count)?;
            self.todo.push(Todo::List(list, count as u32));
            return Ok(());
        }
        self.out.push(tag::STRING);
        self.out.extend((count as u16).to_be_bytes());
        let mut rest = list;
        while let Some(cons) = rest.as_cons() {
            self.out.push(cons.head().as_small().unwrap_or(0) as u8);
            rest = cons.tail();
        }
        Ok(())
    }

    fn map(&mut self, map: Map<'h>) -> Result<()> {
        self.counted(tag::MAP, map.size())?;
        let mut entries: Vec<_> = pace::paced(map.entries(), 4).collect();
        if self.options.deterministic {
            pace::sort_by(&mut entries, |a, b| compare_exact(a.0, b.0, self.names.atoms()));
        }
        self.todo.extend(
            pace::paced(entries.iter().rev(), 2)
                .flat_map(|&(key, value)| [Todo::Term(value), Todo::Term(key)]),
        );
        Ok(())
    }

    fn record(&mut self, record: Record<'h>) -> Result<()> {
        self.counted(tag::RECORD, record.values().len())?;
        self.out.push(record.is_exported().into());
        self.todo.push(Todo::Slice(record.values()));
        self.todo.push(Todo::Slice(record.fields()));
        self.term(record.module())?;
        self.term(record.name())
    }

    fn bits(&mut self, bits: Bits<'_>) -> Result<()> {
        let last = (bits.bit_size() % 8) as u8;
        self.counted(if last == 0 { tag::BINARY } else { tag::BIT_BINARY }, bits.byte_size())?;
        if last != 0 {
            self.out.push(last);
        }
        match bits.as_bytes() {
            Some(bytes) => {
                self.out.reserve(bytes.len());
                pace::in_portions(bytes, |portion| self.out.extend_from_slice(portion));
            }
            None => self.out.extend(bits.to_vec()),
        }
        Ok(())
    }

    fn export(&mut self, name: &Mfa) {
        self.out.push(tag::EXPORT);
        self.atom(name.module);
        self.atom(name.function);
        self.integer(name.arity.into());
    }

    fn fun(&mut self, fun: Fun<'h>) {
        let entry = fun.entry();
        self.out.push(tag::FUN);
        self.todo.push(Todo::FunSize(self.out.len()));
        self.u32(0);
        self.out.push(entry.arity as u8);
        self.out.extend(entry.uniq);
        self.u32(entry.index);
        self.u32(fun.free().len() as u32);
        self.atom(entry.module);
        self.integer(entry.index.into());
        self.integer(entry.old_uniq.into());
        // As OTP since 27: funs do not know who made them.
        self.identity(Term::pid(Pid(0)));
        self.todo.push(Todo::Slice(fun.free()));
    }

    fn identity(&mut self, term: Term<'_>) {
        let parts = parts(term.view(), self.names).expect("a pid, port or reference");
        self.out.push(parts.tag);
        let reference = parts.tag == tag::REFERENCE;
        if reference {
            self.out.extend((parts.words.len() as u16).to_be_bytes());
        }
        self.atom(parts.node);
        if reference {
            self.u32(parts.creation);
        }
        parts.words.iter().for_each(|&word| self.u32(word));
        if !reference {
            self.u32(parts.creation);
        }
    }
}
