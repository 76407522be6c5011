//! What can be asked about processes: `process_info/2`.

use crate::local::Local;
use crate::process::Process;
use purlin_heap::Message;

/// Answers for the items in `wanted`, an atom, a tuple or a list of such.
pub(crate) fn answer(process: &mut Process, local: &Local, wanted: &Message) -> Message {
    let _ = (process, local);
    Message::copy_of(wanted.term())
}
