//! The stack of a process, and what becomes of it when it is deep: older frames are *frozen* in memory outside of
//! the block, and the frame above them returns to an underflow instruction that brings them back.
//!
//! A frame is its Y registers and, behind them at higher addresses, a return address. The cut is made at a return
//! address: the block keeps the underflow address in its place, the frozen part starts with the real one.
//!
//! ```text
//! block:   stack_top | Y of callee | underflow |  end
//! frozen:            | return into caller | Y of caller | return address | ... | underflow or the last return |
//! ```

use std::ptr::NonNull;

use super::{Heap, words_between};
use crate::arena::{self, Range};
use crate::collect::{OverLimit, Roots};
use crate::pace;
use crate::word::Word;

/// A stack with more words than this in the block is cut.
pub const STACK_WORDS_MAX: usize = 4096;
/// About so many words stay in the block, or are brought back to it.
const STACK_WORDS_KEPT: usize = 1024;

/// Frames outside of the block, in pages of the arena: a deep stack has hundreds of megabytes of them, which other allocators
/// give back to the system all at once.
pub struct Frozen {
    data: NonNull<Word>,
    count: usize,
    /// Frames before this word have been brought back.
    first: usize,
}

// SAFETY: it owns its memory.
unsafe impl Send for Frozen {}

impl Frozen {
    /// A copy of the older frames of a stack.
    fn of(words: &[Word]) -> Frozen {
        let data = arena::allocate(Range::Blocks, words.len());
        let frozen = Frozen { data, count: words.len(), first: 0 };
        let mut to = data.as_ptr();
        for portion in words.chunks(pace::PORTION) {
            pace::charge(portion.len() / 2);
            // SAFETY: fresh memory for as many words as there are.
            unsafe {
                std::ptr::copy_nonoverlapping(portion.as_ptr(), to, portion.len());
                to = to.add(portion.len());
            }
        }
        frozen
    }

    /// The real return address, and the frames from it on.
    pub fn words(&self) -> &[Word] {
        // SAFETY: `count` words have been filled, and `first` is not above that.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr().add(self.first), self.count - self.first) }
    }

    /// As [`Frozen::words`], for a collector.
    pub fn words_mut(&mut self) -> &mut [Word] {
        // SAFETY: as for `words`; they are ours alone.
        unsafe { std::slice::from_raw_parts_mut(self.data.as_ptr().add(self.first), self.count - self.first) }
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        // SAFETY: allocated with this size, and nobody uses it any more.
        unsafe { arena::free(Range::Blocks, self.data, self.count) };
    }
}

impl Heap {
    /// Words of stack, frozen ones included.
    pub fn stack_words(&self) -> usize {
        self.block_stack().len() + self.rare.as_ref().map_or(0, |rare| rare.frozen_words())
    }

    /// The part of the stack that is in the block, newest word first.
    pub fn block_stack(&self) -> &[Word] {
        let words = words_between(self.stack_top.get(), self.end);
        // SAFETY: the words from the top of the stack to the end of the block are filled.
        unsafe { std::slice::from_raw_parts(self.stack_top.get(), words) }
    }

