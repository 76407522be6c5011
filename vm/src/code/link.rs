//! Linking: from a verified module to one that runs on this machine.
//!
//! Atoms are interned and literals decoded, the code is lowered with them, and then what depends on addresses is filled
//! in: handlers, other places in the code, export entries, entries of funs. Nothing of this can be seen by processes until
//! the module is published as a whole.

use std::fmt;
use std::sync::atomic::{AtomicPtr, Ordering};

use purlin_heap::external::{self, DecodeOptions, FunKey, Names};
use purlin_heap::word::Word;
use purlin_heap::{Atom, AtomTable, FunEntry, LiteralArea, Mfa, big};
use purlin_isa::Specific;
use purlin_loader::lower::{self, Constants, LowerError, Lowered, Target};
use purlin_loader::{Module, Verified};

use super::export::Export;
use super::module::{FunctionInfo, FunctionPlace, LoadedModule};
use super::table::CodeTable;
use crate::Vm;
use crate::interpreter::handler_of;

/// Why a module could not be loaded.
#[derive(Debug)]
pub enum LoadError {
    /// Its file is damaged, or its code was refused.
    Refused(purlin_loader::LoadError),
    /// It needs an instruction that is not executed yet.
    Lower(LowerError),
    /// The machine has no room for its atoms, or one is too long.
    Atoms {
        /// The module.
        module: String,
    },
    /// A literal is no term.
    Literal {
        /// The module.
        module: String,
        /// The literal's index.
        index: u32,
        /// What is wrong with it.
        error: external::DecodeError,
    },
    /// It wants a function to run when it is loaded, which this machine does not do yet.
    OnLoad {
        /// The module.
        module: String,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Refused(error) => error.fmt(f),
            LoadError::Lower(error) => error.fmt(f),
            LoadError::Atoms { module } => write!(f, "module {module}: the limit of atoms is reached"),
            LoadError::Literal { module, index, error } => {
                write!(f, "module {module}, literal {index}: {error}")
            }
            LoadError::OnLoad { module } => {
                write!(f, "module {module} has an `on_load` function, which is not executed yet")
            }
        }
    }
}

impl std::error::Error for LoadError {}

/// The names that literals refer to.
struct LiteralNames<'v>(&'v Vm);

impl Names for LiteralNames<'_> {
    fn atoms(&self) -> &AtomTable {
        self.0.atoms()
    }

    fn export(&self, name: Mfa, make: bool) -> Option<&Mfa> {
        let code = self.0.code();
        if make { Some(&code.export(name).name) } else { code.find_export(name).map(|export| &export.name) }
    }

    fn fun(&self, _: &FunKey) -> Option<&FunEntry> {
        None
    }

    fn node(&self) -> (Atom, u32) {
        (self.0.node_name(), 0)
    }
}

/// The constants of the module that is being linked.
struct Linker<'v> {
    atoms: Vec<Atom>,
    literals: Vec<Word>,
    area: &'v LiteralArea,
}

impl Constants for Linker<'_> {
    fn atom(&self, index: u32) -> Atom {
        self.atoms[index as usize - 1]
    }

    fn literal(&self, index: u32) -> Word {
        self.literals[index as usize]
    }

    fn integer(&mut self, bytes: &[u8]) -> Word {
        let mut limbs: Vec<u64> = bytes
            .rchunks(8)
            .map(|chunk| {
                let sign = if bytes[0] & 0x80 != 0 { 0xff } else { 0 };
                let mut limb = [sign; 8];
                limb[8 - chunk.len()..].copy_from_slice(chunk);
                u64::from_be_bytes(limb)
            })
            .collect();
        let negative = bytes.first().is_some_and(|&byte| byte & 0x80 != 0);
        if negative {
            negate(&mut limbs);
        }
        let term = big::integer(negative, &limbs, self.area);
        term.expect("an integer of a module is smaller than the module").word()
    }
}

