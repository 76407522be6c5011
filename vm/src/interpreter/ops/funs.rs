//! Making and calling funs, and `apply`.

use std::sync::atomic::Ordering;

use purlin_heap::layout::{self, Kind, header};
use purlin_heap::word::{Word, tag};
use purlin_heap::{FunEntry, Mfa, am};

use super::calls::{enter, enter_cold, push_return};
use super::tests::boxed_kind;
use super::{Label, Op, list_word, load, op};
use crate::code::Export;
use crate::interpreter::Machine;
use crate::interpreter::native_call::raises;
use crate::interpreter::operands::any;
use crate::interpreter::regs::Regs;

op! { control MakeFun [dst: D Dst] (entry: *const FunEntry, count: u32) |r| {
    let count = count.get(&r) as usize;
    let at = r.hp;
    *at = header(Kind::Fun, layout::fun::FREE - 1 + count);
    *at.add(layout::fun::ENTRY) = Word(entry.get(&r) as u64);
    for index in 0..count {
        *at.add(layout::fun::FREE + index) = any(&r, list_word(&r, Self::BYTES, index));
    }
    r.hp = at.add(layout::fun::FREE + count);
    dst.set(&mut r, Word::boxed(at));
    r.next(<Self as Op>::BYTES + count * 8)
} }

/// Where a fun leads, after its free variables have been put behind its `arity` arguments; nothing if it is no fun
/// of that arity.
///
/// # Safety
/// The X registers below `arity` hold the arguments.
#[inline(always)]
pub unsafe fn fun_target(r: &mut Regs, fun: Word, arity: usize) -> Option<*const u8> {
    // SAFETY: the kinds have the fields that are read, entries and exports live as long as the machine, and the
    // loader bounds the number of arguments and free variables by the size of the register file.
    unsafe {
        match boxed_kind(fun)? {
            Kind::Fun => {
                let entry = &*(load(fun, tag::BOXED, layout::fun::ENTRY).0 as *const FunEntry);
                if entry.arity as usize != arity {
                    return None;
                }
                let (from, to) =
                    (fun.address().add(layout::fun::FREE), (&raw mut (*r.machine).x).cast::<Word>());
                for index in 0..entry.free as usize {
                    *to.add(arity + index) = *from.add(index);
                }
                if arity == 0 && entry.free != 0 {
                    r.x0 = *from;
                }
                Some(entry.address.load(Ordering::Acquire).cast_const().cast())
            }
            Kind::Export => {
                let export = load(fun, tag::BOXED, 1).0 as *const Mfa;
                if (*export).arity as usize != arity {
                    return None;
                }
                Some((*export.cast::<Export>()).address.load(Ordering::Acquire).cast_const().cast())
            }
            _ => None,
        }
    }
}

/// A call of the fun in an operand, or in the X register behind the arguments. What cannot be called has been called in
/// OTP when that is noticed: a caller that is returned to stands in the stack trace as the running function, too.
macro_rules! call_fun {
    ($Name:ident [$($operand:tt)*] |$r:ident, $at:ident| $fun:expr, $leave:expr $(, $return:expr)?) => {
        op! { control $Name [$($operand)*] (arity: u16) |$r| {
            let $at = arity.get(&$r) as usize;
            let value = $fun;
            match fun_target(&mut $r, value, $at) {
                Some(target) => {
                    $leave;
                    enter($r, target)
                }
                None => $r.leave::<Self>(),
            }
        } slow |$r| {
            let $at = arity.get(&$r) as usize;
            let value = $fun;
            $($return;)?
            $r.raise_bad_fun(value, $at)
        } }
    };
}

call_fun!(CallFun [] |r, count| r.x(count), push_return(&mut r, <Self as Op>::BYTES), push_return(&mut r, <Self as Op>::BYTES));
call_fun!(CallFun2 [fun: F Src] |r, count| fun.get(&r), push_return(&mut r, <Self as Op>::BYTES), push_return(&mut r, <Self as Op>::BYTES));
call_fun!(CallFunLast [frame: F Frame] |r, count| r.x(count), r.sp = r.sp.add(frame.words(&r)));
call_fun!(CallFun2Last [frame: F Frame, fun: G Src] |r, count| fun.get(&r), r.sp = r.sp.add(frame.words(&r)));

