//! The owner's side of a mailbox.

use super::incoming::{Incoming, Pushed};
use super::markers::Markers;
use super::node::{Node, Owned, drop_chain};
use crate::signal::Signal;
use purlin_heap::Fragment;
use purlin_heap::word::Word;
use std::ptr;

type SignalNode = Node<Signal>;

/// How many nodes are turned round before the process has to let others run.
const TURN_MAX: usize = 4096;

/// See `mailbox.rs`.
pub(crate) struct Mailbox {
    /// Taken from the outer queue, the newest first.
    taken: *mut SignalNode,
    /// Taken and turned round, the oldest first; not looked at yet.
    arrived: *mut SignalNode,
    /// The inner queue: messages and markers.
    first: *mut SignalNode,
    last: *mut SignalNode,
    /// The node before the one to look at; null when that is the first.
    before: *mut SignalNode,
    /// The receive starts behind this marker, which has not come yet; all messages before it are passed over.
    awaited: *mut SignalNode,
    /// Messages in the inner queue.
    len: usize,
    /// Made when a process first uses a receive marker, or a message goes before others.
    special: Option<Box<Special>>,
}

/// What few mailboxes need.
struct Special {
    markers: Markers,
    /// The last of the messages that go before ordinary ones; they stand in front of everything.
    last_priority: *mut SignalNode,
    /// Such a message has come since the receive began, which has to look at it before it waits.
    looks_again: bool,
    /// See [`Mailbox::hold`].
    holds: bool,
}

impl Default for Special {
    fn default() -> Special {
        Special {
            markers: Markers::default(),
            last_priority: ptr::null_mut(),
            looks_again: false,
            holds: false,
        }
    }
}

/// What stands at the save pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// A message.
    Message(Word),
    /// The end of the inner queue.
    End,
}

/// The next thing that has come from outside.
pub(crate) enum Next {
    /// It was taken out of the outer queue.
    Signal(Owned<Signal>),
    /// There is something, but to get at it takes more time: ask again in the next slice.
    Later,
    /// Nothing has come.
    Nothing,
}

impl Mailbox {
    pub(crate) const fn new() -> Mailbox {
        Mailbox {
            taken: ptr::null_mut(),
            arrived: ptr::null_mut(),
            first: ptr::null_mut(),
            last: ptr::null_mut(),
            before: ptr::null_mut(),
            awaited: ptr::null_mut(),
            len: 0,
            special: None,
        }
    }

    /// Messages in the inner queue.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The message at the save pointer.
    #[inline]
    pub(crate) fn look(&mut self) -> Look {
        loop {
            let node = self.after(self.before);
            // SAFETY: the nodes of the inner queue are ours.
            match unsafe { node.as_ref() }.map(|node| &node.value) {
                None => return Look::End,
                Some(Signal::Message { root, .. }) => return Look::Message(*root),
                Some(_) => self.pass_marker(node),
            }
        }
    }

    /// Moves the save pointer over the message that it stands at.
    #[inline]
    pub(crate) fn skip(&mut self) {
        let node = self.after(self.before);
        debug_assert!(!node.is_null(), "a receive skips only what it looked at");
        self.before = node;
    }

    /// Takes the message at the save pointer, and sets that back to the front.
    #[inline]
    pub(crate) fn take(&mut self) -> (Word, Option<Fragment>) {
        let node = self.unlink_after(self.before);
        self.rewind();
        self.len -= 1;
        // SAFETY: made by `Owned`, and unlinked from all that is ours.
        match unsafe { Owned::from_raw(node) }.into_value() {
            Signal::Message { root, fragment } => (root, fragment),
            _ => unreachable!("a receive takes only what it looked at, a message"),
        }
    }

    /// Sets the save pointer to the front.
    #[inline]
    pub(crate) fn rewind(&mut self) {
        (self.before, self.awaited) = (ptr::null_mut(), ptr::null_mut());
        if let Some(special) = &mut self.special {
            (special.looks_again, special.holds) = (false, false);
        }
    }

    /// At the end of the queue: goes back to the front if a message came meanwhile that goes before others; tells whether.
    pub(crate) fn start_again(&mut self) -> bool {
        let starts = self.special.as_ref().is_some_and(|special| special.looks_again);
        if starts {
            self.rewind();
        }
        starts
    }

    /// The message at the save pointer stays there until it is taken or passed over, whatever comes meanwhile: code that was
    /// handed a copy of it runs on.
    pub(crate) fn hold(&mut self) {
        self.special.get_or_insert_default().holds = true;
    }

    /// Puts a message behind those that go before ordinary ones, and before these. A receive that has passed that place looks
    /// at it when it has come to the end.
    #[cold]
    pub(crate) fn insert_priority(&mut self, node: Owned<Signal>) {
        debug_assert!(matches!(node.value, Signal::Message { .. }));
        let node = node.into_raw();
        let special = self.special.get_or_insert_default();
        let behind = std::mem::replace(&mut special.last_priority, node);
        special.looks_again |= !self.before.is_null() || special.holds;
        let holds = special.holds;
        // SAFETY: the nodes of the inner queue are ours.
        unsafe {
            (*node).next = self.after(behind);
            match behind.as_mut() {
                Some(behind) => behind.next = node,
                None => self.first = node,
            }
        }
        if self.last == behind {
            self.last = node;
        }
        if self.before == behind && holds {
            self.before = node;
        }
        self.len += 1;
    }

