//! Raising: from an instruction to the handler that catches, or to the end of the process.

use purlin_heap::word::Word;
use purlin_heap::{Atom, Build, Heap, Term, am};

use super::trace;
use crate::code::FunctionInfo;
use crate::interpreter::{Cold, Regs};
use crate::native::Class;

impl Cold {
    /// Raises an exception whose reason is an atom, at this instruction.
    ///
    /// # Safety
    /// As for any handler.
    pub(crate) unsafe fn raise_atom(self, class: Class, reason: Atom) {
        // SAFETY: passed on.
        unsafe {
            let at = self.ip.cast();
            self.raise(class, Word::atom(reason), at, |_| Term::NIL)
        }
    }

    /// Raises the error `{kind, value}` at this instruction.
    ///
    /// # Safety
    /// As for any handler; `value` is a value of the process.
    pub(crate) unsafe fn raise_pair(mut self, kind: Atom, value: Word) {
        // SAFETY: passed on; nothing is collected before the reason is stored.
        unsafe {
            let reason = self.build(|heap| heap.tuple(&[Term::atom(kind), value.term()]));
            let at = self.ip.cast();
            self.raise(Class::Error, reason, at, |_| Term::NIL)
        }
    }

    /// Raises `function_clause` with the arguments of the function, which are in the X registers.
    ///
    /// # Safety
    /// As for any handler; `function` is what the running instruction tells of its function.
    pub(crate) unsafe fn raise_function_clause(self, function: *const FunctionInfo) {
        // SAFETY: functions live as long as their module's code, and the arguments are live at its entry.
        unsafe {
            let arity = (*function).name.arity as usize;
            let registers = self.0;
            self.raise(Class::Error, Word::atom(am::function_clause), registers.ip.cast(), |heap| {
                heap.tuple(&[Term::atom(am::args), registers.arguments(heap, arity), Term::NIL])
            })
        }
    }

    /// Raises `badfun` or `badarity` for a call of `fun` with the `arity` arguments in the X registers.
    ///
    /// # Safety
    /// As for any handler.
    pub(crate) unsafe fn raise_bad_fun(mut self, fun: Word, arity: usize) {
        // SAFETY: passed on; nothing is collected before the reason is stored.
        unsafe {
            if fun.term().fun_arity().is_none() {
                return self.raise_pair(am::badfun, fun);
            }
            let registers = self.0;
            let reason = self.build(|heap| {
                let call = heap.tuple(&[fun.term(), registers.arguments(heap, arity)]);
                heap.tuple(&[Term::atom(am::badarity), call])
            });
            let at = self.ip.cast();
            self.raise(Class::Error, reason, at, |_| Term::NIL)
        }
    }

    /// Raises `badarg` for an `apply` whose module or function is no atom: as the native `erlang:apply/3` does.
    ///
    /// # Safety
    /// As for any handler; module and function stand behind the `arity` arguments.
    pub(crate) unsafe fn raise_bad_apply(self, arity: usize) {
        // SAFETY: passed on; the caller says which registers hold values.
        unsafe {
            let registers = self.0;
            self.raise(Class::Error, Word::atom(am::badarg), registers.ip.cast(), |heap| {
                let arguments = registers.arguments(heap, arity);
                let (module, function) = (registers.x(arity).term(), registers.x(arity + 1).term());
                let arguments = heap.list(&[module, function, arguments]);
                let (erlang, apply) = (Term::atom(am::erlang), Term::atom(am::apply));
                trace::native_entry(heap, [erlang, apply, arguments], Term::atom(am::none))
            })
        }
    }

