//! Reading arguments: each reader gives the value or the error that Erlang programs expect.

use std::borrow::Cow;

use purlin_heap::arith::{self, ArithError};
use purlin_heap::bits::{Bits, iolist};
use purlin_heap::pace::Steps;
use purlin_heap::{Atom, Cons, Map, Term, Tuple, am};
use purlin_vm::{Context, Outcome, Stop};

/// What a reader gives.
pub(crate) type Read<'h, T> = Result<T, Stop<'h>>;

/// Counts small steps of work that has been done, such as list cells passed over. What may take long is done in portions
/// instead, with a charge for each: see [`purlin_heap::pace`].
#[inline]
pub(crate) fn charge(cx: &Context<'_>, steps: usize) {
    cx.charge_steps(steps);
}

/// The cells of a list, up to its last, each of which counts as a step; then what follows the last.
pub(crate) struct Cells<'h> {
    /// What has not been passed over.
    pub(crate) rest: Term<'h>,
    steps: Steps,
}

impl<'h> Cells<'h> {
    /// Those of this list.
    pub(crate) fn new(list: Term<'h>) -> Cells<'h> {
        Cells { rest: list, steps: Steps::new() }
    }

    /// Whether the list has ended properly.
    pub(crate) fn are_proper(&self) -> bool {
        self.rest.is_nil()
    }
}

impl<'h> Iterator for Cells<'h> {
    type Item = Term<'h>;

    #[inline]
    fn next(&mut self) -> Option<Term<'h>> {
        match self.rest.as_cons() {
            Some(cell) => {
                self.steps.step();
                self.rest = cell.tail();
                Some(cell.head())
            }
            None => {
                self.steps.end();
                None
            }
        }
    }
}

/// An atom.
#[inline]
pub(crate) fn atom<'h>(term: Term<'h>) -> Read<'h, Atom> {
    term.as_atom().ok_or(Stop::badarg())
}

/// A tuple.
#[inline]
pub(crate) fn tuple<'h>(term: Term<'h>) -> Read<'h, Tuple<'h>> {
    term.as_tuple().ok_or(Stop::badarg())
}

/// A cons cell.
#[inline]
pub(crate) fn cons<'h>(term: Term<'h>) -> Read<'h, Cons<'h>> {
    term.as_cons().ok_or(Stop::badarg())
}

/// A map; `{badmap, Term}` otherwise.
#[inline]
pub(crate) fn map<'h>(cx: &Context<'h>, term: Term<'h>) -> Read<'h, Map<'h>> {
    Map::of(term).ok_or_else(|| bad(cx, purlin_heap::am::badmap, term))
}

/// The error `{kind, value}`.
pub(crate) fn bad<'h>(cx: &Context<'h>, kind: Atom, value: Term<'h>) -> Stop<'h> {
    use purlin_heap::Build;
    Stop::Raise(purlin_vm::Class::Error, cx.heap().tuple(&[Term::atom(kind), value]))
}

/// A small integer that is not negative.
#[inline]
pub(crate) fn size<'h>(term: Term<'h>) -> Read<'h, usize> {
    term.as_small().and_then(|value| usize::try_from(value).ok()).ok_or(Stop::badarg())
}

/// A small integer.
#[inline]
pub(crate) fn small<'h>(term: Term<'h>) -> Read<'h, i64> {
    term.as_small().ok_or(Stop::badarg())
}

/// The place that a 1-based index up to `max` stands for.
#[inline]
pub(crate) fn index<'h>(term: Term<'h>, max: usize) -> Read<'h, usize> {
    match size(term)? {
        index if (1..=max).contains(&index) => Ok(index - 1),
        _ => Err(Stop::badarg()),
    }
}

/// A bit string.
#[inline]
pub(crate) fn bits<'h>(term: Term<'h>) -> Read<'h, Bits<'h>> {
    Bits::of(term).ok_or(Stop::badarg())
}

/// A binary.
#[inline]
pub(crate) fn binary<'h>(term: Term<'h>) -> Read<'h, Bits<'h>> {
    Bits::of(term).filter(|bits| bits.is_binary()).ok_or(Stop::badarg())
}

