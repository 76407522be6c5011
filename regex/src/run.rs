//! Matching.

use std::any::Any;
use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{self, NonNull};
use std::sync::PoisonError;

use crate::ffi;
use crate::options::MatchFlags;
use crate::pattern::{Code, Pattern};

/// How often a match may look back, and how deep, unless the caller says so: PCRE2's own numbers.
pub const DEFAULT_LIMIT: u32 = 10_000_000;

/// What remembers where to look back to takes no more bytes of memory than this, unless the caller says so.
pub const DEFAULT_MEMORY_BYTES: usize = 256 << 20;

/// Up to so many bytes are searched by the code without callouts first.
const QUICK_BYTES_MAX: usize = 1 << 10;
/// So often that code may look back, from one start. What takes longer is begun anew with callouts.
const QUICK_LIMIT: u32 = 1000;

/// What is searched.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// Text: that it is UTF-8 need not be checked.
    Text(&'a str),
    /// Bytes. A pattern for UTF-8 has them checked, from where the search begins.
    Bytes(&'a [u8]),
}

impl<'a> Subject<'a> {
    fn bytes(self) -> &'a [u8] {
        match self {
            Subject::Text(text) => text.as_bytes(),
            Subject::Bytes(bytes) => bytes,
        }
    }

    /// What spares PCRE2 the check. It takes on trust, then, that the search begins at a character, too.
    fn check_flag(self, start: usize) -> u32 {
        match self {
            Subject::Text(text) if text.is_char_boundary(start) => ffi::PCRE2_NO_UTF_CHECK,
            _ => 0,
        }
    }
}

/// How much a match may do.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How often it looks back, from one start.
    pub matches: u32,
    /// How deep.
    pub depth: u32,
    /// How many bytes it remembers where to look back to in. When they do not suffice, that is a matter of
    /// [`Failure::MatchLimit`].
    pub memory_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { matches: DEFAULT_LIMIT, depth: DEFAULT_LIMIT, memory_bytes: DEFAULT_MEMORY_BYTES }
    }
}

/// Why it is not known whether there is a match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// It would look back too often, or remember too much.
    MatchLimit,
    /// It would look back too deep.
    DepthLimit,
    /// The pattern calls itself for ever.
    Loop,
    /// The subject is no UTF-8.
    Text,
    /// The search begins behind the end, or within a character.
    Start,
    /// There is not so much memory.
    Memory,
    /// Something else, by PCRE2's number.
    Other(i32),
}

impl Failure {
    fn from_number(number: c_int) -> Failure {
        match number {
            ffi::PCRE2_ERROR_MATCHLIMIT | ffi::PCRE2_ERROR_HEAPLIMIT => Failure::MatchLimit,
            ffi::PCRE2_ERROR_DEPTHLIMIT => Failure::DepthLimit,
            ffi::PCRE2_ERROR_RECURSELOOP => Failure::Loop,
            ffi::PCRE2_ERROR_UTF8_ERR21..=ffi::PCRE2_ERROR_UTF8_ERR1 => Failure::Text,
            ffi::PCRE2_ERROR_BADUTFOFFSET | ffi::PCRE2_ERROR_BADOFFSET => Failure::Start,
            ffi::PCRE2_ERROR_NOMEMORY => Failure::Memory,
            other => Failure::Other(other),
        }
    }
}

impl Pattern {
    /// Looks for the first match that begins at `start` or later.
    ///
    /// `charge` is told of steps that have been done, some nanoseconds each, at the latest every few thousand of them,
    /// but for one pass over the subject: a single item of a pattern, as `.*`, is not interrupted. It may unwind; so
    /// does this function, then, and nothing is lost.
    pub fn run(
        &self,
        subject: Subject<'_>,
        start: usize,
        flags: MatchFlags,
        limits: Limits,
        charge: &mut dyn FnMut(usize),
    ) -> Result<Option<Captures<'_>>, Failure> {
        let left = subject.bytes().len().checked_sub(start).ok_or(Failure::Start)?;
        let mut scratch = self.scratch();
        if left <= QUICK_BYTES_MAX {
            let quick = Limits { matches: limits.matches.min(QUICK_LIMIT), ..limits };
            let result = scratch.run(&self.code, subject, start, flags, quick, None);
            charge(STEPS_PER_RUN + left / BYTES_PER_STEP);
            if result != ffi::PCRE2_ERROR_MATCHLIMIT || quick.matches == limits.matches {
                return self.found(scratch, result);
            }
        }
        let code = self.paced().unwrap_or(&self.code);
        let mut pacer = Pacer { steps: STEPS_PER_RUN, position: start, charge, unwound: None };
        let result = scratch.run(code, subject, start, flags, limits, Some(&mut pacer));
        match pacer.unwound {
            Some(payload) => resume_unwind(payload),
            None => {
                (pacer.charge)(pacer.steps);
                self.found(scratch, result)
            }
        }
    }

    fn found(&self, scratch: Scratch, result: c_int) -> Result<Option<Captures<'_>>, Failure> {
        let captures =
            Captures { scratch: Some(scratch), count: usize::try_from(result).unwrap_or(0), pattern: self };
        match result {
            1.. => Ok(Some(captures)),
            ffi::PCRE2_ERROR_NOMATCH => Ok(None),
            failure => Err(Failure::from_number(failure)),
        }
    }

    fn scratch(&self) -> Scratch {
        let spare = self.spare.try_lock().ok().and_then(|mut spare| spare.take());
        spare.unwrap_or_else(|| Scratch::new(self.group_count() + 1))
    }
}

