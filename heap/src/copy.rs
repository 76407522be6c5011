//! Copying terms from one owner to another: first the size, then the copy in one piece.
//!
//! Terms of few objects have a way of their own (`few`). For others, both walks are iterative. The size walk keeps a worklist; the copy needs none, because what has been copied
//! but not looked through yet is itself the list of what is left to do.

mod few;

use std::ptr::NonNull;

use crate::arena::{Bounds, Range, bounds, is_literal};
use crate::bits::shared;
use crate::build::Build;
use crate::layout::{Kind, ref_bits};
use crate::pace::{self, Steps};
use crate::term::Term;
use crate::word::Word;
use crate::worklist::Worklist;
use few::Few;

const WORD_BYTES: usize = std::mem::size_of::<Word>();

/// A stretch of term words still to be looked at: from, and up to but not including.
type Stretch = (*const Word, *const Word);

/// How many words a copy of the term takes. Literals take none, shared parts count each time they are reached.
pub fn size_of(term: Term<'_>) -> usize {
    let literals = bounds(Range::Literals);
    let mut rest = Worklist::<Stretch, 8>::new();
    let mut words = 0;
    let mut word = term.word();
    let mut steps = Steps::new();
    loop {
        let mut stretch = (std::ptr::null(), std::ptr::null());
        if word.is_pointer() && !literals.contains(word) {
            // SAFETY: the term's objects stay where they are while it is borrowed.
            let (size, terms) = unsafe { parts(word) };
            words += size;
            stretch = terms;
            if size > pace::PORTION {
                // SAFETY: as above; the parts of a stretch are stretches.
                stretch = unsafe { first_portion(stretch, &mut rest) };
            }
            steps.add(size.min(pace::PORTION));
        }
        word = loop {
            // SAFETY: stretches consist of terms of objects.
            match unsafe { first_pointer(stretch) } {
                Some((pointer, left)) => {
                    if left.0 < left.1 {
                        rest.push(left);
                    }
                    break pointer;
                }
                None => match rest.pop() {
                    Some(next) => {
                        steps.step();
                        stretch = next;
                    }
                    None => {
                        steps.end();
                        return words;
                    }
                },
            }
        };
    }
}

/// Cuts a long stretch into portions, so that going over words that are no pointers counts: all but the first wait.
#[cold]
unsafe fn first_portion((mut at, end): Stretch, rest: &mut Worklist<Stretch, 8>) -> Stretch {
    // SAFETY: the caller passes a stretch of readable words.
    unsafe {
        while end.offset_from_unsigned(at) > pace::PORTION {
            rest.push((at, at.add(pace::PORTION)));
            at = at.add(pace::PORTION);
            // A portion that waits counts as a step when its turn comes; its words count here.
            pace::charge(pace::PORTION / 4);
        }
    }
    (at, end)
}

/// The first pointer of a stretch, and what is left of it behind that.
#[inline(always)]
unsafe fn first_pointer(stretch: Stretch) -> Option<(Word, Stretch)> {
    let (mut at, end) = stretch;
    while at < end {
        // SAFETY: the caller passes a stretch of readable words.
        unsafe {
            let word = *at;
            at = at.add(1);
            if word.is_pointer() {
                return Some((word, (at, end)));
            }
        }
    }
    None
}

/// Words and terms of the object that a pointer leads to.
#[inline(always)]
unsafe fn parts(pointer: Word) -> (usize, Stretch) {
    let at: *const Word = pointer.address();
    // SAFETY: the caller passes a pointer to a cons cell, which has two words, or to an object, which has as many
    // as its header says.
    unsafe {
        if pointer.is_cons() {
            return (2, (at, at.add(2)));
        }
        let header = *at;
        let size = header.header_size();
        let raw = header.header_kind().raw_words().min(size);
        (size + 1, (at.add(1 + raw), at.add(1 + size)))
    }
}

/// What is known of a term that is going to be copied.
pub(crate) struct Survey {
    few: Few,
    has_few: bool,
}

impl Survey {
    /// Nothing yet.
    #[inline(always)]
    pub const fn new() -> Survey {
        Survey { few: Few::new(), has_few: false }
    }

    /// Surveys a term, and returns how many words its copy takes.
    #[inline(always)]
    pub fn words_of(&mut self, term: Term<'_>) -> usize {
        self.words_of_few(term).unwrap_or_else(|| size_of(term))
    }

