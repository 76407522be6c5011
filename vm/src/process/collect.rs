//! The roots of a process, for the collector of its heap.

use super::Process;
use purlin_heap::word::Word;
use purlin_heap::{OverLimit, Roots};
use std::slice;
use std::time::Instant;
use tracing::Level;

/// How thorough a collection is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// As the heap sees fit.
    Usual,
    /// All generations.
    Major,
    /// All generations, and then as little memory as possible.
    Hibernate,
}

impl Process {
    /// Collects garbage so that `need_words` words are free. All terms of the process that are not in its heap,
    /// its stack or `live_x` (and have not moved) are found here.
    pub fn collect(&mut self, need_words: usize, live_x: &mut [Word]) -> Result<(), OverLimit> {
        self.collect_with(need_words, live_x, Reach::Usual)
    }

    /// Collects the garbage of all generations.
    pub fn collect_major(&mut self, live_x: &mut [Word]) -> Result<(), OverLimit> {
        self.collect_with(0, live_x, Reach::Major)
    }

    /// Collects garbage and keeps as little memory as possible.
    pub fn hibernate(&mut self, live_x: &mut [Word]) -> Result<(), OverLimit> {
        self.collect_with(0, live_x, Reach::Hibernate)
    }

    /// Brings frozen frames of the stack back, and returns where to go on: see [`purlin_heap::Heap::underflow`].
    pub fn underflow(&mut self, live_x: &mut [Word]) -> Result<Word, OverLimit> {
        self.with_roots(live_x, |heap, roots| heap.underflow(roots))
    }

    fn collect_with(
        &mut self,
        need_words: usize,
        live_x: &mut [Word],
        reach: Reach,
    ) -> Result<(), OverLimit> {
        let mut collected = self.collect_once(need_words, live_x, reach);
        if reach == Reach::Usual && self.seems_over_limit(collected) {
            // What it has too much may be dead.
            collected = self.collect_once(need_words, live_x, Reach::Major);
        }
        self.check_limits(collected)
    }

    fn collect_once(
        &mut self,
        need_words: usize,
        live_x: &mut [Word],
        reach: Reach,
    ) -> Result<(), OverLimit> {
        if tracing::enabled!(Level::TRACE) {
            self.collect_and_tell(need_words, live_x, reach)
        } else {
            self.collect_silently(need_words, live_x, reach)
        }
    }

    fn collect_silently(
        &mut self,
        need_words: usize,
        live_x: &mut [Word],
        reach: Reach,
    ) -> Result<(), OverLimit> {
        self.with_roots(live_x, |heap, roots| match reach {
            Reach::Usual => heap.collect(need_words, roots),
            Reach::Major => heap.collect_major(need_words, roots),
            Reach::Hibernate => heap.hibernate(roots),
        })
    }

    /// As [`Process::collect_silently`], with an event that tells what it did and how long the process stood still.
    #[cold]
    fn collect_and_tell(
        &mut self,
        need_words: usize,
        live_x: &mut [Word],
        reach: Reach,
    ) -> Result<(), OverLimit> {
        let (before, start) = (self.heap.statistics(), Instant::now());
        let result = self.collect_silently(need_words, live_x, reach);
        let after = self.heap.statistics();
        tracing::trace!(
            process = ?self.pid(),
            minors = after.minors - before.minors,
            majors = after.majors - before.majors,
            reclaimed_words = after.reclaimed_words - before.reclaimed_words,
            old_words = self.heap.old_words(),
            total_words = self.heap.total_words(),
            pause_us = start.elapsed().as_micros(),
            "a collection"
        );
        result
    }

    fn with_roots<R>(
        &mut self,
        live_x: &mut [Word],
        work: impl FnOnce(&mut purlin_heap::Heap, &mut Roots<'_>) -> R,
    ) -> R {
        let exception = &mut self.exception;
        let mut extra: [&mut [Word]; 7] = [
            slice::from_mut(&mut exception.class),
            slice::from_mut(&mut exception.reason),
            slice::from_mut(&mut exception.trace),
            slice::from_mut(&mut self.group_leader),
            slice::from_mut(&mut self.parent),
            self.dictionary.words_mut(),
            self.saved.registers_mut(),
        ];
        let peeked = self.mailbox.looked_at();
        let (turn, slice) = (self.turn, self.slice);
        let mut tags = Vec::new();
        if let Some(rare) = &mut self.rare {
            tags = rare.monitors.tags_mut();
        }
        if tags.is_empty() {
            let mut roots = Roots { registers: live_x, extra: &mut extra, peeked, turn, slice };
            return work(&mut self.heap, &mut roots);
        }
        tags.extend(extra);
        let mut roots = Roots { registers: live_x, extra: &mut tags, peeked, turn, slice };
        work(&mut self.heap, &mut roots)
    }
}
