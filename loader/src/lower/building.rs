//! Building bit strings as compilers before OTP 25 did it: an instruction that starts with the size of the whole, then
//! one for each segment. Nothing comes between them, so they are lowered to the one that builds a bit string of segments.

use purlin_isa::bits::{Description, SegmentKind};
use purlin_isa::{HeapNeed, Instruction as I, LIVE_UNKNOWN, Label, Operand, Register, Specific};

use super::calls::heap_words;
use super::commands::numbered_flags;
use super::emit::{Field, Item};
use super::{Grouped, LowerFault, Lowerer, Step, Target};

/// In place of the result's unit: what fails is not explained, as it was not by these instructions.
const UNEXPLAINED: u32 = 0;

/// The instruction that starts, without the size, which follows from the segments.
struct Start {
    fail: Option<Label>,
    heap: HeapNeed,
    live: u32,
    destination: Register,
}

/// A segment of a given kind.
struct Segment {
    kind: SegmentKind,
    source: Operand,
    size: Operand,
    unit: u32,
    flags: u32,
    fail: Option<Label>,
}

impl Segment {
    fn plain(kind: SegmentKind, source: Operand) -> Self {
        Self { kind, source, size: Operand::Nil, unit: 1, flags: 0, fail: None }
    }

    /// Of an instruction that appends one.
    fn of(instruction: I<'_>) -> Option<Self> {
        use SegmentKind as K;
        let sized = |kind, fail, size, unit, flags, source| Self { kind, source, size, unit, flags, fail };
        let character = |kind, fail, flags, source| Self { flags, fail, ..Self::plain(kind, source) };
        Some(match instruction {
            I::BsPutInteger { fail, size, unit, flags, source } => {
                sized(K::Integer, fail, size, unit, flags, source)
            }
            I::BsPutFloat { fail, size, unit, flags, source } => {
                sized(K::Float, fail, size, unit, flags, source)
            }
            I::BsPutBinary { fail, size, unit, flags, source } => {
                sized(K::Binary, fail, size, unit, flags, source)
            }
            I::BsPutUtf8 { fail, flags, source } => character(K::Utf8, fail, flags, source),
            I::BsPutUtf16 { fail, flags, source } => character(K::Utf16, fail, flags, source),
            I::BsPutUtf32 { fail, flags, source } => character(K::Utf32, fail, flags, source),
            _ => return None,
        })
    }
}

impl<'a> Lowerer<'a> {
    pub(super) fn building(&mut self, instruction: I<'a>) -> Grouped {
        let start = |fail, heap, live, destination| Start { fail, heap, live, destination };
        Some(match instruction {
            I::BsInit2 { fail, heap, live, destination, .. }
            | I::BsInitBits { fail, heap, live, destination, .. } => {
                self.build(&start(fail, heap, live, destination), None)
            }
            I::BsAppend { fail, heap, live, unit, binary, destination, .. } => {
                let first = Segment { unit, fail, ..Segment::plain(SegmentKind::Append, binary) };
                self.build(&start(fail, heap, live, destination), Some(first))
            }
            I::BsPrivateAppend { fail, unit, binary, destination, .. } => {
                let first = Segment { unit, fail, ..Segment::plain(SegmentKind::PrivateAppend, binary) };
                self.build(&start(fail, HeapNeed::default(), LIVE_UNKNOWN.into(), destination), Some(first))
            }
            I::BsAdd { fail, first, second, unit, destination } => {
                let values = [self.value(first), self.value(second), destination.into()];
                self.emitter.emit(Specific::AddSizes, &values, &[Field::Label(fail), Field::Number(unit)])
            }
            I::BsUtf8Size { source, destination, .. } => self.utf_size(8, source, destination),
            I::BsUtf16Size { source, destination, .. } => self.utf_size(16, source, destination),
            _ => return None,
        })
    }

    fn utf_size(&mut self, width: u32, source: Operand, destination: Register) -> Step {
        let values = [self.value(source), destination.into()];
        self.emitter.emit(Specific::UtfSize, &values, &[Field::Number(width)])
    }

    /// Takes the instructions that follow, as long as they append segments.
    fn build(&mut self, start: &Start, first: Option<Segment>) -> Step {
        let mut items = Vec::new();
        if let Some(first) = first {
            items.extend(self.segment_items(start, &first)?);
        }
        while self.at + 1 < self.module.code().len() {
            let next = self.module.instruction(self.at + 1);
            match (next, Segment::of(next)) {
                (I::BsPutString { bytes, offset }, _) => items.extend(self.string(bytes, offset)),
                (_, Some(segment)) => items.extend(self.segment_items(start, &segment)?),
                _ => break,
            }
            self.at += 1;
        }
        if items.is_empty() {
            items.extend(self.string(0, 0));
        }
        let Start { fail, heap, live, destination } = *start;
        let (fail, live) = (Field::Label(fail), Field::Number(live));
        let count = Field::Number(items.len() as u32 / 3);
        let fields = [fail, live, heap_words(heap), Field::Number(UNEXPLAINED), count];
        self.emitter.emit_list(Specific::CreateBinary, &[destination.into()], &fields, &items, &[])
    }

    /// The verifier saw the destination written before the segments are read, and here it is written after them.
    fn segment_items(&mut self, start: &Start, segment: &Segment) -> Result<[Item; 3], LowerFault> {
        let is_overwritten = |operand: Operand| operand.register() == Some(start.destination);
        let is_first = matches!(segment.kind, SegmentKind::Append | SegmentKind::PrivateAppend);
        if !is_first && (is_overwritten(segment.source) || is_overwritten(segment.size))
            || segment.fail != start.fail
        {
            return Err(LowerFault::Operand);
        }
        let unit = u16::try_from(segment.unit).map_err(|_| LowerFault::TooLarge)?;
        let flags = numbered_flags(segment.flags);
        let description = Description { kind: segment.kind, flags, unit, place: 0 };
        let (value, size) = (self.value(segment.source), self.size(segment.size));
        Ok([Item::Word(description.encode()), Item::Value(value), Item::Value(size)])
    }

    fn string(&mut self, bytes: u32, offset: u32) -> [Item; 3] {
        let description = Description { kind: SegmentKind::String, flags: 0, unit: 8, place: 0 };
        let size = self.size(Operand::Integer(bytes.into()));
        [Item::Word(description.encode()), Item::To(Target::Bytes(offset)), Item::Value(size)]
    }
}
