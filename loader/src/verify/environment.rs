//! What the verifier looks up often about a module: its imports, and the atoms that have a meaning.

use super::natives::{self, Native};
use super::types::{Kinds, Type};
use crate::module::Module;

macro_rules! words {
    ($($variant:ident $text:literal;)+) => {
        /// An atom that instructions give a meaning to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Word { Other, $($variant,)+ }

        fn word(text: &str) -> Word {
            match text { $($text => Word::$variant,)+ _ => Word::Other }
        }
    };
}

words! {
    True "true";
    False "false";
    NoFail "no_fail";
    Resume "resume";
    Safe "safe";
    Unsafe "unsafe";
    All "all";
    Append "append";
    PrivateAppend "private_append";
    Binary "binary";
    Float "float";
    Integer "integer";
    String "string";
    Utf8 "utf8";
    Utf16 "utf16";
    Utf32 "utf32";
    EnsureAtLeast "ensure_at_least";
    EnsureExactly "ensure_exactly";
    Equals "=:=";
    Skip "skip";
    GetTail "get_tail";
}

/// Look-ups about a module.
pub(crate) struct Environment<'a> {
    pub(crate) module: &'a Module,
    words: Vec<Word>,
    natives: Vec<Option<&'static Native>>,
}

impl<'a> Environment<'a> {
    pub(crate) fn new(module: &'a Module) -> Environment<'a> {
        let native = |import: &crate::Import| match module.atom(import.module) {
            "erlang" => natives::find(module.atom(import.function), import.arity),
            _ => None,
        };
        Environment {
            module,
            words: module.atoms.iter().map(|atom| word(atom)).collect(),
            natives: module.imports.iter().map(native).collect(),
        }
    }

    /// The meaning of an atom.
    pub(crate) fn word(&self, atom: u32) -> Word {
        self.words[atom as usize - 1]
    }

    /// What is believed of an import.
    pub(crate) fn native(&self, import: u32) -> Option<&'static Native> {
        self.natives[import as usize]
    }

    /// The type of an atom.
    pub(crate) fn atom_type(&self, atom: u32) -> Type {
        match self.word(atom) {
            Word::True => Type::of(Kinds::TRUE),
            Word::False => Type::of(Kinds::FALSE),
            _ => Type::atom(atom),
        }
    }

    /// The atom as the known first element of a tuple; 0 for those that types do not tell apart by index.
    pub(crate) fn tag(&self, atom: u32) -> u32 {
        match self.word(atom) {
            Word::True | Word::False => 0,
            _ => atom,
        }
    }
}
