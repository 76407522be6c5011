//! The machine: everything that its processes share. Several may live in one program; they share nothing.

use crate::code::{CodeTable, LoadedModule};
use crate::executor::{Lingering, ProcessExecutor, Runnable};
use crate::fiber::Fibers;
use crate::limits::{Bounds, Limits, Tree};
use crate::local::Local;
use crate::names::Names;
use crate::native::{Class, NativeFunction, NativeTable};
use crate::observe::Observer;
use crate::online::Online;
use crate::process::table::Table;
use crate::process::{
    ControlBlock, Flags, MaxHeapSize, Parent, Prepared, Process, Settings, SpawnOptions, Start,
    TooManyProcesses, spawn,
};
use crate::timers::MessageTimers;
use crossbeam_epoch::Collector;
use parking_lot::Mutex;
use purlin_heap::pace;
use purlin_heap::{Atom, AtomTable, CODE_RESERVE, HeapConfig, Message, Mfa, Pid, Term, am};
use purlin_scheduler::{Clock, Handle, Pool, TimerKey, WorkerPanicked};
use std::any::Any;
use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// What a machine is made from.
#[derive(Clone, Debug)]
pub struct Config {
    /// Atoms that there may be.
    pub atoms_max: u32,
    /// Processes that there may be at once.
    pub processes_max: u32,
    /// The least size of a process's heap in words.
    pub heap_words_min: u32,
    /// So many minor collections between two major ones at most.
    pub minors_max: u16,
    /// Collect at every opportunity and check each heap afterwards: slow, for tests.
    pub zeal: bool,
    /// Count how often each instruction that guesses runs, and is wrong: slower, see `docs/specialisation.md`.
    pub counts: bool,
    /// The schedulers and the clock.
    pub schedulers: purlin_scheduler::Config,
}

impl Default for Config {
    fn default() -> Config {
        let heap = HeapConfig::default();
        Config {
            atoms_max: 1 << 20,
            processes_max: 1 << 22,
            heap_words_min: heap.words_min,
            minors_max: heap.minors_max,
            zeal: false,
            counts: false,
            schedulers: purlin_scheduler::Config::default(),
        }
    }
}

/// See the top of the file.
pub struct Vm {
    atoms: AtomTable,
    code: CodeTable,
    processes: Table<ControlBlock>,
    names: Names,
    collector: Collector,
    observer: Observer,
    online: Online,
    /// What new processes are set to where their spawn does not say it.
    default_settings: Mutex<Settings>,
    has_default_settings: AtomicBool,
    system_logger: Mutex<SystemLogger>,
    heap_config: HeapConfig,
    config: Config,
    handle: OnceLock<Handle<Runnable>>,
    /// Numbers of references, given to threads in batches.
    numbers: AtomicU64,
    monotonic_numbers: AtomicI64,
    timers: MessageTimers,
    /// Who waits outside of the machine for a process to end.
    waiting: Mutex<HashMap<Pid, Vec<(u64, EndCallback)>>>,
    lingering: Mutex<HashMap<Pid, Lingering>>,
    fibers: Fibers,
    status: AtomicI32,
    trace_depth: AtomicUsize,
    finder: OnceLock<ModuleFinder>,
    /// Held while a module is looked for: two that look for the same one would load it twice.
    finding: Mutex<()>,
    /// See [`Vm::library_state`].
    library_state: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// Who gets the reports of processes that errors have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SystemLogger {
    /// This process, and when it has ended whoever is registered.
    Process(Pid),
    /// Whoever is registered as `logger`.
    #[default]
    Registered,
    /// Nobody.
    Nobody,
}

/// Entries in a stack trace, the first one included, unless a program sets another number, and the highest such number:
/// those of OTP.
const TRACE_DEPTH: usize = 8;
const TRACE_DEPTH_MAX: usize = 64;

/// Finds and loads a module that is called and not loaded, if it can.
pub type ModuleFinder = Box<dyn Fn(&Vm, Atom) + Send + Sync>;

