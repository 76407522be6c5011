//! The reports of a process that an error has ended, or whose heap is too large, to whoever is registered as `logger`, in the form that the
//! emulator of OTP sends.

use super::Process;
use crate::local::Local;
use crate::signal::Signal;
use crate::vm::SystemLogger;
use purlin_heap::{Build, FragmentBuilder, Map, Message, Pid, Term, am, copy_into};

/// What the report says; its arguments are the process and the reason with the stack trace.
const FORMAT: &str = "Error in process ~p with exit value:~n~p~n";

/// What the report of a heap that is too large says: the process, what it may hold and what it holds, what becomes of
/// it, its messages and its heap.
const HEAP_FORMAT: &str = "Process ~p holds more than its max_heap_size~n    allowed:  ~p words~n    \
    held:     ~p words~n    kill:     ~p~n    logged:   ~p~n    messages: ~p~n    heap:     ~p~n";

impl Process {
    /// Reports the end, unless it was by an exit.
    pub(super) fn report_end(&self, local: &Local) {
        if self.exception.class.atom_value() == am::exit
            || self.flags.has(super::Flags::SENSITIVE)
            || self.flags.has(super::Flags::AWAITED)
        {
            return;
        }
        match self.logger(local) {
            Some(logger) => {
                let _ = local.deliver(logger, Signal::message(Message::build(|b| self.report(local, b))));
            }
            None => {
                tracing::error!(process = ?self.pid(), function = ?self.initial, "a process ended by an error")
            }
        }
    }

    /// Reports that the process held more than its `max_heap_size`.
    #[cold]
    pub(super) fn report_heap(&mut self, local: &Local) {
        self.flags.set(super::Flags::REPORTS_HEAP, false);
        let words = self.rare().map_or(0, |rare| rare.held_words);
        let Some(logger) = self.logger(local) else {
            tracing::error!(process = ?self.pid(), words, "a process holds more than its maximum heap size");
            return;
        };
        let report = Message::build(|b| {
            let limit = self.max_heap_size();
            let arguments = [
                Term::pid(self.pid()),
                b.unsigned(limit.words),
                b.unsigned(words),
                Term::boolean(limit.kill),
                Term::boolean(limit.log),
                Term::small(self.mailbox.len() as i64),
                crate::info::collection_info(self, local.vm(), b),
            ];
            self.log_event(local, b, HEAP_FORMAT, &arguments)
        });
        let _ = local.deliver(logger, Signal::message(report));
    }

    /// Who gets the report.
    fn logger(&self, local: &Local) -> Option<Pid> {
        match local.vm().system_logger() {
            SystemLogger::Process(pid) => Some(pid),
            SystemLogger::Registered => {
                let word = local.vm().names().lookup(am::logger).filter(|word| word.is_pid())?;
                Some(Pid(word.payload()))
            }
            SystemLogger::Nobody => None,
        }
    }

    /// `{log, error, Format, [Pid, Reason], Metadata}`
    fn report<'b>(&self, local: &Local, b: &'b FragmentBuilder) -> Term<'b> {
        // SAFETY: roots of the heap, which is not collected any more.
        let reason = unsafe { self.heap.term(self.exception.reason) };
        self.log_event(local, b, FORMAT, &[Term::pid(self.pid()), copy_into(b, reason)])
    }

    /// `{log, error, Format, Arguments, Metadata}`
    fn log_event<'b>(
        &self,
        local: &Local,
        b: &'b FragmentBuilder,
        format: &str,
        arguments: &[Term<'b>],
    ) -> Term<'b> {
        // SAFETY: a root of the heap, which is not collected meanwhile.
        let leader = unsafe { self.heap.term(self.group_leader) };
        let map = |pairs: &[(Term<'b>, Term<'b>)]| Map::from_pairs(pairs, local.vm().atoms(), b).as_term();
        let format: Vec<Term<'b>> = format.chars().map(|c| Term::small(c as i64)).collect();
        let arguments = b.list(arguments);
        let origin = map(&[
            (Term::atom(am::emulator), Term::boolean(true)),
            (Term::atom(am::tag), Term::atom(am::error)),
        ]);
        let time_us = b.integer(local.vm().clock().system_ns() / 1000);
        let metadata = map(&[
            (Term::atom(am::error_logger), origin),
            (Term::atom(am::gl), copy_into(b, leader)),
            (Term::atom(am::pid), Term::pid(self.pid())),
            (Term::atom(am::time), time_us),
        ]);
        b.tuple(&[Term::atom(am::log), Term::atom(am::error), b.list(&format), arguments, metadata])
    }
}
