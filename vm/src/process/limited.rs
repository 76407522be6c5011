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

/// What a limited process holds beside its heap, as it was when it was counted last.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counted {
    messages: usize,
    message_words: usize,
    /// What [`Heap::shared_bytes_bound`] was when the shared bytes were counted.
    shared_bound: usize,
    shared_bytes: usize,
}

impl Process {
    /// A message has been taken out of the mailbox.
    #[cold]
    pub(crate) fn count_taken(&self, local: &Local, fragment: Option<&Fragment>) {
        if let Some(ledger) = self.shared().ledger() {
            let bytes = message_bytes(fragment);
            ledger.count_message_out(bytes, |sender| local.nudge(sender));
        }
    }

    #[inline]
    fn is_limited(&self) -> bool {
        self.shared().ledger().is_some()
            || self.rare().is_some_and(|rare| rare.settings.max_heap_size.is_some())
    }

    /// After a collection of the young part: whether the process will end by [`Process::check_limits`], if no more is collected.
    #[inline]
    pub(super) fn seems_over_limit(&mut self, collected: Result<(), OverLimit>) -> bool {
        self.is_limited() && self.seems_over_any_limit(collected)
    }

    #[cold]
    fn seems_over_any_limit(&mut self, collected: Result<(), OverLimit>) -> bool {
        let limit = self.max_heap_size();
        let is_over = limit.words != 0 && limit.kill && self.words_to_limit(collected, false) > limit.words;
        self.count_shared_bytes(false);
        let held = self.bytes_for_tree();
        is_over || self.shared().ledger().is_some_and(|ledger| !ledger.has_room(held))
    }

    /// After a collection: whether the process holds more than it may, or its tree does and it has grown.
    #[inline]
    pub(super) fn check_limits(&mut self, collected: Result<(), OverLimit>) -> Result<(), OverLimit> {
        if self.is_limited() { self.check_all_limits(collected) } else { collected }
    }

    #[cold]
    fn check_all_limits(&mut self, collected: Result<(), OverLimit>) -> Result<(), OverLimit> {
        self.check_heap(collected)?;
        self.count_shared_bytes(false);
        let held = self.bytes_for_tree();
        if self.shared().ledger().is_some_and(|ledger| !ledger.has_room(held)) {
            self.count_shared_bytes(true);
        }
        if self.tell_tree() { Ok(()) } else { Err(OverLimit { words: self.heap.total_words(), limit: 0 }) }
    }

    /// `max_heap_size`
    fn check_heap(&mut self, collected: Result<(), OverLimit>) -> Result<(), OverLimit> {
        let limit = self.max_heap_size();
        if limit.words == 0 {
            return collected;
        }
        if self.words_to_limit(collected, false) <= limit.words {
            return Ok(());
        }
        let words = self.words_to_limit(collected, true);
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

    /// The words that `max_heap_size` limits.
    fn words_to_limit(&mut self, collected: Result<(), OverLimit>, exactly: bool) -> u64 {
        let mut words = self.heap.held_words();
        if !self.flags.has(Flags::OFF_HEAP_MESSAGES) {
            words += self.count_mailbox(exactly);
        }
        if self.max_heap_size().shared_binaries {
            words += self.count_shared_bytes(exactly) / WORD_BYTES;
        }
        words.max(collected.err().map_or(0, |over| over.words)) as u64
    }

    /// Words of the messages that it has taken in. To count them takes as long as there are messages, so a collection goes by
    /// what was counted last while their number has changed by an eighth at most, unless it is to be exact.
    fn count_mailbox(&mut self, exactly: bool) -> usize {
        let messages = self.mailbox.len();
        let Counted { messages: before, message_words, .. } = self.rare_mut().counted;
        if !exactly && messages.abs_diff(before) <= before / 8 {
            return message_words;
        }
        let message_words = self.mailbox.words();
        let counted = &mut self.rare_mut().counted;
        (counted.messages, counted.message_words) = (messages, message_words);
        message_words
    }

    /// Shared bytes that its heap refers to, which its tree is going to be told of. To find those that stand in many places takes
    /// as long as there are references, so it is known exactly when that is wished or their number may have doubled; in
    /// between what is new counts for each reference.
    fn count_shared_bytes(&mut self, exactly: bool) -> usize {
        let bound = self.heap.shared_bytes_bound();
        let Counted { shared_bound: before, shared_bytes, .. } = self.rare_mut().counted;
        let bytes = if exactly || bound > 2 * before || bound < before / 2 {
            let bytes = self.heap.shared_bytes_held();
            let counted = &mut self.rare_mut().counted;
            (counted.shared_bound, counted.shared_bytes) = (bound, bytes);
            bytes
        } else {
            (shared_bytes + bound.saturating_sub(before)).min(bound)
        };
        if let Some(ledger) = self.shared().ledger() {
            ledger.set_outside(bytes as u64);
        }
        bytes
    }

    /// Tells the tree what the process holds. False when it has grown and the tree has too much: it is to end.
    fn tell_tree(&self) -> bool {
        let Some(ledger) = self.shared().ledger() else { return true };
        let is_within = ledger.tell(self.bytes_for_tree());
        if !is_within {
            ledger.set_over(Fatal::Memory);
        }
        is_within
    }

    /// What it holds, without its mailbox and what is outside of its heap.
    fn bytes_for_tree(&self) -> u64 {
        let side = self.rare().map_or(0, |rare| size_of::<Rare>() + rare.monitors.bytes());
        held_bytes(&self.heap) + (side + self.links.bytes() + self.dictionary.bytes()) as u64
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
    #[cold]
    pub(crate) fn rest_limited(&mut self, local: &Local) -> bool {
        if self.flags.has(Flags::REPORTS_HEAP) {
            self.report_heap(local);
        }
        self.shared().ledger().is_none() || self.rest_within_limits()
    }

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
