//! Receive markers by the reference that they wait for.

use super::node::Node;
use crate::signal::Signal;

/// How many markers a process keeps, and how many are on their way through the outer queue at once; the oldest gives way,
/// and an older one serves for the next, which only costs speed.
const MARKERS_MAX: usize = 16;

pub(super) struct Markers {
    entries: Vec<Entry>,
    numbers: u32,
    /// Markers that have been sent and have not arrived.
    on_the_way: usize,
    /// The last that was sent, which arrives last.
    last_sent: *mut Node<Signal>,
}

struct Entry {
    number: u32,
    /// The reference that it is for; none until it is bound.
    reference: Option<u64>,
    node: *mut Node<Signal>,
    /// It stands in the inner queue.
    has_arrived: bool,
}

impl Default for Markers {
    fn default() -> Markers {
        Markers { entries: Vec::new(), numbers: 0, on_the_way: 0, last_sent: std::ptr::null_mut() }
    }
}

impl Markers {
    /// Notes that a marker is sent.
    pub(super) fn sent(&mut self, node: *mut Node<Signal>) {
        (self.on_the_way, self.last_sent) = (self.on_the_way + 1, node);
    }

    /// The marker to use instead of another one, when enough are on their way.
    pub(super) fn shared(&self) -> Option<*mut Node<Signal>> {
        (self.on_the_way >= MARKERS_MAX).then_some(self.last_sent)
    }

    pub(super) fn reserve(&mut self, node: *mut Node<Signal>, has_arrived: bool) -> u32 {
        if self.entries.len() == MARKERS_MAX {
            self.entries.remove(0);
        }
        self.numbers = self.numbers.wrapping_add(1);
        self.entries.push(Entry { number: self.numbers, reference: None, node, has_arrived });
        self.numbers
    }

    pub(super) fn bind(&mut self, number: u32, reference: u64) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.number == number) {
            entry.reference = Some(reference);
        }
    }

    pub(super) fn clear(&mut self, number: u32) {
        self.entries.retain(|entry| entry.number != number);
    }

    pub(super) fn clear_of(&mut self, reference: u64) {
        self.entries.retain(|entry| entry.reference != Some(reference));
    }

    /// The marker of a reference, and whether it stands in the inner queue.
    pub(super) fn find(&self, reference: u64) -> Option<(*mut Node<Signal>, bool)> {
        let entry = self.entries.iter().find(|entry| entry.reference == Some(reference))?;
        Some((entry.node, entry.has_arrived))
    }

    /// A marker stands in the inner queue from now on.
    pub(super) fn arrived(&mut self, node: *mut Node<Signal>) {
        self.on_the_way -= 1;
        self.entries.iter_mut().filter(|entry| entry.node == node).for_each(|entry| entry.has_arrived = true);
    }

    pub(super) fn contains(&self, node: *mut Node<Signal>) -> bool {
        self.entries.iter().any(|entry| entry.node == node)
    }
}
