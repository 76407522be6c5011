//! The time in which an old version is being taken away: its funs wait for what comes of that. See `docs/code.md`.

use std::sync::atomic::Ordering;

use parking_lot::Mutex;
use purlin_heap::{FunEntry, Pid};

use super::module::LoadedModule;
use super::table::CodeTable;

/// The versions of a machine that are being taken away.
#[derive(Default)]
pub(super) struct Purging(Mutex<Vec<Pending>>);

/// One of them.
struct Pending {
    version: &'static LoadedModule,
    /// How many purges of it go on.
    purges: usize,
    /// The entries that led to its code, and where.
    former: Vec<(&'static FunEntry, usize)>,
    /// Who has called one of its funs.
    waiters: Vec<Pid>,
}

impl Pending {
    fn has(&self, entry: &FunEntry) -> bool {
        self.former.iter().any(|(known, _)| std::ptr::eq(*known, entry))
    }
}

impl CodeTable {
    /// Begins to take the old version of a module away, if there is one: from now on nothing leads to its code but what runs it.
    pub(crate) fn begin_purge(&self, version: &'static LoadedModule) {
        let mut purging = self.purging().0.lock();
        match purging.iter_mut().find(|pending| std::ptr::eq(pending.version, version)) {
            Some(pending) => pending.purges += 1,
            None => {
                // Under the lock, so that who finds an entry changed finds the purge, too.
                let former = self.unlead_funs_of(version);
                purging.push(Pending { version, purges: 1, former, waiters: Vec::new() });
            }
        }
    }

    /// Ends a purge; gives those who are to look again. The version is gone, or, with the last of its purges, as it was.
    pub(crate) fn end_purge(&self, version: &'static LoadedModule, is_gone: bool) -> Vec<Pid> {
        let mut purging = self.purging().0.lock();
        let found = purging.iter().position(|pending| std::ptr::eq(pending.version, version));
        // Another purge of it was faster.
        let Some(at) = found else { return Vec::new() };
        purging[at].purges -= 1;
        if !is_gone && purging[at].purges > 0 {
            return Vec::new();
        }
        let pending = purging.swap_remove(at);
        if !is_gone {
            for (entry, address) in pending.former {
                entry.address.store(address as *mut u64, Ordering::Release);
            }
        }
        pending.waiters
    }

    /// Whether a version is being taken away.
    pub(crate) fn is_purging_version(&self, version: &LoadedModule) -> bool {
        self.purging().0.lock().iter().any(|pending| std::ptr::eq(pending.version, version))
    }

    /// Whether the version of a fun is being taken away.
    pub(crate) fn is_purging(&self, entry: &FunEntry) -> bool {
        self.purging().0.lock().iter().any(|pending| pending.has(entry))
    }

    /// Has `pid` woken when it is known what becomes of the version of a fun; false when that is not being taken away.
    pub(crate) fn await_purge(&self, entry: &FunEntry, pid: Pid) -> bool {
        let mut purging = self.purging().0.lock();
        let Some(pending) = purging.iter_mut().find(|pending| pending.has(entry)) else { return false };
        pending.waiters.push(pid);
        true
    }
}
