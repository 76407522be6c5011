//! What can be asked about processes: `process_info/2`.
//!
//! A process tells of itself, whether it asks or another one does: then as a signal, between its instructions. The
//! items are built straight into the asker's heap or into the message of the answer.

mod code;
mod limits;
mod memory;
mod relations;

pub use memory::MIN_BIN_VHEAP_SIZE;
pub(crate) use memory::max_heap_size;

use crate::Vm;
use crate::native::Context;
use crate::process::{Flags, Process};
use purlin_heap::{Atom, Build, Heap, Message, Term, View, am, copy_into, pace};
use purlin_scheduler::Priority;

/// Tells of a process, into `b`.
pub(crate) struct Teller<'p, 'b, B: Build> {
    process: &'p Process,
    vm: &'p Vm,
    b: &'b B,
    /// Whether `b` is the heap of the process, so that its terms need no copy.
    is_own: bool,
    /// The instruction that the process is at.
    stopped_at: *const u64,
}

/// Answers for the items in `wanted`, one or a list; they have been checked.
pub(crate) fn answer(process: &Process, vm: &Vm, wanted: &Message) -> Message {
    let stopped_at = process.saved.ip;
    Message::build(|b| Teller { process, vm, b, is_own: false, stopped_at }.tell(wanted.term()))
}

/// The same for a process that asks about itself, in the native that was called at `stopped_at`.
pub(crate) fn answer_self<'h>(
    process: &'h Process,
    vm: &Vm,
    wanted: Term<'h>,
    stopped_at: *const u64,
) -> Term<'h> {
    let heap: &Heap = &process.heap;
    let told = Teller { process, vm, b: heap, is_own: true, stopped_at }.tell(wanted).word();
    // SAFETY: built in the heap of the process.
    unsafe { heap.term(told) }
}

/// What the item `garbage_collection_info` tells of a process, for its own reports.
pub(crate) fn collection_info<'b, B: Build>(process: &Process, vm: &Vm, b: &'b B) -> Term<'b> {
    let stopped_at = process.saved.ip;
    Teller { process, vm, b, is_own: false, stopped_at }.value(am::garbage_collection_info)
}

/// Whether a term is something that can be asked for.
pub fn is_item(atoms: &purlin_heap::AtomTable, term: Term<'_>) -> bool {
    match term.view() {
        View::Atom(item) => ITEMS.contains(&item) || OWN.contains(&item) || RARE.contains(&atoms.name(item)),
        View::Tuple(tuple) => tuple.arity() == 2 && tuple.element(0).is_atom(am::dictionary),
        _ => false,
    }
}

impl Context<'_> {
    /// All that can be asked for by an atom.
    pub fn all_info_items(&self) -> Vec<Atom> {
        let rare = RARE.iter().filter_map(|name| self.atoms().intern(name).ok());
        ITEMS.into_iter().chain(rare).collect()
    }
}

/// What `process_info/1` tells, in this order.
pub const USUAL_ITEMS: [Atom; 17] = [
    am::registered_name,
    am::current_function,
    am::initial_call,
    am::status,
    am::message_queue_len,
    am::links,
    am::dictionary,
    am::trap_exit,
    am::error_handler,
    am::priority,
    am::group_leader,
    am::total_heap_size,
    am::heap_size,
    am::stack_size,
    am::reductions,
    am::garbage_collection,
    am::suspending,
];

/// What else there is.
const ITEMS: [Atom; 38] = {
    let more = [
        am::messages,
        am::monitors,
        am::monitored_by,
        am::memory,
        am::backtrace,
        am::binary,
        am::current_location,
        am::current_stacktrace,
        am::last_calls,
        am::parent,
        am::label,
        am::message_queue_data,
        am::min_heap_size,
        am::min_bin_vheap_size,
        am::max_heap_size,
        am::fullsweep_after,
        am::garbage_collection_info,
        am::async_dist,
        am::exiting,
        am::running,
        am::alias,
    ];
    let mut all = [am::exiting; 38];
    let mut at = 0;
    while at < 38 {
        all[at] = if at < 17 { USUAL_ITEMS[at] } else { more[at - 17] };
        at += 1;
    }
    all
};

/// What only this machine has.
const OWN: [Atom; 2] = [am::limits, am::mailbox_bound];

/// Items that no well-known atom names.
const RARE: [&str; 5] = ["sequential_trace_token", "catchlevel", "priority_messages", "magic_ref", "trace"];

/// Where `proc_lib:set_label/1` puts a process's label: a key of its dictionary.
const LABEL_KEY: &str = "$process_label";

