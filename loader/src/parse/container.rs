//! The container of a `.beam` file: an IFF form of type BEAM, its chunks each padded to four bytes.

use std::io::Read;

use crate::error::{ParseError, ParseFault};
use crate::parse::reader::Reader;

const FORM: [u8; 4] = *b"FOR1";

/// Files compressed as a whole are inflated up to this size.
const INFLATED_SIZE_MAX: u64 = 1 << 28;

pub(crate) struct Container<'a> {
    chunks: Vec<([u8; 4], &'a [u8])>,
}

/// Inflates a file that was compressed as a whole (compiler option `compressed`); `None` if it was not.
pub(crate) fn decompress(bytes: &[u8]) -> Result<Option<Vec<u8>>, ParseError> {
    super::check_size(bytes)?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(None);
    }
    let damaged = ParseError { chunk: FORM, offset: 0, fault: ParseFault::Compression };
    let mut inflated = Vec::new();
    let decoder = flate2::read::GzDecoder::new(bytes);
    match decoder.take(INFLATED_SIZE_MAX + 1).read_to_end(&mut inflated) {
        Ok(_) if inflated.len() as u64 <= INFLATED_SIZE_MAX => Ok(Some(inflated)),
        _ => Err(damaged),
    }
}

impl<'a> Container<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Container<'a>, ParseError> {
        let mut reader = Reader::new(FORM, bytes);
        let is_form = bytes.len() >= 12 && bytes[..4] == FORM && bytes[8..12] == *b"BEAM";
        if !is_form {
            return Err(reader.error(ParseFault::Foreign));
        }
        reader.take(4)?;
        let length = reader.u32()? as usize;
        let contents = reader.take(length)?;
        let mut reader = Reader::new(FORM, contents);
        reader.take(4)?;
        let mut container = Container { chunks: Vec::new() };
        while !reader.is_at_end() {
            container.chunk(&mut reader)?;
        }
        Ok(container)
    }

    fn chunk(&mut self, reader: &mut Reader<'a>) -> Result<(), ParseError> {
        let start = reader.at();
        let mut id = [0; 4];
        id.copy_from_slice(reader.take(4)?);
        let length = reader.u32()? as usize;
        let contents = reader.take(length)?;
        reader.take(length.next_multiple_of(4) - length)?;
        if self.optional(id).is_some() {
            return Err(reader.error_at(start, ParseFault::Duplicate));
        }
        self.chunks.push((id, contents));
        Ok(())
    }

    pub(crate) fn optional(&self, id: [u8; 4]) -> Option<&'a [u8]> {
        self.chunks.iter().find(|chunk| chunk.0 == id).map(|chunk| chunk.1)
    }

    pub(crate) fn required(&self, id: [u8; 4]) -> Result<Reader<'a>, ParseError> {
        let missing = ParseError { chunk: id, offset: 0, fault: ParseFault::Missing };
        self.optional(id).map(|bytes| Reader::new(id, bytes)).ok_or(missing)
    }
}
