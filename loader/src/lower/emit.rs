//! Writes specific instructions: chooses the form of each operand and lays it out as the table says. No
//! instruction has a layout of its own here.

use purlin_heap::word::Word;
use purlin_isa::{Fixed, Form, Label, Register, Specific, encode_register};

use super::error::LowerFault;
use super::{Lowered, Placed, Relocation, Target};

/// A varied operand, before its form is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A register or slot.
    Register(Register),
    /// A constant term.
    Constant(Word),
    /// The size of a frame.
    Frame(u32),
}

impl Value {
    /// Whether the operand can stand in this form.
    fn fits(self, form: Form) -> bool {
        match (self, form) {
            (Value::Register(_) | Value::Constant(_), Form::A) | (Value::Constant(_), Form::C) => true,
            (Value::Register(Register::X(number)), Form::X0) => number == 0,
            (Value::Register(Register::X(number)), Form::X) => number != 0,
            (Value::Register(Register::Y(_)), Form::Y) => true,
            // Pointers to literals always stand in whole words, where one can find them.
            (Value::Constant(word), Form::I) => {
                !word.is_pointer() && i32::try_from(word.0.cast_signed()).is_ok()
            }
            (Value::Frame(words), Form::SN) => words <= u16::MAX.into(),
            (Value::Frame(words), _) => (Form::S0 as u32..=Form::S8 as u32)
                .contains(&(form as u32))
                .then(|| form as u32 - Form::S0 as u32)
                .is_some_and(|fixed| fixed == words),
            _ => false,
        }
    }

    /// The operand as form `A` writes it.
    fn any(self) -> u64 {
        match self {
            Value::Register(Register::X(number)) => encode_register(false, number),
            Value::Register(Register::Y(number)) => encode_register(true, number),
            Value::Constant(word) => word.0,
            Value::Frame(_) => unreachable!("no instruction has a frame size of form A"),
        }
    }

    /// The bytes of the operand in a form that it fits.
    fn write(self, form: Form, out: &mut Vec<u8>) {
        match (form, self) {
            (Form::X | Form::Y, Value::Register(Register::X(number) | Register::Y(number))) => {
                out.extend(number.to_ne_bytes());
            }
            (Form::I, Value::Constant(word)) => out.extend((word.0 as u32).to_ne_bytes()),
            (Form::SN, Value::Frame(words)) => out.extend((words as u16).to_ne_bytes()),
            (Form::C | Form::A, value) => out.extend(value.any().to_ne_bytes()),
            _ => {}
        }
    }
}

impl From<Register> for Value {
    fn from(register: Register) -> Value {
        Value::Register(register)
    }
}

/// A fixed operand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field {
    /// A number of two or four bytes.
    Number(u32),
    /// A place in the same function, or none.
    Label(Option<Label>),
    /// The absolute address of a label.
    Code(Label),
    /// An address that is known when the module is linked.
    To(Target),
    /// A whole word.
    Word(u64),
}

/// A word of an instruction's list.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    /// An operand of form `A`.
    Value(Value),
    /// A word as it is.
    Word(u64),
    /// An address that is known when the module is linked.
    To(Target),
}

/// A field that waits for a label's place.
struct Patch {
    byte: u32,
    label: Label,
    kind: PatchKind,
}

enum PatchKind {
    /// The distance from the instruction that starts at this byte.
    Distance(u32),
    /// The address.
    Address,
}

/// No word: a label that has no place yet.
const NOWHERE: u32 = u32::MAX;

/// The greatest size of a module's code: distances in bytes fit 32 bits with their sign.
const WORDS_MAX: usize = 1 << 27;

/// Code in the making.
pub(super) struct Emitter {
    pub(super) lowered: Lowered,
    labels: Vec<u32>,
    patches: Vec<Patch>,
    bytes: Vec<u8>,
    counts: bool,
}

impl Emitter {
    pub(super) fn new(labels: usize, counts: bool) -> Emitter {
        Emitter {
            lowered: Lowered::default(),
            labels: vec![NOWHERE; labels],
            patches: Vec::new(),
            bytes: Vec::new(),
            counts,
        }
    }

    /// Where the next instruction will stand.
    pub(super) fn here(&self) -> u32 {
        self.lowered.words.len() as u32 // At most `WORDS_MAX`.
    }

    /// Gives a label its place: here.
    pub(super) fn place(&mut self, label: u32) {
        self.labels[label as usize] = self.here();
    }

    /// Whether a label has its place here.
    pub(super) fn has_label_here(&self) -> bool {
        self.labels.contains(&self.here())
    }

    /// The first form that fits, for each operand; `None` if an operand fits none.
    pub(super) fn choose(op: Specific, values: &[Value]) -> Option<[Form; 4]> {
        let varied = op.signature().varied;
        assert_eq!(varied.len(), values.len(), "operands of {}", op.signature().text);
        let mut forms = [Form::A; 4];
        for ((form, operand), value) in forms.iter_mut().zip(varied).zip(values) {
            *form = *operand.forms.iter().find(|form| value.fits(**form))?;
        }
        Some(forms)
    }

