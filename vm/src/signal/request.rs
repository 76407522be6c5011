//! Questions that one process asks another, which answers when it comes across them, between its instructions.

use super::Signal;
use crate::local::Local;
use crate::process::Flags;
use purlin_heap::{Atom, Message, Pid, Term, am};
use purlin_scheduler::Raised;

/// A question and who asks it.
pub(crate) struct Request {
    pub(crate) from: Pid,
    /// The answer has to name it.
    pub(crate) number: u64,
    pub(crate) question: Question,
    /// Held when the process has been raised for the question, until it is answered.
    pub(crate) raised: Option<Raised>,
}

pub(crate) enum Question {
    /// Whether the process is alive, after all that was sent to it before.
    IsAlive,
    /// `process_info/2`: the items, a list or one of them.
    Info(Message),
    /// Takes another group leader.
    SetGroupLeader(Message),
    /// Stops until it is resumed.
    Suspend,
    /// Collects its garbage, as this flag says.
    CollectGarbage(Flags),
    /// Whether it runs the old version of a module.
    RunsOld(Atom),
}

impl Request {
    /// What is answered for a process that has ended.
    pub(crate) fn answer_of_the_dead(&self) -> Message {
        Message::copy_of(Term::atom(match self.question {
            Question::IsAlive | Question::CollectGarbage(_) | Question::RunsOld(_) => am::false_,
            Question::Info(_) => am::undefined,
            Question::SetGroupLeader(_) | Question::Suspend => am::badarg,
        }))
    }

    /// Answers for a process that has ended.
    pub(crate) fn refuse(self, local: &Local) {
        let answer = self.answer_of_the_dead();
        let _ = local.deliver(self.from, Signal::Reply { number: self.number, answer });
    }
}
