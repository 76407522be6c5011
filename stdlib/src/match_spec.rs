//! Match specifications: checked and compiled before any object is looked at, then run where the objects are.
//! See `docs/match-specifications.md`.

mod expression;
mod functions;
mod natives;
mod pattern;
mod run;

use std::cmp::Ordering;

use purlin_heap::{AtomTable, Term};
use purlin_vm::Context;

use crate::args;
pub(crate) use natives::{ERLANG, NATIVES, held, hold};
use pattern::Pattern;
pub(crate) use run::Effects;

/// Where a specification is used, which decides what it may call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// With objects of tables.
    Table,
    /// With the arguments of calls.
    Trace,
}

/// A specification that has been checked. Its constants are terms of whoever had it checked.
pub(crate) struct MatchSpec<'h> {
    clauses: Vec<Clause<'h>>,
    dialect: Dialect,
}

/// One of the alternatives, of which the first that matches counts.
struct Clause<'h> {
    pattern: Pattern<'h>,
    guards: Vec<expression::Op<'h>>,
    body: Vec<expression::Op<'h>>,
}

/// What is wrong with a specification.
pub(crate) enum Fault<'h> {
    Text(&'static str),
    /// A text, a term, and more text.
    At(&'static str, Term<'h>, &'static str),
    /// `Variable $N is unbound.`
    Unbound(u64),
    /// No such function.
    NoFunction(Term<'h>, usize),
    /// It may not be called there.
    Misplaced(Term<'h>, usize),
}

/// What clauses are compiled with.
struct Compiler<'c, 'h> {
    cx: &'c Context<'h>,
    dialect: Dialect,
    /// Numbers of the variables that the head binds, in order. Their places here are their places in a run.
    variables: Vec<u64>,
    faults: Vec<Fault<'h>>,
}

impl<'h> MatchSpec<'h> {
    /// Checks a specification.
    pub(crate) fn of(
        cx: &Context<'h>,
        term: Term<'h>,
        dialect: Dialect,
    ) -> Result<MatchSpec<'h>, Vec<Fault<'h>>> {
        let (clauses, tail) = args::cells(term);
        if clauses.is_empty() {
            return Err(vec![Fault::Text("Match programs are not in a list.")]);
        }
        if !tail.is_nil() {
            return Err(vec![Fault::Text("Match programs are not in a proper list.")]);
        }
        let mut parts = Vec::with_capacity(clauses.len());
        for clause in clauses {
            match clause.as_tuple().map(|clause| clause.elements()) {
                Some(&[head, guards, body]) => parts.push([head, guards, body]),
                _ => return Err(vec![Fault::Text("Match program part is not a tuple of arity 3.")]),
            }
        }
        let clauses =
            parts.into_iter().map(|parts| Clause::of(cx, parts, dialect)).collect::<Result<_, _>>()?;
        Ok(MatchSpec { clauses, dialect })
    }

    /// What each clause asks of the element at this place of a tuple, if it asks for a tuple that has one: a pattern. Nothing if
    /// some clause may match whatever stands there.
    pub(crate) fn patterns_at(&self, at: usize, atoms: &AtomTable) -> Option<Vec<Term<'h>>> {
        let mut patterns = Vec::new();
        for clause in &self.clauses {
            match clause.pattern.head().as_tuple().map(|head| head.elements().get(at)) {
                Some(Some(&element)) => patterns.push(element),
                _ if pattern::is_any(clause.pattern.head(), atoms) => return None,
                // What is no such tuple is no row.
                _ => {}
            }
        }
        Some(patterns)
    }
}

impl<'h> Clause<'h> {
    fn of(
        cx: &Context<'h>,
        [head, guards, body]: [Term<'h>; 3],
        dialect: Dialect,
    ) -> Result<Clause<'h>, Vec<Fault<'h>>> {
        let mut compiler = Compiler { cx, dialect, variables: Vec::new(), faults: Vec::new() };
        let pattern = compiler.pattern(head);
        let Some(pattern) = pattern else { return Err(compiler.faults) };
        let guards = compiler.guards(guards);
        let body = match dialect {
            Dialect::Table if body.as_cons().is_none() => {
                compiler.faults.push(Fault::Text("Body clause does not return anything."));
                Vec::new()
            }
            _ => compiler.body(body),
        };
        if compiler.faults.is_empty() { Ok(Clause { pattern, guards, body }) } else { Err(compiler.faults) }
    }
}

/// Whether a pattern has no variables, so that it matches what is the same term only.
pub(crate) fn is_ground(pattern: Term<'_>, atoms: &AtomTable) -> bool {
    pattern::is_ground(pattern, atoms)
}

/// Whether a key stands before all keys that a pattern can match, behind them, or among those that begin as the pattern does up to its
/// first variable.
pub(crate) fn compare_start(key: Term<'_>, pattern: Term<'_>, atoms: &AtomTable) -> Ordering {
    pattern::compare_start(key, pattern, atoms)
}

/// The number of a variable `'$0'`, `'$1'`...
pub(crate) fn variable(term: Term<'_>, atoms: &AtomTable) -> Option<u64> {
    pattern::variable(term, atoms)
}
