//! Funs that came from outside while their module was not loaded, or is loaded in another version.
//!
//! Such a fun gets an entry of its own, whose code asks for the module when the fun is called. Once the module is there
//! and has that very fun, the entry leads to its code. So do the entries of a version that has been purged.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicPtr, Ordering};

use parking_lot::Mutex;
use purlin_heap::external::FunKey;
use purlin_heap::{FunEntry, Mfa, am};
use purlin_isa::Specific;

use super::CodeTable;
use super::module::{FunctionInfo, LoadedModule};
use crate::interpreter::handler_of;

/// How many of them there may be, since they are never freed and come from anybody.
const FUNS_MAX: usize = 1 << 18;

/// All of a machine.
#[derive(Default)]
pub struct UnloadedFuns {
    /// Those that came from outside, with entries of their own.
    foreign: Mutex<HashMap<FunKey, Box<FunEntry>>>,
    /// What stands in for the code of those, and of funs whose version was purged.
    bodies: Mutex<Vec<Box<[Body]>>>,
}

/// Code that asks for the module of a fun.
struct Body {
    words: [u64; 4],
    function: FunctionInfo,
}

impl Body {
    fn new() -> Body {
        let name = Mfa { module: am::erlang, function: am::apply, arity: 2 };
        Body { words: [0; 4], function: FunctionInfo { name, native: true } }
    }

    /// Leads an entry here, where this stays as long as the entry.
    fn lead(&mut self, entry: &FunEntry) {
        let handler = |op| handler_of(op, &[]) as usize as u64;
        self.words = [
            handler(Specific::FunctionClause),
            &raw const self.function as u64,
            handler(Specific::UnloadedFun),
            std::ptr::from_ref(entry) as u64,
        ];
        entry.address.store((&raw const self.words[2]).cast_mut(), Ordering::Release);
    }
}

impl CodeTable {
    /// What the funs with this key share; nothing if it would be new and there are too many already.
    pub fn fun(&self, key: &FunKey) -> Option<&FunEntry> {
        let loaded = || self.module(key.module)?.lambdas.get(key.index as usize);
        if let Some(entry) = loaded().filter(|entry| is_of(entry, key)) {
            return Some(entry);
        }
        let mut funs = self.unloaded_funs().foreign.lock();
        let room = funs.len() < FUNS_MAX;
        let entry = match funs.entry(*key) {
            Entry::Occupied(known) => &raw const **known.into_mut(),
            Entry::Vacant(place) if room => {
                let entry = place.insert(Box::new(entry_of(key)));
                self.unlead_funs(&[&**entry]);
                &raw const **entry
            }
            Entry::Vacant(_) => return None,
        };
        // SAFETY: boxed, never removed while the machine lives, and changed through its atomic only.
        Some(unsafe { &*entry })
    }

    /// Leads all entries that lead to a version to code that asks for their module: its own, and those that were led there. Tells
    /// which they are, and where they led.
    pub(super) fn unlead_funs_of(&self, module: &'static LoadedModule) -> Vec<(&'static FunEntry, usize)> {
        let mut former = Vec::new();
        let mut note = |entry: &'static FunEntry| {
            let address = entry.address.load(Ordering::Acquire);
            let leads_there = module.offset_of(address).is_some();
            if leads_there {
                former.push((entry, address as usize));
            }
            leads_there
        };
        for body in self.unloaded_funs().bodies.lock().iter_mut().flatten() {
            // SAFETY: entries stay where they are while the machine lives, those of purged versions too.
            let entry = unsafe { &*(body.words[3] as *const FunEntry) };
            if note(entry) {
                body.lead(entry);
            }
        }
        // Those that have no such code yet.
        let own: Vec<_> = module.lambdas.iter().filter(|entry| note(entry)).collect();
        self.unlead_funs(&own);
        former
    }

    /// Leads entries, which stay where they are, to code that asks for their module.
    fn unlead_funs(&self, entries: &[&FunEntry]) {
        let mut bodies: Box<[Body]> = entries.iter().map(|_| Body::new()).collect();
        bodies.iter_mut().zip(entries).for_each(|(body, entry)| body.lead(entry));
        self.unloaded_funs().bodies.lock().push(bodies);
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

fn entry_of(key: &FunKey) -> FunEntry {
    let FunKey { module, index, old_uniq, uniq, arity, free } = *key;
    FunEntry { address: AtomicPtr::default(), module, arity, free, index, old_uniq, uniq }
}

fn key_of(entry: &FunEntry) -> FunKey {
    let FunEntry { module, index, old_uniq, uniq, arity, free, .. } = *entry;
    FunKey { module, index, old_uniq, uniq, arity, free }
}

fn is_of(entry: &FunEntry, key: &FunKey) -> bool {
    key_of(entry) == *key
}
