//! `erlang:phash2/1,2`: the same numbers as Erlang/OTP gives, because programs store and exchange them.
//!
//! The function and its constants are OTP's (`make_hash2` in erts, on Bob Jenkins' mix of 1996); a test compares
//! the results. The pairs of a map are hashed one by one and combined without regard to their order.

use crate::atoms::{Atom, AtomTable};
use crate::big::Integer;
use crate::bits::Bits;
use crate::layout::Kind;
use crate::map::Map;
use crate::order::identities::reference_words;
use crate::pace::{self, Steps};
use crate::term::{Boxed, Cons, Fun, Term, View};
use crate::worklist::Worklist;

/// The golden ratio, of which each kind of term takes a multiple.
const fn constant(multiple: u32) -> u32 {
    0x9e37_79b9_u32.wrapping_mul(multiple)
}

const SMALL: u32 = constant(1);
const NIL: u32 = constant(2);
const ATOM: u32 = constant(3);
const STRING: u32 = constant(4);
const PID: u32 = constant(5);
const PORT: u32 = constant(6);
const REFERENCE: u32 = constant(7);
const TUPLE: u32 = constant(9);
const NEGATIVE: u32 = constant(10);
const POSITIVE: u32 = constant(11);
const FLOAT: u32 = constant(12);
const BINARY: u32 = constant(13);
const EXPORT: u32 = constant(14);
const LAST_BITS: u32 = constant(15);
const MAP: u32 = constant(16);
const MAP_PAIRS: u32 = constant(19);
const RECORD: u32 = constant(23);

/// Integers of so many bits are hashed as small ones.
const SMALL_LIMIT: i64 = 1 << 27;
/// The hash of the empty list when nothing was hashed before.
const NIL_ALONE: u32 = 3_468_870_702;
/// Stands for the empty list otherwise.
const NIL_NUMBER: u32 = 2;

/// All 32 bits; `phash2/1` takes the lowest 27, `phash2/2` the remainder by its range.
pub fn phash2(term: Term<'_>, atoms: &AtomTable) -> u32 {
    Hasher { atoms, hash: 0, pairs: 0, todo: Worklist::new(), steps: Steps::new() }.run(term)
}

/// The result of `phash2/1`.
pub fn phash2_27(term: Term<'_>, atoms: &AtomTable) -> u32 {
    phash2(term, atoms) & ((1 << 27) - 1)
}

#[derive(Clone, Copy)]
enum Todo<'h> {
    Term(Term<'h>),
    Slice(&'h [Term<'h>]),
    /// A key and its value have been hashed.
    Pair,
    /// All pairs of a map have: the hash and the combined pairs from before.
    MapEnd(u32, u32),
}

struct Hasher<'h, 'a> {
    atoms: &'a AtomTable,
    hash: u32,
    pairs: u32,
    todo: Worklist<Todo<'h>, 12>,
    steps: Steps,
}

