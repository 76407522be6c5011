//! Whether a match specification keeps the key of what it replaces, as `ets:select_replace/2` demands.

use purlin_heap::{AtomTable, Map, Term, View, am, equal};

use crate::args;
use crate::match_spec;

/// Whether each clause certainly does: its result is the row, or a tuple whose key is written as that of the head.
pub(super) fn keeps_keys(specification: Term<'_>, key_at: usize, atoms: &AtomTable) -> bool {
    let clauses = args::elements(specification).unwrap_or_default();
    clauses.into_iter().all(|clause| match clause.as_tuple().map(|clause| clause.elements()) {
        Some(&[head, _, body]) => keeps_key(head, body, key_at, atoms),
        _ => false,
    })
}

fn keeps_key<'h>(head: Term<'h>, body: Term<'h>, key_at: usize, atoms: &AtomTable) -> bool {
    let body = args::elements(body).unwrap_or_default();
    let &[result] = &body[..] else { return false };
    if result.is_atom(am::dollar_underscore) {
        return true;
    }
    let (made, is_constant) = match result.as_tuple().map(|tuple| tuple.elements()) {
        Some(&[constant, made]) if constant.is_atom(am::const_) => (made, true),
        Some(&[made]) => (made, false),
        _ => return false,
    };
    match (key(head, key_at), key(made, key_at)) {
        (Some(old), Some(new)) => {
            is_written_as(old, new, is_constant, atoms) || !is_constant && is_key_of_row(new, key_at)
        }
        _ => false,
    }
}

fn key<'h>(row: Term<'h>, key_at: usize) -> Option<Term<'h>> {
    row.as_tuple()?.elements().get(key_at).copied()
}

/// `{element, KeyPos, '$_'}`
fn is_key_of_row(expression: Term<'_>, key_at: usize) -> bool {
    match expression.as_tuple().map(|tuple| tuple.elements()) {
        Some(&[function, place, row]) => {
            function.is_atom(am::element)
                && place.as_small() == i64::try_from(key_at + 1).ok()
                && row.is_atom(am::dollar_underscore)
        }
        _ => false,
    }
}

/// Whether an expression gives what a pattern matches, by the way both are written.
fn is_written_as<'h>(pattern: Term<'h>, expression: Term<'h>, is_constant: bool, atoms: &AtomTable) -> bool {
    let mut rest = vec![(pattern, expression, is_constant)];
    while let Some((pattern, expression, is_constant)) = rest.pop() {
        let same = match expression.view() {
            View::Cons(new) => pattern.as_cons().map(|old| {
                rest.extend([(old.head(), new.head(), is_constant), (old.tail(), new.tail(), is_constant)]);
            }),
            View::Tuple(new) => {
                let (new, is_constant) = match *new.elements() {
                    _ if is_constant => (Some(new), true),
                    [inner] if inner.as_tuple().is_some() => (inner.as_tuple(), false),
                    [name, inner] if name.is_atom(am::const_) => {
                        rest.push((pattern, inner, true));
                        continue;
                    }
                    _ => return false,
                };
                let old = pattern.as_tuple().filter(|old| new.is_some_and(|new| new.arity() == old.arity()));
                old.zip(new).map(|(old, new)| {
                    let pairs = old.elements().iter().zip(new.elements());
                    rest.extend(pairs.map(|(&old, &new)| (old, new, is_constant)));
                })
            }
            // A pattern matches larger maps.
            View::Map(object) => Map::of_object(object).and(None),
            View::Atom(am::underscore | am::dollar_dollar | am::dollar_underscore) => None,
            View::Atom(_) if is_constant && match_spec::variable(pattern, atoms).is_some() => None,
            _ => equal::exact(pattern, expression).then_some(()),
        };
        if same.is_none() {
            return false;
        }
    }
    true
}
