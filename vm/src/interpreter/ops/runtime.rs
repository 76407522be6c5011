//! The runtime's own instructions.

use std::ptr::NonNull;
use std::sync::atomic::Ordering;

use purlin_heap::word::Word;
use purlin_heap::{Atom, Build, FunEntry, Mfa, Term, am};

use super::calls::enter_cold;
use super::op;
use crate::code::Export;
use crate::interpreter::regs::Cold;
use crate::interpreter::run::Exit;
use crate::native::{Class, Context};

op! { cold ProcessEnd [] () |r| {
    r.save();
    let machine = &mut *r.machine;
    (*machine.process).end_normally(r.x0);
    r.leave_with(Exit::Exited)
} }

op! { cold Underflow [] () |r| {
    r.save();
    let machine = &mut *r.machine;
    match (*machine.process).underflow(&mut machine.x[..1]) {
        Ok(caller) => {
            r.restore();
            r.x0 = (*r.machine).x[0];
            r.jump(caller.return_target().cast())
        }
        Err(_) => r.out_of_memory(),
    }
} }

op! { cold RaiseSaved [] () |r| { r.raise_saved() } }

op! { cold UndefinedBody [] (export: *const Export) |r| {
    let export = &*export.get(&r);
    r.save();
    let vm = r.m().vm();
    // The module may just be published, or be found where the machine looks for modules.
    let mut address = vm.code().entry(export);
    if address == export.own_body() {
        vm.load_on_demand(export.name.module);
        address = vm.code().entry(export);
    }
    if address != export.own_body() {
        return enter_cold(r, address.cast_const().cast());
    }
    if wait_for_on_load(&r, export) {
        return r.suspend(export.name.arity as usize, Exit::Waiting);
    }
    call_error_handler(r, export)
} }

/// Whether the process has to wait for the `on_load` function of the module that it calls, and look again then.
///
/// # Safety
/// As for any handler; the registers are saved.
unsafe fn wait_for_on_load(r: &Cold, export: &Export) -> bool {
    // SAFETY: by the caller; the machine runs the process.
    let context = unsafe { Context::new(NonNull::from(r.m())) };
    context.wait_for_on_load(export.name.module)
}

/// Calls `M:'$handle_undefined_function'(F, Args)`, or the error handler that the process has chosen, or raises
/// `undef`, as OTP's `error_handler` does when the module cannot be loaded.
///
/// # Safety
/// As for any handler; the arguments of the export are in the X registers.
unsafe fn call_error_handler(mut r: Cold, export: &Export) {
    // SAFETY: by the caller; nothing is collected before the arguments are in registers again.
    unsafe {
        let arity = export.name.arity as usize;
        let arguments = r.0;
        let list = r.build(|heap| arguments.arguments(heap, arity));
        let (module, function) =
            (Term::atom(export.name.module).word(), Term::atom(export.name.function).word());
        let code = r.m().vm().code();
        let handler = (*r.m().process).error_handler();
        let fallback = Mfa { module: export.name.module, function: am::handle_undefined_function, arity: 2 };
        if handler != am::error_handler {
            r.x0 = module;
            r.set_x(1, function);
            r.set_x(2, list);
            let name = Mfa { module: handler, function: am::undefined_function, arity: 3 };
            return enter_cold(r, code.export(name).address.load(Ordering::Acquire).cast_const().cast());
        }
        match code.find_export(fallback).filter(|export| code.is_defined(export)) {
            Some(fallback) => {
                r.x0 = function;
                r.set_x(1, list);
                enter_cold(r, fallback.address.load(Ordering::Acquire).cast_const().cast())
            }
            None => raise_undefined(r, module.term(), function.term(), list.term()),
        }
    }
}

