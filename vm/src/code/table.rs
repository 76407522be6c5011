//! The code of a machine: its natives, exports and modules.

use std::collections::HashMap;

use parking_lot::{Mutex, MutexGuard, RwLock};
use purlin_heap::{Atom, Mfa, Record, Term};

use super::export::{Export, Exports};
use super::module::LoadedModule;
use super::on_load::OnLoads;
use super::stub::RuntimeCode;
use super::unloaded::UnloadedFuns;
use crate::native::NativeTable;

/// What is known of an instruction's address.
pub struct Place {
    /// The function that it belongs to.
    pub function: Mfa,
    /// File and line, where the compiler told.
    pub line: Option<(String, u32)>,
}

/// All code of a machine.
pub struct CodeTable {
    natives: NativeTable,
    exports: Exports,
    runtime: RuntimeCode,
    unloaded_funs: UnloadedFuns,
    modules: RwLock<Modules>,
    on_loads: OnLoads,
    /// Held by whoever changes what is current or old.
    changing: Mutex<()>,
}

#[derive(Default)]
struct Modules {
    by_name: HashMap<Atom, Versions>,
    /// Sorted by the address of their code; versions that nobody uses any more stay.
    by_address: Vec<&'static LoadedModule>,
}

/// What there is of one module: see `docs/code.md`.
#[derive(Default)]
struct Versions {
    /// That to which its exports lead.
    current: Option<&'static LoadedModule>,
    /// That which was current before, until it is purged.
    old: Option<&'static LoadedModule>,
}

/// A module cannot be replaced or deleted, because there is an old version of it already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotPurged;

impl CodeTable {
    /// The code of a machine without modules.
    pub fn new(natives: NativeTable) -> CodeTable {
        let name = Mfa { module: purlin_heap::am::erlang, function: purlin_heap::am::apply, arity: 0 };
        let table = CodeTable {
            natives,
            exports: Exports::new(),
            runtime: RuntimeCode::new(name),
            unloaded_funs: UnloadedFuns::default(),
            modules: RwLock::default(),
            on_loads: OnLoads::default(),
            changing: Mutex::new(()),
        };
        for (&name, _) in table.natives.iter() {
            table.export(name);
        }
        table
    }

    /// The runtime's own instructions.
    pub fn runtime(&self) -> &RuntimeCode {
        &self.runtime
    }

    /// The funs whose module was not there when they came.
    pub(super) fn unloaded_funs(&self) -> &UnloadedFuns {
        &self.unloaded_funs
    }

    /// The natives.
    pub fn natives(&self) -> &NativeTable {
        &self.natives
    }

    /// The export entry of this name.
    pub fn export(&self, name: Mfa) -> &Export {
        self.exports.get(name, || self.natives.get(&name))
    }

    /// The export entry of this name, if it has ever been mentioned.
    pub fn find_export(&self, name: Mfa) -> Option<&Export> {
        self.exports.find(name)
    }

    /// All export entries.
    pub fn exports(&self) -> impl Iterator<Item = &Export> {
        self.exports.iter()
    }

    /// The export entry of a native of `erlang`.
    pub fn guard_export(&self, function: Atom, arity: u32) -> &Export {
        self.export(Mfa { module: purlin_heap::am::erlang, function, arity })
    }

    /// The module of this name, if it is loaded.
    pub fn module(&self, name: Atom) -> Option<&LoadedModule> {
        self.modules.read().by_name.get(&name)?.current
    }

    /// Whether there is an old version of a module.
    pub fn has_old(&self, name: Atom) -> bool {
        self.old_version(name).is_some()
    }

