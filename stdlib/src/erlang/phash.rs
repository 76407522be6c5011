//! The hash of `phash/2`, as OTP defines it: a polynomial in primes a little above 2^28, a prime for each type.

use purlin_heap::bits::Bits;
use purlin_heap::layout::Kind;
use purlin_heap::{AtomTable, Boxed, Fun, Term, View, big, hash};

const PRIMES: [u32; 14] = [
    268_440_163,
    268_439_161,
    268_435_459,
    268_436_141,
    268_438_633,
    268_437_017,
    268_438_039,
    268_437_511,
    268_439_627,
    268_440_479,
    268_440_577,
    268_440_581,
    268_440_593,
    268_440_611,
];

/// The prime of this number, from 1 on.
const fn prime(number: usize) -> u32 {
    PRIMES[number - 1]
}

/// What is still to be done, the last first.
enum Rest<'h> {
    Term(Term<'h>),
    /// The rest of a list whose first elements are hashed.
    Tail(Term<'h>),
    /// A list is hashed.
    ListEnd,
    /// The elements of a tuple are hashed.
    TupleEnd(u32),
}

struct Hasher<'h, 'a> {
    hash: u32,
    rest: Vec<Rest<'h>>,
    atoms: &'a AtomTable,
}

/// The hash of a term.
pub(super) fn phash(term: Term<'_>, atoms: &AtomTable) -> u32 {
    let mut hasher = Hasher { hash: 0, rest: vec![Rest::Term(term)], atoms };
    while let Some(rest) = hasher.rest.pop() {
        match rest {
            Rest::Term(term) => hasher.term(term),
            Rest::Tail(tail) if tail.as_cons().is_some() => hasher.list(tail),
            Rest::Tail(tail) => hasher.rest.extend([Rest::ListEnd, Rest::Term(tail)]),
            Rest::ListEnd => hasher.scale(8, 0),
            Rest::TupleEnd(arity) => hasher.scale(9, arity),
        }
    }
    hasher.hash
}

impl<'h> Hasher<'h, '_> {
    fn scale(&mut self, by: usize, plus: u32) {
        self.hash = self.hash.wrapping_mul(prime(by)).wrapping_add(plus);
    }

    fn bytes(&mut self, bytes: impl IntoIterator<Item = u8>, by: usize) {
        bytes.into_iter().for_each(|byte| self.scale(by, byte.into()));
    }

    fn name(&mut self, atom: purlin_heap::Atom) {
        self.scale(1, hash::portable::atom_hash(self.atoms.name(atom)));
    }

    fn push_all(&mut self, terms: &[Term<'h>]) {
        self.rest.extend(terms.iter().rev().map(|&term| Rest::Term(term)));
    }

    fn term(&mut self, term: Term<'h>) {
        match term.view() {
            View::Nil => self.scale(3, 1),
            View::Atom(atom) => self.name(atom),
            View::Small(value) => self.magnitude(value < 0, &[value.unsigned_abs()]),
            View::Big(object) => {
                let Some(value) = big::Big::of_object(object) else { unreachable!("a large integer") };
                self.magnitude(value.negative, value.limbs);
            }
            View::Bits(object) => self.bits(object),
            View::Fun(fun) => self.fun(fun),
            View::Export(name) => {
                self.scale(11, name.arity);
                self.name(name.module);
                self.name(name.function);
            }
            View::Pid(pid) => self.number(pid.0 as u32, 5, 6),
            View::Port(port) => self.port(port.0),
            View::Reference(object) => self.number(object.raw(1) as u32, 9, 10),
            View::External(object) => match object.kind() {
                Kind::ExternalPid => self.number(object.raw(3) as u32, 5, 6),
                Kind::ExternalPort => self.port(object.raw(3)),
                _ => self.number(object.raw(3) as u32, 9, 10),
            },
            View::Float(value) => {
                let bits = if value == 0.0 { 0 } else { value.to_bits() };
                self.scale(6, (bits >> 32) as u32 ^ bits as u32);
            }
            View::Cons(_) => self.list(term),
            View::Map(_) => {
                let of_map = hash::portable::phash2(term, self.atoms);
                self.scale(13, prime(14).wrapping_add(of_map));
            }
            View::Tuple(tuple) => {
                self.rest.push(Rest::TupleEnd(tuple.arity() as u32));
                self.push_all(tuple.elements());
            }
            View::MatchContext(_) => unreachable!("no program sees a match context"),
        }
    }

    fn number(&mut self, value: u32, by: usize, then: usize) {
        self.bytes(value.to_le_bytes(), by);
        self.scale(then, 0);
    }

    fn port(&mut self, number: u64) {
        if number >> 32 != 0 {
            self.bytes(((number >> 32) as u32).to_le_bytes(), 11);
        }
        self.number(number as u32, 9, 10);
    }

    /// The upper half of the last limb counts only when there is something in it.
    fn magnitude(&mut self, negative: bool, limbs: &[u64]) {
        let (last, others) = limbs.split_last().expect("a magnitude of at least one limb");
        others.iter().for_each(|limb| self.bytes(limb.to_le_bytes(), 2));
        let length = if last >> 32 == 0 { 4 } else { 8 };
        self.bytes(last.to_le_bytes().into_iter().take(length), 2);
        self.scale(if negative { 4 } else { 3 }, 0);
    }

    fn bits(&mut self, object: Boxed<'h>) {
        let Some(bits) = Bits::of_object(object) else { unreachable!("a bit string") };
        let (whole, left) = (bits.bit_size() / 8, bits.bit_size() % 8);
        self.bytes(bits.bytes().take(whole), 1);
        if left > 0 {
            self.scale(1, u32::from(bits.byte(whole) >> (8 - left)));
            self.scale(12, left as u32);
        }
        self.scale(4, whole as u32);
    }

    fn fun(&mut self, fun: Fun<'h>) {
        let entry = fun.entry();
        self.scale(10, fun.free().len() as u32);
        self.name(entry.module);
        self.scale(2, entry.index);
        self.scale(2, entry.old_uniq);
        self.push_all(fun.free());
    }

    fn list(&mut self, list: Term<'h>) {
        let mut rest = list;
        while let Some(cell) = rest.as_cons() {
            let Some(byte @ 0..=255) = cell.head().as_small() else {
                self.rest.extend([Rest::Tail(cell.tail()), Rest::Term(cell.head())]);
                return;
            };
            self.scale(2, byte as u32);
            rest = cell.tail();
        }
        self.rest.extend([Rest::ListEnd, Rest::Term(rest)]);
    }
}