op! { cold UnloadedFun [] (entry: *const FunEntry) |r| {
    let entry = &*entry.get(&r);
    r.save();
    let vm = r.m().vm();
    if vm.code().is_purging(entry) {
        // It waits until it is known what becomes of the code.
        return call_about_fun(r, entry, am::erts_code_purger, am::pending_purge_lambda);
    }
    let is_loaded = vm.find_module(entry.module).is_some();
    if vm.code().lead_fun(entry) {
        return enter_cold(r, entry.address.load(Ordering::Acquire).cast_const().cast());
    }
    call_lambda_handler(r, entry, is_loaded)
} }

/// The fun whose code is called, with the free variables that stand behind its arguments, and the list of these.
///
/// # Safety
/// As for any handler; the arguments of the fun and its free variables are in the X registers.
unsafe fn called_fun(r: &mut Cold, entry: &FunEntry) -> (Word, Word) {
    // SAFETY: by the caller; entries live as long as the machine, and nothing is collected meanwhile.
    unsafe {
        let entry = &*std::ptr::from_ref(entry);
        let (registers, arity) = (r.0, entry.arity as usize);
        let fun = r.build(|heap| {
            let free: Vec<Term<'_>> =
                (arity..arity + entry.free as usize).map(|index| registers.x(index).term()).collect();
            heap.fun(entry, &free)
        });
        (fun, r.build(|heap| registers.arguments(heap, arity)))
    }
}

/// Calls a function of three arguments: the module of a fun, the fun, and the list of its arguments.
///
/// # Safety
/// As for [`called_fun`].
unsafe fn call_about_fun(mut r: Cold, entry: &FunEntry, module: Atom, function: Atom) {
    // SAFETY: by the caller; nothing is collected before the words are in registers again.
    unsafe {
        let (fun, list) = called_fun(&mut r, entry);
        r.x0 = Term::atom(entry.module).word();
        r.set_x(1, fun);
        r.set_x(2, list);
        let export = r.m().vm().code().export(Mfa { module, function, arity: 3 });
        enter_cold(r, export.address.load(Ordering::Acquire).cast_const().cast())
    }
}

/// Raises `badfun` where the module of a fun has no such fun, and `undef` where there is no module, as OTP's
/// `error_handler` does; or calls the error handler that the process has chosen.
///
/// # Safety
/// As for [`called_fun`].
unsafe fn call_lambda_handler(mut r: Cold, entry: &FunEntry, is_loaded: bool) {
    // SAFETY: by the caller; nothing is collected before the words are in registers again.
    unsafe {
        let handler = (*r.m().process).error_handler();
        if !is_loaded && handler != am::error_handler {
            return call_about_fun(r, entry, handler, am::undefined_lambda);
        }
        let (fun, list) = called_fun(&mut r, entry);
        if is_loaded {
            let reason = r.build(|heap| heap.tuple(&[Term::atom(am::badfun), fun.term()]));
            return r.raise(Class::Error, reason, std::ptr::null(), |_| Term::NIL);
        }
        r.raise(Class::Error, Term::atom(am::undef).word(), std::ptr::null(), |heap| {
            heap.tuple(&[fun.term(), list.term()])
        })
    }
}

op! { cold UndefinedCall [] (export: *const Export) |r| {
    let name = (*export.get(&r)).name;
    let arguments = r.0;
    let at = r.ip.cast();
    r.raise(Class::Error, Term::atom(am::undef).word(), at, |heap| {
        let list = arguments.arguments(heap, name.arity as usize);
        let call = [Term::atom(name.module), Term::atom(name.function), list];
        crate::exception::trace::native_entry(heap, call, Term::NIL)
    })
} }

/// Raises `undef` with the function and its arguments as the first entry of the stack trace.
///
/// # Safety
/// As for any handler.
unsafe fn raise_undefined(r: Cold, module: Term<'_>, function: Term<'_>, arguments: Term<'_>) {
    // SAFETY: by the caller; the words are values of the process.
    unsafe {
        let words = [module.word(), function.word(), arguments.word()];
        r.raise(Class::Error, Term::atom(am::undef).word(), std::ptr::null(), |heap| {
            crate::exception::trace::native_entry(heap, words.map(|word| word.term()), Term::NIL)
        })
    }
}
