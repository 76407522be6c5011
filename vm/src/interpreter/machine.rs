//! The register file of a fiber, and how a handler leaves the chain to change the process.

use purlin_heap::RED_ZONE;
use purlin_heap::word::Word;
use purlin_isa::{LIVE_UNKNOWN, REGISTERS_MAX};

use super::regs::{Cold, Regs};
use super::run::Exit;
use crate::Vm;
use crate::fiber::Switch;
use crate::local::Local;
use crate::native::Class;
use crate::observe::CollectionWatch;
use crate::process::Process;
use purlin_heap::pace::Pace;
use std::ptr::NonNull;

/// The red zone of a heap in bytes.
pub const RED_ZONE_BYTES: usize = RED_ZONE * 8;

/// Arguments and free variables of a call stand in X registers together, so there are some more than the compiler
/// may name.
const X_COUNT: usize = REGISTERS_MAX as usize + 256;

/// The register file of a fiber.
#[repr(C)]
pub struct Machine {
    /// X registers. Number 0 stands in [`Regs::x0`] while handlers run, here while anything else does.
    pub x: [Word; X_COUNT],
    /// Float registers.
    pub f: [f64; REGISTERS_MAX as usize],
    /// The process that runs.
    pub(crate) process: *mut Process,
    /// What handlers hand on, where they do so in memory.
    pub(crate) registers: Regs,
    /// Work done in natives and on cold paths since the handlers last looked, and how much there may be.
    pub(crate) pace: Pace,
    /// The value that an operation outside of the chain left.
    pub(crate) result: Word,
    /// Arguments of a native that is called between two instructions.
    pub(crate) args: [Word; 3],
    /// Why the last native has no value.
    pub(crate) stop: Option<crate::native::Stop<'static>>,
    /// The command at which the slow path of a `bs_match` goes on.
    pub(crate) command: usize,
    /// Reductions at the start of the slice.
    pub(crate) slice: i64,
    /// How the run ended; none while it goes on.
    pub(crate) exit: Option<Exit>,
    /// The machine.
    pub(crate) vm: NonNull<Vm>,
    /// The part of the runtime of the thread that the fiber runs on. Another one after each charge for work.
    pub(crate) local: *const Local,
    /// Leaves the fiber.
    pub(crate) switch: *const Switch,
    /// Reductions of this slice and those before it, up to the last interruption.
    pub(crate) interrupted: i64,
    /// What runs is to be unwound as soon as it can be.
    pub(crate) is_given_up: bool,
}

impl Machine {
    /// A register file, whose owner is called as `interrupt` when too much work has been done.
    pub(crate) fn new(vm: &Vm, interrupt: unsafe fn(NonNull<Pace>)) -> Box<Machine> {
        let registers = Regs {
            ip: std::ptr::null(),
            machine: std::ptr::null_mut(),
            hp: std::ptr::null_mut(),
            sp: std::ptr::null_mut(),
            reductions: 0,
            x0: Word::NIL,
        };
        Box::new(Machine {
            x: [Word::NIL; X_COUNT],
            f: [0.0; REGISTERS_MAX as usize],
            process: std::ptr::null_mut(),
            registers,
            pace: Pace::new(interrupt),
            result: Word::NIL,
            args: [Word::NIL; 3],
            stop: None,
            command: 0,
            slice: 0,
            exit: None,
            vm: NonNull::from(vm),
            local: std::ptr::null(),
            switch: std::ptr::null(),
            interrupted: 0,
            is_given_up: false,
        })
    }

    /// The machine that this fiber belongs to.
    #[inline(always)]
    pub fn vm<'v>(&self) -> &'v Vm {
        // SAFETY: a machine outlives its fibers and all that runs on them.
        unsafe { self.vm.as_ref() }
    }

    /// The part of the runtime of the thread that runs this. Not to be held across a charge for work.
    ///
    /// # Safety
    /// The fiber runs.
    #[inline(always)]
    pub(crate) unsafe fn local<'l>(&self) -> &'l Local {
        // SAFETY: by the caller; it is set whenever the fiber goes on.
        unsafe { &*self.local }
    }
}

impl Regs {
    /// Puts the registers down where the rest of the runtime looks for them.
    ///
    /// # Safety
    /// The machine runs a process.
    #[inline(always)]
    pub(crate) unsafe fn save(&self) {
        // SAFETY: by the caller.
        unsafe {
            let machine = &mut *self.machine;
            machine.x[0] = self.x0;
            let heap = &(*machine.process).heap;
            heap.set_tops(self.hp, self.sp);
        }
    }

    /// Takes heap and stack up again after the rest of the runtime has worked on the process.
    ///
    /// # Safety
    /// As for [`Regs::save`].
    #[inline(always)]
    pub(crate) unsafe fn restore(&mut self) {
        // SAFETY: by the caller.
        unsafe {
            let machine = &mut *self.machine;
            let heap = &(*machine.process).heap;
            self.hp = heap.top();
            self.sp = heap.stack_top();
            self.reductions -= machine.pace.take();
        }
    }

    /// X register `index`.
    ///
    /// # Safety
    /// It must hold a value.
    #[inline(always)]
    pub(crate) unsafe fn x(&self, index: usize) -> Word {
        // SAFETY: by the caller; the file is large enough for any index that the loader lets pass.
        unsafe { if index == 0 { self.x0 } else { (*self.machine).x[index] } }
    }

