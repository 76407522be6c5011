//! Spans of 64 KB pages: the coarse allocator of a range. Free neighbours are joined; the best fit is taken.

use std::collections::{BTreeMap, BTreeSet};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::reserve::{self, RANGES, Range};
use super::sanitizer;
use crate::word::Word;

/// Bytes in a page.
pub const PAGE: usize = 1 << 16;
/// Words in a page.
pub const PAGE_WORDS: usize = PAGE / size_of::<Word>();
/// Pages that become usable first.
const FIRST_STEP: usize = 32;
/// So many are on small pages of the system, so that a short program, or a thousand processes, do not pay for huge ones.
const ON_SMALL_PAGES: usize = 128;
/// The most pages that become usable in one step.
const STEP_MAX: usize = 1024;
/// Free pages that keep their memory. What is freed beyond them goes back to the system.
const WARM_MAX: usize = 1024;
/// So many are given back at once: a huge page of the system, as a whole where all of it waits for that. That takes some
/// hundredths of a millisecond then. Parts of it take up to a tenth, because the system takes it apart first.
const TRIM: usize = 32;
/// So many spans that wait to be given back are looked at by who needs one.
const DIRTY_SEEN: usize = 32;

/// How many pages wait to be given back.
static DIRTY: AtomicUsize = AtomicUsize::new(0);

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
    /// Spans that nobody uses and whose memory has not been given back yet: first page to length.
    dirty: BTreeMap<usize, usize>,
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
    let found = spans.take_free(pages, alignment).or_else(|| spans.take_dirty(pages, alignment));
    let page = found.unwrap_or_else(|| spans.extend(start, size, pages, alignment));
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
    let mut spans = SPANS[range as usize].lock();
    if spans.warm + pages <= WARM_MAX {
        return spans.put_free(page, Span { length: pages, warm: pages });
    }
    spans.put_dirty(page, pages);
}

/// How many bytes of the range are in use, in whole pages.
pub fn used_bytes(range: Range) -> usize {
    let spans = SPANS[range as usize].lock();
    let free: usize = spans.free.values().map(|span| span.length).sum();
    let dirty: usize = spans.dirty.values().sum();
    (spans.frontier - free - dirty) * PAGE
}

/// Gives a part of what was freed back to the system: see [`super::trim`].
#[inline]
pub fn trim() -> bool {
    DIRTY.load(Ordering::Relaxed) > 0 && trim_some()
}

#[cold]
fn trim_some() -> bool {
    let mut left = TRIM;
    for range in Range::ALL.into_iter().rev() {
        while left > 0 {
            let cut = SPANS[range as usize].lock().next_dirty();
            let Some((page, pages)) = cut else { break };
            // SAFETY: of a span that was freed; it is not free for others yet.
            unsafe { give_back(range, page, pages) };
            left = left.saturating_sub(pages);
        }
    }
    left < TRIM
}

/// Gives the memory of pages back to the system, and then the pages to whoever wants them.
///
/// # Safety
/// They are committed, not free, and nobody uses them.
unsafe fn give_back(range: Range, page: usize, pages: usize) {
    let (start, _) = reserve::reserve(range);
    // SAFETY: as promised; ranges do not start at 0.
    unsafe {
        reserve::discard(NonNull::new_unchecked((start + page * PAGE) as *mut Word), pages * PAGE);
    }
    SPANS[range as usize].lock().put_free(page, Span { length: pages, warm: 0 });
}

impl Spans {
    const fn new() -> Spans {
        Spans {
            frontier: 0,
            committed: 0,
            free: BTreeMap::new(),
            by_length: BTreeSet::new(),
            warm: 0,
            dirty: BTreeMap::new(),
        }
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

    /// As [`Spans::take_free`], from the end of a span that waits to be given back.
    fn take_dirty(&mut self, pages: usize, alignment: usize) -> Option<usize> {
        let page_in = |(&first, &length): (&usize, &usize)| {
            let page = (first + length).checked_sub(pages)? / alignment * alignment;
            (page >= first).then_some((first, page))
        };
        let (first, page) = self.dirty.iter().rev().take(DIRTY_SEEN).find_map(page_in)?;
        self.cut_dirty(first, page, page + pages);
        Some(page)
    }

    /// The last of the pages that wait to be given back, as many as are next to each other in one huge page.
    fn next_dirty(&mut self) -> Option<(usize, usize)> {
        let (&first, &length) = self.dirty.last_key_value()?;
        let end = first + length;
        let page = first.max((end - 1) / TRIM * TRIM);
        self.cut_dirty(first, page, end);
        Some((page, end - page))
    }

    /// Takes the pages from `from` up to `to` out of the dirty span that begins at `first`.
    fn cut_dirty(&mut self, first: usize, from: usize, to: usize) {
        let end = first + self.dirty.remove(&first).expect("a dirty span");
        for (first, end) in [(first, from), (to, end)] {
            if first < end {
                self.dirty.insert(first, end - first);
            }
        }
        DIRTY.fetch_sub(to - from, Ordering::Relaxed);
    }

    /// Adds a span that is to be given back, joined with such neighbours, so that as many huge pages as possible are given back
    /// as a whole.
    fn put_dirty(&mut self, first: usize, pages: usize) {
        DIRTY.fetch_add(pages, Ordering::Relaxed);
        let (mut first, mut length) = (first, pages);
        if let Some((&before, &other)) = self.dirty.range(..first).next_back()
            && before + other == first
        {
            (first, length) = (before, length + other);
        }
        length += self.dirty.remove(&(first + length)).unwrap_or(0);
        self.dirty.insert(first, length);
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
            reserve::commit(start + self.committed * PAGE, step * PAGE, self.committed >= ON_SMALL_PAGES);
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

    #[test]
    fn what_is_not_warm_waits_and_can_be_used_meanwhile() {
        let mut spans = Spans::new();
        for (first, pages) in [(64, 50), (0, 10), (118, 46), (114, 4)] {
            spans.put_dirty(first, pages);
        }
        assert_eq!(spans.dirty.iter().collect::<Vec<_>>(), [(&0, &10), (&64, &100)]);
        assert_eq!(spans.take_dirty(4, 1), Some(160));
        assert_eq!(spans.take_dirty(16, 32), Some(128));
        assert_eq!(spans.take_dirty(200, 1), None);
        assert_eq!(spans.next_dirty(), Some((144, 16)));
        assert_eq!(spans.next_dirty(), Some((96, 32)), "all of a huge page");
        assert_eq!(spans.next_dirty(), Some((64, 32)));
        assert_eq!(spans.next_dirty(), Some((0, 10)));
        assert_eq!(spans.next_dirty(), None);
    }
}
