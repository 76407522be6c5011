//! The bodies of the instructions, one each, generic over the forms of their operands.
//!
//! A body is written with [`op!`]:
//!
//! - `straight` bodies do their work and fall through to the next instruction;
//! - `test` bodies say whether to fall through or to go to their label `fail`;
//! - `step` bodies fall through by `r.next`, or go elsewhere themselves;
//! - `control` bodies end by going on themselves;
//! - `cold` bodies do the same on registers in memory, where they may call any function.
//!
//! The first three can be fused with what follows them: see [`super::fuse`].
//!
//! A body may have one slow path, a function of its own, so that the registers which it spills cost the fast path
//! nothing: `r.leave::<Self>()` jumps there.

mod arithmetic;
mod binaries;
mod calls;
mod compare;
mod control;
mod create;
mod data;
mod exceptions;
mod floats;
mod frames;
mod funs;
mod guards;
mod integers;
mod maps;
mod matching;
mod native_records;
mod numbers;
mod receive;
mod records;
mod runtime;
mod select;
mod sizes;
mod tests;

pub use arithmetic::*;
pub use binaries::*;
pub use calls::*;
pub use compare::*;
pub use control::*;
pub use create::*;
pub use data::*;
pub use exceptions::*;
pub use floats::*;
pub use frames::*;
pub use funs::*;
pub use guards::*;
pub use integers::*;
pub use maps::*;
pub use matching::*;
pub use native_records::*;
pub use numbers::*;
pub use receive::*;
pub use records::*;
pub use runtime::*;
pub use select::*;
pub use sizes::*;
pub use tests::*;

use std::marker::PhantomData;

use purlin_heap::word::Word;

use super::operands::{Dst, Frame, Operand, Src, field};
use super::regs::{Cold, Regs};

/// The body of an instruction.
pub trait Op {
    /// The size of the instruction without its list.
    const BYTES: usize;

    /// Runs it and all that follows until the process leaves the processor.
    ///
    /// # Safety
    /// The registers must be those of a running process whose code the verifier passed, and `ip` must point at
    /// this instruction.
    unsafe fn run(r: Regs);
}

/// The body of an instruction that can fall through to the one behind it.
pub trait Step: Op {
    /// As [`Op::run`]; where it falls through, it goes on with the body of `N`, which must be that of the instruction
    /// behind this one.
    ///
    /// # Safety
    /// As for [`Op::run`].
    unsafe fn step<N: Op>(r: Regs);
}

/// The rare part of an instruction.
pub trait Slow {
    /// As [`Op::run`], from where the fast path stopped; nothing has been changed yet.
    ///
    /// # Safety
    /// As for [`Op::run`].
    unsafe fn run_slow(r: Cold);
}

/// A varied operand of the form `T`, so many bytes from the start of its instruction.
pub struct Varied<T>(usize, PhantomData<T>);

impl<T: Operand> Varied<T> {
    #[inline(always)]
    const fn at(at: usize) -> Varied<T> {
        Varied(at, PhantomData)
    }
}

impl<T: Src> Varied<T> {
    /// The operand's value.
    ///
    /// # Safety
    /// The instruction that runs must be the one that this operand belongs to.
    #[inline(always)]
    pub unsafe fn get(&self, r: &Regs) -> Word {
        // SAFETY: passed on.
        unsafe { T::get(r, self.0) }
    }
}

impl<T: Dst> Varied<T> {
    /// Writes the operand's register.
    ///
    /// # Safety
    /// As for [`Varied::get`].
    #[inline(always)]
    unsafe fn set(&self, r: &mut Regs, value: Word) {
        // SAFETY: passed on.
        unsafe { T::set(r, self.0, value) }
    }
}

impl<T: Frame> Varied<T> {
    /// The size of the frame in words.
    ///
    /// # Safety
    /// As for [`Varied::get`].
    #[inline(always)]
    unsafe fn words(&self, r: &Regs) -> usize {
        // SAFETY: passed on.
        unsafe { T::words(r, self.0) }
    }
}

/// A fixed operand.
pub struct Fixed<T>(usize, PhantomData<T>);

impl<T: Copy> Fixed<T> {
    #[inline(always)]
    const fn at(at: usize) -> Fixed<T> {
        Fixed(at, PhantomData)
    }

    /// The operand's value.
    ///
    /// # Safety
    /// As for [`Varied::get`].
    #[inline(always)]
    pub unsafe fn get(&self, r: &Regs) -> T {
        // SAFETY: passed on.
        unsafe { field(r, self.0) }
    }
}

/// A label: the distance to it from the start of the instruction.
pub type Label = i32;

/// The word `index` of the list behind an instruction of `bytes` bytes.
///
/// # Safety
/// The instruction that runs must have that many words in its list.
#[inline(always)]
unsafe fn list_word(r: &Regs, bytes: usize, index: usize) -> Word {
    // SAFETY: within the list, by the caller.
    unsafe { *r.ip.add(bytes).cast::<Word>().add(index) }
}

