//! The monitors and aliases of a process, by the numbers of their references.

use super::SmallMap;
use purlin_heap::word::Word;
use purlin_heap::{Atom, Pid};

/// See the top of the file.
#[derive(Default)]
pub(crate) struct Monitors {
    /// What this process watches.
    pub(crate) own: SmallMap<Monitor>,
    /// Who watches this process.
    pub(crate) watchers: SmallMap<Pid>,
    /// References to which messages may be sent.
    pub(crate) aliases: SmallMap<Alias>,
}

/// Something that is watched.
pub(crate) struct Monitor {
    /// The process, or nothing when it is the time offset.
    pub(crate) target: Option<Pid>,
    /// The name by which it was looked up, if it was.
    pub(crate) name: Option<Atom>,
    /// The first element of the message: a term of the watcher's heap.
    pub(crate) tag: Word,
    /// Whether the reference has the watcher's pid in it, because it was made as an alias.
    pub(crate) is_alias: bool,
    /// Whether its message goes before ordinary ones.
    pub(crate) is_priority: bool,
}

/// A reference to which messages may be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alias {
    /// When it ends.
    pub until: Until,
    /// Whether those who send to it may ask to go before ordinary messages.
    pub takes_priority: bool,
}

/// When an alias ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// When it is taken back by `unalias/1`.
    Explicit,
    /// With its monitor, too.
    Demonitor,
    /// With its monitor or the first message, which ends the monitor, too.
    ReplyDemonitor,
    /// With the first message.
    Reply,
}

impl Monitors {
    /// About how much memory they take.
    pub(crate) fn bytes(&self) -> usize {
        self.own.bytes() + self.watchers.bytes() + self.aliases.bytes()
    }

    /// The tags that a collection moves.
    pub(crate) fn tags_mut(&mut self) -> Vec<&mut [Word]> {
        let tags = self.own.values_mut().map(|monitor| &mut monitor.tag);
        tags.filter(|tag| tag.is_pointer()).map(std::slice::from_mut).collect()
    }

    /// The monitor `number` has ended: so does its alias, unless that was asked to stay.
    pub(crate) fn end_alias_of_monitor(&mut self, number: u64) {
        let until = self.aliases.get(number).map(|alias| alias.until);
        if let Some(Until::Demonitor | Until::ReplyDemonitor) = until {
            self.aliases.remove(number);
        }
    }

    /// Sets whether the message of a monitor goes before ordinary ones.
    pub(crate) fn set_priority(&mut self, number: u64, is_priority: bool) {
        if let Some(monitor) = self.own.get_mut(number) {
            monitor.is_priority = is_priority;
        }
    }

    /// Whether anything here may bring a message that goes before ordinary ones.
    pub(crate) fn take_priority(&self) -> bool {
        self.aliases.iter().any(|(_, alias)| alias.takes_priority)
            || self.own.iter().any(|(_, monitor)| monitor.is_priority)
    }
}