    /// Adds a message or a marker to the inner queue.
    #[inline]
    pub(crate) fn append(&mut self, node: Owned<Signal>) {
        if let Signal::Marker = node.value {
            return self.append_marker(node);
        }
        debug_assert!(matches!(node.value, Signal::Message { .. }));
        self.len += 1;
        let node = node.into_raw();
        self.link_last(node);
        if !self.awaited.is_null() {
            self.before = node;
        }
    }

    /// What has come from outside next. The one place where signals leave the outer queue.
    #[inline]
    pub(crate) fn next(&mut self, incoming: &Incoming<Signal>) -> Next {
        if self.taken.is_null() && self.arrived.is_null() {
            self.taken = incoming.take();
        }
        if !self.turn_round() {
            return Next::Later;
        }
        match pop(&mut self.arrived) {
            Some(node) => Next::Signal(node),
            None => Next::Nothing,
        }
    }

    /// Whether something was taken out of the outer queue and not handed out yet.
    #[inline(always)]
    pub(crate) fn has_backlog(&self) -> bool {
        !self.taken.is_null() || !self.arrived.is_null()
    }

    /// Closes the outer queue: nothing will come any more. `pop_left` gives what has come.
    pub(crate) fn close(&mut self, incoming: &Incoming<Signal>) {
        let left = incoming.close();
        (self.special, self.before) = (None, ptr::null_mut());
        // SAFETY: the nodes of the inner queue are ours, and so are those of a chain that was taken. The order does
        // not matter any more.
        match unsafe { self.last.as_mut() } {
            Some(last) => last.next = left,
            None => self.first = left,
        }
        self.last = ptr::null_mut();
    }

    /// Anything that is left after `close`.
    pub(crate) fn pop_left(&mut self) -> Option<Signal> {
        for list in [&mut self.arrived, &mut self.taken, &mut self.first] {
            if let Some(node) = pop(list) {
                return Some(node.into_value());
            }
        }
        None
    }

    /// Moves nodes from `taken` to the front of `arrived`, which turns their order round; tells whether all are
    /// through. Until then `arrived` is not complete, and nothing may be popped.
    #[inline]
    fn turn_round(&mut self) -> bool {
        for _ in 0..TURN_MAX {
            let node = self.taken;
            if node.is_null() {
                return true;
            }
            // SAFETY: a chain that was taken is ours.
            self.taken = unsafe { std::mem::replace(&mut (*node).next, self.arrived) };
            self.arrived = node;
        }
        self.taken.is_null()
    }

    /// The node behind `node`, or the first one.
    #[inline(always)]
    fn after(&self, node: *mut SignalNode) -> *mut SignalNode {
        // SAFETY: the nodes of the inner queue are ours.
        unsafe { node.as_ref() }.map_or(self.first, |node| node.next)
    }

    #[inline]
    fn link_last(&mut self, node: *mut SignalNode) {
        // SAFETY: the nodes of the inner queue are ours.
        unsafe {
            (*node).next = ptr::null_mut();
            match self.last.as_mut() {
                Some(last) => last.next = node,
                None => self.first = node,
            }
        }
        self.last = node;
    }

    /// Takes the node behind `before` out of the inner queue; there must be one.
    #[inline]
    fn unlink_after(&mut self, before: *mut SignalNode) -> *mut SignalNode {
        let node = self.after(before);
        // SAFETY: the nodes of the inner queue are ours.
        unsafe {
            let next = (*node).next;
            match before.as_mut() {
                Some(before) => before.next = next,
                None => self.first = next,
            }
        }
        if self.last == node {
            self.last = before;
        }
        if let Some(special) = &mut self.special
            && special.last_priority == node
        {
            // Those that go first stand together in front.
            special.last_priority = before;
        }
        node
    }

    /// The save pointer stands at a marker: passes over it, or removes it when it serves no more.
    #[cold]
    fn pass_marker(&mut self, marker: *mut SignalNode) {
        if self.special.as_ref().is_some_and(|special| special.markers.contains(marker)) {
            self.before = marker;
        } else {
            // SAFETY: made by `Owned`, and unlinked from all that is ours.
            drop(unsafe { Owned::from_raw(self.unlink_after(self.before)) });
        }
    }
}

