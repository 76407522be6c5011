//! The registers of a running handler, and how one handler goes on to the next.
//!
//! Each handler ends in a call to the next one. Where the compiler turns those into jumps (fully optimised builds on
//! 64-bit targets, see `build.rs`), the chain runs without a loop; elsewhere, and with the feature `portable`, the
//! registers are put down after each handler and [`super::run`] loops. The bodies are the same: only [`Regs::go`] differs.

use std::sync::atomic::{AtomicPtr, Ordering};

use purlin_heap::word::Word;

use super::machine::Machine;

/// Whether handlers go on by tail calls.
pub const TAIL_CALLS: bool = cfg!(all(
    tail_calls,
    not(feature = "portable"),
    target_pointer_width = "64",
    not(target_arch = "wasm32")
));

macro_rules! declare_handler {
    ($abi:literal) => {
        /// The code of an instruction with operands of certain forms.
        pub type Handler = unsafe extern $abi fn(*const u8, *mut Machine, *mut Word, *mut Word, i64, Word);

        /// The handler made of the body `O`.
        ///
        /// # Safety
        /// The registers must be those of a running process whose code the verifier passed, and `ip` must point at
        /// an instruction of the layout of `O`.
        pub unsafe extern $abi fn handler<O: super::ops::Op>(
            ip: *const u8,
            machine: *mut Machine,
            hp: *mut Word,
            sp: *mut Word,
            reductions: i64,
            x0: Word,
        ) {
            // SAFETY: passed on from the caller.
            unsafe { O::run(Regs { ip, machine, hp, sp, reductions, x0 }) }
        }

        /// The handler of a cold path: it works on the registers in memory, and then the chain goes on from there.
        ///
        /// # Safety
        /// As for [`handler`].
        pub unsafe extern $abi fn slow<S: super::ops::Slow>(
            ip: *const u8,
            machine: *mut Machine,
            hp: *mut Word,
            sp: *mut Word,
            reductions: i64,
            x0: Word,
        ) {
            // SAFETY: passed on from the caller; what the cold path leaves in the machine are registers to go on with,
            // unless the process leaves the processor.
            unsafe {
                cold::<S>(ip, machine, hp, sp, reductions, x0);
                if TAIL_CALLS && (*machine).exit.is_none() {
                    let Regs { ip, machine, hp, sp, reductions, x0 } = (*machine).registers;
                    let next = next_handler(ip);
                    next(ip, machine, hp, sp, reductions, x0)
                }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
declare_handler!("sysv64-unwind");
#[cfg(not(target_arch = "x86_64"))]
declare_handler!("C-unwind");

/// Runs a cold path. The registers come one by one, because a handler whose registers had an address could not end
/// in a tail call.
///
/// # Safety
/// As for [`handler`].
#[cold]
#[inline(never)]
unsafe fn cold<S: super::ops::Slow>(
    ip: *const u8,
    machine: *mut Machine,
    hp: *mut Word,
    sp: *mut Word,
    reductions: i64,
    x0: Word,
) {
    // SAFETY: passed on from the caller.
    unsafe { S::run_slow(Cold(Regs { ip, machine, hp, sp, reductions, x0 })) }
}

/// The handler of the instruction at `ip`.
///
/// # Safety
/// A linked instruction stands there.
#[inline(always)]
pub unsafe fn next_handler(ip: *const u8) -> Handler {
    // SAFETY: the first word of a linked instruction is its handler. Other threads may replace it by another one for
    // the same operands, so it is read as an atomic; whichever is found will do.
    unsafe {
        let word = (*ip.cast::<AtomicPtr<()>>()).load(Ordering::Relaxed);
        std::mem::transmute::<*mut (), Handler>(word)
    }
}

/// What handlers hand on in machine registers.
///
/// A handler keeps its registers where they have no address, so that it can end in a tail call: all that it does
/// with them is inlined, or goes through the machine. Whatever needs more is done on a [`Cold`] path.
#[derive(Clone, Copy)]
pub struct Regs {
    /// The instruction that runs.
    pub ip: *const u8,
    /// The scheduler's register file.
    pub machine: *mut Machine,
    /// The next free word of the heap.
    pub hp: *mut Word,
    /// The lowest word of the stack: Y register 0, or the return address in a function without a frame.
    pub sp: *mut Word,
    /// What is left of the time slice.
    pub reductions: i64,
    /// X register 0.
    pub x0: Word,
}

impl Regs {
    /// Runs the instruction at `ip`.
    ///
    /// # Safety
    /// `ip` must point at a linked instruction, and the registers must be what it expects.
    #[inline(always)]
    pub unsafe fn go(self) {
        if TAIL_CALLS {
            // SAFETY: the first word of a linked instruction is its handler.
            unsafe {
                let next = next_handler(self.ip);
                next(self.ip, self.machine, self.hp, self.sp, self.reductions, self.x0)
            }
        } else {
            // SAFETY: the machine outlives the run.
            unsafe { (*self.machine).registers = self }
        }
    }

    /// Goes on behind this instruction, which has `size` bytes.
    ///
    /// # Safety
    /// As for [`Regs::go`].
    #[inline(always)]
    pub unsafe fn next(mut self, size: usize) {
        // SAFETY: the caller knows that an instruction follows.
        unsafe {
            self.ip = self.ip.add(size);
            self.go()
        }
    }

    /// Goes on at `ip`.
    ///
    /// # Safety
    /// As for [`Regs::go`].
    #[inline(always)]
    pub unsafe fn jump(mut self, ip: *const u8) {
        self.ip = ip;
        // SAFETY: passed on from the caller.
        unsafe { self.go() }
    }

    /// Goes on at the label of the instruction that runs.
    ///
    /// # Safety
    /// As for [`Regs::go`]; `label` is a distance from this instruction.
    #[inline(always)]
    pub unsafe fn branch(self, label: super::ops::Label) {
        // SAFETY: passed on.
        unsafe { self.jump(self.ip.offset(label as isize)) }
    }

    /// Leaves the fast path of an instruction for `S`, which ends by going on itself.
    ///
    /// # Safety
    /// As for [`Regs::go`].
    #[inline(always)]
    pub unsafe fn leave<S: super::ops::Slow>(self) {
        // SAFETY: passed on from the caller.
        unsafe { slow::<S>(self.ip, self.machine, self.hp, self.sp, self.reductions, self.x0) }
    }

    /// Registers to read operands with, for a function that is not inlined. They come one by one, because a handler whose
    /// registers had an address could not end in a tail call.
    #[inline(always)]
    pub fn reader(ip: *const u8, machine: *mut Machine, sp: *mut Word, x0: Word) -> Regs {
        Regs { ip, machine, hp: std::ptr::null_mut(), sp, reductions: 0, x0 }
    }

    /// The machine.
    ///
    /// # Safety
    /// No other reference to the machine may be in use.
    #[inline(always)]
    pub unsafe fn m<'m>(&self) -> &'m mut Machine {
        // SAFETY: `machine` is the exclusive register file of this scheduler; the caller holds no other reference.
        unsafe { &mut *self.machine }
    }
}

/// The registers on a cold path, where functions may take them by reference. Going on puts them down in the machine,
/// for [`slow`] or the portable loop to take up.
#[derive(Clone, Copy)]
pub struct Cold(pub Regs);

impl std::ops::Deref for Cold {
    type Target = Regs;

    #[inline(always)]
    fn deref(&self) -> &Regs {
        &self.0
    }
}

impl std::ops::DerefMut for Cold {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Regs {
        &mut self.0
    }
}

impl Cold {
    /// Goes on with the instruction at `ip`.
    ///
    /// # Safety
    /// As for [`Regs::go`].
    pub unsafe fn go(self) {
        // SAFETY: the machine outlives the run.
        unsafe { (*self.0.machine).registers = self.0 }
    }

    /// Goes on behind this instruction, which has `size` bytes.
    ///
    /// # Safety
    /// As for [`Regs::go`].
    pub unsafe fn next(mut self, size: usize) {
        // SAFETY: the caller knows that an instruction follows.
        unsafe {
            self.ip = self.ip.add(size);
            self.go()
        }
    }

    /// Goes on at `ip`.
    ///
    /// # Safety
    /// As for [`Regs::go`].
    pub unsafe fn jump(mut self, ip: *const u8) {
        self.ip = ip;
        // SAFETY: passed on.
        unsafe { self.go() }
    }

    /// Goes on at the label of the instruction that runs.
    ///
    /// # Safety
    /// As for [`Regs::go`]; `label` is a distance from this instruction.
    pub unsafe fn branch(self, label: super::ops::Label) {
        // SAFETY: passed on.
        unsafe {
            let ip = self.ip.offset(label as isize);
            self.jump(ip)
        }
    }
}
