//! Running a match specification on an object, where that is.

use std::sync::atomic::Ordering;

use purlin_heap::{Build, Heap, Map, Scratch, Term, am, copy_into};
use purlin_vm::{Context, Native};
use smallvec::SmallVec;

use super::expression::{Op, Use};
use super::functions::Special;
use super::pattern::Bindings;
use super::{Clause, Dialect, MatchSpec};
use crate::state::State;

/// What running has brought about beside its result.
#[derive(Default)]
pub(crate) struct Effects<'h> {
    pub(crate) return_trace: bool,
    pub(crate) exception_trace: bool,
    message: Option<Term<'h>>,
}

impl<'h> MatchSpec<'h> {
    /// What the first clause that matches makes of an object: with tables the value of its body, with calls the message.
    pub(crate) fn run(&self, cx: &Context<'h>, object: Term<'_>) -> Option<Term<'h>> {
        self.run_for(cx, object, &mut Effects::default())
    }

    /// As [`MatchSpec::run`], with what else it brings about.
    pub(crate) fn run_for(
        &self,
        cx: &Context<'h>,
        object: Term<'_>,
        effects: &mut Effects<'h>,
    ) -> Option<Term<'h>> {
        let mut bound = Bindings::new();
        for clause in &self.clauses {
            if clause.pattern.matches(object, &mut bound)
                && let Some(result) = clause.run(cx, object, &bound, self.dialect, effects)
            {
                return Some(result);
            }
        }
        None
    }
}

impl<'h> Clause<'h> {
    fn run(
        &self,
        cx: &Context<'h>,
        object: Term<'_>,
        bound: &[Term<'_>],
        dialect: Dialect,
        effects: &mut Effects<'h>,
    ) -> Option<Term<'h>> {
        // What is only looked at and refers to the object must not be on a heap that is collected.
        let scratch = Scratch::new();
        let mut run = Run {
            cx,
            heap: cx.heap(),
            scratch: &scratch,
            object,
            bound,
            effects,
            looked_at: SmallVec::new(),
            built: SmallVec::new(),
        };
        run.all(&self.guards, false)?;
        run.all(&self.body, true)?;
        match dialect {
            Dialect::Table => run.built.pop(),
            Dialect::Trace => Some(run.effects.message.unwrap_or(Term::boolean(true))),
        }
    }
}

