//! What terms in the external format refer to by name, found in a machine.

use purlin_heap::external::{FunKey, Names};
use purlin_heap::{Atom, AtomTable, FunEntry, Mfa};

use crate::Vm;

impl Names for Vm {
    fn atoms(&self) -> &AtomTable {
        self.atoms()
    }

    fn export(&self, name: Mfa, make: bool) -> Option<&Mfa> {
        let code = self.code();
        if make { Some(&code.export(name).name) } else { code.find_export(name).map(|export| &export.name) }
    }

    fn fun(&self, key: &FunKey) -> Option<&FunEntry> {
        self.code().fun(key)
    }

    fn node(&self) -> (Atom, u32) {
        (self.node_name(), 0)
    }
}
