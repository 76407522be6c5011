//! Spawning: a control block, a heap with the copied arguments, a slot of the table.

use super::shared::{ControlBlock, Shared};
use super::{Dictionary, Exception, Flags, Link, Links, Monitor, Process, Rare, Saved, Settings};
use crate::Vm;
use crate::executor::Runnable;
use crate::limits::{Bounds, Ledger, Tree};
use crate::local::Local;
use crate::mailbox::Mailbox;
use purlin_heap::word::{Word, sub};
use purlin_heap::{Heap, HeapConfig, Mfa, Pid, Term, am, copy_into};
use purlin_scheduler::Priority;
use std::sync::Arc;

/// What a new process runs.
pub(crate) struct Start<'a> {
    /// The entry of its first function.
    pub(crate) ip: *const u64,
    /// What that function expects in its X registers.
    pub(crate) arguments: &'a [Term<'a>],
    /// The function, to be told by `process_info/2`.
    pub(crate) initial: Mfa,
}

/// How a process is spawned.
pub(crate) struct SpawnOptions {
    pub(crate) link: bool,
    /// The parent watches it.
    pub(crate) monitor: Option<SpawnMonitor>,
    pub(crate) priority: Priority,
    pub(crate) settings: Option<Settings>,
    pub(crate) flags: Flags,
    pub(crate) bounds: Option<Box<Bounds>>,
    /// Told of its end.
    pub(crate) on_end: Option<crate::EndCallback>,
}

/// The monitor that a spawn sets up.
pub(crate) struct SpawnMonitor {
    pub(crate) number: u64,
    pub(crate) tag: Word,
    pub(crate) alias: Option<super::Alias>,
    pub(crate) is_priority: bool,
}

impl Default for SpawnOptions {
    fn default() -> SpawnOptions {
        SpawnOptions {
            link: false,
            monitor: None,
            priority: Priority::Normal,
            settings: None,
            flags: Flags::default(),
            bounds: None,
            on_end: None,
        }
    }
}

/// There are as many processes as there may be, in the machine or in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyProcesses;

/// Who spawns.
pub(crate) enum Parent<'a> {
    /// A process, which may be linked to the new one and watch it, and whose group leader it gets.
    Process(&'a mut Process),
    /// The host of the machine.
    Host {
        /// The group leader of the new process; itself when there is none.
        group_leader: Option<Pid>,
    },
}

/// What of a new process takes time: its heap with its arguments.
pub(crate) struct Prepared {
    heap: Heap,
    saved: Saved,
    initial: Mfa,
}

impl Prepared {
    /// Copies the arguments, during which others may have their turn.
    pub(crate) fn new(vm: &Vm, start: &Start<'_>, settings: Option<&Settings>) -> Prepared {
        let heap = new_heap(vm, settings);
        let saved = Saved::new(start.ip, &copy_arguments(&heap, start.arguments));
        Prepared { heap, saved, initial: start.initial }
    }
}

/// Makes a process and hands it to a scheduler.
pub(crate) fn spawn(
    local: &Local,
    mut parent: Parent<'_>,
    prepared: Prepared,
    options: SpawnOptions,
) -> Result<Pid, TooManyProcesses> {
    let ledger = ledger(&parent, &prepared, &options)?;
    let Some(reserved) = local.vm().processes().reserve(&mut local.slots.borrow_mut()) else {
        ledger.iter().for_each(|ledger| ledger.end(|_| {}));
        return Err(TooManyProcesses);
    };
    let pid = reserved.pid();
    let block = ControlBlock::new(Shared::new(pid, options.priority, ledger), |shared| {
        let Prepared { heap, saved, initial } = prepared;
        let (group_leader, parent) = inherited(&heap, &parent, pid);
        Process {
            heap,
            mailbox: Mailbox::new(),
            saved,
            exception: Exception::default(),
            reductions: 0,
            turn: 0,
            slice: 0,
            dictionary: Dictionary::default(),
            group_leader,
            parent,
            flags: options.flags,
            initial,
            links: Links::None,
            rare: None,
            shared,
        }
    });
    // SAFETY: nobody else knows the block yet.
    let child = unsafe { &mut *block.as_ref().owned() };
    child.flags.set(Flags::LIMITED, child.shared().ledger().is_some());
    if let Some(settings) = options.settings {
        child.apply_settings(settings);
    }
    if let Some(on_end) = options.on_end {
        child.flags.set(Flags::AWAITED, true);
        local.vm().await_end(pid, on_end);
    }
    if let Parent::Process(parent) = &mut parent {
        tie(parent, child, options.link, options.monitor);
    }
    local.vm().processes().publish(reserved, block);
    // SAFETY: a new process, which nobody else schedules.
    local.enqueue(unsafe { Runnable::new(block) });
    Ok(pid)
}

