//! The definitions of native records: chunk Recs, from OTP 29 on.

use purlin_isa::{Code, Operand};

use crate::error::{ParseError, ParseFault};
use crate::module::{Definition, Definitions, Field};
use crate::parse::reader::Reader;

const CHUNK: [u8; 4] = *b"Recs";

/// The only version of the chunk so far.
const VERSION: u32 = 0;

pub(crate) fn definitions(
    bytes: &[u8],
    atoms: &[Box<str>],
    literals: usize,
) -> Result<Definitions, ParseError> {
    let mut reader = Reader::new(CHUNK, bytes);
    if reader.is_at_end() {
        return Ok(Definitions::default());
    }
    match reader.u32()? {
        VERSION => {}
        version => return Err(reader.error_at(0, ParseFault::Version(version))),
    }
    let (count, field_count) = (reader.u32()?, reader.u32()?);
    // Each takes five bytes at least.
    let count = reader.bounded(count as usize, 5)?;
    let start = reader.at();
    let (rows, code) = Code::decode_definitions(reader.rest(), count)
        .map_err(|error| reader.error_at(start + error.offset, ParseFault::Code(error.fault)))?;
    let read = rows.iter().map(|row| definition(row, &code, atoms, literals));
    let all = read.collect::<Result<Vec<_>, _>>().map_err(|fault| reader.error_at(start, fault))?;
    if all.iter().map(|definition| definition.fields.len()).sum::<usize>() != field_count as usize {
        return Err(reader.error_at(8, ParseFault::Count));
    }
    Ok(Definitions { bytes: bytes.into(), all, code })
}

fn definition(
    row: &[Operand; 3],
    code: &Code,
    atoms: &[Box<str>],
    literals: usize,
) -> Result<Definition, ParseFault> {
    let [Operand::Atom(name), Operand::Atom(is_exported), Operand::List(list)] = *row else {
        return Err(ParseFault::Definition);
    };
    let fields =
        code.list(list).chunks(2).map(|pair| field(pair, literals)).collect::<Result<Vec<_>, _>>()?;
    let atom = |index: u32| atoms.get((index as usize).wrapping_sub(1)).ok_or(ParseFault::Index(index));
    atom(name)?;
    let is_exported = match &**atom(is_exported)? {
        "true" => true,
        "false" => false,
        _ => return Err(ParseFault::Definition),
    };
    let mut names: Vec<u32> = fields.iter().map(|field| field.name).collect();
    names.iter().try_for_each(|index| atom(*index).map(|_| ()))?;
    names.sort_unstable();
    match names.windows(2).any(|pair| pair[0] == pair[1]) {
        true => Err(ParseFault::Definition),
        false => Ok(Definition { name, is_exported, fields }),
    }
}

fn field(pair: &[Operand], literals: usize) -> Result<Field, ParseFault> {
    let [Operand::Atom(name), default] = *pair else { return Err(ParseFault::Definition) };
    let default = match default {
        Operand::Unsigned(0) => None,
        Operand::Literal(index) if index as usize >= literals => return Err(ParseFault::Index(index)),
        Operand::Nil | Operand::Atom(_) | Operand::Integer(_) | Operand::Big(_) | Operand::Literal(_) => {
            Some(default)
        }
        _ => return Err(ParseFault::Definition),
    };
    Ok(Field { name, default })
}
