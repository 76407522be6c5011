//! Size classes: eight to each doubling, so that a block is at most an eighth larger than asked for.

/// Words in the smallest class.
const WORDS_MIN: usize = 8;
/// Words in the largest class; more than that is served in whole pages.
pub const WORDS_MAX: usize = 4096;
/// How many classes there are.
pub const COUNT: usize = of_unchecked(WORDS_MAX) + 1;

/// The classes of the sizes that nearly all requests have, so that finding them is one load.
static SMALL: [u8; SMALL_COUNT] = {
    let mut classes = [0; SMALL_COUNT];
    let mut words = 0;
    while words < SMALL_COUNT {
        classes[words] = of_unchecked(words) as u8;
        words += 1;
    }
    classes
};
const SMALL_COUNT: usize = 128;

/// The smallest class that holds `words` words.
#[inline]
pub fn of(words: usize) -> Option<usize> {
    match words {
        ..SMALL_COUNT => Some(SMALL[words] as usize),
        SMALL_COUNT..=WORDS_MAX => Some(of_unchecked(words)),
        _ => None,
    }
}

const fn of_unchecked(words: usize) -> usize {
    if words <= WORDS_MIN {
        return 0;
    }
    let last = words - 1;
    let doubling = last.ilog2() as usize;
    // The three bits below the highest one say which eighth of the doubling is needed.
    (doubling - 3) * 8 + (last >> (doubling - 3) & 7) + 1
}

/// Words in a block of `class`.
#[inline]
pub const fn words(class: usize) -> usize {
    (8 + class % 8) << (class / 8)
}

/// Bytes in the slabs that a class is cut from: a power of two with room for fifteen blocks or more.
pub const fn slab_bytes(class: usize) -> usize {
    match words(class) {
        ..=512 => 1 << 16,
        513..=2048 => 1 << 18,
        _ => 1 << 19,
    }
}

/// How many free blocks of a class a thread keeps to itself.
pub const fn cached_max(class: usize) -> u32 {
    let blocks = (1 << 16) / (words(class) * 8);
    if blocks < 8 {
        8
    } else if blocks > 256 {
        256
    } else {
        blocks as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_gets_the_smallest_class_that_holds_it() {
        for size in 1..=WORDS_MAX {
            let class = of(size).expect("small enough");
            assert!(words(class) >= size, "{size}");
            assert!(class == 0 || words(class - 1) < size, "{size}");
        }
        assert_eq!(words(COUNT - 1), WORDS_MAX);
        assert_eq!(words(of(48).unwrap()), 48);
        assert_eq!(of(WORDS_MAX + 1), None);
    }
}
