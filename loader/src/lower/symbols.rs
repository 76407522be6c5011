//! Constants without a machine: for looking at lowered code, and for tests of lowering.

use purlin_heap::Atom;
use purlin_heap::word::{Word, tag};

use super::Constants;
use crate::module::Module;

/// Stands for the constants of a module by their indices: an atom's index in the module is that of the atom, and a
/// literal that does not fit a word is a pointer to its index. Code with such constants can be shown, not run.
pub struct Symbols<'m> {
    module: &'m Module,
    integers: Vec<Box<[u8]>>,
}

impl<'m> Symbols<'m> {
    /// The constants of this module.
    #[must_use]
    pub fn new(module: &'m Module) -> Symbols<'m> {
        Symbols { module, integers: Vec::new() }
    }

    /// The module.
    #[must_use]
    pub fn module(&self) -> &'m Module {
        self.module
    }

    /// A constant as text.
    #[must_use]
    pub fn text(&self, word: Word) -> String {
        if word.is_small() {
            return word.small_value().to_string();
        }
        if word.is_immediate_float() {
            return format!("{:?}", word.float_value());
        }
        if word.is_atom() {
            return purlin_isa::Names::atom(self.module, word.atom_value().0);
        }
        if word == Word::NIL {
            return String::from("[]");
        }
        let index = (word.0 >> 3) as usize;
        match index.checked_sub(self.module.literal_count()).and_then(|index| self.integers.get(index)) {
            Some(bytes) => {
                format!("16#{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
            }
            None => purlin_isa::Names::literal(self.module, index as u32),
        }
    }
}

impl Constants for Symbols<'_> {
    fn atom(&self, index: u32) -> Atom {
        Atom(index)
    }

    fn literal(&self, index: u32) -> Word {
        let float = match self.module.literal(index) {
            [131, 70, bits @ ..] => bits.try_into().ok().map(|bits| f64::from_bits(u64::from_be_bytes(bits))),
            _ => None,
        };
        float.and_then(Word::float).unwrap_or(Word(u64::from(index) << 3 | tag::BOXED))
    }

    /// Shown by its name.
    fn record(&self, index: usize) -> Word {
        Word::atom(Atom(self.module.records()[index].name))
    }

    fn integer(&mut self, bytes: &[u8]) -> Word {
        let index = self.module.literal_count() + self.integers.len();
        self.integers.push(bytes.into());
        Word((index as u64) << 3 | tag::BOXED)
    }
}
