//! Match contexts: a bit string, a position in it and an end.

use super::Bits;
use super::copy::load;
use crate::build::Build;
use crate::layout::{Kind, header, match_context};
use crate::term::{Boxed, Term};
use crate::word::Word;

/// A match context. Its position is one of the few words of a heap that change.
#[derive(Clone, Copy)]
pub struct MatchContext<'h>(Boxed<'h>);

impl<'h> MatchContext<'h> {
    /// The context that a term is.
    #[inline]
    pub fn of(term: Term<'h>) -> Option<MatchContext<'h>> {
        term.as_boxed().filter(|object| object.kind() == Kind::MatchContext).map(MatchContext)
    }

    /// The context that a word is.
    ///
    /// # Safety
    /// The word is a context that is alive for `'h`.
    #[inline(always)]
    pub unsafe fn from_word(word: Word) -> MatchContext<'h> {
        // SAFETY: as promised.
        let object = unsafe { Boxed::new(word.address()) };
        debug_assert!(object.kind() == Kind::MatchContext);
        MatchContext(object)
    }

    /// A context at the start of a bit string; nothing when `original` is none.
    pub fn new<B: Build + ?Sized>(original: Term<'h>, build: &'h B) -> Option<MatchContext<'h>> {
        let size = Bits::of(original)?.bit_size();
        let at = build.allocate(match_context::WORDS).as_ptr();
        // SAFETY: as many fresh words.
        unsafe {
            *at = header(Kind::MatchContext, match_context::WORDS - 1);
            *at.add(match_context::POSITION) = Word(0);
            *at.add(match_context::END) = Word(size as u64);
            *at.add(match_context::ORIGINAL) = original.word();
            Some(MatchContext(Boxed::new(at)))
        }
    }

    /// The context as a term, which no program may see.
    #[inline(always)]
    pub fn as_term(self) -> Term<'h> {
        self.0.as_term()
    }

    /// The position, in bits from the start of the original.
    #[inline(always)]
    pub fn position(self) -> usize {
        self.0.raw(match_context::POSITION) as usize
    }

    /// The end, in bits from the start of the original.
    #[inline(always)]
    pub fn end(self) -> usize {
        self.0.raw(match_context::END) as usize
    }

    /// How many bits there are from the position on.
    #[inline(always)]
    pub fn left(self) -> usize {
        self.end() - self.position()
    }

    /// Moves the position, which must not be behind the end.
    #[inline(always)]
    pub fn set_position(self, position: usize) {
        debug_assert!(position <= self.end());
        // SAFETY: the position is a raw word of the context, to which nothing holds a reference.
        unsafe { (*self.0.address().add(match_context::POSITION)).0 = position as u64 };
    }

    /// The bit string that is matched.
    #[inline(always)]
    pub fn original(self) -> Term<'h> {
        self.0.term(match_context::ORIGINAL)
    }

    /// The bits up to the end. Positions count from their first.
    #[inline]
    pub fn bits(self) -> Bits<'h> {
        Bits::of(self.original()).expect("a context is of a bit string").up_to(self.end())
    }

    /// The byte from bit `at` of the original on, which must be before the end, if it is a byte of memory too.
    #[inline(always)]
    pub fn whole_byte(self, at: usize) -> Option<u8> {
        debug_assert!(at + 8 <= self.end());
        let (base, first) = Bits::origin(self.original().as_boxed()?)?;
        let bit = first + at;
        // SAFETY: the original's bytes reach beyond this bit.
        bit.is_multiple_of(8).then(|| unsafe { *base.add(bit / 8) })
    }

    /// 64 bits from bit `at` of the original on, where 72 are left; the first one is the most significant.
    #[inline(always)]
    pub fn window(self, at: usize) -> Option<u64> {
        if self.end() < at + 72 {
            return None;
        }
        let (base, first) = Bits::origin(self.original().as_boxed()?)?;
        let bit = first + at;
        // SAFETY: the 72 bits from `bit` on reach into the ninth byte at least.
        Some(unsafe { load(base.add(bit / 8), bit % 8) })
    }

    /// The bits from the position on as a term: the original itself, when that is all of it.
    pub fn tail<B: Build + ?Sized>(self, build: &'h B) -> Term<'h> {
        let whole =
            self.position() == 0 && Bits::of(self.original()).is_some_and(|b| b.bit_size() == self.end());
        if whole { self.original() } else { self.take(self.left(), build) }
    }

    /// The next `size` bits, which must be there, as a term; does not move the position.
    pub fn take<B: Build + ?Sized>(self, size: usize, build: &'h B) -> Term<'h> {
        super::slice(self.original(), self.position(), size, build).expect("within the original")
    }
}
