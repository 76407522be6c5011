//! What a process does about its limits: it adds up what it holds, ends or reports when that is too much, and waits for
//! its turn. See `docs/limits.md`.

use super::{ControlBlock, Flags, Process, Rare};
use crate::executor::Timer;
use crate::limits::{Fatal, Ledger};
use crate::local::Local;
use crate::native::Class;
use crate::signal::message_bytes;
use purlin_heap::word::Word;
use purlin_heap::{Build, Fragment, Heap, Message, OverLimit, Term, am};

const WORD_BYTES: usize = size_of::<Word>();

/// What a process with this heap and nothing else holds.
pub(super) fn held_bytes(heap: &Heap) -> u64 {
    (size_of::<ControlBlock>() + size_of::<Ledger>() + heap.held_words() * WORD_BYTES) as u64
}

impl Process {
    /// A message has been taken out of the mailbox.
    #[cold]
    pub(crate) fn count_taken(&self, local: &Local, fragment: Option<&Fragment>) {
        if let Some(ledger) = self.shared().ledger() {
            let bytes = message_bytes(fragment.map_or(0, Fragment::words));
            ledger.count_message_out(bytes, |sender| local.nudge(sender));
        }
    }

    /// After a collection: whether the process holds more than it may, or its tree does and it has grown.
    #[inline]
    pub(super) fn check_limits(&mut self, collected: Result<(), OverLimit>) -> Result<(), OverLimit> {
        let is_limited = self.shared().ledger().is_some()
            || self.rare().is_some_and(|rare| rare.settings.max_heap_size.is_some());
        if is_limited { self.check_all_limits(collected) } else { collected }
    }

    #[cold]
    fn check_all_limits(&mut self, collected: Result<(), OverLimit>) -> Result<(), OverLimit> {
        let shared_bytes = self.heap.shared_bytes_held();
        if let Some(ledger) = self.shared().ledger() {
            ledger.set_outside(shared_bytes as u64);
        }
        self.check_heap(collected, shared_bytes)?;
        if self.tell_tree() { Ok(()) } else { Err(OverLimit { words: self.heap.total_words(), limit: 0 }) }
    }

    /// `max_heap_size`
    fn check_heap(&mut self, collected: Result<(), OverLimit>, shared_bytes: usize) -> Result<(), OverLimit> {
        let limit = self.max_heap_size();
        if limit.words == 0 {
            return collected;
        }
        let mut words = self.heap.held_words() as u64;
        if !self.flags.has(Flags::OFF_HEAP_MESSAGES) {
            words += self.mailbox.words() as u64;
        }
        if limit.shared_binaries {
            words += (shared_bytes / WORD_BYTES) as u64;
        }
        if let Err(over) = collected {
            words = words.max(over.words as u64);
        }
        if words <= limit.words {
            return Ok(());
        }
        if limit.log {
            self.flags.set(Flags::REPORTS_HEAP, true);
            self.rare_mut().held_words = words;
        }
        let over = OverLimit { words: words as usize, limit: limit.words as usize };
        if limit.kill { Err(over) } else { Ok(()) }
    }

    /// Tells the tree what the process holds. False when it has grown and the tree has too much: it is to end.
    fn tell_tree(&self) -> bool {
        let Some(ledger) = self.shared().ledger() else { return true };
        let side = self.rare().map_or(0, |rare| size_of::<Rare>() + rare.monitors.bytes());
        let tables = (side + self.links.bytes() + self.dictionary.bytes()) as u64;
        let is_within = ledger.tell(held_bytes(&self.heap) + tables);
        if !is_within {
            ledger.set_over(Fatal::Memory);
        }
        is_within
    }

    /// It is interrupted in the midst of work, which may have taken memory.
    #[inline]
    pub(crate) fn note_growth(&self) {
        if self.shared().ledger().is_some() {
            self.tell_tree();
        }
    }

    /// Ends it because of a limit: its own, or one that the process does not know of but its ledger does.
    #[cold]
    pub(crate) fn end_over_limit(&mut self) {
        let Some(limit) = self.shared().ledger().and_then(Ledger::over) else { return self.end_killed() };
        let reason = Message::build(|b| b.tuple(&[Term::atom(am::limit), Term::atom(limit.atom())]));
        let reason = self.heap.attach(reason).word();
        self.end_with(Class::Exit, reason);
    }

    /// It is unreachable now, and counts no more.
    pub(super) fn end_limits(&mut self, local: &Local) {
        if let Some(ledger) = self.shared().ledger() {
            ledger.end(|sender| local.nudge(sender));
        }
        self.give_place_back(local, None);
    }

    /// At the start of a slice, unless it was interrupted.
    #[cold]
    pub(crate) fn begin_limited_slice(&mut self, local: &Local) {
        let Some(ledger) = self.shared_apart().ledger() else { return };
        if self.is_ending() {
            return;
        }
        // A process that was killed in the midst of work ends by that signal.
        let is_sound = !self.flags.has(Flags::GIVEN_UP);
        if ledger.over().is_some() || is_sound && !self.tell_tree() {
            return self.end_over_limit();
        }
        if ledger.has_rate() && !self.flags.has(Flags::THROTTLED) {
            let now_ns = local.vm().monotonic_ns();
            if let Some(opens_ns) = ledger.reserve(now_ns) {
                self.flags.set(Flags::THROTTLED, true);
                local.set_timer(opens_ns, Timer::Wake(self.pid()));
            }
        }
    }

    /// Before it sleeps. False when it has ended instead.
    #[inline]
    pub(crate) fn rest_limited(&mut self, local: &Local) -> bool {
        if self.flags.has(Flags::REPORTS_HEAP) {
            self.report_heap(local);
        }
        self.shared().ledger().is_none() || self.rest_within_limits()
    }

    #[cold]
    fn rest_within_limits(&mut self) -> bool {
        self.tell_tree();
        if self.shared().ledger().and_then(Ledger::over).is_some() {
            self.end_over_limit();
        }
        !self.is_ending()
    }

    /// Whether it must not run now.
    pub(crate) fn is_held(&mut self, local: &Local) -> bool {
        if self.flags.has(Flags::THROTTLED) {
            let is_early = |ledger: &Ledger| ledger.is_early(local.vm().monotonic_ns());
            let waits = self.shared().ledger().is_some_and(is_early);
            self.flags.set(Flags::THROTTLED, waits);
        }
        if self.flags.has(Flags::SENDING) {
            let sending = self.rare().and_then(|rare| rare.sending);
            let waits = sending.is_some_and(|(to, ticket)| {
                local.with_ledger(to, |ledger| ledger.is_waiting(ticket)) == Some(true)
            });
            self.flags.set(Flags::SENDING, waits);
        }
        self.flags.has_any(Flags::HELD)
    }
}

impl Local {
    /// Looks at what is written down about a process, if it lives and is limited.
    pub(crate) fn with_ledger<R>(&self, pid: purlin_heap::Pid, look: impl FnOnce(&Ledger) -> R) -> Option<R> {
        let guard = self.pin();
        let ledger = self.vm().processes().lookup(pid, &guard)?.shared().ledger()?;
        Some(look(ledger))
    }

    /// Has a process look whether what it waits for has come. Unlike [`Local::wake`] it is not lost on one that is just
    /// going to sleep.
    pub(crate) fn nudge(&self, pid: purlin_heap::Pid) {
        let _ = self.deliver(pid, crate::signal::Signal::Nudge);
    }
}
