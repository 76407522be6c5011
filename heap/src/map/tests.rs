//! Tests against the standard library's map.

use super::*;
use crate::Scratch;
use crate::atoms::AtomTable;
use crate::testing::{Random, Terms};
use std::collections::BTreeMap;

fn small<'h>(n: u64) -> Term<'h> {
    Term::small(n as i64)
}

/// The same entries, found one by one and all in a row, and the form that the size asks for.
fn check(map: Map<'_>, model: &BTreeMap<u64, u64>) {
    assert_eq!(map.size(), model.len());
    assert_eq!(map.flat_parts().is_some(), model.len() <= FLAT_SIZE_MAX);
    for (&key, &value) in model {
        assert!(map.get(small(key)).is_some_and(|v| v.is_same(small(value))));
    }
    let mut entries: Vec<_> =
        map.entries().map(|(k, v)| (k.as_small().unwrap() as u64, v.as_small().unwrap() as u64)).collect();
    entries.sort_unstable();
    assert!(entries.into_iter().eq(model.iter().map(|(&k, &v)| (k, v))));
}

#[test]
fn behaves_as_the_model_and_shape_follows_from_keys() {
    let (atoms, build) = (AtomTable::new(10_000), Scratch::new());
    for (seed, range) in [(1, 40), (2, 70), (3, 3000)] {
        let mut random = Random(seed);
        let (mut map, mut model) = (Map::empty(&build), BTreeMap::new());
        for step in 0..4000 {
            let (key, value) = (random.below(range), random.below(3));
            let grow = (step / 1000) % 2 == 0;
            if random.below(4) == 0 || !grow {
                map = map.remove(small(key), &atoms, &build);
                model.remove(&key);
            } else {
                map = map.put(small(key), small(value), &atoms, &build);
                model.insert(key, value);
            }
            if step % 100 == 0 {
                check(map, &model);
                let pairs: Vec<_> = model.iter().map(|(&k, &v)| (small(k), small(v))).collect();
                let fresh = Map::from_pairs(&pairs, &atoms, &build);
                assert!(equal::exact(map.as_term(), fresh.as_term()));
            }
        }
    }
}

#[test]
fn merges_and_many_pairs() {
    let (atoms, build) = (AtomTable::new(10_000), Scratch::new());
    let mut random = Random(5);
    for _ in 0..300 {
        let mut make = |limit: u64| {
            let model: BTreeMap<u64, u64> =
                (0..random.below(limit)).map(|_| (random.below(60), random.below(9))).collect();
            let pairs: Vec<_> = model.iter().map(|(&k, &v)| (small(k), small(v))).collect();
            (Map::from_pairs(&pairs, &atoms, &build), model)
        };
        let ((a, mut a_model), (b, b_model)) = (make(60), make(60));
        a_model.extend(b_model.clone());
        check(a.merge(b, &atoms, &build), &a_model);
        let pairs: Vec<Term<'_>> = b_model.iter().flat_map(|(&k, &v)| [small(k), small(v)]).collect();
        check(a.put_all(&pairs, &atoms, &build), &a_model);
        match a.update_all(&pairs, &atoms, &build) {
            Ok(map) => assert!(map.size() == a.size()),
            Err(key) => assert!(!a.has(key)),
        }
    }
}

#[test]
fn updates_share_the_keys() {
    let (atoms, build) = (AtomTable::new(10_000), Scratch::new());
    let map = Map::from_pairs(&[(small(1), small(1)), (small(2), small(2))], &atoms, &build);
    let keys = |map: Map<'_>| map.flat_parts().unwrap().keys.as_ptr() as usize;
    let updated = map.update(small(2), small(3), &atoms, &build).unwrap();
    assert_eq!(keys(updated), keys(map));
    assert_eq!(keys(map.put_all(&[small(1), small(7)], &atoms, &build)), keys(map));
    assert!(map.put(small(1), small(1), &atoms, &build).as_term().is_same(map.as_term()));
    assert!(map.update(small(9), small(3), &atoms, &build).is_none());
}

#[test]
fn keys_of_all_kinds_in_batches() {
    let (atoms, build) = (AtomTable::new(10_000), Scratch::new());
    let mut terms =
        Terms { random: Random(11), atoms: &atoms, build: &build, identities: true, two_zeros: true };
    let pairs: Vec<_> = (0..2000).map(|i| (terms.term(2), small(i))).collect();
    for count in [0, 1, 10, 31, 60, 2000] {
        let map = Map::from_pairs(&pairs[..count], &atoms, &build);
        for (key, _) in &pairs[..count] {
            let last = pairs[..count].iter().rev().find(|p| equal::exact(p.0, *key)).unwrap().1;
            assert!(map.get(*key).is_some_and(|v| v.is_same(last)));
        }
        for size in [1, 7, 5000] {
            let (mut seen, mut cursor) = (Vec::new(), 0);
            while let Batch::Next(next) = map.batch(cursor, size, |k, v| seen.push((k, v))) {
                cursor = next;
            }
            assert!(
                seen.len() == map.size() && seen.iter().zip(map.entries()).all(|(a, b)| a.0.is_same(b.0))
            );
        }
    }
}

#[test]
fn colliding_places_are_told_apart() {
    let (atoms, build) = (AtomTable::new(10_000), Scratch::new());
    let context = trie::Context { atoms: &atoms, build: &build };
    let entry = |place, n| trie::Entry { place, key: small(n), value: small(n) };
    let all = [entry(1, 100), entry(2, 101), entry(77, 0), entry(77, 1), entry(77, 2), entry(93, 3)];
    let mut root = context.subtree(&[all[0], all[1], all[2], all[4], all[5]], 0);
    root = context.put(root, 0, all[3]).0;
    root = context.put(root, 0, all[4]).0;
    let fresh = context.subtree(&all, 0);
    let same = |a: Boxed<'_>, b: Boxed<'_>| equal::exact(a.as_term(), b.as_term());
    assert!(same(root, fresh));
    for n in [1, 0] {
        let trie::Removed::Left(left) = context.remove(root, 0, 77, small(n)) else {
            panic!("{n} was there")
        };
        root = left;
    }
    assert!(same(root, context.subtree(&[all[0], all[1], all[4], all[5]], 0)));
    assert!(matches!(context.remove(root, 0, 77, small(0)), trie::Removed::Absent));
}
