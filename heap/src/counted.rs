//! Terms that several hold: a copy in memory of its own, with a count of those who hold it.

mod group;

use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering, fence};

use crate::arena::{self, Range};
use crate::chunk;
use crate::copy::Survey;
use crate::layout::{Kind, header};
use crate::term::Term;
use crate::word::Word;

pub use group::CountedTerms;

/// The start of a counted term's memory; its objects follow, so that looking at a small one is one line of the cache.
#[repr(C)]
struct Head {
    count: AtomicUsize,
    /// Words of the whole allocation.
    words: usize,
    root: Word,
    /// Off-heap objects of the term.
    off_heap: *mut Word,
}

const HEAD_WORDS: usize = size_of::<Head>() / size_of::<Word>();

/// A term that no heap holds, counted. Whoever holds it may look at it; whoever holds it alone may change it.
#[repr(transparent)]
pub struct CountedTerm {
    head: NonNull<Head>,
}

// SAFETY: the term's memory belongs to those who hold it, and its terms point to itself, to literals and to counted bytes only;
// the count is atomic.
unsafe impl Send for CountedTerm {}
// SAFETY: through a shared reference it is read only, but for the count.
unsafe impl Sync for CountedTerm {}

impl CountedTerm {
    /// A copy of a term, as [`crate::Message::copy_of`] makes it.
    #[inline]
    pub fn copy_of(term: Term<'_>) -> CountedTerm {
        let root = term.word();
        let mut survey = Survey::new();
        let words = survey.words_of(term);
        let copy = CountedTerm::with_room(words);
        if words == 0 {
            // SAFETY: nobody else holds it yet. The root is an immediate or a literal, which outlives it.
            unsafe { (*copy.head.as_ptr()).root = root };
            return copy;
        }
        let head = copy.head.as_ptr();
        // SAFETY: the term has just been surveyed, and there is room for what it takes. What is made is owned by `copy`, because
        // others may have their turn meanwhile, and the copying may be given up.
        unsafe {
            let root = survey.copy_to(root, head.add(1).cast(), |object| {
                (*head).off_heap = chunk::link_off_heap(object, (*head).off_heap);
            });
            (*head).root = root;
        }
        copy
    }

    /// A tuple of copies of these elements, none of which may be part of it.
    pub fn tuple_of(elements: &[Term<'_>]) -> CountedTerm {
        let words_of = |element: &Term<'_>| Survey::new().words_of(*element);
        let copy = CountedTerm::with_room(1 + elements.len() + elements.iter().map(words_of).sum::<usize>());
        let head = copy.head.as_ptr();
        let tuple: *mut Word = head.wrapping_add(1).cast();
        // SAFETY: there is room for the tuple and behind it for all that its elements take, one after the other. As in `copy_of`.
        unsafe {
            *tuple = header(Kind::Tuple, elements.len());
            let mut free = tuple.add(1 + elements.len());
            for (at, element) in elements.iter().enumerate() {
                let mut survey = Survey::new();
                let words = survey.words_of(*element);
                let word = match words {
                    0 => element.word(),
                    _ => survey.copy_to(element.word(), free, |object| {
                        (*head).off_heap = chunk::link_off_heap(object, (*head).off_heap);
                    }),
                };
                *tuple.add(1 + at) = word;
                free = free.add(words);
            }
            (*head).root = Word::boxed(tuple);
        }
        copy
    }

    /// Has the processor fetch the term, which is going to be looked at soon.
    #[inline(always)]
    pub fn prefetch(&self) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: this reads nothing; what is at the address does not matter.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(self.head.as_ptr().cast::<i8>());
        }
    }

    /// One whose term is an immediate until it is set, with room for so many words.
    #[inline(always)]
    fn with_room(words: usize) -> CountedTerm {
        let (at, words) = arena::allocate_rounded(Range::Fragments, HEAD_WORDS + words);
        let head = at.cast::<Head>();
        let empty = Head { count: AtomicUsize::new(1), words, root: Term::NIL.word(), off_heap: null_mut() };
        // SAFETY: fresh memory, larger than a head.
        unsafe { head.write(empty) };
        CountedTerm { head }
    }

    #[inline(always)]
    fn head(&self) -> &Head {
        // SAFETY: it is counted for us, and written only by one who holds it alone and exclusively.
        unsafe { self.head.as_ref() }
    }

    /// The term, to be looked at where it is.
    #[inline(always)]
    pub fn term(&self) -> Term<'_> {
        // SAFETY: the term's objects are in our memory, which stays for this borrow, or are literals.
        unsafe { Term::from_word(self.head().root) }
    }

    /// How many words it takes.
    #[inline]
    pub fn words(&self) -> usize {
        self.head().words
    }

    /// Whether both hold the same term in the same place.
    #[inline]
    pub fn is_same(&self, other: &CountedTerm) -> bool {
        self.head == other.head
    }

    /// Whether nobody else holds it.
    #[inline]
    pub fn is_alone(&mut self) -> bool {
        // What others did before they let go of it has been done.
        self.head().count.load(Ordering::Acquire) == 1
    }

    /// Gives an element of the tuple that this is another value in place. Nothing happens, and it is false, unless nobody else holds
    /// it, both the value and the one before are immediates, and the tuple is no literal.
    #[inline]
    pub fn set_element(&mut self, at: usize, value: Term<'_>) -> bool {
        if !self.is_alone() || value.word().is_pointer() {
            return false;
        }
        let root = self.head().root;
        let Some(tuple) = self.term().as_tuple().filter(|tuple| at < tuple.arity()) else { return false };
        if tuple.element(at).word().is_pointer() || arena::is_literal(root) {
            return false;
        }
        // SAFETY: an element of a tuple in our memory, which nobody reads, since it is ours alone and borrowed exclusively.
        unsafe { *root.address().add(1 + at) = value.word() };
        true
    }

    #[cold]
    #[inline(never)]
    fn release(head: NonNull<Head>) {
        // SAFETY: nobody holds it any more; its off-heap objects hold a count each, and the memory was allocated with these words.
        unsafe {
            chunk::release_off_heap(head.as_ref().off_heap);
            arena::free(Range::Fragments, head.cast(), head.as_ref().words);
        }
    }
}

