//! Questions to other processes, whose answers the caller waits for within a native.

use crate::info;
use crate::native::{Context, Stop};
use crate::process::{Flags, MaxHeapSize};
use crate::signal::{Collect, Handled, Question, Request, Signal};
use purlin_heap::{Atom, Message, Pid, Term};

/// What can be asked.
#[derive(Clone, Copy)]
pub enum Asked<'h> {
    /// Whether the process is alive, after all that the caller has sent to it has acted: `true` or `false`.
    IsAlive,
    /// What `process_info/2` tells; the items.
    Info(Term<'h>),
    /// To take this group leader: `true`, or `badarg` if it has ended.
    SetGroupLeader(Term<'h>),
    /// Not to run until it is resumed: `true`, or `badarg` if it has ended. See [`Context::count_suspension`].
    Suspend,
    /// To collect its garbage: `true` or `false`. [`Flags::COLLECT`] or [`Flags::COLLECT_YOUNG`].
    CollectGarbage(Flags),
    /// Whether it runs the old version of a module: `true` or `false`.
    RunsOld(Atom),
}

impl<'h> Context<'h> {
    /// Asks another process and waits for its answer: `again` are the arguments of the native, as a list, which is
    /// called again until the answer is there. A native asks one question in all.
    pub fn ask(&self, pid: Pid, asked: Asked<'h>, again: Term<'h>) -> Result<Term<'h>, Stop<'h>> {
        debug_assert!(pid != self.pid(), "who asks itself waits for ever");
        let pending = self.with(|process, _| process.rare().is_some_and(|rare| rare.question.is_some()));
        if !pending {
            self.send_question(pid, asked);
        }
        let answer = self.with(|process, local| {
            process.handle_signals(local);
            if process.is_ending() {
                return Err(Stop::Exit);
            }
            let rare = process.rare_mut();
            let answer = rare.answer.take();
            if answer.is_some() {
                rare.question = None;
            }
            Ok(answer.map(|answer| process.heap.attach(answer).word()))
        })?;
        match answer {
            // SAFETY: attached to the heap a moment ago.
            Some(word) => Ok(unsafe { self.term(word) }),
            None => Err(Stop::Wait(again)),
        }
    }

    fn send_question(&self, pid: Pid, asked: Asked<'_>) {
        let question = match asked {
            Asked::IsAlive => Question::IsAlive,
            Asked::Info(items) => Question::Info(Message::copy_of(items)),
            Asked::SetGroupLeader(leader) => Question::SetGroupLeader(Message::copy_of(leader)),
            Asked::Suspend => Question::Suspend,
            Asked::CollectGarbage(wanted) => Question::CollectGarbage(wanted),
            Asked::RunsOld(module) => Question::RunsOld(module),
        };
        let number = self.unique_number();
        self.with(|process, local| {
            process.rare_mut().question = Some(number);
            let asker = process.shared().priority();
            let request = Request { from: process.pid(), number, question, raised: None };
            if let Err(signal) = local.deliver_question(pid, request, asker) {
                local.refuse(pid, signal);
            }
        });
    }
}

impl<'h> Context<'h> {
    /// Has a process, which may be the caller, collect its garbage, as for [`Asked::CollectGarbage`]. The caller is told by a message
    /// with this `id`.
    pub fn collect_later(&self, pid: Pid, wanted: Flags, id: Term<'h>) {
        let (from, id) = (self.pid(), Message::copy_of(id));
        self.with(|_, local| {
            let collect = Signal::Collect(Box::new(Collect { from, id, wanted }));
            if let Err(signal) = local.deliver(pid, collect) {
                local.refuse(pid, signal);
            }
        });
    }

    /// What `process_info/2` tells the caller of itself.
    pub fn own_info(&self, items: Term<'h>) -> Term<'h> {
        self.settle_reductions();
        // SAFETY: the machine is this thread's own, and the field is only read.
        let called_at = unsafe { (*self.machine()).registers.ip }.cast::<u64>();
        let word = self.with(|process, local| {
            // What has come counts among the messages.
            while let Handled::One | Handled::Later = process.handle_next(local) {}
            info::answer_self(process, local.vm(), items, called_at).word()
        });
        // SAFETY: built in the heap of the process.
        unsafe { self.term(word) }
    }
}

/// Suspending other processes.
impl Context<'_> {
    /// Whether the caller has suspended a process.
    pub fn is_suspending(&self, pid: Pid) -> bool {
        self.with(|process, _| process.rare().is_some_and(|rare| rare.suspending.get(pid.0).is_some()))
    }

    /// Notes that the caller has suspended a process, to be taken back when the caller ends.
    pub fn count_suspension(&self, pid: Pid) {
        self.with(|process, _| {
            let suspending = &mut process.rare_mut().suspending;
            match suspending.get_mut(pid.0) {
                Some(count) => *count += 1,
                None => suspending.insert(pid.0, 1),
            }
        });
    }

    /// Suspends a process without waiting until it has stopped.
    pub fn suspend_later(&self, pid: Pid) {
        if self.local().deliver(pid, Signal::Suspend).is_ok() {
            self.count_suspension(pid);
        }
    }

    /// Takes a suspension back; false when the caller has not suspended the process.
    pub fn resume(&self, pid: Pid) -> bool {
        let is_counted = self.with(|process, _| {
            let Some(rare) = process.rare_if_any() else { return false };
            match rare.suspending.get_mut(pid.0) {
                None => return false,
                Some(1) => drop(rare.suspending.remove(pid.0)),
                Some(count) => *count -= 1,
            }
            true
        });
        if is_counted {
            let _ = self.local().deliver(pid, Signal::Resume);
        }
        is_counted
    }
}

impl<'h> Context<'h> {
    /// How `process_info/2` and `process_flag/2` tell of a heap's limit.
    pub fn max_heap_size(&self, limit: &MaxHeapSize) -> Term<'h> {
        info::max_heap_size(self.heap(), self.atoms(), limit)
    }
}
