//! Export entries: where a call through a module's name leads now.
//!
//! An entry is made when a name is first mentioned and lives as long as the machine, so that code and terms hold its
//! address. Entries stand in a hash table of chains that only grow, so that `apply` finds one without a lock.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

use parking_lot::Mutex;
use purlin_heap::Mfa;
use purlin_isa::Specific;

use super::module::FunctionInfo;
use crate::interpreter::handler_of;
use crate::native::Native;

/// A function as others call it.
#[repr(C)]
pub struct Export {
    /// Its name: the first field, so that a term that holds the address of a name holds that of the entry.
    pub name: Mfa,
    /// The entry of its code.
    pub address: AtomicPtr<u64>,
    /// The native function that it is, if it is one.
    pub native: Option<Native>,
    /// The code that `address` leads to while no module provides the function: it runs the native, or asks the error
    /// handler for the module.
    body: Box<[u64; 4]>,
    _function: Box<FunctionInfo>,
    next: *mut Export,
}

// SAFETY: all fields but `address` are constant after publication, and `address` is atomic.
unsafe impl Sync for Export {}
// SAFETY: an entry refers to nothing of the thread that made it.
unsafe impl Send for Export {}

impl Export {
    fn new(name: Mfa, native: Option<Native>) -> Box<Export> {
        let function = Box::new(FunctionInfo { name, native: native.is_some() });
        let body = if native.is_some() { Specific::NativeBody } else { Specific::UndefinedBody };
        let handlers = [handler_of(Specific::FunctionClause, &[]), handler_of(body, &[])];
        let mut export = Box::new(Export {
            name,
            address: AtomicPtr::new(null_mut()),
            native,
            body: Box::new([
                handlers[0] as usize as u64,
                &raw const *function as u64,
                handlers[1] as usize as u64,
                0,
            ]),
            _function: function,
            next: null_mut(),
        });
        export.body[3] = &raw const *export as u64;
        export.address = AtomicPtr::new(export.own_body());
        export
    }

    /// The entry of the code that stands in for a module's.
    pub fn own_body(&self) -> *mut u64 {
        (&raw const self.body[2]).cast_mut()
    }

    /// A module provides the function.
    pub(super) fn lead_to(&self, entry: *mut u64) {
        self.address.store(entry, Ordering::Release);
    }

    /// No module provides the function any more.
    pub(super) fn withdraw(&self) {
        self.address.store(self.own_body(), Ordering::Release);
    }

    /// Whether `address` lies in the entry's own code.
    pub fn contains(&self, address: *const u64) -> bool {
        self.body.as_ptr_range().contains(&address)
    }
}

/// Chains in the table. Fixed: OTP's whole library has some 40,000 exported functions.
const CHAINS: usize = 1 << 14;

/// All export entries of a machine.
pub struct Exports {
    chains: Box<[AtomicPtr<Export>]>,
    insert: Mutex<()>,
}

impl Exports {
    /// An empty table.
    pub fn new() -> Exports {
        Exports { chains: (0..CHAINS).map(|_| AtomicPtr::default()).collect(), insert: Mutex::new(()) }
    }

    /// The entry of this name, if it has ever been mentioned.
    pub fn find(&self, name: Mfa) -> Option<&Export> {
        let mut at = self.chain(name).load(Ordering::Acquire);
        // SAFETY: a published entry stays unchanged, and alive as long as the table.
        while let Some(export) = unsafe { at.as_ref() } {
            if export.name == name {
                return Some(export);
            }
            at = export.next;
        }
        None
    }

    /// The entry of this name, made when it is new, with the native that `native` finds.
    pub fn get(&self, name: Mfa, native: impl FnOnce() -> Option<Native>) -> &Export {
        if let Some(export) = self.find(name) {
            return export;
        }
        let _one_at_a_time = self.insert.lock();
        if let Some(export) = self.find(name) {
            return export;
        }
        let mut export = Export::new(name, native());
        let chain = self.chain(name);
        export.next = chain.load(Ordering::Relaxed);
        let export = Box::into_raw(export);
        chain.store(export, Ordering::Release);
        // SAFETY: just published; freed by the table's drop only.
        unsafe { &*export }
    }

    /// All entries.
    pub fn iter(&self) -> impl Iterator<Item = &Export> {
        self.chains.iter().flat_map(|chain| {
            // SAFETY: as in `find`.
            let mut at = unsafe { chain.load(Ordering::Acquire).as_ref() };
            std::iter::from_fn(move || {
                let export = at?;
                // SAFETY: as in `find`.
                at = unsafe { export.next.as_ref() };
                Some(export)
            })
        })
    }

    fn chain(&self, name: Mfa) -> &AtomicPtr<Export> {
        let mixed = (u64::from(name.module.0) << 32 | u64::from(name.function.0))
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add(u64::from(name.arity) << 48)
            .rotate_left(29)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        &self.chains[(mixed >> 50) as usize % CHAINS]
    }
}

impl Default for Exports {
    fn default() -> Exports {
        Exports::new()
    }
}

impl Drop for Exports {
    fn drop(&mut self) {
        for chain in &self.chains {
            let mut at = chain.load(Ordering::Relaxed);
            while !at.is_null() {
                // SAFETY: made by `Box::into_raw` in `get`; nobody else refers to the table any more.
                at = unsafe { Box::from_raw(at) }.next;
            }
        }
    }
}
