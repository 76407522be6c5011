//! From the bytes of a `.beam` file to a [`Module`].

mod checksum;
pub(crate) mod code;
mod container;
mod lines;
mod literals;
mod reader;
pub(crate) mod records;
mod tables;
mod types;

use crate::error::{ParseError, ParseFault};
use crate::module::Module;
use container::Container;
use reader::Reader;

impl Module {
    /// Parses a `.beam` file: container and chunks. Indices between tables are checked; code is decoded, each
    /// operand of its kind, but not proved to be harmless.
    pub fn parse(bytes: &[u8]) -> Result<Module, ParseError> {
        let inflated = container::decompress(bytes)?;
        let container = Container::parse(inflated.as_deref().unwrap_or(bytes))?;
        let atoms = tables::atoms(&container)?;
        let atom_count = atoms.len() as u32; // Each atom takes a byte of a chunk whose length is 32 bits.
        let code = code::code(&mut container.required(*b"Code")?, atom_count)?;
        let of = |id| Reader::new(id, container.optional(id).unwrap_or_default());
        let literals = literals::literals(&mut of(*b"LitT"))?;
        let records = container.optional(*b"Recs").unwrap_or_default();
        let records = records::definitions(records, &atoms, literals.ranges.len())?;
        Ok(Module {
            imports: tables::imports(&mut of(*b"ImpT"), atom_count)?,
            exports: tables::exports(&mut of(*b"ExpT"), atom_count)?,
            locals: tables::exports(&mut of(*b"LocT"), atom_count)?,
            lambdas: tables::lambdas(&mut of(*b"FunT"), atom_count)?,
            literals,
            records,
            strings: container.optional(*b"StrT").unwrap_or_default().to_vec(),
            lines: lines::lines(&mut of(*b"Line"))?,
            hints: types::hints(&mut of(*b"Type"))?,
            attributes: container.optional(*b"Attr").map(Into::into),
            compile_info: container.optional(*b"CInf").map(Into::into),
            md5: checksum::checksum(&container),
            size_bytes: bytes.len(),
            atoms,
            code: code.code,
            labels: code.labels,
            functions: code.functions,
        })
    }
}

/// Lengths that the container tells are 32 bits; a file beyond that is refused before anything is read.
pub(crate) fn check_size(bytes: &[u8]) -> Result<(), ParseError> {
    if u32::try_from(bytes.len()).is_err() {
        return Err(ParseError { chunk: *b"FOR1", offset: 0, fault: ParseFault::TooLarge });
    }
    Ok(())
}
