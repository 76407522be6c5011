//! What a thread has at hand while it works for a machine: the machine, a scheduler to hand tasks to, a pinned epoch
//! and small stocks (free slots of the process table, numbers for references) that spare it shared counters.

use crate::Vm;
use crate::executor::{Runnable, Timer};
use crate::fiber::Fiber;
use crate::process::table::FreeSlots;
use crossbeam_epoch::{Guard, LocalHandle};
use purlin_scheduler::{TimerKey, Worker};
use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::Arc;

/// How many references a thread may number before it asks for more.
const NUMBERS: u64 = 1 << 16;
/// How much a thread gives to the epoch before it has it freed.
const FREED_MAX: u32 = 128;

/// See the top of the file. Each scheduler has one; other threads make one when they need it.
pub struct Local {
    vm: Arc<Vm>,
    #[cfg(debug_assertions)]
    thread: std::thread::ThreadId,
    /// The scheduler, while a slice or a timer of it runs; null on other threads.
    worker: Cell<*mut Worker<Runnable>>,
    // Before `epoch`, so that it is dropped first.
    guard: RefCell<Option<Guard>>,
    epoch: LocalHandle,
    pub(crate) slots: RefCell<FreeSlots>,
    /// Things given to the epoch since it was last told to free.
    freed: Cell<u32>,
    next_number: Cell<u64>,
    end_number: Cell<u64>,
    /// Reductions of the process that runs when its slice began; no number that it has when it goes on with a native, whose
    /// reductions are counted as whole slices.
    pub(crate) slice_began_at: Cell<u64>,
    /// The fiber to go on with while a process keeps the one that it was interrupted on.
    pub(crate) spare_fiber: Cell<Option<Box<Fiber>>>,
}

impl Local {
    /// For a thread that is no scheduler, or before it is one.
    pub fn new(vm: &Arc<Vm>) -> Local {
        let epoch = vm.collector().register();
        Local {
            vm: vm.clone(),
            #[cfg(debug_assertions)]
            thread: std::thread::current().id(),
            worker: Cell::new(ptr::null_mut()),
            guard: RefCell::new(Some(epoch.pin())),
            epoch,
            slots: RefCell::default(),
            freed: Cell::new(0),
            next_number: Cell::new(0),
            end_number: Cell::new(0),
            slice_began_at: Cell::new(u64::MAX),
            spare_fiber: Cell::new(None),
        }
    }

    /// The machine, to hold on to.
    pub(crate) fn shared_vm(&self) -> &Arc<Vm> {
        &self.vm
    }

    /// The machine.
    #[inline]
    pub fn vm(&self) -> &Vm {
        &self.vm
    }

    /// The scheduler is lent to this thread until `leave`; the epoch is pinned anew.
    #[inline]
    pub(crate) fn enter(&self, worker: &mut Worker<Runnable>) {
        self.repin();
        self.worker.set(worker);
    }

    /// The scheduler takes itself back.
    #[inline]
    pub(crate) fn leave(&self) {
        self.worker.set(ptr::null_mut());
    }

    #[inline]
    fn repin(&self) {
        match &mut *self.guard.borrow_mut() {
            Some(guard) => guard.repin(),
            none => *none = Some(self.epoch.pin()),
        }
    }

    /// Lets go of the epoch while the thread has nothing to do, so that others can free what ended.
    pub(crate) fn rest(&self) {
        if let Some(guard) = self.guard.borrow_mut().take() {
            guard.flush();
        }
        self.vm.processes().release(&mut self.slots.borrow_mut());
    }

    /// Calls `free` when no thread can hold a reference any more that it got before this.
    ///
    /// # Safety
    /// As for [`Guard::defer_unchecked`].
    pub(crate) unsafe fn free_later(&self, free: impl FnOnce()) {
        let guard = self.pin();
        // SAFETY: as promised.
        unsafe { guard.defer_unchecked(free) };
        // While a thread stays pinned, the epoch takes care of its garbage only when it is told to.
        let count = self.freed.get() + 1;
        self.freed.set(count % FREED_MAX);
        if count == FREED_MAX {
            guard.flush();
        }
    }

    /// Holds that it is used by its own thread: whoever kept it across a charge for work may be on another one.
    #[inline(always)]
    fn check_thread(&self) {
        #[cfg(debug_assertions)]
        assert_eq!(self.thread, std::thread::current().id(), "the thread's part of the runtime was kept");
    }

    /// Another pin of the epoch, which costs nothing while this thread is pinned.
    #[inline]
    pub(crate) fn pin(&self) -> Guard {
        self.check_thread();
        self.epoch.pin()
    }

    /// Hands a task that has just turned ready to a scheduler.
    #[inline]
    pub(crate) fn schedule(&self, task: Runnable) {
        self.check_thread();
        // SAFETY: set by `enter` and cleared by `leave`, while the worker is lent, and nothing else uses the worker
        // meanwhile: each use here ends before the method returns.
        match unsafe { self.worker.get().as_mut() } {
            Some(worker) => worker.schedule(task),
            None => self.vm.inject(task),
        }
    }

    /// Hands a new task to a scheduler.
    #[inline]
    pub(crate) fn enqueue(&self, task: Runnable) {
        self.check_thread();
        // SAFETY: as in `schedule`.
        match unsafe { self.worker.get().as_mut() } {
            Some(worker) => worker.enqueue(task),
            None => self.vm.inject(task),
        }
    }

    /// Has the scheduler look through its queues as soon as the slice is over.
    pub(crate) fn look_soon(&self) {
        // SAFETY: as in `schedule`.
        if let Some(worker) = unsafe { self.worker.get().as_mut() } {
            worker.look_soon();
        }
    }

    /// Sets a timer for a moment on the monotonic clock.
    pub(crate) fn set_timer(&self, deadline_ns: u64, timer: Timer) -> TimerKey {
        // SAFETY: as in `schedule`.
        match unsafe { self.worker.get().as_mut() } {
            Some(worker) => worker.set_timer(deadline_ns, timer),
            None => self.vm.handle().set_timer(deadline_ns, timer),
        }
    }

    /// The number of the scheduler, from 1; 0 on another thread.
    pub fn scheduler_id(&self) -> usize {
        // SAFETY: as in `schedule`.
        unsafe { self.worker.get().as_ref() }.map_or(0, |worker| worker.id().index() + 1)
    }

    /// A number that no other reference of this machine has.
    #[inline]
    pub fn unique_number(&self) -> u64 {
        self.check_thread();
        if self.next_number.get() == self.end_number.get() {
            let first = self.vm.take_numbers(NUMBERS);
            self.next_number.set(first);
            self.end_number.set(first + NUMBERS);
        }
        self.next_number.replace(self.next_number.get() + 1)
    }
}
