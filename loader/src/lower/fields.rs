//! Fields of fixed sizes that lie together: they are matched or built as one word.

use purlin_heap::word::Word;
use purlin_isa::bits::{Description, FieldKind, SegmentKind};

use super::Target;
use super::commands::Command;
use super::emit::{Item, Value};

/// Integers of so many bits are small, whatever their sign.
const SMALL_BITS_MAX: u64 = 60;
/// So many bits are matched or built at once.
const GROUP_BITS_MAX: u64 = 64;

/// Fields one behind the other, at most [`GROUP_BITS_MAX`] bits.
#[derive(Default)]
pub(super) struct Group {
    /// The two words of each field.
    items: Vec<Item>,
    /// How many commands of a match these are; some only skip.
    pub(super) commands: usize,
    /// How many bits they take.
    pub(super) total: u64,
}

impl Group {
    /// The first commands of a match, as far as they can be taken at once.
    pub(super) fn of(commands: &[Command]) -> Group {
        let mut group = Group::default();
        for command in commands {
            let (bits, bits_max) = (command.bits(), group.room());
            let fits = match *command {
                Command::Integer { flags, destination, .. } => {
                    let operand = Item::Value(destination.into());
                    group.add(FieldKind::Integer, flags, bits, bits_max.min(SMALL_BITS_MAX), operand)
                }
                Command::Equal { value, .. } => {
                    group.add(FieldKind::Equal, 0, bits, bits_max, Item::Word(value))
                }
                Command::Skip { .. } if bits <= bits_max => {
                    group.total += bits;
                    true
                }
                _ => false,
            };
            if !fits {
                break;
            }
            group.commands += 1;
        }
        group
    }

    fn room(&self) -> u64 {
        GROUP_BITS_MAX - self.total
    }

    /// Adds a field, if it has a bit and at most `bits_max`.
    fn add(&mut self, kind: FieldKind, flags: u8, bits: u64, bits_max: u64, operand: Item) -> bool {
        if bits == 0 || bits > bits_max {
            return false;
        }
        let description = Description { kind, flags, unit: bits as u16, place: self.total as u16 };
        self.items.extend([Item::Word(description.encode()), operand]);
        self.total += bits;
        true
    }

    /// The list of the instruction: two words a field.
    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }
}

/// A bit string that is made of fields, alone or behind another one.
pub(super) struct Created {
    /// What it starts with; nil when that is nothing.
    pub(super) start: Value,
    /// How it starts with that: `Integer` when it does not.
    pub(super) how: SegmentKind,
    /// Of what it starts with.
    pub(super) unit: u16,
    pub(super) group: Group,
}

impl Created {
    /// For segments as `bs_create_bin` has them, three items each.
    pub(super) fn of(segments: &[Item], strings: &[u8]) -> Option<Created> {
        let none = Value::Constant(Word::NIL);
        let mut created =
            Created { start: none, how: SegmentKind::Integer, unit: 1, group: Group::default() };
        for (place, segment) in segments.as_chunks().0.iter().enumerate() {
            let [Item::Word(description), value, Item::Value(size)] = *segment else { return None };
            let Description { kind, flags, unit, .. } = Description::<SegmentKind>::decode(description);
            match (kind, value) {
                (SegmentKind::Append | SegmentKind::PrivateAppend, Item::Value(start)) if place == 0 => {
                    (created.start, created.how, created.unit) = (start, kind, unit);
                }
                (SegmentKind::Integer, Item::Value(_)) => {
                    let bits = u64::from(unit).checked_mul(small(size)?)?;
                    created.group.field(FieldKind::Integer, flags, bits, value)?;
                }
                (SegmentKind::String, Item::To(Target::Bytes(offset))) => {
                    let bytes = strings.get(offset as usize..)?.get(..usize::try_from(small(size)?).ok()?)?;
                    created.group.string(bytes)?;
                }
                _ => return None,
            }
        }
        (created.group.total > 0).then_some(created)
    }
}

impl Group {
    fn field(&mut self, kind: FieldKind, flags: u8, bits: u64, operand: Item) -> Option<()> {
        let bits_max = self.room();
        self.add(kind, flags, bits, bits_max, operand).then_some(())
    }

    fn string(&mut self, bytes: &[u8]) -> Option<()> {
        if bytes.len() > 8 {
            return None;
        }
        let number = bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
        self.field(FieldKind::Equal, 0, bytes.len() as u64 * 8, Item::Word(number))
    }
}

/// The constant that a size is.
fn small(size: Value) -> Option<u64> {
    match size {
        Value::Constant(word) if word.is_small() => u64::try_from(word.small_value()).ok(),
        _ => None,
    }
}