/// The two's complement of a number.
fn negate(limbs: &mut [u64]) {
    let mut carry = true;
    for limb in limbs {
        (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
    }
}

impl Vm {
    /// Loads a verified module: its exports lead to it from now on.
    pub fn load(&self, verified: &Verified) -> Result<&LoadedModule, LoadError> {
        let module = verified.module();
        let area = LiteralArea::new();
        let mut linker = Linker { atoms: self.intern(module)?, literals: Vec::new(), area: &area };
        for index in 0..module.literal_count() as u32 {
            let word = self.decode(module, index, module.literal(index), &area)?;
            linker.literals.push(word);
        }
        let attributes = module.attributes().map(|bytes| self.decode(module, 0, bytes, &area)).transpose()?;
        let compile = module.compile_info().map(|bytes| self.decode(module, 0, bytes, &area)).transpose()?;
        let lowered = lower::lower(verified, &mut linker).map_err(LoadError::Lower)?;
        if lowered.on_load.is_some() {
            return Err(LoadError::OnLoad { module: module.name().to_owned() });
        }
        let atoms = linker.atoms;
        let mut loaded = unlinked(module, &atoms, &lowered);
        loaded.attributes = attributes;
        loaded.compile = compile;
        loaded.literals = Some(area.seal());
        loaded.code = link(self.code(), module, &atoms, lowered, &loaded);
        lead_funs(module, &loaded);
        Ok(self.code().publish(loaded))
    }

    fn intern(&self, module: &Module) -> Result<Vec<Atom>, LoadError> {
        let full = |_| LoadError::Atoms { module: module.name().to_owned() };
        module.atoms().iter().map(|name| self.atoms().intern(name).map_err(full)).collect()
    }

    fn decode(
        &self,
        module: &Module,
        index: u32,
        bytes: &[u8],
        area: &LiteralArea,
    ) -> Result<Word, LoadError> {
        match external::decode(bytes, DecodeOptions::default(), &LiteralNames(self), area) {
            Ok((term, _)) => Ok(term.word()),
            Err(error) => Err(LoadError::Literal { module: module.name().to_owned(), index, error }),
        }
    }
}

/// The module without its code, so that what stands beside it has its address.
fn unlinked(module: &Module, atoms: &[Atom], lowered: &Lowered) -> Box<LoadedModule> {
    let name = atoms[0];
    let atom = |index: u32| atoms[index as usize - 1];
    let mfa = |function, arity| Mfa { module: name, function: atom(function), arity };
    let functions = module.functions().iter();
    let lambdas = module.lambdas().iter().map(|lambda| FunEntry {
        address: AtomicPtr::default(),
        mfa: mfa(lambda.function, lambda.total_arity),
        arity: lambda.arity(),
        free: lambda.free,
        index: lambda.index,
        old_uniq: lambda.unique,
        uniq: *module.md5(),
    });
    let own_file: Box<str> = format!("{}.erl", module.name()).into();
    let exported =
        |export: &purlin_loader::Export| module.function_at(export.label).map(|index| index as u32);
    Box::new(LoadedModule {
        name,
        code: Box::default(),
        functions: functions.map(|f| FunctionInfo { name: mfa(f.name, f.arity), native: false }).collect(),
        places: lowered.functions.iter().map(|p| FunctionPlace { start: p.start, entry: p.entry }).collect(),
        exports: module.exports().iter().filter_map(exported).collect(),
        lines: lines(module, lowered),
        files: std::iter::once(own_file).chain(module.lines().files().iter().cloned()).collect(),
        lambdas: lambdas.collect(),
        literals: None,
        strings: module.strings().into(),
        md5: *module.md5(),
        instructions: lowered.instructions.iter().map(|placed| (placed.offset, placed.op)).collect(),
        attributes: None,
        compile: None,
    })
}

fn lines(module: &Module, lowered: &Lowered) -> Box<[(u32, u32, u32)]> {
    let line = |&(word, index)| {
        let (file, line) = module.lines().get(index).unwrap_or((0, 0));
        (word, file, line)
    };
    lowered.lines.iter().map(line).collect()
}

/// The code with handlers and addresses filled in.
fn link(
    table: &CodeTable,
    module: &Module,
    atoms: &[Atom],
    mut lowered: Lowered,
    loaded: &LoadedModule,
) -> Box<[u64]> {
    lowered.words.shrink_to_fit();
    let code = lowered.words.as_ptr() as u64;
    let export = |index: u32| {
        let import = &module.imports()[index as usize];
        let atom = |index: u32| atoms[index as usize - 1];
        table.export(Mfa {
            module: atom(import.module),
            function: atom(import.function),
            arity: import.arity,
        })
    };
    for relocation in std::mem::take(&mut lowered.relocations) {
        let address = match relocation.target {
            Target::Code(word) => code + u64::from(word) * 8,
            Target::Export(index) => std::ptr::from_ref(export(index)) as u64,
            Target::Lambda(index) => &raw const loaded.lambdas[index as usize] as u64,
            Target::Function(index) => &raw const loaded.functions[index as usize] as u64,
            Target::Bytes(offset) => loaded.strings[offset as usize..].as_ptr() as u64,
        };
        lowered.write(relocation, address);
    }
    for placed in &lowered.instructions {
        let at = placed.offset as usize;
        let op = native_form(placed.op).filter(|_| calls_native(placed, &lowered.words[at..]));
        lowered.words[at] = handler_of(op.unwrap_or(placed.op), placed.forms()) as u64;
    }
    let words = lowered.words.into_boxed_slice();
    assert_eq!(code, words.as_ptr() as u64, "the code moved after its addresses were filled in");
    words
}

/// The instruction that calls a native as this one calls any function; both have the same operands.
fn native_form(op: Specific) -> Option<Specific> {
    match op {
        Specific::CallExport => Some(Specific::CallNative),
        Specific::CallExportLast => Some(Specific::CallNativeLast),
        Specific::CallExportOnly => Some(Specific::CallNativeOnly),
        _ => None,
    }
}

/// Whether the export entry that a call names is that of a native.
fn calls_native(placed: &lower::Placed, words: &[u64]) -> bool {
    // The entry is the first fixed operand, behind the handler and the frame's size.
    let at = 8 + placed.forms().iter().map(|form| form.bytes()).sum::<usize>();
    let byte = |index: usize| words[(at + index) / 8].to_ne_bytes()[(at + index) % 8];
    let address = u64::from_ne_bytes(std::array::from_fn(byte));
    // SAFETY: `link` has just written the address of an entry there, and entries live as long as the machine.
    unsafe { &*(address as *const Export) }.native.is_some()
}

/// Leads the module's funs to their code.
fn lead_funs(module: &Module, loaded: &LoadedModule) {
    for (lambda, entry) in module.lambdas().iter().zip(&loaded.lambdas) {
        if let Some(index) = module.function_at(lambda.label) {
            entry.address.store(loaded.entry(index), Ordering::Release);
        }
    }
}