/// Where a pattern and its groups were found.
pub struct Captures<'p> {
    /// There until it is dropped.
    scratch: Option<Scratch>,
    count: usize,
    pattern: &'p Pattern,
}

impl Captures<'_> {
    /// One more than the number of the last group that was found.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Where a group begins and ends, the whole match being group 0. Nothing, when it has no part in the match.
    pub fn place(&self, group: usize) -> Option<(usize, usize)> {
        let &[start, end] = self.scratch.as_ref()?.places().get(2 * group..2 * group + 2)? else {
            return None;
        };
        (group < self.count && start != ffi::PCRE2_UNSET).then_some((start, end))
    }
}

impl Drop for Captures<'_> {
    fn drop(&mut self) {
        let small = self.scratch.take().filter(|scratch| scratch.frames_bytes() <= SPARE_BYTES_MAX);
        if let Some(scratch) = small {
            *self.pattern.spare.lock().unwrap_or_else(PoisonError::into_inner) = Some(scratch);
        }
    }
}

/// Working memory of more bytes is not kept for the next match.
const SPARE_BYTES_MAX: usize = 64 << 10;

/// The working memory of a match: where the groups are, and where to look back to.
pub(crate) struct Scratch {
    data: NonNull<ffi::pcre2_match_data_8>,
    context: NonNull<ffi::pcre2_match_context_8>,
}

// SAFETY: both are plain memory that belongs to this value alone.
unsafe impl Send for Scratch {}

impl Scratch {
    fn new(places: u32) -> Scratch {
        // SAFETY: a null context stands for the usual memory.
        let (data, context) = unsafe {
            let data = ffi::pcre2_match_data_create_8(places, ptr::null_mut());
            (data, ffi::pcre2_match_context_create_8(ptr::null_mut()))
        };
        let (data, context) = NonNull::new(data).zip(NonNull::new(context)).expect("memory for a match");
        Scratch { data, context }
    }

    fn run(
        &mut self,
        code: &Code,
        subject: Subject<'_>,
        start: usize,
        flags: MatchFlags,
        limits: Limits,
        pacer: Option<&mut Pacer<'_>>,
    ) -> c_int {
        let (callout, data) = match pacer {
            Some(pacer) => (Some(call_out as ffi::Callout), ptr::from_mut(pacer).cast::<c_void>()),
            None => (None, ptr::null_mut()),
        };
        let bytes = subject.bytes();
        // SAFETY: context and working memory are this value's own, with room for the groups of this code; the subject
        // is so long, and text where that is said; the pacer outlives the match, and no other match uses this context.
        unsafe {
            let context = self.context.as_ptr();
            ffi::pcre2_set_match_limit_8(context, limits.matches);
            ffi::pcre2_set_depth_limit_8(context, limits.depth);
            ffi::pcre2_set_heap_limit_8(
                context,
                u32::try_from(limits.memory_bytes >> 10).unwrap_or(u32::MAX),
            );
            ffi::pcre2_set_callout_8(context, callout, data);
            ffi::pcre2_match_8(
                code.as_ptr(),
                bytes.as_ptr(),
                bytes.len(),
                start,
                flags.0 | subject.check_flag(start),
                self.data.as_ptr(),
                context,
            )
        }
    }

    /// Start and end of each group.
    fn places(&self) -> &[usize] {
        // SAFETY: there are so many pairs, which PCRE2 writes to during a match only.
        unsafe {
            let pairs = ffi::pcre2_get_ovector_count_8(self.data.as_ptr()) as usize;
            std::slice::from_raw_parts(ffi::pcre2_get_ovector_pointer_8(self.data.as_ptr()), 2 * pairs)
        }
    }

