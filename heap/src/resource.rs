//! References that own a value of Rust: whoever holds the reference can use the value, and with the last of them it is dropped.
//!
//! Such a reference holds an off-heap object that no program sees. So wherever references are copied, collected and freed the
//! value is counted like the bytes of a large binary.

use std::any::Any;

use crate::bits::{Shared, shared, view};
use crate::build::Build;
use crate::layout::{Kind, ref_bits};
use crate::term::Term;

/// A new reference with this number, which owns a value that takes so many bytes.
pub fn owning<'h, B: Build>(
    build: &'h B,
    number: u64,
    value: impl Any + Send + Sync,
    bytes: usize,
) -> Term<'h> {
    let held = view(Shared::owning(value, bytes), 0, 0, build);
    build.object(Kind::Reference, &[number, 0, 0], &[held])
}

/// The value that a reference owns, if it is one of this type. A reference that was made from its text or number owns nothing.
#[inline]
pub fn owned<'h, T: Any>(reference: Term<'h>) -> Option<&'h T> {
    let object = reference.as_boxed().filter(|object| object.kind() == Kind::Reference)?;
    let held = object.terms().first()?.as_boxed().filter(|held| held.kind() == Kind::RefBits)?;
    // SAFETY: the object holds a count, and stays as long as the term is borrowed.
    unsafe { shared::owned(held.raw(ref_bits::SHARED)) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::fragment::Message;
    use crate::heap::{Heap, HeapConfig};
    use crate::literal::KeptTerm;

    #[test]
    fn the_value_goes_with_the_last_reference() {
        let value = Arc::new(7);
        let heap = Heap::new(&HeapConfig::default());
        let reference = owning(&heap, 1, value.clone(), 1000);
        assert_eq!(owned::<Arc<i32>>(reference).map(|value| **value), Some(7));
        assert!(owned::<Arc<u32>>(reference).is_none() && owned::<i32>(Term::NIL).is_none());
        let (message, kept) = (Message::copy_of(reference), KeptTerm::copy_of(reference));
        drop(heap);
        assert_eq!(Arc::strong_count(&value), 2);
        let receiver = Heap::new(&HeapConfig::default());
        let received = receiver.attach(message);
        assert!(std::ptr::eq(owned::<Arc<i32>>(received).unwrap(), owned::<Arc<i32>>(kept.term()).unwrap()));
        drop(kept);
        assert_eq!(Arc::strong_count(&value), 2);
        drop(receiver);
        assert_eq!(Arc::strong_count(&value), 1);
    }

    #[test]
    fn what_a_value_takes_counts_for_who_refers_to_it() {
        let heap = Heap::new(&HeapConfig::default());
        owning(&heap, 1, (), 1 << 20);
        assert_eq!(heap.shared_bytes_held(), 1 << 20);
        assert_eq!(heap.shared_bytes().count(), 0);
    }
}
