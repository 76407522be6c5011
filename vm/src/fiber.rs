//! Fibers: native stacks of their own on which the interpreter runs, so that a process can leave the processor in the
//! middle of an instruction or a native function. See `docs/long-natives.md`.
//!
//! A fiber consists of a stack and a register file. Mostly each scheduler uses a single one for all that it runs: a
//! process that leaves the processor between two instructions leaves nothing on it. One that is interrupted in the
//! midst of work takes the fiber along, and its scheduler takes another one.

use crate::interpreter::{self, Exit, Machine};
use crate::local::Local;
use crate::observe::CollectionWatch;
use crate::process::{Flags, Process};
use crate::vm::Vm;
use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};
use parking_lot::Mutex;
use purlin_heap::pace::{self, Pace, STEPS_PER_REDUCTION_LOG};
use std::mem::offset_of;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How much work a process may do before others have their turn.
pub(crate) const SLICE_REDUCTIONS: i64 = 4000;

/// The same in steps of work that is charged for.
const SLICE_STEPS: i64 = SLICE_REDUCTIONS << STEPS_PER_REDUCTION_LOG;

/// The size of a native stack. Natives do not recurse with their input, so this is a matter of what the largest frames
/// of an unoptimised build take; what is not touched costs address space only.
const STACK_BYTES: usize = 2 << 20;

/// So many processes can be interrupted in the midst of work at once; others then go on to the end of theirs.
const INTERRUPTED_MAX: usize = 4096;
/// So many fibers are kept for later.
const IDLE_MAX: usize = 16;

/// What a fiber is told to do.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    /// Run this process from where it left the processor.
    Run(*mut Process),
    /// Collect the garbage of this process, which has no live X registers but those that it keeps itself.
    Collect(*mut Process),
    /// Copy the reason of the end of this process for those who have to know.
    CopyReasons(*mut Process),
    /// Go on with the work that was interrupted.
    GoOn,
    /// Give that work up.
    GiveUp,
}

/// How a fiber is left.
pub(crate) type Switch = Yielder<Order, Exit>;

/// See the top of the file.
pub(crate) struct Fiber {
    stack: Coroutine<Order, Exit, ()>,
    machine: NonNull<Machine>,
}

// SAFETY: what stands on the stack of a suspended fiber is either nothing but its own loop, or what a native or an
// instruction holds while it charges for work: values that may go on in any thread, by the contract of `Context::charge`
// and `pace::charge`. The register file points to the thread's `Local` only while the fiber runs.
unsafe impl Send for Fiber {}

impl Fiber {
    /// A fiber for the processes of this machine; nothing when there is no memory for its stack.
    fn new(vm: &Vm) -> Option<Box<Fiber>> {
        let machine = NonNull::from(Box::leak(Machine::new(vm, interrupt)));
        let at = SendMachine(machine);
        let stack = DefaultStack::new(STACK_BYTES).ok()?;
        let stack =
            Coroutine::with_stack(stack, move |switch: &Switch, order| run_orders(&at, switch, order));
        Some(Box::new(Fiber { stack, machine }))
    }

    /// Runs a process for a slice.
    ///
    /// # Safety
    /// The caller has the right to run the process, and nothing else refers to its owned part. The fiber is idle.
    #[inline]
    pub(crate) unsafe fn run(&mut self, local: &Local, process: *mut Process) -> Exit {
        // SAFETY: by the caller.
        unsafe { self.order(local, Order::Run(process)) }
    }

    /// Collects the garbage of a process, all of it if somebody has asked for that. It ends when it is above its limit even so. One that is going to hibernate takes
    /// as little memory as possible then.
    ///
    /// # Safety
    /// As for [`Fiber::run`].
    pub(crate) unsafe fn collect(&mut self, local: &Local, process: *mut Process) -> Exit {
        // SAFETY: by the caller.
        unsafe { self.order(local, Order::Collect(process)) }
    }

    /// Copies the reason of a process that has ended, but is still within reach, for those who have to know.
    ///
    /// # Safety
    /// As for [`Fiber::run`].
    pub(crate) unsafe fn copy_reasons(&mut self, local: &Local, process: *mut Process) -> Exit {
        // SAFETY: by the caller.
        unsafe { self.order(local, Order::CopyReasons(process)) }
    }

