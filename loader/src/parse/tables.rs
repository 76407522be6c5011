//! The tables of atoms, imports, exports and funs.

use crate::error::{ParseError, ParseFault};
use crate::module::{Export, Import, Lambda};
use crate::parse::container::Container;
use crate::parse::reader::Reader;

/// Arities go up to this.
const ARITY_MAX: u32 = 255;

/// Atoms, from AtU8 or from the older Latin-1 chunk. There is always one, the module's name.
pub(crate) fn atoms(container: &Container<'_>) -> Result<Vec<Box<str>>, ParseError> {
    match container.optional(*b"AtU8") {
        Some(_) => utf8_atoms(&mut container.required(*b"AtU8")?),
        None => latin1_atoms(&mut container.required(*b"Atom")?),
    }
}

/// AtU8 has two encodings: a length of one byte, or, where the count is negative (from OTP 28), of any size.
fn utf8_atoms(reader: &mut Reader<'_>) -> Result<Vec<Box<str>>, ParseError> {
    let count = reader.u32()? as i32;
    let has_long_lengths = count < 0;
    let count = atom_count(reader, count.unsigned_abs())?;
    let mut atoms = Vec::with_capacity(count);
    for _ in 0..count {
        let start = reader.at();
        let length = match has_long_lengths {
            false => u32::from(reader.u8()?),
            true => match reader.compact()? {
                (0, length) => length,
                (tag, _) => return Err(reader.error_at(start, ParseFault::Tag(tag))),
            },
        };
        let text = std::str::from_utf8(reader.take(length as usize)?);
        let text = text.map_err(|_| reader.error_at(start, ParseFault::Text))?;
        if text.chars().count() > 255 {
            return Err(reader.error_at(start, ParseFault::LongAtom));
        }
        atoms.push(text.into());
    }
    reader.expect_end()?;
    Ok(atoms)
}

fn latin1_atoms(reader: &mut Reader<'_>) -> Result<Vec<Box<str>>, ParseError> {
    let count = reader.u32()?;
    let count = atom_count(reader, count)?;
    let mut atoms = Vec::with_capacity(count);
    for _ in 0..count {
        let length = reader.u8()?;
        let text = reader.take(usize::from(length))?;
        atoms.push(text.iter().map(|byte| char::from(*byte)).collect::<String>().into());
    }
    reader.expect_end()?;
    Ok(atoms)
}

fn atom_count(reader: &Reader<'_>, count: u32) -> Result<usize, ParseError> {
    if count == 0 {
        return Err(reader.error(ParseFault::Count));
    }
    reader.bounded(count as usize, 1)
}

pub(crate) fn imports(reader: &mut Reader<'_>, atoms: u32) -> Result<Vec<Import>, ParseError> {
    table(reader, 12, |reader| {
        let (module, function) = (atom(reader, atoms)?, atom(reader, atoms)?);
        Ok(Import { module, function, arity: arity(reader)? })
    })
}

pub(crate) fn exports(reader: &mut Reader<'_>, atoms: u32) -> Result<Vec<Export>, ParseError> {
    table(reader, 12, |reader| {
        Ok(Export { function: atom(reader, atoms)?, arity: arity(reader)?, label: reader.u32()? })
    })
}

pub(crate) fn lambdas(reader: &mut Reader<'_>, atoms: u32) -> Result<Vec<Lambda>, ParseError> {
    table(reader, 24, |reader| {
        let function = atom(reader, atoms)?;
        let total_arity = arity(reader)?;
        let (label, index) = (reader.u32()?, reader.u32()?);
        let free = reader.u32()?;
        if free > total_arity {
            return Err(reader.error_at(reader.at() - 4, ParseFault::TooLarge));
        }
        Ok(Lambda { function, total_arity, label, index, free, unique: reader.u32()? })
    })
}

/// A count, and so many entries of a fixed size. A chunk that is not there is an empty table.
fn table<T>(
    reader: &mut Reader<'_>,
    size_bytes: usize,
    mut entry: impl FnMut(&mut Reader<'_>) -> Result<T, ParseError>,
) -> Result<Vec<T>, ParseError> {
    if reader.is_at_end() {
        return Ok(Vec::new());
    }
    let count = reader.count(size_bytes)?;
    let entries = (0..count).map(|_| entry(reader)).collect::<Result<Vec<_>, _>>()?;
    reader.expect_end()?;
    Ok(entries)
}

fn atom(reader: &mut Reader<'_>, atoms: u32) -> Result<u32, ParseError> {
    let start = reader.at();
    match reader.u32()? {
        index if index == 0 || index > atoms => Err(reader.error_at(start, ParseFault::Index(index))),
        index => Ok(index),
    }
}

fn arity(reader: &mut Reader<'_>) -> Result<u32, ParseError> {
    let start = reader.at();
    match reader.u32()? {
        arity if arity > ARITY_MAX => Err(reader.error_at(start, ParseFault::TooLarge)),
        arity => Ok(arity),
    }
}
