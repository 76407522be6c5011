//! Runs processes for the schedulers: a slice of a process, its signals, its end; and timers that are due.

use crate::Vm;
use crate::fiber::{Fiber, SLICE_REDUCTIONS};
use crate::interpreter::Exit;
use crate::limits::Ledger;
use crate::local::Local;
use crate::observe::{SliceWatch, queue_changed};
use crate::process::{ControlBlock, Flags, Process};
use crate::timers::MessageTimer;
use purlin_heap::pace::Account;
use purlin_heap::{Pid, arena};
use purlin_scheduler::{Executor, Priority, Ran, Task, Worker};
use std::ptr::NonNull;
use std::sync::Arc;

/// The right to run a process. There is at most one for each: see [`crate::process::shared`].
pub struct Runnable(NonNull<ControlBlock>);

// SAFETY: whoever has it may run the process, in any thread.
unsafe impl Send for Runnable {}

impl Runnable {
    /// The right to run the process of this block.
    ///
    /// # Safety
    /// The caller has just made the process, or has taken it out of its sleep.
    #[inline]
    pub(crate) unsafe fn new(block: NonNull<ControlBlock>) -> Runnable {
        Runnable(block)
    }

    /// The process.
    ///
    /// # Safety
    /// No other reference to it may be in use.
    #[inline]
    unsafe fn process<'p>(&self) -> &'p mut Process {
        // SAFETY: a runnable process is alive, and its owned part is the holder's alone.
        unsafe { &mut *self.0.as_ref().owned() }
    }

    /// What is written down about the process, if it is limited.
    #[inline]
    fn ledger(&self) -> Option<NonNull<Ledger>> {
        // SAFETY: a runnable process is alive.
        unsafe { self.0.as_ref() }.shared().ledger().map(NonNull::from)
    }

    /// Whether the process was interrupted in the midst of work.
    #[inline]
    fn is_interrupted(&self) -> bool {
        // SAFETY: a runnable process is alive, and what it was interrupted on belongs to the holder of this.
        unsafe { (*self.0.as_ref().interrupted()).is_some() }
    }

    /// Whether what the process was interrupted on is not to be gone on with.
    #[inline]
    fn gives_up(&self) -> bool {
        // SAFETY: a runnable process is alive.
        let shared = unsafe { self.0.as_ref() }.shared();
        shared.is_killed() || shared.ledger().is_some_and(|ledger| ledger.over().is_some())
    }
}

impl Task for Runnable {
    type Timer = Timer;

    #[inline]
    fn priority(&self) -> Priority {
        // SAFETY: a runnable process is alive.
        unsafe { self.0.as_ref() }.shared().urgency()
    }
}

/// What happens when a time has come.
pub enum Timer {
    /// A process that waits in a receive looks whether its time is over.
    Wake(Pid),
    /// A message is sent.
    Message(Box<MessageTimer>),
    /// A process that was interrupted in the midst of work, and had to wait then, goes on.
    GoOn(Runnable),
}

/// How often a process whose sleep is disturbed just then goes on in the same slice.
const RESUMES_MAX: u32 = 4;

/// The executor of one scheduler.
pub struct ProcessExecutor {
    /// What processes run on. Before `local`, which keeps the machine that the fiber belongs to.
    fiber: Box<Fiber>,
    local: Local,
    /// Slices begun.
    slices: u32,
}

impl ProcessExecutor {
    /// An executor for the processes of `vm`, to be made on the thread of its scheduler.
    pub fn new(vm: &Arc<Vm>) -> ProcessExecutor {
        ProcessExecutor { fiber: vm.fibers().take(vm), local: Local::new(vm), slices: 0 }
    }

