//! What a process does about the signals that come to it.

use super::{ExitToAlias, Question, Request, Signal};
use crate::code::purge::{Asker, CodeCheck};
use crate::local::Local;
use crate::mailbox::{Next, Owned};
use crate::native::Class;
use crate::process::{Alias, Flags, Link, Process, Until};
use purlin_heap::{Build, Message, Pid, Term, am, copy_into};

/// What came of looking for a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handled {
    /// There was one; it has been dealt with.
    One,
    /// There may be some, but there is no time.
    Later,
    /// There is none.
    Nothing,
    /// The process has ended.
    Ending,
}

impl Process {
    /// Takes the next signal in; messages and markers go to the inner queue.
    #[inline]
    pub(crate) fn handle_next(&mut self, local: &Local) -> Handled {
        if self.is_ending() {
            return Handled::Ending;
        }
        let shared = self.shared_apart();
        match self.mailbox.next(&shared.incoming) {
            Next::Later => Handled::Later,
            Next::Nothing => Handled::Nothing,
            Next::Signal(node) if !node.value().is_urgent() => {
                // It will look at that, whoever asks before it has.
                self.flags.set(Flags::WAITING, false);
                self.mailbox.append(node);
                Handled::One
            }
            Next::Signal(node) => self.handle(local, node.into_value()),
        }
    }

    #[cold]
    fn handle(&mut self, local: &Local, signal: Signal) -> Handled {
        if let Some(ledger) = self.shared().ledger() {
            ledger.count_out(signal.bytes());
        }
        match signal {
            Signal::Nudge => {}
            Signal::ToAlias { alias, message, is_priority } => {
                if let Some(alias) = self.use_alias(local, alias) {
                    self.append_message(message, is_priority && alias.takes_priority);
                }
            }
            Signal::ExitToAlias(signal) => {
                let ExitToAlias { alias, from, reason, is_priority } = *signal;
                if let Some(alias) = self.use_alias(local, alias) {
                    self.receive_exit(from, reason, is_priority && alias.takes_priority);
                }
            }
            Signal::Link { from } => self.receive_link(from),
            Signal::Unlink { from, id } => self.receive_unlink(local, from, id),
            Signal::UnlinkAck { from, id } => {
                if self.links.get(from) == Some(Link::Unlinking(id)) {
                    self.links.remove(from);
                }
            }
            Signal::LinkExit { from, reason } => self.receive_link_exit(from, reason),
            Signal::Exit { from, reason } => self.receive_exit(from, reason, false),
            Signal::Monitor { number, watcher } => self.rare_mut().monitors.watchers.insert(number, watcher),
            Signal::Demonitor { number } => {
                if let Some(rare) = self.rare_if_any() {
                    rare.monitors.watchers.remove(number);
                }
            }
            Signal::Down { number, reason } => self.receive_down(local, number, reason),
            Signal::Suspend => self.suspend_by(1),
            Signal::Resume => self.suspend_by(-1),
            Signal::Collect(collect) => {
                // What was given up may have left anything in heap and stack.
                let is_done = !self.flags.has(Flags::GIVEN_UP);
                if is_done {
                    self.flags.set(collect.wanted, true);
                }
                let _ = local.deliver(collect.from, Signal::message(collect.told(is_done)));
            }
            Signal::CheckCode(check) => self.check_code_later(*check),
            Signal::Request(request) => self.answer(local, *request),
            Signal::Reply { number, answer } => {
                let rare = self.rare_mut();
                if rare.question == Some(number) {
                    rare.answer = Some(answer);
                }
            }
            Signal::Message { .. } | Signal::Marker => unreachable!("handled before"),
        }
        if self.is_ending() { Handled::Ending } else { Handled::One }
    }

    fn suspend_by(&mut self, change: i32) {
        let rare = self.rare_mut();
        rare.suspended = rare.suspended.saturating_add_signed(change);
        let is_suspended = rare.suspended > 0;
        self.flags.set(Flags::SUSPENDED, is_suspended);
    }

    fn append_message(&mut self, message: Message, is_priority: bool) {
        let node = Owned::new(Signal::message(message));
        if let Some(ledger) = self.shared().ledger() {
            ledger.count_own(node.value().bytes());
        }
        if is_priority { self.mailbox.insert_priority(node) } else { self.mailbox.append(node) }
    }

    /// The alias of this number, by which something has come: it may end with that.
    fn use_alias(&mut self, local: &Local, number: u64) -> Option<Alias> {
        let rare = self.rare_if_any()?;
        let alias = *rare.monitors.aliases.get(number)?;
        match alias.until {
            Until::Explicit | Until::Demonitor => {}
            Until::Reply => {
                rare.monitors.aliases.remove(number);
            }
            Until::ReplyDemonitor => {
                rare.monitors.aliases.remove(number);
                self.remove_monitor(local, number);
            }
        }
        Some(alias)
    }

