//! The code of a machine: its natives, exports and modules.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use parking_lot::{Mutex, MutexGuard, RwLock};
use purlin_heap::{Atom, Mfa, Record, Term, pace};

use super::export::{Export, Exports};
use super::module::LoadedModule;
use super::on_load::OnLoads;
use super::purging::Purging;
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
    purging: Purging,
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
            purging: Purging::default(),
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

    /// The versions that are being taken away.
    pub(super) fn purging(&self) -> &Purging {
        &self.purging
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

    /// Taken by whoever changes which versions of modules there are. Work that may be interrupted must not hold it.
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

    /// The `on_load` function of a module has ended: who waited for that.
    pub fn end_on_load(&self, name: Atom, is_accepted: bool) -> Vec<purlin_heap::Pid> {
        let _hold = pace::hold();
        let _change = self.change();
        let Some((waiters, accepted)) = self.on_loads.end(name, is_accepted) else { return Vec::new() };
        self.export(Mfa { module: name, function: purlin_heap::am::on_load_start, arity: 0 }).withdraw();
        if let Some(module) = accepted {
            self.make_current(&[module]);
        }
        waiters
    }

    /// Keeps a module that waits for the function of this index.
    pub(super) fn keep_waiting(&self, module: &'static LoadedModule, function: usize) {
        self.modules.write().keep(module);
        let start = Mfa { module: module.name, function: purlin_heap::am::on_load_start, arity: 0 };
        self.export(start).lead_to(module.entry(function));
        self.on_loads.add(module, start);
    }

    /// Makes modules the current ones of their names, all at the same moment; whoever calls them meanwhile waits for that moment. See
    /// `docs/code.md`. The lock of [`CodeTable::change`] is held.
    pub(super) fn make_current(&self, published: &[&'static LoadedModule]) {
        let before: Vec<_> = published.iter().map(|module| self.module(module.name)).collect();
        // Entries are found, and made, before anybody waits.
        let exports_of = |module: &LoadedModule| {
            let names = module
                .exports
                .iter()
                .map(|&index| (module.functions[index as usize].name, module.entry(index as usize)));
            let entries = names.map(|(name, entry)| (self.export(name), entry));
            entries.filter(|(export, _)| export.native.is_none()).collect::<Vec<_>>()
        };
        let former: Vec<_> = before.iter().flatten().flat_map(|module| exports_of(module)).collect();
        let new: Vec<_> = published.iter().flat_map(|module| exports_of(module)).collect();
        let mut modules = self.modules.write();
        former.iter().for_each(|(export, _)| export.withdraw());
        for module in published {
            let versions = modules.by_name.entry(module.name).or_default();
            versions.old = versions.current.replace(module).or(versions.old);
            modules.keep(module);
        }
        new.iter().for_each(|(export, entry)| export.lead_to(*entry));
    }

    /// Where calls of an export lead while nothing is being published.
    pub fn entry(&self, export: &Export) -> *mut u64 {
        // Who publishes holds the lock.
        let _modules = self.modules.read();
        export.address.load(Ordering::Acquire)
    }

    /// Whether a module or a native provides a function.
    pub fn is_defined(&self, export: &Export) -> bool {
        let own = export.own_body();
        export.native.is_some() || export.address.load(Ordering::Acquire) != own || self.entry(export) != own
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

    /// Takes an old version away, which nobody runs and to which no fun leads.
    pub(crate) fn forget_old(&self, module: &LoadedModule) {
        let _change = self.change();
        let mut modules = self.modules.write();
        let Some(versions) = modules.by_name.get_mut(&module.name) else { return };
        versions.old = versions.old.filter(|&old| !std::ptr::eq(old, module));
        if versions.current.is_none() && versions.old.is_none() {
            modules.by_name.remove(&module.name);
        }
    }
}

impl Modules {
    /// Has the instructions of a module found by their addresses.
    fn keep(&mut self, module: &'static LoadedModule) {
        let start = module.code.as_ptr();
        let at = self.by_address.partition_point(|m| m.code.as_ptr() < start);
        if self.by_address.get(at).is_none_or(|m| m.code.as_ptr() != start) {
            self.by_address.insert(at, module);
        }
    }
}

impl Drop for CodeTable {
    fn drop(&mut self) {
        for module in std::mem::take(&mut self.modules.get_mut().by_address) {
            let module = std::ptr::from_ref(module).cast_mut();
            // SAFETY: leaked by `finish_loading`, and no process that runs its code outlives the machine.
            drop(unsafe { Box::from_raw(module) });
        }
    }
}