/// Receive markers. One that is reserved while something waits in the outer queue goes through that queue itself, and so
/// comes to stand behind what was sent before. A marker that is not needed any more stays in the queue until a receive comes across it; two of
/// those never stand side by side at the end, so there are at most as many of them as messages came. In the outer queue there
/// are few at a time.
impl Mailbox {
    /// Marks the end of all that has come; gives the number of the marker.
    pub(crate) fn reserve_marker(&mut self, incoming: &Incoming<Signal>) -> u32 {
        if incoming.has_any() || self.has_backlog() {
            return self.send_marker(incoming);
        }
        let last = self.last;
        let markers = &mut self.special.get_or_insert_default().markers;
        // SAFETY: the nodes of the inner queue are ours.
        let reusable = unsafe { last.as_ref() }
            .is_some_and(|node| matches!(node.value, Signal::Marker) && !markers.contains(last));
        let node = if reusable { last } else { Owned::new(Signal::Marker).into_raw() };
        let number = markers.reserve(node, true);
        if !reusable {
            self.link_last(node);
        }
        number
    }

    #[cold]
    fn send_marker(&mut self, incoming: &Incoming<Signal>) -> u32 {
        let markers = &mut self.special.get_or_insert_default().markers;
        if let Some(node) = markers.shared() {
            return markers.reserve(node, false);
        }
        let node = Owned::new(Signal::Marker).into_raw();
        markers.sent(node);
        let number = markers.reserve(node, false);
        // SAFETY: made a moment ago, and used by nobody yet.
        let pushed = incoming.push(unsafe { Owned::from_raw(node) }, false);
        debug_assert!(matches!(pushed, Ok(Pushed::Queued)), "the owner runs");
        number
    }

    #[cold]
    fn append_marker(&mut self, node: Owned<Signal>) {
        let node = node.into_raw();
        self.link_last(node);
        if self.awaited == node {
            (self.before, self.awaited) = (node, ptr::null_mut());
        }
        if let Some(Special { markers, .. }) = self.special.as_deref_mut() {
            markers.arrived(node);
        }
    }

    /// Makes a reserved marker that of a reference.
    pub(crate) fn bind_marker(&mut self, marker: u32, reference: u64) {
        if let Some(Special { markers, .. }) = self.special.as_deref_mut() {
            markers.bind(marker, reference);
        }
    }

    /// Forgets a reserved marker.
    pub(crate) fn clear_marker(&mut self, marker: u32) {
        if let Some(Special { markers, .. }) = self.special.as_deref_mut() {
            markers.clear(marker);
        }
    }

    /// Forgets the marker of a reference.
    pub(crate) fn clear_marker_of(&mut self, reference: u64) {
        if let Some(Special { markers, .. }) = self.special.as_deref_mut() {
            markers.clear_of(reference);
        }
    }

    /// Sets the save pointer behind the marker of a reference, if there is one and a receive begins.
    pub(crate) fn use_marker(&mut self, reference: u64) {
        // What goes first may have come after the marker.
        if self.special.as_ref().is_none_or(|special| !special.last_priority.is_null()) {
            return;
        }
        match self.special.as_ref().and_then(|special| special.markers.find(reference)) {
            None => {}
            Some((node, true)) => self.before = node,
            Some((node, false)) => (self.before, self.awaited) = (self.last, node),
        }
    }
}

/// What others than receives ask.
impl Mailbox {
    /// The memory of the message at the save pointer, which a receive may be looking at: for a collection, which
    /// leaves alone what points there.
    pub(crate) fn looked_at(&self) -> Option<&Fragment> {
        // SAFETY: the nodes of the inner queue are ours.
        match unsafe { self.after(self.before).as_ref() }.map(|node| &node.value) {
            Some(Signal::Message { fragment, .. }) => fragment.as_ref(),
            _ => None,
        }
    }

    /// Words of all messages.
    pub(crate) fn words(&self) -> usize {
        let mut node = self.first;
        let mut words = 0;
        // SAFETY: the nodes of the inner queue are ours.
        while let Some(this) = unsafe { node.as_ref() } {
            if let Signal::Message { fragment: Some(fragment), .. } = &this.value {
                words += fragment.words();
            }
            node = this.next;
        }
        words
    }

    /// All messages, the oldest first.
    pub(crate) fn messages(&self) -> impl Iterator<Item = Word> {
        let mut node = self.first;
        std::iter::from_fn(move || {
            // SAFETY: the nodes of the inner queue are ours.
            while let Some(this) = unsafe { node.as_ref() } {
                node = this.next;
                if let Signal::Message { root, .. } = &this.value {
                    return Some(*root);
                }
            }
            None
        })
    }

    /// Takes the first message that `matches`.
    pub(crate) fn remove_first(
        &mut self,
        matches: impl Fn(Word) -> bool,
    ) -> Option<(Word, Option<Fragment>)> {
        self.rewind();
        while let Look::Message(root) = self.look() {
            if matches(root) {
                return Some(self.take());
            }
            self.skip();
        }
        self.rewind();
        None
    }
}

/// Takes the first node of a list that is ours.
#[inline]
fn pop(list: &mut *mut SignalNode) -> Option<Owned<Signal>> {
    if list.is_null() {
        return None;
    }
    // SAFETY: the caller owns the list, whose nodes were made by `Owned`.
    let mut node = unsafe { Owned::from_raw(*list) };
    *list = std::mem::replace(&mut node.node_mut().next, ptr::null_mut());
    Some(node)
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        drop_chain(self.taken);
        drop_chain(self.arrived);
        drop_chain(self.first);
    }
}