    /// The same, unless the term has many objects or large ones.
    #[inline(always)]
    pub fn words_of_few(&mut self, term: Term<'_>) -> Option<usize> {
        let word = term.word();
        self.has_few = false;
        if !word.is_pointer() || is_literal(word) {
            return Some(0);
        }
        // SAFETY: a pointer to an object that is no literal, which stays while the term is borrowed.
        let words = unsafe { self.few.find(word) }?;
        self.has_few = true;
        Some(words)
    }

    /// Copies the term to `to`, and returns its new root. `own` is told of each off-heap object made, which has
    /// been given a count of its own.
    ///
    /// # Safety
    /// `root` is the term that was surveyed, which is still as it was and takes words, and there is room for all of
    /// them at `to`.
    #[inline(always)]
    pub unsafe fn copy_to(&self, root: Word, to: *mut Word, own: impl FnMut(*mut Word)) -> Word {
        // SAFETY: as promised.
        unsafe { if self.has_few { self.few.copy_to(to, own) } else { copy_to(root, to, own) } }
    }
}

/// A copy of the term in another place.
#[inline]
pub fn copy_into<'t, B: Build>(to: &'t B, term: Term<'_>) -> Term<'t> {
    if !term.word().is_pointer() {
        // SAFETY: an immediate.
        return unsafe { Term::from_word(term.word()) };
    }
    copy_object_into(to, term)
}

fn copy_object_into<'t, B: Build>(to: &'t B, term: Term<'_>) -> Term<'t> {
    let mut survey = Survey::new();
    let words = survey.words_of(term);
    if words == 0 {
        // SAFETY: an immediate or a literal; literals outlive whatever refers to them.
        return unsafe { Term::from_word(term.word()) };
    }
    let at = to.allocate(words);
    // SAFETY: the room is fresh and as large as the copy, which fills all of it.
    unsafe {
        let root = survey.copy_to(term.word(), at.as_ptr(), |object| {
            to.own_off_heap(NonNull::new_unchecked(object));
        });
        Term::from_word(root)
    }
}

/// Copies a term to `to`, and returns its new root. `own` is told of each off-heap object made, which has been
/// given a count of its own.
///
/// # Safety
/// `root` is a term whose objects stay where they are meanwhile, and there is room for [`size_of`] it at `to`.
unsafe fn copy_to(root: Word, to: *mut Word, mut own: impl FnMut(*mut Word)) -> Word {
    let literals = bounds(Range::Literals);
    let mut free = to;
    // SAFETY: the room suffices, as promised, for this and all that follows.
    let root = unsafe { transfer(root, &mut free, literals, &mut own) };
    let mut scan = to;
    let mut charged = to;
    while scan < free {
        if scan.addr() - charged.addr() > pace::PORTION * WORD_BYTES {
            pace::charge(pace::PORTION);
            charged = scan;
        }
        // SAFETY: words up to `free` have been copied: headers, terms, and raw words that are passed over.
        unsafe {
            let word = *scan;
            if word.is_header() {
                scan = scan.add(1 + word.header_kind().raw_words().min(word.header_size()));
                continue;
            }
            *scan = transfer(word, &mut free, literals, &mut own);
            scan = scan.add(1);
        }
    }
    // SAFETY: both are places in the copy.
    pace::charge(unsafe { free.offset_from_unsigned(charged) });
    root
}

/// Copies one object to `free` and returns the pointer to the copy; other words are returned as they are.
#[inline(always)]
unsafe fn transfer(
    word: Word,
    free: &mut *mut Word,
    literals: Bounds,
    own: &mut impl FnMut(*mut Word),
) -> Word {
    if !word.is_pointer() || literals.contains(word) {
        return word;
    }
    let (from, to): (*const Word, _) = (word.address(), *free);
    // SAFETY: `from` is an object of a term, and there is room for it at `to`.
    unsafe {
        if word.is_cons() {
            *to = *from;
            *to.add(1) = *from.add(1);
            *free = to.add(2);
            return Word::cons(to);
        }
        let header = *from;
        let words = 1 + header.header_size();
        copy_words(from, to, words);
        *free = to.add(words);
        if header.header_kind() == Kind::RefBits {
            shared::retain((*to.add(ref_bits::SHARED)).0);
            own(to);
        }
        Word::boxed(to)
    }
}

/// Copies words that do not overlap; objects are mostly so small that a call would cost more than the copy.
///
/// # Safety
/// `words` words, at least one, can be read at `from` and written at `to`.
#[inline(always)]
pub(crate) unsafe fn copy_words(from: *const Word, to: *mut Word, words: usize) {
    if words > 16 {
        // SAFETY: as promised.
        return unsafe { copy_many_words(from, to, words) };
    }
    // SAFETY: as promised. Volatile keeps the compiler from making it a call.
    unsafe {
        let mut at = words & 1;
        to.write_volatile(*from);
        while at < words {
            to.add(at).write_volatile(*from.add(at));
            to.add(at + 1).write_volatile(*from.add(at + 1));
            at += 2;
        }
    }
}