/// How a process ended.
#[derive(Clone, Copy)]
pub enum End<'h> {
    /// Its first function returned this.
    Returned(Term<'h>),
    /// By an exception of this class that nothing caught, or by a signal, for this reason. That of an error is a
    /// pair of the reason and the stack trace.
    Exited(Class, Term<'h>),
}

/// Called when a process ends, on the thread of a scheduler.
pub type EndCallback = Box<dyn FnOnce(End<'_>) + Send>;

impl Vm {
    /// A machine with these natives, no modules and no processes. [`Vm::start`] sets it going.
    pub fn new(config: Config, natives: &[&[NativeFunction]]) -> Arc<Vm> {
        let atoms = AtomTable::new(config.atoms_max);
        let mut table = NativeTable::default();
        natives.iter().for_each(|natives| table.add(&atoms, natives));
        let code = CodeTable::new(table);
        let heap_config = HeapConfig {
            words_min: config.heap_words_min,
            minors_max: config.minors_max,
            underflow: code.runtime().underflow(),
            zeal: config.zeal,
            ..HeapConfig::default()
        };
        Arc::new(Vm {
            atoms,
            code,
            processes: Table::new(config.processes_max),
            names: Names::new(config.atoms_max.saturating_add(CODE_RESERVE)),
            collector: Collector::new(),
            observer: Observer::new(config.schedulers.workers),
            online: Online::new(config.schedulers.workers),
            default_settings: Mutex::default(),
            has_default_settings: AtomicBool::new(false),
            system_logger: Mutex::default(),
            heap_config,
            config,
            handle: OnceLock::new(),
            numbers: AtomicU64::new(1),
            monotonic_numbers: AtomicI64::new(1),
            timers: MessageTimers::default(),
            waiting: Mutex::default(),
            lingering: Mutex::default(),
            fibers: Fibers::default(),
            status: AtomicI32::new(0),
            trace_depth: AtomicUsize::new(TRACE_DEPTH),
            finder: OnceLock::new(),
            finding: Mutex::new(()),
            library_state: OnceLock::new(),
        })
    }

    /// Starts the schedulers.
    ///
    /// # Panics
    /// When they run already.
    pub fn start(self: &Arc<Vm>) -> io::Result<RunningVm> {
        let vm = self.clone();
        let pool = Pool::start(&self.config.schedulers, move |_, handle| {
            let _ = vm.handle.set(handle.clone());
            ProcessExecutor::new(&vm)
        })?;
        let _ = self.handle.set(pool.handle().clone());
        Ok(RunningVm { vm: self.clone(), pool })
    }

    /// Ends the machine: no process runs on, and [`RunningVm::join`] returns `status`. Does not wait.
    pub fn halt(&self, status: i32) {
        self.status.store(status, Ordering::Release);
        if let Some(handle) = self.handle.get() {
            handle.stop();
        }
    }

    /// Whether what becomes of guesses is counted.
    pub(crate) fn counts(&self) -> bool {
        self.config.counts
    }

    /// Who gets the reports of processes that errors have ended.
    pub fn system_logger(&self) -> SystemLogger {
        let logger = *self.system_logger.lock();
        match logger {
            SystemLogger::Process(pid) if !self.is_known(pid) => SystemLogger::Registered,
            _ => logger,
        }
    }

    /// Sets who gets them; who it was.
    pub fn set_system_logger(&self, logger: SystemLogger) -> SystemLogger {
        let former = self.system_logger();
        *self.system_logger.lock() = logger;
        former
    }

    /// What new processes are set to where their spawn does not say it.
    pub fn default_settings(&self) -> Settings {
        *self.default_settings.lock()
    }

    /// Changes that; as it was.
    pub fn change_default_settings(&self, change: impl FnOnce(&mut Settings)) -> Settings {
        let mut settings = self.default_settings.lock();
        let former = *settings;
        change(&mut settings);
        self.has_default_settings.store(true, Ordering::Relaxed);
        former
    }

    /// The settings of a process that is spawned with these.
    #[inline]
    pub(crate) fn settings_for(&self, given: Option<Settings>) -> Option<Settings> {
        if !self.has_default_settings.load(Ordering::Relaxed) {
            return given;
        }
        Some(given.unwrap_or_default().or(&self.default_settings()))
    }

    /// How many entries a stack trace has, at most.
    pub fn trace_depth(&self) -> usize {
        self.trace_depth.load(Ordering::Relaxed)
    }

    /// Sets how many entries a stack trace has, at most, and gives what it was.
    pub fn set_trace_depth(&self, depth: usize) -> usize {
        self.trace_depth.swap(depth.min(TRACE_DEPTH_MAX), Ordering::Relaxed)
    }

    /// A tree for processes that have these limits together: see [`RunningVm::spawn_in`].
    pub fn tree(&self, limits: Limits) -> Arc<Tree> {
        Tree::new(limits, None).expect("a tree that stands in no other is not too deep")
    }

    /// The limit of the heaps of new processes.
    pub fn max_heap_size(&self) -> MaxHeapSize {
        self.default_settings().max_heap_size.unwrap_or_default()
    }

    /// Has modules that are called and not loaded looked for by `finder`; only the first one counts.
    pub fn set_module_finder(&self, finder: ModuleFinder) {
        let _ = self.finder.set(finder);
    }

    /// Looks for a module that is called and not loaded.
    pub(crate) fn load_on_demand(&self, module: Atom) {
        // Loading takes locks, and is for all who call the module.
        let (_hold, _exempt) = (pace::hold(), pace::exempt());
        let _one_at_a_time = self.finding.lock();
        if self.code.module(module).is_none() {
            self.look_for(module);
        }
    }

    /// Loads a module again from where modules are looked for; whether it was found.
    pub fn load_again(&self, module: Atom) -> bool {
        let (_hold, _exempt) = (pace::hold(), pace::exempt());
        let _one_at_a_time = self.finding.lock();
        let version = || self.code.module(module).map(std::ptr::from_ref);
        let before = version();
        self.look_for(module);
        version() != before
    }

    fn look_for(&self, module: Atom) {
        let on_loads = self.code.on_loads();
        if let Some(finder) = self.finder.get()
            && !on_loads.is_pending(module)
            && !on_loads.is_refused(module)
        {
            finder(self, module);
        }
    }

    /// What the library of natives remembers between calls, made at the first use; it is of one type.
    ///
    /// # Panics
    /// When it is asked for as two types.
    #[inline]
    pub fn library_state<T: Any + Default + Send + Sync>(&self) -> &T {
        let state = self.library_state.get_or_init(|| Box::<T>::default());
        state.downcast_ref().expect("the state of a library has one type")
    }

    /// A module, loaded now if it was not before and can be found.
    pub fn find_module(&self, module: Atom) -> Option<&LoadedModule> {
        if self.code.module(module).is_none() {
            self.load_on_demand(module);
        }
        self.code.module(module)
    }

    /// The machine's atoms.
    #[inline]
    pub fn atoms(&self) -> &AtomTable {
        &self.atoms
    }

    /// The machine's code.
    #[inline]
    pub fn code(&self) -> &CodeTable {
        &self.code
    }

    /// What the machine was made from.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The machine's clock.
    pub fn clock(&self) -> &Clock {
        &self.config.schedulers.clock
    }

    /// Nanoseconds on the monotonic clock.
    #[inline]
    pub fn monotonic_ns(&self) -> u64 {
        self.clock().monotonic_ns()
    }

    /// The name of this node.
    pub fn node_name(&self) -> Atom {
        am::nonode_at_nohost
    }

    /// The schedulers.
    ///
    /// # Panics
    /// Before the machine has been started.
    pub fn handle(&self) -> &Handle<Runnable> {
        self.handle.get().expect("the machine has been started")
    }

    /// How many integers of [`Vm::unique_monotonic`] there were; the next one.
    pub fn unique_monotonic(&self) -> i64 {
        self.monotonic_numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Processes that are alive.
    pub fn process_count(&self) -> usize {
        self.processes.count()
    }

    pub(crate) fn heap_config(&self) -> &HeapConfig {
        &self.heap_config
    }

    #[inline(always)]
    pub(crate) fn processes(&self) -> &Table<ControlBlock> {
        &self.processes
    }

    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    pub(crate) fn timers(&self) -> &MessageTimers {
        &self.timers
    }

    pub(crate) fn observer(&self) -> &Observer {
        &self.observer
    }

    pub(crate) fn online(&self) -> &Online {
        &self.online
    }

    /// Whether a process is in the table.
    pub fn is_known(&self, pid: Pid) -> bool {
        let handle = self.collector.register();
        self.processes.lookup(pid, &handle.pin()).is_some()
    }

    pub(crate) fn collector(&self) -> &Collector {
        &self.collector
    }

    /// Numbers that nobody else gets, from the one returned on.
    pub(crate) fn take_numbers(&self, count: u64) -> u64 {
        self.numbers.fetch_add(count, Ordering::Relaxed)
    }

    /// Queues a process from a thread that is no scheduler.
    pub(crate) fn inject(&self, task: Runnable) {
        self.handle().inject(task);
    }

    /// Cancels the timer that would wake a process.
    pub(crate) fn cancel_wake(&self, key: TimerKey) {
        if let Some(handle) = self.handle.get() {
            let _ = handle.cancel_timer(key);
        }
    }

    /// Processes that are not in the table any more and whose end takes more than a slice.
    pub(crate) fn lingering(&self) -> &Mutex<HashMap<Pid, Lingering>> {
        &self.lingering
    }

    /// Native stacks to run on.
    pub(crate) fn fibers(&self) -> &Fibers {
        &self.fibers
    }

    /// A process has become unreachable.
    pub(crate) fn tell_end(&self, process: &Process) {
        if !process.flags.has(Flags::AWAITED) && !process.shared().is_awaited() {
            return;
        }
        let callbacks = self.waiting.lock().remove(&process.pid()).unwrap_or_default();
        // SAFETY: the words are terms of the heap, which is not collected any more.
        let term = |word| unsafe { process.heap.term(word) };
        let class = Class::from_atom(process.exception.class.atom_value()).unwrap_or(Class::Exit);
        let end = match process.flags.has(Flags::RETURNED) {
            true => End::Returned(term(process.exception.trace)),
            false => End::Exited(class, term(process.exception.reason)),
        };
        callbacks.into_iter().for_each(|(_, tell)| tell(end));
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        // SAFETY: the guard only allows to read the table; nobody else has the machine any more.
        let guard = unsafe { crossbeam_epoch::unprotected() };
        for slot in self.processes.slots() {
            if let Some(block) = self.processes.at_slot(slot, guard) {
                let block = block.into();
                // SAFETY: no scheduler runs, so the block is used by nobody, and it is in the table once.
                unsafe { ControlBlock::free_with_process(block) };
            }
        }
        for (_, lingering) in self.lingering.get_mut().drain() {
            // SAFETY: as above; it has left the table, and is not freed elsewhere before it leaves this one too.
            unsafe { ControlBlock::free_with_process(lingering.0) };
        }
    }
}

/// A machine whose schedulers run. Dropping it stops them and waits for them.
pub struct RunningVm {
    vm: Arc<Vm>,
    pool: Pool<Runnable>,
}

impl RunningVm {
    /// The machine.
    pub fn vm(&self) -> &Arc<Vm> {
        &self.vm
    }

    /// Spawns `module:function(arguments...)`. `on_end`, if given, is called with the reason when it ends, on the
    /// thread of a scheduler.
    pub fn spawn(
        &self,
        name: Mfa,
        arguments: &[Term<'_>],
        group_leader: Option<Pid>,
        on_end: Option<EndCallback>,
    ) -> Result<Pid, TooManyProcesses> {
        self.spawn_in(None, name, arguments, group_leader, on_end)
    }

    /// As [`RunningVm::spawn`], in a tree that has limits.
    pub fn spawn_in(
        &self,
        tree: Option<&Arc<Tree>>,
        name: Mfa,
        arguments: &[Term<'_>],
        group_leader: Option<Pid>,
        on_end: Option<EndCallback>,
    ) -> Result<Pid, TooManyProcesses> {
        let local = Local::new(&self.vm);
        let ip = self.vm.code.export(name).address.load(Ordering::Acquire);
        let start = Start { ip, arguments, initial: name };
        let bounds = tree.map(|tree| Box::new(Bounds { tree: Some(tree.clone()), ..Bounds::default() }));
        let options = SpawnOptions { on_end, bounds, ..SpawnOptions::default() };
        let prepared = Prepared::new(&self.vm, &start, None);
        spawn(&local, Parent::Host { group_leader }, prepared, options)
    }

    /// Registers a name for a process. False when the name is in use, or the process has a name or has ended.
    pub fn register(&self, name: Atom, pid: Pid) -> bool {
        Local::new(&self.vm).register(name, pid).is_ok()
    }

    /// Sends a message to a process.
    pub fn send(&self, to: Pid, message: Message) {
        let local = Local::new(&self.vm);
        let _ = local.deliver(to, crate::signal::Signal::message(message));
    }

    /// Ends a process as the exit signal `kill` does.
    pub fn kill(&self, pid: Pid) {
        let local = Local::new(&self.vm);
        local.exit(pid, pid, Message::copy_of(Term::atom(am::kill)));
    }

    /// Waits until the machine is halted; the status given then.
    pub fn join(self) -> Result<i32, WorkerPanicked> {
        self.pool.join()?;
        Ok(self.vm.status.load(Ordering::Acquire))
    }

    /// Stops the machine and waits for it.
    pub fn shutdown(self) -> Result<i32, WorkerPanicked> {
        self.vm.halt(0);
        self.join()
    }
}

impl Vm {
    /// Calls `on_end` when the process ends, which knows that it is awaited or is being made.
    pub(crate) fn await_end(&self, pid: Pid, on_end: EndCallback) {
        self.await_end_as(0, pid, on_end);
    }

    /// As [`Vm::await_end`], under a number by which that can be taken back.
    pub(crate) fn await_end_as(&self, number: u64, pid: Pid, on_end: EndCallback) {
        self.waiting.lock().entry(pid).or_default().push((number, on_end));
    }

    /// Takes that back; false when the end has been told of.
    pub(crate) fn await_no_more(&self, number: u64, pid: Pid) -> bool {
        let mut waiting = self.waiting.lock();
        let Some(callbacks) = waiting.get_mut(&pid) else { return false };
        let count = callbacks.len();
        callbacks.retain(|(other, _)| *other != number);
        let is_taken_back = callbacks.len() < count;
        if callbacks.is_empty() {
            waiting.remove(&pid);
        }
        is_taken_back
    }
}
