//! Frames, heap room and returning.

use purlin_heap::word::Word;

use super::{Op, op};
use crate::interpreter::machine::RED_ZONE_BYTES;
use crate::interpreter::regs::{Cold, Regs};

/// Whether so many words and the red zone are free between heap and stack.
#[inline(always)]
pub(super) fn has_room(r: &Regs, words: usize) -> bool {
    r.sp as usize - r.hp as usize >= words * 8 + RED_ZONE_BYTES
}

/// Collects so that `words` are free, then runs the same instruction again.
///
/// # Safety
/// As for any handler; `live` X registers hold values.
pub(super) unsafe fn make_room(mut r: Cold, words: usize, live: usize) {
    // SAFETY: passed on; the instruction has changed nothing yet.
    unsafe { if r.collect(words, live) { r.go() } else { r.out_of_memory() } }
}

/// The slow path of an instruction after which the process is above its limit.
pub struct OutOfMemory;

impl super::Slow for OutOfMemory {
    unsafe fn run_slow(r: Cold) {
        // SAFETY: the registers are those of a running process.
        unsafe { r.out_of_memory() }
    }
}

op! { step Allocate [frame: F Frame] (live: u16) |r| {
    let words = frame.words(&r);
    if !has_room(&r, words) {
        return r.leave::<Self>();
    }
    r.sp = r.sp.sub(words);
    r.next(Self::BYTES)
} slow |r| {
    let (words, live) = (frame.words(&r), live.get(&r) as usize);
    make_room(r, words, live)
} }

op! { step AllocateHeap [frame: F Frame] (live: u16, words: u32) |r| {
    let frame = frame.words(&r);
    if !has_room(&r, frame + words.get(&r) as usize) {
        return r.leave::<Self>();
    }
    r.sp = r.sp.sub(frame);
    r.next(Self::BYTES)
} slow |r| {
    let (words, live) = (frame.words(&r) + words.get(&r) as usize, live.get(&r) as usize);
    make_room(r, words, live)
} }

op! { step TestHeap [] (live: u16, words: u32) |r| {
    if !has_room(&r, words.get(&r) as usize) {
        return r.leave::<Self>();
    }
    r.next(Self::BYTES)
} slow |r| {
    let (words, live) = (words.get(&r) as usize, live.get(&r) as usize);
    make_room(r, words, live)
} }

op! { straight Deallocate [frame: F Frame] () |r| { r.sp = r.sp.add(frame.words(&r)); } }

op! { straight Trim [frame: F Frame] () |r| { r.sp = r.sp.add(frame.words(&r)); } }

/// Takes the return address off the stack and goes there.
///
/// # Safety
/// The word at `sp` must be a return address.
#[inline(always)]
pub unsafe fn return_to_caller(mut r: Regs) {
    // SAFETY: by the caller; below the first frame stands the address of an instruction that ends the process.
    unsafe {
        let caller: Word = *r.sp;
        r.sp = r.sp.add(1);
        r.jump(caller.return_target().cast())
    }
}

op! { control Return [] () |r| { return_to_caller(r) } }

op! { control DeallocateReturn [frame: F Frame] () |r| {
    r.sp = r.sp.add(frame.words(&r));
    return_to_caller(r)
} }
