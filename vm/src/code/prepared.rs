//! Modules that are linked and not published yet, and publishing them: many at once if need be. See `docs/code.md`.

use purlin_heap::{Atom, pace};

use super::module::LoadedModule;
use super::table::CodeTable;

/// A linked module of which nothing can be seen yet. Dropped, it is gone.
pub struct Prepared {
    module: Box<LoadedModule>,
    /// The index of its `on_load` function.
    on_load: Option<u32>,
}

/// Modules that were not published, none of them, and those of their names that have an old version to be purged before.
pub struct NotFinished {
    /// As they were given.
    pub prepared: Vec<Prepared>,
    /// In their order.
    pub not_purged: Vec<Atom>,
}

impl Prepared {
    pub(super) fn new(module: Box<LoadedModule>, on_load: Option<u32>) -> Prepared {
        Prepared { module, on_load }
    }

    /// The module's name.
    pub fn name(&self) -> Atom {
        self.module.name
    }

    /// Whether it has a function that decides, once it is published, on whether it can be called.
    pub fn has_on_load(&self) -> bool {
        self.on_load.is_some()
    }

    /// Bytes of memory that it takes.
    pub fn bytes(&self) -> usize {
        self.module.bytes() + self.module.literals.as_ref().map_or(0, |literals| literals.words() * 8)
    }
}

impl CodeTable {
    /// Publishes prepared modules of different names, all at the same moment: exports lead to them from then on. Those with an `on_load` function
    /// only wait for it from now on. Nothing is done when one of them has a current and an old version already.
    pub fn finish_loading(&self, prepared: Vec<Prepared>) -> Result<Vec<&LoadedModule>, NotFinished> {
        // Who holds the lock is not interrupted.
        let _hold = pace::hold();
        let _change = self.change();
        let is_full = |&name: &Atom| self.has_old(name) && self.module(name).is_some();
        let not_purged: Vec<_> = prepared.iter().map(Prepared::name).filter(is_full).collect();
        if !not_purged.is_empty() {
            return Err(NotFinished { prepared, not_purged });
        }
        let (mut published, mut current): (Vec<&LoadedModule>, Vec<&'static LoadedModule>) =
            (Vec::new(), Vec::new());
        for Prepared { module, on_load } in prepared {
            let module: &'static LoadedModule = Box::leak(module);
            published.push(module);
            match on_load {
                Some(function) => self.keep_waiting(module, function as usize),
                None => {
                    self.on_loads().forget(module.name);
                    current.push(module);
                }
            }
        }
        self.make_current(&current);
        Ok(published)
    }
}
