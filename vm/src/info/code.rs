//! Where a process stands in its code, as `process_info/2` tells of it.

use super::Teller;
use crate::code::{FunctionInfo, Place};
use purlin_heap::word::Word;
use purlin_heap::{Build, Mfa, Term, am, bits};

/// So many lines of a backtrace are told.
const BACKTRACE_MAX: usize = 200;

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
        let entries: Vec<Term<'b>> =
            self.places(self.vm.trace_depth()).iter().map(|place| self.entry(place)).collect();
        self.b.list(&entries)
    }

    /// The functions that it is in, a line each, for people.
    pub(super) fn backtrace(&self) -> Term<'b> {
        let mut text = String::new();
        for Place { function, line } in self.places(BACKTRACE_MAX) {
            let (module, name) =
                (self.vm.atoms().name(function.module), self.vm.atoms().name(function.function));
            let place = line.map_or(String::new(), |(file, line)| format!(" ({file}:{line})"));
            text.push_str(&format!("{module}:{name}/{}{place}\n", function.arity));
        }
        bits::binary(text.as_bytes(), self.b)
    }

    /// The instruction at which the process stopped, and then those that its frames return to.
    fn places(&self, count: usize) -> Vec<Place> {
        let code = self.vm.code();
        let stopped = code.locate(self.stopped_at).or_else(|| self.native());
        let returns = self.process.heap.stack().filter(|word: &Word| word.is_header());
        let returns = returns.filter_map(|word| code.locate(word.return_target()));
        stopped.into_iter().chain(returns).take(count).collect()
    }

    /// The native that the process waits in, or will go on with.
    fn native(&self) -> Option<Place> {
        if self.is_own {
            return None;
        }
        // SAFETY: an instruction that is in no module's code is one of the runtime's own, which all stand at the entry
        // of a function: what is known of that stands before it.
        let function = unsafe { &**self.stopped_at.sub(1).cast::<*const FunctionInfo>() };
        Some(Place { function: function.name, line: None })
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