    /// Goes on with what was interrupted.
    ///
    /// # Safety
    /// As for [`Fiber::run`], with the process that was interrupted on this fiber.
    pub(crate) unsafe fn go_on(&mut self, local: &Local) -> Exit {
        // SAFETY: by the caller.
        unsafe { self.order(local, Order::GoOn) }
    }

    /// Gives up what was interrupted: it is unwound, and the fiber is idle. The process may only end now.
    ///
    /// # Safety
    /// As for [`Fiber::go_on`].
    pub(crate) unsafe fn give_up(&mut self) {
        // SAFETY: by the caller. What unwinds has no use for a scheduler, so there is none.
        let exit = unsafe { self.order(std::ptr::null(), Order::GiveUp) };
        debug_assert_eq!(exit, Exit::GivenUp);
    }

    /// Charges what runs here to an account: see [`pace::Account`].
    ///
    /// # Safety
    /// As for [`Pace::set_account`].
    pub(crate) unsafe fn set_account(&mut self, account: Option<NonNull<dyn pace::Account>>) {
        // SAFETY: by the caller; nobody else uses the register file while the fiber is here.
        unsafe { (*self.machine.as_ptr()).pace.set_account(account) };
    }

    #[inline(always)]
    unsafe fn order(&mut self, local: *const Local, order: Order) -> Exit {
        // SAFETY: nobody else uses the register file while the fiber is here; the pace stands in it. `local` is
        // used only until the fiber comes back.
        unsafe {
            let machine = self.machine.as_ptr();
            (*machine).local = local;
            let _paced = Paced::new(NonNull::new_unchecked(&raw mut (*machine).pace));
            match self.stack.resume(order) {
                CoroutineResult::Yield(exit) => exit,
                CoroutineResult::Return(()) => unreachable!("a fiber takes orders until it is dropped"),
            }
        }
    }
}

impl Drop for Fiber {
    fn drop(&mut self) {
        // SAFETY: whatever used the register file is unwound first; it was leaked by `new`.
        unsafe {
            self.stack.force_unwind();
            drop(Box::from_raw(self.machine.as_ptr()));
        }
    }
}

/// The pace of a fiber is that of this thread while this lives, even if a handler panics.
struct Paced(Option<NonNull<Pace>>);

impl Paced {
    /// # Safety
    /// The pace must stay where it is for as long.
    #[inline(always)]
    unsafe fn new(pace: NonNull<Pace>) -> Paced {
        // SAFETY: by the caller.
        Paced(unsafe { pace::set(Some(pace)) })
    }
}

impl Drop for Paced {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: it was that of this thread before.
        unsafe { pace::set(self.0) };
    }
}

/// The register file of a fiber, as its stack knows it.
struct SendMachine(NonNull<Machine>);

/// The loop of a fiber.
fn run_orders(machine: &SendMachine, switch: &Switch, first: Order) {
    let machine = machine.0.as_ptr();
    let mut order = first;
    loop {
        // SAFETY: the register file is that of this fiber, and by the order the process is ours to run. Whatever an
        // unwinding leaves in the register file is set anew by the next run.
        let exit = unsafe {
            (*machine).switch = switch;
            (*machine).pace.allow(SLICE_STEPS);
            catch_unwind(AssertUnwindSafe(|| match order {
                Order::Run(process) => interpreter::run(machine, process, SLICE_REDUCTIONS),
                Order::Collect(process) => collect(machine, process),
                Order::CopyReasons(process) => {
                    (*process).copy_reasons();
                    Exit::Exited
                }
                Order::GoOn | Order::GiveUp => unreachable!("nothing was interrupted"),
            }))
        };
        order = switch.suspend(match exit {
            Ok(exit) => exit,
            Err(payload) if payload.is::<GiveUp>() => {
                // SAFETY: as above.
                unsafe { (*machine).is_given_up = false };
                Exit::GivenUp
            }
            Err(payload) => resume_unwind(payload),
        });
    }
}

