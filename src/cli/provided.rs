//! What provides the functions that modules import: natives, the modules at hand, and those that `purlin run` would find.

use super::code_path::CodePath;
use super::inputs;
use super::modules::Contents;
use purlin_isa::Instruction;
use purlin_loader::Verified;
use std::collections::{HashMap, HashSet};

/// Module, name and number of arguments of a function.
pub type Function = (String, String, u32);

/// See the top of the file.
pub struct Provided {
    natives: HashSet<Function>,
    /// What each module provides that was looked at; nothing for those that are nowhere.
    modules: HashMap<String, HashSet<(String, u32)>>,
    path: CodePath,
}

impl Provided {
    /// The natives of a machine, and what is on the path.
    pub fn new(path: CodePath) -> Self {
        let natives = purlin_stdlib::natives().flatten();
        let name = |native: &purlin_vm::NativeFunction| {
            (native.module.to_owned(), native.function.to_owned(), native.arity.into())
        };
        Self { natives: natives.map(name).collect(), modules: HashMap::new(), path }
    }

    /// Adds a module that is at hand.
    pub fn add(&mut self, verified: &Verified) {
        self.modules.insert(verified.module().name().to_owned(), provided_by(verified));
    }

    /// Whether a machine that runs the modules would find the function.
    pub fn has(&mut self, function: &Function) -> bool {
        if self.natives.contains(function) {
            return true;
        }
        let (module, name, arity) = function;
        if !self.modules.contains_key(module) {
            let found = self.find(module);
            self.modules.insert(module.clone(), found);
        }
        self.modules[module].contains(&(name.clone(), *arity))
    }

    /// What a module on the path provides. One that is refused there provides nothing.
    fn find(&self, module: &str) -> HashSet<(String, u32)> {
        let contents = self.path.find(module).and_then(|file| Contents::of(&inputs::read(&file).ok()?).ok());
        contents.iter().flat_map(Contents::modules).flat_map(provided_by).collect()
    }
}

/// The functions that a module exports and has code for. One that only says that its native is not there is none.
fn provided_by(verified: &Verified) -> HashSet<(String, u32)> {
    let module = verified.module();
    let is_provided = |label| module.function_at(label).is_none_or(|function| !is_stub(verified, function));
    let exports = module.exports().iter().filter(|export| is_provided(export.label));
    exports.map(|export| (module.atom(export.function).to_owned(), export.arity)).collect()
}

/// Whether the only ways out of a function are exceptions and `erlang:nif_error`.
fn is_stub(verified: &Verified, function: usize) -> bool {
    let module = verified.module();
    let is_nif_error = |import: u32| {
        let import = &module.imports()[import as usize];
        module.atom(import.function) == "nif_error" && module.atom(import.module) == "erlang"
    };
    let instructions = module.functions()[function].instructions.clone().map(|index| index as usize);
    let mut ways_out = instructions.filter(|&index| verified.is_reached(index)).filter_map(|index| {
        match module.instruction(index) {
            Instruction::CallExtLast { import, .. } | Instruction::CallExtOnly { import, .. } => {
                Some(is_nif_error(import))
            }
            Instruction::Return { .. }
            | Instruction::CallLast { .. }
            | Instruction::CallOnly { .. }
            | Instruction::ApplyLast { .. } => Some(false),
            _ => None,
        }
    });
    ways_out.next().is_some_and(|is_nif_error| is_nif_error && ways_out.all(|is_nif_error| is_nif_error))
}
