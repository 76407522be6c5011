//! The way from handlers to native functions and back: the one place where a native's panic is caught, its
//! exceptions get their stack trace, and what it asks for is done.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;

use purlin_heap::word::Word;
use purlin_heap::{Atom, Build, Heap, Term, am};

use super::machine::Machine;
use super::ops::{Label, enter_cold};
use super::regs::{Cold, Regs};
use super::run::Exit;
use crate::code::Export;
use crate::exception::trace;
use crate::fiber::GiveUp;
use crate::native::{Class, Context, Stop};

/// Calls the native with its arguments in the X registers. True when it has a value, which is then in x0; otherwise
/// the machine holds the reason, and x0 is as before.
///
/// # Safety
/// As for any handler; the export is that of a native, and its arguments are in the X registers.
#[inline(always)]
pub unsafe fn call_native(r: &mut Regs, export: *const Export) -> bool {
    // SAFETY: by the caller.
    unsafe {
        r.save();
        r.reductions -= 1;
        (*r.machine).registers.ip = r.ip;
        (*r.machine).registers.reductions = r.reductions;
        if !call_saved(r.machine, export, (&raw const (*r.machine).x).cast()) {
            return false;
        }
        r.restore();
        r.x0 = (*r.machine).result;
        if (*(*r.machine).process).heap.wants_collection() && !r.collect(0, 1) {
            end_over_limit(r.machine);
            return false;
        }
        true
    }
}

/// Ends the process because it has grown above its limit.
///
/// # Safety
/// The machine runs a process.
#[cold]
unsafe fn end_over_limit(machine: *mut Machine) {
    // SAFETY: by the caller.
    unsafe {
        (*(*machine).process).end_over_limit();
        (*machine).stop = Some(Stop::Exit);
    }
}

/// Calls the native with arguments at `args`, and catches its panic. True when it has a value, which the machine then
/// holds; otherwise the machine holds the reason.
///
/// # Safety
/// The registers are saved, and `args` are as many values of the process as the native takes.
unsafe fn call_saved(machine: *mut Machine, export: *const Export, args: *const Word) -> bool {
    // SAFETY: the machine runs a process, whose heap is not collected during the call; a term is a transparent word.
    unsafe {
        let native = (*export).native.expect("only natives are called as natives");
        let context = Context::new(NonNull::new_unchecked(machine));
        let args = std::slice::from_raw_parts(args.cast::<Term<'_>>(), (*export).name.arity as usize);
        // What it answers goes to the machine at once, since it is larger than registers.
        let call = || match native(&context, args) {
            Ok(value) => {
                (*machine).result = value.word();
                true
            }
            Err(stop) => {
                (*machine).stop = Some(std::mem::transmute::<Stop<'_>, Stop<'static>>(stop));
                false
            }
        };
        match catch_unwind(AssertUnwindSafe(call)) {
            Ok(has_value) => has_value,
            Err(payload) => {
                (*machine).stop = Some(after_panic(export, payload));
                false
            }
        }
    }
}

/// What a native that unwound is taken to have answered.
#[cold]
#[inline(never)]
unsafe fn after_panic(export: *const Export, payload: Box<dyn Any + Send>) -> Stop<'static> {
    if payload.is::<GiveUp>() {
        resume_unwind(payload);
    }
    // SAFETY: the export is alive, as the native's caller knew.
    let name = unsafe { (*export).name };
    tracing::error!(native = ?name, "a native function panicked: its process ends");
    Stop::error(am::system_limit)
}

/// Whether what the last native left is an exception, rather than something to do.
///
/// # Safety
/// As for any handler.
pub unsafe fn has_raised(r: &Regs) -> bool {
    use Stop::{Raise, RaiseAgain, RaiseCause, RaiseHere, RaiseWith};
    // SAFETY: by the caller.
    let stop = unsafe { (*r.machine).stop };
    matches!(stop, Some(Raise(..) | RaiseCause(..) | RaiseHere(..) | RaiseWith(..) | RaiseAgain(..)))
}

