//! Processes: the control block, its shared part that others reach and its owned part that belongs to whoever runs
//! the process. See `docs/processes.md`.

mod begin;
mod code;
mod collect;
mod dictionary;
pub(crate) mod end;
mod limited;
mod links;
mod monitors;
mod places;
mod receive;
mod report;
mod saved;
pub(crate) mod shared;
mod small_map;
pub(crate) mod table;

pub use begin::TooManyProcesses;
pub(crate) use begin::{Parent, Prepared, SpawnMonitor, SpawnOptions, Start, spawn};
pub use dictionary::Dictionary;
pub(crate) use links::{Link, Links};
pub use monitors::{Alias, Until};
pub(crate) use monitors::{Monitor, Monitors};
pub use receive::{Peek, Waited};
pub use saved::Saved;
pub(crate) use shared::{ControlBlock, Shared};
pub(crate) use small_map::SmallMap;

use crate::actions::{Purge, Work};
use crate::code::purge::CodeCheck;
use crate::mailbox::Mailbox;
use crate::native::Class;
use crate::timers::OwnTimers;
use purlin_heap::word::{Word, sub};
use purlin_heap::{Atom, Heap, Message, Mfa, Pid, am};
use purlin_scheduler::TimerKey;
use std::ptr::NonNull;

/// The exception in flight: its words are roots of the heap.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Exception {
    /// The class, an atom.
    pub class: Word,
    /// The reason; that of the process's end once it ends.
    pub reason: Word,
    /// What the stack trace is made from.
    pub trace: Word,
}

/// What a process is set to and what state it is in; one bit each.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Flags(u32);

impl Flags {
    /// Exit signals become messages.
    pub const TRAP_EXIT: Flags = Flags(1 << 0);
    /// The process has ended, and what must be done about it is being done. Its reason is that of `exception`.
    pub const ENDING: Flags = Flags(1 << 1);
    /// It is not traced and hides its data.
    pub const SENSITIVE: Flags = Flags(1 << 2);
    /// It asked for messages off its heap (where they always are).
    pub const OFF_HEAP_MESSAGES: Flags = Flags(1 << 3);
    /// It stopped in a receive and has not gone on since.
    pub const WAITING: Flags = Flags(1 << 4);
    /// Outgoing signals to other nodes never block it.
    pub const ASYNC_DIST: Flags = Flags(1 << 5);
    /// Somebody asked it to collect its garbage, that of all generations.
    pub const COLLECT: Flags = Flags(1 << 7);
    /// Somebody asked it to collect what it has made of late; a hint, as any collection.
    pub const COLLECT_YOUNG: Flags = Flags(1 << 20);
    /// Either.
    /// It has been asked about the code that it runs.
    pub(crate) const CHECKS_CODE: Flags = Flags(1 << 27);
    /// Something is to be done before it goes on, for which it must have stopped.
    pub(crate) const COLLECTS: Flags = Flags(Self::COLLECT.0 | Self::COLLECT_YOUNG.0 | Self::CHECKS_CODE.0);
    /// The same before it sleeps.
    pub(crate) const BEFORE_SLEEP: Flags = Flags(Self::HIBERNATE.0 | Self::CHECKS_CODE.0);
    /// It will wait for long: its heap is to be made as small as it goes before it does.
    pub(crate) const HIBERNATE: Flags = Flags(1 << 11);
    /// Messages may come to it that go before ordinary ones.
    pub(crate) const TAKES_PRIORITY: Flags = Flags(1 << 16);
    /// It is not to run: only its signals are handled.
    pub(crate) const SUSPENDED: Flags = Flags(1 << 12);
    /// As `SUSPENDED`, until there is room in the mailbox that it sends to.
    pub(crate) const SENDING: Flags = Flags(1 << 17);
    /// As `SUSPENDED`, until its tree may work again.
    pub(crate) const THROTTLED: Flags = Flags(1 << 18);
    /// Any of these: it does not run.
    pub(crate) const HELD: Flags = Flags(Self::SUSPENDED.0 | Self::SENDING.0 | Self::THROTTLED.0);
    /// It has a ledger.
    pub(crate) const LIMITED: Flags = Flags(1 << 21);
    /// Any of these: its limits are looked at before it sleeps.
    pub(crate) const HAS_LIMITS: Flags = Flags(Self::REPORTS_HEAP.0 | Self::LIMITED.0);
    /// Its heap was larger than it may be, which is to be reported.
    pub(crate) const REPORTS_HEAP: Flags = Flags(1 << 19);
    /// It has become unreachable: see [`Process::begin_end`].
    pub(crate) const CLOSED: Flags = Flags(1 << 8);
    /// Somebody outside of the machine wants to know of its end.
    pub(crate) const AWAITED: Flags = Flags(1 << 9);
    /// Its end takes more than a slice: the machine knows of it.
    pub(crate) const LINGERING: Flags = Flags(1 << 13);

