//! Funs that came from outside while their module was not loaded, or is loaded in another version.
//!
//! Such a fun gets an entry of its own, whose code asks for the module when the fun is called. Once the module is there
//! and has that very fun, the entry leads to its code.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicPtr, Ordering};

use parking_lot::Mutex;
use purlin_heap::external::FunKey;
use purlin_heap::{FunEntry, Mfa, am};
use purlin_isa::Specific;

use super::CodeTable;
use super::module::FunctionInfo;
use crate::interpreter::handler_of;

/// How many of them there may be, since they are never freed and come from anybody.
const FUNS_MAX: usize = 1 << 18;

/// All of a machine.
#[derive(Default)]
pub struct UnloadedFuns(Mutex<HashMap<FunKey, Box<Unloaded>>>);

struct Unloaded {
    entry: FunEntry,
    /// The code that the entry leads to at first.
    body: [u64; 4],
    function: FunctionInfo,
}

impl Unloaded {
    fn new(key: &FunKey) -> Box<Unloaded> {
        let name = Mfa { module: am::erlang, function: am::apply, arity: 2 };
        let entry = FunEntry {
            address: AtomicPtr::default(),
            module: key.module,
            arity: key.arity,
            free: key.free,
            index: key.index,
            old_uniq: key.old_uniq,
            uniq: key.uniq,
        };
        let function = FunctionInfo { name, native: true };
        let mut fun = Box::new(Unloaded { entry, body: [0; 4], function });
        let handler = |op| handler_of(op, &[]) as usize as u64;
        fun.body = [
            handler(Specific::FunctionClause),
            &raw const fun.function as u64,
            handler(Specific::UnloadedFun),
            &raw const fun.entry as u64,
        ];
        fun.entry.address = AtomicPtr::new((&raw const fun.body[2]).cast_mut());
        fun
    }
}

impl CodeTable {
    /// What the funs with this key share; nothing if it would be new and there are too many already.
    pub fn fun(&self, key: &FunKey) -> Option<&FunEntry> {
        let loaded = || self.module(key.module)?.lambdas.get(key.index as usize);
        if let Some(entry) = loaded().filter(|entry| is_of(entry, key)) {
            return Some(entry);
        }
        let mut funs = self.unloaded_funs().0.lock();
        let room = funs.len() < FUNS_MAX;
        let entry = match funs.entry(*key) {
            Entry::Occupied(known) => &raw const known.into_mut().entry,
            Entry::Vacant(place) if room => &raw const place.insert(Unloaded::new(key)).entry,
            Entry::Vacant(_) => return None,
        };
        // SAFETY: boxed, never removed while the machine lives, and changed through its atomic only.
        Some(unsafe { &*entry })
    }

    /// The name of the function that is the body of a fun, while it is known.
    pub fn fun_name(&self, entry: &FunEntry) -> Option<Mfa> {
        self.lead_fun(entry);
        self.locate(entry.address.load(Ordering::Acquire)).map(|place| place.function)
    }

    /// Leads an entry to the code that its module has for it, and tells whether there is such code.
    pub fn lead_fun(&self, entry: &FunEntry) -> bool {
        let module = self.module(entry.module);
        match module.and_then(|module| module.lambdas.get(entry.index as usize)) {
            Some(own) if std::ptr::eq(own, entry) => true,
            Some(own) if is_of(own, &key_of(entry)) => {
                entry.address.store(own.address.load(Ordering::Acquire), Ordering::Release);
                true
            }
            _ => false,
        }
    }
}

fn key_of(entry: &FunEntry) -> FunKey {
    let FunEntry { module, index, old_uniq, uniq, arity, free, .. } = *entry;
    FunKey { module, index, old_uniq, uniq, arity, free }
}

fn is_of(entry: &FunEntry, key: &FunKey) -> bool {
    key_of(entry) == *key
}
