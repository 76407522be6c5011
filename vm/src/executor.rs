//! Runs processes for the schedulers: a slice of a process, its signals, its end; and timers that are due.

use crate::Vm;
use crate::interpreter::{self, Exit, Machine};
use crate::local::Local;
use crate::process::{ControlBlock, Flags, Process};
use crate::timers::MessageTimer;
use purlin_heap::Pid;
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
}

impl Task for Runnable {
    type Timer = Timer;

    #[inline]
    fn priority(&self) -> Priority {
        // SAFETY: a runnable process is alive.
        unsafe { self.0.as_ref() }.shared().priority()
    }
}

/// What happens when a time has come.
pub enum Timer {
    /// A process that waits in a receive looks whether its time is over.
    Wake(Pid),
    /// A message is sent.
    Message(Box<MessageTimer>),
}

/// How often a process whose sleep is disturbed just then goes on in the same slice.
const RESUMES_MAX: u32 = 4;

/// The executor of one scheduler.
pub struct ProcessExecutor {
    machine: Box<Machine>,
}

impl ProcessExecutor {
    /// An executor for the processes of `vm`, to be made on the thread of its scheduler.
    pub fn new(vm: &Arc<Vm>) -> ProcessExecutor {
        ProcessExecutor { machine: Machine::new(Local::new(vm)) }
    }

    fn slice(&mut self, task: Runnable) -> (Ran<Runnable>, u64) {
        // SAFETY: the task is held here and nobody else uses the process.
        let process = unsafe { task.process() };
        let before = process.reductions;
        for _ in 0..RESUMES_MAX {
            if process.has_urgent_signals() {
                process.handle_signals(&self.machine.local);
            }
            if process.flags.has(Flags::COLLECT) && !process.is_ending() {
                collect_on_demand(process);
            }
            if process.flags.has(Flags::SUSPENDED) && !process.is_ending() {
                match self.rest_suspended(process) {
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
            match unsafe { interpreter::run(&mut self.machine, process, SLICE_REDUCTIONS) } {
                Exit::Yielded => return (Ran::Yielded(task), process.reductions - before),
                Exit::Exited => return self.end(task),
                Exit::Waiting => {
                    let spent = process.reductions - before;
                    process.flags.set(Flags::WAITING, true);
                    process.turn = process.turn.wrapping_add(1);
                    if process.flags.has(Flags::HIBERNATE) && !hibernate(process) {
                        return self.end(task);
                    }
                    if process.shared().incoming.begin_wait() {
                        return (Ran::Waiting, spent);
                    }
                }
            }
        }
        let spent = process.reductions - before;
        (Ran::Yielded(task), spent)
    }

    /// A suspended process takes its signals in, and sleeps.
    #[cold]
    fn rest_suspended(&self, process: &mut Process) -> Rested {
        loop {
            process.handle_signals(&self.machine.local);
            if process.is_ending() || !process.flags.has(Flags::SUSPENDED) {
                return Rested::Resumed;
            }
            if process.flags.has(Flags::BACKLOG) {
                return Rested::Busy;
            }
            if process.shared().incoming.begin_wait() {
                return Rested::Asleep;
            }
        }
    }

    /// A slice of a process that has ended.
    fn end(&mut self, task: Runnable) -> (Ran<Runnable>, u64) {
        // SAFETY: the task is held here and nobody else uses the process.
        let process = unsafe { task.process() };
        if !process.flags.has(Flags::CLOSED) {
            process.begin_end(&self.machine.local);
        }
        let vm = self.machine.local.vm();
        if !process.go_on_ending(&self.machine.local) {
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
            self.machine.local.free_later(move || ControlBlock::free(block));
        }
        (Ran::Exited, END_REDUCTIONS)
    }
}

/// A process that has left the table and has not ended yet, to be freed when the machine stops before it does.
pub(crate) struct Lingering(pub(crate) NonNull<ControlBlock>);

// SAFETY: nothing is done with it but to free the process when no scheduler runs.
unsafe impl Send for Lingering {}

/// What a suspended process does.
enum Rested {
    /// It sleeps; it is not ours any more.
    Asleep,
    /// It has more signals than there is time for.
    Busy,
    /// It runs on, or has ended.
    Resumed,
}

/// How much work a process may do before others have their turn.
const SLICE_REDUCTIONS: i64 = 4000;
/// What a slice of an ending process counts.
const END_REDUCTIONS: u64 = 200;

/// Somebody asked for this collection.
#[cold]
fn collect_on_demand(process: &mut Process) {
    process.flags.set(Flags::COLLECT, false);
    if process.collect_major(&mut []).is_err() {
        process.end_killed();
    }
}

/// The process waits and has asked to take as little memory as possible meanwhile. False when it has ended by that.
#[cold]
fn hibernate(process: &mut Process) -> bool {
    process.flags.set(Flags::HIBERNATE, false);
    let is_small = process.hibernate(&mut []).is_ok();
    if !is_small {
        process.end_killed();
    }
    is_small
}

impl Executor for ProcessExecutor {
    type Task = Runnable;

    #[inline]
    fn run(&mut self, worker: &mut Worker<Runnable>, task: Runnable) -> Ran<Runnable> {
        self.machine.local.enter(worker);
        let (ran, spent) = self.slice(task);
        self.machine.local.leave();
        worker.charge(u32::try_from(spent).unwrap_or(u32::MAX));
        ran
    }

    fn fire(&mut self, worker: &mut Worker<Runnable>, timer: Timer) {
        self.machine.local.enter(worker);
        match timer {
            Timer::Wake(pid) => self.machine.local.wake(pid),
            Timer::Message(timer) => crate::timers::fire(&self.machine.local, *timer),
        }
        self.machine.local.leave();
    }

    fn rest(&mut self, _worker: &mut Worker<Runnable>) {
        self.machine.local.rest();
    }
}