    /// What it did was given up, because it was killed: it only handles signals, until it comes to that one.
    pub(crate) const GIVEN_UP: Flags = Flags(1 << 14);

    /// The reason of its end has been copied for those who have to know, as far as that takes long.
    pub(crate) const REASONS_COPIED: Flags = Flags(1 << 15);

    /// Somebody was told that its mailbox is long.
    pub(crate) const LONG_QUEUE: Flags = Flags(1 << 24);

    /// It has given up its frames to hibernate, and has not gone on since.
    pub const FORGOTTEN: Flags = Flags(1 << 26);

    /// It lets only one scheduler run.
    pub(crate) const BLOCKS_OTHERS: Flags = Flags(1 << 25);

    /// Its first function has returned, with what stands in place of the exception's trace.
    pub const RETURNED: Flags = Flags(1 << 10);

    /// Whether the flag is set.
    #[inline(always)]
    pub const fn has(self, flag: Flags) -> bool {
        self.0 & flag.0 != 0
    }

    /// Whether any of these flags is set.
    #[inline(always)]
    pub(crate) const fn has_any(self, flags: Flags) -> bool {
        self.has(flags)
    }

    /// Sets or clears a flag.
    #[inline(always)]
    pub const fn set(&mut self, flag: Flags, value: bool) {
        if value {
            self.0 |= flag.0;
        } else {
            self.0 &= !flag.0;
        }
    }
}

/// The owned part of a process. Only who runs the process may touch it.
pub struct Process {
    /// Its heap and stack.
    pub heap: Heap,
    /// Messages that wait to be received.
    pub(crate) mailbox: Mailbox,
    /// Where to go on, while it does not run.
    pub saved: Saved,
    /// The exception in flight, or the reason of its end.
    pub exception: Exception,
    /// Reductions done so far.
    pub reductions: u64,
    /// How often it has waited.
    pub turn: u32,
    /// The number of its present slice among those of the scheduler.
    pub(crate) slice: u32,
    /// The process dictionary.
    pub dictionary: Dictionary,
    /// The group leader.
    pub group_leader: Word,
    /// The process that spawned it, or `undefined`.
    pub parent: Word,
    /// Settings and state.
    pub flags: Flags,
    /// The function that it was spawned with.
    pub initial: Mfa,
    pub(crate) links: Links,
    rare: Option<Box<Rare>>,
    shared: NonNull<Shared>,
}

// SAFETY: a process owns all that its pointers lead to, except for `shared`, which lives as long and is `Sync`.
unsafe impl Send for Process {}

/// What few processes need, in a box of its own.
#[derive(Default)]
pub(crate) struct Rare {
    pub(crate) monitors: Monitors,
    /// The moment at which the receive gives up, and the timer that wakes the process then, unless it never does.
    pub(crate) deadline: Option<(u64, Option<TimerKey>)>,
    /// The question that the process asked another one, and the answer when it has come.
    pub(crate) question: Option<u64>,
    pub(crate) answer: Option<Message>,
    /// What the process waits for that is done on another thread.
    pub(crate) work: Option<Work>,
    /// Copies of the reason of its end.
    pub(crate) reasons: Vec<Message>,
    /// How often it has been suspended more than resumed.
    pub(crate) suspended: u32,
    /// How often it has suspended others.
    pub(crate) suspending: SmallMap<u32>,
    /// The timers that it has set for itself.
    pub(crate) timers: OwnTimers,
    /// Numbers unlinks.
    pub(crate) unlinks: u64,
    /// Links whose exit signals go before ordinary messages.
    pub(crate) priority_links: SmallMap<()>,
    /// The full mailbox that the process sends to, and its ticket there.
    pub(crate) sending: Option<(Pid, u64)>,
    /// What was counted last of what it holds beside its heap.
    counted: limited::Counted,
    /// How many words it held when it held more than it may.
    pub(crate) held_words: u64,
    /// Settings that are only kept to be told.
    pub(crate) settings: Settings,
    /// What it has been asked about its code.
    pub(crate) code_checks: Vec<CodeCheck>,
    /// The purge that it waits for.
    pub(crate) purge: Option<Box<Purge>>,
}

impl Rare {
    /// Whether something may come that goes before ordinary messages.
    pub(crate) fn takes_priority(&self) -> bool {
        self.monitors.take_priority() || self.priority_links.iter().next().is_some()
    }
}

/// Settings of a process; nothing where it is as the machine has it.
#[derive(Clone, Copy, Default, Debug)]
pub struct Settings {
    /// `min_bin_vheap_size`, which is only kept to be told.
    pub min_bin_vheap_size: Option<u64>,
    /// `fullsweep_after`
    pub fullsweep_after: Option<u64>,
    /// `min_heap_size`
    pub min_heap_size: Option<u64>,
    /// `max_heap_size`
    pub max_heap_size: Option<MaxHeapSize>,
    /// `error_handler`
    pub error_handler: Option<Atom>,
}