struct Run<'s, 'r, 'h> {
    cx: &'s Context<'r>,
    heap: &'h Heap,
    scratch: &'r Scratch,
    object: Term<'r>,
    bound: &'s [Term<'r>],
    effects: &'s mut Effects<'h>,
    looked_at: SmallVec<[Term<'r>; 8]>,
    built: SmallVec<[Term<'h>; 8]>,
}

impl<'r, 'h: 'r> Run<'_, 'r, 'h> {
    /// Runs operations; nothing when a guard does not hold.
    fn all(&mut self, ops: &[Op<'h>], in_body: bool) -> Option<()> {
        let mut next = 0;
        while let Some(op) = ops.get(next) {
            next += 1;
            match self.one(op) {
                Done::Yes => {}
                Done::Jump(to) => next = to,
                // A body goes on with this in place of the value.
                Done::Failed if in_body => self.looked_at.push(Term::atom(am::EXIT)),
                Done::FailedAt(to) if in_body => {
                    self.looked_at.push(Term::atom(am::EXIT));
                    next = to;
                }
                Done::Failed | Done::FailedAt(_) | Done::No => return None,
            }
        }
        Some(())
    }

    #[inline]
    fn one(&mut self, op: &Op<'h>) -> Done {
        match *op {
            Op::Constant(Use::Look, term) => self.looked_at.push(term),
            Op::Constant(Use::Build, term) => self.built.push(term),
            Op::Variable(wanted, place) => self.push(wanted, self.bound[place]),
            Op::Object(wanted) => self.push(wanted, self.object),
            Op::Bindings(Use::Look) => self.looked_at.push(self.scratch.list(self.bound)),
            Op::Bindings(Use::Build) => {
                let values: SmallVec<[Term<'h>; 8]> =
                    self.bound.iter().map(|&value| copy_into(self.heap, value)).collect();
                self.built.push(self.heap.list(&values));
            }
            Op::Own(wanted) => self.push(wanted, Term::pid(self.cx.pid())),
            Op::Cons(_) | Op::Tuple(..) | Op::Map(..) => self.compound(op),
            Op::Copy => {
                let term = self.taken();
                self.built.push(copy_into(self.heap, term));
            }
            Op::Call(native, arity) => return self.call(native, arity),
            Op::All(count) => return self.booleans(count, true),
            Op::Any(count) => return self.booleans(count, false),
            Op::Decide(decides, to) => match self.taken().as_boolean() {
                Some(value) if value == decides => {
                    self.looked_at.push(Term::boolean(value));
                    return Done::Jump(to);
                }
                Some(_) => {}
                None => return Done::FailedAt(to),
            },
            Op::Message => {
                let message = self.taken();
                self.effects.message = Some(copy_into(self.heap, message));
                self.looked_at.push(Term::boolean(true));
            }
            Op::Special(special, arity) => self.special(special, arity),
            Op::Require => match self.taken().as_boolean() {
                Some(true) => {}
                _ => return Done::No,
            },
            Op::Forget => drop(self.looked_at.pop()),
        }
        Done::Yes
    }

    fn push(&mut self, wanted: Use, term: Term<'r>) {
        match wanted {
            Use::Look => self.looked_at.push(term),
            Use::Build => self.built.push(copy_into(self.heap, term)),
        }
    }

    /// The value on top, which is taken.
    fn taken(&mut self) -> Term<'r> {
        self.looked_at.pop().expect("each operation finds what it takes")
    }

    fn call(&mut self, native: Native, arity: usize) -> Done {
        let from = self.looked_at.len() - arity;
        self.looked_at[from..].reverse();
        let result = native(self.cx, &self.looked_at[from..]);
        self.looked_at.truncate(from);
        match result {
            Ok(value) => {
                self.looked_at.push(value);
                Done::Yes
            }
            Err(_) => Done::Failed,
        }
    }

    /// Whether all of the values on top are true, or not all are false.
    fn booleans(&mut self, count: usize, all: bool) -> Done {
        let from = self.looked_at.len() - count;
        let values: Option<SmallVec<[bool; 8]>> =
            self.looked_at[from..].iter().rev().map(|value| value.as_boolean()).collect();
        self.looked_at.truncate(from);
        let Some(values) = values else { return Done::Failed };
        let value = if all { !values.contains(&false) } else { values.contains(&true) };
        self.looked_at.push(Term::boolean(value));
        Done::Yes
    }

    fn special(&mut self, special: Special, arity: usize) {
        self.looked_at.truncate(self.looked_at.len() - arity);
        let value = match special {
            Special::ControlWord => {
                let word = State::of(self.cx).trace_control_word.load(Ordering::Relaxed);
                Term::small(word.into())
            }
            Special::Value(value) => value.term(),
            Special::Message => Term::boolean(true),
            Special::ReturnTrace => {
                self.effects.return_trace = true;
                Term::boolean(true)
            }
            Special::ExceptionTrace => {
                self.effects.exception_trace = true;
                Term::boolean(true)
            }
        };
        self.looked_at.push(value);
    }

    /// Makes a term of the values on top.
    fn compound(&mut self, op: &Op<'h>) {
        match *op {
            Op::Cons(Use::Look) => put_together(Whole::Cons, &mut self.looked_at, self.scratch, self.cx),
            Op::Cons(Use::Build) => put_together(Whole::Cons, &mut self.built, self.heap, self.cx),
            Op::Tuple(Use::Look, n) => {
                put_together(Whole::Tuple(n), &mut self.looked_at, self.scratch, self.cx)
            }
            Op::Tuple(Use::Build, n) => put_together(Whole::Tuple(n), &mut self.built, self.heap, self.cx),
            Op::Map(Use::Look, n) => put_together(Whole::Map(n), &mut self.looked_at, self.scratch, self.cx),
            Op::Map(Use::Build, n) => put_together(Whole::Map(n), &mut self.built, self.heap, self.cx),
            _ => unreachable!("these are the operations that make terms"),
        }
    }
}

/// What an operation has come to.
enum Done {
    Yes,
    Jump(usize),
    /// There is no value; it would be on top.
    Failed,
    /// The same, and the expression ends there.
    FailedAt(usize),
    /// A guard does not hold.
    No,
}

enum Whole {
    Cons,
    Tuple(usize),
    Map(usize),
}

/// Makes a term of the values on top of a stack, of which the first is the topmost.
fn put_together<'t, B: Build>(
    whole: Whole,
    stack: &mut SmallVec<[Term<'t>; 8]>,
    build: &'t B,
    cx: &Context<'_>,
) {
    let count = match whole {
        Whole::Cons => 2,
        Whole::Tuple(arity) => arity,
        Whole::Map(pairs) => 2 * pairs,
    };
    let from = stack.len() - count;
    stack[from..].reverse();
    let parts = &stack[from..];
    let term = match whole {
        Whole::Cons => build.cons(parts[0], parts[1]),
        Whole::Tuple(_) => build.tuple(parts),
        Whole::Map(_) => {
            let pairs: Vec<_> = parts.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            Map::from_pairs(&pairs, cx.atoms(), build).as_term()
        }
    };
    stack.truncate(from);
    stack.push(term);
}
