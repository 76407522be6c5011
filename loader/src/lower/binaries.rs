//! Building and matching bit strings. The lists are those of `purlin_isa::bits`.

use purlin_heap::word::Word;
use purlin_isa::bits::{CommandKind, Description, SegmentKind};
use purlin_isa::{HeapNeed, Instruction as I, Label, Operand, Register, Specific, StartFail};

use super::calls::heap_words;
use super::commands::{Command, commands, named_flags, numbered_flags};
use super::emit::{Field, Item, Value};
use super::{Grouped, LowerFault, Lowerer, Step, Target, to};

/// More commands of a `bs_match` than this run in one go.
const SINGLE_COMMANDS_MAX: usize = 5;

/// What the instructions that match one field have in common.
struct FieldMatch {
    fail: Label,
    context: Register,
    live: u32,
    size: Operand,
    unit: u32,
    flags: u32,
    destination: Register,
}

/// What the instructions that match a code point have in common.
struct UtfMatch {
    fail: Label,
    context: Register,
    flags: u32,
    destination: Option<Register>,
}

impl<'a> Lowerer<'a> {
    pub(super) fn matching(&mut self, instruction: I<'a>) -> Grouped {
        use Specific as S;
        Some(match instruction {
            I::BsStartMatch3 { fail, source, live, destination } => {
                self.start_match(Some(fail), source, live, destination)
            }
            I::BsStartMatch4 { fail, live, source, destination } => {
                let fail = match fail {
                    StartFail::Label(label) => Some(label),
                    StartFail::Atom(_) => None,
                };
                self.start_match(fail, source, live, destination)
            }
            I::BsGetTail { context, destination, live } => {
                let fields = [Field::Number(live)];
                self.emitter.emit(S::MatchTail, &[context.into(), destination.into()], &fields)
            }
            I::BsGetPosition { context, destination, live } => {
                let fields = [Field::Number(live)];
                self.emitter.emit(S::MatchPosition, &[context.into(), destination.into()], &fields)
            }
            I::BsSetPosition { context, position } => {
                self.emitter.emit(S::MatchSetPosition, &[context.into(), position.into()], &[])
            }
            I::BsTestUnit { fail, context, unit } => {
                self.emitter.emit(S::MatchTestUnit, &[context.into()], &[to(fail), Field::Number(unit)])
            }
            I::BsTestTail2 { fail, context, bits } => {
                let halves = [bits as u32, (bits >> 32) as u32].map(Field::Number);
                self.emitter.emit(S::MatchTestTail, &[context.into()], &[to(fail), halves[0], halves[1]])
            }
            I::BsMatchString { fail, context, bits, offset } => {
                let fields = [to(fail), Field::Number(bits), Field::To(Target::Bytes(offset))];
                self.emitter.emit(S::MatchString, &[context.into()], &fields)
            }
            I::BsMatch { fail, context, commands } => self.match_many(fail, context, commands),
            I::BsInitWritable {} => self.emitter.emit(S::InitWritable, &[], &[]),
            I::BsCreateBin { fail, heap, live, unit, destination, segments } => {
                self.create_binary(fail, heap, live, unit, destination, segments)
            }
            _ => return self.match_field(instruction),
        })
    }

    fn start_match(
        &mut self,
        fail: Option<Label>,
        source: Operand,
        live: u32,
        destination: Register,
    ) -> Step {
        let values = [self.value(source), destination.into()];
        self.emitter.emit(Specific::StartMatch, &values, &[Field::Label(fail), Field::Number(live)])
    }

    fn match_field(&mut self, instruction: I<'a>) -> Grouped {
        use Specific as S;
        let (op, field) = match instruction {
            I::BsGetInteger2 { fail, context, live, size, unit, flags, destination } => {
                (S::MatchInteger, FieldMatch { fail, context, live, size, unit, flags, destination })
            }
            I::BsGetFloat2 { fail, context, live, size, unit, flags, destination } => {
                (S::MatchFloat, FieldMatch { fail, context, live, size, unit, flags, destination })
            }
            I::BsGetBinary2 { fail, context, live, size, unit, flags, destination } => {
                (S::MatchBinary, FieldMatch { fail, context, live, size, unit, flags, destination })
            }
            I::BsSkipBits2 { fail, context, size, unit, flags: _ } => {
                let values = [context.into(), self.value(size)];
                return Some(self.emitter.emit(S::MatchSkip, &values, &[to(fail), Field::Number(unit)]));
            }
            _ => return self.match_utf(instruction),
        };
        let FieldMatch { fail, context, live, size, unit, flags, destination } = field;
        let values = [context.into(), self.value(size), destination.into()];
        let flags = Field::Number(numbered_flags(flags).into());
        let fields = [to(fail), Field::Number(live), Field::Number(unit), flags];
        Some(self.emitter.emit(op, &values, &fields))
    }