op! { test IsFunction2 [src: S Src, arity: A Src] (fail: Label) |r| {
    let (fun, arity) = (src.get(&r), arity.get(&r));
    arity.is_small() && fun.term().fun_arity().is_some_and(|n| n as i64 == arity.small_value())
} }

/// The export that `apply` names in the two registers behind the arguments.
///
/// # Safety
/// The X registers below `arity + 2` hold values.
#[inline(always)]
unsafe fn apply_target(r: &mut Regs, arity: usize) -> Option<*const u8> {
    // SAFETY: the caller says which registers hold values.
    unsafe {
        let (module, function) = (r.x(arity), r.x(arity + 1));
        if !module.is_atom() || !function.is_atom() {
            return None;
        }
        Some(export_address(r.machine, module, function, arity as u32))
    }
}

/// Where the export of this name leads. Not inlined, because the name has an address, and so the handler would lose its
/// tail call.
///
/// # Safety
/// The machine must be alive; module and function are atoms.
#[inline(never)]
unsafe fn export_address(machine: *mut Machine, module: Word, function: Word, arity: u32) -> *const u8 {
    let name = Mfa { module: module.atom_value(), function: function.atom_value(), arity };
    // SAFETY: by the caller.
    let code = unsafe { (*machine).vm().code() };
    code.export(name).address.load(Ordering::Acquire).cast_const().cast()
}

op! { control Apply [] (arity: u16) |r| {
    let arity = arity.get(&r) as usize;
    match apply_target(&mut r, arity) {
        Some(target) => {
            push_return(&mut r, <Self as Op>::BYTES);
            enter(r, target)
        }
        None => r.leave::<Self>(),
    }
} slow |r| {
    let arity = arity.get(&r) as usize;
    r.raise_bad_apply(arity)
} }

op! { control ApplyLast [frame: F Frame] (arity: u16) |r| {
    let arity = arity.get(&r) as usize;
    match apply_target(&mut r, arity) {
        Some(target) if r.x(arity) != Word::atom(am::erlang) => {
            r.sp = r.sp.add(frame.words(&r));
            enter(r, target)
        }
        _ => r.leave::<Self>(),
    }
} slow |r| {
    let arity = arity.get(&r) as usize;
    let Some(target) = apply_target(&mut r, arity) else { return r.raise_bad_apply(arity) };
    // What raises for its caller leaves the frame where it is, so that the caller is in the trace.
    if raises(r.x(arity + 1).atom_value(), arity as u32) || applies_raising(&r, arity) {
        push_return(&mut r, <Self as Op>::BYTES);
    } else {
        r.sp = r.sp.add(frame.words(&r));
    }
    enter_cold(r, target)
} }

/// Whether `erlang:apply/3` is called, with arguments by which, perhaps through further calls of itself, it calls what raises
/// for its caller.
///
/// # Safety
/// The X registers below `arity + 2` hold values.
unsafe fn applies_raising(r: &Regs, arity: usize) -> bool {
    // SAFETY: by the caller.
    let (called, mut module, mut function, mut list) =
        unsafe { (r.x(arity + 1), r.x(0).term(), r.x(1).term(), r.x(2).term()) };
    if called != Word::atom(am::apply) || arity != 3 {
        return false;
    }
    while module.is_atom(am::erlang)
        && function.is_atom(am::apply)
        && let Some(cell) = list.as_cons()
        && let Some(names) = cell.tail().as_cons()
        && let Some(arguments) = names.tail().as_cons()
    {
        (module, function, list) = (cell.head(), names.head(), arguments.head());
    }
    let arity = std::iter::successors(list.as_cons(), |cell| cell.tail().as_cons()).take(4).count() as u32;
    module.is_atom(am::erlang) && function.as_atom().is_some_and(|function| raises(function, arity))
}
