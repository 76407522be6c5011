//! Text as terms.

use purlin_heap::pace::paced;
use purlin_heap::{Build, Heap, Term};

/// The list of the characters of a text.
pub(crate) fn list<'h>(heap: &'h Heap, text: &str) -> Term<'h> {
    paced(text.chars().rev(), 1).fold(Term::NIL, |tail, c| heap.cons(Term::small(c as i64), tail))
}

/// The list of these bytes.
pub(crate) fn bytes<'h>(heap: &'h Heap, bytes: &[u8]) -> Term<'h> {
    paced(bytes.iter().rev(), 1).fold(Term::NIL, |tail, &byte| heap.cons(Term::small(byte.into()), tail))
}
