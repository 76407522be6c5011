//! Patterns of match specifications: a list of tests, each of which takes the next term from a stack.
//!
//! What a pattern does not ask for (`'_'`) is not put onto the stack at all.

use std::cmp::Ordering;

use purlin_heap::{AtomTable, Map, Term, View, am, equal, order};
use smallvec::SmallVec;

use super::{Compiler, Dialect, Fault};
use crate::args;

/// The number of a variable `'$0'`, `'$1'`...
pub(super) fn variable(term: Term<'_>, atoms: &AtomTable) -> Option<u64> {
    let digits = atoms.name(term.as_atom()?).strip_prefix('$')?;
    // As OTP has it: no sign, no zero in front, and no more than nine digits.
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && (1..=9).contains(&digits.len());
    (is_number && (digits.len() == 1 || !digits.starts_with('0'))).then(|| digits.parse().ok()).flatten()
}

pub(super) fn is_wildcard(term: Term<'_>) -> bool {
    term.is_atom(am::underscore)
}

/// Whether a head matches every object.
pub(super) fn is_any(head: Term<'_>, atoms: &AtomTable) -> bool {
    is_wildcard(head) || variable(head, atoms).is_some()
}

/// Whether a pattern has no variables, so that it matches what is the same term only. A map matches larger ones, too.
pub(super) fn is_ground(pattern: Term<'_>, atoms: &AtomTable) -> bool {
    let mut rest = vec![pattern];
    while let Some(pattern) = rest.pop() {
        match pattern.view() {
            View::Atom(_) if is_any(pattern, atoms) => return false,
            View::Map(_) => return false,
            View::Cons(cell) => rest.extend([cell.tail(), cell.head()]),
            View::Tuple(tuple) => rest.extend_from_slice(tuple.elements()),
            _ => {}
        }
    }
    true
}

/// See [`super::compare_start`]. The order of terms goes from left to right: behind the first variable nothing decides.
pub(super) fn compare_start(key: Term<'_>, pattern: Term<'_>, atoms: &AtomTable) -> Ordering {
    let mut rest: SmallVec<[(Term<'_>, Term<'_>); 8]> = SmallVec::new();
    rest.push((key, pattern));
    while let Some((key, pattern)) = rest.pop() {
        if is_any(pattern, atoms) {
            return Ordering::Equal;
        }
        let decided = match (key.view(), pattern.view()) {
            // A map matches larger ones, which stand elsewhere, as do all others with other keys.
            (_, View::Map(_)) => match order::rank(&key.view()).cmp(&order::rank(&pattern.view())) {
                Ordering::Equal => return Ordering::Equal,
                decided => decided,
            },
            (View::Tuple(tuple), View::Tuple(wanted)) => {
                let pairs = tuple.elements().iter().copied().zip(wanted.elements().iter().copied());
                rest.extend(pairs.rev());
                tuple.arity().cmp(&wanted.arity())
            }
            (View::Cons(cell), View::Cons(wanted)) => {
                rest.extend([(cell.tail(), wanted.tail()), (cell.head(), wanted.head())]);
                Ordering::Equal
            }
            _ => order::compare(key, pattern, atoms),
        };
        if decided.is_ne() {
            return decided;
        }
    }
    Ordering::Equal
}

/// A test of the term on top of the stack, which it takes.
enum Test<'h> {
    /// A tuple of this size. Its elements at these places come next.
    Tuple { arity: usize, wanted: Box<[usize]> },
    /// A cons cell, whose head and tail come next if they are wanted.
    Cons { head: bool, tail: bool },
    /// A map with these keys, whose values come next.
    Map { keys: Box<[Term<'h>]> },
    /// The variable of this place in the order of the numbers is bound here.
    Bind(usize),
    /// What that variable is bound to.
    Same(usize),
    /// This term.
    Equal(Term<'h>),
    /// Whatever comes.
    Any,
}

/// A pattern, checked.
pub(super) struct Pattern<'h> {
    head: Term<'h>,
    tests: Vec<Test<'h>>,
    variables: usize,
    /// It is for a list of arguments, of which there are so many.
    arguments: Option<usize>,
}

/// What variables stand for, in the order of their numbers.
pub(super) type Bindings<'r> = SmallVec<[Term<'r>; 8]>;

