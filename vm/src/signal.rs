//! Signals: all that one process does to another.
//!
//! A signal is pushed on the receiver's outer queue and acts when the receiver takes it out, in a receive or at the
//! start of a time slice; so it needs no lock, and signals of one sender to one receiver act in the order in which
//! they were sent. See `docs/signals.md`.

mod bound;
mod handle;
mod request;
mod send;

pub(crate) use handle::Handled;
pub(crate) use request::{Question, Request};
pub use send::Sent;
pub(crate) use send::{alias_of, send_counted};

use crate::code::purge::CodeCheck;
use crate::mailbox::{Node, Value};
use crate::process::Flags;
use purlin_heap::word::Word;
use purlin_heap::{Build, FRONT_WORDS, Fragment, Message, Pid, Term, am};
use std::ptr::NonNull;

/// What a node of a mailbox holds.
pub(crate) enum Signal {
    /// A message for the inner queue.
    Message {
        /// The term.
        root: Word,
        /// Its memory, unless it needs none. The node is a part of it.
        fragment: Option<Fragment>,
    },
    /// No signal, but a place in the inner queue: see [`crate::mailbox`].
    Marker,
    /// A message for whoever holds this alias: dropped when it is not active any more.
    ToAlias {
        /// The number of the alias's reference.
        alias: u64,
        /// The message.
        message: Message,
        /// It goes before ordinary messages, if the alias allows that.
        is_priority: bool,
    },
    /// What `exit/2` sends to whoever holds an alias.
    ExitToAlias(Box<ExitToAlias>),
    /// The sender has linked itself to the receiver.
    Link {
        /// The sender.
        from: Pid,
    },
    /// The sender has taken its link back.
    Unlink {
        /// The sender.
        from: Pid,
        /// What the acknowledgement has to name.
        id: u64,
    },
    /// The sender has seen the receiver's unlink.
    UnlinkAck {
        /// The sender.
        from: Pid,
        /// The number in that unlink.
        id: u64,
    },
    /// The sender has ended; acts if the receiver is linked to it.
    LinkExit {
        /// The sender.
        from: Pid,
        /// Why.
        reason: Message,
    },
    /// What `exit/2` sends.
    Exit {
        /// The sender.
        from: Pid,
        /// Why.
        reason: Message,
    },
    /// The watcher wants to know when the receiver ends.
    Monitor {
        /// The number of the monitor's reference.
        number: u64,
        /// Who wants to know.
        watcher: Pid,
    },
    /// The watcher does not want to know any more.
    Demonitor {
        /// The number of the monitor's reference.
        number: u64,
    },
    /// What the receiver watches has ended.
    Down {
        /// The number of the monitor's reference.
        number: u64,
        /// Why.
        reason: Message,
    },
    /// Nothing but a reason to look: what the receiver waits for may have come.
    Nudge,
    /// The receiver is not to run until it has been resumed as often.
    Suspend,
    /// Takes back one such signal.
    Resume,
    /// Collects its garbage, and tells a process of that by a message.
    Collect(Box<Collect>),
    /// Says whether it runs an old version of a module.
    CheckCode(Box<CodeCheck>),
    /// A question that the receiver answers as it comes across it.
    Request(Box<Request>),
    /// The answer to the receiver's question.
    Reply {
        /// The number of the question.
        number: u64,
        /// The answer.
        answer: Message,
    },
}

/// A collection that somebody is told of: `{garbage_collect, Id, Done}`.
pub(crate) struct Collect {
    /// Who is told.
    pub(crate) from: Pid,
    /// What the message names.
    pub(crate) id: Message,
    /// Which collection: `COLLECT` or `COLLECT_YOUNG`.
    pub(crate) wanted: Flags,
}

impl Collect {
    /// The message.
    pub(crate) fn told(self, is_done: bool) -> Message {
        Message::build(|b| {
            b.tuple(&[Term::atom(am::garbage_collect), b.adopt(self.id), Term::boolean(is_done)])
        })
    }
}

/// An exit signal by an alias.
pub(crate) struct ExitToAlias {
    /// The number of the alias's reference.
    pub(crate) alias: u64,
    /// The sender.
    pub(crate) from: Pid,
    /// Why.
    pub(crate) reason: Message,
    /// As a message it goes before ordinary ones, if the alias allows that.
    pub(crate) is_priority: bool,
}

// It stands in each node of a mailbox.
const _: () = assert!(size_of::<Signal>() <= 32);

impl Signal {
    /// A message.
    #[inline]
    pub(crate) fn message(message: Message) -> Signal {
        let (root, fragment) = message.into_parts();
        Signal::Message { root, fragment }
    }

    /// How much memory it takes in a mailbox.
    #[cold]
    pub(crate) fn bytes(&self) -> usize {
        let message = |message: &Message| message.words();
        let words = match self {
            Signal::Marker => return 0,
            Signal::Message { fragment, .. } => return message_bytes(fragment.as_ref()),
            Signal::ToAlias { message: body, .. } => message(body),
            Signal::ExitToAlias(exit) => message(&exit.reason),
            Signal::LinkExit { reason, .. } | Signal::Exit { reason, .. } | Signal::Down { reason, .. } => {
                message(reason)
            }
            Signal::Reply { answer, .. } => message(answer),
            _ => 0,
        };
        NODE_BYTES + words * size_of::<Word>()
    }

    /// Whether a process that does not receive has to look at it soon.
    #[inline]
    pub(crate) fn is_urgent(&self) -> bool {
        !matches!(self, Signal::Message { .. } | Signal::Marker)
    }
}

const NODE_BYTES: usize = size_of::<Node<Signal>>();
const _: () = assert!(NODE_BYTES <= FRONT_WORDS * size_of::<Word>());

// SAFETY: the front of a fragment is used for nothing else, does not move with the fragment, and has room for a node, as asserted
// above; the fragment belongs to this signal alone, and nobody takes it out of a signal that stands in a node.
unsafe impl Value for Signal {
    #[inline(always)]
    fn place(&self) -> Option<NonNull<Node<Signal>>> {
        match self {
            Signal::Message { fragment: Some(fragment), .. } => fragment.front().map(NonNull::cast),
            _ => None,
        }
    }
}

/// How much memory a message takes in a mailbox.
pub(crate) fn message_bytes(fragment: Option<&Fragment>) -> usize {
    let node = if fragment.is_some_and(|fragment| fragment.front().is_some()) { 0 } else { NODE_BYTES };
    node + fragment.map_or(0, Fragment::words) * size_of::<Word>()
}