    /// Writes an instruction without a list.
    pub(super) fn emit(
        &mut self,
        op: Specific,
        values: &[Value],
        fields: &[Field],
    ) -> Result<(), LowerFault> {
        self.emit_list(op, values, fields, &[], &[])
    }

    /// Writes an instruction with its list: words, then labels two to a word.
    pub(super) fn emit_list(
        &mut self,
        op: Specific,
        values: &[Value],
        fields: &[Field],
        items: &[Item],
        labels: &[Label],
    ) -> Result<(), LowerFault> {
        let signature = op.signature();
        assert_eq!(signature.fixed.len(), fields.len(), "operands of {}", signature.text);
        assert!(signature.list || items.is_empty() && labels.is_empty(), "{} has no list", signature.text);
        let forms = Emitter::choose(op, values).ok_or(LowerFault::Operand)?;
        if self.counts && op.guesses() {
            let cell = Target::Count(self.lowered.counts.len() as u32);
            self.lowered.counts.push(self.here());
            self.emit(Specific::Count, &[], &[Field::To(cell)])?;
        }
        let start = self.here();
        self.bytes.clear();
        self.bytes.extend([0; 8]);
        for (value, form) in values.iter().zip(forms) {
            value.write(form, &mut self.bytes);
        }
        for ((_, kind), field) in signature.fixed.iter().zip(fields) {
            self.field(start, *kind, *field)?;
        }
        self.pad();
        debug_assert_eq!(self.bytes.len(), op.size(&forms[..values.len()]));
        items.iter().for_each(|item| self.item(start, *item));
        labels.iter().for_each(|label| self.label(start, Some(*label)));
        self.pad();
        self.lowered.instructions.push(Placed { offset: start, op, forms });
        let (words, _) = self.bytes.as_chunks();
        self.lowered.words.extend(words.iter().map(|word| u64::from_ne_bytes(*word)));
        if self.lowered.words.len() > WORDS_MAX { Err(LowerFault::TooLarge) } else { Ok(()) }
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
    }

    /// The byte offset of what is written next, for the instruction that starts at this word.
    fn byte(&self, start: u32) -> u32 {
        start * 8 + self.bytes.len() as u32
    }

    fn field(&mut self, start: u32, kind: Fixed, field: Field) -> Result<(), LowerFault> {
        match (kind, field) {
            (Fixed::U16, Field::Number(number)) => {
                let number = u16::try_from(number).map_err(|_| LowerFault::TooLarge)?;
                self.bytes.extend(number.to_ne_bytes());
            }
            (Fixed::U32, Field::Number(number)) => self.bytes.extend(number.to_ne_bytes()),
            (Fixed::Label, Field::Label(label)) => self.label(start, label),
            (Fixed::Code, Field::Code(label)) => {
                self.patches.push(Patch { byte: self.byte(start), label, kind: PatchKind::Address });
                self.bytes.extend([0; 8]);
            }
            (Fixed::Pointer, Field::To(target)) => self.item(start, Item::To(target)),
            (Fixed::Pointer, Field::Word(word)) => self.bytes.extend(word.to_ne_bytes()),
            _ => unreachable!("field {field:?} for a place of kind {kind:?}"),
        }
        Ok(())
    }

    fn label(&mut self, start: u32, label: Option<Label>) {
        if let Some(label) = label {
            let kind = PatchKind::Distance(start * 8);
            self.patches.push(Patch { byte: self.byte(start), label, kind });
        }
        self.bytes.extend([0; 4]);
    }

    fn item(&mut self, start: u32, item: Item) {
        let word = match item {
            Item::Value(value) => value.any(),
            Item::Word(word) => word,
            Item::To(target) => {
                self.lowered.relocations.push(Relocation { byte: self.byte(start), target });
                0
            }
        };
        self.bytes.extend(word.to_ne_bytes());
    }

    /// Fills in the labels, all of which have their places by now.
    pub(super) fn finish(mut self) -> Lowered {
        for Patch { byte, label, kind } in std::mem::take(&mut self.patches) {
            let target = self.labels[label.0 as usize];
            // The verifier refuses labels that no instruction defines.
            assert_ne!(target, NOWHERE, "label {} has no place", label.0);
            match kind {
                PatchKind::Distance(start) => {
                    let distance = (target * 8).wrapping_sub(start);
                    write_bytes(&mut self.lowered.words, byte as usize, &distance.to_ne_bytes());
                }
                PatchKind::Address => {
                    self.lowered.relocations.push(Relocation { byte, target: Target::Code(target) });
                }
            }
        }
        self.lowered.relocations.sort_by_key(|relocation| relocation.byte);
        self.lowered.labels = self.labels.into();
        self.lowered
    }
}

/// Overwrites bytes of code, which may straddle two words.
pub(super) fn write_bytes(words: &mut [u64], at: usize, bytes: &[u8]) {
    for (index, byte) in (at..).zip(bytes) {
        let mut word = words[index / 8].to_ne_bytes();
        word[index % 8] = *byte;
        words[index / 8] = u64::from_ne_bytes(word);
    }
}