    fn slice(&mut self, task: Runnable) -> (Ran<Runnable>, u64) {
        if task.is_interrupted() {
            return self.go_on(task);
        }
        // SAFETY: the task is held here and nobody else uses the process.
        let process = unsafe { task.process() };
        let before = process.reductions;
        self.local.slice_began_at.set(before);
        self.slices = self.slices.wrapping_add(1);
        process.slice = self.slices;
        for _ in 0..RESUMES_MAX {
            if process.has_urgent_signals() {
                process.handle_signals(&self.local);
            }
            // Who raised it has had its answer, unless there are more signals than there was time for.
            if process.shared().is_raised() && !process.is_ending() && !process.has_urgent_signals() {
                process.shared().lower();
            }
            if process.flags.has(Flags::GIVEN_UP) && !process.is_ending() {
                break;
            }
            if (process.flags.has_any(Flags::COLLECTS) || process.heap.is_overdue()) && !process.is_ending() {
                // SAFETY: the process is ours to run, and `process` is not used while it does.
                match unsafe { self.fiber.collect(&self.local, process) } {
                    Exit::Interrupted => return self.interrupt(task),
                    Exit::Yielded => {}
                    _ => return self.end(task),
                }
            }
            if process.flags.has_any(Flags::HELD) && !process.is_ending() {
                match self.rest_held(process) {
                    Rested::Asleep => return (Ran::Waiting, 0),
                    Rested::Busy => return (Ran::Yielded(task), END_REDUCTIONS),
                    Rested::Resumed => {}
                }
            }
            if process.is_ending() {
                return self.end(task);
            }
            process.flags.set(Flags::WAITING, false);
            // SAFETY: the process is ours to run, and `process` is not used while it does.
            match unsafe { self.fiber.run(&self.local, process) } {
                Exit::Interrupted => return self.interrupt(task),
                Exit::Exited => return self.end(task),
                Exit::Waiting => match self.begin_wait(process) {
                    Begun::Asleep => return (Ran::Waiting, process.reductions - before),
                    Begun::Ended => return self.end(task),
                    Begun::Interrupted => return self.interrupt(task),
                    Begun::Disturbed => {}
                },
                Exit::Yielded | Exit::GivenUp => break,
            }
        }
        let spent = process.reductions - before;
        (Ran::Yielded(task), spent)
    }

    /// A slice, of which somebody may want to know.
    #[inline]
    fn observed_slice(&mut self, task: Runnable) -> (Ran<Runnable>, u64) {
        if self.local.vm().observer().is_on() { self.watched_slice(task) } else { self.slice(task) }
    }

    /// A slice while somebody is told of long ones, or of long mailboxes.
    #[cold]
    fn watched_slice(&mut self, task: Runnable) -> (Ran<Runnable>, u64) {
        if task.is_interrupted() {
            return self.slice(task);
        }
        // SAFETY: the task is held here and nobody else uses the process.
        let process = unsafe { task.process() };
        process.handle_signals(&self.local);
        queue_changed(&self.local, process);
        let watch = SliceWatch::begin(&self.local, process);
        let (ran, spent) = self.slice(task);
        let left = match &ran {
            // SAFETY: as above; the process is still in our hands.
            Ran::Yielded(task) if !task.is_interrupted() => Some(unsafe { task.process() }),
            _ => None,
        };
        if let Some(watch) = watch {
            watch.end(&self.local, left.as_deref());
        }
        (ran, spent)
    }

    /// The process waits, unless something has come for it meanwhile.
    #[inline]
    fn begin_wait(&mut self, process: &mut Process) -> Begun {
        process.flags.set(Flags::WAITING, true);
        process.turn = process.turn.wrapping_add(1);
        if process.flags.has_any(Flags::HAS_LIMITS) && !process.rest_limited(&self.local) {
            return Begun::Ended;
        }
        if self.local.vm().observer().is_on() {
            queue_changed(&self.local, process);
        }
        if process.flags.has_any(Flags::BEFORE_SLEEP) {
            // SAFETY: the process is ours to run, and `process` is not used while it does.
            match unsafe { self.fiber.collect(&self.local, process) } {
                Exit::Interrupted => return Begun::Interrupted,
                Exit::Yielded => {}
                _ => return Begun::Ended,
            }
        }
        // What has been taken out of the outer queue, and not been looked at yet, wakes nobody.
        if !process.mailbox.has_backlog() && process.shared().incoming.begin_wait() {
            return Begun::Asleep;
        }
        // A wait for nothing but a time does not look at messages: those that have come would keep it awake.
        process.handle_signals(&self.local);
        Begun::Disturbed
    }

