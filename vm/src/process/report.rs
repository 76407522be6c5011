//! The report of a process that an error has ended, to whoever is registered as `logger`, in the form that the
//! emulator of OTP sends.

use super::Process;
use crate::local::Local;
use crate::signal::Signal;
use crate::vm::SystemLogger;
use purlin_heap::{Build, FragmentBuilder, Map, Message, Pid, Term, am, copy_into};

/// What the report says; its arguments are the process and the reason with the stack trace.
const FORMAT: &str = "Error in process ~p with exit value:~n~p~n";

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
        let (reason, leader) =
            unsafe { (self.heap.term(self.exception.reason), self.heap.term(self.group_leader)) };
        let map = |pairs: &[(Term<'b>, Term<'b>)]| Map::from_pairs(pairs, local.vm().atoms(), b).as_term();
        let format: Vec<Term<'b>> = FORMAT.chars().map(|c| Term::small(c as i64)).collect();
        let arguments = b.list(&[Term::pid(self.pid()), copy_into(b, reason)]);
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
