//! The tables of a machine: found by name or by the reference that stands for a table, deleted with their owners.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::held::{Mutex, RwLock};
use purlin_heap::layout::Kind as Layout;
use purlin_heap::{Atom, Build, Heap, Message, Pid, Term, View, am};

use super::table::{Kind, Rows};

/// A table.
pub(super) struct Table {
    /// Its number; that of the reference which stands for it.
    pub(super) number: u64,
    pub(super) name: RwLock<Atom>,
    pub(super) named: bool,
    pub(super) kind: Kind,
    /// The place of the key, from 1.
    pub(super) keypos: usize,
    pub(super) protection: Atom,
    pub(super) owner: AtomicU64,
    /// Who gets the table when its owner ends, and with what.
    pub(super) heir: Mutex<Option<(Pid, Message)>>,
    pub(super) read_concurrency: bool,
    pub(super) write_concurrency: bool,
    pub(super) rows: RwLock<Rows>,
}

impl Table {
    pub(super) fn owner(&self) -> Pid {
        Pid(self.owner.load(Ordering::Relaxed))
    }

    /// What stands for the table: its name if that is public, else its reference.
    pub(super) fn id<'h>(&self, heap: &'h Heap) -> Term<'h> {
        if self.named { Term::atom(*self.name.read()) } else { self.reference(heap) }
    }

    pub(super) fn reference<'h>(&self, heap: &'h Heap) -> Term<'h> {
        heap.object(Layout::Reference, &[self.number, 0, 0], &[])
    }
}

/// All tables of a machine.
#[derive(Default)]
pub(crate) struct Tables {
    by_number: RwLock<HashMap<u64, Arc<Table>>>,
    by_name: RwLock<HashMap<Atom, u64>>,
    /// Processes whose end is awaited.
    owners: Mutex<HashSet<Pid>>,
}

impl Tables {
    /// The table that an identifier stands for.
    pub(super) fn find(&self, id: Term<'_>) -> Option<Arc<Table>> {
        let number = match id.view() {
            View::Atom(name) => *self.by_name.read().get(&name)?,
            View::Reference(object) => object.raw(1),
            _ => return None,
        };
        self.by_number.read().get(&number).cloned()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.by_number.read().len()
    }

    /// Words of the rows of all tables.
    pub(crate) fn words(&self) -> usize {
        self.all().iter().map(|table| table.rows.read().words()).sum()
    }

    /// Adds a table. False when its name is in use.
    pub(super) fn add(&self, table: Table) -> bool {
        if table.named {
            let mut names = self.by_name.write();
            let name = *table.name.read();
            if names.contains_key(&name) {
                return false;
            }
            names.insert(name, table.number);
        }
        self.by_number.write().insert(table.number, Arc::new(table));
        true
    }

    /// Removes a table.
    pub(super) fn remove(&self, table: &Table) {
        if table.named {
            self.by_name.write().remove(&table.name.read());
        }
        self.by_number.write().remove(&table.number);
    }

    /// Removes the table of this name, if there is one.
    pub(crate) fn remove_named(&self, name: Atom) {
        if let Some(table) = self.find(Term::atom(name)) {
            self.remove(&table);
        }
    }

    /// Gives a named table another name. False when that is in use.
    pub(super) fn rename(&self, table: &Table, to: Atom) -> bool {
        let mut name = table.name.write();
        if table.named {
            let mut names = self.by_name.write();
            if names.contains_key(&to) {
                return false;
            }
            names.remove(&name);
            names.insert(to, table.number);
        }
        *name = to;
        true
    }

    /// Whether this is the first time that a process owns a table.
    pub(super) fn is_new_owner(&self, pid: Pid) -> bool {
        self.owners.lock().insert(pid)
    }

    /// The owner has ended: those of its tables that have an heir, which the caller is to hand over. The others are
    /// gone.
    pub(super) fn owner_ended(&self, pid: Pid) -> Vec<Arc<Table>> {
        self.owners.lock().remove(&pid);
        let owned: Vec<_> = self.all().into_iter().filter(|table| table.owner() == pid).collect();
        let (inherited, gone): (Vec<_>, Vec<_>) =
            owned.into_iter().partition(|table| table.heir.lock().is_some());
        gone.iter().for_each(|table| self.remove(table));
        inherited
    }

    pub(super) fn all(&self) -> Vec<Arc<Table>> {
        self.by_number.read().values().cloned().collect()
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
        let mut all = Rows::new(Kind::Set, 0);
        rows.iter().for_each(|row| all.insert(Arc::new(Message::copy_of(*row)), atoms));
        self.add(Table {
            number,
            name: RwLock::new(name),
            named: true,
            kind: Kind::Set,
            keypos: 1,
            protection: am::public,
            owner: AtomicU64::new(owner.0),
            heir: Mutex::new(None),
            read_concurrency: true,
            write_concurrency: false,
            rows: RwLock::new(all),
        });
    }
}
