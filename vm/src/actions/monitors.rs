//! Monitors and aliases.

use crate::local::Local;
use crate::native::Context;
use crate::process::{Alias, Flags, Monitor, Process, Rare};
use crate::signal::{Handled, Signal};
use purlin_heap::word::Word;
use purlin_heap::{Atom, Build, Message, Pid, Term, am};

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// A process.
    Process(Pid),
    /// The process that is registered under this name now.
    Name(Atom),
    /// The time offset, which never changes here.
    TimeOffset,
}

/// How something is watched.
#[derive(Clone, Copy)]
pub struct MonitorOptions<'h> {
    /// The reference is an alias of the caller, too.
    pub alias: Option<Alias>,
    /// The first element of the message.
    pub tag: Term<'h>,
    /// The message goes before ordinary ones.
    pub is_priority: bool,
}

impl Default for MonitorOptions<'_> {
    fn default() -> Self {
        MonitorOptions { alias: None, tag: Term::atom(am::DOWN), is_priority: false }
    }
}

impl<'h> Context<'h> {
    /// A new reference.
    pub fn reference(&self) -> Term<'h> {
        self.heap().reference(self.local().unique_number(), None)
    }

    /// Watches something; the monitor's reference.
    pub fn monitor(&self, watched: Watched, options: MonitorOptions<'h>) -> Term<'h> {
        let number = self.local().unique_number();
        self.with(|process, local| monitor(process, local, number, watched, options));
        self.heap().reference(number, options.alias.map(|_| self.pid()))
    }

    /// Ends the monitor of this number; tells whether there was one. Its message does not come any more, unless it
    /// is in the mailbox already.
    pub fn demonitor(&self, number: u64) -> bool {
        self.with(|process, local| process.remove_monitor(local, number))
    }

    /// Takes the message of the monitor of this number out of the mailbox; tells whether it was there.
    pub fn flush_monitor(&self, number: u64) -> bool {
        self.with(|process, local| {
            while let Handled::One | Handled::Later = process.handle_next(local) {}
            let is_down = |word| {
                // SAFETY: a message in the mailbox.
                let message: Term<'_> = unsafe { Term::from_word(word) };
                message.as_tuple().is_some_and(|tuple| {
                    tuple.arity() == 5 && reference_number(tuple.element(1)) == Some(number)
                })
            };
            let Some((_, fragment)) = process.mailbox.remove_first(is_down) else { return false };
            process.count_taken(local, fragment.as_ref());
            true
        })
    }

    /// A new alias of the caller.
    pub fn alias(&self, alias: Alias) -> Term<'h> {
        let number = self.local().unique_number();
        self.with(|process, _| {
            if alias.takes_priority {
                process.flags.set(Flags::TAKES_PRIORITY, true);
            }
            process.rare_mut().monitors.aliases.insert(number, alias);
        });
        self.heap().reference(number, Some(self.pid()))
    }

    /// Takes an alias back; tells whether it was active.
    pub fn unalias(&self, number: u64) -> bool {
        self.with(|process, _| {
            process.rare_if_any().is_some_and(|rare| rare.monitors.aliases.remove(number).is_some())
        })
    }
}

/// The number of a local reference.
pub(crate) fn reference_number(term: Term<'_>) -> Option<u64> {
    match term.view() {
        purlin_heap::View::Reference(reference) => Some(reference.raw(1)),
        _ => None,
    }
}

fn monitor(process: &mut Process, local: &Local, number: u64, watched: Watched, options: MonitorOptions<'_>) {
    let watcher = process.pid();
    let (target, name) = match watched {
        Watched::Process(pid) => (Some(pid), None),
        Watched::Name(name) => {
            let word = local.vm().names().lookup(name).filter(|word: &Word| word.is_pid());
            (word.map(|word| Pid(word.payload())), Some(name))
        }
        Watched::TimeOffset => (None, None),
    };
    if options.is_priority {
        process.flags.set(Flags::TAKES_PRIORITY, true);
    }
    let monitors = &mut process.rare_mut().monitors;
    if let Some(alias) = options.alias {
        monitors.aliases.insert(number, alias);
    }
    // Who watches itself never learns of it, as in OTP.
    if target == Some(watcher) {
        return;
    }
    let (tag, is_alias) = (options.tag.word(), options.alias.is_some());
    monitors.own.insert(number, Monitor { target, name, tag, is_alias, is_priority: options.is_priority });
    if watched == Watched::TimeOffset {
        return;
    }
    let is_watched =
        target.is_some_and(|target| local.deliver(target, Signal::Monitor { number, watcher }).is_ok());
    if !is_watched {
        if options.is_priority {
            // As in OTP, where a monitor that never was turns nothing on.
            process.rare_mut().monitors.set_priority(number, false);
            let others = process.rare().is_some_and(Rare::takes_priority);
            process.rare_mut().monitors.set_priority(number, others);
        }
        let reason = Message::copy_of(Term::atom(am::noproc));
        let _ = local.deliver(watcher, Signal::Down { number, reason });
    }
}
