//! Lowered code as text, one instruction a line.

use std::fmt::Write;

use purlin_heap::word::Word;
use purlin_isa::bits::{Description, FieldKind, SegmentKind};
use purlin_isa::{Fixed, Form, Names, Specific};

use super::{Lowered, Symbols, Target};

/// The instruction of this index as text: name, varied operands, fixed operands by name, list. `code` must have been
/// lowered with these symbols.
#[must_use]
pub fn show(code: &Lowered, index: usize, symbols: &Symbols<'_>) -> String {
    let placed = code.instructions[index];
    let extent = code.extent(index);
    let bytes = code.words[extent.clone()].iter().flat_map(|word| word.to_ne_bytes()).collect();
    let mut shower =
        Shower { code, symbols, bytes, at: 8, start: extent.start, out: placed.op.signature().text.into() };
    for (place, form) in placed.forms().iter().enumerate() {
        shower.out.push_str(if place == 0 { " " } else { ", " });
        shower.varied(*form);
    }
    for (place, (name, kind)) in placed.op.signature().fixed.iter().enumerate() {
        let separator = if place == 0 && placed.forms().is_empty() { " " } else { ", " };
        shower.out.push_str(separator);
        shower.fixed(name, *kind);
    }
    if placed.op.signature().list {
        shower.at = placed.op.size(placed.forms());
        shower.list(placed.op);
    }
    shower.out
}

struct Shower<'a> {
    code: &'a Lowered,
    symbols: &'a Symbols<'a>,
    /// The instruction's own bytes.
    bytes: Vec<u8>,
    /// What is read next.
    at: usize,
    /// The instruction's first word.
    start: usize,
    out: String,
}

