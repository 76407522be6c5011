//! Tests of order, equality and hash, which must agree with each other.

use super::*;
use crate::Scratch;
use crate::build::Build;
use crate::equal::{self, Equality};
use crate::hash::internal;
use crate::map::Map;
use crate::testing::{Random, Terms, deep};

fn terms<'h>(seed: u64, count: usize, atoms: &AtomTable, build: &'h Scratch) -> Vec<Term<'h>> {
    let mut terms = Terms { random: Random(seed), atoms, build, identities: true, two_zeros: true };
    (0..count).map(|_| terms.term(3)).collect()
}

#[test]
fn exact_order_equality_and_hash_agree() {
    let (atoms, build) = (AtomTable::new(10_000), Scratch::new());
    let (one, two) = (terms(1, 300, &atoms, &build), terms(1, 300, &atoms, &build));
    for (i, &a) in one.iter().enumerate() {
        for (j, &b) in two.iter().enumerate() {
            let (order, same) = (compare_exact(a, b, &atoms), equal::exact(a, b));
            assert_eq!(order.is_eq(), same, "{i} {j}");
            assert!(i != j || same);
            assert!(!same || internal(a) == internal(b), "{i} {j}");
            assert_eq!(order.reverse(), compare_exact(b, a, &atoms));
            assert_eq!(compare(a, b, &atoms).is_eq(), equal::by_value(a, b), "{i} {j}");
            // What small terms take a short cut to, the full walk finds too.
            for exact in [false, true] {
                let shortcut = if exact { order } else { compare(a, b, &atoms) };
                assert_eq!(Comparison::new(a, b, exact, &atoms).run(&mut 1_000_000), Some(shortcut));
                assert_eq!(Equality::new(a, b, exact).run(&mut 1_000_000), Some(shortcut.is_eq()));
            }
        }
    }
}

#[test]
fn the_order_is_total() {
    let (atoms, build) = (AtomTable::new(10_000), Scratch::new());
    for exact in [false, true] {
        let mut all = terms(7, 400, &atoms, &build);
        let order = |a: Term<'_>, b: Term<'_>| {
            if exact { compare_exact(a, b, &atoms) } else { compare(a, b, &atoms) }
        };
        all.sort_by(|&a, &b| order(a, b));
        for (i, &a) in all.iter().enumerate() {
            assert!(all[i..].iter().all(|&b| order(a, b).is_le()), "{i} {exact}");
        }
    }
}

#[test]
fn types_are_ordered() {
    let (atoms, build) = (AtomTable::new(10_000), Scratch::new());
    let in_order = [
        Term::small(1),
        Term::atom(crate::am::ok),
        build.reference(1, None),
        Term::port(crate::Port(9)),
        Term::pid(crate::Pid(3)),
        build.tuple(&[]),
        Map::empty(&build).as_term(),
        Term::NIL,
        build.list(&[Term::NIL]),
        build.object(crate::layout::Kind::HeapBits, &[0], &[]),
    ];
    assert!(in_order.windows(2).all(|w| compare(w[0], w[1], &atoms).is_lt()));
}

#[test]
fn integers_and_floats_compare_without_loss() {
    let (atoms, build) = (AtomTable::new(10_000), Scratch::new());
    let cases: [(i64, f64, Ordering); 6] = [
        (9007199254740993, 9007199254740992.0, Ordering::Greater),
        (1 << 60, 1152921504606846976.0, Ordering::Equal),
        ((1 << 60) + 1, 1152921504606846976.0, Ordering::Greater),
        (i64::MIN, -9223372036854775808.0, Ordering::Equal),
        (-3, -2.5, Ordering::Less),
        (0, -0.0, Ordering::Equal),
    ];
    for (integer, float, expected) in cases {
        let (integer, float) = (build.integer(integer), build.float(float));
        assert_eq!(compare(integer, float, &atoms), expected);
        assert_eq!(compare(float, integer, &atoms), expected.reverse());
        assert_eq!(compare_exact(integer, float, &atoms), Ordering::Less);
    }
    assert!(!equal::exact(build.float(0.0), build.float(-0.0)));
    assert!(equal::by_value(build.float(0.0), build.float(-0.0)));
}

#[test]
fn depth_takes_no_native_stack() {
    let (atoms, build) = (AtomTable::new(10_000), Scratch::new());
    let [a, b, c] = [1, 1, 2].map(|n| deep(1_000_000, Term::small(n), &build));
    assert!(equal::exact(a, b) && !equal::exact(a, c));
    assert_eq!((compare(a, b, &atoms), compare(a, c, &atoms)), (Ordering::Equal, Ordering::Less));
    assert_eq!(internal(a), internal(b));
    // Each of two keys of a map is such a map again.
    let nest = |n| {
        (0..10_000).fold(Term::small(n), |term, _| {
            Map::from_pairs(&[(build.tuple(&[term]), Term::NIL)], &atoms, &build).as_term()
        })
    };
    let [a, b, c] = [1, 1, 2].map(nest);
    assert!(equal::exact(a, b) && compare(a, c, &atoms).is_lt() && internal(a) == internal(b));
}

#[test]
fn comparing_can_stop_and_go_on() {
    let (atoms, build) = (AtomTable::new(10_000), Scratch::new());
    let [a, b] = [0, 1].map(|last| {
        let numbers: Vec<Term<'_>> = (0..1000).map(|i| build.tuple(&[Term::small(i / 999 * last)])).collect();
        build.list(&numbers)
    });
    let (mut comparison, mut equality) = (Comparison::new(a, b, true, &atoms), Equality::new(a, b, true));
    let mut turns = (0, 0);
    let order = loop {
        turns.0 += 1;
        if let Some(order) = comparison.run(&mut 10) {
            break order;
        }
    };
    let equal = loop {
        turns.1 += 1;
        if let Some(equal) = equality.run(&mut 10) {
            break equal;
        }
    };
    assert!(order.is_lt() && !equal && turns.0 >= 100 && turns.1 >= 100, "{turns:?}");
}
