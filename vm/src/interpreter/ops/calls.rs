//! Calls of local, exported and native functions.
//!
//! Each call counts a reduction; when none is left, the process leaves the processor at the entry of the function
//! that it was about to run, where exactly its arguments are live.

use std::sync::atomic::Ordering;

use purlin_heap::word::Word;

use super::op;
use crate::code::Export;
use crate::interpreter::native_call::{
    call_native, continue_native, has_raised, raise_native, raises_for_caller,
};
use crate::interpreter::regs::{Cold, Regs};

/// Leaves the address behind this instruction, of `bytes` bytes, for the callee to return to.
///
/// # Safety
/// The red zone has room for the address: every function makes room again before it calls.
#[inline(always)]
pub unsafe fn push_return(r: &mut Regs, bytes: usize) {
    // SAFETY: by the caller.
    unsafe {
        r.sp = r.sp.sub(1);
        *r.sp = Word::return_address(r.ip.add(bytes).cast());
    }
}

/// Goes to the entry of a function, or leaves the processor there.
///
/// # Safety
/// `entry` must be an entry whose arguments are in the X registers.
#[inline(always)]
pub unsafe fn enter(mut r: Regs, entry: *const u8) {
    r.reductions -= 1;
    r.ip = entry;
    // SAFETY: by the caller.
    unsafe {
        if r.reductions <= 0 {
            return r.leave::<YieldAtEntry>();
        }
        r.go()
    }
}

/// As [`enter`], on a cold path.
///
/// # Safety
/// As there.
pub unsafe fn enter_cold(mut r: Cold, entry: *const u8) {
    r.reductions -= 1;
    r.ip = entry;
    // SAFETY: by the caller.
    unsafe { if r.reductions <= 0 { r.yield_at_entry() } else { r.go() } }
}

/// The slow path of every call: the time slice is over.
pub struct YieldAtEntry;

impl super::Slow for YieldAtEntry {
    unsafe fn run_slow(r: Cold) {
        // SAFETY: `ip` is an entry, by `enter`.
        unsafe { r.yield_at_entry() }
    }
}

/// Where an export leads now.
///
/// # Safety
/// The export must be alive, which those that linked code names are.
#[inline(always)]
unsafe fn address(export: *const Export) -> *const u8 {
    // SAFETY: by the caller.
    unsafe { (*export).address.load(Ordering::Acquire).cast_const().cast() }
}

op! { control Call [] (target: *const u8) |r| {
    push_return(&mut r, <Self as super::Op>::BYTES);
    enter(r, target.get(&r))
} }

op! { control CallLast [frame: F Frame] (target: *const u8) |r| {
    r.sp = r.sp.add(frame.words(&r));
    enter(r, target.get(&r))
} }

op! { control CallOnly [] (target: *const u8) |r| { enter(r, target.get(&r)) } }

op! { control CallExport [] (export: *const Export) |r| {
    push_return(&mut r, <Self as super::Op>::BYTES);
    enter(r, address(export.get(&r)))
} }

op! { control CallExportLast [frame: F Frame] (export: *const Export) |r| {
    r.sp = r.sp.add(frame.words(&r));
    enter(r, address(export.get(&r)))
} }

op! { control CallExportOnly [] (export: *const Export) |r| { enter(r, address(export.get(&r))) } }

op! { control CallNative [] (export: *const Export) |r| {
    let function = export.get(&r);
    if call_native(&mut r, function) {
        return r.next(<Self as super::Op>::BYTES);
    }
    r.leave::<Self>()
} slow |r| {
    if has_raised(&r) {
        let (function, at) = (export.get(&r), r.ip);
        return raise_native(r, function, at);
    }
    push_return(&mut r, <Self as super::Op>::BYTES);
    let function = export.get(&r);
    continue_native(r, function)
} }

op! { control CallNativeLast [frame: F Frame] (export: *const Export) |r| {
    let function = export.get(&r);
    if call_native(&mut r, function) {
        r.sp = r.sp.add(frame.words(&r));
        return super::return_to_caller(r);
    }
    r.leave::<Self>()
} slow |r| {
    if has_raised(&r) {
        let (function, at) = (export.get(&r), r.ip);
        return raise_native(r, function, at);
    }
    if raises_for_caller(&r) {
        push_return(&mut r, <Self as super::Op>::BYTES);
    } else {
        r.sp = r.sp.add(frame.words(&r));
    }
    let function = export.get(&r);
    continue_native(r, function)
} }

op! { control CallNativeOnly [] (export: *const Export) |r| {
    let function = export.get(&r);
    if call_native(&mut r, function) {
        return super::return_to_caller(r);
    }
    r.leave::<Self>()
} slow |r| {
    if has_raised(&r) {
        let (function, at) = (export.get(&r), r.ip);
        return raise_native(r, function, at);
    }
    if raises_for_caller(&r) {
        push_return(&mut r, <Self as super::Op>::BYTES);
    }
    let function = export.get(&r);
    continue_native(r, function)
} }

op! { control NativeBody [] (export: *const Export) |r| {
    let function = export.get(&r);
    if call_native(&mut r, function) {
        return super::return_to_caller(r);
    }
    r.leave::<Self>()
} slow |r| {
    if has_raised(&r) {
        let function = export.get(&r);
        return raise_native(r, function, std::ptr::null());
    }
    let function = export.get(&r);
    continue_native(r, function)
} }
