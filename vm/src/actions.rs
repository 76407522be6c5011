//! What a process can do to itself and to others, as methods of the context of a native: the natives of `erlang` read
//! their arguments and call these.

mod code;
mod flags;
mod host;
mod links;
mod modules;
mod monitors;
mod questions;
mod spawns;
mod timed;
mod work;

pub use crate::info::{MIN_BIN_VHEAP_SIZE, USUAL_ITEMS, is_item, priority_name};
pub use crate::limits::{Limits, MailboxBound, Policy};
pub use crate::process::{Alias, Flags, MaxHeapSize, Settings, Until};
pub(crate) use code::Purge;
pub use code::Purged;
pub use host::{Received, Sender};
pub use links::Linked;
pub use monitors::{MonitorOptions, Watched};
pub use purlin_scheduler::Priority;
pub use questions::Asked;
pub use spawns::{SpawnMonitor, SpawnOptions, What};
pub use timed::TimeLeft;
pub use work::DirtyKind;
pub(crate) use work::Work;

use crate::local::Local;
use crate::native::Context;
use crate::process::Process;
use purlin_heap::Term;

impl<'h> Context<'h> {
    /// The thread's part of the runtime, up to the next charge for work.
    #[inline]
    pub(crate) fn local(&self) -> &Local {
        // SAFETY: the call runs on its fiber, and a thread's part of the runtime is only ever shared.
        unsafe { (*self.machine()).local() }
    }

    /// The number of the scheduler that the call runs on now, from 1.
    pub fn scheduler_id(&self) -> usize {
        self.local().scheduler_id()
    }

    /// A number that no other reference of this machine has.
    #[inline]
    pub fn unique_number(&self) -> u64 {
        self.local().unique_number()
    }

    /// Works on the calling process. What the work gets of the thread is not to be used after a charge.
    #[inline]
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Process, &Local) -> R) -> R {
        // SAFETY: the process runs on this thread and nobody else uses its owned part. References to its heap are
        // taken anew after each call of this, and terms point to memory that is not moved during the call.
        work(unsafe { &mut *self.process() }, self.local())
    }

    /// A word of the calling process as a term.
    ///
    /// # Safety
    /// It must be a term of its heap.
    #[inline]
    pub(crate) unsafe fn term(&self, word: purlin_heap::word::Word) -> Term<'h> {
        // SAFETY: as promised; nothing is collected during the call.
        unsafe { Term::from_word(word) }
    }
}
