//! None, one or several counted terms in one word: most places that hold such have one at most.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::slice;

use super::CountedTerm;

/// No term, one, or several in their order. One takes no memory beside its own.
///
/// The word is nothing, the address of a term, or that of a box with several, with its lowest bit set.
#[derive(Default)]
pub struct CountedTerms {
    word: Option<NonNull<()>>,
}

/// Two terms or more.
struct Several {
    terms: Vec<CountedTerm>,
    /// Words of all of them.
    words: usize,
}

// SAFETY: it owns what it leads to, which is a counted term or a box of some, and those may be sent.
unsafe impl Send for CountedTerms {}
// SAFETY: a shared reference gives shared references to counted terms.
unsafe impl Sync for CountedTerms {}

/// Marks the address of several terms. Both addresses are those of words.
const SEVERAL: usize = 1;

/// What the word stands for.
enum Content {
    None,
    One(CountedTerm),
    Several(Box<Several>),
}

impl CountedTerms {
    fn several(&self) -> Option<NonNull<Several>> {
        let word = self.word.filter(|word| word.addr().get() & SEVERAL != 0)?;
        NonNull::new(word.as_ptr().map_addr(|address| address & !SEVERAL)).map(NonNull::cast)
    }

    fn of(content: Content) -> CountedTerms {
        let word = match content {
            Content::None => None,
            Content::One(term) => Some(ManuallyDrop::new(term).head.cast()),
            Content::Several(several) => {
                NonNull::new(Box::into_raw(several).cast::<()>().map_addr(|address| address | SEVERAL))
            }
        };
        CountedTerms { word }
    }

    /// What is there, taken out.
    fn take_all(&mut self) -> Content {
        let several = self.several();
        match (self.word.take(), several) {
            (None, _) => Content::None,
            (Some(word), None) => Content::One(CountedTerm { head: word.cast() }),
            // SAFETY: made of a box by `of`, and nobody has the word any more.
            (_, Some(several)) => Content::Several(unsafe { Box::from_raw(several.as_ptr()) }),
        }
    }

    /// The terms.
    #[inline(always)]
    pub fn terms(&self) -> &[CountedTerm] {
        match self.word {
            None => &[],
            Some(word) if word.addr().get() & SEVERAL == 0 => {
                // SAFETY: a counted term is the address of its head and nothing else, which is what stands here.
                slice::from_ref(unsafe { &*(&raw const self.word).cast::<CountedTerm>() })
            }
            // SAFETY: the box is ours, and borrowed as long as we are.
            Some(_) => self.several().map_or(&[], |several| unsafe { &several.as_ref().terms }),
        }
    }

    /// The first of them.
    #[inline(always)]
    pub fn first(&self) -> Option<&CountedTerm> {
        self.terms().first()
    }

    /// The term, if there is one and no more.
    #[inline]
    pub fn only(&mut self) -> Option<&mut CountedTerm> {
        self.word.filter(|word| word.addr().get() & SEVERAL == 0)?;
        // SAFETY: as in `terms`; it is borrowed exclusively, as we are.
        Some(unsafe { &mut *(&raw mut self.word).cast::<CountedTerm>() })
    }

    /// Words of all of them.
    #[inline]
    pub fn words(&self) -> usize {
        match self.several() {
            // SAFETY: the box is ours.
            Some(several) => unsafe { several.as_ref().words },
            None => self.first().map_or(0, CountedTerm::words),
        }
    }

    /// Has the processor fetch the term, if there is one and no more, since it is going to be looked at soon.
    #[inline(always)]
    pub fn prefetch(&self) {
        if self.word.is_some_and(|word| word.addr().get() & SEVERAL == 0)
            && let Some(term) = self.first()
        {
            term.prefetch();
        }
    }