/// What is written down about a new process that is limited; an error when its tree has no room for it.
#[inline]
fn ledger(
    parent: &Parent<'_>,
    prepared: &Prepared,
    options: &SpawnOptions,
) -> Result<Option<Box<Ledger>>, TooManyProcesses> {
    let inherited = match parent {
        Parent::Process(parent) => parent.shared().ledger().and_then(|ledger| ledger.tree()),
        Parent::Host { .. } => None,
    };
    if inherited.is_none() && options.bounds.is_none() {
        return Ok(None);
    }
    new_ledger(inherited, prepared, options.bounds.as_deref().unwrap_or(&Bounds::default())).map(Some)
}

#[cold]
fn new_ledger(
    inherited: Option<&Arc<Tree>>,
    prepared: &Prepared,
    bounds: &Bounds,
) -> Result<Box<Ledger>, TooManyProcesses> {
    let around = bounds.tree.as_ref().or(inherited);
    let tree = match bounds.limits {
        Some(limits) => Some(Tree::new(limits, around.cloned()).ok_or(TooManyProcesses)?),
        None => around.cloned(),
    };
    if tree.as_ref().is_some_and(|tree| !tree.enter()) {
        return Err(TooManyProcesses);
    }
    let ledger = Box::new(Ledger::new(tree, bounds.mailbox));
    if ledger.tell_first(super::limited::held_bytes(&prepared.heap)) {
        return Ok(ledger);
    }
    ledger.end(|_| {});
    Err(TooManyProcesses)
}

fn new_heap(vm: &Vm, settings: Option<&Settings>) -> Heap {
    let config = vm.heap_config();
    let heap = match settings.and_then(|settings| settings.min_heap_size) {
        None => Heap::new(config),
        Some(words) => {
            let words_min = u32::try_from(words).unwrap_or(u32::MAX).max(config.words_min);
            Heap::new(&HeapConfig { words_min, ..config.clone() })
        }
    };
    // SAFETY: a new heap has room for a word, and this is the return address of the first frame.
    unsafe { heap.push(Word::return_address(vm.code().runtime().process_end())) };
    heap
}

fn copy_arguments(heap: &Heap, arguments: &[Term<'_>]) -> Arguments {
    let mut copied = Arguments { few: [Word::ZERO; FEW], many: Vec::new(), len: arguments.len() };
    if arguments.len() > FEW {
        copied.many = arguments.iter().map(|&argument| copy_into(heap, argument).word()).collect();
    } else {
        for (to, &from) in copied.few.iter_mut().zip(arguments) {
            *to = copy_into(heap, from).word();
        }
    }
    copied
}

/// Copied arguments; mostly there are few.
struct Arguments {
    few: [Word; FEW],
    many: Vec<Word>,
    len: usize,
}

const FEW: usize = 8;

impl std::ops::Deref for Arguments {
    type Target = [Word];

    fn deref(&self) -> &[Word] {
        if self.len > FEW { &self.many } else { &self.few[..self.len] }
    }
}

/// Group leader and parent of a new process.
fn inherited(heap: &Heap, parent: &Parent<'_>, pid: Pid) -> (Word, Word) {
    match parent {
        Parent::Process(parent) => {
            // SAFETY: the parent's group leader is a term of its heap, which is not collected meanwhile.
            let leader = unsafe { parent.heap.term(parent.group_leader) };
            (copy_into(heap, leader).word(), Word::immediate(sub::PID, parent.pid().0))
        }
        Parent::Host { group_leader } => {
            let leader = group_leader.unwrap_or(pid);
            (Word::immediate(sub::PID, leader.0), Word::atom(am::undefined))
        }
    }
}

/// Links and monitors of a spawn: no signals are needed, since nobody knows the child yet.
fn tie(parent: &mut Process, child: &mut Process, link: bool, monitor: Option<SpawnMonitor>) {
    if link {
        parent.links.set(child.pid(), Link::Active);
        child.links.set(parent.pid(), Link::Active);
    }
    let Some(SpawnMonitor { number, tag, alias, is_priority }) = monitor else { return };
    child.rare_mut().monitors.watchers.insert(number, parent.pid());
    let target = Some(child.pid());
    if is_priority {
        parent.flags.set(Flags::TAKES_PRIORITY, true);
    }
    let monitors = &mut parent.rare_mut().monitors;
    let is_alias = alias.is_some();
    monitors.own.insert(number, Monitor { target, name: None, tag, is_alias, is_priority });
    if let Some(alias) = alias {
        monitors.aliases.insert(number, alias);
    }
}

impl Process {
    /// Puts settings into force.
    pub(crate) fn apply_settings(&mut self, settings: Settings) {
        if let Some(minors) = settings.fullsweep_after {
            self.heap.set_minors_max(u16::try_from(minors).unwrap_or(u16::MAX));
        }
        if let Some(words) = settings.min_heap_size {
            self.heap.set_words_min(u32::try_from(words).unwrap_or(u32::MAX));
        }
        if let Some(limit) = settings.max_heap_size {
            // Who is not ended at its limit goes beyond it.
            let words = if limit.kill { limit.words } else { 0 };
            self.heap.set_limit(usize::try_from(words).unwrap_or(usize::MAX));
        }
        let rare: &mut Rare = self.rare_mut();
        rare.settings = settings;
    }
}
