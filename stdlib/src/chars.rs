//! Text as terms.

use purlin_heap::pace::paced;
use purlin_heap::{Build, Heap, Term};

/// The list of the characters of a text.
pub(crate) fn list<'h>(heap: &'h Heap, text: &str) -> Term<'h> {
    paced(text.chars().rev(), 1).fold(Term::NIL, |tail, c| heap.cons(Term::small(c as i64), tail))
}
