//! Sending to a mailbox that has a bound: the message needs a place first.

use super::{Sent, Signal};
use crate::limits::{Joined, Ledger, Policy};
use crate::local::Local;
use crate::native::Context;
use crate::process::{Flags, Process};
use purlin_heap::{Message, Pid, Term};

impl<'h> Context<'h> {
    /// Sends a message to a process as its mailbox allows. After [`Sent::Waits`] the native has to be called again, and
    /// sends then by the place that it was given.
    #[inline]
    pub(super) fn send_bound(&self, to: Pid, message: Term<'h>, may_wait: bool) -> Sent {
        match self.local().with_ledger(to, Ledger::bound).flatten() {
            None => {
                self.send_to(to, message);
                Sent::Done
            }
            Some(bound) => self.send_to_bound(to, message, bound.policy, may_wait),
        }
    }

    /// The caller, which is called again after [`Sent::Waits`], does not send after all, or to somebody else.
    pub fn give_place_back(&self, unless_to: Option<Pid>) {
        self.with(|process, local| process.give_place_back(local, unless_to));
    }

    #[cold]
    fn send_to_bound(&self, to: Pid, message: Term<'h>, policy: Policy, may_wait: bool) -> Sent {
        self.give_place_back(Some(to));
        let has_place = self.with(|process, _| process.rare().is_some_and(|rare| rare.sending.is_some()));
        if !has_place {
            if policy == Policy::Suspend && to == self.pid() {
                self.send_to(to, message);
                return Sent::Done;
            }
            if self.local().with_ledger(to, Ledger::has_place) == Some(false) {
                return self.without_place(to, policy, may_wait);
            }
        }
        // Others may have their turn meanwhile. Until the message is there, a place that was waited for is not used: who is
        // killed now gives it back.
        let message = Message::copy_of(message);
        self.charge(u32::try_from(message.words() / super::send::WORDS_PER_REDUCTION).unwrap_or(u32::MAX));
        let place = self.with(|process, local| {
            let waited_for = process.rare_if_any().and_then(|rare| rare.sending.take()).is_some();
            local.with_ledger(to, |ledger| waited_for || ledger.take_place()).unwrap_or(true)
        });
        match place {
            true => {
                self.local().deliver_placed(to, message);
                Sent::Done
            }
            false => self.without_place(to, policy, may_wait),
        }
    }

    fn without_place(&self, to: Pid, policy: Policy, may_wait: bool) -> Sent {
        match policy {
            Policy::Refuse => Sent::Full,
            Policy::Drop => {
                self.local().with_ledger(to, Ledger::count_dropped);
                Sent::Done
            }
            Policy::Suspend if !may_wait => Sent::WouldWait,
            Policy::Suspend => self.with(|process, local| process.wait_for_place(local, to)),
        }
    }
}

impl Process {
    /// Leaves the line that it is in, or gives the place back that it has not used, unless it is that process's.
    pub(crate) fn give_place_back(&mut self, local: &Local, unless_to: Option<Pid>) {
        let Some(rare) = self.rare_if_any() else { return };
        if let Some((to, ticket)) = rare.sending.take_if(|(to, _)| Some(*to) != unless_to) {
            local.with_ledger(to, |ledger| ledger.leave_line(ticket, |sender| local.nudge(sender)));
        }
    }

    /// Gets in line for a place.
    fn wait_for_place(&mut self, local: &Local, to: Pid) -> Sent {
        let pid = self.pid();
        let join = |ledger: &Ledger| ledger.join_line(pid, |sender| local.nudge(sender));
        let ticket = match local.with_ledger(to, join) {
            None | Some(Joined::Closed) => return Sent::Done,
            // It is sent by the next call, as if the process had waited.
            Some(Joined::Place(ticket)) => ticket,
            Some(Joined::Waiting(ticket)) => {
                self.flags.set(Flags::SENDING, true);
                ticket
            }
        };
        self.rare_mut().sending = Some((to, ticket));
        Sent::Waits
    }
}

impl Local {
    /// Hands a message to a process, which has a place for it.
    fn deliver_placed(&self, to: Pid, message: Message) {
        let guard = self.pin();
        if let Some(block) = self.vm().processes().lookup(to, &guard)
            && let Some(ledger) = block.shared().ledger()
        {
            let _ = self.push_counted(block, ledger, Signal::message(message), 0);
        }
    }
}