    /// The old version of a module, if there is one. No version is freed while the machine lives and processes run.
    pub(crate) fn old_version(&self, name: Atom) -> Option<&'static LoadedModule> {
        self.modules.read().by_name.get(&name)?.old
    }

    /// Taken by whoever loads a module, before the code is linked and until it is published. Work that may be interrupted must
    /// not hold it.
    pub(super) fn change(&self) -> MutexGuard<'_, ()> {
        self.changing.lock()
    }

    /// All modules that were loaded, those included that others have replaced.
    pub fn modules(&self) -> Vec<&LoadedModule> {
        self.modules.read().by_address.clone()
    }

    /// The names of all modules that are loaded.
    pub fn module_names(&self) -> Vec<Atom> {
        let modules = self.modules.read();
        let current = modules.by_name.iter().filter(|(_, versions)| versions.current.is_some());
        current.map(|(&name, _)| name).collect()
    }

    /// The template of the native record that a tuple of a module and a name stands for, if other modules may make it.
    pub fn exported_record(&self, id: Term<'_>) -> Option<Record<'_>> {
        let &[module, name] = id.as_tuple()?.elements() else { return None };
        self.record(module.as_atom()?, name).filter(|record| record.is_exported())
    }

    /// The template of a loaded module's native record of this name.
    pub fn record(&self, module: Atom, name: Term<'_>) -> Option<Record<'_>> {
        // SAFETY: templates stand among the literals of a module, which is loaded for as long as the machine lives.
        let templates = self.module(module)?.records.iter().map(|&word| unsafe { word.term() });
        templates.filter_map(Record::of).find(|template| template.name().is_same(name))
    }

    /// The module whose code an address is in, if it is not the runtime's own.
    pub fn module_with(&self, address: *const u64) -> Option<&LoadedModule> {
        let modules = self.modules.read();
        let after = modules.by_address.partition_point(|m| m.code.as_ptr().cast() <= address);
        let module = modules.by_address[after.checked_sub(1)?];
        module.offset_of(address).map(|_| module)
    }

    /// The function and line of an instruction, unless it is one of the runtime's own.
    pub fn locate(&self, address: *const u64) -> Option<Place> {
        let module = self.module_with(address)?;
        let offset = module.offset_of(address)?;
        let function = module.function_at(offset)?.name;
        let line = module.line_at(offset).map(|(file, line)| (file.to_owned(), line));
        Some(Place { function, line })
    }

    /// The modules that wait for their `on_load` function.
    pub fn on_loads(&self) -> &OnLoads {
        &self.on_loads
    }

    /// Makes a module the current one of its name: its exports lead to it from now on.
    pub(super) fn publish(&self, module: Box<LoadedModule>) -> &LoadedModule {
        let module = self.keep(module);
        self.on_loads.forget(module.name);
        self.name(module);
        module
    }

    /// As [`CodeTable::publish`] for a module that waits for the function of this index.
    pub(super) fn publish_later(&self, module: Box<LoadedModule>, function: usize) -> &LoadedModule {
        let module = self.keep(module);
        let start = Mfa { module: module.name, function: purlin_heap::am::on_load_start, arity: 0 };
        self.export(start).lead_to(module.entry(function));
        self.on_loads.add(module, start);
        module
    }

    /// The `on_load` function of a module has ended: who waited for that.
    pub fn end_on_load(&self, name: Atom, is_accepted: bool) -> Vec<purlin_heap::Pid> {
        let Some((waiters, accepted)) = self.on_loads.end(name, is_accepted) else { return Vec::new() };
        self.export(Mfa { module: name, function: purlin_heap::am::on_load_start, arity: 0 }).withdraw();
        if let Some(module) = accepted {
            self.name(module);
        }
        waiters
    }

    /// Keeps a module, so that its instructions are found by their addresses.
    fn keep(&self, module: Box<LoadedModule>) -> &'static LoadedModule {
        let module: &'static LoadedModule = Box::leak(module);
        let mut modules = self.modules.write();
        let at = modules.by_address.partition_point(|m| m.code.as_ptr() < module.code.as_ptr());
        modules.by_address.insert(at, module);
        module
    }

    fn name(&self, module: &'static LoadedModule) {
        let before = {
            let mut modules = self.modules.write();
            let versions = modules.by_name.entry(module.name).or_default();
            let before = versions.current.replace(module);
            versions.old = before.or(versions.old);
            before
        };
        self.lead_exports(module, before);
    }

    /// Makes the current version of a module the old one: calls through its exports find no module any more. What runs its code
    /// runs on. False when no module of this name is loaded.
    pub fn delete(&self, name: Atom) -> Result<bool, NotPurged> {
        let _change = self.change();
        let mut modules = self.modules.write();
        let Some(versions) = modules.by_name.get_mut(&name) else { return Ok(false) };
        if versions.old.is_some() {
            return Err(NotPurged);
        }
        let Some(module) = versions.current.take() else { return Ok(false) };
        versions.old = Some(module);
        module
            .exports
            .iter()
            .for_each(|&index| self.export(module.functions[index as usize].name).withdraw());
        Ok(true)
    }

    /// Takes an old version away, which nobody uses any more.
    pub(crate) fn forget_old(&self, module: &LoadedModule) {
        let _change = self.change();
        self.unlead_funs_of(module);
        let mut modules = self.modules.write();
        let Some(versions) = modules.by_name.get_mut(&module.name) else { return };
        versions.old = versions.old.filter(|&old| !std::ptr::eq(old, module));
        if versions.current.is_none() && versions.old.is_none() {
            modules.by_name.remove(&module.name);
        }
    }

    fn lead_exports(&self, module: &LoadedModule, before: Option<&LoadedModule>) {
        for &index in &module.exports {
            let export = self.export(module.functions[index as usize].name);
            if export.native.is_none() {
                export.lead_to(module.entry(index as usize));
            }
        }
        let Some(before) = before else { return };
        for &index in &before.exports {
            let name = before.functions[index as usize].name;
            if !module.exports.iter().any(|&i| module.functions[i as usize].name == name) {
                self.export(name).withdraw();
            }
        }
    }
}

impl Drop for CodeTable {
    fn drop(&mut self) {
        for module in std::mem::take(&mut self.modules.get_mut().by_address) {
            let module = std::ptr::from_ref(module).cast_mut();
            // SAFETY: leaked by `publish`, and no process that runs its code outlives the machine.
            drop(unsafe { Box::from_raw(module) });
        }
    }
}