    /// The words of the whole stack, newest first, as if none were frozen.
    pub fn stack(&self) -> StackWords<'_> {
        let frozen = self.rare.as_ref().map_or(&[][..], |rare| &rare.frozen);
        StackWords { underflow: self.underflow, part: self.block_stack(), frozen }
    }

    /// Gives up all frames.
    pub fn clear_stack(&mut self) {
        self.stack_top.set(self.end);
        if let Some(rare) = &mut self.rare {
            rare.frozen.clear();
            rare.clean_frozen = 0;
            if let Some(cycle) = &mut rare.cycle {
                cycle.frozen_left = 0;
            }
        }
    }

    /// Whether older frames are frozen.
    pub fn has_frozen(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| !rare.frozen.is_empty())
    }

    /// Brings frozen frames back, when all frames of the block are gone, and returns where to go on: the real
    /// return address of the frame that has just returned to the underflow instruction.
    ///
    /// # Panics
    /// When no frames are frozen.
    pub fn underflow(&mut self, roots: &mut Roots<'_>) -> Result<Word, OverLimit> {
        debug_assert!(self.block_stack().is_empty());
        let count = self.thaw_count();
        if self.free_words() < count {
            self.collect(count, roots)?;
        }
        let rare = self.rare.as_mut().expect("frozen frames are in the side block");
        rare.mark_frames(count);
        let frozen = rare.frozen.last_mut().expect("frames are frozen");
        let words = frozen.words();
        let (target, rest) = (words[0], words.len() - 1 - count);
        let end = self.end;
        // SAFETY: there is room for `count` words below the end of the block, where the stack is empty.
        unsafe {
            let to = end.sub(count);
            std::ptr::copy_nonoverlapping(words[1..].as_ptr(), to, count);
            if rest > 0 {
                // The last word brought back is a return address; the frozen part keeps it as its first.
                *end.sub(1) = self.underflow;
            }
            self.stack_top.set(to);
        }
        if rest > 0 {
            frozen.first += count;
        } else {
            rare.frozen.pop();
            rare.clean_frozen = rare.clean_frozen.min(rare.frozen.len());
            if let Some(cycle) = &mut rare.cycle {
                cycle.frozen_left = cycle.frozen_left.min(rare.frozen.len());
            }
        }
        Ok(target)
    }

    /// How many words to bring back: whole frames, about as many words as stay when a stack is cut.
    fn thaw_count(&self) -> usize {
        let words =
            self.rare.as_ref().and_then(|rare| rare.frozen.last()).expect("frames are frozen").words();
        let words = &words[1..];
        if words.len() <= STACK_WORDS_KEPT {
            return words.len();
        }
        match words[STACK_WORDS_KEPT..].iter().position(|word| word.is_header()) {
            Some(more) => STACK_WORDS_KEPT + more + 1,
            None => words.len(),
        }
    }

    /// Freezes older frames if the stack in the block is too deep, and returns how many words stay.
    pub(crate) fn freeze(&mut self) -> usize {
        let stack = self.block_stack();
        let words = stack.len();
        if words <= STACK_WORDS_MAX {
            return words;
        }
        let Some(more) = stack[STACK_WORDS_KEPT..words - 1].iter().position(|word| word.is_header()) else {
            return words;
        };
        let cut = STACK_WORDS_KEPT + more;
        let frozen = Frozen::of(&stack[cut..]);
        self.rare_mut().frozen.push(frozen);
        // SAFETY: within the stack.
        unsafe { *self.stack_top.get().add(cut) = self.underflow };
        cut + 1
    }
}

/// Iterator over the words of a stack: see [`Heap::stack`].
pub struct StackWords<'h> {
    underflow: Word,
    part: &'h [Word],
    frozen: &'h [Frozen],
}

