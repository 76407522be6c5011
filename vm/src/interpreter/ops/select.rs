//! Choosing a label by value.
//!
//! The list behind a `select` holds `count` values, a word each, then their labels, two to a word.

use purlin_heap::layout::Kind;
use purlin_heap::word::{Word, tag};

use super::{Label, list_word, load, op};
use crate::interpreter::regs::Regs;

/// Where the label `index` leads, of a list of labels that begins `words` words behind the instruction.
///
/// # Safety
/// The list of the instruction that runs must have that label.
#[inline(always)]
unsafe fn label(r: &Regs, bytes: usize, words: usize, index: usize) -> *const u8 {
    // SAFETY: within the list, by the caller.
    unsafe {
        let labels = r.ip.add(bytes + words * 8).cast::<Label>();
        r.ip.offset(*labels.add(index) as isize)
    }
}

/// The place of `value` among the first `count` words of the list, in order.
///
/// # Safety
/// The list of the instruction that runs must have that many words.
#[inline(always)]
unsafe fn find(r: &Regs, bytes: usize, count: usize, value: Word) -> Option<usize> {
    // SAFETY: within the list, by the caller.
    (0..count).find(|&index| unsafe { list_word(r, bytes, index) } == value)
}

op! { control SelectLinear [src: S Src] (fail: Label, count: u32) |r| {
    let (value, count) = (src.get(&r), count.get(&r) as usize);
    match find(&r, Self::BYTES, count, value) {
        Some(index) => r.jump(label(&r, Self::BYTES, count, index)),
        None => r.branch(fail.get(&r)),
    }
} }

op! { control SelectHashed [src: S Src] (fail: Label, shift: u32, factor: u64) |r| {
    let (value, shift) = (src.get(&r), shift.get(&r));
    let size = 1 << (64 - shift);
    let mut place = (value.0.wrapping_mul(factor.get(&r)) >> shift) as usize;
    loop {
        let word = list_word(&r, Self::BYTES, place);
        if word == value {
            return r.jump(label(&r, Self::BYTES, size, place));
        }
        if word == Word::HOLE {
            return r.branch(fail.get(&r));
        }
        place = (place + 1) & (size - 1);
    }
} }

op! { control SelectDense [src: S Src] (fail: Label, count: u32, low: Word) |r| {
    let value = src.get(&r);
    // Both are tagged smalls: their distance is eight times the index, and anything else is out of range.
    let distance = value.0.wrapping_sub(low.get(&r).0);
    if value.is_small() && distance < (count.get(&r) as u64) << 3 {
        return r.jump(label(&r, Self::BYTES, 0, (distance >> 3) as usize));
    }
    r.branch(fail.get(&r))
} }

op! { control SelectGeneric [src: S Src] (fail: Label, count: u32) |r| {
    let (value, count) = (src.get(&r).term(), count.get(&r) as usize);
    for index in 0..count {
        if purlin_heap::equal::exact(value, list_word(&r, Self::BYTES, index).term()) {
            return r.jump(label(&r, Self::BYTES, count, index));
        }
    }
    r.branch(fail.get(&r))
} }

op! { control SelectArity [src: S Src] (fail: Label, count: u32) |r| {
    let (value, count) = (src.get(&r), count.get(&r) as usize);
    if value.is_boxed() {
        let head = load(value, tag::BOXED, 0);
        if head.header_kind() == Kind::Tuple && let Some(index) = find(&r, Self::BYTES, count, head) {
            return r.jump(label(&r, Self::BYTES, count, index));
        }
    }
    r.branch(fail.get(&r))
} }
