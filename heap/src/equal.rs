//! Equality of terms: exact (`=:=`) and by the value of numbers (`==`).
//!
//! The walk keeps what is still to be compared on a worklist of its own, so depth costs memory, not native stack,
//! and it can stop after a number of steps and go on.

use crate::big::Number;
use crate::bits::Bits;
use crate::layout::Kind;
use crate::order::shallow;
use crate::pace;
use crate::term::{Boxed, Fun, Term, View};
use crate::word::{Word, tag};
use crate::worklist::Worklist;

/// `a =:= b`. Floats are the same if their bits are: 0.0 and -0.0 differ.
#[inline]
pub fn exact(a: Term<'_>, b: Term<'_>) -> bool {
    if a.is_same(b) {
        return true;
    }
    // Equal values that are not the same word are both cons cells or both boxed.
    let tag = a.word().tag();
    tag == b.word().tag() && a.word().is_pointer() && parts(a, b, true)
}

/// `a == b`. Numbers are compared by value, everywhere but in the keys of maps.
#[inline]
pub fn by_value(a: Term<'_>, b: Term<'_>) -> bool {
    if a.is_same(b) {
        return true;
    }
    let (tag, other) = (a.word().tag(), b.word().tag());
    let different =
        tag == tag::IMMEDIATE || other == tag::IMMEDIATE || (tag == tag::SMALL && other == tag::SMALL);
    !different && parts(a, b, false)
}

#[inline(never)]
fn parts(a: Term<'_>, b: Term<'_>, exact: bool) -> bool {
    shallow::same(a, b, exact).unwrap_or_else(|| Equality::new(a, b, exact).finish())
}

/// A boxed term that is equal to another, exactly, where their words are: a short tuple of immediates, or an inline bit string. Most
/// keys of maps that are not atoms are such.
#[derive(Clone, Copy)]
pub(crate) struct Plain<'h>(Boxed<'h>);

impl<'h> Plain<'h> {
    /// More elements than this take longer to look at than to compare.
    const ARITY_MAX: usize = 4;

    /// The plain term that this is.
    #[inline]
    pub(crate) fn of(term: Term<'h>) -> Option<Plain<'h>> {
        let object = term.as_boxed()?;
        let is_plain = match object.kind() {
            Kind::Tuple => {
                let elements = object.terms();
                elements.len() <= Plain::ARITY_MAX && elements.iter().all(|e| is_immediate(e.word()))
            }
            Kind::HeapBits => true,
            _ => false,
        };
        is_plain.then_some(Plain(object))
    }

    /// Whether another term is exactly equal to it.
    #[inline]
    pub(crate) fn same(self, other: Term<'_>) -> bool {
        let Some(other) = other.as_boxed() else { return false };
        if self.0.header() != other.header() {
            // The same bits may be elsewhere.
            return self.0.kind() == Kind::HeapBits
                && other.kind() == Kind::RefBits
                && parts(self.0.as_term(), other.as_term(), true);
        }
        (1..=self.0.size()).all(|index| self.0.raw(index) == other.raw(index))
    }
}

/// What is still to be compared.
#[derive(Clone, Copy)]
enum Rest<'h> {
    Pair(Term<'h>, Term<'h>, bool),
    /// As many of both.
    Slices(&'h [Term<'h>], &'h [Term<'h>], bool),
    /// Keys, which are compared exactly, and values in turn.
    Entries(&'h [Term<'h>], &'h [Term<'h>], bool),
}

/// A comparison that can be left and resumed.
pub struct Equality<'h> {
    rest: Worklist<Rest<'h>, 12>,
}

