//! Scans the external term format without building terms: well-formedness, where a term ends, what it is.
//!
//! One pass with a count of terms still to come instead of a stack, so neither depth nor length cost memory.

/// What a literal is at its top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An integer that fits 64 bits.
    Integer(i64),
    /// An integer that does not.
    Big,
    /// A float.
    Float,
    /// An atom: where its text stands in the scanned bytes.
    Atom,
    /// The empty list.
    Nil,
    /// A cons.
    Cons,
    /// A tuple of this size.
    Tuple(u32),
    /// A map.
    Map,
    /// A bit string of so many bits.
    Bits(u64),
    /// A fun `Module:Function/Arity`.
    Export(u8),
}

/// Why bytes are no term: the offset, and the tag byte if that is what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) offset: usize,
    pub(crate) tag: Option<u8>,
}

/// The version byte that begins an external term.
const VERSION: u8 = 131;

/// Scans one term, version byte included, that must fill the bytes. Terms that only a running system can hold
/// (pids, ports, references, closures) are refused: a file has no right to make them up.
pub(crate) fn scan(bytes: &[u8]) -> Result<Shape, Malformed> {
    let mut scanner = Scanner { bytes, at: 0 };
    if scanner.byte()? != VERSION {
        return Err(Malformed { offset: 0, tag: Some(bytes[0]) });
    }
    let (shape, mut pending) = scanner.term()?;
    while pending > 0 {
        // Each term takes a byte at least, so this also bounds what a length may promise.
        if pending > (bytes.len() - scanner.at) as u64 {
            return Err(scanner.malformed(None));
        }
        pending = pending - 1 + scanner.term()?.1;
    }
    if scanner.at == bytes.len() { Ok(shape) } else { Err(scanner.malformed(None)) }
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    /// Reads a term up to its first subterm; returns what it is and how many subterms follow.
    fn term(&mut self) -> Result<(Shape, u64), Malformed> {
        let start = self.at;
        let tag = self.byte()?;
        let shape = match tag {
            70 => return self.skip(8).map(|()| (Shape::Float, 0)),
            77 => return self.bit_binary().map(|shape| (shape, 0)),
            97 => Shape::Integer(i64::from(self.byte()?)),
            98 => Shape::Integer(i64::from(self.number(4)? as u32 as i32)),
            100 | 115 | 118 | 119 => return self.atom(tag).map(|()| (Shape::Atom, 0)),
            104 | 105 => {
                let size = self.number(if tag == 104 { 1 } else { 4 })?;
                return Ok((Shape::Tuple(size as u32), size));
            }
            106 => Shape::Nil,
            107 => {
                let length = self.number(2)?;
                self.skip(length)?;
                if length == 0 { Shape::Nil } else { Shape::Cons }
            }
            108 => {
                let length = self.number(4)?;
                // The tail follows the elements. A list of none is its tail, which compilers do not write.
                return if length == 0 {
                    Err(self.malformed(Some(tag)))
                } else {
                    Ok((Shape::Cons, length + 1))
                };
            }
            109 => {
                let length = self.number(4)?;
                self.skip(length)?;
                Shape::Bits(length * 8)
            }
            110 | 111 => self.big(if tag == 110 { 1 } else { 4 })?,
            113 => return self.export().map(|shape| (shape, 0)),
            116 => return Ok((Shape::Map, self.number(4)? * 2)),
            _ => return Err(Malformed { offset: start, tag: Some(tag) }),
        };
        Ok((shape, 0))
    }

    fn bit_binary(&mut self) -> Result<Shape, Malformed> {
        let length = self.number(4)?;
        let last = u64::from(self.byte()?);
        if length == 0 || last == 0 || last > 8 {
            return Err(self.malformed(None));
        }
        self.skip(length)?;
        Ok(Shape::Bits((length - 1) * 8 + last))
    }

    fn atom(&mut self, tag: u8) -> Result<(), Malformed> {
        let length = self.number(if tag == 115 || tag == 119 { 1 } else { 2 })?;
        let text = self.take(length)?;
        let is_legal = match tag {
            // Latin-1, one byte a character.
            100 | 115 => length <= 255,
            _ => std::str::from_utf8(text).is_ok_and(|text| text.chars().count() <= 255),
        };
        if is_legal { Ok(()) } else { Err(self.malformed(None)) }
    }

    fn big(&mut self, width: usize) -> Result<Shape, Malformed> {
        let length = self.number(width)?;
        let is_negative = match self.byte()? {
            0 => false,
            1 => true,
            sign => return Err(self.malformed(Some(sign))),
        };
        let digits = self.take(length)?;
        let significant = digits.len() - digits.iter().rev().take_while(|digit| **digit == 0).count();
        if significant > 8 {
            return Ok(Shape::Big);
        }
        let magnitude =
            digits[..significant].iter().rev().fold(0i128, |value, d| value << 8 | i128::from(*d));
        let value = if is_negative { -magnitude } else { magnitude };
        Ok(i64::try_from(value).map_or(Shape::Big, Shape::Integer))
    }

    fn export(&mut self) -> Result<Shape, Malformed> {
        for _ in 0..2 {
            let tag = self.byte()?;
            if !matches!(tag, 100 | 115 | 118 | 119) {
                return Err(self.malformed(Some(tag)));
            }
            self.atom(tag)?;
        }
        match (self.byte()?, self.byte()?) {
            (97, arity) => Ok(Shape::Export(arity)),
            (tag, _) => Err(self.malformed(Some(tag))),
        }
    }

    fn number(&mut self, width: usize) -> Result<u64, Malformed> {
        let bytes = self.take(width as u64)?;
        Ok(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.take(1)?[0])
    }

    fn skip(&mut self, length: u64) -> Result<(), Malformed> {
        self.take(length).map(|_| ())
    }

    fn take(&mut self, length: u64) -> Result<&[u8], Malformed> {
        let rest = &self.bytes[self.at..];
        if length > rest.len() as u64 {
            return Err(self.malformed(None));
        }
        self.at += length as usize;
        Ok(&rest[..length as usize])
    }

    fn malformed(&self, tag: Option<u8>) -> Malformed {
        Malformed { offset: self.at, tag }
    }
}
