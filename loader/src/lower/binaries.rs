//! Building and matching bit strings. The lists are those of `purlin_isa::bits`.

use purlin_heap::word::Word;
use purlin_isa::bits::{Description, SegmentKind};
use purlin_isa::{HeapNeed, Instruction as I, Label, Operand, Register, Specific, StartFail};

use super::calls::heap_words;
use super::commands::{Command, commands, named_flags, numbered_flags};
use super::emit::{Emitter, Field, Item, Value};
use super::fields::{Created, Group};
use super::{Grouped, LowerFault, Lowerer, Step, Target, to};

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
            I::BsTestTail2 { fail, context, bits } => match u32::try_from(bits) {
                Ok(bits) => {
                    let fields = [to(fail), Field::Number(bits)];
                    self.emitter.emit(S::MatchTestTail, &[context.into()], &fields)
                }
                Err(_) => self.ensure_large(fail, context, bits, 0),
            },
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

    /// Fields that lie together are taken at once; each other command becomes an instruction of its own.
    fn match_many(&mut self, fail: Label, context: Register, list: &'a [Operand]) -> Step {
        let all: Option<Vec<Command>> = commands(self.module, list).collect();
        let all = all.ok_or(LowerFault::Operand)?;
        let mut rest = &all[..];
        while let Some((first, behind)) = rest.split_first() {
            let (ensured, fields) = match first {
                Command::EnsureAtLeast { .. } | Command::EnsureExactly { .. } => (Some(first), behind),
                _ => (None, rest),
            };
            let group = Group::of(fields);
            if group.items().len() < 4 {
                self.match_one(fail, context, *first)?;
                rest = behind;
                continue;
            }
            let (least, unit) = match ensured {
                Some(Command::EnsureAtLeast { bits, unit }) if *bits >= group.total => (*bits, *unit),
                Some(Command::EnsureExactly { bits }) if *bits >= group.total => (*bits, 0),
                Some(other) => {
                    self.match_one(fail, context, *other)?;
                    (group.total, 1)
                }
                None => (group.total, 1),
            };
            rest = &fields[group.commands..];
            self.match_group(fail, context, (least, unit), &group)?;
        }
        Ok(())
    }

    fn match_group(
        &mut self,
        fail: Label,
        context: Register,
        (least, unit): (u64, u16),
        group: &Group,
    ) -> Step {
        let Ok(least) = u32::try_from(least) else {
            self.ensure_large(fail, context, least, unit)?;
            return self.match_group(fail, context, (group.total, 1), group);
        };
        let items = group.items();
        let count = items.len() as u32 / 2;
        let fields = [least, unit.into(), group.total as u32, count].map(Field::Number);
        let fields = [&[to(fail)], &fields[..]].concat();
        self.emitter.emit_list(Specific::MatchFields, &[context.into()], &fields, items, &[])
    }

    fn ensure_large(&mut self, fail: Label, context: Register, bits: u64, unit: u16) -> Step {
        let fields = [to(fail), Field::Number(unit.into()), Field::Word(bits)];
        self.emitter.emit(Specific::MatchEnsureLarge, &[context.into()], &fields)
    }

    fn match_one(&mut self, fail: Label, context: Register, command: Command) -> Step {
        use Specific as S;
        let of = Value::from(context);
        let size =
            i64::try_from(command.bits()).ok().and_then(Word::try_small).ok_or(LowerFault::TooLarge)?;
        let size = Value::Constant(size);
        let small_bits = u32::try_from(command.bits()).map(Field::Number);
        let one = Field::Number(1);
        match command {
            Command::EnsureAtLeast { bits: 0, unit } => {
                self.emitter.emit(S::MatchTestUnit, &[of], &[to(fail), Field::Number(unit.into())])
            }
            Command::EnsureAtLeast { bits, unit } => match small_bits {
                Ok(bits) => {
                    let fields = [to(fail), bits, Field::Number(unit.into())];
                    self.emitter.emit(S::MatchEnsure, &[of], &fields)
                }
                Err(_) => self.ensure_large(fail, context, bits, unit),
            },
            Command::EnsureExactly { bits } => match small_bits {
                Ok(bits) => self.emitter.emit(S::MatchTestTail, &[of], &[to(fail), bits]),
                Err(_) => self.ensure_large(fail, context, bits, 0),
            },
            Command::Integer { live, flags, bits: _, destination } => {
                let fields = [to(fail), Field::Number(live.into()), one, Field::Number(flags.into())];
                self.emitter.emit(S::MatchInteger, &[of, size, destination.into()], &fields)
            }
            Command::Binary { live, flags, bits: _, destination } => {
                let fields = [to(fail), Field::Number(live.into()), one, Field::Number(flags.into())];
                self.emitter.emit(S::MatchBinary, &[of, size, destination.into()], &fields)
            }
            Command::Tail { live, unit: _, destination } => {
                let fields = [Field::Number(live.into())];
                self.emitter.emit(S::MatchTail, &[of, destination.into()], &fields)
            }
            Command::Skip { bits: _ } => self.emitter.emit(S::MatchSkip, &[of, size], &[to(fail), one]),
            Command::Equal { bits, value } => {
                let fields = [to(fail), Field::Number(bits as u32), Field::Word(value)];
                self.emitter.emit(S::MatchEqual, &[of], &fields)
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
        self.create_fields(&items, destination, [heap_words(heap), Field::Number(live)])?;
        self.emitter.emit_list(Specific::CreateBinary, &[destination.into()], &fields, &items, &[])
    }

    /// Where all that is built are fields of fixed sizes, an instruction that does only that goes before `bs_create_bin`.
    fn create_fields(&mut self, segments: &[Item], destination: Register, [words, live]: [Field; 2]) -> Step {
        let Some(created) = Created::of(segments, self.module.strings()) else { return Ok(()) };
        let values = [created.start, destination.into()];
        let general = Emitter::choose(Specific::CreateBinary, &[destination.into()]);
        let general =
            Specific::CreateBinary.size(&general.ok_or(LowerFault::Operand)?[..1]) + segments.len() * 8;
        let items = created.group.items();
        let number = Field::Number;
        let fields = [
            number(general as u32),
            words,
            live,
            number(created.how as u32),
            number(created.unit.into()),
            number(created.group.total as u32),
            number(items.len() as u32 / 2),
        ];
        self.emitter.emit_list(Specific::CreateFields, &values, &fields, items, &[])
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
        let description = Description { kind, flags, unit, place: number };
        Ok([Item::Word(description.encode()), value, Item::Value(self.size(size))])
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
