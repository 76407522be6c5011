//! A parsed module: its tables and its decoded code.

use std::ops::Range;

use purlin_isa::{Code, Instruction, Names, Opcode, Operand};

use crate::external::Shape;

/// Everything that a `.beam` file says, decoded. Its code is not proved to be harmless.
///
/// Atoms are indices counted from 1, as in the file; index 1 is the module's own name.
#[derive(Clone, Debug)]
pub struct Module {
    pub(crate) atoms: Vec<Box<str>>,
    pub(crate) code: Code,
    pub(crate) labels: Vec<u32>,
    pub(crate) functions: Vec<Function>,
    pub(crate) imports: Vec<Import>,
    pub(crate) exports: Vec<Export>,
    pub(crate) locals: Vec<Export>,
    pub(crate) lambdas: Vec<Lambda>,
    pub(crate) literals: Literals,
    pub(crate) records: Definitions,
    pub(crate) strings: Vec<u8>,
    pub(crate) lines: LineTable,
    pub(crate) hints: Vec<TypeHint>,
    pub(crate) attributes: Option<Box<[u8]>>,
    pub(crate) compile_info: Option<Box<[u8]>>,
    pub(crate) md5: [u8; 16],
    pub(crate) size_bytes: usize,
}

/// Label numbers that no instruction defines have this in place of an instruction index.
pub(crate) const UNDEFINED: u32 = u32::MAX;

/// A function and where its code stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Atom index of the name.
    pub name: u32,
    /// Number of arguments.
    pub arity: u32,
    /// The label that calls go to, right after `func_info`.
    pub entry: u32,
    /// Index of the `func_info` instruction.
    pub info: u32,
    /// Indices of its instructions: from the label before `func_info` to the end.
    pub instructions: Range<u32>,
}

/// A function of another module, or a native one, that this module calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import {
    /// Atom index of the module.
    pub module: u32,
    /// Atom index of the function.
    pub function: u32,
    /// Number of arguments.
    pub arity: u32,
}

/// A function that other modules may call, or (in LocT) may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export {
    /// Atom index of the function.
    pub function: u32,
    /// Number of arguments.
    pub arity: u32,
    /// Its entry label.
    pub label: u32,
}

/// The code of a fun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lambda {
    /// Atom index of the function that holds the code.
    pub function: u32,
    /// Arguments of that function: those of the fun, then the free variables.
    pub total_arity: u32,
    /// Its entry label.
    pub label: u32,
    /// The number by which funs of this module are told apart.
    pub index: u32,
    /// Number of free variables.
    pub free: u32,
    /// A hash that tells versions of the fun apart.
    pub unique: u32,
}

impl Lambda {
    /// Arguments that a call of the fun takes.
    #[must_use]
    pub fn arity(&self) -> u32 {
        self.total_arity - self.free
    }
}

/// Lines of source, by the indices in `line` instructions. Index 0 means no line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineTable {
    pub(crate) entries: Vec<(u32, u32)>,
    pub(crate) files: Vec<Box<str>>,
}

impl LineTable {
    /// File index (0 is `Module.erl`) and line of an entry.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<(u32, u32)> {
        self.entries.get((index as usize).checked_sub(1)?).copied()
    }

    /// The number of entries, the one of index 0 not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no lines.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Names of the files, of index 1 and up.
    #[must_use]
    pub fn files(&self) -> &[Box<str>] {
        &self.files
    }
}

/// What the compiler says about a register's type. A hint: it may be wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TypeHint {
    /// Kinds of terms, in the bits of the Type chunk of OTP 29.
    pub kinds: u16,
    /// Least integer.
    pub minimum: Option<i64>,
    /// Greatest integer.
    pub maximum: Option<i64>,
    /// The size of bits is a multiple of this.
    pub unit: u16,
}

/// Literals in the external term format, well formed, and the shape of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Literals {
    pub(crate) bytes: Vec<u8>,
    pub(crate) ranges: Vec<Range<u32>>,
    pub(crate) shapes: Vec<Shape>,
}

/// A native record of the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Atom index of the name.
    pub name: u32,
    /// Whether other modules may see its fields and make it.
    pub is_exported: bool,
    /// Its fields, with different names.
    pub fields: Vec<Field>,
}

/// A field of a native record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Atom index of the name.
    pub name: u32,
    /// An atom, an integer (a big one is in the definitions' own table), nil or a literal; nothing if there is no default.
    pub default: Option<Operand>,
}

/// The native records of a module, and the bytes of their chunk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Definitions {
    pub(crate) bytes: Box<[u8]>,
    pub(crate) all: Vec<Definition>,
    pub(crate) code: Code,
}

impl Module {
    /// The MD5 of what makes the module what it is.
    #[must_use]
    pub fn md5(&self) -> &[u8; 16] {
        &self.md5
    }