impl<'h> Hasher<'h, '_> {
    fn run(mut self, term: Term<'h>) -> u32 {
        self.term(term);
        while let Some(todo) = self.todo.pop() {
            self.steps.step();
            match todo {
                Todo::Term(term) => self.term(term),
                Todo::Slice([]) => {}
                Todo::Slice([first, rest @ ..]) => {
                    self.todo.push(Todo::Slice(rest));
                    self.term(*first);
                }
                Todo::Pair => {
                    self.pairs ^= self.hash;
                    self.hash = 0;
                }
                Todo::MapEnd(hash, pairs) => {
                    self.hash = hash;
                    self.mix(self.pairs, MAP_PAIRS);
                    self.pairs = pairs;
                }
            }
        }
        self.steps.end();
        self.hash
    }

    fn mix(&mut self, value: u32, constant: u32) {
        self.mix_two(value, 0, constant);
    }

    fn mix_two(&mut self, a: u32, b: u32, constant: u32) {
        self.hash = jenkins(constant.wrapping_add(a), constant.wrapping_add(b), self.hash).2;
    }

    /// Hashes what a term holds itself and puts off its parts.
    fn term(&mut self, term: Term<'h>) {
        match term.view() {
            View::Small(value) if (-SMALL_LIMIT..SMALL_LIMIT).contains(&value) => {
                if value < 0 {
                    self.mix(value.unsigned_abs() as u32, SMALL);
                }
                self.mix(value as u32, SMALL);
            }
            View::Small(_) | View::Big(_) => self.integer(term),
            View::Float(value) => {
                // Both zeros are hashed alike.
                let bits = if value == 0.0 { 0 } else { value.to_bits() };
                self.mix_two((bits >> 32) as u32, bits as u32, FLOAT);
            }
            View::Atom(atom) if self.hash == 0 => self.hash = atom_hash(self.atoms.name(atom)),
            View::Atom(atom) => self.mix(atom_hash(self.atoms.name(atom)), ATOM),
            View::Nil if self.hash == 0 => self.hash = NIL_ALONE,
            View::Nil => self.mix(NIL_NUMBER, NIL),
            View::Cons(cons) => self.list(cons),
            View::Tuple(tuple) => {
                self.mix(tuple.arity() as u32, TUPLE);
                self.todo.push(Todo::Slice(tuple.elements()));
            }
            View::Record(record) => {
                let definition = phash2(record.definition(), self.atoms);
                self.mix_two(record.values().len() as u32, definition, RECORD);
                self.todo.push(Todo::Slice(record.values()));
            }
            View::Map(object) => self.map(Map::of_object(object).expect("a map")),
            View::Bits(object) => self.bits(Bits::of_object(object).expect("a bit string")),
            View::Fun(fun) => self.fun(fun),
            View::Export(name) => {
                self.mix_two(name.arity, self.name_hash(name.module), SMALL);
                self.mix(self.name_hash(name.function), EXPORT);
            }
            View::Pid(pid) => self.mix(pid.number(), PID),
            View::Port(port) => self.mix_two(port.0 as u32, (port.0 >> 32) as u32, PORT),
            View::Reference(object) => self.mix(reference_words(object.raw(1))[0], REFERENCE),
            View::External(object) => self.external(object),
            View::MatchContext(_) => unreachable!("a context is no value"),
        }
    }

    fn name_hash(&self, atom: Atom) -> u32 {
        atom_hash(self.atoms.name(atom))
    }

    fn integer(&mut self, term: Term<'_>) {
        let value = Integer::of(term).expect("an integer");
        let constant = if value.negative { NEGATIVE } else { POSITIVE };
        for &limb in value.limbs() {
            self.mix_two(limb as u32, (limb >> 32) as u32, constant);
        }
    }

    /// Bytes at the front are hashed four at a time.
    fn list(&mut self, mut cons: Cons<'h>) {
        let (mut count, mut bytes) = (0, 0u32);
        let rest = loop {
            let Some(byte) = cons.head().as_small().and_then(|value| u8::try_from(value).ok()) else {
                self.todo.push(Todo::Term(cons.tail()));
                break cons.head();
            };
            bytes = bytes << 8 | u32::from(byte);
            count += 1;
            if count == 4 {
                self.steps.step();
                self.mix(bytes, STRING);
                (count, bytes) = (0, 0);
            }
            match cons.tail().as_cons() {
                Some(next) => cons = next,
                None => break cons.tail(),
            }
        };
        if count > 0 {
            self.mix(bytes, STRING);
        }
        self.todo.push(Todo::Term(rest));
    }

    fn map(&mut self, map: Map<'h>) {
        self.mix(map.size() as u32, MAP);
        if map.size() == 0 {
            return;
        }
        self.todo.push(Todo::MapEnd(self.hash, self.pairs));
        for (key, value) in pace::paced(map.entries(), 8) {
            self.todo.push(Todo::Pair);
            self.todo.push(Todo::Term(value));
            self.todo.push(Todo::Term(key));
        }
        (self.hash, self.pairs) = (0, 0);
    }

    fn fun(&mut self, fun: Fun<'h>) {
        let entry = fun.entry();
        self.mix_two(fun.free().len() as u32, self.name_hash(entry.module), SMALL);
        self.mix_two(entry.index, entry.old_uniq, SMALL);
        self.todo.push(Todo::Slice(fun.free()));
    }

    fn external(&mut self, object: Boxed<'_>) {
        let first = object.raw(3);
        match object.kind() {
            Kind::ExternalPid => self.mix(first as u32, PID),
            Kind::ExternalPort => self.mix_two(first as u32, (first >> 32) as u32, PORT),
            _ => self.mix(first as u32, REFERENCE),
        }
    }

    fn bits(&mut self, bits: Bits<'_>) {
        let start = BINARY.wrapping_add(self.hash);
        if bits.bit_size() == 0 {
            self.hash = start;
            return;
        }
        let (whole, last) = (bits.bit_size() / 8, bits.bit_size() % 8);
        self.hash = match bits.slice(0, whole * 8).and_then(Bits::as_bytes) {
            Some(bytes) => block_hash(bytes.iter().copied(), whole, start),
            None => block_hash(bits.bytes().take(whole), whole, start),
        };
        if last > 0 {
            self.mix_two(last as u32, u32::from(bits.byte(whole) >> (8 - last)), LAST_BITS);
        }
    }
}

/// Bob Jenkins' mix of three words.
fn jenkins(mut a: u32, mut b: u32, mut c: u32) -> (u32, u32, u32) {
    let mut step = |right: [u32; 2], left: u32| {
        a = a.wrapping_sub(b).wrapping_sub(c) ^ c >> right[0];
        b = b.wrapping_sub(c).wrapping_sub(a) ^ a << left;
        c = c.wrapping_sub(a).wrapping_sub(b) ^ b >> right[1];
    };
    step([13, 13], 8);
    step([12, 5], 16);
    step([3, 15], 10);
    (a, b, c)
}

/// The hash of some bytes, twelve at a time.
fn block_hash(bytes: impl Iterator<Item = u8>, length: usize, start: u32) -> u32 {
    let (mut a, mut b, mut c) = (SMALL, SMALL, start);
    let mut chunk = [0; 12];
    let mut filled = 0;
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0u32, |word, &byte| word << 8 | u32::from(byte));
    for byte in pace::paced(bytes, 1) {
        chunk[filled] = byte;
        filled += 1;
        if filled == 12 {
            let add = |to: u32, at: usize| to.wrapping_add(word(&chunk[at..at + 4]));
            (a, b, c) = jenkins(add(a, 0), add(b, 4), add(c, 8));
            (chunk, filled) = ([0; 12], 0);
        }
    }
    // The lowest byte of the third word is kept for the length.
    let c = c.wrapping_add(length as u32).wrapping_add(word(&chunk[8..11]) << 8);
    jenkins(a.wrapping_add(word(&chunk[0..4])), b.wrapping_add(word(&chunk[4..8])), c).2
}

/// The hash of an atom's name, as of P. J. Weinberger. Characters of Latin-1 count as one byte.
pub fn atom_hash(name: &str) -> u32 {
    let mut hash = 0u32;
    let mut add = |byte: u8| {
        hash = (hash << 4).wrapping_add(byte.into());
        let high = hash & 0xf000_0000;
        hash ^= high >> 24 ^ high;
    };
    for character in name.chars() {
        match u8::try_from(u32::from(character)) {
            Ok(latin1) => add(latin1),
            Err(_) => character.encode_utf8(&mut [0; 4]).bytes().for_each(&mut add),
        }
    }
    hash
}