impl Settings {
    /// These, and what they leave open as in `others`.
    pub(crate) fn or(self, others: &Settings) -> Settings {
        Settings {
            min_bin_vheap_size: self.min_bin_vheap_size.or(others.min_bin_vheap_size),
            fullsweep_after: self.fullsweep_after.or(others.fullsweep_after),
            min_heap_size: self.min_heap_size.or(others.min_heap_size),
            max_heap_size: self.max_heap_size.or(others.max_heap_size),
            error_handler: self.error_handler.or(others.error_handler),
        }
    }
}

/// The limit of a heap and what happens at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxHeapSize {
    /// In words; 0 is no limit.
    pub words: u64,
    /// The process ends.
    pub kill: bool,
    /// It is reported.
    pub log: bool,
    /// Shared binaries count.
    pub shared_binaries: bool,
}

impl Default for MaxHeapSize {
    fn default() -> MaxHeapSize {
        MaxHeapSize { words: 0, kill: true, log: true, shared_binaries: false }
    }
}

impl Process {
    /// What others reach of it.
    #[inline(always)]
    pub(crate) fn shared(&self) -> &Shared {
        // SAFETY: the shared part stands in the same allocation and is only ever lent out as shared.
        unsafe { self.shared.as_ref() }
    }

    /// As [`Process::shared`], for use beside the owned part. Not to be kept beyond the process.
    #[inline(always)]
    pub(crate) fn shared_apart<'s>(&self) -> &'s Shared {
        let shared = self.shared;
        // SAFETY: as in `shared`; it stands in memory of its own, so the owned part may change meanwhile.
        unsafe { shared.as_ref() }
    }

    /// Its identifier.
    #[inline(always)]
    pub fn pid(&self) -> Pid {
        self.shared().pid()
    }

    /// Whether it has ended.
    #[inline(always)]
    pub fn is_ending(&self) -> bool {
        self.flags.has(Flags::ENDING)
    }

    /// Whether exit signals become messages.
    #[inline]
    pub fn traps_exits(&self) -> bool {
        self.flags.has(Flags::TRAP_EXIT)
    }

    /// Its identifier as a word.
    #[inline(always)]
    pub fn pid_word(&self) -> Word {
        Word::immediate(sub::PID, self.pid().0)
    }

    /// Ends it with a reason that is a term of its heap. `class` is that of the exception that nothing caught. The
    /// interpreter then leaves with `Exit::Exited`.
    pub fn end_with(&mut self, class: Class, reason: Word) {
        self.flags.set(Flags::ENDING, true);
        self.exception = Exception { class: Word::atom(class.atom()), reason, trace: Word::NIL };
    }

    /// Its first function has returned `value`.
    pub fn end_normally(&mut self, value: Word) {
        self.end_with(Class::Exit, Word::atom(am::normal));
        self.flags.set(Flags::RETURNED, true);
        self.exception.trace = value;
    }

    /// Ends it as the exit signal `kill` does.
    pub fn end_killed(&mut self) {
        self.end_with(Class::Exit, Word::atom(am::killed));
    }

    /// Saves where to go on and the live X registers.
    #[inline]
    pub fn suspend(&mut self, ip: *const u64, live: &[Word]) {
        self.saved.save(ip, live);
    }

    /// Puts the live X registers into the register file; gives where to go on, and how many registers are live.
    #[inline]
    pub fn resume(&mut self, registers: &mut [Word]) -> (*const u64, usize) {
        let live = self.saved.registers();
        let count = live.len();
        registers[..count].copy_from_slice(live);
        self.saved.clear();
        (self.saved.ip, count)
    }

    /// Settings that differ from the machine's.
    pub fn settings(&self) -> Settings {
        self.rare().map_or(Settings::default(), |rare| rare.settings)
    }

    /// The limit of its heap.
    pub fn max_heap_size(&self) -> MaxHeapSize {
        self.rare().and_then(|rare| rare.settings.max_heap_size).unwrap_or_default()
    }

    /// The module that is asked for functions that do not exist.
    pub fn error_handler(&self) -> Atom {
        self.rare().and_then(|rare| rare.settings.error_handler).unwrap_or(am::error_handler)
    }

    pub(crate) fn rare(&self) -> Option<&Rare> {
        self.rare.as_deref()
    }

    pub(crate) fn rare_if_any(&mut self) -> Option<&mut Rare> {
        self.rare.as_deref_mut()
    }

    pub(crate) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }
}

impl Default for Exception {
    fn default() -> Exception {
        Exception { class: Word::atom(am::exit), reason: Word::atom(am::normal), trace: Word::NIL }
    }
}
