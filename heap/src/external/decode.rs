//! From bytes to terms.

use super::reader::{Reader, Result};
use super::{DecodeError, DecodeReason, FunKey, Names, VERSION, tag};
use crate::big;
use crate::bits::{self, Bits};
use crate::build::Build;
use crate::code::{FunEntry, Mfa};
use crate::map::Map;
use crate::pace::{self, Steps};
use crate::record::Record;
use crate::term::Term;
use crate::text;

/// The largest tuples, as in OTP.
const TUPLE_SIZE_MAX: u32 = (1 << 24) - 1;
/// Arguments and free variables of the largest functions, as in OTP.
const ARITY_MAX: u32 = 255;
/// The format's text form of a float takes as many bytes.
const FLOAT_TEXT_BYTES: usize = 31;
/// No deflate stream expands further.
const EXPANSION_MAX: usize = 1032;

/// How to decode.
#[derive(Clone, Copy, Default, Debug)]
pub struct DecodeOptions {
    /// Refuse what would make new atoms or names of exports.
    pub safe: bool,
}

/// The term at the start of `bytes`, and how many of them it took.
pub fn decode<'h, B: Build + ?Sized>(
    bytes: &[u8],
    options: DecodeOptions,
    names: &'h dyn Names,
    build: &'h B,
) -> Result<(Term<'h>, usize)> {
    let mut reader = Reader { bytes, at: 0 };
    if reader.u8()? != VERSION {
        return Err(DecodeError { offset: 0, reason: DecodeReason::Version });
    }
    let make = !options.safe;
    match bytes.get(1) {
        Some(&tag::COMPRESSED) => {
            reader.at += 1;
            let (plain, used) = decompress(&mut reader)?;
            let mut inner = Decoder { reader: Reader { bytes: &plain, at: 0 }, names, make, build };
            let term = inner.term()?;
            pace::free(plain);
            Ok((term, used))
        }
        Some(&tag::LOCAL) => {
            reader.at += 1;
            let checksum = reader.u32()?;
            let start = reader.at;
            let mut decoder = Decoder { reader, names, make, build };
            let term = decoder.term()?;
            let end = decoder.reader.at;
            if super::encode::checksum(&bytes[start..end]) != checksum {
                return Err(DecodeError { offset: start, reason: DecodeReason::Checksum });
            }
            Ok((term, end))
        }
        _ => {
            let mut decoder = Decoder { reader, names, make, build };
            Ok((decoder.term()?, decoder.reader.at))
        }
    }
}

/// What a compressed term decompresses to, and where its bytes end.
fn decompress(reader: &mut Reader<'_>) -> Result<(Vec<u8>, usize)> {
    let size = reader.u32()? as usize;
    let compressed = &reader.bytes[reader.at..];
    if size > compressed.len().saturating_mul(EXPANSION_MAX) {
        return reader.fail(DecodeReason::Compression);
    }
    let mut stream = flate2::bufread::ZlibDecoder::new(compressed);
    let (plain, read) = pace::expand(&mut stream, size as u64 + 1);
    match read {
        Ok(()) if plain.len() == size => Ok((plain, reader.at + stream.total_in() as usize)),
        _ => reader.fail(DecodeReason::Compression),
    }
}

/// A compound whose parts are still being read.
struct Open<'h> {
    shape: Shape<'h>,
    /// How many values there were before its parts.
    below: usize,
    parts: usize,
}

