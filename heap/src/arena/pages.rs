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
/// So many are given back at once. That can take a tenth of a millisecond.
const TRIM: usize = 32;
/// So many spans that wait to be given back are looked at by who needs one.
const DIRTY_SEEN: usize = 32;

/// How many spans wait to be given back.
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
    /// Spans that nobody uses and whose memory has not been given back yet: first page and length.
    dirty: Vec<(usize, usize)>,
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
    spans.dirty.push((page, pages));
    DIRTY.fetch_add(1, Ordering::Relaxed);
}

/// How many bytes of the range are in use, in whole pages.
pub fn used_bytes(range: Range) -> usize {
    let spans = SPANS[range as usize].lock();
    let free: usize = spans.free.values().map(|span| span.length).sum();
    let dirty: usize = spans.dirty.iter().map(|&(_, length)| length).sum();
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
            let cut = SPANS[range as usize].lock().cut_dirty(left);
            let Some((page, pages)) = cut else { break };
            // SAFETY: of a span that was freed; it is not free for others yet.
            unsafe { give_back(range, page, pages) };
            left -= pages;
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
            dirty: Vec::new(),
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

    /// As [`Spans::take_free`], the end of a span that waits to be given back.
    fn take_dirty(&mut self, pages: usize, alignment: usize) -> Option<usize> {
        let fits = |&(first, length): &(usize, usize)| {
            length >= pages && (first + length - pages).is_multiple_of(alignment)
        };
        let unseen = self.dirty.len().saturating_sub(DIRTY_SEEN);
        let at = self.dirty[unseen..].iter().rposition(fits)?;
        Some(self.cut(unseen + at, pages).0)
    }

    /// Up to so many pages of a span that waits to be given back.
    fn cut_dirty(&mut self, pages_max: usize) -> Option<(usize, usize)> {
        let &(_, length) = self.dirty.last()?;
        Some(self.cut(self.dirty.len() - 1, length.min(pages_max)))
    }

    /// The last pages of a dirty span.
    fn cut(&mut self, at: usize, pages: usize) -> (usize, usize) {
        let (first, length) = &mut self.dirty[at];
        *length -= pages;
        let cut = (*first + *length, pages);
        if *length == 0 {
            self.dirty.swap_remove(at);
            DIRTY.fetch_sub(1, Ordering::Relaxed);
        }
        cut
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
        spans.dirty.extend([(0, 10), (64, 100)]);
        DIRTY.fetch_add(2, Ordering::Relaxed);
        assert_eq!(spans.take_dirty(4, 1), Some(160));
        assert_eq!(spans.take_dirty(32, 32), Some(128));
        assert_eq!(spans.take_dirty(200, 1), None);
        assert_eq!(spans.cut_dirty(TRIM), Some((96, 32)));
        assert_eq!(spans.cut_dirty(TRIM), Some((64, 32)));
        assert_eq!(spans.cut_dirty(4), Some((6, 4)));
        assert_eq!(spans.cut_dirty(TRIM), Some((0, 6)));
        assert_eq!(spans.cut_dirty(TRIM), None);
    }
}