    /// Raises an exception again, with the raw trace that it had.
    ///
    /// # Safety
    /// As for any handler; both words are values of the process.
    pub(crate) unsafe fn raise_again(mut self, class: Class, reason: Word, trace: Word) {
        // SAFETY: passed on; nothing is collected in between.
        unsafe {
            let depth = self.m().vm().trace_depth();
            let is_raw = trace.term().as_tuple().is_some_and(|t| t.arity() == 3);
            let trace = if is_raw {
                let parts: [Term<'_>; 3] =
                    std::array::from_fn(|i| trace.term().as_tuple().unwrap().element(i));
                self.build(|heap| heap.tuple(&[parts[0], Term::atom(class.atom()), parts[2]]))
            } else {
                self.build(|heap| trace::raw_of_list(heap, class, trace.term(), depth))
            };
            self.unwind(class, reason, trace)
        }
    }

    /// Raises the exception that a signal or a limit left in the process.
    ///
    /// # Safety
    /// As for any handler.
    pub(crate) unsafe fn raise_saved(self) {
        // SAFETY: passed on.
        unsafe {
            let saved = (*self.m().process).exception;
            let class = Class::from_atom(saved.class.atom_value()).unwrap_or(Class::Error);
            self.raise(class, saved.reason, std::ptr::null(), |_| Term::NIL)
        }
    }

    /// Raises an exception. The stack trace begins at `at`, unless that is null; `first` makes what is known of its
    /// first entry besides (see [`trace`]).
    ///
    /// # Safety
    /// As for any handler; `reason` is a value of the process.
    pub(crate) unsafe fn raise(
        mut self,
        class: Class,
        reason: Word,
        at: *const u64,
        first: impl for<'h> FnOnce(&'h Heap) -> Term<'h>,
    ) {
        // SAFETY: passed on; nothing is collected before the trace is stored in a register.
        unsafe {
            self.save();
            let heap = &(*self.m().process).heap;
            let first = first(heap);
            let used = first.as_tuple().is_some_and(|t| t.arity() != 3) as usize;
            // Of a native that was called as a fun or by `apply`, OTP takes the place where it would have returned to for
            // that of the call.
            let back = if at.is_null() && trace::is_of_native(first) { 0 } else { CALL };
            let addresses = addresses(heap, at, back, self.m().vm().trace_depth().max(1) - used);
            let trace = trace::raw(heap, class, &addresses, first).word();
            self.restore();
            self.unwind(class, reason, trace)
        }
    }

    /// Goes to the innermost handler with the exception in x1 to x3, or ends the process.
    ///
    /// # Safety
    /// As for any handler; the words are values of the process.
    unsafe fn unwind(mut self, class: Class, reason: Word, trace: Word) {
        // SAFETY: passed on. A catch tag on the stack is the address of a handler in code that is loaded, and the
        // words above its frame are given up.
        unsafe {
            let machine = self.m();
            let process = &mut *machine.process;
            process.exception.class = Word::atom(class.atom());
            process.exception.reason = reason;
            process.exception.trace = trace;
            self.save();
            match super::find_handler(process) {
                Some(handler) => {
                    self.restore();
                    self.x0 = Word::HOLE;
                    self.set_x(1, Word::atom(class.atom()));
                    self.set_x(2, process.exception.reason);
                    self.set_x(3, process.exception.trace);
                    process.exception = Default::default();
                    self.jump(handler.cast())
                }
                None => self.end_by_exception(),
            }
        }
    }
}

impl Regs {
    /// The first `arity` X registers as a list.
    ///
    /// # Safety
    /// They must hold values.
    pub(crate) unsafe fn arguments<'h>(&self, heap: &'h Heap, arity: usize) -> Term<'h> {
        // SAFETY: by the caller.
        (0..arity).rev().fold(Term::NIL, |tail, index| heap.cons(unsafe { self.x(index).term() }, tail))
    }

    /// Builds a term in the heap of the running process.
    ///
    /// # Safety
    /// Nothing may be collected before the word is stored in a root.
    pub(crate) unsafe fn build(&mut self, build: impl for<'h> FnOnce(&'h Heap) -> Term<'h>) -> Word {
        // SAFETY: the process runs here.
        unsafe {
            self.save();
            let word = build(&(*self.m().process).heap).word();
            self.restore();
            word
        }
    }
}

/// A call is the instruction before the one that it returns to: so far back an address is within it.
const CALL: u64 = 1;

/// The innermost addresses of a stack trace: `at` unless it is null, then the calls of the return addresses on the stack, where
/// a run of the same address counts once. The first of these is `back` before its return address.
fn addresses(heap: &Heap, at: *const u64, mut back: u64, count_max: usize) -> Vec<u64> {
    let mut addresses = Vec::with_capacity(count_max);
    if !at.is_null() && count_max > 0 {
        addresses.push(at as u64);
    }
    let mut previous = 0;
    for word in heap.stack() {
        if addresses.len() >= count_max {
            break;
        }
        if word.is_header() && word.0 != previous {
            previous = word.0;
            addresses.push(word.return_target() as u64 - back);
            back = CALL;
        }
    }
    addresses
}
