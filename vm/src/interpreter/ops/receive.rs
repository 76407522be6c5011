//! Sending and receiving.

use purlin_heap::am;
use purlin_heap::word::Word;

use super::{Label, Op, op};
use crate::interpreter::Machine;
use crate::interpreter::regs::Regs;
use crate::interpreter::run::Exit;
use crate::native::Class;
use crate::process::{Peek, Waited};
use crate::signal::send_counted;

op! { control Send [] () |r| {
    // The common receiver. Nothing is built in the heap of the sender.
    let message = (*r.machine).x[1];
    if r.x0.is_pid() {
        let reductions = send_counted(r.machine, r.x0, message);
        if reductions >= 0 {
            r.reductions -= reductions;
            r.x0 = message;
            return r.next(<Self as Op>::BYTES);
        }
    }
    r.leave::<Self>()
} slow |r| {
    // `!` is the native `erlang:send/2` as an instruction; it answers what was sent.
    let export = r.m().vm().code().guard_export(am::send, 2);
    if crate::interpreter::native_call::call_native(&mut r, export) {
        return r.next(<Self as Op>::BYTES);
    }
    if crate::interpreter::native_call::has_raised(&r) {
        let at = r.ip;
        return crate::interpreter::native_call::raise_native(r, export, at);
    }
    super::push_return(&mut r, <Self as Op>::BYTES);
    crate::interpreter::native_call::continue_native(r, export)
} }

/// Looks at the next message; nothing when the process left the processor.
///
/// # Safety
/// As for any handler.
#[inline(always)]
unsafe fn peek(r: &mut Regs) -> Peek {
    // SAFETY: by the caller. Handling signals may allocate in the heap, so it is saved and taken up again.
    unsafe {
        r.save();
        let machine = &mut *r.machine;
        let found = (*machine.process).peek(machine.local());
        r.restore();
        found
    }
}

op! { control ReceiveNext [] (fail: Label) |r| {
    match peek(&mut r) {
        Peek::Message(message) => {
            r.x0 = message;
            r.next(Self::BYTES)
        }
        Peek::Empty => r.branch(fail.get(&r)),
        _ => r.leave::<Self>(),
    }
} slow |r| {
    // It has ended, or there is more than it has time for now.
    if (*(*r.machine).process).is_ending() { r.leave_with(Exit::Exited) } else { r.suspend(0, Exit::Yielded) }
} }

op! { cold ReceiveNextCopy [] (fail: Label) |r| {
    match peek(&mut r) {
        Peek::Message(message) => {
            r.save();
            (*(*r.machine).process).hold();
            let copy = purlin_heap::copy_into(&(*(*r.machine).process).heap, message.term()).word();
            r.restore();
            r.x0 = copy;
            r.next(<Self as Op>::BYTES)
        }
        Peek::Empty => {
            let to = fail.get(&r);
            r.branch(to)
        }
        Peek::Later => r.suspend(0, Exit::Yielded),
        Peek::Ending => r.leave_with(Exit::Exited),
    }
} }

op! { control ReceiveSkip [] (again: Label) |r| {
    (*(*r.machine).process).skip();
    // A long mailbox is looked through in several slices.
    r.reductions -= 1;
    r.ip = r.ip.offset(again.get(&r) as isize);
    if r.reductions <= 0 {
        return r.leave::<Self>();
    }
    r.go()
} slow |r| { r.suspend(0, Exit::Yielded) } }

op! { straight ReceiveTake [] () |r| {
    // The message is in x0 as the receive saw it, or as a collection has moved it since.
    r.save();
    take(r.machine);
    r.restore();
} }

/// Takes the message that the receive looks at. Not inlined, because the timer that may have to be cancelled has an
/// address, and so the handler would lose its tail call.
///
/// # Safety
/// The machine runs a process that looks at a message.
#[inline(never)]
unsafe fn take(machine: *mut Machine) {
    // SAFETY: by the caller.
    unsafe { (*(*machine).process).take((*machine).local()) };
}

/// The time of the receive is over. Not inlined, as [`take`] is not.
///
/// # Safety
/// The machine runs a process.
#[inline(never)]
unsafe fn time_out(machine: *mut Machine) {
    // SAFETY: by the caller.
    unsafe { (*(*machine).process).timeout((*machine).local()) }
}

op! { cold Wait [] (again: Label) |r| {
    r.ip = r.ip.offset(again.get(&r) as isize);
    r.suspend(0, Exit::Waiting)
} }

op! { cold WaitTimeout [time: T Src] (again: Label) |r| {
    let time = time.get(&r);
    let machine = &mut *r.machine;
    r.save();
    match (*machine.process).wait_timeout(machine.local(), time) {
        Ok(Waited::Expired) => r.next(Self::BYTES),
        Ok(Waited::Signal) => {
            r.ip = r.ip.offset(again.get(&r) as isize);
            r.suspend(0, Exit::Waiting)
        }
        Err(_) => r.raise_atom(Class::Error, am::timeout_value),
    }
} }

op! { straight Timeout [] () |r| {
    time_out(r.machine);
} }

op! { control MarkerReserve [dst: D Dst] () |r| {
    r.save();
    let machine = &mut *r.machine;
    let marker = (*machine.process).reserve_marker();
    r.restore();
    dst.set(&mut r, marker);
    r.next(Self::BYTES)
} }

op! { straight MarkerBind [marker: M Src, reference: R Src] () |r| {
    let (marker, reference): (Word, Word) = (marker.get(&r), reference.get(&r));
    (*(*r.machine).process).bind_marker(marker, reference);
} }

op! { straight MarkerClear [reference: R Src] () |r| {
    let reference = reference.get(&r);
    (*(*r.machine).process).clear_marker(reference);
} }

op! { straight MarkerUse [reference: R Src] () |r| {
    let reference = reference.get(&r);
    (*(*r.machine).process).use_marker(reference);
} }
