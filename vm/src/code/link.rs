//! Linking: from a verified module to one that runs on this machine.
//!
//! Atoms are interned and literals decoded, the code is lowered with them, and then what depends on addresses is filled
//! in: handlers, other places in the code, export entries, entries of funs. Nothing of this can be seen by processes until
//! the module is published as a whole.

use std::fmt;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use purlin_heap::external::{self, DecodeOptions, FunKey, Names};
use purlin_heap::word::Word;
use purlin_heap::{Atom, AtomError, AtomTable, FunEntry, LiteralArea, Mfa, Record, big};
use purlin_isa::{Operand, Specific};
use purlin_loader::lower::{self, Constants, LowerError, Lowered, Target};
use purlin_loader::{Definition, Module, Verified};

use super::export::Export;
use super::module::{Counter, FunctionInfo, FunctionPlace, LoadedModule, Origin};
use super::prepared::Prepared;
use super::table::CodeTable;
use crate::Vm;
use crate::interpreter::{fused_handler, handler_of};

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
    /// There is an old version of it, which has to be purged before.
    NotPurged {
        /// The module.
        module: String,
    },
    /// It has another name than was asked for.
    Name {
        /// Its name.
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
            LoadError::NotPurged { module } => {
                write!(f, "module {module} has an old version that is to be purged before")
            }
            LoadError::Name { module } => write!(f, "the file is of module {module}"),
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

    fn intern(&self, name: &str) -> Result<Atom, AtomError> {
        self.0.atoms().intern_for_code(name)
    }

    fn export(&self, name: Mfa, make: bool) -> Option<&Mfa> {
        let code = self.0.code();
        if make { Some(&code.export(name).name) } else { code.find_export(name).map(|export| &export.name) }
    }

    fn fun(&self, key: &FunKey) -> Option<&FunEntry> {
        self.0.fun(key)
    }

    fn node(&self) -> (Atom, u32) {
        (self.0.node_name(), 0)
    }
}

/// The constants of the module that is being linked.
struct Linker<'v> {
    atoms: Vec<Atom>,
    literals: Vec<Word>,
    /// The templates of the native records.
    records: Vec<Word>,
    area: &'v LiteralArea,
    /// For each function, whether a native takes its place.
    natives: Vec<bool>,
    /// For each import, whether it is a native.
    native_imports: Vec<bool>,
    /// Whether the machine counts what becomes of guesses.
    counts: bool,
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

    fn record(&self, index: usize) -> Word {
        self.records[index]
    }

    fn is_native(&self, function: u32) -> bool {
        self.natives[function as usize]
    }

    fn is_native_import(&self, import: u32) -> bool {
        self.native_imports[import as usize]
    }

    fn counts(&self) -> bool {
        self.counts
    }
}