    /// The module's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.atoms[0]
    }

    /// The atom of this index, which counts from 1.
    ///
    /// Indices in parsed tables and operands were checked, so this only panics for an index from elsewhere.
    #[must_use]
    pub fn atom(&self, index: u32) -> &str {
        &self.atoms[index as usize - 1]
    }

    /// All atoms; that of index 1 stands first.
    #[must_use]
    pub fn atoms(&self) -> &[Box<str>] {
        &self.atoms
    }

    /// The decoded code of all functions.
    #[must_use]
    pub fn code(&self) -> &Code {
        &self.code
    }

    /// The instruction at `index`.
    #[must_use]
    pub fn instruction(&self, index: usize) -> Instruction<'_> {
        self.code.instruction(index)
    }

    /// Index of the instruction that defines a label.
    #[must_use]
    pub fn label(&self, label: u32) -> Option<usize> {
        self.labels.get(label as usize).filter(|index| **index != UNDEFINED).map(|index| *index as usize)
    }

    /// One more than the greatest label.
    #[must_use]
    pub fn label_count(&self) -> usize {
        self.labels.len()
    }

    /// The functions in the order of their code.
    #[must_use]
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The function whose entry label this is.
    #[must_use]
    pub fn function_at(&self, label: u32) -> Option<usize> {
        let index = u32::try_from(self.label(label)?).ok()?;
        let function = self.functions.partition_point(|f| f.instructions.start <= index).checked_sub(1)?;
        (self.functions[function].entry == label).then_some(function)
    }

    /// The function that runs when the module is loaded.
    #[must_use]
    pub fn on_load(&self) -> Option<usize> {
        let at_entry = |function: &Function| self.code.opcode(function.info as usize + 2) == Opcode::OnLoad;
        self.functions.iter().position(at_entry)
    }

    /// Functions that the code calls by index.
    #[must_use]
    pub fn imports(&self) -> &[Import] {
        &self.imports
    }

    /// Functions that other modules may call.
    #[must_use]
    pub fn exports(&self) -> &[Export] {
        &self.exports
    }

    /// Functions that other modules may not call, as far as the file tells (LocT).
    #[must_use]
    pub fn locals(&self) -> &[Export] {
        &self.locals
    }

    /// The codes of funs.
    #[must_use]
    pub fn lambdas(&self) -> &[Lambda] {
        &self.lambdas
    }

    /// The number of literals.
    #[must_use]
    pub fn literal_count(&self) -> usize {
        self.literals.ranges.len()
    }

    /// A literal in the external term format, its version byte included. Proved to be well formed.
    #[must_use]
    pub fn literal(&self, index: u32) -> &[u8] {
        let range = &self.literals.ranges[index as usize];
        &self.literals.bytes[range.start as usize..range.end as usize]
    }

    /// The native records that the module defines.
    #[must_use]
    pub fn records(&self) -> &[Definition] {
        &self.records.all
    }

    /// The bytes of a big integer among the defaults of native records: two's complement, most significant first.
    #[must_use]
    pub fn record_big(&self, index: u32) -> &[u8] {
        self.records.code.big(index)
    }

    /// Bytes for `bs_match_string`, `bs_create_bin` and others.
    #[must_use]
    pub fn strings(&self) -> &[u8] {
        &self.strings
    }

    /// The lines of source.
    #[must_use]
    pub fn lines(&self) -> &LineTable {
        &self.lines
    }

    /// The compiler's hints about types.
    #[must_use]
    pub fn hints(&self) -> &[TypeHint] {
        &self.hints
    }

    /// The attributes (chunk Attr) in the external term format. Not proved to be well formed.
    #[must_use]
    pub fn attributes(&self) -> Option<&[u8]> {
        self.attributes.as_deref()
    }

    /// What the compiler says about itself (chunk CInf) in the external term format. Not proved to be well formed.
    #[must_use]
    pub fn compile_info(&self) -> Option<&[u8]> {
        self.compile_info.as_deref()
    }

    /// Size of the file.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.size_bytes
    }
}

impl Names for Module {
    fn atom(&self, index: u32) -> String {
        quoted(Module::atom(self, index))
    }

    fn import(&self, index: u32) -> String {
        let Some(import) = self.imports.get(index as usize) else { return format!("import#{index}") };
        format!(
            "{}:{}/{}",
            Names::atom(self, import.module),
            Names::atom(self, import.function),
            import.arity
        )
    }

    fn line(&self, index: u32) -> String {
        let Some((file, line)) = self.lines.get(index) else { return String::from("none") };
        match (file as usize).checked_sub(1).and_then(|file| self.lines.files.get(file)) {
            Some(file) => format!("{file}:{line}"),
            None => format!("{}.erl:{line}", self.name()),
        }
    }
}

/// An atom as source text.
fn quoted(atom: &str) -> String {
    let is_plain = atom.starts_with(|c: char| c.is_ascii_lowercase())
        && atom.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '@');
    if is_plain { atom.to_owned() } else { format!("'{}'", atom.replace('\\', "\\\\").replace('\'', "\\'")) }
}
