//! A tree of processes that have limits together.
//!
//! A tree is no more than counters; it does not know its processes. Each change goes through the trees around it, too,
//! of which there are few. Counters that may not pass a limit (processes, atoms) are taken one after the other from the
//! inside, and given back when a tree further out refuses.

use super::Limits;
use super::rate::Rate;
use crossbeam_utils::CachePadded;
use purlin_scheduler::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// So many trees may stand one within the other.
const DEPTH_MAX: u32 = 16;

/// See the top of the file.
pub struct Tree {
    parent: Option<Arc<Tree>>,
    depth: u32,
    limits: Limits,
    rate: Option<CachePadded<Rate>>,
    counts: CachePadded<Counts>,
}

/// What a tree has.
#[derive(Default)]
struct Counts {
    /// Changes are added as they are told, so that it may be below zero for a moment.
    memory_bytes: AtomicU64,
    processes: AtomicU64,
    atoms: AtomicU64,
}

/// What a tree uses, beside what it may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// What it may use.
    pub limits: Limits,
    /// Memory that the tree knows of.
    pub memory_bytes: u64,
    /// Processes that have not ended.
    pub processes: u64,
    /// Atoms made so far.
    pub atoms: u64,
    /// Reductions in the second before this one; 0 where they are not limited.
    pub reductions_per_second: u64,
}

/// A counter and its limit.
type Pick = fn(&Tree) -> (&AtomicU64, Option<u64>);

const PROCESSES: Pick = |tree| (&tree.counts.processes, tree.limits.processes);
const ATOMS: Pick = |tree| (&tree.counts.atoms, tree.limits.atoms);

impl Tree {
    /// A tree with these limits within another one; nothing when too many stand one within the other.
    pub(crate) fn new(limits: Limits, parent: Option<Arc<Tree>>) -> Option<Arc<Tree>> {
        let depth = parent.as_ref().map_or(1, |parent| parent.depth + 1);
        let rate = limits.reductions_per_second.map(|per_second| CachePadded::new(Rate::new(per_second)));
        (depth <= DEPTH_MAX)
            .then(|| Arc::new(Tree { parent, depth, limits, rate, counts: CachePadded::default() }))
    }

    /// The tree and those around it, from the inside.
    pub(crate) fn chain(&self) -> impl Iterator<Item = &Tree> {
        std::iter::successors(Some(self), |tree| tree.parent.as_deref())
    }

    /// A process is going to belong to the tree, if there may be one more.
    pub(crate) fn enter(&self) -> bool {
        self.take(PROCESSES)
    }

    /// A process has ended.
    pub(crate) fn leave(&self) {
        self.chain().for_each(|tree| give_back(PROCESSES(tree).0));
    }

    /// A process is going to make an atom, if there may be one more.
    pub(crate) fn take_atom(&self) -> bool {
        self.take(ATOMS)
    }

    fn take(&self, pick: Pick) -> bool {
        for (place, tree) in self.chain().enumerate() {
            let (count, max) = pick(tree);
            let more = |count| (max.is_none_or(|max| count < max)).then_some(count + 1);
            if count.fetch_update(Ordering::AcqRel, Ordering::Relaxed, more).is_err() {
                self.chain().take(place).for_each(|tree| give_back(pick(tree).0));
                return false;
            }
        }
        true
    }

    /// Memory has been taken or given back. False when some tree has more than it may have now.
    pub fn add_memory(&self, change_bytes: i64) -> bool {
        self.chain().fold(true, |within, tree| {
            let before = tree.counts.memory_bytes.fetch_add(change_bytes as u64, Ordering::Relaxed);
            let after = used(before.wrapping_add(change_bytes as u64));
            within & tree.limits.memory_bytes.is_none_or(|max| after <= max)
        })
    }

    /// Whether so much more memory is within all limits.
    pub fn has_room(&self, bytes: u64) -> bool {
        self.chain().all(|tree| {
            let after = used(tree.counts.memory_bytes.load(Ordering::Relaxed)).saturating_add(bytes);
            tree.limits.memory_bytes.is_none_or(|max| after <= max)
        })
    }

    /// How many messages any mailbox may hold.
    pub(crate) fn mailbox_max(&self) -> usize {
        let maxima = self.chain().filter_map(|tree| tree.limits.mailbox);
        maxima.min().map_or(usize::MAX, |max| usize::try_from(max).unwrap_or(usize::MAX))
    }

    /// The rates at which its processes may work.
    pub(crate) fn rates(&self) -> impl Iterator<Item = &Rate> {
        self.chain().filter_map(|tree| tree.rate.as_deref())
    }

    /// What it uses now.
    pub fn usage(&self, now_ns: u64) -> Usage {
        let Counts { memory_bytes, processes, atoms } = &*self.counts;
        Usage {
            limits: self.limits,
            memory_bytes: used(memory_bytes.load(Ordering::Relaxed)),
            processes: processes.load(Ordering::Relaxed),
            atoms: atoms.load(Ordering::Relaxed),
            reductions_per_second: self.rate.as_ref().map_or(0, |rate| rate.last_second(now_ns)),
        }
    }
}

fn give_back(count: &AtomicU64) {
    count.fetch_sub(1, Ordering::AcqRel);
}

/// What a sum of changes comes to.
fn used(sum: u64) -> u64 {
    (sum as i64).max(0) as u64
}
