//! Fusing: instructions that often follow one another run in one handler.
//!
//! Linking replaces the handler of the first instruction and leaves all else in place: jumps to the second one, what
//! fails between the two and what is shown of the code are as before.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use super::ops::{Op, Step};
use super::regs::Regs;

/// The end of a handler: goes on with whatever stands behind it.
pub struct Dispatch;

impl Op for Dispatch {
    const BYTES: usize = 0;

    #[inline(always)]
    unsafe fn run(r: Regs) {
        // SAFETY: passed on.
        unsafe { r.go() }
    }
}

/// The body of `A`, and of `B` right behind it.
pub struct Fuse<A, B>(PhantomData<(A, B)>);

impl<A: Step, B: Op> Op for Fuse<A, B> {
    const BYTES: usize = A::BYTES + B::BYTES;

    #[inline(always)]
    unsafe fn run(r: Regs) {
        // SAFETY: by the caller, both instructions stand there.
        unsafe { A::step::<B>(r) }
    }
}

/// The registers in a body that falls through to that of `N`.
pub struct Then<N>(Regs, PhantomData<N>);

impl<N: Op> Then<N> {
    /// For an instruction that `N` stands behind.
    #[inline(always)]
    pub fn new(r: Regs) -> Then<N> {
        Then(r, PhantomData)
    }

    /// Goes on behind this instruction, which has `size` bytes.
    ///
    /// # Safety
    /// The instruction behind it must be that of `N`.
    #[inline(always)]
    pub unsafe fn next(mut self, size: usize) {
        // SAFETY: by the caller.
        unsafe {
            self.0.ip = self.0.ip.add(size);
            N::run(self.0)
        }
    }
}

impl<N> Deref for Then<N> {
    type Target = Regs;

    #[inline(always)]
    fn deref(&self) -> &Regs {
        &self.0
    }
}

impl<N> DerefMut for Then<N> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Regs {
        &mut self.0
    }
}
