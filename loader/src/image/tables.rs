//! A module's code and tables as they stand in an image, and back.

use serde::{Deserialize, Serialize};

use crate::external;
use crate::module::{Export, Import, Lambda, LineTable, Literals, Module, TypeHint};
use crate::parse::{code, records};

/// Numbers of an import or an export.
type Triple = (u32, u32, u32);

/// A parsed module, all but what can be found again in its code.
#[derive(Serialize, Deserialize)]
pub(super) struct TablesImage<'a> {
    #[serde(borrow)]
    atoms: Vec<&'a str>,
    #[serde(with = "bytes")]
    code: &'a [u8],
    labels: u32,
    functions: u32,
    imports: Vec<Triple>,
    exports: Vec<Triple>,
    locals: Vec<Triple>,
    lambdas: Vec<(Triple, Triple)>,
    literals: Vec<Slice<'a>>,
    #[serde(with = "bytes")]
    records: &'a [u8],
    #[serde(with = "bytes")]
    strings: &'a [u8],
    lines: Vec<(u32, u32)>,
    files: Vec<&'a str>,
    hints: Vec<(u16, Option<i64>, Option<i64>, u16)>,
    attributes: Option<Slice<'a>>,
    compile_info: Option<Slice<'a>>,
    md5: [u8; 16],
    size_bytes: u64,
}

/// Bytes that stay where they are while they are read.
#[derive(Serialize, Deserialize)]
struct Slice<'a>(#[serde(borrow, with = "bytes")] &'a [u8]);

mod bytes {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de: 'a, 'a, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'a [u8], D::Error> {
        <&'a [u8]>::deserialize(deserializer)
    }
}

impl<'a> TablesImage<'a> {
    pub(super) fn new(module: &'a Module, code: &'a [u8]) -> TablesImage<'a> {
        let export = |export: &Export| (export.function, export.arity, export.label);
        let lambda = |l: &Lambda| ((l.function, l.total_arity, l.label), (l.index, l.free, l.unique));
        TablesImage {
            atoms: module.atoms.iter().map(|atom| &**atom).collect(),
            code,
            labels: module.labels.len() as u32,
            functions: module.functions.len() as u32,
            imports: module
                .imports
                .iter()
                .map(|import| (import.module, import.function, import.arity))
                .collect(),
            exports: module.exports.iter().map(export).collect(),
            locals: module.locals.iter().map(export).collect(),
            lambdas: module.lambdas.iter().map(lambda).collect(),
            literals: (0..module.literal_count() as u32).map(|index| Slice(module.literal(index))).collect(),
            records: &module.records.bytes,
            strings: &module.strings,
            lines: module.lines.entries.clone(),
            files: module.lines.files.iter().map(|file| &**file).collect(),
            hints: module
                .hints
                .iter()
                .map(|hint| (hint.kinds, hint.minimum, hint.maximum, hint.unit))
                .collect(),
            attributes: module.attributes.as_deref().map(Slice),
            compile_info: module.compile_info.as_deref().map(Slice),
            md5: module.md5,
            size_bytes: module.size_bytes as u64,
        }
    }

    /// The module, with the same checks that parsing makes.
    pub(super) fn module(&self) -> Result<Module, String> {
        if self.atoms.is_empty() || self.atoms.iter().any(|atom| atom.chars().count() > 255) {
            return Err("its atoms are none or too long".to_owned());
        }
        let atoms = u32::try_from(self.atoms.len()).map_err(|_| "it has too many atoms")?;
        let code = purlin_isa::Code::decode(self.code).map_err(|error| error.to_string())?;
        let code =
            code::parsed(code, self.labels, self.functions, atoms).map_err(|fault| format!("{fault:?}"))?;
        if self.lines.iter().any(|(file, _)| *file as usize > self.files.len()) {
            return Err("a line is of no file".to_owned());
        }
        let literals = self.literals()?;
        let names: Vec<Box<str>> = self.atoms.iter().map(|atom| (*atom).into()).collect();
        let records = records::definitions(self.records, &names, literals.ranges.len())
            .map_err(|error| error.to_string())?;
        Ok(Module {
            imports: self.imports.iter().map(|row| import(*row, atoms)).collect::<Result<_, _>>()?,
            exports: self.exports.iter().map(|row| export(*row, atoms)).collect::<Result<_, _>>()?,
            locals: self.locals.iter().map(|row| export(*row, atoms)).collect::<Result<_, _>>()?,
            lambdas: self.lambdas.iter().map(|row| lambda(*row, atoms)).collect::<Result<_, _>>()?,
            literals,
            records,
            strings: self.strings.to_vec(),
            lines: LineTable {
                entries: self.lines.clone(),
                files: self.files.iter().map(|file| (*file).into()).collect(),
            },
            hints: self
                .hints
                .iter()
                .map(|(kinds, minimum, maximum, unit)| hint(*kinds, *minimum, *maximum, *unit))
                .collect(),
            attributes: self.attributes.as_ref().map(|slice| slice.0.into()),
            compile_info: self.compile_info.as_ref().map(|slice| slice.0.into()),
            md5: self.md5,
            size_bytes: usize::try_from(self.size_bytes).unwrap_or(usize::MAX),
            atoms: names,
            code: code.code,
            labels: code.labels,
            functions: code.functions,
        })
    }

    fn literals(&self) -> Result<Literals, String> {
        let mut literals = Literals::default();
        for Slice(bytes) in &self.literals {
            let shape = external::scan(bytes).map_err(|fault| format!("a literal is no term: {fault:?}"))?;
            let start = literals.bytes.len();
            literals.bytes.extend_from_slice(bytes);
            let end = u32::try_from(literals.bytes.len()).map_err(|_| "its literals are too long")?;
            literals.ranges.push(start as u32..end);
            literals.shapes.push(shape);
        }
        Ok(literals)
    }
}

fn hint(kinds: u16, minimum: Option<i64>, maximum: Option<i64>, unit: u16) -> TypeHint {
    TypeHint { kinds, minimum, maximum, unit }
}

fn import((module, function, arity): Triple, atoms: u32) -> Result<Import, String> {
    Ok(Import { module: atom(module, atoms)?, function: atom(function, atoms)?, arity: small(arity)? })
}

fn export((function, arity, label): Triple, atoms: u32) -> Result<Export, String> {
    Ok(Export { function: atom(function, atoms)?, arity: small(arity)?, label })
}

fn lambda(row: (Triple, Triple), atoms: u32) -> Result<Lambda, String> {
    let ((function, total_arity, label), (index, free, unique)) = row;
    if free > total_arity {
        return Err("a fun has more free variables than arguments".to_owned());
    }
    let (function, total_arity) = (atom(function, atoms)?, small(total_arity)?);
    Ok(Lambda { function, total_arity, label, index, free, unique })
}

fn atom(index: u32, atoms: u32) -> Result<u32, String> {
    if index == 0 || index > atoms { Err(format!("atom {index} does not exist")) } else { Ok(index) }
}

fn small(arity: u32) -> Result<u32, String> {
    if arity > 255 { Err(format!("{arity} arguments are too many")) } else { Ok(arity) }
}