impl Shower<'_> {
    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        self.out.write_fmt(text).unwrap_or_else(|_| unreachable!("writing to a string cannot fail"));
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let bytes = &self.bytes[self.at..self.at + N];
        self.at += N;
        bytes.try_into().unwrap_or_else(|_| unreachable!("a slice of that length"))
    }

    fn word(&mut self) -> u64 {
        u64::from_ne_bytes(self.take())
    }

    fn varied(&mut self, form: Form) {
        match form {
            Form::X0 => self.write(format_args!("x0")),
            Form::X => {
                let number = u16::from_ne_bytes(self.take());
                self.write(format_args!("x{number}"));
            }
            Form::Y => {
                let number = u16::from_ne_bytes(self.take());
                self.write(format_args!("y{number}"));
            }
            Form::I => {
                let word = i32::from_ne_bytes(self.take());
                self.any(i64::from(word).cast_unsigned());
            }
            Form::C | Form::A => {
                let word = self.word();
                self.any(word);
            }
            Form::SN => {
                let words = u16::from_ne_bytes(self.take());
                self.write(format_args!("frame {words}"));
            }
            _ => self.write(format_args!("frame {}", form as u8 - Form::S0 as u8)),
        }
    }

    /// A word of form `A`.
    fn any(&mut self, word: u64) {
        let term = Word(word);
        if term.is_header() {
            let file = if word & 8 == 0 { 'x' } else { 'y' };
            self.write(format_args!("{file}{}", word >> 4));
        } else {
            self.out.push_str(&self.symbols.text(term));
        }
    }

    fn fixed(&mut self, name: &str, kind: Fixed) {
        match kind {
            Fixed::U16 => {
                let number = u16::from_ne_bytes(self.take());
                self.write(format_args!("{name} {number}"));
            }
            Fixed::U32 => {
                let number = u32::from_ne_bytes(self.take());
                self.write(format_args!("{name} {number}"));
            }
            Fixed::Label => {
                self.write(format_args!("{name} "));
                self.label();
            }
            Fixed::Code | Fixed::Pointer => {
                self.write(format_args!("{name} "));
                self.pointer();
            }
        }
    }

    fn label(&mut self) {
        match i32::from_ne_bytes(self.take()) {
            0 => self.out.push_str("raise"),
            distance => {
                let word = (self.start as i64 * 8 + i64::from(distance)) / 8;
                self.write(format_args!("@{word}"));
            }
        }
    }

    /// A word that is filled in when the module is linked, or stands already.
    fn pointer(&mut self) {
        let byte = (self.start * 8 + self.at) as u32;
        let word = self.word();
        let relocations = &self.code.relocations;
        let Ok(found) = relocations.binary_search_by_key(&byte, |relocation| relocation.byte) else {
            return self.any(word);
        };
        let module = self.symbols.module();
        match relocations[found].target {
            Target::Code(word) => self.write(format_args!("@{word}")),
            Target::Export(import) => self.write(format_args!("{}", module.import(import))),
            Target::Lambda(lambda) => self.write(format_args!("fun#{lambda}")),
            Target::Function(function) | Target::Native(function) => {
                let function = &module.functions()[function as usize];
                self.write(format_args!("{}/{}", Names::atom(module, function.name), function.arity));
            }
            Target::Bytes(offset) => self.write(format_args!("bytes {offset}")),
            Target::Count(cell) => self.write(format_args!("{cell}")),
        }
    }

    fn list(&mut self, op: Specific) {
        self.out.push_str(" [");
        let words = (self.bytes.len() - self.at) / 8;
        match op {
            Specific::SelectLinear
            | Specific::SelectHashed
            | Specific::SelectGeneric
            | Specific::SelectArity => {
                self.select();
            }
            Specific::SelectDense => self.labels(words * 2),
            Specific::CreateBinary => (0..words / 3).for_each(|place| self.segment(place)),
            Specific::MatchFields | Specific::CreateFields => {
                (0..words / 2).for_each(|place| self.field(place))
            }
            _ => {
                for place in 0..words {
                    self.out.push_str(if place == 0 { "" } else { ", " });
                    let word = self.word();
                    self.any(word);
                }
            }
        }
        self.out.push(']');
    }

    /// Values, then as many labels.
    fn select(&mut self) {
        let words = (self.bytes.len() - self.at) / 8;
        // The labels take half a word each, rounded up.
        let count = words * 2 / 3;
        let mut labels = self.at + count * 8;
        for _ in 0..count {
            let word = Word(self.word());
            if word == Word::HOLE {
                labels += 4;
                continue;
            }
            self.out.push_str(if self.out.ends_with('[') { "" } else { ", " });
            match word.is_header() {
                true => self.write(format_args!("{}", word.header_size())),
                false => self.any(word.0),
            }
            self.out.push_str(" -> ");
            std::mem::swap(&mut self.at, &mut labels);
            self.label();
            std::mem::swap(&mut self.at, &mut labels);
        }
    }

    fn labels(&mut self, count: usize) {
        for place in 0..count {
            // The second half of the last word may be padding.
            if self.bytes[self.at..self.at + 4] == [0; 4] {
                return;
            }
            self.out.push_str(if place == 0 { "" } else { ", " });
            self.label();
        }
    }

    fn segment(&mut self, place: usize) {
        let Description { kind, flags, unit, .. } = Description::<SegmentKind>::decode(self.word());
        self.out.push_str(if place == 0 { "" } else { ", " });
        self.write(format_args!("{kind:?} "));
        self.pointer();
        self.out.push_str(" size ");
        let size = self.word();
        self.any(size);
        self.write(format_args!(" unit {unit} flags {flags}"));
    }

    fn field(&mut self, place: usize) {
        let Description { kind, flags, unit, place: start } = Description::<FieldKind>::decode(self.word());
        let operand = self.word();
        self.out.push_str(if place == 0 { "" } else { ", " });
        self.write(format_args!("{kind:?} at {start} size {unit} flags {flags} "));
        match kind {
            FieldKind::Equal => self.write(format_args!("{operand}")),
            FieldKind::Integer => self.any(operand),
        }
    }
}