/// As [`copy_words`], in portions that are charged for.
///
/// # Safety
/// As there.
#[inline(never)]
pub(crate) unsafe fn copy_many_words(from: *const Word, to: *mut Word, words: usize) {
    let mut at = 0;
    while words - at > WORDS_PER_PORTION {
        // SAFETY: as promised.
        unsafe { std::ptr::copy_nonoverlapping(from.add(at), to.add(at), WORDS_PER_PORTION) };
        at += WORDS_PER_PORTION;
        pace::charge(pace::PORTION);
    }
    // SAFETY: as promised.
    unsafe { std::ptr::copy_nonoverlapping(from.add(at), to.add(at), words - at) };
}

/// Words of a plain copy that are a portion of work.
const WORDS_PER_PORTION: usize = pace::PORTION * pace::BYTES_PER_STEP / WORD_BYTES;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::Shared;
    use crate::equal::exact;
    use crate::fragment::Message;
    use crate::heap::{Heap, HeapConfig};
    use crate::literal::LiteralArea;
    use crate::scratch::Scratch;
    use crate::term::Pid;

    fn heap() -> Heap {
        Heap::new(&HeapConfig::default())
    }

    #[test]
    fn sizes_are_exact_and_copies_equal() {
        let heap = heap();
        let list = heap.list(&[Term::small(1), heap.float(1e300), Term::NIL]);
        let inner = heap.tuple(&[list, heap.tuple(&[]), heap.integer(i64::MAX)]);
        let term = heap.tuple(&[Term::pid(Pid(3)), heap.reference(1, None), inner, list]);
        // The list is reached twice, and so is its float.
        assert_eq!(size_of(term), 5 + 4 + 4 + 1 + 2 + 2 * (6 + 2));
        let message = Message::copy_of(term);
        assert!(exact(message.term(), term));
        assert_eq!(size_of(message.term()), size_of(term));
        let scratch = Scratch::new();
        assert!(exact(copy_into(&scratch, message.term()), term));
    }

    #[test]
    fn deep_terms_are_copied_without_recursion() {
        let heap = heap();
        let wrap: [fn(&Heap, Term<'_>) -> Word; 3] = [
            |heap, inner| heap.cons(inner, Term::NIL).word(),
            |heap, inner| heap.cons(Term::NIL, inner).word(),
            |heap, inner| heap.tuple(&[Term::small(1), inner, Term::small(2)]).word(),
        ];
        for wrap in wrap {
            // SAFETY: the words are terms of this heap, which is not collected.
            let term = (0..1_000_000).fold(Term::NIL, |term, _| unsafe { heap.term(wrap(&heap, term)) });
            let message = Message::copy_of(term);
            assert_eq!(size_of(message.term()), size_of(term));
            let mut at = message.term();
            let mut depth = 0;
            while !at.is_nil() {
                at = match at.as_cons() {
                    Some(cons) => {
                        if cons.head().is_nil() {
                            cons.tail()
                        } else {
                            cons.head()
                        }
                    }
                    None => at.as_tuple().expect("a tuple").element(1),
                };
                depth += 1;
            }
            assert!(depth == 1_000_000, "{depth}");
        }
    }

    #[test]
    fn literals_stay_and_shared_bytes_are_counted() {
        let area = LiteralArea::new();
        let literal = area.tuple(&[Term::small(1)]).word();
        let _literals = area.seal();
        let shared = Shared::zeroed(100, 100);
        let heap = heap();
        let bits = heap.object(Kind::RefBits, &[shared.clone().into_address(), 0, 800, 0], &[]);
        heap.own_off_heap(NonNull::new(bits.word().address()).expect("an address"));
        // SAFETY: the area outlives the heap.
        let literal = unsafe { heap.term(literal) };
        let term = heap.tuple(&[literal, bits, bits]);
        assert_eq!(size_of(term), 4 + 2 * ref_bits::WORDS);
        let message = Message::copy_of(term);
        assert_eq!(shared.references(), 4);
        let receiver = self::heap();
        let received = receiver.attach(message).as_tuple().expect("a tuple");
        let first = received.element(0).word();
        assert!(first == literal.word() && is_literal(first));
        assert!(Message::copy_of(literal).fragment().is_none());
        drop(heap);
        assert_eq!(shared.references(), 3);
        drop(receiver);
        assert_eq!(shared.references(), 1);
    }
}