    /// Bytes of the memory that remembers where to look back to.
    fn frames_bytes(&self) -> usize {
        // SAFETY: the working memory is there.
        unsafe { ffi::pcre2_get_match_data_heapframes_size_8(self.data.as_ptr()) }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // SAFETY: made by `new`, and nobody else refers to them.
        unsafe {
            ffi::pcre2_match_data_free_8(self.data.as_ptr());
            ffi::pcre2_match_context_free_8(self.context.as_ptr());
        }
    }
}

/// Steps for the beginning and end of a match.
const STEPS_PER_RUN: usize = 16;
/// Bytes passed over that count as a step.
const BYTES_PER_STEP: usize = 4;
/// Steps for an item of a pattern.
const STEPS_PER_ITEM: usize = 4;
/// So many are told of at once.
const PORTION: usize = 1024;

/// Counts what a match does.
struct Pacer<'c> {
    steps: usize,
    /// Where the match was at the last item.
    position: usize,
    charge: &'c mut dyn FnMut(usize),
    /// What `charge` was unwound with.
    unwound: Option<Box<dyn Any + Send>>,
}

impl Pacer<'_> {
    /// No unwinding passes through PCRE2: it is told to end, and the unwinding goes on behind it.
    #[cold]
    fn tell(&mut self) -> c_int {
        let steps = std::mem::take(&mut self.steps);
        match catch_unwind(AssertUnwindSafe(|| (self.charge)(steps))) {
            Ok(()) => 0,
            Err(payload) => {
                self.unwound = Some(payload);
                ffi::PCRE2_ERROR_CALLOUT
            }
        }
    }
}

/// Called by PCRE2 before each item of a pattern.
///
/// # Safety
/// The block is that of a match that was given a [`Pacer`] as its data.
unsafe extern "C" fn call_out(block: *mut ffi::CalloutBlock, data: *mut c_void) -> c_int {
    // SAFETY: as the caller promises; nobody else looks at the pacer during the match.
    let (position, pacer) = unsafe { ((*block).current_position, &mut *data.cast::<Pacer<'_>>()) };
    pacer.steps += STEPS_PER_ITEM + position.abs_diff(pacer.position) / BYTES_PER_STEP;
    pacer.position = position;
    if pacer.steps < PORTION { 0 } else { pacer.tell() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    /// Numbers that are the same in each run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as usize % bound
        }

        fn text(&mut self, parts: &[&str], count_max: usize) -> String {
            (0..self.below(count_max + 1)).map(|_| parts[self.below(parts.len())]).collect()
        }
    }

    const PARTS: [&str; 40] = [
        "a",
        "b",
        "c",
        ".",
        "\\w",
        "\\b",
        "\\d",
        "[ab]",
        "[^b]",
        "^",
        "$",
        "*",
        "+",
        "?",
        "{2}",
        "{1,3}",
        "*?",
        "++",
        "|",
        "(",
        "(?:",
        "(?=",
        "(?!",
        "(?<=a",
        "(?>",
        "(?|",
        ")",
        ")",
        ")",
        ")",
        "\\1",
        "(?1)",
        "(*COMMIT)",
        "(*SKIP)",
        "\\K",
        "\\G",
        "(?i)",
        "(*PRUNE)",
        "(?R)",
        "\\R",
    ];

    /// The answer of a match, with the places of its groups.
    fn answer(
        code: &Code,
        groups: u32,
        subject: &str,
        limits: Limits,
        charge: &mut dyn FnMut(usize),
    ) -> (c_int, Vec<usize>) {
        let mut scratch = Scratch::new(groups + 1);
        let mut pacer = Pacer { steps: 0, position: 0, charge, unwound: None };
        let flags = MatchFlags::default();
        let result = scratch.run(code, Subject::Text(subject), 0, flags, limits, Some(&mut pacer));
        let places = usize::try_from(result).map_or(vec![], |count| scratch.places()[..2 * count].to_vec());
        (result, places)
    }

    #[test]
    fn callouts_change_no_answer() {
        let (mut random, mut compiled, mut found) = (Random(1), 0, 0);
        let limits = Limits { matches: 2000, depth: 500, ..Limits::default() };
        for _ in 0..40_000 {
            let source = random.text(&PARTS, 9);
            let Ok(pattern) = Pattern::compile(source.as_bytes(), Options::default()) else { continue };
            compiled += 1;
            for _ in 0..4 {
                let subject = random.text(&["a", "b", "c", "A", "1", " ", "\n", "\r\n"], 12);
                let plain = answer(&pattern.code, pattern.group_count(), &subject, limits, &mut |_| ());
                let paced = pattern.paced().expect("a short pattern");
                let paced = answer(paced, pattern.group_count(), &subject, limits, &mut |_| ());
                assert_eq!(plain, paced, "{source:?} {subject:?}");
                found += usize::from(plain.0 > 0);
            }
        }
        assert!(compiled > 3000 && found > 3000, "{compiled} compiled, {found} found");
    }
}
