//! The tables of a machine: found by name or by the reference that stands for a table, and known to the processes whose end
//! matters to them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crossbeam_utils::CachePadded;
use purlin_heap::{Atom, CountedTerm, Pid, Term, View};
use rustc_hash::FxHashMap;

use super::rows::{Kind, Rows};
use super::table::{Settings, Table};
use crate::held::{Mutex, RwLock};

/// So many schedulers find tables without meeting.
const STRIPES: usize = 16;

/// All tables of a machine.
pub(crate) struct Tables {
    /// The same each time, so that schedulers that only look do not share a lock. Who changes something has all of them locked.
    known: [CachePadded<RwLock<Known>>; STRIPES],
    /// What there is to be done at the end of processes. Those that are here are awaited.
    involved: Mutex<HashMap<Pid, Involved>>,
}

/// The tables that there are, by numbers that the machine has given: those of tables and of the atoms that name them.
#[derive(Default)]
struct Known {
    by_number: FxHashMap<u64, Arc<Table>>,
    by_name: FxHashMap<u32, Arc<Table>>,
}

impl Known {
    fn find(&self, id: Term<'_>) -> Option<&Arc<Table>> {
        match id.view() {
            View::Atom(name) => self.by_name.get(&name.0),
            View::Reference(object) => self.by_number.get(&object.raw(1)),
            _ => None,
        }
    }
}

impl Default for Tables {
    fn default() -> Tables {
        Tables { known: std::array::from_fn(|_| CachePadded::default()), involved: Mutex::default() }
    }
}

/// What a process has to do with tables.
#[derive(Default)]
pub(super) struct Involved {
    /// The numbers of tables that it owns. Some may have another owner by now, or be gone.
    pub(super) owned: Vec<u64>,
    /// Those that it has fixed.
    pub(super) fixed: Vec<u64>,
}

impl Tables {
    /// Looks at the table that an identifier stands for, for the scheduler of this number. It keeps tables from being made and deleted
    /// meanwhile, so it must not take long, nor look for another one.
    pub(super) fn with<R>(
        &self,
        scheduler: usize,
        id: Term<'_>,
        look: impl FnOnce(Option<&Arc<Table>>) -> R,
    ) -> R {
        look(self.known[scheduler % STRIPES].read().find(id))
    }

    /// The table that an identifier stands for.
    pub(super) fn find(&self, id: Term<'_>) -> Option<Arc<Table>> {
        self.with(0, id, |table| table.cloned())
    }

    /// The table of a number.
    pub(super) fn numbered(&self, number: u64) -> Option<Arc<Table>> {
        self.known[0].read().by_number.get(&number).cloned()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.known[0].read().by_number.len()
    }

    /// Words of the rows of all tables.
    pub(crate) fn words(&self) -> usize {
        self.all().iter().map(|table| table.memory_words()).sum()
    }

    /// Makes the same change in all places, and nobody sees it in only some of them. Nothing is changed when the first is refused.
    fn change(&self, change: impl Fn(&mut Known) -> bool) -> bool {
        let mut all: Vec<_> = self.known.iter().map(|known| known.write()).collect();
        all.iter_mut().all(|known| change(known))
    }

    /// Adds a table. Nothing when its name is in use.
    pub(super) fn add(&self, table: Table) -> Option<Arc<Table>> {
        let table = Arc::new(table);
        let is_added = self.change(|known| {
            if table.settings.named {
                let Entry::Vacant(place) = known.by_name.entry(table.name().0) else { return false };
                place.insert(table.clone());
            }
            known.by_number.insert(table.number, table.clone());
            true
        });
        is_added.then_some(table)
    }

    /// Removes a table; false if somebody else has.
    pub(super) fn remove(&self, table: &Table) -> bool {
        self.change(|known| {
            let is_known = known.by_number.remove(&table.number).is_some();
            // Before anybody takes its rows out.
            table.set_gone();
            if is_known && table.settings.named {
                known.by_name.remove(&table.name().0);
            }
            is_known
        })
    }

    /// Removes the table of this name, if there is one.
    pub(crate) fn remove_named(&self, name: Atom) {
        if let Some(table) = self.find(Term::atom(name)) {
            self.remove(&table);
        }
    }

    /// Gives a table another name, which counts for a named one. False when that is in use.
    pub(super) fn rename(&self, table: &Table, to: Atom) -> bool {
        let from = table.name();
        self.change(|known| {
            if table.settings.named {
                if known.by_name.contains_key(&to.0) {
                    return false;
                }
                if let Some(table) = known.by_name.remove(&from.0) {
                    known.by_name.insert(to.0, table);
                }
            }
            // While all are locked.
            table.set_name(to);
            true
        })
    }

    /// Notes what a process has to do with tables; true when it was not awaited before.
    pub(super) fn note(&self, pid: Pid, note: impl FnOnce(&mut Involved)) -> bool {
        let mut involved = self.involved.lock();
        let is_new = !involved.contains_key(&pid);
        note(involved.entry(pid).or_default());
        is_new
    }

    /// Changes what was noted, if the process has not ended.
    pub(super) fn amend(&self, pid: Pid, amend: impl FnOnce(&mut Involved)) {
        self.involved.lock().get_mut(&pid).map(amend);
    }

    /// What a process had to do with tables, for the one who deals with its end.
    pub(super) fn take_involved(&self, pid: Pid) -> Involved {
        self.involved.lock().remove(&pid).unwrap_or_default()
    }

    pub(super) fn all(&self) -> Vec<Arc<Table>> {
        self.known[0].read().by_number.values().cloned().collect()
    }

    /// Makes a public named set without a process of its own, for what OTP's modules expect to be there.
    pub(crate) fn add_system_table(
        &self,
        number: u64,
        name: Atom,
        owner: Pid,
        rows: &[Term<'_>],
        atoms: &purlin_heap::AtomTable,
    ) {
        let settings = Settings { named: true, protection: purlin_heap::am::public, ..Settings::default() };
        let all = Rows::new(Kind::Set, 0, false);
        let rows = rows.iter().map(|row| CountedTerm::copy_of(*row)).collect();
        all.insert(rows, atoms, &mut Vec::new());
        self.add(Table::new(number, name, owner, settings, all));
    }
}