/// Whether the native asked to go on in `erlang:error`, `exit` or `throw`. What raises for its caller leaves the caller's
/// frame where it is, even in a tail call, so that the caller is in the trace.
///
/// # Safety
/// As for any handler.
pub unsafe fn raises_for_caller(r: &Regs) -> bool {
    // SAFETY: by the caller.
    let stop = unsafe { (*r.machine).stop };
    matches!(stop, Some(Stop::Call(name, _)) if name.module == am::erlang && raises(name.function, name.arity))
}

/// Whether this function of the module `erlang` does nothing but raise.
pub const fn raises(function: Atom, arity: u32) -> bool {
    matches!((function, arity), (am::error, 1..=3) | (am::exit | am::throw, 1))
}

/// Raises what the native left. The stack trace goes on at `at`, unless that is null.
///
/// # Safety
/// As for any handler; [`has_raised`], and the arguments of the native are still in the X registers.
pub unsafe fn raise_native(mut r: Cold, export: *const Export, at: *const u8) {
    // SAFETY: by the caller.
    unsafe {
        r.restore();
        let arity = (*export).name.arity as usize;
        let arguments = r.0;
        let stop = (*r.machine).stop.take().expect("a native without a value left a reason");
        raise_stop(r, export, at, stop, |heap| arguments.arguments(heap, arity))
    }
}

/// Raises an exception that a native left, with its arguments as `arguments` lists them.
///
/// # Safety
/// As for any handler.
unsafe fn raise_stop(
    mut r: Cold,
    export: *const Export,
    at: *const u8,
    stop: Stop<'static>,
    arguments: impl for<'h> FnOnce(&'h Heap) -> Term<'h>,
) {
    let at = at.cast::<u64>();
    // SAFETY: by the caller; the terms of `stop` are values of the process, which has not been collected since.
    unsafe {
        let name = (*export).name;
        let native = |heap: &Heap, cause: Term<'_>| {
            let call = [Term::atom(name.module), Term::atom(name.function), arguments(relive(heap))];
            relive_term(trace::native_entry(heap, call, relive_term(cause)))
        };
        match stop {
            Stop::Raise(class, reason) => {
                r.raise(class, reason.word(), at, |heap| native(heap, Term::atom(am::none)))
            }
            Stop::RaiseCause(reason, cause) => {
                r.raise(Class::Error, reason.word(), at, |heap| native(heap, cause))
            }
            Stop::RaiseHere(class, reason) => r.raise(class, reason.word(), at, |_| Term::NIL),
            Stop::RaiseWith(reason, args, info) => {
                let first = r.build(|heap| heap.tuple(&[Term::atom(am::args), args, info]));
                r.raise(Class::Error, reason.word(), at, |_| first.term())
            }
            Stop::RaiseAgain(class, reason, list) => {
                let depth = r.m().vm().trace_depth();
                let raw = r.build(|heap| trace::raw_of_list(heap, class, list, depth));
                r.raise_again(class, reason.word(), raw)
            }
            _ => unreachable!("not an exception"),
        }
    }
}

/// Gives a heap the lifetime that the caller knows it to have.
unsafe fn relive<'a>(heap: &Heap) -> &'a Heap {
    // SAFETY: by the caller.
    unsafe { &*std::ptr::from_ref(heap) }
}

/// Gives a term the lifetime that the caller knows it to have.
unsafe fn relive_term<'a>(term: Term<'_>) -> Term<'a> {
    // SAFETY: by the caller.
    unsafe { term.word().term() }
}

/// Does what the native asked for instead of giving a value. The return address of its caller is on the stack.
///
/// # Safety
/// As for any handler; not [`has_raised`].
pub unsafe fn continue_native(mut r: Cold, export: *const Export) {
    // SAFETY: by the caller; the terms are values of the process, which has not been collected since.
    unsafe {
        // The return address was pushed after the registers had been saved.
        let sp = r.sp;
        r.restore();
        r.sp = sp;
        match (*r.machine).stop.take().expect("a native without a value left a reason") {
            Stop::Call(name, args) => {
                spread(&mut r, args);
                let export = r.m().vm().code().export(*name);
                enter_cold(r, export.address.load(std::sync::atomic::Ordering::Acquire).cast_const().cast())
            }
            Stop::Apply(fun, args) => {
                let arity = spread(&mut r, args);
                match super::ops::fun_target(&mut r, fun.word(), arity) {
                    Some(target) => enter_cold(r, target),
                    None => r.raise_bad_fun(fun.word(), arity),
                }
            }
            Stop::Again(args) => again(r, export, args, Exit::Yielded),
            Stop::Wait(args) => again(r, export, args, Exit::Waiting),
            Stop::Forget(args) => {
                let end = r.m().vm().code().runtime().process_end();
                let heap = &mut (*r.m().process).heap;
                heap.clear_stack();
                heap.push(Word::return_address(end));
                r.sp = heap.stack_top();
                again(r, export, args, Exit::Yielded)
            }
            Stop::Exit => {
                r.save();
                r.leave_with(Exit::Exited)
            }
            _ => unreachable!("an exception is raised before"),
        }
    }
}

