//! Why a file is refused: typed, each with its place.

use std::fmt;

/// A file that was refused.
#[derive(Debug)]
pub enum LoadError {
    /// Its bytes have no meaning.
    Parse(ParseError),
    /// Its code may not run.
    Verify(Box<VerifyError>),
}

impl From<ParseError> for LoadError {
    fn from(error: ParseError) -> LoadError {
        LoadError::Parse(error)
    }
}

impl From<VerifyError> for LoadError {
    fn from(error: VerifyError) -> LoadError {
        LoadError::Verify(Box::new(error))
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Parse(error) => error.fmt(f),
            LoadError::Verify(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LoadError {}

/// Bytes that have no meaning, and where they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The chunk, or `FOR1` for the container around the chunks.
    pub chunk: [u8; 4],
    /// Offset from the first byte of the chunk's contents.
    pub offset: usize,
    /// What is wrong there.
    pub fault: ParseFault,
}

/// What is wrong with some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParseFault {
    /// The file is no `.beam` file.
    Foreign,
    /// The bytes end before what they promised.
    End,
    /// A chunk that every module needs is not there.
    Missing,
    /// The chunk stands there twice.
    Duplicate,
    /// Bytes follow what was to be read.
    Trailing,
    /// The chunk is of a version that is not known.
    Version(u32),
    /// The file needs an instruction of this number, newer than all that are known.
    TooNew(u32),
    /// A number tells how many there are, and there are not so many.
    Count,
    /// A number is too large.
    TooLarge,
    /// A byte that begins something has no meaning.
    Tag(u8),
    /// Text is not UTF-8.
    Text,
    /// An atom is longer than 255 characters.
    LongAtom,
    /// An index points behind the end of its table.
    Index(u32),
    /// Compressed bytes do not decompress, or not to the size told.
    Compression,
    /// The definition of a native record is malformed.
    Definition,
    /// An instruction does not decode.
    Code(purlin_isa::Fault),
    /// Code stands before the first function, or a function has no entry label.
    Header,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chunk = String::from_utf8_lossy(&self.chunk);
        write!(f, "chunk {chunk}, offset {}: ", self.offset)?;
        match &self.fault {
            ParseFault::Foreign => write!(f, "this is no .beam file"),
            ParseFault::End => write!(f, "the bytes end too early"),
            ParseFault::Missing => write!(f, "the chunk is missing"),
            ParseFault::Duplicate => write!(f, "the chunk stands there twice"),
            ParseFault::Trailing => write!(f, "bytes follow the end"),
            ParseFault::Version(version) => write!(f, "version {version} is not known"),
            ParseFault::TooNew(number) => {
                write!(f, "the module needs instruction {number}, which is newer than OTP 29")
            }
            ParseFault::Count => write!(f, "there are not so many as the number says"),
            ParseFault::TooLarge => write!(f, "a number is too large"),
            ParseFault::Tag(byte) => write!(f, "byte {byte:#04x} has no meaning"),
            ParseFault::Text => write!(f, "text is not UTF-8"),
            ParseFault::LongAtom => write!(f, "an atom is longer than 255 characters"),
            ParseFault::Index(index) => write!(f, "index {index} points behind the end of its table"),
            ParseFault::Definition => write!(f, "the definition of a native record is malformed"),
            ParseFault::Compression => write!(f, "the compressed bytes are damaged"),
            ParseFault::Code(fault) => fault.fmt(f),
            ParseFault::Header => write!(f, "code stands outside of functions, or a function has no entry"),
        }
    }
}

impl std::error::Error for ParseError {}

/// A function that may not run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyError {
    /// The module.
    pub module: String,
    /// The function, or nothing if the fault is in the module's tables.
    pub function: Option<(String, u32)>,
    /// Index of the instruction in the module's code, with its name.
    pub instruction: Option<(usize, &'static str)>,
    /// Why.
    pub reason: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "module {}", self.module)?;
        if let Some((name, arity)) = &self.function {
            write!(f, ", function {name}/{arity}")?;
        }
        if let Some((index, name)) = self.instruction {
            write!(f, ", instruction {index} ({name})")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for VerifyError {}
