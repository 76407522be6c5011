//! The line table: for each entry a line, with switches of the file between them; then the files' names.

use crate::error::{ParseError, ParseFault};
use crate::module::LineTable;
use crate::parse::reader::Reader;

const VERSION: u32 = 0;

pub(crate) fn lines(reader: &mut Reader<'_>) -> Result<LineTable, ParseError> {
    if reader.is_at_end() {
        return Ok(LineTable::default());
    }
    match reader.u32()? {
        VERSION => {}
        version => return Err(reader.error_at(0, ParseFault::Version(version))),
    }
    let _flags = reader.u32()?;
    let _line_instructions = reader.u32()?;
    let entry_count = reader.count(1)?;
    let file_count = reader.count(1)?;
    let entries = entries(reader, entry_count, file_count)?;
    let mut files = Vec::with_capacity(file_count);
    for _ in 0..file_count {
        let start = reader.at();
        let length = reader.u16()?;
        let name = std::str::from_utf8(reader.take(usize::from(length))?);
        files.push(name.map_err(|_| reader.error_at(start, ParseFault::Text))?.into());
    }
    Ok(LineTable { entries, files })
}

fn entries(reader: &mut Reader<'_>, count: usize, files: usize) -> Result<Vec<(u32, u32)>, ParseError> {
    let mut file = 0;
    let mut entries = Vec::with_capacity(count);
    while entries.len() < count {
        let start = reader.at();
        match reader.compact()? {
            (1, line) => entries.push((file, line)),
            (2, index) if index as usize <= files => file = index,
            (2, index) => return Err(reader.error_at(start, ParseFault::Index(index))),
            (tag, _) => return Err(reader.error_at(start, ParseFault::Tag(tag))),
        }
    }
    Ok(entries)
}
