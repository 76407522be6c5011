//! The table of literals: LitT, compressed up to OTP 27 and raw from OTP 28 on.

use std::io::Read;

use crate::error::{ParseError, ParseFault};
use crate::external;
use crate::module::Literals;
use crate::parse::reader::Reader;

const CHUNK: [u8; 4] = *b"LitT";

/// Literals that inflate to more than this are refused.
const INFLATED_SIZE_MAX: u32 = 1 << 28;

pub(crate) fn literals(reader: &mut Reader<'_>) -> Result<Literals, ParseError> {
    if reader.is_at_end() {
        return Ok(Literals::default());
    }
    // The size of the table once inflated; 0 says that it is not compressed.
    let bytes = match reader.u32()? {
        0 => reader.rest().to_vec(),
        size_bytes => inflate(reader, size_bytes)?,
    };
    let mut table = Reader::new(CHUNK, &bytes);
    let count = table.count(5)?;
    let mut literals = Literals::default();
    for _ in 0..count {
        let length = table.u32()? as usize;
        let start = table.at();
        let shape = external::scan(table.take(length)?).map_err(|malformed| {
            let fault = malformed.tag.map_or(ParseFault::End, ParseFault::Tag);
            table.error_at(start + malformed.offset, fault)
        })?;
        // Offsets fit: both kinds of table are shorter than 4 GB.
        literals.ranges.push(start as u32..table.at() as u32);
        literals.shapes.push(shape);
    }
    table.expect_end()?;
    literals.bytes = bytes;
    Ok(literals)
}

fn inflate(reader: &mut Reader<'_>, size_bytes: u32) -> Result<Vec<u8>, ParseError> {
    let damaged = reader.error(ParseFault::Compression);
    if size_bytes > INFLATED_SIZE_MAX {
        return Err(damaged);
    }
    let mut bytes = Vec::new();
    let decoder = flate2::read::ZlibDecoder::new(reader.rest());
    match decoder.take(u64::from(size_bytes) + 1).read_to_end(&mut bytes) {
        Ok(length) if length == size_bytes as usize => Ok(bytes),
        _ => Err(damaged),
    }
}
