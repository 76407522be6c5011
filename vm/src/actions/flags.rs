//! What a process can set about itself, its dictionary and its name.

use crate::local::Local;
use crate::names::NameError;
use crate::native::Context;
use crate::process::{Flags, MaxHeapSize, Settings};
use purlin_heap::word::{Word, sub};
use purlin_heap::{Atom, Pid, Term, pace};
use purlin_scheduler::Priority;

impl Local {
    /// As [`Context::register`], from any thread.
    pub(crate) fn register(&self, name: Atom, pid: Pid) -> Result<(), NameError> {
        let guard = self.pin();
        let Some(block) = self.vm().processes().lookup(pid, &guard) else { return Err(NameError::NoProcess) };
        let owner = Word::immediate(sub::PID, pid.0);
        self.vm().names().register(name, owner, &block.shared().name)
    }
}

impl<'h> Context<'h> {
    /// Whether a flag is set.
    pub fn has_flag(&self, flag: Flags) -> bool {
        self.with(|process, _| process.flags.has(flag))
    }

    /// Sets or clears a flag; its former value.
    pub fn set_flag(&self, flag: Flags, value: bool) -> bool {
        self.with(|process, _| {
            let former = process.flags.has(flag);
            process.flags.set(flag, value);
            former
        })
    }

    /// Sets the priority; the former one.
    pub fn set_priority(&self, priority: Priority) -> Priority {
        self.with(|process, _| {
            let former = process.shared().priority();
            process.shared().set_priority(priority);
            former
        })
    }

    /// Changes the settings by `change`; the former ones.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) -> Settings {
        self.with(|process, _| {
            let former = process.settings();
            let mut settings = former;
            change(&mut settings);
            process.apply_settings(settings);
            former
        })
    }

    /// The limit of the caller's heap.
    pub fn own_max_heap_size(&self) -> MaxHeapSize {
        self.with(|process, _| process.max_heap_size())
    }

    /// The least size of the caller's heap in words.
    pub fn min_heap_size(&self) -> u64 {
        let own = self.with(|process, _| process.settings().min_heap_size);
        own.unwrap_or(self.vm().config().heap_words_min.into())
    }

    /// Whether there are messages, received or not; takes in what has come.
    pub fn has_messages(&self) -> bool {
        self.with(|process, local| {
            process.handle_signals(local);
            process.mailbox.len() > 0
        })
    }

    /// The next wait may be long: the heap is to be made as small as it goes.
    pub fn shrink_while_waiting(&self) {
        self.with(|process, _| process.flags.set(Flags::HIBERNATE, true));
    }

    /// The group leader.
    pub fn group_leader(&self) -> Term<'h> {
        let word = self.with(|process, _| process.group_leader);
        // SAFETY: a root of the heap.
        unsafe { self.term(word) }
    }

    /// Makes another process the group leader.
    pub fn set_group_leader(&self, leader: Term<'h>) {
        self.with(|process, _| process.group_leader = leader.word());
    }

    /// The value of a key of the process dictionary.
    #[inline]
    pub fn get(&self, key: Term<'h>) -> Option<Term<'h>> {
        let word = self.with(|process, _| process.dictionary.get(&process.heap, key).map(Term::word));
        // SAFETY: a root of the heap.
        word.map(|word| unsafe { self.term(word) })
    }

    /// Sets the value of a key of the process dictionary; the former one.
    #[inline]
    pub fn put(&self, key: Term<'h>, value: Term<'h>) -> Option<Term<'h>> {
        let word = self.with(|process, _| {
            let (dictionary, heap) = (&mut process.dictionary, &process.heap);
            dictionary.put(heap, key, value).map(Term::word)
        });
        // SAFETY: a root of the heap a moment ago; nothing has been collected.
        word.map(|word| unsafe { self.term(word) })
    }

    /// Removes a key of the process dictionary; its value.
    pub fn erase(&self, key: Term<'h>) -> Option<Term<'h>> {
        let word = self.with(|process, _| {
            let (dictionary, heap) = (&mut process.dictionary, &process.heap);
            dictionary.erase(heap, key).map(Term::word)
        });
        // SAFETY: as in `put`.
        word.map(|word| unsafe { self.term(word) })
    }

    /// Keys and values of the process dictionary.
    pub fn dictionary(&self) -> Vec<(Term<'h>, Term<'h>)> {
        self.with(|process, _| {
            // SAFETY: roots of the heap.
            let entry = |(key, value): (Term<'_>, Term<'_>)| unsafe {
                (self.term(key.word()), self.term(value.word()))
            };
            pace::paced(process.dictionary.iter(&process.heap), 2).map(entry).collect()
        })
    }

    /// Removes all keys of the process dictionary.
    pub fn erase_all(&self) {
        self.with(|process, _| process.dictionary.clear());
    }

    /// Registers a name for a process.
    pub fn register(&self, name: Atom, pid: Pid) -> Result<(), NameError> {
        self.local().register(name, pid)
    }

    /// Frees a name. False when nothing is registered under it.
    pub fn unregister(&self, name: Atom) -> bool {
        let local = self.local();
        let guard = local.pin();
        let Some(owner) = local.vm().names().lookup(name) else { return false };
        if let Some(block) = local.vm().processes().lookup(Pid(owner.payload()), &guard) {
            block.shared().name.clear(name);
        }
        local.vm().names().unregister(name, owner)
    }

    /// The process or port that is registered under a name.
    #[inline]
    pub fn whereis(&self, name: Atom) -> Option<Term<'h>> {
        // SAFETY: pids and ports are immediates.
        self.vm().names().lookup(name).map(|word| unsafe { self.term(word) })
    }

    /// All registered names.
    pub fn registered(&self) -> Vec<Atom> {
        self.vm().names().all().collect()
    }

    /// All processes.
    pub fn processes(&self) -> Vec<Pid> {
        self.processes_in(0, u32::MAX).0
    }

    /// The processes in `count` places of the process table, and the place to go on at, if there are more.
    pub fn processes_in(&self, first: u32, count: u32) -> (Vec<Pid>, Option<u32>) {
        let local = self.local();
        let (guard, table) = (local.pin(), local.vm().processes());
        let alive = |slot| {
            let shared = table.at_slot(slot, &guard)?.shared();
            (!shared.is_exiting()).then(|| shared.pid())
        };
        let all = table.slots().end;
        let end = first.saturating_add(count).min(all);
        ((first..end).filter_map(alive).collect(), (end < all).then_some(end))
    }
}
