//! Bytes read from the front, and the parts of terms that are no terms themselves.

use super::Names;
use super::{DecodeError, DecodeReason, tag};
use crate::atoms::{Atom, AtomError};

pub(super) struct Reader<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) at: usize,
}

pub(super) type Result<T> = std::result::Result<T, DecodeError>;

impl<'b> Reader<'b> {
    pub(super) fn fail<T>(&self, reason: DecodeReason) -> Result<T> {
        Err(DecodeError { offset: self.at, reason })
    }

    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'b [u8]> {
        if count > self.left() {
            return self.fail(DecodeReason::Truncated);
        }
        self.at += count;
        Ok(&self.bytes[self.at - count..self.at])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(super) fn md5(&mut self) -> Result<[u8; 16]> {
        self.array()
    }

    /// A count of terms, each of which takes `least` bytes at least.
    pub(super) fn count(&self, count: u32, least: usize) -> Result<usize> {
        match (count as usize).checked_mul(least) {
            Some(bytes) if bytes <= self.left() => Ok(count as usize),
            _ => self.fail(DecodeReason::Count),
        }
    }

    /// An atom with its tag.
    pub(super) fn atom(&mut self, names: &dyn Names, make: bool) -> Result<Atom> {
        let tag = self.u8()?;
        match self.atom_text(tag, names, make)? {
            Some(atom) => Ok(atom),
            None => self.fail(DecodeReason::Atom),
        }
    }

    /// The atom behind `tag`, if that is one of an atom.
    pub(super) fn atom_text(&mut self, tag: u8, names: &dyn Names, make: bool) -> Result<Option<Atom>> {
        let length = match tag {
            tag::ATOM | tag::ATOM_LATIN1 => self.u16()?.into(),
            tag::SMALL_ATOM | tag::SMALL_ATOM_LATIN1 => self.u8()?.into(),
            _ => return Ok(None),
        };
        let text = self.take(length)?;
        let latin1;
        let name = if matches!(tag, tag::ATOM_LATIN1 | tag::SMALL_ATOM_LATIN1) {
            latin1 = text.iter().map(|&byte| char::from(byte)).collect::<String>();
            &latin1
        } else {
            match std::str::from_utf8(text) {
                Ok(name) => name,
                Err(_) => return self.fail(DecodeReason::Atom),
            }
        };
        let found = if make { names.intern(name).map(Some) } else { Ok(names.atoms().lookup(name)) };
        match found {
            Ok(Some(atom)) => Ok(Some(atom)),
            Ok(None) => self.fail(DecodeReason::NewAtom),
            Err(AtomError::TooLong) => self.fail(DecodeReason::Atom),
            Err(AtomError::TableFull) => self.fail(DecodeReason::AtomTableFull),
        }
    }

    /// An unsigned integer of 32 bits with its tag.
    pub(super) fn small(&mut self) -> Result<u32> {
        match self.u8()? {
            tag::SMALL_INTEGER => Ok(self.u8()?.into()),
            tag::INTEGER => self.u32(),
            tag::SMALL_BIG => {
                let length = self.u8()?;
                let sign = self.u8()?;
                let bytes = self.take(length.into())?;
                let value = bytes.iter().rev().fold(0u64, |value, &byte| value << 8 | u64::from(byte));
                match u32::try_from(value) {
                    Ok(value) if sign == 0 && length <= 8 => Ok(value),
                    _ => self.fail(DecodeReason::Integer),
                }
            }
            _ => self.fail(DecodeReason::Integer),
        }
    }
}
