//! The end of a process: from its last instruction until its memory is free.
//!
//! What a process leaves behind may be large (a million links, messages or watchers), so it is dealt with in
//! portions, each a slice of the ending process; never by recursion. First of all the process becomes unreachable:
//! its queue is closed, its name is free, its pid leads nowhere. Only then do others learn that it has ended.

use super::{Flags, Link, Process};
use crate::limits::Ledger;
use crate::local::Local;
use crate::signal::Signal;
use crate::timers;
use purlin_heap::{Message, Pid, Term, am};

/// How many signals a slice of an ending process sends or drops.
const PORTION: usize = 1000;
/// A reason of fewer words is copied when it is sent.
const COPIED_WORDS_MIN: usize = 256;
/// At most about so many words are kept in copies.
const COPIED_WORDS_MAX: usize = 1 << 27;

impl Process {
    /// Makes a process that has ended unreachable.
    pub(crate) fn begin_end(&mut self, local: &Local) {
        debug_assert!(self.is_ending());
        let shared = self.shared_apart();
        let vm = local.vm();
        self.flags.set(Flags::CLOSED, true);
        shared.set_exiting();
        vm.names().end(self.pid_word(), &shared.name);
        if let Some(rare) = self.rare_if_any()
            && let Some((_, Some(key))) = rare.deadline.take()
        {
            vm.cancel_wake(key);
        }
        if self.flags.has(Flags::CHECKS_CODE) {
            self.answer_code_checks(local);
        }
        if self.flags.has(Flags::BLOCKS_OTHERS) {
            vm.unblock_all_of(self.pid());
        }
        self.mailbox.close(&shared.incoming);
        self.end_limits(local);
        vm.processes().remove(&mut local.slots.borrow_mut(), self.pid());
        vm.tell_end(self);
        if self.flags.has(Flags::REPORTS_HEAP) {
            self.report_heap(local);
        }
        self.report_end(local);
    }

    /// Tells some of those who have to know; true when all do and the memory can be freed.
    pub(crate) fn go_on_ending(&mut self, local: &Local) -> bool {
        for _ in 0..PORTION {
            let more = self.end_link(local)
                || self.end_monitor(local)
                || self.end_suspension(local)
                || self.end_timer(local)
                || self.refuse_signal(local);
            if !more {
                return true;
            }
        }
        false
    }

    /// Whether the reason is to be copied before others are told of the end, because that may take long.
    pub(crate) fn wants_copied_reasons(&self) -> bool {
        self.exception.reason.is_pointer() && !self.flags.has(Flags::REASONS_COPIED) && self.told_count() > 0
    }

    /// How many are going to be told why it has ended, as far as is known.
    fn told_count(&self) -> usize {
        self.links.active().count() + self.rare().map_or(0, |rare| rare.monitors.watchers.iter().count())
    }

    /// Copies the reason for those who have to know, if it is large. Others may have their turn meanwhile: nobody knows of the
    /// end yet.
    pub(crate) fn copy_reasons(&mut self) {
        self.flags.set(Flags::REASONS_COPIED, true);
        let (told, mut copies, mut words) = (self.told_count(), Vec::new(), 0);
        while copies.len() < told && words <= COPIED_WORDS_MAX {
            // SAFETY: the reason is a term of the heap, which is not collected any more.
            let copy = Message::copy_of(unsafe { self.heap.term(self.exception.reason) });
            if copy.words() < COPIED_WORDS_MIN {
                return;
            }
            words += copy.words();
            copies.push(copy);
        }
        self.rare_mut().reasons = copies;
    }

    /// Why it has ended, to be sent on.
    fn reason(&mut self) -> Message {
        if let Some(copy) = self.rare_if_any().and_then(|rare| rare.reasons.pop()) {
            return copy;
        }
        // SAFETY: the reason is a term of the heap, which is not collected any more.
        Message::copy_of(unsafe { self.heap.term(self.exception.reason) })
    }

    fn end_link(&mut self, local: &Local) -> bool {
        let Some((to, link)) = self.links.pop() else { return false };
        if link == Link::Active {
            let _ = local.deliver(to, Signal::LinkExit { from: self.pid(), reason: self.reason() });
        }
        true
    }

    fn end_monitor(&mut self, local: &Local) -> bool {
        let Some(rare) = self.rare_if_any() else { return false };
        if let Some((number, watcher)) = rare.monitors.watchers.pop() {
            let _ = local.deliver(watcher, Signal::Down { number, reason: self.reason() });
            return true;
        }
        let Some((number, monitor)) = rare.monitors.own.pop() else { return false };
        if let Some(target) = monitor.target {
            let _ = local.deliver(target, Signal::Demonitor { number });
        }
        true
    }

    /// Whom it had suspended runs on.
    fn end_suspension(&mut self, local: &Local) -> bool {
        let Some((pid, count)) = self.rare_if_any().and_then(|rare| rare.suspending.pop()) else {
            return false;
        };
        for _ in 0..count {
            let _ = local.deliver(Pid(pid), Signal::Resume);
        }
        true
    }

    /// Nobody waits for the timers that it has set for itself.
    fn end_timer(&mut self, local: &Local) -> bool {
        let Some(number) = self.rare_if_any().and_then(|rare| rare.timers.pop()) else { return false };
        let _ = timers::cancel(local, number);
        true
    }

    /// What came too late is answered as by a process that never was.
    fn refuse_signal(&mut self, local: &Local) -> bool {
        let Some(signal) = self.mailbox.pop_left() else {
            self.shared().ledger().into_iter().for_each(Ledger::settle);
            return false;
        };
        if let Some(ledger) = self.shared().ledger() {
            ledger.count_out(signal.bytes());
        }
        local.refuse(self.pid(), signal);
        true
    }
}

impl Local {
    /// Answers a signal that `to` cannot take, because it has ended.
    pub(crate) fn refuse(&self, to: Pid, signal: Signal) {
        let noproc = || Message::copy_of(Term::atom(am::noproc));
        let _ = match signal {
            Signal::Link { from } => self.deliver(from, Signal::LinkExit { from: to, reason: noproc() }),
            Signal::Unlink { from, id } => self.deliver(from, Signal::UnlinkAck { from: to, id }),
            Signal::Monitor { number, watcher } => {
                self.deliver(watcher, Signal::Down { number, reason: noproc() })
            }
            Signal::Collect(collect) => self.deliver(collect.from, Signal::message(collect.told(false))),
            Signal::Request(request) => {
                request.refuse(self);
                Ok(())
            }
            Signal::CheckCode(check) => {
                check.answer(self, to, false);
                Ok(())
            }
            _ => Ok(()),
        };
    }
}
