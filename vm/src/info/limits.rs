//! Limits, as `process_info/2` tells of them: items that only this machine has.

use super::Teller;
use crate::limits::{Ledger, Tree};
use purlin_heap::{Atom, Build, Map, Term, am};

impl<'b, B: Build> Teller<'_, 'b, B> {
    fn ledger(&self) -> Option<&Ledger> {
        self.process.shared().ledger()
    }

    /// The trees that the process belongs to, the innermost first.
    pub(super) fn limits(&self) -> Term<'b> {
        let trees = self.ledger().and_then(Ledger::tree).into_iter().flat_map(|tree| tree.chain());
        let told: Vec<Term<'b>> = trees.map(|tree| self.tree(tree)).collect();
        self.b.list(&told)
    }

    /// `#{Limit => {Used, Max}}`
    fn tree(&self, tree: &Tree) -> Term<'b> {
        let usage = tree.usage(self.vm.monotonic_ns());
        let limits = &usage.limits;
        let messages = self.process.mailbox.len() as u64;
        let entries = [
            (am::memory, usage.memory_bytes, limits.memory_bytes),
            (am::processes, usage.processes, limits.processes),
            (am::mailbox, messages, limits.mailbox),
            (am::atoms, usage.atoms, limits.atoms),
            (am::reductions_per_second, usage.reductions_per_second, limits.reductions_per_second),
        ];
        let pair = |(name, used, max): (Atom, u64, Option<u64>)| {
            let max = max.map_or(Term::atom(am::infinity), |max| self.b.unsigned(max));
            (Term::atom(name), self.b.tuple(&[self.b.unsigned(used), max]))
        };
        Map::from_pairs(&entries.map(pair), self.vm.atoms(), self.b).as_term()
    }

    /// `{Messages, Policy, Dropped}`
    pub(super) fn mailbox_bound(&self) -> Term<'b> {
        match self.ledger().and_then(|ledger| Some((ledger.bound()?, ledger.dropped()))) {
            None => Term::atom(am::undefined),
            Some((bound, dropped)) => self.b.tuple(&[
                self.b.unsigned(bound.max as u64),
                Term::atom(bound.policy.atom()),
                self.b.unsigned(dropped),
            ]),
        }
    }
}