    /// The process was interrupted in the midst of work: it keeps the fiber, and this scheduler goes on with another.
    #[cold]
    fn interrupt(&mut self, task: Runnable) -> (Ran<Runnable>, u64) {
        let spare =
            self.local.spare_fiber.take().expect("a process is interrupted only when there is a spare");
        let fiber = std::mem::replace(&mut self.fiber, spare);
        // SAFETY: the task is held here.
        unsafe { *task.0.as_ref().interrupted() = Some(fiber) };
        (Ran::Yielded(task), SLICE_REDUCTIONS as u64)
    }

    /// A slice of a process that was interrupted. Signals wait until it has done what it is doing, except for `kill`.
    #[cold]
    fn go_on(&mut self, task: Runnable) -> (Ran<Runnable>, u64) {
        // SAFETY: the task is held here; the owned part is used only after the work is done or given up.
        let (block, process) = unsafe { (task.0.as_ref(), task.0.as_ref().owned()) };
        // SAFETY: as above.
        let fiber = unsafe { (*block.interrupted()).take() }.expect("the process was interrupted");
        self.local.slice_began_at.set(u64::MAX);
        let vm = self.local.vm();
        vm.fibers().give_spare(std::mem::replace(&mut self.fiber, fiber));
        // SAFETY: this is the fiber of the process, which is ours to run.
        let exit = unsafe {
            if task.gives_up() {
                self.fiber.give_up();
                (*process).flags.set(Flags::GIVEN_UP, true);
                return (Ran::Yielded(task), END_REDUCTIONS);
            }
            self.fiber.go_on(&self.local)
        };
        let ran = match exit {
            Exit::Interrupted => return self.interrupt(task),
            Exit::Exited => return self.end(task),
            // SAFETY: nothing runs on the fiber any more.
            Exit::Waiting => match self.begin_wait(unsafe { &mut *process }) {
                Begun::Asleep => Ran::Waiting,
                Begun::Ended => return self.end(task),
                Begun::Interrupted => return self.interrupt(task),
                Begun::Disturbed => Ran::Yielded(task),
            },
            Exit::Yielded | Exit::GivenUp => Ran::Yielded(task),
        };
        (ran, SLICE_REDUCTIONS as u64)
    }

    /// A slice of a process that is limited, which is charged to its trees.
    #[cold]
    fn limited_slice(&mut self, task: Runnable, ledger: NonNull<Ledger>) -> (Ran<Runnable>, u64) {
        let account: NonNull<dyn Account> = ledger;
        // SAFETY: the ledger is freed with its process, and that only after this thread has let go of the epoch, which
        // is not before the next slice.
        let ledger = unsafe { ledger.as_ref() };
        // Work that was interrupted has its account with it, on its own fiber.
        if task.is_interrupted() {
            let now_ns = self.local.vm().monotonic_ns();
            // What is to be given up need not wait until its tree may work.
            if !task.gives_up()
                && let Some(opens_ns) = ledger.opens_at_ns(now_ns)
            {
                let until_ns = opens_ns.min(now_ns + INTERRUPTED_WAIT_NS);
                self.local.set_timer(until_ns, Timer::GoOn(task));
                return (Ran::Waiting, 0);
            }
        } else {
            // SAFETY: the task is held here and nobody else uses the process.
            unsafe { task.process() }.begin_limited_slice(&self.local);
            // SAFETY: as above; and if the process takes the fiber along, the ledger is freed after that.
            unsafe { self.fiber.set_account(Some(account)) };
        }
        let (ran, spent) = self.observed_slice(task);
        // SAFETY: nothing is charged to any more.
        unsafe { self.fiber.set_account(None) };
        if spent > 0 && ledger.has_rate() {
            ledger.charge(self.local.vm().monotonic_ns(), spent);
        }
        (ran, spent)
    }

