//! Spans of 64 KB pages: the coarse allocator of a range. Free neighbours are joined; the best fit is taken.

use std::collections::{BTreeMap, BTreeSet};
use std::ptr::NonNull;

use parking_lot::Mutex;

use super::reserve::{self, RANGES, Range};
use super::sanitizer;
use crate::word::Word;

/// Bytes in a page.
pub const PAGE: usize = 1 << 16;
/// Words in a page.
pub const PAGE_WORDS: usize = PAGE / size_of::<Word>();
/// Pages that become usable first, on small pages, so that a short program does not pay for huge ones.
const FIRST_STEP: usize = 32;
/// The most pages that become usable in one step.
const STEP_MAX: usize = 1024;
/// Free pages that keep their memory. What is freed beyond them goes back to the system.
const WARM_MAX: usize = 1024;

static SPANS: [Mutex<Spans>; RANGES] = [const { Mutex::new(Spans::new()) }; RANGES];

/// The pages of one range, by number from its start.
struct Spans {
    /// Pages below are in use or free; above they were never used.
    frontier: usize,
    /// Pages below are readable and writable.
    committed: usize,
    /// Free spans: first page to length and how many pages in it may still have memory.
    free: BTreeMap<usize, Span>,
    /// The same spans as (length, first page).
    by_length: BTreeSet<(usize, usize)>,
    /// The sum of what the free spans call warm.
    warm: usize,
}

#[derive(Clone, Copy)]
struct Span {
    length: usize,
    warm: usize,
}

/// A span of `pages` pages whose first page's number is a multiple of `alignment`, a power of two.
pub fn allocate(range: Range, pages: usize, alignment: usize) -> NonNull<Word> {
    let (start, size) = reserve::reserve(range);
    let mut spans = SPANS[range as usize].lock();
    let page = match spans.take_free(pages, alignment) {
        Some(page) => page,
        None => spans.extend(start, size, pages, alignment),
    };
    let at = NonNull::new((start + page * PAGE) as *mut Word).expect("ranges do not start at 0");
    // SAFETY: the pages are committed, and the caller's alone.
    unsafe { sanitizer::allow(at, pages * PAGE_WORDS) };
    at
}

/// Gives a span back.
///
/// # Safety
/// `at` came from [`allocate`] with the same `range` and `pages`, and nobody uses it any more.
pub unsafe fn free(range: Range, at: NonNull<Word>, pages: usize) {
    // SAFETY: as promised, pages that nobody uses.
    unsafe { sanitizer::forbid(at, pages * PAGE_WORDS, 0) };
    let (start, _) = reserve::reserve(range);
    let page = (at.as_ptr() as usize - start) / PAGE;
    let keep = SPANS[range as usize].lock().warm + pages <= WARM_MAX;
    if !keep {
        // SAFETY: whole pages of a committed span that nobody uses; it is not free for others yet.
        unsafe { reserve::discard(at, pages * PAGE) };
    }
    SPANS[range as usize].lock().put_free(page, Span { length: pages, warm: if keep { pages } else { 0 } });
}

impl Spans {
    const fn new() -> Spans {
        Spans { frontier: 0, committed: 0, free: BTreeMap::new(), by_length: BTreeSet::new(), warm: 0 }
    }

    /// The first page of the shortest free span that will do, cut to size.
    fn take_free(&mut self, pages: usize, alignment: usize) -> Option<usize> {
        let (length, first) = self.by_length.range((pages, 0)..).copied().find(|&(length, first)| {
            let aligned = first.next_multiple_of(alignment);
            aligned + pages <= first + length
        })?;
        let span = self.remove(first, length);
        let page = first.next_multiple_of(alignment);
        let (before, after) = (page - first, first + length - (page + pages));
        let left = span.warm.saturating_sub(pages);
        if before > 0 {
            self.put_free(first, Span { length: before, warm: left.min(before) });
        }
        if after > 0 {
            let warm = left.saturating_sub(before).min(after);
            self.put_free(page + pages, Span { length: after, warm });
        }
        Some(page)
    }

    /// Pages that were never used. `start` and `size` are the range's, in bytes.
    fn extend(&mut self, start: usize, size: usize, pages: usize, alignment: usize) -> usize {
        let page = self.frontier.next_multiple_of(alignment);
        let end = page + pages;
        if end > size / PAGE {
            crate::memory::exhausted(pages * PAGE);
        }
        while self.committed < end {
            let step = self.committed.clamp(FIRST_STEP, STEP_MAX).max(end - self.committed);
            let step = step.next_multiple_of(FIRST_STEP).min(size / PAGE - self.committed);
            reserve::commit(start + self.committed * PAGE, step * PAGE, self.committed > 0);
            self.committed += step;
        }
        if page > self.frontier {
            self.put_free(self.frontier, Span { length: page - self.frontier, warm: 0 });
        }
        self.frontier = end;
        page
    }

    /// Adds a free span, joined with its free neighbours.
    fn put_free(&mut self, first: usize, span: Span) {
        let (mut first, mut span) = (first, span);
        self.warm += span.warm;
        if let Some((&before, &other)) = self.free.range(..first).next_back()
            && before + other.length == first
        {
            self.remove(before, other.length);
            self.warm += other.warm;
            (first, span) = (before, span.join(other));
        }
        if let Some(&other) = self.free.get(&(first + span.length)) {
            self.remove(first + span.length, other.length);
            self.warm += other.warm;
            span = span.join(other);
        }
        self.free.insert(first, span);
        self.by_length.insert((span.length, first));
    }

    fn remove(&mut self, first: usize, length: usize) -> Span {
        self.by_length.remove(&(length, first));
        let span = self.free.remove(&first).expect("both indices hold the same spans");
        self.warm -= span.warm;
        span
    }
}

impl Span {
    fn join(self, other: Span) -> Span {
        Span { length: self.length + other.length, warm: self.warm + other.warm }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_spans_join_and_are_cut() {
        let mut spans = Spans::new();
        for first in [0, 8, 4, 12] {
            spans.put_free(first, Span { length: 4, warm: 4 });
        }
        assert_eq!((spans.free.len(), spans.warm), (1, 16));
        assert_eq!(spans.take_free(3, 1), Some(0));
        assert_eq!(spans.take_free(4, 4), Some(4));
        assert_eq!(spans.free.len(), 2);
        assert_eq!(spans.take_free(9, 1), None);
        assert_eq!(spans.take_free(1, 1), Some(3));
        assert_eq!(spans.warm, 8);
    }
}
