//! A bit for each word of a segment.

use super::SEGMENT_WORDS;

const LIMBS: usize = SEGMENT_WORDS / 64;

/// A bit for each word of a segment, by the word's number.
pub struct Bitmap([u64; LIMBS]);

/// The bits from `from` up to `to`, which are in one limb, `to` being at most 64.
#[inline(always)]
fn mask(from: usize, to: usize) -> u64 {
    (u64::MAX << from) & (u64::MAX >> (64 - to))
}

impl Bitmap {
    #[inline(always)]
    pub fn get(&self, index: usize) -> bool {
        self.0[index / 64] >> (index % 64) & 1 != 0
    }

    /// Sets the bits from `from` up to `to`.
    #[inline(always)]
    pub fn set(&mut self, from: usize, to: usize) {
        let (first, last) = (from / 64, (to - 1) / 64);
        if first == last {
            self.0[first] |= mask(from % 64, (to - 1) % 64 + 1);
        } else {
            self.set_long(from, to);
        }
    }

    fn set_long(&mut self, from: usize, to: usize) {
        let (first, last) = (from / 64, (to - 1) / 64);
        self.0[first] |= mask(from % 64, 64);
        self.0[first + 1..last].fill(u64::MAX);
        self.0[last] |= mask(0, (to - 1) % 64 + 1);
    }

    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    pub fn copy_from(&mut self, other: &Bitmap) {
        self.0.copy_from_slice(&other.0);
    }

    /// How many bits are set.
    pub fn count(&self) -> usize {
        self.0.iter().map(|limb| limb.count_ones() as usize).sum()
    }

    /// The first bit from `from` on that is set; the number of bits when there is none.
    pub fn next_set(&self, from: usize) -> usize {
        self.next(from, 0)
    }

    /// The first bit from `from` on that is not set; the number of bits when there is none.
    pub fn next_clear(&self, from: usize) -> usize {
        self.next(from, u64::MAX)
    }

    /// The first bit from `from` on that differs from those of `same`.
    fn next(&self, from: usize, same: u64) -> usize {
        if from >= SEGMENT_WORDS {
            return SEGMENT_WORDS;
        }
        let first = (self.0[from / 64] ^ same) & (u64::MAX << (from % 64));
        if first != 0 {
            return from / 64 * 64 + first.trailing_zeros() as usize;
        }
        let rest = self.0[from / 64 + 1..].iter().position(|&limb| limb != same);
        rest.map_or(SEGMENT_WORDS, |further| {
            let limb = from / 64 + 1 + further;
            limb * 64 + (self.0[limb] ^ same).trailing_zeros() as usize
        })
    }

    /// The runs of bits that are set, from `from` on: first and end of each.
    pub fn runs(&self, from: usize) -> impl Iterator<Item = (usize, usize)> {
        let mut at = from;
        std::iter::from_fn(move || {
            let start = self.next_set(at);
            at = self.next_clear(start);
            (start < SEGMENT_WORDS).then_some((start, at))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    #[test]
    fn runs_are_what_was_set() {
        let mut random = Random(7);
        for _ in 0..200 {
            let mut bitmap = Box::new(Bitmap([0; LIMBS]));
            let mut model = vec![false; SEGMENT_WORDS];
            for _ in 0..random.below(60) {
                let from = random.below(SEGMENT_WORDS as u64) as usize;
                let to = (from + 1 + random.below(300) as usize).min(SEGMENT_WORDS);
                bitmap.set(from, to);
                model[from..to].fill(true);
            }
            let mut seen = vec![false; SEGMENT_WORDS];
            for (from, to) in bitmap.runs(0) {
                assert!(from < to && (to == SEGMENT_WORDS || !model[to]) && (from == 0 || !model[from - 1]));
                seen[from..to].fill(true);
            }
            assert!(seen == model);
            assert_eq!(bitmap.count(), model.iter().filter(|&&bit| bit).count());
            assert!((0..SEGMENT_WORDS).step_by(13).all(|index| bitmap.get(index) == model[index]));
        }
    }
}