    fn receive_link(&mut self, from: Pid) {
        // An entry that waits for the acknowledgement of an unlink stays: the other end will see that unlink.
        if self.links.get(from).is_none() {
            self.links.set(from, Link::Active);
        }
    }

    fn receive_unlink(&mut self, local: &Local, from: Pid, id: u64) {
        if self.links.get(from) == Some(Link::Active) {
            self.links.remove(from);
            self.forget_priority(from);
        }
        let _ = local.deliver(from, Signal::UnlinkAck { from: self.pid(), id });
    }

    fn receive_link_exit(&mut self, from: Pid, reason: Message) {
        let is_priority = self.forget_priority(from);
        match self.links.get(from) {
            Some(Link::Active) => {
                self.links.remove(from);
            }
            Some(Link::Unlinking(_)) => {
                // It ended before it could acknowledge.
                self.links.remove(from);
                return;
            }
            None => return,
        }
        if self.traps_exits() {
            self.append_message(exit_message(from, reason), is_priority);
        } else if !reason.term().is_atom(am::normal) {
            self.end_by(reason);
        }
    }

    /// The link to another process is gone; tells whether its exit signal was to go before ordinary messages.
    fn forget_priority(&mut self, from: Pid) -> bool {
        self.rare_if_any().is_some_and(|rare| rare.priority_links.remove(from.0).is_some())
    }

    fn receive_exit(&mut self, from: Pid, reason: Message, is_priority: bool) {
        if reason.term().is_atom(am::kill) {
            self.end_killed();
        } else if self.traps_exits() {
            self.append_message(exit_message(from, reason), is_priority);
        } else if !reason.term().is_atom(am::normal) || from == self.pid() {
            self.end_by(reason);
        }
    }

    fn end_by(&mut self, reason: Message) {
        let reason = self.heap.attach(reason).word();
        self.end_with(Class::Exit, reason);
    }

    fn receive_down(&mut self, local: &Local, number: u64, reason: Message) {
        let Some(rare) = self.rare_if_any() else { return };
        let Some(monitor) = rare.monitors.own.remove(number) else { return };
        rare.monitors.end_alias_of_monitor(number);
        let owner = monitor.is_alias.then(|| self.pid());
        // SAFETY: the tag is a root of the heap, up to date.
        let tag = unsafe { self.heap.term(monitor.tag) };
        let node_name = local.vm().node_name();
        let message = Message::build(|b| {
            let object = match (monitor.name, monitor.target) {
                (Some(name), _) => b.tuple(&[Term::atom(name), Term::atom(node_name)]),
                (None, Some(pid)) => Term::pid(pid),
                (None, None) => Term::atom(am::undefined),
            };
            let reference = b.reference(number, owner);
            let reason = b.adopt(reason);
            b.tuple(&[copy_into(b, tag), reference, Term::atom(am::process), object, reason])
        });
        self.append_message(message, monitor.is_priority);
    }

    /// Ends a monitor of this process; tells whether there was one.
    pub(crate) fn remove_monitor(&mut self, local: &Local, number: u64) -> bool {
        let Some(rare) = self.rare_if_any() else { return false };
        let Some(monitor) = rare.monitors.own.remove(number) else { return false };
        rare.monitors.end_alias_of_monitor(number);
        if let Some(target) = monitor.target {
            let _ = local.deliver(target, Signal::Demonitor { number });
        }
        true
    }

    fn answer(&mut self, local: &Local, request: Request) {
        // What was given up may have left anything in heap and stack.
        if self.flags.has(Flags::GIVEN_UP) {
            return request.refuse(local);
        }
        let answer = match request.question {
            Question::IsAlive => Message::copy_of(Term::atom(am::true_)),
            Question::Info(wanted) => crate::info::answer(self, local.vm(), &wanted),
            Question::SetGroupLeader(leader) => {
                self.group_leader = self.heap.attach(leader).word();
                Message::copy_of(Term::atom(am::true_))
            }
            Question::Suspend => {
                self.suspend_by(1);
                Message::copy_of(Term::atom(am::true_))
            }
            Question::CollectGarbage(wanted) => {
                self.flags.set(wanted, true);
                Message::copy_of(Term::atom(am::true_))
            }
            Question::RunsOld(module) => match local.vm().code().old_version(module) {
                None => Message::copy_of(Term::atom(am::false_)),
                Some(version) => {
                    let Request { from, number, raised, .. } = request;
                    let asker = Asker::Question { from, number, _raised: raised };
                    return self.check_code_later(CodeCheck { version, asker });
                }
            },
        };
        let _ = local.deliver(request.from, Signal::Reply { number: request.number, answer });
    }
}

/// `{'EXIT', From, Reason}`
fn exit_message(from: Pid, reason: Message) -> Message {
    Message::build(|b| b.tuple(&[Term::atom(am::EXIT), Term::pid(from), b.adopt(reason)]))
}
