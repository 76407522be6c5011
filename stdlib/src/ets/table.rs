//! A table: its rows, and what is known of it beside them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use purlin_heap::layout::Kind as Layout;
use purlin_heap::{Atom, Build, CountedTerm, Message, Pid, Term, am, equal};
use purlin_vm::limits::Tree;
use purlin_vm::{Context, Stop};

use super::rows::{Kind, Row, Rows, free, key_of};
use crate::args::Read;
use crate::held::Mutex;

/// What a row takes beside its own words: its place in the table.
const ROW_WORDS: usize = 3;
/// What a table takes that has no rows.
const TABLE_WORDS: usize = 160;
/// The tree that a table belongs to is told of changes of so many words.
const TOLD_WORDS_MIN: usize = 512;
const WORD_BYTES: usize = size_of::<u64>();

/// What a table is made with and keeps.
pub(super) struct Settings {
    pub(super) kind: Kind,
    /// At first; the owner may change it.
    pub(super) protection: Atom,
    pub(super) named: bool,
    /// The place of the key, from 1.
    pub(super) keypos: usize,
    pub(super) read_concurrency: bool,
    /// `true`, `false` or `auto`
    pub(super) write_concurrency: Atom,
    pub(super) decentralized_counters: bool,
    pub(super) compressed: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            kind: Kind::Set,
            protection: am::protected,
            named: false,
            keypos: 1,
            read_concurrency: false,
            write_concurrency: am::false_,
            decentralized_counters: false,
            compressed: false,
        }
    }
}

/// Who gets a table when its owner ends, and with what.
pub(super) type Heir = (Pid, Message);

/// A table.
pub(super) struct Table {
    /// Its number; that of the reference which stands for it.
    pub(super) number: u64,
    /// The name's index.
    name: AtomicU32,
    /// That of who may do what: `public`, `protected`, `private`.
    protection: AtomicU32,
    pub(super) settings: Settings,
    pub(super) kind: Kind,
    /// The place of the key, from 1.
    pub(super) keypos: usize,
    owner: AtomicU64,
    pub(super) heir: Mutex<Option<Heir>>,
    pub(super) rows: Rows,
    /// Who has it fixed.
    pub(super) fixation: Mutex<Fixation>,
    is_fixed: AtomicBool,
    /// It has been deleted; its rows are taken out after this has been set.
    is_gone: AtomicBool,
    /// Whether there is a tree.
    is_limited: AtomicBool,
    charged: Mutex<Charged>,
}

/// Processes that go over a table and want to find their way whatever is deleted.
#[derive(Default)]
pub(super) struct Fixation {
    /// Since when, in nanoseconds of the monotonic clock and of the system's.
    pub(super) since_ns: (u64, i64),
    /// How often each has fixed it.
    pub(super) counts: Vec<(Pid, usize)>,
}

/// What the owner's tree of processes has been told of the table's memory.
#[derive(Default)]
struct Charged {
    tree: Option<Arc<Tree>>,
    words: usize,
}

impl Table {
    pub(super) fn new(number: u64, name: Atom, owner: Pid, settings: Settings, rows: Rows) -> Table {
        Table {
            number,
            name: AtomicU32::new(name.0),
            protection: AtomicU32::new(settings.protection.0),
            kind: settings.kind,
            keypos: settings.keypos,
            settings,
            owner: AtomicU64::new(owner.0),
            heir: Mutex::default(),
            rows,
            fixation: Mutex::default(),
            is_fixed: AtomicBool::new(false),
            is_gone: AtomicBool::new(false),
            is_limited: AtomicBool::new(false),
            charged: Mutex::default(),
        }
    }

    pub(super) fn name(&self) -> Atom {
        Atom(self.name.load(Ordering::Relaxed))
    }

    pub(super) fn set_name(&self, name: Atom) {
        self.name.store(name.0, Ordering::Relaxed);
    }

    pub(super) fn protection(&self) -> Atom {
        Atom(self.protection.load(Ordering::Relaxed))
    }

    pub(super) fn set_protection(&self, protection: Atom) {
        self.protection.store(protection.0, Ordering::Relaxed);
    }

    pub(super) fn owner(&self) -> Pid {
        Pid(self.owner.load(Ordering::Relaxed))
    }

