//! Links and monitors, as `process_info/2` tells of them.

use super::Teller;
use crate::process::Monitor;
use purlin_heap::{Build, Pid, Term, am};

impl<'b, B: Build> Teller<'_, 'b, B> {
    pub(super) fn links(&self) -> Term<'b> {
        let links: Vec<Term<'b>> = self.process.links.active().map(Term::pid).collect();
        self.b.list(&links)
    }

    /// `[{process, Pid} | {process, {Name, Node}} | {time_offset, clock_service}]`
    pub(super) fn monitors(&self) -> Term<'b> {
        let own = self.process.rare().into_iter().flat_map(|rare| rare.monitors.own.iter());
        let monitors: Vec<Term<'b>> = own.map(|(_, monitor)| self.monitor(monitor)).collect();
        self.b.list(&monitors)
    }

    fn monitor(&self, monitor: &Monitor) -> Term<'b> {
        let (kind, object) = match (monitor.name, monitor.target) {
            (Some(name), _) => {
                let node = self.vm.node_name();
                (am::process, self.b.tuple(&[Term::atom(name), Term::atom(node)]))
            }
            (None, Some(pid)) => (am::process, Term::pid(pid)),
            (None, None) => (am::time_offset, Term::atom(am::clock_service)),
        };
        self.b.tuple(&[Term::atom(kind), object])
    }

    /// `[{Pid, Active, Outstanding}]`
    pub(super) fn suspending(&self) -> Term<'b> {
        let all = self.process.rare().into_iter().flat_map(|rare| rare.suspending.iter());
        let entry = |(pid, &count): (u64, &u32)| {
            self.b.tuple(&[Term::pid(Pid(pid)), Term::small(count.into()), Term::small(0)])
        };
        self.b.list(&all.map(entry).collect::<Vec<_>>())
    }

    pub(super) fn monitored_by(&self) -> Term<'b> {
        let watchers = self.process.rare().into_iter().flat_map(|rare| rare.monitors.watchers.iter());
        let watchers: Vec<Term<'b>> = watchers.map(|(_, &pid)| Term::pid(pid)).collect();
        self.b.list(&watchers)
    }
}