impl<'v> Linker<'v> {
    /// The template of a native record.
    fn template(&mut self, module: &Module, definition: &Definition) -> Record<'v> {
        let (area, atoms) = (self.area, &self.atoms);
        let atom = |index: u32| atoms[index as usize - 1];
        let fields = definition.fields.iter().map(|field| atom(field.name));
        let defined = Record::define(area, atom(1), atom(definition.name), definition.is_exported, fields);
        let defaults: Vec<Option<Word>> =
            definition.fields.iter().map(|field| Some(self.default(module, field.default?))).collect();
        // SAFETY: immediates, and literals of the area that the template is built in.
        let defaults: Vec<_> = defaults.iter().map(|word| word.map(|word| unsafe { word.term() })).collect();
        Record::template(area, defined, &defaults)
    }

    fn default(&mut self, module: &Module, operand: Operand) -> Word {
        match operand {
            Operand::Atom(index) => Word::atom(Constants::atom(self, index)),
            Operand::Literal(index) => self.literal(index),
            Operand::Big(index) => self.integer(module.record_big(index)),
            Operand::Integer(value) => {
                Word::try_small(value).unwrap_or_else(|| self.integer(&value.to_be_bytes()))
            }
            _ => Word::NIL,
        }
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
    /// Verifies and loads a module from the bytes of its file, which came from `origin`; it must have this name.
    pub fn load_bytes(&self, name: Atom, bytes: &[u8], origin: Origin) -> Result<&LoadedModule, LoadError> {
        self.publish(self.prepare_bytes(name, bytes, origin)?)
    }

    /// Verifies and links a module from the bytes of its file, as [`Vm::load_bytes`], for [`CodeTable::finish_loading`].
    pub fn prepare_bytes(&self, name: Atom, bytes: &[u8], origin: Origin) -> Result<Prepared, LoadError> {
        let verified = purlin_loader::load(bytes).map_err(LoadError::Refused)?;
        let found = verified.module().name();
        if self.atoms().name(name) != found {
            return Err(LoadError::Name { module: found.to_owned() });
        }
        self.prepare(&verified, origin)
    }

    /// Loads a verified module: its exports lead to it from now on, or from when its `on_load` function has agreed.
    pub fn load(&self, verified: &Verified) -> Result<&LoadedModule, LoadError> {
        self.load_from(verified, Origin::from(""))
    }

    /// As [`Vm::load`], for a module of which `code:which/1` is to tell where it came from.
    pub fn load_from(&self, verified: &Verified, origin: Origin) -> Result<&LoadedModule, LoadError> {
        self.publish(self.prepare(verified, origin)?)
    }

    fn publish(&self, prepared: Prepared) -> Result<&LoadedModule, LoadError> {
        let name = self.atoms().name(prepared.name());
        match self.code().finish_loading(vec![prepared]) {
            Ok(published) => {
                tracing::debug!(module = name, "a module is loaded");
                Ok(published[0])
            }
            Err(_) => Err(LoadError::NotPurged { module: name.to_owned() }),
        }
    }

    /// Links a verified module. Nothing of it can be seen before it is published.
    fn prepare(&self, verified: &Verified, origin: Origin) -> Result<Prepared, LoadError> {
        let module = verified.module();
        let _hold = purlin_heap::pace::hold();
        let atoms = self.intern(module)?;
        let area = LiteralArea::new();
        let is_native = |name: Mfa| self.code().natives().get(&name).is_some();
        let natives = functions(module, &atoms).map(is_native).collect();
        let native_imports =
            module.imports().iter().map(|import| is_native(imported(import, &atoms))).collect();
        let mut linker = Linker {
            atoms,
            literals: Vec::new(),
            records: Vec::new(),
            area: &area,
            natives,
            native_imports,
            counts: self.counts(),
        };
        for index in 0..module.literal_count() as u32 {
            let word = self.decode(module, index, module.literal(index), &area)?;
            linker.literals.push(word);
        }
        for definition in module.records() {
            let template = linker.template(module, definition).as_term().word();
            linker.records.push(template);
        }
        let attributes = module.attributes().map(|bytes| self.decode(module, 0, bytes, &area)).transpose()?;
        let compile = module.compile_info().map(|bytes| self.decode(module, 0, bytes, &area)).transpose()?;
        let lowered = lower::lower(verified, &mut linker).map_err(LoadError::Lower)?;
        let on_load = lowered.on_load;
        let (atoms, natives, records) = (linker.atoms, linker.natives, linker.records);
        let mut loaded = unlinked(module, &atoms, &natives, &lowered);
        loaded.origin = origin;
        loaded.attributes = attributes;
        loaded.compile = compile;
        loaded.records = records.into();
        loaded.literals = Some(area.seal());
        link(self.code(), verified, &atoms, lowered, &mut loaded);
        lead_funs(module, &loaded);
        tracing::debug!(module = module.name(), bytes = module.size_bytes(), "a module is linked");
        Ok(Prepared::new(loaded, on_load))
    }

    /// The MD5 of a module's code, from the bytes of its file, if that is one.
    pub fn md5_of(&self, file: &[u8]) -> Option<[u8; 16]> {
        Module::parse(file).ok().map(|module| *module.md5())
    }

    fn intern(&self, module: &Module) -> Result<Vec<Atom>, LoadError> {
        let full = |_| LoadError::Atoms { module: module.name().to_owned() };
        module.atoms().iter().map(|name| self.atoms().intern_for_code(name).map_err(full)).collect()
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

/// The names of the module's functions.
fn functions(module: &Module, atoms: &[Atom]) -> impl Iterator<Item = Mfa> {
    let atom = |index: u32| atoms[index as usize - 1];
    let name =
        move |f: &purlin_loader::Function| Mfa { module: atom(1), function: atom(f.name), arity: f.arity };
    module.functions().iter().map(name)
}

/// The module without its code, so that what stands beside it has its address.
fn unlinked(module: &Module, atoms: &[Atom], natives: &[bool], lowered: &Lowered) -> Box<LoadedModule> {
    let name = atoms[0];
    let lambdas = module.lambdas().iter().map(|lambda| FunEntry {
        address: AtomicPtr::default(),
        module: name,
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
        origin: Origin::from(""),
        code: Box::default(),
        functions: functions(module, atoms)
            .zip(natives)
            .map(|(name, &native)| FunctionInfo { name, native })
            .collect(),
        places: lowered.functions.iter().map(|p| FunctionPlace { start: p.start, entry: p.entry }).collect(),
        exports: module.exports().iter().filter_map(exported).collect(),
        lines: lines(module, lowered),
        files: std::iter::once(own_file).chain(module.lines().files().iter().cloned()).collect(),
        lambdas: lambdas.collect(),
        literals: None,
        records: Box::default(),
        strings: module.strings().into(),
        md5: *module.md5(),
        instructions: Box::default(),
        counters: lowered.counts.iter().map(|&word| (word, Counter::default())).collect(),
        attributes: None,
        compile: None,
    })
}

/// Modules that OTP's emulator brings with it, without their lines: stack traces tell none for them.
const WITHOUT_LINES: &[&str] = &[
    "atomics",
    "counters",
    "erl_init",
    "erl_prim_loader",
    "erl_tracer",
    "erlang",
    "erts_code_purger",
    "erts_dirty_process_signal_handler",
    "erts_internal",
    "erts_literal_area_collector",
    "erts_trace_cleaner",
    "init",
    "persistent_term",
    "prim_buffer",
    "prim_eval",
    "prim_file",
    "prim_inet",
    "prim_net",
    "prim_socket",
    "prim_zip",
    "socket_registry",
    "zlib",
];

fn lines(module: &Module, lowered: &Lowered) -> Box<[(u32, u32, u32)]> {
    if WITHOUT_LINES.contains(&module.name()) {
        return Box::default();
    }
    let line = |&(word, index)| {
        let (file, line) = module.lines().get(index).unwrap_or((0, 0));
        (word, file, line)
    };
    lowered.lines.iter().map(line).collect()
}

/// Fills in the addresses of the code and then the handlers of its instructions.
fn link(table: &CodeTable, verified: &Verified, atoms: &[Atom], lowered: Lowered, loaded: &mut LoadedModule) {
    let mut code = lowered.words.into_boxed_slice();
    let mut instructions = lowered.instructions;
    let mut at = 0;
    for relocation in lowered.relocations {
        let address = match relocation.target {
            Target::Code(word) => &raw const code[word as usize] as u64,
            Target::Export(import) => {
                let export = export(table, verified.module(), atoms, import);
                at += instructions[at..].partition_point(|placed| placed.offset * 8 <= relocation.byte) - 1;
                let op = &mut instructions[at].op;
                *op = call_form(*op, export.native.is_some(), verified.never_returns(import));
                std::ptr::from_ref(export) as u64
            }
            Target::Native(index) => {
                std::ptr::from_ref(table.export(loaded.functions[index as usize].name)) as u64
            }
            Target::Lambda(index) => &raw const loaded.lambdas[index as usize] as u64,
            Target::Function(index) => &raw const loaded.functions[index as usize] as u64,
            Target::Bytes(offset) => loaded.strings[offset as usize..].as_ptr() as u64,
            Target::Count(cell) => &raw const loaded.counters[cell as usize].1 as u64,
        };
        relocation.write(&mut code, address);
    }
    for (index, placed) in instructions.iter().enumerate() {
        let instruction = |index: usize| instructions.get(index).map(|placed| (placed.op, placed.forms()));
        let next = instruction(index + 1);
        let fused =
            next.and_then(|next| fused_handler((placed.op, placed.forms()), next, instruction(index + 2)));
        let handler = fused.unwrap_or_else(|| handler_of(placed.op, placed.forms()));
        code[placed.offset as usize] = handler as usize as u64;
    }
    loaded.instructions = instructions.into_boxed_slice();
    // SAFETY: an atomic has the layout of its number, and nothing else refers to the words yet.
    loaded.code = unsafe { Box::from_raw(Box::into_raw(code) as *mut [AtomicU64]) };
}

/// The name of a function that the module imports.
fn imported(import: &purlin_loader::Import, atoms: &[Atom]) -> Mfa {
    let atom = |index: u32| atoms[index as usize - 1];
    Mfa { module: atom(import.module), function: atom(import.function), arity: import.arity }
}

/// The export entry for an import.
fn export<'t>(table: &'t CodeTable, module: &Module, atoms: &[Atom], import: u32) -> &'t Export {
    table.export(imported(&module.imports()[import as usize], atoms))
}

/// The instruction that does a call of an export, by what the export is. All forms have the same operands.
///
/// What never returns was believed of a native of that name alone. Lowering calls it from within the frame and puts
/// nothing behind it that could go on, so no other function may be called there.
fn call_form(op: Specific, is_native: bool, never_returns: bool) -> Specific {
    match op {
        Specific::CallExport if is_native => Specific::CallNative,
        Specific::CallExport if never_returns => Specific::UndefinedCall,
        Specific::CallExportLast if is_native => Specific::CallNativeLast,
        Specific::CallExportOnly if is_native => Specific::CallNativeOnly,
        _ => op,
    }
}

/// Leads the module's funs to their code.
fn lead_funs(module: &Module, loaded: &LoadedModule) {
    for (lambda, entry) in module.lambdas().iter().zip(&loaded.lambdas) {
        if let Some(index) = module.function_at(lambda.label) {
            entry.address.store(loaded.entry(index), Ordering::Release);
        }
    }
}
