//! Reads numbers out of a chunk; every error names chunk and offset.

use crate::error::{ParseError, ParseFault};

pub(crate) struct Reader<'a> {
    chunk: [u8; 4],
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(chunk: [u8; 4], bytes: &'a [u8]) -> Reader<'a> {
        Reader { chunk, bytes, at: 0 }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn error(&self, fault: ParseFault) -> ParseError {
        self.error_at(self.at, fault)
    }

    pub(crate) fn error_at(&self, offset: usize, fault: ParseFault) -> ParseError {
        ParseError { chunk: self.chunk, offset, fault }
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], ParseError> {
        let rest = &self.bytes[self.at..];
        let taken = rest.get(..length).ok_or_else(|| self.error(ParseFault::End))?;
        self.at += length;
        Ok(taken)
    }

    pub(crate) fn rest(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        self.at = self.bytes.len();
        rest
    }

    pub(crate) fn u8(&mut self) -> Result<u8, ParseError> {
        Ok(self.take(1)?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16, ParseError> {
        Ok(self.take(2)?.iter().fold(0, |value, byte| value << 8 | u16::from(*byte)))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, ParseError> {
        Ok(self.take(4)?.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
    }

    pub(crate) fn i64(&mut self) -> Result<i64, ParseError> {
        Ok(self.take(8)?.iter().fold(0, |value, byte| value << 8 | i64::from(*byte)))
    }

    /// How many entries of at least `size_bytes` follow; refused if there is no room for so many.
    pub(crate) fn count(&mut self, size_bytes: usize) -> Result<usize, ParseError> {
        let count = self.u32()? as usize;
        self.bounded(count, size_bytes)
    }

    /// `count`, unless there is no room for so many entries in what is left.
    pub(crate) fn bounded(&self, count: usize, size_bytes: usize) -> Result<usize, ParseError> {
        let room = self.bytes.len() - self.at;
        if count > room / size_bytes { Err(self.error(ParseFault::Count)) } else { Ok(count) }
    }

    /// A tag and a number in the compact encoding of operands, where only small numbers can stand.
    pub(crate) fn compact(&mut self) -> Result<(u8, u32), ParseError> {
        let first = self.u8()?;
        let tag = first & 7;
        if first & 0b1000 == 0 {
            return Ok((tag, u32::from(first >> 4)));
        }
        if first & 0b1_0000 == 0 {
            return Ok((tag, u32::from(first >> 5) << 8 | u32::from(self.u8()?)));
        }
        let length = usize::from(first >> 5) + 2;
        let bytes = self.take(length)?;
        let value = bytes.iter().fold(0u128, |value, byte| value << 8 | u128::from(*byte));
        Ok((tag, u32::try_from(value).map_err(|_| self.error(ParseFault::TooLarge))?))
    }

    pub(crate) fn expect_end(&self) -> Result<(), ParseError> {
        if self.is_at_end() { Ok(()) } else { Err(self.error(ParseFault::Trailing)) }
    }
}