    fn match_utf(&mut self, instruction: I<'a>) -> Grouped {
        let get = |fail, context, flags, to| UtfMatch { fail, context, flags, destination: Some(to) };
        let skip = |fail, context, flags| UtfMatch { fail, context, flags, destination: None };
        let (width, utf) = match instruction {
            I::BsGetUtf8 { fail, context, live: _, flags, destination } => {
                (8, get(fail, context, flags, destination))
            }
            I::BsGetUtf16 { fail, context, live: _, flags, destination } => {
                (16, get(fail, context, flags, destination))
            }
            I::BsGetUtf32 { fail, context, live: _, flags, destination } => {
                (32, get(fail, context, flags, destination))
            }
            I::BsSkipUtf8 { fail, context, live: _, flags } => (8, skip(fail, context, flags)),
            I::BsSkipUtf16 { fail, context, live: _, flags } => (16, skip(fail, context, flags)),
            I::BsSkipUtf32 { fail, context, live: _, flags } => (32, skip(fail, context, flags)),
            _ => return None,
        };
        let flags = Field::Number(numbered_flags(utf.flags).into());
        let fields = [to(utf.fail), Field::Number(width), flags];
        let context = utf.context.into();
        Some(match utf.destination {
            Some(to) => self.emitter.emit(Specific::MatchUtf, &[context, to.into()], &fields),
            None => self.emitter.emit(Specific::MatchSkipUtf, &[context], &fields),
        })
    }

    /// A few commands become an instruction each, for which there are fused handlers; more run in one go.
    fn match_many(&mut self, fail: Label, context: Register, list: &'a [Operand]) -> Step {
        let all: Option<Vec<Command>> = commands(self.module, list).collect();
        let all = all.ok_or(LowerFault::Operand)?;
        if all.len() <= SINGLE_COMMANDS_MAX && all.iter().all(|command| command.bits() <= u32::MAX.into()) {
            return all.into_iter().try_for_each(|command| self.match_one(fail, context, command));
        }
        let (mut items, mut live_max) = (Vec::new(), 0);
        for command in all {
            let (description, bits, operand) = describe(command);
            live_max = live_max.max(description.live);
            items.extend([Item::Word(description.encode()), Item::Word(bits), operand]);
        }
        let fields = [to(fail), Field::Number(live_max.into()), Field::Number(items.len() as u32 / 3)];
        self.emitter.emit_list(Specific::MatchMany, &[context.into()], &fields, &items, &[])
    }

    fn match_one(&mut self, fail: Label, context: Register, command: Command) -> Step {
        use Specific as S;
        let (of, fail) = (Value::from(context), to(fail));
        let size = Value::Constant(Word::small(command.bits() as i64)); // Fits 32 bits.
        let bits = Field::Number(command.bits() as u32);
        let one = Field::Number(1);
        match command {
            Command::EnsureAtLeast { bits: 0, unit } => {
                self.emitter.emit(S::MatchTestUnit, &[of], &[fail, Field::Number(unit.into())])
            }
            Command::EnsureAtLeast { bits: _, unit } => {
                self.emitter.emit(S::MatchEnsure, &[of], &[fail, bits, Field::Number(unit.into())])
            }
            Command::EnsureExactly { bits: _ } => self.emitter.emit(S::MatchTestTail, &[of], &[fail, bits]),
            Command::Integer { live, flags, bits: _, destination } => {
                let fields = [fail, Field::Number(live.into()), one, Field::Number(flags.into())];
                self.emitter.emit(S::MatchInteger, &[of, size, destination.into()], &fields)
            }
            Command::Binary { live, flags, bits: _, destination } => {
                let fields = [fail, Field::Number(live.into()), one, Field::Number(flags.into())];
                self.emitter.emit(S::MatchBinary, &[of, size, destination.into()], &fields)
            }
            Command::Tail { live, unit: _, destination } => {
                let fields = [Field::Number(live.into())];
                self.emitter.emit(S::MatchTail, &[of, destination.into()], &fields)
            }
            Command::Skip { bits: _ } => self.emitter.emit(S::MatchSkip, &[of, size], &[fail, one]),
            Command::Equal { bits: _, value } => {
                self.emitter.emit(S::MatchEqual, &[of], &[fail, bits, Field::Word(value)])
            }
        }
    }

