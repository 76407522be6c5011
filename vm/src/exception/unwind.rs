//! Finding the handler of an exception, and the end of a process that has none.

use purlin_heap::word::Word;
use purlin_heap::{Build, Term, am};

use super::trace;
use crate::Vm;
use crate::native::Class;
use crate::process::Process;

/// The handler of the innermost catch tag on the stack. The frames above the one that holds it are given up.
///
/// Frames end at return addresses, which no other word of a stack looks like; the slots of a frame that hold no catch
/// tag never look like one.
pub fn find_handler(process: &mut Process) -> Option<*const u64> {
    loop {
        let words = process.heap.block_stack();
        let mut frame = 0;
        for (index, word) in words.iter().enumerate() {
            if word.is_header() {
                frame = index + 1;
            } else if word.is_catch() {
                let handler = word.catch_address();
                // SAFETY: the frame starts within the stack of the block.
                unsafe { process.heap.set_stack_top(process.heap.stack_top().add(frame)) };
                return Some(handler);
            }
        }
        if !process.heap.has_frozen() {
            return None;
        }
        // SAFETY: the stack of the block is given up as a whole.
        unsafe { process.heap.set_stack_top(process.heap.stack_end()) };
        // A heap above its limit is found out at the next collection.
        let _ = process.underflow(&mut []);
    }
}

/// Ends the process by an exception that nothing caught: its exit reason is that of the class, and an error is
/// reported.
pub fn end(vm: &Vm, process: &mut Process, class: Class, reason: Word, trace: Word) {
    let heap = &process.heap;
    // SAFETY: the words are values of the process, whose heap is not collected here.
    let (reason, trace) = unsafe { (reason.term(), trace.term()) };
    let reason = match class {
        Class::Exit => reason,
        Class::Error => heap.tuple(&[reason, trace::build(vm, heap, trace)]),
        Class::Throw => {
            let nocatch = heap.tuple(&[Term::atom(am::nocatch), reason]);
            heap.tuple(&[nocatch, trace::build(vm, heap, trace)])
        }
    };
    let reason = reason.word();
    process.end_with(class, reason);
}