enum Shape<'h> {
    Tuple,
    /// The last part is the tail.
    List,
    /// Keys and values in turn.
    Map,
    Fun(&'h FunEntry),
    /// What the record is; the parts are its values.
    Record(Term<'h>),
}

enum Item<'h> {
    Done(Term<'h>),
    Open(Shape<'h>, usize),
    /// The term is what follows.
    Next,
}

struct Decoder<'b, 'h, B: Build + ?Sized> {
    reader: Reader<'b>,
    names: &'h dyn Names,
    make: bool,
    build: &'h B,
}

impl<'h, B: Build + ?Sized> Decoder<'_, 'h, B> {
    fn term(&mut self) -> Result<Term<'h>> {
        let (mut open, mut values) = (Vec::<Open<'h>>::new(), Vec::new());
        let mut steps = Steps::new();
        loop {
            steps.step();
            match self.item()? {
                Item::Done(term) => values.push(term),
                Item::Open(shape, parts) => open.push(Open { shape, below: values.len(), parts }),
                Item::Next => continue,
            }
            while let Some(last) = open.last() {
                if values.len() - last.below < last.parts {
                    break;
                }
                let term = self.close(&last.shape, &values[last.below..])?;
                values.truncate(last.below);
                values.push(term);
                open.pop();
            }
            if let (true, Some(&term)) = (open.is_empty(), values.last()) {
                steps.end();
                pace::free(values);
                return Ok(term);
            }
        }
    }

    fn close(&self, shape: &Shape<'h>, parts: &[Term<'h>]) -> Result<Term<'h>> {
        match shape {
            Shape::Tuple => Ok(self.build.tuple(parts)),
            Shape::List => match parts.split_last() {
                Some((&tail, elements)) => Ok(self.build.list_with_tail(elements, tail)),
                None => Ok(Term::NIL),
            },
            Shape::Map => {
                let pairs: Vec<_> =
                    pace::paced(parts.chunks_exact(2), 1).map(|pair| (pair[0], pair[1])).collect();
                let map = Map::from_pairs(&pairs, self.names.atoms(), self.build);
                let count = pairs.len();
                pace::free(pairs);
                if map.size() < count {
                    return self.reader.fail(DecodeReason::DuplicateKey);
                }
                Ok(map.as_term())
            }
            Shape::Fun(entry) => Ok(self.build.fun(entry, parts)),
            Shape::Record(definition) => Ok(Record::build(self.build, *definition, parts).as_term()),
        }
    }

    /// Reads one term, or the head of a compound.
    fn item(&mut self) -> Result<Item<'h>> {
        let tag = self.reader.u8()?;
        let (build, names, make) = (self.build, self.names, self.make);
        let term = match tag {
            tag::SMALL_INTEGER => Term::small(self.reader.u8()?.into()),
            tag::INTEGER => Term::small((self.reader.u32()? as i32).into()),
            tag::SMALL_BIG | tag::LARGE_BIG => self.big(tag)?,
            tag::FLOAT | tag::FLOAT_TEXT => self.float(tag)?,
            tag::NIL => Term::NIL,
            tag::STRING => self.string()?,
            tag::BINARY | tag::BIT_BINARY => self.bits(tag)?,
            tag::SMALL_TUPLE | tag::LARGE_TUPLE | tag::LIST | tag::MAP => return self.compound(tag),
            tag::PID | tag::PID_OLD => self.reader.pid(tag, names, make, build)?,
            tag::PORT | tag::PORT_OLD | tag::PORT_OLDEST => self.reader.port(tag, names, make, build)?,
            tag::REFERENCE | tag::REFERENCE_OLD | tag::REFERENCE_OLDEST => {
                self.reader.reference(tag, names, make, build)?
            }
            tag::EXPORT => self.export()?,
            tag::FUN => return self.fun(),
            tag::RECORD => return self.record(),
            _ => match self.reader.atom_text(tag, names, make)? {
                Some(atom) => Term::atom(atom),
                None => {
                    self.reader.at -= 1;
                    return self.reader.fail(DecodeReason::Tag(tag));
                }
            },
        };
        Ok(Item::Done(term))
    }

    fn compound(&mut self, tag: u8) -> Result<Item<'h>> {
        let count = if tag == tag::SMALL_TUPLE { self.reader.u8()?.into() } else { self.reader.u32()? };
        let (shape, parts) = match tag {
            tag::LIST if count == 0 => return Ok(Item::Next),
            tag::LIST => (Shape::List, self.reader.count(count, 1)? + 1),
            tag::MAP => (Shape::Map, self.reader.count(count, 2)? * 2),
            _ if count > TUPLE_SIZE_MAX => return self.reader.fail(DecodeReason::Count),
            _ => (Shape::Tuple, self.reader.count(count, 1)?),
        };
        Ok(Item::Open(shape, parts))
    }

    fn record(&mut self) -> Result<Item<'h>> {
        let count = self.reader.u32()?;
        let parts = self.reader.count(count, 2)?;
        let is_exported = match self.reader.u8()? {
            flags @ (0 | 1) => flags == 1,
            _ => return self.reader.fail(DecodeReason::Flags),
        };
        let module = self.reader.atom(self.names, self.make)?;
        let name = self.reader.atom(self.names, self.make)?;
        let mut fields = Vec::new();
        for _ in 0..parts {
            fields.push(self.reader.atom(self.names, self.make)?);
        }
        let mut sorted = fields.clone();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return self.reader.fail(DecodeReason::DuplicateKey);
        }
        let definition = Record::define(self.build, module, name, is_exported, fields);
        Ok(Item::Open(Shape::Record(definition), parts))
    }

    fn big(&mut self, tag: u8) -> Result<Term<'h>> {
        let length =
            if tag == tag::SMALL_BIG { self.reader.u8()?.into() } else { self.reader.u32()? as usize };
        let negative = self.reader.u8()? != 0;
        let limbs: Vec<u64> = self
            .reader
            .take(length)?
            .chunks(8)
            .map(|chunk| chunk.iter().rev().fold(0, |limb, &byte| limb << 8 | u64::from(byte)))
            .collect();
        big::integer(negative, &limbs, self.build).or_else(|_| self.reader.fail(DecodeReason::Integer))
    }

    fn float(&mut self, tag: u8) -> Result<Term<'h>> {
        let value = if tag == tag::FLOAT {
            Some(f64::from_bits(self.reader.u64()?)).filter(|value| value.is_finite())
        } else {
            let bytes = self.reader.take(FLOAT_TEXT_BYTES)?;
            let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
            text::parse_float(&bytes[..end]).ok()
        };
        match value {
            Some(value) => Ok(self.build.float(value)),
            None => self.reader.fail(DecodeReason::Float),
        }
    }

    fn string(&mut self) -> Result<Term<'h>> {
        let length = self.reader.u16()?;
        let bytes = self.reader.take(length.into())?;
        Ok(bytes.iter().rev().fold(Term::NIL, |tail, &byte| self.build.cons(Term::small(byte.into()), tail)))
    }

    fn bits(&mut self, tag: u8) -> Result<Term<'h>> {
        let length = self.reader.u32()? as usize;
        if tag == tag::BINARY {
            return Ok(bits::binary(self.reader.take(length)?, self.build));
        }
        let last = usize::from(self.reader.u8()?);
        let bytes = self.reader.take(length)?;
        match Bits::of_bytes(bytes).slice(0, (length * 8 + last).saturating_sub(8)) {
            Some(bits) if (1..=8).contains(&last) && length > 0 => Ok(bits::copy(bits, self.build)),
            _ => self.reader.fail(DecodeReason::Bits),
        }
    }

    fn export(&mut self) -> Result<Term<'h>> {
        let module = self.reader.atom(self.names, self.make)?;
        let function = self.reader.atom(self.names, self.make)?;
        let arity = self.reader.small()?;
        if arity > ARITY_MAX {
            return self.reader.fail(DecodeReason::Fun);
        }
        match self.names.export(Mfa { module, function, arity }, self.make) {
            Some(name) => Ok(self.build.export(name)),
            None => self.reader.fail(DecodeReason::Fun),
        }
    }

    fn fun(&mut self) -> Result<Item<'h>> {
        let _size = self.reader.u32()?;
        let arity = self.reader.u8()?.into();
        let uniq = self.reader.md5()?;
        let index = self.reader.u32()?;
        let free = self.reader.u32()?;
        if free > ARITY_MAX {
            return self.reader.fail(DecodeReason::Fun);
        }
        let module = self.reader.atom(self.names, self.make)?;
        let _old_index = self.reader.small()?;
        let old_uniq = self.reader.small()?;
        let tag = self.reader.u8()?;
        if !matches!(tag, tag::PID | tag::PID_OLD) {
            return self.reader.fail(DecodeReason::Fun);
        }
        // Who made it is of no interest, but it must be a pid.
        self.reader.pid(tag, self.names, self.make, self.build)?;
        let parts = self.reader.count(free, 1)?;
        let key = FunKey { module, index, old_uniq, uniq, arity, free };
        match self.names.fun(&key) {
            Some(entry) => Ok(Item::Open(Shape::Fun(entry), parts)),
            None => self.reader.fail(DecodeReason::Fun),
        }
    }
}
