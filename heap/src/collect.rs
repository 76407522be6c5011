//! Collection: when, how much, and what is done before and after the copying. See `docs/collection.md`.

mod cycle;
mod evacuate;
mod install;
mod policy;

use crate::fragment::Fragment;
use crate::heap::Heap;
use crate::pace;
use crate::word::Word;
use policy::Plan;

pub(crate) use cycle::Cycle;

/// What a collection starts from, beside the stack that the heap knows itself. No two of these may overlap.
#[derive(Default)]
pub struct Roots<'r> {
    /// The live X registers.
    pub registers: &'r mut [Word],
    /// The process dictionary, exception registers and whatever else holds terms of this heap.
    pub extra: &'r mut [&'r mut [Word]],
    /// The memory of a message that is being looked at and has not been taken: what points into it stays as it
    /// is, and it is not touched.
    pub peeked: Option<&'r Fragment>,
    /// A number that stays the same until the process waits: see `policy`.
    pub turn: u32,
    /// The number of the present slice among those of the scheduler.
    pub slice: u32,
}

impl<'r> Roots<'r> {
    /// The live registers and nothing else.
    pub fn of_registers(registers: &'r mut [Word]) -> Roots<'r> {
        Roots { registers, extra: &mut [], peeked: None, turn: 0, slice: 0 }
    }
}

/// A heap is larger than its limit, even after a collection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OverLimit {
    /// What the heap holds in words.
    pub words: usize,
    /// What it may hold.
    pub limit: usize,
}

/// How thorough a collection is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// The block and fragments.
    Minor,
    /// The old generation too.
    Major,
    /// All, and then as little memory as possible.
    Hibernate,
}

impl Heap {
    /// Makes room for `need` words in the block by a minor collection, or a major one when that is due. The roots
    /// are up to date afterwards, whatever happens, and the room is there unless it alone is above the limit. The
    /// error says that the heap is above its limit.
    pub fn collect(&mut self, need: usize, roots: &mut Roots<'_>) -> Result<(), OverLimit> {
        self.run(need, roots, self.reach())
    }

    /// As [`Heap::collect`], of all generations, by copying all that lives.
    pub fn collect_major(&mut self, need: usize, roots: &mut Roots<'_>) -> Result<(), OverLimit> {
        self.run_all(need, roots, Reach::Major)
    }

    /// Collects everything and keeps as little memory as possible, for a process that will not run soon.
    pub fn hibernate(&mut self, roots: &mut Roots<'_>) -> Result<(), OverLimit> {
        self.run_all(0, roots, Reach::Hibernate)
    }

    /// Before a large old generation is copied, it is not known whether what lives is large too. If it is not, it is copied once
    /// more.
    fn run_all(&mut self, need: usize, roots: &mut Roots<'_>, reach: Reach) -> Result<(), OverLimit> {
        let result = self.run(need, roots, reach);
        if self.is_sparse() { self.run(need, roots, reach) } else { result }
    }

    fn run(&mut self, need: usize, roots: &mut Roots<'_>, reach: Reach) -> Result<(), OverLimit> {
        let limit = self.rare.as_ref().map_or(0, |rare| rare.limit);
        if limit != 0 && need > limit {
            return Err(OverLimit { words: need, limit });
        }
        let shield = pace::shield();
        let before = self.live_candidates(reach);
        let stack_words = self.freeze();
        let plan = Plan::new(self, need, stack_words, reach, roots.peeked.is_some());
        let result = evacuate::evacuate(self, &plan, roots);
        self.install(&plan, result);
        let promoted = self.account(&plan, before, roots);
        if plan.begins_cycle {
            self.begin_cycle(roots);
        } else if reach == Reach::Minor && self.old_is_large() {
            self.advance_cycle(promoted);
        }
        if self.zeal {
            self.fill_up(need);
            if self.is_worth_checking() {
                crate::check::check(self, roots);
            }
        }
        // Roots and heap fit together again.
        drop(shield);
        pace::charge(0);
        self.check_limit(limit)
    }

    /// Words of objects that this collection looks at.
    fn live_candidates(&self, reach: Reach) -> usize {
        let old = if reach == Reach::Minor { 0 } else { self.old_words() };
        self.young_words() + self.fragment_words() + old
    }

    fn check_limit(&self, limit: usize) -> Result<(), OverLimit> {
        if limit == 0 {
            return Ok(());
        }
        let words = self.held_words();
        if words > limit { Err(OverLimit { words, limit }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod random_tests;
#[cfg(test)]
mod tests;