    #[allow(clippy::too_many_arguments)] // As many as the instruction has operands.
    fn create_binary(
        &mut self,
        fail: Option<Label>,
        heap: HeapNeed,
        live: u32,
        unit: u32,
        destination: Register,
        segments: &[Operand],
    ) -> Step {
        if segments.is_empty() {
            return Err(LowerFault::Operand);
        }
        let mut items = Vec::with_capacity(segments.len() / 2);
        for segment in segments.as_chunks().0 {
            items.extend(self.segment(*segment)?);
        }
        let count = Field::Number(items.len() as u32 / 3);
        let fields = [Field::Label(fail), Field::Number(live), heap_words(heap), Field::Number(unit), count];
        self.emitter.emit_list(Specific::CreateBinary, &[destination.into()], &fields, &items, &[])
    }

    /// A segment in the file: type, its number in the source, by which errors call it, unit, flags, value, size.
    fn segment(&mut self, segment: [Operand; 6]) -> Result<[Item; 3], LowerFault> {
        let [Operand::Atom(kind), number, Operand::Unsigned(unit), flags, value, size] = segment else {
            return Err(LowerFault::Operand);
        };
        let kind = segment_kind(self.module.atom(kind)).ok_or(LowerFault::Operand)?;
        let flags = named_flags(self.module, flags).ok_or(LowerFault::Operand)?;
        let unit = u16::try_from(unit).map_err(|_| LowerFault::TooLarge)?;
        let value = match (kind, value) {
            (SegmentKind::String, Operand::Unsigned(offset)) => {
                Item::To(Target::Bytes(u32::try_from(offset).map_err(|_| LowerFault::TooLarge)?))
            }
            (SegmentKind::String, _) | (_, Operand::Unsigned(_)) => return Err(LowerFault::Operand),
            _ => Item::Value(self.value(value)),
        };
        let number =
            if let Operand::Unsigned(number) = number { u16::try_from(number).unwrap_or(0) } else { 0 };
        let description = Description { kind, flags, unit, live: number };
        Ok([Item::Word(description.encode()), value, Item::Value(self.size(size))])
    }
}

/// What a command's three words are made of.
fn describe(command: Command) -> (Description<CommandKind>, u64, Item) {
    let plain = |kind| Description { kind, flags: 0, unit: 1, live: 0 };
    let register = |register: Register| Item::Value(register.into());
    match command {
        Command::EnsureAtLeast { bits, unit } => {
            (Description { unit, ..plain(CommandKind::EnsureAtLeast) }, bits, Item::Word(0))
        }
        Command::EnsureExactly { bits } => (plain(CommandKind::EnsureExactly), bits, Item::Word(0)),
        Command::Integer { live, flags, bits, destination } => {
            (Description { live, flags, ..plain(CommandKind::Integer) }, bits, register(destination))
        }
        Command::Binary { live, flags, bits, destination } => {
            (Description { live, flags, ..plain(CommandKind::Binary) }, bits, register(destination))
        }
        Command::Tail { live, unit, destination } => {
            (Description { live, unit, ..plain(CommandKind::Tail) }, 0, register(destination))
        }
        Command::Skip { bits } => (plain(CommandKind::Skip), bits, Item::Word(0)),
        Command::Equal { bits, value } => (plain(CommandKind::Equal), bits, Item::Word(value)),
    }
}

fn segment_kind(name: &str) -> Option<SegmentKind> {
    Some(match name {
        "integer" => SegmentKind::Integer,
        "float" => SegmentKind::Float,
        "binary" => SegmentKind::Binary,
        "append" => SegmentKind::Append,
        "private_append" => SegmentKind::PrivateAppend,
        "string" => SegmentKind::String,
        "utf8" => SegmentKind::Utf8,
        "utf16" => SegmentKind::Utf16,
        "utf32" => SegmentKind::Utf32,
        _ => return None,
    })
}