impl<'b, B: Build> Teller<'_, 'b, B> {
    fn tell(&self, wanted: Term<'_>) -> Term<'b> {
        if wanted.as_cons().is_none() && !wanted.is_nil() {
            let is_nameless =
                wanted.is_atom(am::registered_name) && self.process.shared().name.get().is_none();
            return if is_nameless { Term::NIL } else { self.pair(wanted) };
        }
        let (mut pairs, mut rest) = (Vec::new(), wanted);
        while let Some(cell) = rest.as_cons() {
            pairs.push(self.pair(cell.head()));
            rest = cell.tail();
        }
        self.b.list(&pairs)
    }

    /// `{Item, Value}`
    fn pair(&self, item: Term<'_>) -> Term<'b> {
        let value = match item.view() {
            View::Atom(item) => self.value(item),
            View::Tuple(tuple) => self.dictionary_value(tuple.element(1)),
            _ => Term::atom(am::undefined),
        };
        self.b.tuple(&[copy_into(self.b, item), value])
    }

    fn value(&self, item: Atom) -> Term<'b> {
        let process = self.process;
        match item {
            am::registered_name => process.shared().name.get().map_or(Term::NIL, Term::atom),
            am::current_function => self.current_function(),
            am::current_location => self.current_location(),
            am::current_stacktrace => self.current_stacktrace(),
            am::initial_call => self.function(process.initial),
            am::status => Term::atom(self.status()),
            am::message_queue_len => Term::small(process.mailbox.len() as i64),
            am::messages => self.messages(),
            am::links => self.links(),
            am::monitors => self.monitors(),
            am::monitored_by => self.monitored_by(),
            am::dictionary => self.dictionary(),
            am::trap_exit => Term::boolean(process.traps_exits()),
            am::error_handler => Term::atom(process.error_handler()),
            am::priority => Term::atom(priority_name(process.shared().priority())),
            am::group_leader => self.own_word(process.group_leader),
            am::parent => self.own_word(process.parent),
            am::reductions => self.b.unsigned(process.reductions),
            am::message_queue_data => Term::atom(self.queue_data()),
            am::async_dist => Term::boolean(process.flags.has(Flags::ASYNC_DIST)),
            am::label => self.label(),
            am::last_calls => Term::atom(am::false_),
            am::suspending => self.suspending(),
            am::binary => self.binaries(),
            am::backtrace => self.backtrace(),
            am::limits => self.limits(),
            am::mailbox_bound => self.mailbox_bound(),
            _ => self.memory_value(item),
        }
    }

    fn status(&self) -> Atom {
        if self.is_own {
            am::running
        } else if self.process.flags.has(Flags::SUSPENDED) {
            am::suspended
        } else if self.process.flags.has(Flags::WAITING) {
            am::waiting
        } else {
            am::runnable
        }
    }

    fn queue_data(&self) -> Atom {
        if self.process.flags.has(Flags::OFF_HEAP_MESSAGES) { am::off_heap } else { am::on_heap }
    }

    /// A term of the process for the asker.
    fn own(&self, term: Term<'_>) -> Term<'b> {
        if self.is_own {
            // SAFETY: `b` is the heap of the term.
            return unsafe { Term::from_word(term.word()) };
        }
        copy_into(self.b, term)
    }

    fn own_word(&self, word: purlin_heap::word::Word) -> Term<'b> {
        // SAFETY: the caller passes a root of the process.
        self.own(unsafe { self.process.heap.term(word) })
    }

    /// Messages are not in the heap of the process, so all askers get copies.
    fn messages(&self) -> Term<'b> {
        // SAFETY: messages stay in the mailbox meanwhile.
        let copy = |word| copy_into(self.b, unsafe { Term::from_word(word) });
        let messages: Vec<Term<'b>> = self.process.mailbox.messages().map(copy).collect();
        self.b.list(&messages)
    }

    fn dictionary(&self) -> Term<'b> {
        let pair = |(key, value)| self.b.tuple(&[self.own(key), self.own(value)]);
        let entries = pace::paced(self.process.dictionary.iter(&self.process.heap), 4);
        let pairs: Vec<Term<'b>> = entries.map(pair).collect();
        self.b.list(&pairs)
    }

    /// What `proc_lib:set_label/1` has set.
    fn label(&self) -> Term<'b> {
        let key = self.vm.atoms().lookup(LABEL_KEY).map(Term::atom);
        key.map_or(Term::atom(am::undefined), |key| self.dictionary_value(key))
    }

    fn dictionary_value(&self, key: Term<'_>) -> Term<'b> {
        let value = self.process.dictionary.get(&self.process.heap, key);
        value.map_or(Term::atom(am::undefined), |value| self.own(value))
    }
}

/// A priority as programs name it.
pub const fn priority_name(priority: Priority) -> Atom {
    match priority {
        Priority::Low => am::low,
        Priority::Normal => am::normal,
        Priority::High => am::high,
        Priority::Max => am::max,
    }
}
