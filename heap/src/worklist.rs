//! The stack of what is still to be done in a walk over a term: the first entries inline, so that walks over
//! shallow terms do not allocate, the rest in a vector, so that no term is too deep.

use std::mem::MaybeUninit;

/// A stack whose first `N` entries stand inline.
pub(crate) struct Worklist<T: Copy, const N: usize> {
    inline: [MaybeUninit<T>; N],
    len: usize,
    rest: Vec<T>,
}

impl<T: Copy, const N: usize> Worklist<T, N> {
    #[inline]
    pub(crate) const fn new() -> Self {
        Worklist { inline: [const { MaybeUninit::uninit() }; N], len: 0, rest: Vec::new() }
    }

    #[inline]
    pub(crate) fn push(&mut self, entry: T) {
        if self.len < N {
            self.inline[self.len].write(entry);
            self.len += 1;
        } else {
            self.rest.push(entry);
        }
    }

    /// The entry pushed last. The vector holds entries only while the inline part is full.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<T> {
        if self.len == N
            && let Some(entry) = self.rest.pop()
        {
            return Some(entry);
        }
        self.len = self.len.checked_sub(1)?;
        // SAFETY: entries below the old `len` have been written by `push`.
        Some(unsafe { self.inline[self.len].assume_init() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_in_first_out_across_the_inline_part() {
        let mut list = Worklist::<u32, 3>::new();
        for round in 0..3 {
            (0..10).for_each(|i| list.push(i + round));
            assert!((0..10).rev().all(|i| list.pop() == Some(i + round)));
            assert_eq!(list.pop(), None);
        }
    }
}
