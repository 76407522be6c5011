//! Operands: how a handler reads and writes each form. Everything here is inlined into the handlers.

use purlin_heap::word::Word;
use purlin_isa::Form;

use super::regs::Regs;

/// A form of a varied operand.
pub trait Operand {
    /// The form that this stands for.
    const FORM: Form;
    /// How many bytes it takes in the instruction.
    const BYTES: usize = Self::FORM.bytes();
}

/// A form that can be read.
pub trait Src: Operand {
    /// The term of the operand that stands `at` bytes from the start of the instruction.
    ///
    /// # Safety
    /// The instruction must have this operand there, and the register must hold a value.
    unsafe fn get(r: &Regs, at: usize) -> Word;
}

/// A form that can be written.
pub trait Dst: Operand {
    /// Writes the register that stands `at` bytes from the start of the instruction.
    ///
    /// # Safety
    /// The instruction must have this operand there, and the frame must have the register.
    unsafe fn set(r: &mut Regs, at: usize, value: Word);
}

/// A form that can be both read and written.
pub trait Register: Src + Dst {}

impl<T: Src + Dst> Register for T {}

/// A form of a frame's size.
pub trait Frame: Operand {
    /// The size in words.
    ///
    /// # Safety
    /// The instruction must have this operand `at` bytes from its start.
    unsafe fn words(r: &Regs, at: usize) -> usize;
}

/// The forms as types.
pub mod form {
    /// X register 0.
    pub struct X0;
    /// Another X register.
    pub struct X;
    /// A Y register.
    pub struct Y;
    /// A short immediate.
    pub struct I;
    /// A whole word.
    pub struct C;
    /// Anything.
    pub struct A;
    /// No frame.
    pub struct S0;
    /// One word.
    pub struct S1;
    /// Two words.
    pub struct S2;
    /// Three words.
    pub struct S3;
    /// Four words.
    pub struct S4;
    /// Five words.
    pub struct S5;
    /// Six words.
    pub struct S6;
    /// Seven words.
    pub struct S7;
    /// Eight words.
    pub struct S8;
    /// A size in the instruction.
    pub struct SN;
}

macro_rules! operands {
    ($($name:ident)*) => {
        $(impl Operand for form::$name { const FORM: Form = Form::$name; })*
    };
}
operands!(X0 X Y I C A S0 S1 S2 S3 S4 S5 S6 S7 S8 SN);

/// A field at any address. (`read_unaligned` copies through a local, whose address costs a debug build the tail call.)
#[repr(C, packed)]
struct Unaligned<T>(T);

/// Reads a field of the instruction that runs.
///
/// # Safety
/// The instruction must have a field of this type `at` bytes from its start.
#[inline(always)]
pub unsafe fn field<T: Copy>(r: &Regs, at: usize) -> T {
    // SAFETY: within the instruction, by the caller.
    unsafe { (*r.ip.add(at).cast::<Unaligned<T>>()).0 }
}

impl Src for form::X0 {
    #[inline(always)]
    unsafe fn get(r: &Regs, _at: usize) -> Word {
        r.x0
    }
}

impl Src for form::X {
    #[inline(always)]
    unsafe fn get(r: &Regs, at: usize) -> Word {
        // SAFETY: the verifier bounds register numbers by the size of the file.
        unsafe { *(&raw const (*r.machine).x).cast::<Word>().add(field::<u16>(r, at) as usize) }
    }
}

impl Src for form::Y {
    #[inline(always)]
    unsafe fn get(r: &Regs, at: usize) -> Word {
        // SAFETY: the verifier bounds register numbers by the size of the frame.
        unsafe { *r.sp.add(field::<u16>(r, at) as usize) }
    }
}

impl Src for form::I {
    #[inline(always)]
    unsafe fn get(r: &Regs, at: usize) -> Word {
        // SAFETY: the field is there, by the caller.
        Word(unsafe { field::<i32>(r, at) } as i64 as u64)
    }
}

impl Src for form::C {
    #[inline(always)]
    unsafe fn get(r: &Regs, at: usize) -> Word {
        // SAFETY: the field is there, by the caller.
        unsafe { field(r, at) }
    }
}

impl Src for form::A {
    #[inline(always)]
    unsafe fn get(r: &Regs, at: usize) -> Word {
        // SAFETY: the field is there, by the caller.
        unsafe { any(r, field(r, at)) }
    }
}

/// The term of an operand of form `A`, or of an element of an instruction's list.
///
/// # Safety
/// `code` must be a term or a register as `encode_register` writes it, within the file or the frame.
#[inline(always)]
pub unsafe fn any(r: &Regs, code: Word) -> Word {
    if !code.is_header() {
        return code;
    }
    let number = (code.0 >> 4) as usize;
    // SAFETY: the verifier bounds register numbers.
    unsafe {
        match (code.0 & 8 != 0, number) {
            (true, _) => *r.sp.add(number),
            (false, 0) => r.x0,
            (false, _) => *(&raw const (*r.machine).x).cast::<Word>().add(number),
        }
    }
}

/// Writes the register of an operand of form `A`.
///
/// # Safety
/// As for [`any`]; the code must be a register.
#[inline(always)]
pub unsafe fn set_any(r: &mut Regs, code: Word, value: Word) {
    let number = (code.0 >> 4) as usize;
    // SAFETY: the verifier bounds register numbers.
    unsafe {
        match (code.0 & 8 != 0, number) {
            (true, _) => *r.sp.add(number) = value,
            (false, 0) => r.x0 = value,
            (false, _) => *(&raw mut (*r.machine).x).cast::<Word>().add(number) = value,
        }
    }
}

impl Dst for form::X0 {
    #[inline(always)]
    unsafe fn set(r: &mut Regs, _at: usize, value: Word) {
        r.x0 = value;
    }
}

impl Dst for form::X {
    #[inline(always)]
    unsafe fn set(r: &mut Regs, at: usize, value: Word) {
        // SAFETY: the verifier bounds register numbers by the size of the file.
        unsafe { *(&raw mut (*r.machine).x).cast::<Word>().add(field::<u16>(r, at) as usize) = value }
    }
}

impl Dst for form::Y {
    #[inline(always)]
    unsafe fn set(r: &mut Regs, at: usize, value: Word) {
        // SAFETY: the verifier bounds register numbers by the size of the frame.
        unsafe { *r.sp.add(field::<u16>(r, at) as usize) = value }
    }
}

macro_rules! frames {
    ($($name:ident $words:literal)*) => {
        $(impl Frame for form::$name {
            #[inline(always)]
            unsafe fn words(_r: &Regs, _at: usize) -> usize { $words }
        })*
    };
}
frames!(S0 0 S1 1 S2 2 S3 3 S4 4 S5 5 S6 6 S7 7 S8 8);

impl Frame for form::SN {
    #[inline(always)]
    unsafe fn words(r: &Regs, at: usize) -> usize {
        // SAFETY: the field is there, by the caller.
        unsafe { field::<u16>(r, at) as usize }
    }
}