    /// A process that must not run now takes its signals in, and sleeps.
    #[cold]
    fn rest_held(&self, process: &mut Process) -> Rested {
        for _ in 0..RESUMES_MAX {
            process.handle_signals(&self.local);
            process.answer_code_checks(&self.local);
            if process.is_ending() || !process.is_held(&self.local) {
                return Rested::Resumed;
            }
            if !process.mailbox.has_backlog() && process.shared().incoming.begin_wait() {
                return Rested::Asleep;
            }
        }
        Rested::Busy
    }

    /// A slice of a process that has ended.
    fn end(&mut self, task: Runnable) -> (Ran<Runnable>, u64) {
        // SAFETY: the task is held here and nobody else uses the process.
        let process = unsafe { task.process() };
        if !process.flags.has(Flags::CLOSED) {
            if process.wants_copied_reasons() {
                // SAFETY: the process is ours to run, and `process` is not used while it does.
                if unsafe { self.fiber.copy_reasons(&self.local, process) } == Exit::Interrupted {
                    return self.interrupt(task);
                }
            }
            process.begin_end(&self.local);
        }
        let vm = self.local.vm();
        if !process.go_on_ending(&self.local) {
            if !process.flags.has(Flags::LINGERING) {
                process.flags.set(Flags::LINGERING, true);
                vm.lingering().lock().insert(process.pid(), Lingering(task.0));
            }
            return (Ran::Yielded(task), END_REDUCTIONS);
        }
        if process.flags.has(Flags::LINGERING) {
            vm.lingering().lock().remove(&process.pid());
        }
        let block = task.0;
        // SAFETY: the slot of the table is empty, so that who pins the epoch from now on cannot find the block; the
        // owned part is not used by anybody any more.
        unsafe {
            std::ptr::drop_in_place(block.as_ref().owned());
            self.local.free_later(move || ControlBlock::free(block));
        }
        (Ran::Exited, END_REDUCTIONS)
    }
}

/// A process that has left the table and has not ended yet, to be freed when the machine stops before it does.
pub(crate) struct Lingering(pub(crate) NonNull<ControlBlock>);

// SAFETY: nothing is done with it but to free the process when no scheduler runs.
unsafe impl Send for Lingering {}

/// What became of a wait.
enum Begun {
    /// The process sleeps; it is not ours any more.
    Asleep,
    /// Something has come meanwhile.
    Disturbed,
    /// The process has ended.
    Ended,
    /// It was to take as little memory as possible first, which takes longer than a slice.
    Interrupted,
}

/// So long at most a process waits for its tree at a time that was interrupted in the midst of work: meanwhile nobody can
/// wake it.
const INTERRUPTED_WAIT_NS: u64 = 100_000_000;

/// What a process does that must not run.
enum Rested {
    /// It sleeps; it is not ours any more.
    Asleep,
    /// It has more signals than there is time for.
    Busy,
    /// It runs on, or has ended.
    Resumed,
}

/// What a slice of an ending process counts.
const END_REDUCTIONS: u64 = 200;

impl Executor for ProcessExecutor {
    type Task = Runnable;

    #[inline]
    fn run(&mut self, worker: &mut Worker<Runnable>, task: Runnable) -> Ran<Runnable> {
        self.local.enter(worker);
        let (ran, spent) = match task.ledger() {
            None => self.observed_slice(task),
            Some(ledger) => self.limited_slice(task, ledger),
        };
        self.local.leave();
        arena::trim();
        worker.charge(u32::try_from(spent).unwrap_or(u32::MAX));
        ran
    }

    fn fire(&mut self, worker: &mut Worker<Runnable>, timer: Timer) {
        self.local.enter(worker);
        match timer {
            Timer::Wake(pid) => self.local.wake(pid),
            Timer::Message(timer) => crate::timers::fire(&self.local, *timer),
            Timer::GoOn(task) => self.local.enqueue(task),
        }
        self.local.leave();
    }

    fn rest(&mut self, worker: &mut Worker<Runnable>) {
        self.local.rest();
        while arena::trim() && !worker.sees_work() {}
    }
}
