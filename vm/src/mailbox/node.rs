//! Nodes of a mailbox, and where they lie: a node of a message stands in front of the message's own memory, so that a send
//! takes one allocation and a receive frees none.

use std::mem::MaybeUninit;
use std::ops::Deref;
use std::ptr::{self, NonNull};

/// An element of a queue. The link belongs to whoever owns the node.
pub(crate) struct Node<T> {
    pub(super) next: *mut Node<T>,
    pub(super) value: T,
}

impl<T> Node<T> {
    pub(crate) fn value(&self) -> &T {
        &self.value
    }
}

/// What stands in a node.
///
/// # Safety
/// The place that a value gives is memory of its own for a node, which nobody else uses; it is the same for as long as
/// the value lives, wherever that is moved.
pub(crate) unsafe trait Value: Sized {
    /// Where the node of this value lies, unless that needs memory of its own.
    #[inline(always)]
    fn place(&self) -> Option<NonNull<Node<Self>>> {
        None
    }
}

/// A node that belongs to who holds this, and is freed with it.
pub(crate) struct Owned<T: Value>(NonNull<Node<T>>);

// SAFETY: it owns the node, which is a link and a value.
unsafe impl<T: Value + Send> Send for Owned<T> {}

impl<T: Value> Owned<T> {
    /// A node for a value.
    #[inline]
    pub(crate) fn new(value: T) -> Owned<T> {
        const { assert!(align_of::<Node<T>>() == 8) };
        let place = value.place();
        let node = Node { next: ptr::null_mut(), value };
        Owned(match place {
            Some(place) => {
                // SAFETY: the value has this memory for its node; it is moved into memory of its own there, which is as
                // good a place for it as any.
                unsafe { place.write(node) };
                place
            }
            None => NonNull::from(Box::leak(Box::new(node))),
        })
    }

    /// The node, which is nobody's now: it goes into a list or a queue.
    #[inline(always)]
    pub(super) fn into_raw(self) -> *mut Node<T> {
        let node = self.0.as_ptr();
        std::mem::forget(self);
        node
    }

    /// The opposite of [`Owned::into_raw`].
    ///
    /// # Safety
    /// The node is from there, and is the caller's alone again.
    #[inline(always)]
    pub(super) unsafe fn from_raw(node: *mut Node<T>) -> Owned<T> {
        // SAFETY: `into_raw` gives no null.
        Owned(unsafe { NonNull::new_unchecked(node) })
    }

    pub(super) fn node_mut(&mut self) -> &mut Node<T> {
        // SAFETY: the node is ours.
        unsafe { self.0.as_mut() }
    }

    /// The value; the node's own memory is freed, if it has any.
    #[inline]
    pub(crate) fn into_value(self) -> T {
        let node = self.into_raw();
        // SAFETY: the node was ours. Its value is moved out, and what is left of it is freed unless that is a part of the value.
        unsafe {
            let value = (&raw const (*node).value).read();
            if value.place().is_none_or(|place| place.as_ptr() != node) {
                drop(Box::from_raw(node.cast::<MaybeUninit<Node<T>>>()));
            }
            value
        }
    }
}

impl<T: Value> Deref for Owned<T> {
    type Target = Node<T>;

    #[inline(always)]
    fn deref(&self) -> &Node<T> {
        // SAFETY: the node is ours.
        unsafe { self.0.as_ref() }
    }
}

impl<T: Value> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: the node is given up here, and nobody looks at it again.
        drop(unsafe { Owned::from_raw(self.0.as_ptr()) }.into_value());
    }
}

/// Frees a chain of nodes.
pub(super) fn drop_chain<T: Value>(mut chain: *mut Node<T>) {
    while !chain.is_null() {
        // SAFETY: the caller owns the chain, and each node was made by `Owned`.
        let node = unsafe { Owned::from_raw(chain) };
        chain = node.next;
    }
}

/// Numbers, for models and tests.
#[cfg(test)]
mod numbers {
    use super::Value;

    // SAFETY: they have no place.
    unsafe impl Value for u32 {}
    // SAFETY: as above.
    unsafe impl Value for u64 {}
}