/// Leaves the processor; the native is called again with `args` when the process goes on.
///
/// # Safety
/// As for [`continue_native`].
unsafe fn again(mut r: Cold, export: *const Export, args: Term<'_>, exit: Exit) {
    // SAFETY: by the caller.
    unsafe {
        let arity = spread(&mut r, args);
        // A native that only ever waits would else never be collected: see `serve` of the devices.
        if (*(*r.machine).process).heap.wants_collection() && !r.collect(0, arity) {
            end_over_limit(r.machine);
            return r.leave_with(Exit::Exited);
        }
        r.ip = (*export).own_body().cast_const().cast();
        r.suspend(arity, exit)
    }
}

/// Puts the elements of a list into the X registers.
///
/// # Safety
/// As for any handler; the list is a value of the process.
unsafe fn spread(r: &mut Regs, list: Term<'_>) -> usize {
    let (mut rest, mut count) = (list, 0);
    while let Some(cons) = rest.as_cons() {
        // SAFETY: by the caller; natives give lists of at most 255 arguments.
        unsafe { r.set_x(count, cons.head().word()) };
        (rest, count) = (cons.tail(), count + 1);
    }
    count
}

/// A call of a native between two instructions.
#[derive(Clone, Copy)]
pub struct GuardCall {
    /// The native's export.
    pub export: *const Export,
    /// Where to go when it fails; 0 to raise.
    pub fail: Label,
    /// How many X registers must be kept.
    pub live: u16,
}

/// Calls a native with these arguments and keeps the live X registers. True when it has a value, which the machine
/// then holds; otherwise the machine holds the reason.
///
/// # Safety
/// As for any handler; the arguments are values of the process.
#[inline(always)]
pub unsafe fn call_guard<const N: usize>(r: &mut Regs, call: GuardCall, args: [Word; N]) -> bool {
    // SAFETY: by the caller.
    unsafe {
        r.save();
        // Through the machine, because a local array would have an address.
        for (index, arg) in args.into_iter().enumerate() {
            (*r.machine).args[index] = arg;
        }
        let has_value = call_saved(r.machine, call.export, (&raw const (*r.machine).args).cast());
        r.restore();
        if has_value && (*(*r.machine).process).heap.wants_collection() {
            let value = (*r.machine).result;
            r.keep_result(value, call.live);
        }
        has_value
    }
}

/// Raises what a native in a body left.
///
/// # Safety
/// As for any handler; the arguments are values of the process.
pub unsafe fn raise_guard(mut r: Cold, export: *const Export, args: &[Word]) {
    // SAFETY: by the caller.
    unsafe {
        let stop = (*r.machine).stop.take().expect("a native without a value left a reason");
        let at = r.ip;
        raise_stop(r, export, at, stop, |heap| list_of(heap, args))
    }
}

/// Raises an error as the native `function` of the module `erlang` does for these arguments.
///
/// # Safety
/// As for any handler; the arguments are values of the process.
pub unsafe fn raise_in_place_of(r: Cold, function: Atom, reason: Atom, args: &[Word]) {
    // SAFETY: by the caller.
    unsafe {
        let at = r.ip;
        let export = r.m().vm().code().guard_export(function, args.len() as u32);
        raise_stop(r, export, at, Stop::error(reason), |heap| list_of(heap, args))
    }
}

/// The words as a list.
fn list_of<'h>(heap: &'h Heap, words: &[Word]) -> Term<'h> {
    // SAFETY: the callers pass values of the process whose heap this is.
    words.iter().rev().fold(Term::NIL, |tail, word| heap.cons(unsafe { word.term() }, tail))
}