impl<'h> Equality<'h> {
    /// Compares `a` and `b`, exactly or by the value of numbers.
    pub fn new(a: Term<'h>, b: Term<'h>, exact: bool) -> Equality<'h> {
        let mut rest = Worklist::new();
        rest.push(Rest::Pair(a, b, exact));
        Equality { rest }
    }

    fn finish(mut self) -> bool {
        loop {
            let mut steps = pace::PORTION;
            let equal = self.run(&mut steps);
            pace::charge(pace::PORTION - steps);
            if let Some(equal) = equal {
                return equal;
            }
        }
    }

    /// Goes on until it is decided, or for `steps` steps, which it counts down.
    pub fn run(&mut self, steps: &mut usize) -> Option<bool> {
        while *steps > 0 {
            let Some((mut a, mut b, exact)) = self.next() else { return Some(true) };
            // Along a list without going through the worklist.
            while let (Some(x), Some(y)) = (a.as_cons(), b.as_cons()) {
                if a.is_same(b) || *steps == 0 {
                    break;
                }
                *steps -= 1;
                let heads = x.head().is_same(y.head()).then_some(true);
                match heads.or_else(|| shallow::same_element(x.head(), y.head(), exact)) {
                    Some(true) => (a, b) = (x.tail(), y.tail()),
                    Some(false) => return Some(false),
                    None => {
                        self.rest.push(Rest::Pair(x.tail(), y.tail(), exact));
                        (a, b) = (x.head(), y.head());
                    }
                }
            }
            if *steps == 0 {
                self.rest.push(Rest::Pair(a, b, exact));
                return None;
            }
            *steps -= 1;
            if !a.is_same(b) && !self.step(a, b, exact) {
                return Some(false);
            }
        }
        None
    }

    fn next(&mut self) -> Option<(Term<'h>, Term<'h>, bool)> {
        loop {
            match self.rest.pop()? {
                Rest::Pair(a, b, exact) => return Some((a, b, exact)),
                Rest::Slices(a, b, exact) => {
                    if let ([x, a @ ..], [y, b @ ..]) = (a, b) {
                        if !a.is_empty() {
                            self.rest.push(Rest::Slices(a, b, exact));
                        }
                        return Some((*x, *y, exact));
                    }
                }
                Rest::Entries(a, b, exact) => {
                    if let ([key, value, a @ ..], [other, other_value, b @ ..]) = (a, b) {
                        self.rest.push(Rest::Entries(a, b, exact));
                        self.rest.push(Rest::Pair(*value, *other_value, exact));
                        return Some((*key, *other, true));
                    }
                }
            }
        }
    }

    /// Compares two terms that are not the same word and not both cons cells, and puts off their parts.
    fn step(&mut self, a: Term<'h>, b: Term<'h>, exact: bool) -> bool {
        if let (Some(a), Some(b)) = (a.as_boxed(), b.as_boxed()) {
            return self.objects(a, b, exact);
        }
        !exact && numbers(a, b)
    }

    fn objects(&mut self, a: Boxed<'h>, b: Boxed<'h>, exact: bool) -> bool {
        match (a.kind(), b.kind()) {
            (Kind::Tuple, Kind::Tuple) => self.slices(a.terms(), b.terms(), exact),
            (Kind::FlatMap, Kind::FlatMap) | (Kind::Record, Kind::Record) => {
                a.size() == b.size()
                    && self.slices(&a.terms()[1..], &b.terms()[1..], exact)
                    && self.slices(&a.terms()[..1], &b.terms()[..1], true)
            }
            (Kind::HashMap, Kind::HashMap) => {
                a.raw(1) == b.raw(1) && self.slices(a.terms(), b.terms(), exact)
            }
            (Kind::HashNode, Kind::HashNode) => a.header() == b.header() && self.nodes(a, b, exact),
            (Kind::Fun, Kind::Fun) => self.funs(a, b, exact),
            (Kind::Export, Kind::Export) => match (a.as_term().view(), b.as_term().view()) {
                (View::Export(a), View::Export(b)) => a == b,
                _ => false,
            },
            (Kind::Reference, Kind::Reference) => a.raw(1) == b.raw(1),
            (Kind::HeapBits | Kind::RefBits, Kind::HeapBits | Kind::RefBits) => {
                matches!((Bits::of_object(a), Bits::of_object(b)), (Some(a), Some(b)) if a.same(b))
            }
            (kind, other) if kind == other => {
                a.raws() == b.raws() || (!exact && numbers(a.as_term(), b.as_term()))
            }
            _ => !exact && numbers(a.as_term(), b.as_term()),
        }
    }

    fn slices(&mut self, a: &'h [Term<'h>], b: &'h [Term<'h>], exact: bool) -> bool {
        if a.len() == b.len() && !a.is_empty() {
            self.rest.push(Rest::Slices(a, b, exact));
        }
        a.len() == b.len()
    }

    /// Nodes of maps with equal keys have the same shape: see `map`.
    fn nodes(&mut self, a: Boxed<'h>, b: Boxed<'h>, exact: bool) -> bool {
        if a.raw(1) != b.raw(1) {
            return false;
        }
        let entries = crate::map::entry_words(a.raw(1), a.terms().len());
        self.rest.push(Rest::Slices(&a.terms()[entries..], &b.terms()[entries..], exact));
        self.rest.push(Rest::Entries(&a.terms()[..entries], &b.terms()[..entries], exact));
        true
    }

    fn funs(&mut self, a: Boxed<'h>, b: Boxed<'h>, exact: bool) -> bool {
        let (View::Fun(a), View::Fun(b)) = (a.as_term().view(), b.as_term().view()) else { return false };
        same_code(a, b) && self.slices(a.free(), b.free(), exact)
    }
}

/// Whether both were made by the same expression, perhaps in two instances of the same module.
fn same_code(a: Fun<'_>, b: Fun<'_>) -> bool {
    let (a, b) = (a.entry(), b.entry());
    std::ptr::eq(a, b) || (a.module == b.module && a.index == b.index && a.old_uniq == b.old_uniq)
}

/// Whether both are numbers of the same value.
fn numbers(a: Term<'_>, b: Term<'_>) -> bool {
    match (Number::of(a), Number::of(b)) {
        (Some(a), Some(b)) => a.compare(b).is_eq(),
        _ => false,
    }
}

/// Whether a word is all of its value, so that equal values are the same word.
#[inline(always)]
pub(crate) fn is_immediate(word: Word) -> bool {
    !word.is_pointer()
}
