//! Natives that are called between two instructions, without giving up the X registers: guards, and `bif`s in
//! bodies. The most frequent have instructions of their own.

use purlin_heap::word::{Word, tag};
use purlin_heap::{Term, am};

use super::tests::is_tuple;
use super::{Label, Op, load, op};
use crate::code::Export;
use crate::interpreter::native_call::{GuardCall, call_guard};

macro_rules! guard {
    ($Name:ident [$($operand:ident : $T:ident),*] $count:literal) => {
        op! { control $Name [$($operand: $T Src,)* dst: D Dst] (export: *const Export, fail: Label, live: u16) |r| {
            let args: [Word; $count] = [$($operand.get(&r)),*];
            let call = GuardCall { export: export.get(&r), fail: fail.get(&r), live: live.get(&r) };
            if call_guard(&mut r, call, args) {
                let result = (*r.machine).result;
                dst.set(&mut r, result);
                return r.next(<Self as Op>::BYTES);
            }
            if call.fail != 0 {
                return r.branch(call.fail);
            }
            r.leave::<Self>()
        } slow |r| {
            let args: [Word; $count] = [$($operand.get(&r)),*];
            let function = export.get(&r);
            crate::interpreter::native_call::raise_guard(r, function, &args)
        } }
    };
}

guard!(Guard0 [] 0);
guard!(Guard1 [a: A] 1);
guard!(Guard2 [a: A, b: B] 2);
guard!(Guard3 [a: A, b: B, c: C] 3);

op! { straight SelfPid [dst: D Dst] () |r| {
    let pid = Term::pid((*(*r.machine).process).pid()).word();
    dst.set(&mut r, pid);
} }

/// The native that an instruction stands for, which raises its exception.
macro_rules! failed {
    ($r:ident, $fail:ident, $name:ident [$($arg:expr),*]) => {{
        if $fail.get(&$r) != 0 {
            let to = $fail.get(&$r);
            return $r.branch(to);
        }
        let args = [$($arg),*];
        crate::interpreter::native_call::raise_in_place_of($r, am::$name, am::badarg, &args)
    }};
}

op! { control Element [index: I Src, tuple: T Src, dst: D Dst] (fail: Label, live: u16) |r| {
    let (index, tuple) = (index.get(&r), tuple.get(&r));
    if index.is_small() && is_tuple(tuple) {
        let index = index.small_value() as u64;
        if index.wrapping_sub(1) < load(tuple, tag::BOXED, 0).header_size() as u64 {
            dst.set(&mut r, load(tuple, tag::BOXED, index as usize));
            return r.next(Self::BYTES);
        }
    }
    r.leave::<Self>()
} slow |r| { failed!(r, fail, element [index.get(&r), tuple.get(&r)]) } }

op! { control Head [src: S Src, dst: D Dst] (fail: Label, live: u16) |r| {
    let list = src.get(&r);
    if !list.is_cons() {
        return r.leave::<Self>();
    }
    dst.set(&mut r, load(list, tag::CONS, 0));
    r.next(Self::BYTES)
} slow |r| { failed!(r, fail, hd [src.get(&r)]) } }

op! { control Tail [src: S Src, dst: D Dst] (fail: Label, live: u16) |r| {
    let list = src.get(&r);
    if !list.is_cons() {
        return r.leave::<Self>();
    }
    dst.set(&mut r, load(list, tag::CONS, 1));
    r.next(Self::BYTES)
} slow |r| { failed!(r, fail, tl [src.get(&r)]) } }

op! { control TupleSize [src: S Src, dst: D Dst] (fail: Label, live: u16) |r| {
    let tuple = src.get(&r);
    if !is_tuple(tuple) {
        return r.leave::<Self>();
    }
    dst.set(&mut r, Word::small(load(tuple, tag::BOXED, 0).header_size() as i64));
    r.next(Self::BYTES)
} slow |r| { failed!(r, fail, tuple_size [src.get(&r)]) } }