/// The bytes of an iolist: where they are, if it is a binary.
pub(crate) fn iodata<'h>(iolist: Term<'h>) -> Read<'h, Cow<'h, [u8]>> {
    if let Some(bytes) = Bits::of(iolist).and_then(Bits::as_bytes) {
        return Ok(Cow::Borrowed(bytes));
    }
    iolist::to_bytes(iolist).map(Cow::Owned).map_err(|_| Stop::badarg())
}

/// The elements of a proper list.
pub(crate) fn elements<'h>(list: Term<'h>) -> Read<'h, Vec<Term<'h>>> {
    let (elements, tail) = cells(list);
    if tail.is_nil() { Ok(elements) } else { Err(Stop::badarg()) }
}

/// The elements of a list, and what follows its last cell.
pub(crate) fn cells<'h>(list: Term<'h>) -> (Vec<Term<'h>>, Term<'h>) {
    let mut cells = Cells::new(list);
    let elements = cells.by_ref().collect();
    (elements, cells.rest)
}

/// At most so many elements of a list, and what follows them.
pub(crate) fn cells_up_to<'h>(list: Term<'h>, count: usize) -> (Vec<Term<'h>>, Term<'h>) {
    let (mut elements, mut rest) = (Vec::new(), list);
    while elements.len() < count
        && let Some(cell) = rest.as_cons()
    {
        elements.push(cell.head());
        rest = cell.tail();
    }
    (elements, rest)
}

/// How many elements a proper list has.
pub(crate) fn length(list: Term<'_>) -> Option<usize> {
    let mut cells = Cells::new(list);
    let count = cells.by_ref().count();
    cells.are_proper().then_some(count)
}

/// The bytes of a flat list of them.
pub(crate) fn byte_list<'h>(list: Term<'h>) -> Read<'h, Vec<u8>> {
    let mut bytes = Vec::new();
    let mut cells = Cells::new(list);
    for head in &mut cells {
        let byte = head.as_small().and_then(|value| u8::try_from(value).ok());
        bytes.push(byte.ok_or(Stop::badarg())?);
    }
    if cells.are_proper() { Ok(bytes) } else { Err(Stop::badarg()) }
}

/// `badarg`, and what `error_info` tells of its cause.
pub(crate) const fn badarg_because<'h>(cause: Atom) -> Stop<'h> {
    Stop::RaiseCause(Term::atom(am::badarg), Term::atom(cause))
}

/// `badarg`, and that the options are to blame.
pub(crate) const fn bad_option<'h>() -> Stop<'h> {
    badarg_because(am::badopt)
}

/// The text of a flat list of characters. Not all lists of characters are text: the surrogates are refused.
pub(crate) fn characters<'h>(list: Term<'h>) -> Read<'h, String> {
    Ok(characters_within(list, usize::MAX)?.expect("no list is as long"))
}

/// As `characters`; nothing if there are more than `count`, in which case those are not looked at.
pub(crate) fn characters_within<'h>(list: Term<'h>, count: usize) -> Read<'h, Option<String>> {
    let mut text = String::new();
    let mut cells = Cells::new(list);
    for (read, head) in (&mut cells).enumerate() {
        if read == count {
            return Ok(None);
        }
        let code = head.as_small().and_then(|value| u32::try_from(value).ok());
        text.push(code.and_then(char::from_u32).ok_or(Stop::badarg())?);
    }
    if cells.are_proper() { Ok(Some(text)) } else { Err(Stop::badarg()) }
}

/// A result of arithmetic.
#[inline]
pub(crate) fn number<'h>(result: arith::Result<'h>) -> Outcome<'h> {
    result.map_err(|error| match error {
        ArithError::Badarith => Stop::badarith(),
        ArithError::SystemLimit => Stop::system_limit(),
    })
}

/// A result of a conversion of numbers, which refuses others than numbers with `badarg`.
#[inline]
pub(crate) fn converted<'h>(result: arith::Result<'h>) -> Outcome<'h> {
    result.map_err(|_| Stop::badarg())
}
