//! What a native reaches: its heap, its process and its machine.

use std::marker::PhantomData;
use std::ptr::NonNull;

use purlin_heap::pace::STEPS_PER_REDUCTION_LOG;
use purlin_heap::{AtomTable, Heap, Pid};

use crate::Vm;
use crate::fiber::SLICE_REDUCTIONS;
use crate::interpreter::Machine;
use crate::process::Process;

/// The calling process and its machine, for the length of one call.
pub struct Context<'h> {
    machine: NonNull<Machine>,
    call: PhantomData<&'h Heap>,
}

impl<'h> Context<'h> {
    /// The context of a call on this machine.
    ///
    /// # Safety
    /// The machine must run a process, whose heap is not collected for `'h`.
    pub(crate) unsafe fn new(machine: NonNull<Machine>) -> Context<'h> {
        Context { machine, call: PhantomData }
    }

    /// The heap of the calling process: terms are built in it with [`purlin_heap::Build`].
    #[inline]
    pub fn heap(&self) -> &'h Heap {
        // SAFETY: the process stays while it runs, and nothing takes its heap exclusively during the call.
        unsafe { &(*self.process()).heap }
    }

    /// The machine.
    #[inline]
    pub fn vm(&self) -> &'h Vm {
        // SAFETY: the register file stays while the call runs.
        unsafe { (*self.machine.as_ptr()).vm() }
    }

    /// The machine's atoms.
    #[inline]
    pub fn atoms(&self) -> &'h AtomTable {
        self.vm().atoms()
    }

    /// The calling process.
    pub fn pid(&self) -> Pid {
        // SAFETY: the process stays while it runs.
        unsafe { (*self.process()).pid() }
    }

    /// Counts `reductions` for work done in this call, beyond the one of the call itself. When there were many, other
    /// processes have their turn before this returns, and it may return in another thread: see
    /// [`purlin_heap::pace`] for what must not be held meanwhile, and what else counts work.
    #[inline]
    pub fn charge(&self, reductions: u32) {
        self.charge_steps((reductions as usize) << STEPS_PER_REDUCTION_LOG);
    }

    /// Counts `reductions` for no work, so that the slice of the caller ends the sooner.
    pub fn bump_reductions(&self, reductions: u32) {
        // SAFETY: as in `charge_steps`.
        unsafe { (*self.machine.as_ptr()).pace.count((reductions as usize) << STEPS_PER_REDUCTION_LOG) };
    }

    /// Ends the slice of the caller after this call. What is left of it does not count as done.
    pub fn end_slice(&self) {
        let machine = self.machine.as_ptr();
        // SAFETY: as in `charge_steps`; the slice is only compared with what is left of it.
        unsafe { (*machine).slice -= SLICE_REDUCTIONS };
        self.bump_reductions(SLICE_REDUCTIONS as u32);
    }

    /// As [`Context::charge`], in the steps that [`purlin_heap::pace::charge`] counts.
    #[inline]
    pub fn charge_steps(&self, steps: usize) {
        // SAFETY: the register file is that of the fiber that this call runs on; the pace is only ever shared.
        unsafe { (*self.machine.as_ptr()).pace.charge(steps) };
    }

    /// The calling process, for the runtime's own natives.
    pub(crate) fn process(&self) -> *mut Process {
        // SAFETY: a context is made while a process runs.
        unsafe { (*self.machine.as_ptr()).process }
    }

    /// The register file, for the runtime's own natives.
    pub(crate) fn machine(&self) -> *mut Machine {
        self.machine.as_ptr()
    }
}