/// Collects the garbage of a process.
///
/// # Safety
/// It is ours to run, on the fiber of the register file.
#[cold]
unsafe fn collect(machine: *mut Machine, process: *mut Process) -> Exit {
    // SAFETY: by the caller.
    let process = unsafe { &mut *process };
    // SAFETY: the register file is that of this fiber; what belongs to the thread is asked for anew after the collection.
    let (vm, local) = unsafe { ((*machine).vm(), || (*machine).local()) };
    if process.flags.has(Flags::CHECKS_CODE) {
        process.answer_code_checks(local());
        let collects = process.flags.has_any(Flags::COLLECTS) || process.flags.has(Flags::HIBERNATE);
        if !collects && !process.heap.is_overdue() {
            return Exit::Yielded;
        }
    }
    let watch = CollectionWatch::begin(vm, process);
    let (hibernates, is_asked) = (process.flags.has(Flags::HIBERNATE), process.flags.has(Flags::COLLECT));
    process.flags.set(Flags::HIBERNATE, false);
    process.flags.set(Flags::COLLECTS, false);
    let collected = match (hibernates, is_asked) {
        (true, _) => process.hibernate(&mut []),
        (_, true) => process.collect_major(&mut []),
        _ => process.collect(0, &mut []),
    };
    watch.end(local(), process);
    if collected.is_ok() {
        return Exit::Yielded;
    }
    process.end_over_limit();
    Exit::Exited
}

/// What unwinds a fiber whose work is given up. No panic hook sees it.
pub(crate) struct GiveUp;

/// Called when the process that runs on a fiber has worked long enough within one instruction: others have their turn.
unsafe fn interrupt(pace: NonNull<Pace>) {
    // SAFETY: the pace is that of a register file, whose fiber runs here and nowhere else.
    unsafe {
        let machine = pace.as_ptr().byte_sub(offset_of!(Machine, pace)).cast::<Machine>();
        if !(*machine).is_given_up && !leave(machine) {
            return (*machine).pace.allow(SLICE_STEPS);
        }
        // What must not be unwound goes on without a rest, and is unwound at the first charge after that.
        if !(*machine).pace.is_shielded() {
            resume_unwind(Box::new(GiveUp));
        }
    }
}

/// Leaves the processor and the thread, if another fiber is at hand for that. True when the work has been given up
/// meanwhile.
///
/// # Safety
/// The register file is that of the fiber that runs here.
unsafe fn leave(machine: *mut Machine) -> bool {
    // SAFETY: by the caller. Behind the switch this may be another thread.
    unsafe {
        let vm = (*machine).vm();
        // A collection leaves nothing that could be looked at in its midst.
        if !(*machine).process.is_null() && !(*machine).pace.is_shielded() {
            (*(*machine).process).note_growth();
        }
        let Some(spare) = vm.fibers().take_spare(vm) else { return false };
        (*machine).local().spare_fiber.replace(Some(spare));
        (*machine).interrupted += (*machine).pace.take();
        (*machine).is_given_up = matches!((*(*machine).switch).suspend(Exit::Interrupted), Order::GiveUp);
        (*machine).is_given_up
    }
}

/// The fibers of a machine that nobody uses.
#[derive(Default)]
pub(crate) struct Fibers {
    #[allow(clippy::vec_box, reason = "fibers change hands as boxes")]
    idle: Mutex<Vec<Box<Fiber>>>,
    interrupted: AtomicUsize,
}

impl Fibers {
    /// A fiber for a scheduler.
    ///
    /// # Panics
    /// When there is no memory for one.
    pub(crate) fn take(&self, vm: &Vm) -> Box<Fiber> {
        let idle = self.idle.lock().pop();
        idle.or_else(|| Fiber::new(vm)).expect("memory for the stack of a scheduler")
    }

    /// A fiber for a scheduler whose own is going to be kept by a process, unless there are too many such processes.
    fn take_spare(&self, vm: &Vm) -> Option<Box<Fiber>> {
        if self.interrupted.fetch_add(1, Ordering::Relaxed) < INTERRUPTED_MAX {
            let idle = self.idle.lock().pop();
            if let Some(fiber) = idle.or_else(|| Fiber::new(vm)) {
                return Some(fiber);
            }
        }
        self.interrupted.fetch_sub(1, Ordering::Relaxed);
        None
    }

    /// A process goes on, and this fiber of a scheduler is not needed.
    pub(crate) fn give_spare(&self, fiber: Box<Fiber>) {
        self.interrupted.fetch_sub(1, Ordering::Relaxed);
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_MAX {
            idle.push(fiber);
        }
    }
}