impl Iterator for StackWords<'_> {
    type Item = Word;

    #[inline]
    fn next(&mut self) -> Option<Word> {
        let (&word, rest) = self.part.split_first()?;
        self.part = rest;
        if word == self.underflow
            && rest.is_empty()
            && let Some((newest, older)) = self.frozen.split_last()
        {
            (self.part, self.frozen) = (newest.words(), older);
            return self.next();
        }
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::Build;
    use crate::check::check;
    use crate::heap::HeapConfig;
    use crate::term::Term;
    use crate::word::tag;

    /// A stand-in for the interpreter: pushes and pops frames of one Y register.
    struct Machine {
        heap: Heap,
        code: Box<[u64; 2]>,
        x: Word,
    }

    impl Machine {
        fn new() -> Machine {
            Machine::with(HeapConfig::default())
        }

        fn with(config: HeapConfig) -> Machine {
            let code = Box::new([0; 2]);
            let heap = Heap::new(&HeapConfig { underflow: &raw const code[1], ..config });
            Machine { heap, code, x: Word::NIL }
        }

        fn reserve(&mut self, words: usize) {
            if self.heap.free_words() < words {
                let mut x = [self.x];
                self.heap.collect(words, &mut Roots::of_registers(&mut x)).unwrap();
                self.x = x[0];
            }
        }

        /// Calls, with `y` kept in the frame.
        fn call(&mut self, y: Word) {
            // SAFETY: the red zone has room for the return address, and `reserve` makes room for the register.
            unsafe {
                self.x = y;
                let at = self.heap.stack_top().sub(1);
                *at = Word::return_address(&raw const self.code[0]);
                self.heap.set_stack_top(at);
                self.reserve(1);
                self.heap.push(self.x);
            }
        }

        /// Takes the newest frame off and returns its register.
        fn ret(&mut self) -> Word {
            // SAFETY: a frame of one register and a return address.
            let (y, address) = unsafe {
                let at = self.heap.stack_top();
                self.heap.set_stack_top(at.add(2));
                (*at, *at.add(1))
            };
            if address == self.heap.underflow {
                let mut x = [y];
                let target = self.heap.underflow(&mut Roots::of_registers(&mut x)).unwrap();
                assert_eq!(target.return_target(), &raw const self.code[0]);
                return x[0];
            }
            assert_eq!(address.return_target(), &raw const self.code[0]);
            y
        }
    }

    fn element(machine: &Machine, word: Word) -> i64 {
        // SAFETY: a word that was a root of every collection.
        unsafe { machine.heap.term(word) }.as_tuple().unwrap().element(0).as_small().unwrap()
    }

    #[test]
    fn frames_come_back_as_they_were() {
        let mut machine = Machine::new();
        let mut depth: i64 = 0;
        for (goal, check_it) in
            [(20_000, true), (19_000, true), (30_000, true), (0, false), (10_000, true), (0, false)]
        {
            while depth < goal {
                machine.reserve(2);
                let y = machine.heap.tuple(&[Term::small(depth)]).word();
                machine.call(y);
                depth += 1;
            }
            while depth > goal {
                depth -= 1;
                let y = machine.ret();
                assert_eq!(element(&machine, y), depth);
            }
            if check_it {
                machine.heap.collect(0, &mut Roots::default()).unwrap();
                check(&machine.heap, &Roots::default());
                assert_eq!(machine.heap.stack_words(), 2 * depth as usize + cuts(&machine.heap));
                let words: Vec<Word> = machine.heap.stack().filter(|word| word.tag() == tag::BOXED).collect();
                assert!(words.iter().rev().enumerate().all(|(n, &w)| element(&machine, w) == n as i64));
                assert_eq!(machine.heap.stack().count(), 2 * depth as usize);
            }
        }
        assert!(!machine.heap.has_frozen());
    }

    #[test]
    fn frames_come_back_in_the_midst_of_a_cycle() {
        let mut machine = Machine::with(HeapConfig { minors_max: 4, ..HeapConfig::default() });
        let depth = 30_000;
        for n in 0..depth {
            machine.reserve(8);
            let inner = machine.heap.tuple(&[Term::small(n)]);
            let y = machine.heap.tuple(&[Term::small(n), inner, Term::NIL]).word();
            machine.call(y);
        }
        assert!(machine.heap.old_is_large() && machine.heap.has_frozen());
        let (mut cycles, mut deep) = (machine.heap.statistics().majors, 0);
        for n in (0..depth).rev() {
            // Some frames come back before the cycle has looked at them, some after.
            if n % 64 == 0 {
                machine.x = Word::NIL;
                machine.reserve(machine.heap.free_words() + 1);
                check(&machine.heap, &Roots::default());
            }
            let y = machine.ret();
            // SAFETY: it was on the stack at each collection.
            let inner = unsafe { machine.heap.term(y) }.as_tuple().unwrap().element(1);
            assert_eq!(inner.as_tuple().unwrap().element(0).as_small(), Some(n));
            let majors = machine.heap.statistics().majors;
            deep += u32::from(majors > cycles && machine.heap.has_frozen());
            cycles = majors;
        }
        assert!(deep > 2, "cycles end while frames are frozen");
    }

    /// How often the stack was cut: each cut leaves one more return address.
    fn cuts(heap: &Heap) -> usize {
        heap.rare.as_ref().map_or(0, |rare| rare.frozen.len())
    }

    #[test]
    fn ten_million_frames() {
        let mut machine = Machine::new();
        let depth = 10_000_000;
        for n in 0..depth {
            if n % 16 == 0 {
                machine.reserve(2);
                machine.x = machine.heap.tuple(&[Term::small(n)]).word();
            }
            machine.call(machine.x);
        }
        assert!(machine.heap.block_words() < 20_000);
        let rare = machine.heap.rare.as_ref().unwrap();
        let (clean, all) = (rare.clean_frozen, rare.frozen.len());
        let pages = arena::bounds(Range::Blocks);
        assert!(rare.frozen.iter().all(|frozen| pages.contains(Word::boxed(frozen.words().as_ptr()))));
        assert!(all > 1000 && clean + 3 >= all, "{clean} of {all} are clean");
        for n in (0..depth).rev() {
            let y = machine.ret();
            assert_eq!(element(&machine, y), n / 16 * 16);
        }
        assert!(!machine.heap.has_frozen() && machine.heap.block_stack().is_empty());
    }
}
