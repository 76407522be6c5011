//! Running a process for one slice.

use super::machine::Machine;
use super::regs::{Regs, TAIL_CALLS, next_handler};
use crate::process::Process;

/// Why a process left the processor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// Its slice is over in the midst of work: it goes on on the fiber that it runs on.
    Interrupted,
    /// What it did was given up, and it may only end.
    GivenUp,
    /// Its slice is over.
    Yielded,
    /// It waits for a signal or a time.
    Waiting,
    /// It has ended; the reason stands in it.
    Exited,
}

/// Runs the process from where it stopped, for `slice` reductions.
///
/// # Safety
/// The caller has the right to run the process, and nothing else refers to its owned part. The register file is that of
/// the fiber that this runs on.
pub(crate) unsafe fn run(machine: *mut Machine, process: *mut Process, slice: i64) -> Exit {
    // SAFETY: the process was suspended by the interpreter or set up by `spawn`, at an instruction
    // where exactly the saved X registers are live.
    unsafe {
        (*machine).process = process;
        (*machine).slice = slice;
        (*machine).pace.take();
        (*machine).interrupted = 0;
        (*machine).exit = None;
        let live = (*process).saved.registers();
        (&mut (*machine).x)[..live.len()].copy_from_slice(live);
        let ip = (*process).saved.ip;
        (*process).saved.clear();
        let heap = &(*process).heap;
        let registers = Regs {
            ip: ip.cast(),
            machine,
            hp: heap.top(),
            sp: heap.stack_top(),
            reductions: slice,
            x0: (*machine).x[0],
        };
        registers.go();
        while !TAIL_CALLS && (*machine).exit.is_none() {
            let Regs { ip, machine, hp, sp, reductions, x0 } = (*machine).registers;
            let next = next_handler(ip);
            next(ip, machine, hp, sp, reductions, x0);
        }
        let done = (*machine).slice - (*machine).registers.reductions + (*machine).interrupted;
        (*process).reductions += done.max(0) as u64;
        (*machine).process = std::ptr::null_mut();
        (*machine).exit.take().expect("a chain of handlers ends by leaving the processor")
    }
}