    /// Whether there is none.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.word.is_none()
    }

    /// Puts one term in the place of all; gives those.
    #[inline]
    pub fn replace(&mut self, term: CountedTerm) -> CountedTerms {
        std::mem::replace(self, CountedTerms::of(Content::One(term)))
    }

    /// Adds a term behind the others.
    pub fn push(&mut self, term: CountedTerm) {
        let content = match self.take_all() {
            Content::None => Content::One(term),
            Content::One(first) => {
                let words = first.words() + term.words();
                Content::Several(Box::new(Several { terms: vec![first, term], words }))
            }
            Content::Several(mut several) => {
                several.words += term.words();
                several.terms.push(term);
                Content::Several(several)
            }
        };
        *self = CountedTerms::of(content);
    }

    /// Moves the terms out that are not wanted.
    pub fn take(&mut self, mut unwanted: impl FnMut(&CountedTerm) -> bool, taken: &mut Vec<CountedTerm>) {
        let content = match self.take_all() {
            Content::One(term) if unwanted(&term) => {
                taken.push(term);
                Content::None
            }
            Content::Several(mut several) => {
                let before = taken.len();
                taken.extend(several.terms.extract_if(.., |term| unwanted(term)));
                several.words -= taken[before..].iter().map(CountedTerm::words).sum::<usize>();
                match several.terms.len() {
                    0 => Content::None,
                    1 => several.terms.pop().map_or(Content::None, Content::One),
                    _ => Content::Several(several),
                }
            }
            content => content,
        };
        *self = CountedTerms::of(content);
    }

    /// The term, if there is one and no more; otherwise nothing, and any are let go.
    #[inline]
    pub fn into_only(mut self) -> Option<CountedTerm> {
        match self.take_all() {
            Content::One(term) => Some(term),
            _ => None,
        }
    }
}

impl From<CountedTerm> for CountedTerms {
    #[inline]
    fn from(term: CountedTerm) -> CountedTerms {
        CountedTerms::of(Content::One(term))
    }
}

impl Drop for CountedTerms {
    #[inline]
    fn drop(&mut self) {
        if !self.is_empty() {
            drop(self.take_all());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::Build;
    use crate::scratch::Scratch;
    use crate::term::Term;

    fn term(value: i64) -> CountedTerm {
        CountedTerm::copy_of(Scratch::new().tuple(&[Term::small(value)]))
    }

    fn value(term: &CountedTerm) -> i64 {
        term.term().as_tuple().expect("a tuple").element(0).as_small().expect("a small integer")
    }

    fn values(terms: &CountedTerms) -> Vec<i64> {
        terms.terms().iter().map(value).collect()
    }

    #[test]
    fn terms_stand_in_the_order_in_which_they_came() {
        let mut terms = CountedTerms::default();
        assert!(terms.is_empty() && terms.words() == 0 && terms.only().is_none());
        for number in 0..5 {
            terms.push(term(number));
            assert_eq!(values(&terms), (0..=number).collect::<Vec<_>>());
            assert_eq!(terms.words(), (number as usize + 1) * term(0).words());
            assert_eq!(terms.only().is_some(), number == 0);
        }
        let mut taken = Vec::new();
        terms.take(|term| value(term) % 2 == 0, &mut taken);
        assert_eq!((values(&terms), taken.len()), (vec![1, 3], 3));
        terms.take(|term| value(term) == 1, &mut taken);
        assert_eq!((values(&terms), terms.only().map(|term| value(term))), (vec![3], Some(3)));
        assert_eq!(terms.words(), term(0).words());
        terms.take(|_| true, &mut taken);
        assert!(terms.is_empty() && taken.len() == 5);
    }

    #[test]
    fn what_is_replaced_is_given_back() {
        let mut terms = CountedTerms::default();
        assert!(terms.replace(term(1)).is_empty());
        assert_eq!(terms.replace(term(2)).into_only().as_ref().map(value), Some(1));
        terms.push(term(3));
        assert!(terms.replace(term(4)).into_only().is_none());
        assert_eq!(values(&terms), [4]);
        assert!(terms.only().expect("one").set_element(0, Term::small(5)));
        assert_eq!(values(&terms), [5]);
    }
}