    /// Writes X register `index`.
    ///
    /// # Safety
    /// The machine must be alive.
    #[inline(always)]
    pub(crate) unsafe fn set_x(&mut self, index: usize, value: Word) {
        // SAFETY: as in `x`.
        unsafe {
            if index == 0 {
                self.x0 = value;
            } else {
                (*self.machine).x[index] = value;
            }
        }
    }

    /// Collects until `words` are free, with the first `live` X registers as roots. False when the process has
    /// grown above its limit, and must end.
    ///
    /// # Safety
    /// As for any handler; the live registers and all slots of the stack hold values.
    #[inline(always)]
    pub(crate) unsafe fn collect(&mut self, words: usize, live: usize) -> bool {
        // SAFETY: by the caller.
        unsafe {
            self.save();
            let within = collect_saved(self.machine, words, live);
            self.restore();
            self.x0 = (*self.machine).x[0];
            within
        }
    }

    /// Stores the value of an operation in the machine, and collects if the operation took so much memory that it is
    /// time to. The value and `live` X registers stay; where those are not known, nothing is collected.
    ///
    /// # Safety
    /// As for [`Regs::collect`].
    #[inline(always)]
    pub(crate) unsafe fn keep_result(&mut self, result: Word, live: u16) {
        // SAFETY: by the caller.
        unsafe {
            (*self.machine).result = result;
            if live != LIVE_UNKNOWN && (*(*self.machine).process).heap.wants_collection() {
                let live = live as usize;
                // The result rides along in the register behind the live ones.
                if live == 0 {
                    self.x0 = result;
                } else {
                    (*self.machine).x[live] = result;
                }
                let _ = self.collect(0, live + 1);
                (*self.machine).result = self.x(live);
            }
        }
    }

    /// As [`Regs::keep_result`], with `words` of heap free afterwards. False when the process has grown above its
    /// limit.
    ///
    /// # Safety
    /// As for [`Regs::collect`].
    #[inline(always)]
    pub(crate) unsafe fn keep_result_and_room(&mut self, result: Word, live: u16, words: usize) -> bool {
        // SAFETY: by the caller.
        unsafe {
            self.keep_result(result, live);
            if self.sp as usize - self.hp as usize >= words * 8 + RED_ZONE_BYTES {
                return true;
            }
            let live = live as usize;
            let result = (*self.machine).result;
            self.set_x(live, result);
            let within = self.collect(words, live + 1);
            (*self.machine).result = self.x(live);
            within
        }
    }
}

/// As [`Regs::collect`], with the registers saved.
///
/// # Safety
/// As there.
#[cold]
#[inline(never)]
unsafe fn collect_saved(machine: *mut Machine, words: usize, live: usize) -> bool {
    // SAFETY: by the caller.
    unsafe {
        let registers = &mut (&mut (*machine).x)[..live];
        let process = (*machine).process;
        let watch = CollectionWatch::begin((*machine).vm(), &*process);
        let is_within = (*process).collect(words, registers).is_ok();
        watch.end((*machine).local(), &*process);
        is_within
    }
}

impl Cold {
    /// Leaves the processor at the entry `ip` of a function, where its arguments are live.
    ///
    /// # Safety
    /// As for any handler; `ip` is an entry.
    pub(crate) unsafe fn yield_at_entry(self) {
        // SAFETY: before an entry stands what is known of its function.
        unsafe {
            let function = *self.ip.cast::<*const crate::code::FunctionInfo>().sub(1);
            let arity = (*function).name.arity as usize;
            self.suspend(arity, Exit::Yielded)
        }
    }

    /// Leaves the processor; the process goes on at `ip` with the first `live` X registers.
    ///
    /// # Safety
    /// As for any handler.
    pub(crate) unsafe fn suspend(self, live: usize, exit: Exit) {
        // SAFETY: by the caller.
        unsafe {
            self.save();
            let machine = &mut *self.0.machine;
            (*machine.process).saved.save(self.ip.cast(), &machine.x[..live]);
            self.leave_with(exit)
        }
    }

    /// Ends the run.
    ///
    /// # Safety
    /// As for any handler; what the process needs to go on has been stored.
    pub(crate) unsafe fn leave_with(self, exit: Exit) {
        // SAFETY: by the caller.
        unsafe {
            let machine = &mut *self.0.machine;
            machine.registers = self.0;
            machine.exit = Some(exit);
        }
    }

    /// Ends the process because it has grown above its limit.
    ///
    /// # Safety
    /// As for any handler.
    pub(crate) unsafe fn out_of_memory(self) {
        // SAFETY: by the caller.
        unsafe {
            self.save();
            (*(*self.0.machine).process).end_over_limit();
            self.leave_with(Exit::Exited)
        }
    }

    /// Ends the process with the exception that nothing caught.
    ///
    /// # Safety
    /// As for any handler; the exception stands in the process.
    pub(crate) unsafe fn end_by_exception(self) {
        // SAFETY: by the caller.
        unsafe {
            self.save();
            let machine = &mut *self.0.machine;
            let process = &mut *machine.process;
            let exception = process.exception;
            let class = Class::from_atom(exception.class.atom_value()).unwrap_or(Class::Error);
            crate::exception::end(machine.vm(), process, class, exception.reason, exception.trace);
            self.leave_with(Exit::Exited)
        }
    }
}
