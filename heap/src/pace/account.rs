//! What few processes have: an account that is asked before their work makes an atom or takes much memory in one go.
//!
//! Both happen deep in this crate, far from whoever runs the process, so the account goes with the work's pace.

use std::cell::Cell;
use std::ptr::NonNull;

use super::{Pace, current};

/// What the work on a thread is charged to.
pub trait Account {
    /// Charges for an atom that is going to be made. False when there may be no more.
    fn take_atom(&self) -> bool;

    /// Whether so much memory may be taken in one go.
    fn may_take_bytes(&self, bytes: usize) -> bool;
}

/// Less memory is not asked for: it is found at the next collection.
const ASKED_BYTES_MIN: usize = 1 << 16;

impl Pace {
    /// Charges what runs at this pace to an account; to nobody, if there is none.
    ///
    /// # Safety
    /// The account stays where it is until another one is set.
    #[inline]
    pub unsafe fn set_account(&self, account: Option<NonNull<dyn Account>>) {
        self.account.set(account);
    }
}

/// The account of what runs on this thread.
fn of_current() -> Option<NonNull<dyn Account>> {
    // SAFETY: the pace stays where it is, by the promise of `set`.
    current().and_then(|pace| unsafe { pace.as_ref() }.account.get())
}

/// Charges whoever runs for an atom.
#[cold]
pub(crate) fn may_make_atom() -> bool {
    // SAFETY: the account stays where it is, by the promise of `set_account`.
    of_current().is_none_or(|account| unsafe { account.as_ref() }.take_atom())
}

/// Whether who runs may take so much memory in one go.
#[inline]
pub fn may_take_bytes(bytes: usize) -> bool {
    // SAFETY: as above.
    bytes < ASKED_BYTES_MIN
        || of_current().is_none_or(|account| unsafe { account.as_ref() }.may_take_bytes(bytes))
}

/// Where a pace keeps its account.
type Place = Cell<Option<NonNull<dyn Account>>>;

/// While it lives, nothing is charged to an account.
pub struct Exempt {
    place: Option<(NonNull<Place>, NonNull<dyn Account>)>,
}

/// Charges nobody for a while: for what the runtime does for all, at the request of the first.
pub fn exempt() -> Exempt {
    let place = current().and_then(|pace| {
        // SAFETY: the pace stays where it is, by the promise of `set`.
        let cell = unsafe { &pace.as_ref().account };
        cell.take().map(|account| (NonNull::from(cell), account))
    });
    Exempt { place }
}

impl Drop for Exempt {
    fn drop(&mut self) {
        if let Some((cell, account)) = self.place {
            // SAFETY: the pace belongs to what runs here, wherever that was meanwhile, and stays as long.
            unsafe { cell.as_ref() }.set(Some(account));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AtomTable;
    use crate::atoms::AtomError;
    use crate::pace::set;
    use std::cell::Cell;

    struct Atoms(Cell<u32>);

    impl Account for Atoms {
        fn take_atom(&self) -> bool {
            let left = self.0.get();
            self.0.set(left.saturating_sub(1));
            left > 0
        }

        fn may_take_bytes(&self, bytes: usize) -> bool {
            bytes <= 1 << 20
        }
    }

    #[test]
    fn an_account_is_asked_for_what_is_new() {
        let (account, pace, table) = (Atoms(Cell::new(2)), Pace::new(|_| {}), AtomTable::new(100_000));
        // SAFETY: both outlive the test's work.
        let former = unsafe {
            pace.set_account(Some(NonNull::from(&account as &dyn Account)));
            set(Some(NonNull::from(&pace)))
        };
        let made = ["a1", "a1", "ok", "a2", "a3", "a2"].map(|name| table.intern(name).is_ok());
        let exempted = {
            let _exempt = exempt();
            table.intern("a4").is_ok()
        };
        let again = table.intern("a5");
        let bytes = [1 << 15, 1 << 20, 1 << 21].map(may_take_bytes);
        // SAFETY: as it was.
        unsafe { set(former) };
        assert_eq!(made, [true, true, true, true, false, true]);
        assert!(exempted && again == Err(AtomError::TableFull));
        assert_eq!(bytes, [true, true, false]);
        assert!(table.intern("a5").is_ok() && may_take_bytes(1 << 21));
    }
}
