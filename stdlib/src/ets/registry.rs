//! The tables of a machine: found by name or by the reference that stands for a table, and known to the processes whose end
//! matters to them.

use std::collections::HashMap;
use std::sync::Arc;

use purlin_heap::{Atom, Message, Pid, Term, View};

use super::rows::{Kind, Rows};
use super::table::{Settings, Table};
use crate::held::{Mutex, RwLock};

/// The numbers of tables are in so many maps, so that finding different ones does not meet.
const PARTS: usize = 16;

/// All tables of a machine.
#[derive(Default)]
pub(crate) struct Tables {
    by_number: [RwLock<HashMap<u64, Arc<Table>>>; PARTS],
    by_name: RwLock<HashMap<Atom, Arc<Table>>>,
    /// What there is to be done at the end of processes. Those that are here are awaited.
    involved: Mutex<HashMap<Pid, Involved>>,
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
    fn part(&self, number: u64) -> &RwLock<HashMap<u64, Arc<Table>>> {
        &self.by_number[number as usize % PARTS]
    }

    /// The table that an identifier stands for.
    pub(super) fn find(&self, id: Term<'_>) -> Option<Arc<Table>> {
        match id.view() {
            View::Atom(name) => self.by_name.read().get(&name).cloned(),
            View::Reference(object) => self.numbered(object.raw(1)),
            _ => None,
        }
    }

    /// The table of a number.
    pub(super) fn numbered(&self, number: u64) -> Option<Arc<Table>> {
        self.part(number).read().get(&number).cloned()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.by_number.iter().map(|part| part.read().len()).sum()
    }

    /// Words of the rows of all tables.
    pub(crate) fn words(&self) -> usize {
        self.all().iter().map(|table| table.memory_words()).sum()
    }

    /// Adds a table. Nothing when its name is in use.
    pub(super) fn add(&self, table: Table) -> Option<Arc<Table>> {
        let table = Arc::new(table);
        if table.settings.named {
            let mut names = self.by_name.write();
            let name = table.name();
            if names.contains_key(&name) {
                return None;
            }
            names.insert(name, table.clone());
        }
        self.part(table.number).write().insert(table.number, table.clone());
        Some(table)
    }

    /// Removes a table; false if somebody else has.
    pub(super) fn remove(&self, table: &Table) -> bool {
        if self.part(table.number).write().remove(&table.number).is_none() {
            return false;
        }
        if table.settings.named {
            self.by_name.write().remove(&table.name());
        }
        true
    }

    /// Removes the table of this name, if there is one.
    pub(crate) fn remove_named(&self, name: Atom) {
        if let Some(table) = self.find(Term::atom(name)) {
            self.remove(&table);
        }
    }

    /// Gives a named table another name. False when that is in use.
    pub(super) fn rename(&self, table: &Table, to: Atom) -> bool {
        if table.settings.named {
            let mut names = self.by_name.write();
            if names.contains_key(&to) {
                return false;
            }
            if let Some(table) = names.remove(&table.name()) {
                names.insert(to, table);
            }
            table.set_name(to);
        } else {
            table.set_name(to);
        }
        true
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
        self.by_number.iter().flat_map(|part| part.read().values().cloned().collect::<Vec<_>>()).collect()
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
        let rows = rows.iter().map(|row| Arc::new(Message::copy_of(*row))).collect();
        all.insert(rows, atoms, &mut Vec::new());
        self.add(Table::new(number, name, owner, settings, all));
    }
}
