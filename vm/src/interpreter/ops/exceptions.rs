//! Catching and raising.

use purlin_heap::Build;
use purlin_heap::am;
use purlin_heap::word::Word;

use super::{Op, op};
use crate::code::FunctionInfo;
use crate::exception::{bad_code, trace};
use crate::native::Class;

op! { straight Catch [] (y: u16, handler: *const u64) |r| {
    *r.sp.add(y.get(&r) as usize) = Word::catch(handler.get(&r));
} }

op! { straight Try [] (y: u16, handler: *const u64) |r| {
    *r.sp.add(y.get(&r) as usize) = Word::catch(handler.get(&r));
} }

op! { straight TryEnd [] (y: u16) |r| { *r.sp.add(y.get(&r) as usize) = Word::NIL; } }

// An exception arrives with a hole in x0, class, reason and trace in x1 to x3.

op! { control TryCase [] (y: u16) |r| {
    // Compilers let calls that they know to raise run on to here; should one return, there is no exception.
    if r.x0 != Word::HOLE {
        return r.leave::<bad_code::Operand>();
    }
    *r.sp.add(y.get(&r) as usize) = Word::NIL;
    r.x0 = r.x(1);
    let (reason, trace) = (r.x(2), r.x(3));
    r.set_x(1, reason);
    r.set_x(2, trace);
    r.next(<Self as Op>::BYTES)
} }

op! { control CatchEnd [] (y: u16) |r| {
    *r.sp.add(y.get(&r) as usize) = Word::NIL;
    if r.x0 == Word::HOLE {
        return r.leave::<Self>();
    }
    r.next(<Self as Op>::BYTES)
} slow |r| {
    let (class, reason, trace) = (r.x(1).atom_value(), r.x(2), r.x(3));
    r.save();
    let process = r.m().process;
    let heap = &(*process).heap;
    let value = match class {
        am::throw => reason.term(),
        am::error => {
            let stack = trace::build(r.m().vm(), heap, trace.term());
            heap.tuple(&[purlin_heap::Term::atom(am::EXIT), heap.tuple(&[reason.term(), stack])])
        }
        _ => heap.tuple(&[purlin_heap::Term::atom(am::EXIT), reason.term()]),
    };
    let value = value.word();
    r.restore();
    r.x0 = value;
    r.next(<Self as Op>::BYTES)
} }

/// An error whose reason is a pair of an atom and a value.
macro_rules! pair_errors {
    ($($Name:ident $atom:ident;)*) => {
        $(op! { cold $Name [value: V Src] () |r| {
            let value = value.get(&r);
            r.raise_pair(am::$atom, value)
        } })*
    };
}

pair_errors! {
    BadMatch badmatch;
    BadRecord badrecord;
    CaseEnd case_clause;
    TryCaseEnd try_clause;
}

op! { cold IfEnd [] () |r| { r.raise_atom(Class::Error, am::if_clause) } }

op! { cold FunctionClause [] (function: *const FunctionInfo) |r| {
    let function = function.get(&r);
    r.raise_function_clause(function)
} }

op! { cold Raise [trace: T Src, value: V Src] () |r| {
    let (trace, value) = (trace.get(&r), value.get(&r));
    r.raise_again(trace::class_of(trace.term()), value, trace)
} }

op! { cold RawRaise [] () |r| {
    let (class, reason, trace) = (r.x0, r.x(1), r.x(2));
    match class.is_atom().then(|| Class::from_atom(class.atom_value())).flatten() {
        Some(class) => r.raise_again(class, reason, trace),
        None => {
            r.x0 = Word::atom(am::badarg);
            r.next(<Self as Op>::BYTES)
        }
    }
} }

op! { cold BuildStacktrace [] () |r| {
    let raw = r.x0;
    r.save();
    let stack = trace::build(r.m().vm(), &(*r.m().process).heap, raw.term()).word();
    r.restore();
    r.x0 = stack;
    r.next(<Self as Op>::BYTES)
} }
