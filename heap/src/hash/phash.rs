//! `erlang:phash/2`: the older hash that programs may have stored. The function and its numbers are OTP's
//! (`make_hash` in erts); a test compares the results.

use super::portable::{atom_hash, phash2};
use crate::atoms::{Atom, AtomTable};
use crate::big::Integer;
use crate::bits::Bits;
use crate::layout::Kind;
use crate::order::identities::reference_words;
use crate::pace::Steps;
use crate::term::{Term, View};

/// The primes by which the hash is multiplied, by the numbers that they have in erts.
const PRIMES: [u32; 16] = [
    0, 268440163, 268439161, 268435459, 268436141, 268438633, 268437017, 268438039, 268437511, 268439627,
    268440479, 268440577, 268440581, 268440593, 268440611, 268440629,
];

/// All 32 bits; `phash/2` gives one more than the remainder by its range.
pub fn phash(term: Term<'_>, atoms: &AtomTable) -> u32 {
    let mut hasher = Hasher { atoms, hash: 0, todo: vec![Todo::Term(term)], steps: Steps::new() };
    while let Some(todo) = hasher.todo.pop() {
        hasher.steps.step();
        match todo {
            Todo::Term(term) => hasher.term(term),
            Todo::Slice([first, rest @ ..]) => hasher.todo.extend([Todo::Slice(rest), Todo::Term(*first)]),
            Todo::Slice([]) => {}
            Todo::Tail(tail) => hasher.tail(tail),
            Todo::Add(prime, number) => hasher.add(prime, number),
            Todo::ListEnd => hasher.add(8, 0),
        }
    }
    hasher.steps.end();
    hasher.hash
}

enum Todo<'h> {
    Term(Term<'h>),
    Slice(&'h [Term<'h>]),
    /// What follows an element of a list.
    Tail(Term<'h>),
    Add(usize, u32),
    ListEnd,
}

struct Hasher<'h, 'a> {
    atoms: &'a AtomTable,
    hash: u32,
    todo: Vec<Todo<'h>>,
    steps: Steps,
}

impl<'h> Hasher<'h, '_> {
    fn add(&mut self, prime: usize, number: u32) {
        self.hash = self.hash.wrapping_mul(PRIMES[prime]).wrapping_add(number);
    }

    fn bytes(&mut self, prime: usize, bytes: impl IntoIterator<Item = u8>) {
        for byte in bytes {
            self.steps.step();
            self.add(prime, byte.into());
        }
    }

    fn name(&mut self, atom: Atom) {
        self.add(1, atom_hash(self.atoms.name(atom)));
    }

    fn term(&mut self, term: Term<'h>) {
        match term.view() {
            View::Small(_) | View::Big(_) => self.integer(term),
            View::Float(value) => {
                let bits = if value == 0.0 { 0 } else { value.to_bits() };
                self.add(6, bits as u32 ^ (bits >> 32) as u32);
            }
            View::Atom(atom) => self.name(atom),
            View::Nil => self.add(3, 1),
            View::Cons(_) => self.tail(term),
            View::Tuple(tuple) => {
                self.todo.push(Todo::Add(9, tuple.arity() as u32));
                self.todo.push(Todo::Slice(tuple.elements()));
            }
            View::Record(record) => {
                self.todo.push(Todo::Add(15, record.values().len() as u32 + 1));
                self.todo.push(Todo::Slice(record.values()));
                self.todo.push(Todo::Term(record.definition()));
            }
            View::Map(_) => {
                let hash = phash2(term, self.atoms);
                self.add(13, PRIMES[14].wrapping_add(hash));
            }
            View::Bits(object) => self.bits(Bits::of_object(object).expect("a bit string")),
            View::Fun(fun) => {
                let entry = fun.entry();
                self.add(10, fun.free().len() as u32);
                self.name(entry.module);
                self.add(2, entry.index);
                self.add(2, entry.old_uniq);
                self.todo.push(Todo::Slice(fun.free()));
            }
            View::Export(name) => {
                self.add(11, name.arity);
                self.name(name.module);
                self.name(name.function);
            }
            _ => self.identity(term),
        }
    }

    /// Bytes of the magnitude, least significant first, at least four.
    fn integer(&mut self, term: Term<'_>) {
        let value = Integer::of(term).expect("an integer");
        let (top, below) = value.limbs().split_last().unwrap_or((&0, &[]));
        below.iter().for_each(|limb| self.bytes(2, limb.to_le_bytes()));
        self.bytes(2, (*top as u32).to_le_bytes());
        if top >> 32 != 0 {
            self.bytes(2, ((top >> 32) as u32).to_le_bytes());
        }
        self.add(if value.negative { 4 } else { 3 }, 0);
    }

    /// Bytes at the front of a list are added without more ado.
    fn tail(&mut self, mut list: Term<'h>) {
        while let Some(cons) = list.as_cons() {
            match cons.head().as_small().and_then(|value| u8::try_from(value).ok()) {
                Some(byte) => {
                    self.steps.step();
                    self.add(2, byte.into());
                }
                None => {
                    self.todo.push(Todo::Tail(cons.tail()));
                    self.todo.push(Todo::Term(cons.head()));
                    return;
                }
            }
            list = cons.tail();
        }
        self.todo.push(Todo::ListEnd);
        self.todo.push(Todo::Term(list));
    }

    fn bits(&mut self, bits: Bits<'_>) {
        let (whole, last) = (bits.bit_size() / 8, bits.bit_size() % 8);
        self.bytes(1, bits.bytes().take(whole));
        if last > 0 {
            self.add(1, u32::from(bits.byte(whole) >> (8 - last)));
            self.add(12, last as u32);
        }
        self.add(4, whole as u32);
    }

    fn identity(&mut self, term: Term<'_>) {
        let (number, primes) = match term.view() {
            View::Pid(pid) => (u64::from(pid.number()), (5, 6)),
            View::Port(port) => (port.0, (9, 10)),
            View::Reference(object) => (reference_words(object.raw(1))[0].into(), (9, 10)),
            View::External(object) if object.kind() == Kind::ExternalPid => {
                (object.raw(3) & 0xffff_ffff, (5, 6))
            }
            View::External(object) => (object.raws().get(2).copied().unwrap_or(0), (9, 10)),
            _ => unreachable!("all other terms have been handled"),
        };
        if number >> 32 != 0 {
            self.bytes(11, ((number >> 32) as u32).to_le_bytes());
        }
        self.bytes(primes.0, (number as u32).to_le_bytes());
        self.add(primes.1, 0);
    }
}
