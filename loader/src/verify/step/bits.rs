//! Matching and building bit strings.

use purlin_isa::{Instruction, Label, Operand, Register, StartFail};

use super::{Done, Sink, Step};
use crate::verify::environment::Word;
use crate::verify::state::{Reason, Value};
use crate::verify::tables::check_string;
use crate::verify::types::{Kinds, Type};

/// The flag of a signed integer segment.
const SIGNED: u32 = 4;
/// The greatest code point.
const CODE_POINT_MAX: i64 = 0x10_ffff;
/// What a matching context can be made of.
const MATCHABLE: Kinds = Kinds::BITS.or(Kinds::CONTEXT);

impl<S: Sink> Step<'_, S> {
    pub(super) fn run_bits(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::BsStartMatch3 { fail, source, live, destination } => {
                self.start_match(StartFail::Label(fail), source, live, destination)
            }
            I::BsStartMatch4 { fail, source, live, destination } => {
                self.start_match(fail, source, live, destination)
            }
            I::BsGetTail { context, destination, live } => {
                let context = self.context(context)?;
                self.collects(live)?;
                self.write_fragile(destination, Type::of(Kinds::BITS), context.is_fragile)
            }
            I::BsGetPosition { context, destination, live } => {
                self.context(context)?;
                self.collects(live)?;
                self.write(destination, Type::of(Kinds::POSITION))
            }
            I::BsSetPosition { context, position } => {
                // Whether the position is of this very context, and so within its bounds, is for the machine to see.
                self.context(context)?;
                self.special(position, Kinds::POSITION).map(|_| ())
            }
            I::BsMatch { fail, context, commands } => self.match_commands(fail, context, commands),
            I::BsSkipBits2 { fail, context, size, .. } => {
                self.context(context)?;
                self.term(size)?;
                self.branch(fail)
            }
            I::BsTestTail2 { fail, context, .. }
            | I::BsTestUnit { fail, context, .. }
            | I::BsMatchString { fail, context, .. } => {
                self.context(context)?;
                self.branch(fail)
            }
            I::BsSkipUtf8 { fail, context, live, .. }
            | I::BsSkipUtf16 { fail, context, live, .. }
            | I::BsSkipUtf32 { fail, context, live, .. } => {
                self.context(context)?;
                self.check_live(live)?;
                self.branch(fail)?;
                self.collects(live)
            }
            _ => self.run_segments(instruction),
        }
    }

    fn run_segments(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::BsGetInteger2 { fail, context, live, size, unit, flags, destination } => {
                let of = match self.term(size)?.of {
                    Type { kinds: Kinds::SMALL, high, .. } => {
                        integer_of(high.max(0) as u64, unit, flags & SIGNED != 0)
                    }
                    _ => Type::of(Kinds::INTEGER),
                };
                self.get_segment(fail, context, live, destination, of)
            }
            I::BsGetFloat2 { fail, context, live, size, destination, .. } => {
                self.term(size)?;
                self.get_segment(fail, context, live, destination, Type::of(Kinds::FLOAT))
            }
            I::BsGetBinary2 { fail, context, live, size, unit, destination, .. } => {
                let of = match size {
                    Operand::Integer(size @ 0..) => bits_of((size as u32 % 8).saturating_mul(unit % 8)),
                    _ => bits_of(unit),
                };
                self.term(size)?;
                self.get_segment(fail, context, live, destination, of)
            }
            I::BsGetUtf8 { fail, context, live, destination, .. }
            | I::BsGetUtf16 { fail, context, live, destination, .. }
            | I::BsGetUtf32 { fail, context, live, destination, .. } => {
                self.get_segment(fail, context, live, destination, Type::integer(0, CODE_POINT_MAX))
            }
            I::BsCreateBin { fail, heap, live, destination, segments, .. } => {
                let mut is_whole = true;
                for segment in segments.chunks(6) {
                    is_whole &= self.segment(segment)?;
                }
                let is_fragile = self.is_fragile(segments);
                self.collects(live)?;
                self.fails(fail)?;
                self.reserve(heap)?;
                self.write_fragile(destination, bits_of(if is_whole { 8 } else { 1 }), is_fragile)
            }
            _ => self.run_old_building(instruction),
        }
    }

    /// Instructions that built bit strings before OTP 25 and that a compiler option still asks for.
    fn run_old_building(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::BsInit2 { fail, size, heap, live, destination, .. }
            | I::BsInitBits { fail, size, heap, live, destination, .. } => {
                self.size(size)?;
                self.collects(live)?;
                self.fails(fail)?;
                self.reserve(heap)?;
                self.write(destination, Type::of(Kinds::BITS))
            }
            I::BsAppend { fail, size, heap, live, binary, destination, .. } => {
                self.size(size)?;
                self.durable(binary)?;
                self.collects(live)?;
                self.fails(fail)?;
                self.reserve(heap)?;
                self.write(destination, Type::of(Kinds::BITS))
            }
            I::BsPrivateAppend { fail, size, binary, destination, .. } => {
                self.size(size)?;
                self.durable(binary)?;
                self.fails(fail)?;
                self.write(destination, Type::of(Kinds::BITS))
            }
            I::BsPutInteger { fail, size, source, .. }
            | I::BsPutBinary { fail, size, source, .. }
            | I::BsPutFloat { fail, size, source, .. } => {
                self.term(size)?;
                self.term(source)?;
                self.fails(fail)
            }
            I::BsPutUtf8 { fail, source, .. }
            | I::BsPutUtf16 { fail, source, .. }
            | I::BsPutUtf32 { fail, source, .. } => {
                self.term(source)?;
                self.fails(fail)
            }
            I::BsUtf8Size { fail, source, destination } | I::BsUtf16Size { fail, source, destination } => {
                self.term(source)?;
                self.fails(fail)?;
                self.write(destination, Type::integer(0, 4))
            }
            I::BsAdd { fail, first, second, destination, .. } => {
                self.term(first)?;
                self.term(second)?;
                self.fails(fail)?;
                self.write(destination, Type::of(Kinds::INTEGER))
            }
            I::BsPutString { .. } => Ok(()),
            _ => Err("the instruction is not known to the verifier".to_owned()),
        }
    }

    fn context(&self, register: Register) -> Result<Value, Reason> {
        self.special(register, Kinds::CONTEXT)
    }

    fn size(&self, operand: Operand) -> Done {
        match operand {
            Operand::Unsigned(_) => Ok(()),
            term => self.term(term).map(|_| ()),
        }
    }

    fn start_match(&mut self, fail: StartFail, source: Operand, live: u32, destination: Register) -> Done {
        let value = self.any(source)?;
        if !value.of.kinds.within(Kinds::ANY.or(Kinds::CONTEXT)) {
            return Err(format!("matching starts on {}", value.of));
        }
        match fail {
            StartFail::Label(label) => {
                self.branch_unless(label, value, MATCHABLE)?;
                self.require(value, Type::of(MATCHABLE));
            }
            StartFail::Atom(atom) if matches!(self.env.word(atom), Word::NoFail | Word::Resume) => {
                self.assume(value, Type::of(MATCHABLE))?;
            }
            StartFail::Atom(_) => return Err("the way to fail is neither no_fail nor resume".to_owned()),
        }
        if !self.is_reached {
            return Ok(());
        }
        self.collects(live)?;
        self.write_fragile(destination, Type::of(Kinds::CONTEXT), value.is_fragile)
    }

    fn get_segment(&mut self, fail: Label, context: Register, live: u32, to: Register, of: Type) -> Done {
        let context = self.context(context)?;
        self.check_live(live)?;
        self.branch(fail)?;
        self.collects(live)?;
        self.write_fragile(to, of, context.is_fragile)
    }

    /// The commands of `bs_match` run in turn. What they take must have been ensured before.
    fn match_commands(&mut self, fail: Label, context: Register, commands: &[Operand]) -> Done {
        self.context(context)?;
        self.check_slots()?;
        let mut rest = commands;
        let mut ensured = 0u64;
        while let [Operand::Atom(word), arguments @ ..] = rest {
            self.context(context)?;
            if matches!(self.env.word(*word), Word::EnsureAtLeast | Word::EnsureExactly | Word::Equals) {
                // By now, commands before may have written their destinations.
                self.branch(fail)?;
            }
            let (length, taken) =
                self.match_command(context, self.env.word(*word), arguments, &mut ensured)?;
            ensured = ensured
                .checked_sub(taken)
                .ok_or_else(|| format!("{taken} bits are taken of {ensured} ensured"))?;
            rest = arguments.get(length..).ok_or("the commands end early")?;
        }
        if rest.is_empty() { Ok(()) } else { Err("a command has no name".to_owned()) }
    }

    /// Runs one command; returns how many operands it has and how many bits it takes.
    fn match_command(
        &mut self,
        context: Register,
        word: Word,
        arguments: &[Operand],
        ensured: &mut u64,
    ) -> Result<(usize, u64), Reason> {
        match (word, arguments) {
            (Word::EnsureAtLeast, [Operand::Unsigned(bits), Operand::Unsigned(_), ..]) => {
                *ensured = *bits;
                Ok((2, 0))
            }
            (Word::EnsureExactly, [Operand::Unsigned(bits), ..]) => {
                *ensured = *bits;
                Ok((1, 0))
            }
            (Word::Skip, [Operand::Unsigned(bits), ..]) => Ok((1, *bits)),
            (Word::Equals, [Operand::Nil, Operand::Unsigned(bits @ 0..=64), Operand::Unsigned(_), ..]) => {
                Ok((3, *bits))
            }
            (Word::GetTail, [Operand::Unsigned(live), Operand::Unsigned(_), to, ..]) => {
                self.extract(context, *live, *to, Type::of(Kinds::BITS))?;
                *ensured = 0;
                Ok((3, 0))
            }
            (Word::Integer | Word::Binary, [Operand::Unsigned(live), flags, size, unit, to, ..]) => {
                let (Operand::Unsigned(size), Operand::Unsigned(unit)) = (*size, *unit) else {
                    return Err("a size is no number".to_owned());
                };
                let bits = size.checked_mul(unit).ok_or("a size is too large")?;
                let of = match word {
                    // The flags stand in a literal, so any but the empty list may say that it is signed.
                    Word::Integer if *flags == Operand::Nil => integer_of(bits, 1, false),
                    Word::Integer => integer_of(bits, 1, false).join(integer_of(bits, 1, true)),
                    _ => bits_of(if bits % 8 == 0 { 8 } else { 1 }),
                };
                self.extract(context, *live, *to, of)?;
                Ok((5, bits))
            }
            _ => Err("a command or its operands have no meaning".to_owned()),
        }
    }

    fn extract(&mut self, context: Register, live: u64, to: Operand, of: Type) -> Done {
        let to = to.register().ok_or("a destination is no register")?;
        let is_fragile = self.context(context)?.is_fragile;
        self.collects(u32::try_from(live).map_err(|_| "a live count is too large")?)?;
        self.write_fragile(to, of, is_fragile)
    }

    /// A segment of `bs_create_bin`: type, number, unit, flags, value, size. Whether it is of whole bytes.
    fn segment(&mut self, segment: &[Operand]) -> Result<bool, Reason> {
        let [Operand::Atom(kind), _, Operand::Unsigned(unit), flags, value, size] = *segment else {
            return Err("a segment has no type or unit".to_owned());
        };
        self.term(flags)?;
        let word = self.env.word(kind);
        let has_unit = match word {
            Word::Utf8 | Word::Utf16 | Word::Utf32 => unit == 0,
            _ => (1..=256).contains(&unit),
        };
        if !has_unit {
            return Err(format!("a segment has unit {unit}"));
        }
        match (word, value, size) {
            (Word::String, Operand::Unsigned(offset), Operand::Integer(size @ 0..)) => {
                let bits = (size as u64).checked_mul(unit).ok_or("a size is too large")?;
                check_string(self.env.module, offset, bits)?;
                Ok(bits % 8 == 0)
            }
            (Word::Append | Word::PrivateAppend | Word::Binary | Word::Float | Word::Integer, ..)
            | (Word::Utf8 | Word::Utf16 | Word::Utf32, ..) => {
                self.term(value)?;
                self.term(size)?;
                Ok(match size {
                    Operand::Integer(size @ 0..) => ((size as u64 % 8) * unit).is_multiple_of(8),
                    _ => unit % 8 == 0,
                })
            }
            _ => Err("a segment's type has no meaning".to_owned()),
        }
    }
}

/// An integer of at most so many units of bits.
fn integer_of(size: u64, unit: u32, is_signed: bool) -> Type {
    match (size.checked_mul(unit.into()), is_signed) {
        (Some(0), _) => Type::integer(0, 0),
        (Some(bits @ 1..=62), false) => Type::integer(0, (1 << bits) - 1),
        (Some(bits @ 1..=62), true) => Type::integer(-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        (_, false) => Type::integer(0, i64::MAX),
        (_, true) => Type::of(Kinds::INTEGER),
    }
}

/// A bit string of a multiple of so many bits.
fn bits_of(unit: u32) -> Type {
    Type::of(if unit.is_multiple_of(8) { Kinds::BINARY } else { Kinds::BITS })
}
