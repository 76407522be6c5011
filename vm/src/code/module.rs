//! A module that is loaded: its linked code and what belongs to it.

use std::sync::atomic::AtomicU64;

use purlin_heap::word::Word;
use purlin_heap::{Atom, FunEntry, Literals, Mfa, Term};
use purlin_loader::lower::Placed;

/// What the word before a function's entry points at.
pub struct FunctionInfo {
    /// The function's name.
    pub name: Mfa,
    /// Whether it is a native function's own body.
    pub native: bool,
}

/// Where a function of a module stands in its code, in words.
pub struct FunctionPlace {
    /// Its first instruction, the one that reports that no clause matched.
    pub start: u32,
    /// Its entry.
    pub entry: u32,
}

/// What became of the guesses of one instruction.
#[derive(Default)]
pub struct Counter {
    /// How often it ran.
    pub runs: AtomicU64,
    /// How often its guess was wrong, and the general way was taken.
    pub misses: AtomicU64,
    /// How often it was rewritten to another form.
    pub changes: AtomicU64,
}

/// Where a module came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A file of this name; nothing is known when it is empty.
    File(Box<str>),
    /// What `code:load_binary/3` was given for the name of a file: `cover` tells its modules by that.
    Atom(Atom),
}

impl From<&str> for Origin {
    fn from(file: &str) -> Origin {
        Origin::File(file.into())
    }
}

/// A module with its linked code. Lives as long as the machine, for now: code is never purged.
pub struct LoadedModule {
    /// Its name.
    pub name: Atom,
    /// Where it came from.
    pub origin: Origin,
    /// The linked code. Some instructions have a word in which they remember something; all others stay as they are.
    pub code: Box<[AtomicU64]>,
    /// Its functions, in the order of the code.
    pub functions: Box<[FunctionInfo]>,
    /// Their places, in the same order.
    pub places: Box<[FunctionPlace]>,
    /// The exported functions: index of the function.
    pub exports: Box<[u32]>,
    /// From which word on which line holds: word, file index, line; line 0 for none.
    pub lines: Box<[(u32, u32, u32)]>,
    /// The names of source files; the first is the module's own.
    pub files: Box<[Box<str>]>,
    /// What its funs share.
    pub lambdas: Box<[FunEntry]>,
    /// Its literals.
    pub literals: Option<Literals>,
    /// The templates of its native records.
    pub records: Box<[Word]>,
    /// Bytes that instructions compare with.
    pub strings: Box<[u8]>,
    /// MD5 of its code.
    pub md5: [u8; 16],
    /// The instructions as they were linked, in the order of the code.
    pub instructions: Box<[Placed]>,
    /// What the instructions that guess did, where the machine counts: each with the word of its `count`.
    pub counters: Box<[(u32, Counter)]>,
    /// The module's attributes, a term among the literals.
    pub attributes: Option<Word>,
    /// How it was compiled, a term among the literals.
    pub compile: Option<Word>,
}

// SAFETY: a loaded module is constant, but for atomics in its code that instructions change by their own rules.
unsafe impl Sync for LoadedModule {}
// SAFETY: it refers to nothing of the thread that loaded it.
unsafe impl Send for LoadedModule {}

impl LoadedModule {
    /// The module's attributes, as programs see them.
    pub fn attribute_list(&self) -> Term<'_> {
        self.literal(self.attributes)
    }

    /// How it was compiled, as programs see it.
    pub fn compile_list(&self) -> Term<'_> {
        self.literal(self.compile)
    }

    fn literal(&self, word: Option<Word>) -> Term<'_> {
        match (&self.literals, word) {
            // SAFETY: built in this area when the module was linked.
            (Some(literals), Some(word)) => unsafe { literals.term(word) },
            _ => Term::NIL,
        }
    }

    /// Bytes of memory that it takes, without its literals.
    pub fn bytes(&self) -> usize {
        let names: usize = self.files.iter().map(|file| file.len()).sum();
        size_of::<LoadedModule>()
            + size_of_val(&*self.code)
            + size_of_val(&*self.functions)
            + size_of_val(&*self.places)
            + size_of_val(&*self.exports)
            + size_of_val(&*self.lines)
            + size_of_val(&*self.lambdas)
            + size_of_val(&*self.records)
            + size_of_val(&*self.instructions)
            + size_of_val(&*self.counters)
            + size_of_val(&*self.files)
            + self.strings.len()
            + names
    }

    /// The word offset of an address in this module's code.
    pub fn offset_of(&self, address: *const u64) -> Option<u32> {
        let range = self.code.as_ptr_range();
        // The address may point into the middle of a word, as those of stack traces do.
        range.contains(&address.cast()).then(|| ((address as usize - range.start as usize) / 8) as u32)
    }

    /// The function that the word `offset` belongs to.
    pub fn function_at(&self, offset: u32) -> Option<&FunctionInfo> {
        let after = self.places.partition_point(|place| place.start <= offset);
        after.checked_sub(1).map(|index| &self.functions[index])
    }

    /// File and line of the word `offset`.
    pub fn line_at(&self, offset: u32) -> Option<(&str, u32)> {
        let after = self.lines.partition_point(|line| line.0 <= offset);
        let &(_, file, line) = &self.lines[after.checked_sub(1)?];
        (line != 0).then(|| (&*self.files[file as usize], line))
    }

    /// The entry of the function `index`.
    pub fn entry(&self, index: usize) -> *mut u64 {
        self.code[self.places[index].entry as usize].as_ptr()
    }
}
