//! Sorting in portions. That of the standard library moves whole halves at once between two comparisons.

use std::cmp::Ordering;

use super::{PORTION, Steps, charge};

/// Up to so many bytes are sorted by the standard library.
const AT_ONCE_BYTES: usize = 1 << 19;

/// Sorts items; those that are equal stay in their order. A comparison counts as a step.
pub fn sort_by<T: Copy>(items: &mut Vec<T>, mut compare: impl FnMut(&T, &T) -> Ordering) {
    let mut steps = Steps::new();
    let mut counted = |a: &T, b: &T| {
        steps.step();
        compare(a, b)
    };
    let mut sorted = AT_ONCE_BYTES / size_of::<T>().max(1);
    items.chunks_mut(sorted).for_each(|run| run.sort_by(&mut counted));
    let mut merged = Vec::new();
    while sorted < items.len() {
        merged.reserve(items.len());
        for pair in items.chunks(2 * sorted) {
            let (first, second) = pair.split_at(sorted.min(pair.len()));
            merge(first, second, &mut merged, &mut counted);
        }
        std::mem::swap(items, &mut merged);
        merged.clear();
        sorted *= 2;
    }
    steps.end();
}

/// Appends the items of two sorted runs in order.
fn merge<T: Copy>(
    mut first: &[T],
    mut second: &[T],
    to: &mut Vec<T>,
    mut compare: impl FnMut(&T, &T) -> Ordering,
) {
    while let (Some((a, after_a)), Some((b, after_b))) = (first.split_first(), second.split_first()) {
        if compare(a, b).is_le() {
            to.push(*a);
            first = after_a;
        } else {
            to.push(*b);
            second = after_b;
        }
    }
    for portion in first.chunks(PORTION).chain(second.chunks(PORTION)) {
        charge(portion.len());
        to.extend_from_slice(portion);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_items_are_sorted_and_equal_ones_stay_in_order() {
        let run = (AT_ONCE_BYTES / size_of::<(u32, u32)>()) as u32;
        for count in [0, 1, run - 1, run, run + 1, 2 * run, 3 * run + 5, 8 * run + 1] {
            for keys in [7, 1 << 16, u32::MAX] {
                let item = |at: u32| (at.wrapping_mul(0x9e37_79b1) % keys, at);
                let mut items: Vec<(u32, u32)> = (0..count).map(item).collect();
                let mut expected = items.clone();
                sort_by(&mut items, |a, b| a.0.cmp(&b.0));
                expected.sort();
                assert!(items == expected, "{count} items with {keys} keys");
            }
        }
    }
}