impl<'h> Compiler<'_, 'h> {
    /// A pattern, unless it cannot be one.
    pub(super) fn pattern(&mut self, head: Term<'h>) -> Option<Pattern<'h>> {
        let atoms = self.cx.atoms();
        let mut rest = vec![head];
        let mut arguments = None;
        if self.dialect == Dialect::Trace && !is_any(head, atoms) {
            let Ok(patterns) = args::elements(head) else {
                self.faults.push(match head.as_cons() {
                    Some(_) => Fault::At("Match expression part ", head, " is not a proper list."),
                    None => Fault::Text("Match head is invalid in this context."),
                });
                return None;
            };
            arguments = Some(patterns.len());
            rest = patterns;
            rest.reverse();
        }
        let mut tests = Vec::new();
        while let Some(pattern) = rest.pop() {
            tests.push(self.test(pattern, &mut rest)?);
        }
        Some(self.numbered(Pattern { head, tests, variables: 0, arguments }))
    }

    /// The test that a pattern begins with; what is within it goes onto `rest`.
    fn test(&mut self, pattern: Term<'h>, rest: &mut Vec<Term<'h>>) -> Option<Test<'h>> {
        let atoms = self.cx.atoms();
        if let Some(number) = variable(pattern, atoms) {
            return Some(match self.variables.iter().position(|&other| other == number) {
                Some(place) => Test::Same(place),
                None => {
                    self.variables.push(number);
                    Test::Bind(self.variables.len() - 1)
                }
            });
        }
        Some(match pattern.view() {
            View::Tuple(tuple) => {
                let elements = tuple.elements();
                let wanted = (0..elements.len()).filter(|&at| !is_wildcard(elements[at]));
                let wanted: Box<[usize]> = wanted.collect();
                rest.extend(wanted.iter().rev().map(|&at| elements[at]));
                Test::Tuple { arity: elements.len(), wanted }
            }
            View::Cons(cell) => {
                let [head, tail] = [cell.head(), cell.tail()].map(|part| !is_wildcard(part));
                rest.extend(tail.then_some(cell.tail()));
                rest.extend(head.then_some(cell.head()));
                Test::Cons { head, tail }
            }
            View::Map(object) => {
                let entries: Vec<_> = Map::of_object(object)?.entries().collect();
                for &(key, _) in &entries {
                    if variable(key, atoms).is_some() {
                        self.faults.push(Fault::Text("Variable found in map key."));
                        return None;
                    }
                    if is_wildcard(key) {
                        self.faults.push(Fault::Text("Underscore found in map key."));
                        return None;
                    }
                }
                rest.extend(entries.iter().rev().map(|&(_, value)| value));
                Test::Map { keys: entries.iter().map(|&(key, _)| key).collect() }
            }
            View::Atom(am::underscore) => Test::Any,
            _ => Test::Equal(pattern),
        })
    }

    /// Gives the variables the places that their numbers have among them.
    fn numbered(&mut self, mut pattern: Pattern<'h>) -> Pattern<'h> {
        let first_seen = std::mem::take(&mut self.variables);
        self.variables.clone_from(&first_seen);
        self.variables.sort_unstable();
        for test in &mut pattern.tests {
            if let Test::Bind(place) | Test::Same(place) = test {
                let number = first_seen[*place];
                *place = self.variables.partition_point(|&other| other < number);
            }
        }
        pattern.variables = self.variables.len();
        pattern
    }
}

impl<'h> Pattern<'h> {
    /// The pattern as it was given.
    pub(super) fn head(&self) -> Term<'h> {
        self.head
    }

    /// Whether an object matches, and what the variables stand for.
    pub(super) fn matches<'r>(&self, object: Term<'r>, bound: &mut Bindings<'r>) -> bool {
        bound.clear();
        bound.resize(self.variables, Term::NIL);
        let mut rest: SmallVec<[Term<'r>; 16]> = SmallVec::new();
        match self.arguments {
            None => rest.push(object),
            Some(count) => {
                let (arguments, tail) = args::cells(object);
                if arguments.len() != count || !tail.is_nil() {
                    return false;
                }
                rest.extend(arguments.into_iter().rev());
            }
        }
        self.tests.iter().all(|test| rest.pop().is_some_and(|term| test.holds(term, bound, &mut rest)))
    }
}

impl<'h> Test<'h> {
    #[inline]
    fn holds<'r>(
        &self,
        term: Term<'r>,
        bound: &mut Bindings<'r>,
        rest: &mut SmallVec<[Term<'r>; 16]>,
    ) -> bool {
        match self {
            Test::Tuple { arity, wanted } => {
                let Some(tuple) = term.as_tuple().filter(|tuple| tuple.arity() == *arity) else {
                    return false;
                };
                let elements = tuple.elements();
                rest.extend(wanted.iter().rev().map(|&at| elements[at]));
            }
            Test::Cons { head, tail } => {
                let Some(cell) = term.as_cons() else { return false };
                rest.extend(tail.then(|| cell.tail()));
                rest.extend(head.then(|| cell.head()));
            }
            Test::Map { keys } => {
                let Some(map) = Map::of(term) else { return false };
                for &key in keys.iter().rev() {
                    let Some(value) = map.get(key) else { return false };
                    rest.push(value);
                }
            }
            Test::Bind(place) => bound[*place] = term,
            Test::Same(place) => return equal::exact(bound[*place], term),
            Test::Equal(other) => return equal::exact(*other, term),
            Test::Any => {}
        }
        true
    }
}
