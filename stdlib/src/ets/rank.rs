//! A number for each term that puts most terms into the order of terms by itself: of two terms the smaller never has the
//! larger rank. Only where ranks are the same do the terms have to be looked at.

use purlin_heap::bits::Bits;
use purlin_heap::{AtomTable, Term, Tuple, View, layout, order};

/// Bits for the type of a term, which decides first.
const TYPE_BITS: u32 = 4;
/// Bits for the size of a tuple, which decides next.
const ARITY_BITS: u32 = 12;
/// What is within a term has no rank in fewer bits.
const BITS_MIN: u32 = 16;

/// The rank of a term.
pub(super) fn rank(term: Term<'_>, atoms: &AtomTable) -> u64 {
    match term.as_small() {
        Some(value) => of_integer(value, 64 - TYPE_BITS),
        None => within(term, 64, atoms),
    }
}

/// The rank in so many bits. What a tuple or list begins with is ranked in fewer, so this does not go deep.
fn within(term: Term<'_>, bits: u32, atoms: &AtomTable) -> u64 {
    if bits < BITS_MIN {
        return 0;
    }
    let (view, rest) = (term.view(), bits - TYPE_BITS);
    let rank = match view {
        View::Small(value) => of_integer(value, rest),
        View::Big(object) if object.kind() == layout::Kind::BigNegative => 0,
        View::Big(_) => largest(rest),
        View::Float(value) => of_float(value, rest),
        View::Atom(atom) => of_bytes(atoms.name(atom).bytes(), rest),
        View::Tuple(tuple) => of_tuple(tuple, rest, atoms),
        View::Cons(cell) => within(cell.head(), rest, atoms),
        View::Bits(_) => Bits::of(term).map_or(0, |bits| of_bytes(bits.bytes(), rest)),
        _ => 0,
    };
    u64::from(order::rank(&view)) << rest | rank
}

/// The largest number of so many bits.
const fn largest(bits: u32) -> u64 {
    (1 << bits) - 1
}

/// What does not fit is the least or the largest.
fn of_integer(value: i64, bits: u32) -> u64 {
    let half = 1_i64 << (bits - 1);
    (value.clamp(-half, half - 1) + half) as u64
}

/// As the integer below it, so that it stands where that does.
fn of_float(value: f64, bits: u32) -> u64 {
    // A cast takes the nearest that there is.
    of_integer(value.floor() as i64, bits)
}

/// The first bytes; the rest counts as zeros, which nothing comes before.
fn of_bytes(bytes: impl Iterator<Item = u8>, bits: u32) -> u64 {
    let count = bits / 8;
    let first = bytes.chain(std::iter::repeat(0)).take(count as usize);
    first.fold(0, |sum, byte| sum << 8 | u64::from(byte)) << (bits % 8)
}

/// Size, then the first element. Large tuples are told apart by neither.
fn of_tuple(tuple: Tuple<'_>, bits: u32, atoms: &AtomTable) -> u64 {
    let rest = bits.saturating_sub(ARITY_BITS);
    let arity = tuple.arity() as u64;
    match tuple.elements().first() {
        _ if bits < ARITY_BITS => 0,
        _ if arity >= largest(ARITY_BITS) => largest(ARITY_BITS) << rest,
        Some(&first) => arity << rest | within(first, rest, atoms),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purlin_heap::{Build, Scratch};

    /// Terms that stand near each other in the order, and far from each other.
    fn terms<'h>(heap: &'h Scratch, atoms: &AtomTable) -> Vec<Term<'h>> {
        let atom = |name| Term::atom(atoms.intern(name).expect("there is room"));
        let integers = [0, 1, -1, 2, 1 << 59, (1 << 59) - 1, -(1 << 59), -(1 << 59) - 1, i64::MAX, i64::MIN];
        let mut terms: Vec<_> = integers.into_iter().map(|value| heap.integer(value)).collect();
        terms.extend(
            [0.0, -0.0, 0.5, -0.5, 1.0, 1.5, 1e18, 5.8e17, -1e300, 1e300].map(|value| heap.float(value)),
        );
        terms.extend(["", "a", "a\0", "aaaaaaaa", "aaaaaaab", "é", "z"].map(atom));
        terms.extend(
            [&b""[..], b"\0", b"a", b"a\0", b"abcdefgh", b"abcdefgi", b"\xff"]
                .map(|bytes| purlin_heap::bits::binary(bytes, heap)),
        );
        let simple = terms.clone();
        for &first in &simple {
            terms.extend([heap.tuple(&[first]), heap.tuple(&[first, first]), heap.cons(first, Term::NIL)]);
            terms.push(heap.tuple(&[heap.tuple(&[first]), first]));
            terms.push(heap.cons(heap.cons(first, Term::NIL), first));
        }
        terms.extend([
            Term::NIL,
            heap.tuple(&[]),
            heap.tuple(&[Term::NIL; 5000]),
            heap.tuple(&[atom("z"); 4095]),
        ]);
        terms
    }

    #[test]
    fn the_smaller_term_never_has_the_larger_rank() {
        let (heap, atoms) = (Scratch::new(), AtomTable::new(100_000));
        let terms = terms(&heap, &atoms);
        for &a in &terms {
            for &b in &terms {
                let (by_rank, by_term) =
                    (rank(a, &atoms).cmp(&rank(b, &atoms)), order::compare(a, b, &atoms));
                assert!(by_rank.is_eq() || by_rank == by_term, "{by_rank:?} {by_term:?}");
            }
        }
    }
}
