//! Spawning from a native.

use super::MonitorOptions;
use crate::limits::Bounds;
use crate::native::Context;
use crate::process::{self, Parent, Prepared, Start, TooManyProcesses};
use crate::process::{Flags, Settings};
use purlin_heap::{Fun, Mfa, Pid, Term, am};
use purlin_scheduler::Priority;
use std::sync::atomic::Ordering;

/// What a new process runs.
pub enum What<'a> {
    /// A function of a module.
    Function(Mfa, &'a [Term<'a>]),
    /// A fun, with its arguments.
    Fun(Fun<'a>, &'a [Term<'a>]),
}

/// How it is spawned.
pub struct SpawnOptions<'h> {
    /// It is linked to the caller.
    pub link: bool,
    /// The caller watches it.
    pub monitor: Option<SpawnMonitor<'h>>,
    /// Its priority.
    pub priority: Priority,
    /// Settings that differ from the machine's.
    pub settings: Option<Settings>,
    /// Flags that it starts with.
    pub flags: Flags,
    /// How it is limited.
    pub bounds: Option<Box<Bounds>>,
}

impl Default for SpawnOptions<'_> {
    fn default() -> Self {
        SpawnOptions {
            link: false,
            monitor: None,
            priority: Priority::Normal,
            settings: None,
            flags: Flags::default(),
            bounds: None,
        }
    }
}

/// How the caller watches a new process.
#[derive(Clone, Copy)]
pub struct SpawnMonitor<'h> {
    /// The number of the monitor's reference.
    pub number: u64,
    /// How it watches.
    pub how: MonitorOptions<'h>,
}

impl<'h> Context<'h> {
    /// Spawns a process.
    pub fn spawn(&self, what: &What<'_>, options: SpawnOptions<'h>) -> Result<Pid, TooManyProcesses> {
        match what {
            What::Function(name, arguments) => {
                let ip = self.vm().code().export(*name).address.load(Ordering::Acquire);
                self.spawn_at(&Start { ip, arguments, initial: *name }, options)
            }
            What::Fun(fun, arguments) => {
                // The free variables of a fun stand behind its arguments.
                let all: Vec<Term<'_>> = arguments.iter().chain(fun.free()).copied().collect();
                let ip = fun.entry().address.load(Ordering::Acquire);
                let initial = Mfa { module: am::erlang, function: am::apply, arity: 2 };
                self.spawn_at(&Start { ip, arguments: &all, initial }, options)
            }
        }
    }

    fn spawn_at(&self, start: &Start<'_>, options: SpawnOptions<'h>) -> Result<Pid, TooManyProcesses> {
        let monitor = options.monitor.map(|monitor| process::SpawnMonitor {
            number: monitor.number,
            tag: monitor.how.tag.word(),
            alias: monitor.how.alias,
            is_priority: monitor.how.is_priority,
        });
        let options = process::SpawnOptions {
            link: options.link,
            monitor,
            priority: options.priority,
            settings: self.vm().settings_for(options.settings),
            flags: options.flags,
            bounds: options.bounds,
            on_end: None,
        };
        self.charge(SPAWN_REDUCTIONS);
        let prepared = Prepared::new(self.vm(), start, options.settings.as_ref());
        self.with(|process, local| process::spawn(local, Parent::Process(process), prepared, options))
    }
}

/// What a spawn counts.
const SPAWN_REDUCTIONS: u32 = 20;
