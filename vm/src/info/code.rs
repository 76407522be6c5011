//! Where a process stands in its code, as `process_info/2` tells of it.

use super::Teller;
use crate::code::Place;
use purlin_heap::word::Word;
use purlin_heap::{Build, Mfa, Term, am};

/// How many entries a stack trace has at the most.
const DEPTH_MAX: usize = 8;

impl<'b, B: Build> Teller<'_, 'b, B> {
    pub(super) fn function(&self, name: Mfa) -> Term<'b> {
        let (module, function) = (Term::atom(name.module), Term::atom(name.function));
        self.b.tuple(&[module, function, Term::small(name.arity.into())])
    }

    pub(super) fn current_function(&self) -> Term<'b> {
        let place = self.places(1).pop();
        place.map_or(Term::atom(am::undefined), |place| self.function(place.function))
    }

    pub(super) fn current_location(&self) -> Term<'b> {
        let place = self.places(1).pop();
        place.map_or(Term::atom(am::undefined), |place| self.entry(&place))
    }

    pub(super) fn current_stacktrace(&self) -> Term<'b> {
        let entries: Vec<Term<'b>> = self.places(DEPTH_MAX).iter().map(|place| self.entry(place)).collect();
        self.b.list(&entries)
    }

    /// The instruction at which the process stopped, and then those that its frames return to.
    fn places(&self, count: usize) -> Vec<Place> {
        let code = self.local.vm().code();
        // Who asks about itself is in a native, which the machine has not saved the place of.
        let stopped = (!self.is_own).then_some(self.process.saved.ip);
        let returns = self.process.heap.stack().filter(|word: &Word| word.is_header());
        let returns = returns.map(|word| word.return_target());
        stopped.into_iter().chain(returns).filter_map(|address| code.locate(address)).take(count).collect()
    }

    fn entry(&self, place: &Place) -> Term<'b> {
        let location = match &place.line {
            None => Term::NIL,
            Some((file, line)) => {
                let characters: Vec<Term<'b>> = file.chars().map(|c| Term::small(c as i64)).collect();
                let file = self.b.tuple(&[Term::atom(am::file), self.b.list(&characters)]);
                let line = self.b.tuple(&[Term::atom(am::line), Term::small(i64::from(*line))]);
                self.b.list(&[file, line])
            }
        };
        let name = place.function;
        let (module, function) = (Term::atom(name.module), Term::atom(name.function));
        self.b.tuple(&[module, function, Term::small(name.arity.into()), location])
    }
}