macro_rules! op {
    (cold $Name:ident [$($v:ident : $T:ident $Bound:ident),*] ($($f:ident : $ty:ty),*) |$r:ident| $body:block) => {
        op! { control $Name [$($v : $T $Bound),*] ($($f : $ty),*) |r| { r.leave::<Self>() } slow |$r| $body }
    };
    ($shape:ident $Name:ident [$($v:ident : $T:ident $Bound:ident),*] ($($f:ident : $ty:ty),*)
        |$r:ident| $body:block $($slow:tt)*
    ) => {
        /// The body of the instruction of this name.
        #[allow(unused_parens)]
        pub struct $Name<$($T),*>(std::marker::PhantomData<($($T),*)>);

        op!(@$shape $Name [$($v : $T $Bound),*] ($($f : $ty),*) |$r| $body);
        op!(@slow $Name [$($v : $T $Bound),*] ($($f : $ty),*) $($slow)*);
    };
    (@slow $Name:ident [$($v:ident : $T:ident $Bound:ident),*] ($($f:ident : $ty:ty),*)) => {};
    (@slow $Name:ident [$($v:ident : $T:ident $Bound:ident),*] ($($f:ident : $ty:ty),*)
        slow |$r:ident| $body:block
    ) => {
        impl<$($T: $crate::interpreter::operands::$Bound),*> $crate::interpreter::ops::Slow for $Name<$($T),*> {
            #[allow(unused_mut, unused_variables, clippy::let_and_return, clippy::unit_arg)]
            unsafe fn run_slow(mut $r: $crate::interpreter::regs::Cold) {
                // SAFETY: as in `run`.
                unsafe { op!(@body control $r [$($v : $T),*] ($($f : $ty),*) $body) }
            }
        }
    };
    (@body $shape:ident $r:ident [$($v:ident : $T:ident),*] ($($f:ident : $ty:ty),*) $body:block) => {{
        let at = 8usize;
        $(let $v = $crate::interpreter::ops::Varied::<$T>::at(at); let at = at + $T::BYTES;)*
        $(let $f = $crate::interpreter::ops::Fixed::<$ty>::at(at); let at = at + size_of::<$ty>();)*
        op!(@end $shape $r ($($f),*) $body)
    }};
    (@end straight $r:ident ($($f:ident),*) $body:block) => {{
        $body
        $r.next(<Self as $crate::interpreter::ops::Op>::BYTES)
    }};
    (@end test $r:ident ($fail:ident $(, $f:ident)*) $body:block) => {
        if $body {
            $r.next(<Self as $crate::interpreter::ops::Op>::BYTES)
        } else {
            $r.branch($fail.get(&$r))
        }
    };
    (@end $shape:ident $r:ident ($($f:ident),*) $body:block) => { $body };
    (@control $Name:ident [$($v:ident : $T:ident $Bound:ident),*] ($($f:ident : $ty:ty),*) |$r:ident| $body:block) => {
        impl<$($T: $crate::interpreter::operands::$Bound),*> $crate::interpreter::ops::Op for $Name<$($T),*> {
            const BYTES: usize = (8usize $(+ $T::BYTES)* $(+ size_of::<$ty>())*).next_multiple_of(8);

            #[inline(always)]
            #[allow(unused_mut, unused_variables, clippy::let_and_return, clippy::unit_arg)]
            unsafe fn run(mut $r: $crate::interpreter::regs::Regs) {
                // SAFETY: the verifier proved what this instruction asks of its operands, linking gave it the
                // handler of their forms, and what the body needs beyond that it says where it needs it.
                unsafe { op!(@body control $r [$($v : $T),*] ($($f : $ty),*) $body) }
            }
        }
    };
    (@$shape:ident $Name:ident [$($v:ident : $T:ident $Bound:ident),*] ($($f:ident : $ty:ty),*)
        |$r:ident| $body:block
    ) => {
        op!(@control $Name [$($v : $T $Bound),*] ($($f : $ty),*) |r| {
            <Self as $crate::interpreter::ops::Step>::step::<$crate::interpreter::fuse::Dispatch>(r)
        });

        impl<$($T: $crate::interpreter::operands::$Bound),*> $crate::interpreter::ops::Step for $Name<$($T),*> {
            #[inline(always)]
            #[allow(unused_mut, unused_variables, clippy::let_and_return, clippy::unit_arg)]
            unsafe fn step<N: $crate::interpreter::ops::Op>(r: $crate::interpreter::regs::Regs) {
                let mut $r = $crate::interpreter::fuse::Then::<N>::new(r);
                // SAFETY: as in `run`; `N` is the body of what follows, by the caller.
                unsafe { op!(@body $shape $r [$($v : $T),*] ($($f : $ty),*) $body) }
            }
        }
    };
}
use op;