impl Clone for CountedTerm {
    #[inline]
    fn clone(&self) -> CountedTerm {
        // Whoever has it to clone keeps it from going.
        let before = self.head().count.fetch_add(1, Ordering::Relaxed);
        // More clones than there are addresses for have been forgotten somewhere.
        assert!(before < usize::MAX / 2, "too many references to a term");
        CountedTerm { head: self.head }
    }
}

impl Drop for CountedTerm {
    #[inline]
    fn drop(&mut self) {
        let count = &self.head().count;
        // Who holds it alone need not write that it does so no longer.
        if count.load(Ordering::Acquire) != 1 {
            if count.fetch_sub(1, Ordering::Release) != 1 {
                return;
            }
            // What the others did happens before the memory goes.
            fence(Ordering::Acquire);
        }
        CountedTerm::release(self.head);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::{self, Shared};
    use crate::build::Build;
    use crate::equal::exact;
    use crate::literal::LiteralArea;
    use crate::scratch::Scratch;

    #[test]
    fn copies_are_equal_and_outlive_what_they_were_made_of() {
        let copy = {
            let heap = Scratch::new();
            CountedTerm::copy_of(
                heap.tuple(&[Term::small(1), heap.list(&[Term::small(2), heap.float(1e300)])]),
            )
        };
        let heap = Scratch::new();
        let same = heap.tuple(&[Term::small(1), heap.list(&[Term::small(2), heap.float(1e300)])]);
        assert!(exact(copy.term(), same));
        let other = copy.clone();
        drop(copy);
        assert!(exact(other.term(), same));
    }

    #[test]
    fn tuples_are_made_of_copies_of_elements() {
        let heap = Scratch::new();
        let bits = bits::binary(&[7; 200], &heap);
        let list = heap.list(&[Term::small(2), heap.float(1e300), bits]);
        let elements = [Term::small(1), list, Term::NIL, bits, list];
        let copy = CountedTerm::tuple_of(&elements);
        assert!(exact(copy.term(), heap.tuple(&elements)));
        assert_eq!(copy.words(), CountedTerm::copy_of(heap.tuple(&elements)).words());
        assert_eq!(CountedTerm::tuple_of(&[]).term().as_tuple().map(|tuple| tuple.arity()), Some(0));
    }

    #[test]
    fn elements_are_set_only_by_one_who_is_alone() {
        let heap = Scratch::new();
        let mut copy = CountedTerm::copy_of(heap.tuple(&[Term::small(1), heap.cons(Term::NIL, Term::NIL)]));
        assert!(copy.set_element(0, Term::small(7)));
        assert!(!copy.set_element(1, Term::small(7)), "there is a cell in the heap of the term");
        assert!(!copy.set_element(2, Term::small(7)));
        assert!(!copy.set_element(0, heap.cons(Term::NIL, Term::NIL)));
        let other = copy.clone();
        assert!(!copy.set_element(0, Term::small(8)));
        assert_eq!(other.term().as_tuple().expect("a tuple").element(0).as_small(), Some(7));
        drop(other);
        assert!(copy.set_element(0, Term::small(8)));
    }

    #[test]
    fn literals_are_neither_copied_nor_changed() {
        let area = LiteralArea::new();
        let literal = area.tuple(&[Term::small(1)]).word();
        let _literals = area.seal();
        // SAFETY: the literals live.
        let term = unsafe { Term::from_word(literal) };
        let mut copy = CountedTerm::copy_of(term);
        assert_eq!(copy.term().word(), literal);
        assert!(!copy.set_element(0, Term::small(2)));
    }

    #[test]
    fn shared_bytes_are_counted() {
        let heap = Scratch::new();
        let shared = Shared::zeroed(100, 100);
        let binary = heap.object(Kind::RefBits, &[shared.into_address(), 0, 800, 0], &[]);
        heap.own_off_heap(NonNull::new(binary.word().address()).expect("an address"));
        let count = |term| bits::shared_by(term).expect("shared bytes").2;
        let before = count(binary);
        let copy = CountedTerm::copy_of(heap.tuple(&[binary]));
        let other = copy.clone();
        assert_eq!(count(binary), before + 1);
        drop(copy);
        assert_eq!(count(binary), before + 1);
        drop(other);
        assert_eq!(count(binary), before);
    }

    #[test]
    fn threads_hold_and_let_go() {
        let heap = Scratch::new();
        let copy = CountedTerm::copy_of(heap.tuple(&[Term::small(5)]));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let mine = copy.clone();
                scope.spawn(move || {
                    for _ in 0..1000 {
                        let again = mine.clone();
                        assert_eq!(again.term().as_tuple().expect("a tuple").element(0).as_small(), Some(5));
                    }
                });
            }
        });
        let mut copy = copy;
        assert!(copy.is_alone());
    }
}