    /// What stands for the table: its name if that is public, else its reference.
    pub(super) fn id<'h, B: Build>(&self, build: &'h B) -> Term<'h> {
        if self.settings.named { Term::atom(self.name()) } else { self.reference(build) }
    }

    pub(super) fn reference<'h, B: Build>(&self, build: &'h B) -> Term<'h> {
        build.object(Layout::Reference, &[self.number, 0, 0], &[])
    }

    /// Whether the caller may change it, or only look.
    pub(super) fn allows(&self, pid: Pid, writes: bool) -> bool {
        match self.protection() {
            am::public => true,
            am::protected if !writes => true,
            _ => self.owner() == pid,
        }
    }

    pub(super) fn is_fixed(&self) -> bool {
        self.is_fixed.load(Ordering::Relaxed)
    }

    /// Fixes the table for a process once more; true if that is the process's first time.
    pub(super) fn fix(&self, pid: Pid, now_ns: (u64, i64)) -> bool {
        let mut fixation = self.fixation.lock();
        if fixation.counts.is_empty() {
            fixation.since_ns = now_ns;
        }
        self.is_fixed.store(true, Ordering::Relaxed);
        match fixation.counts.iter_mut().find(|(other, _)| *other == pid) {
            Some((_, count)) => {
                *count += 1;
                false
            }
            None => {
                fixation.counts.push((pid, 1));
                true
            }
        }
    }

    /// Takes that back once, or altogether; true if it was the last time.
    pub(super) fn unfix(&self, pid: Pid, altogether: bool) -> bool {
        let mut fixation = self.fixation.lock();
        let Some(at) = fixation.counts.iter().position(|(other, _)| *other == pid) else { return false };
        let count = &mut fixation.counts[at].1;
        *count -= 1;
        let is_last = *count == 0 || altogether;
        if is_last {
            fixation.counts.swap_remove(at);
            self.is_fixed.store(!fixation.counts.is_empty(), Ordering::Relaxed);
        }
        is_last
    }

    /// Words of the table and its rows.
    pub(super) fn memory_words(&self) -> usize {
        TABLE_WORDS + self.rows.words() + ROW_WORDS * self.rows.len()
    }

    /// The table belongs to a process from now on, and its memory to the tree of that.
    pub(super) fn set_owner(&self, owner: Pid, tree: Option<Arc<Tree>>) {
        let mut charged = self.charged.lock();
        charged.tell(0);
        self.is_limited.store(tree.is_some(), Ordering::Relaxed);
        charged.tree = tree;
        charged.tell(self.memory_words());
        self.owner.store(owner.0, Ordering::Relaxed);
    }

    /// Whether the table has been deleted, so that what was done to it meanwhile has been done to nothing.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Acquire)
    }

    pub(super) fn set_gone(&self) {
        self.is_gone.store(true, Ordering::Release);
    }

    /// The table is gone, and its memory counts for nobody any more.
    pub(super) fn settle(&self) {
        let mut charged = self.charged.lock();
        charged.tell(0);
        self.is_limited.store(false, Ordering::Relaxed);
        charged.tree = None;
    }

    /// Whether rows of so many words may be added.
    pub(super) fn may_grow<'h>(&self, rows: &[Row]) -> Read<'h, ()> {
        if !self.is_limited.load(Ordering::Relaxed) {
            return Ok(());
        }
        let more: usize = rows.iter().map(|row| row.words() + ROW_WORDS).sum();
        let charged = self.charged.lock();
        let bytes = (self.memory_words() + more).saturating_sub(charged.words) * WORD_BYTES;
        match &charged.tree {
            Some(tree) if !tree.has_room(bytes as u64) => Err(Stop::system_limit()),
            _ => Ok(()),
        }
    }

    /// Tells the owner's tree how large the table is, when that has changed by much.
    pub(super) fn tell_size(&self) {
        if self.is_limited.load(Ordering::Relaxed) {
            let mut charged = self.charged.lock();
            let words = self.memory_words();
            if words.abs_diff(charged.words) >= TOLD_WORDS_MIN {
                charged.tell(words);
            }
        }
    }

    /// Removes a row; false if it is not there any more.
    pub(super) fn remove_row(&self, cx: &Context<'_>, row: &Row) -> bool {
        let key = key_of(row, self.keypos - 1);
        let taken = self.rows.remove(key, cx.atoms(), |other| row.is_same(other));
        let is_removed = !taken.is_empty();
        free(taken);
        self.tell_size();
        is_removed
    }

    /// Puts a row of the same key in the place of another; false if that is not there any more.
    pub(super) fn replace_row<'h>(&self, cx: &Context<'h>, row: &Row, by: Term<'h>) -> Read<'h, bool> {
        let key = key_of(row, self.keypos - 1);
        let new_key = by.as_tuple().and_then(|new| new.elements().get(self.keypos - 1).copied());
        if !new_key.is_some_and(|new| equal::exact(new, key)) {
            return Err(Stop::badarg());
        }
        let new = [CountedTerm::copy_of(by)];
        self.may_grow(&new)?;
        let [new] = new;
        let mut taken = Vec::new();
        self.rows.change(key, cx.atoms(), |group| {
            group.take(|other| row.is_same(other), &mut taken);
            if !taken.is_empty() {
                group.push(new);
            }
        });
        let is_replaced = !taken.is_empty();
        free(taken);
        self.tell_size();
        Ok(is_replaced)
    }
}

impl Charged {
    fn tell(&mut self, words: usize) {
        if let Some(tree) = &self.tree {
            let change = (words as i64 - self.words as i64) * WORD_BYTES as i64;
            tree.add_memory(change);
            self.words = words;
        } else {
            self.words = 0;
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.settle();
    }
}
