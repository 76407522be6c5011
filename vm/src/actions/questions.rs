//! Questions to other processes, whose answers the caller waits for within a native.

use crate::info;
use crate::native::{Context, Stop};
use crate::process::Settings;
use crate::signal::{Handled, Question, Request, Signal};
use purlin_heap::{Message, Pid, Term};

/// What can be asked.
#[derive(Clone, Copy)]
pub enum Asked<'h> {
    /// Whether the process is alive, after all that the caller has sent to it has acted: `true` or `false`.
    IsAlive,
    /// What `process_info/2` tells; the items.
    Info(Term<'h>),
    /// To take this group leader: `true`, or `badarg` if it has ended.
    SetGroupLeader(Term<'h>),
    /// To collect its garbage: `true` or `false`.
    CollectGarbage,
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
        let number = self.local().unique_number();
        self.with(|process, _| process.rare_mut().question = Some(number));
        let question = match asked {
            Asked::IsAlive => Question::IsAlive,
            Asked::Info(items) => Question::Info(Message::copy_of(items)),
            Asked::SetGroupLeader(leader) => Question::SetGroupLeader(Message::copy_of(leader)),
            Asked::CollectGarbage => Question::CollectGarbage,
        };
        let request = Request { from: self.pid(), number, question };
        if let Err(signal) = self.local().deliver(pid, Signal::Request(Box::new(request))) {
            self.local().refuse(pid, signal);
        }
    }
}

impl<'h> Context<'h> {
    /// What `process_info/2` tells the caller of itself.
    pub fn own_info(&self, items: Term<'h>) -> Term<'h> {
        // SAFETY: the machine is this thread's own, and the field is only read.
        let called_at = unsafe { (*self.machine()).registers.ip }.cast::<u64>();
        let word = self.with(|process, local| {
            // What has come counts among the messages.
            for _ in 0..TAKEN_IN_MAX {
                if process.handle_next(local) != Handled::One {
                    break;
                }
            }
            info::answer_self(process, local, items, called_at).word()
        });
        // SAFETY: built in the heap of the process.
        unsafe { self.term(word) }
    }
}

impl<'h> Context<'h> {
    /// How `process_info/2` and `process_flag/2` tell of a heap's limit.
    pub fn max_heap_size(&self, settings: &Settings) -> Term<'h> {
        info::max_heap_size(self.heap(), self.atoms(), settings)
    }
}

/// How many signals a process takes in before it tells of itself.
const TAKEN_IN_MAX: usize = 10_000;
