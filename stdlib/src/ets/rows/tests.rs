//! Random operations on rows, beside a plain list of what should be there, and threads on the same rows.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use purlin_heap::{AtomTable, Build, CountedTerm, Scratch, Term};

use super::{Form, Kind, Row, Rows, Start, key_of};

fn row(key: i64, value: i64) -> Row {
    let scratch = Scratch::new();
    CountedTerm::copy_of(scratch.tuple(&[Term::small(key), Term::small(value)]))
}

fn pair(row: &Row) -> (i64, i64) {
    let tuple = row.term().as_tuple().expect("a pair");
    (tuple.element(0).as_small().expect("a key"), tuple.element(1).as_small().expect("a value"))
}

/// The next of some numbers without a pattern.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

fn all(rows: &Rows, atoms: &AtomTable, portion: usize, backwards: bool) -> Vec<(i64, i64)> {
    let mut found: Vec<Row> = Vec::new();
    loop {
        let seen_before = found.len();
        let last = found.last().cloned();
        let from = last.as_ref().map_or(Start::End, |row| Start::Beside(key_of(row, 0)));
        let is_over = rows.visit(from, backwards, atoms, &mut |rows| {
            found.extend_from_slice(rows);
            if found.len() < seen_before + portion {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        if is_over {
            return found.iter().map(pair).collect();
        }
    }
}

fn check(rows: &Rows, atoms: &AtomTable, model: &BTreeMap<i64, Vec<i64>>) {
    let expected: Vec<_> =
        model.iter().flat_map(|(&key, values)| values.iter().map(move |&v| (key, v))).collect();
    assert_eq!(rows.len(), expected.len());
    let words: usize = expected.iter().map(|&(key, value)| row(key, value).words()).sum();
    assert_eq!(rows.words(), words);
    for portion in [1, 7, 1000] {
        let mut found = all(rows, atoms, portion, false);
        if rows.kind != Kind::OrderedSet {
            // Rows of a key are together and in order: a stable sort by key must not have to change that.
            found.sort_by_key(|&(key, _)| key);
        }
        assert_eq!(found, expected);
    }
    match &rows.form {
        Form::Hashed { shards, bits } => {
            shards.iter().for_each(|shard| shard.read().check(rows.rules(atoms, *bits)));
        }
        Form::Ordered(ordered) => {
            let mut backwards = all(rows, atoms, 7, true);
            backwards.reverse();
            assert_eq!(backwards, expected);
            assert!(ordered.sizes().iter().skip(1).all(|&size| size > 0 && size <= 512));
        }
    }
}

/// Inserts, replaces and removes at random, at first more of the one and then of the other.
fn try_out(kind: Kind, shared: bool) {
    let (atoms, rows) = (AtomTable::new(100_000), Rows::new(kind, 0, shared));
    let mut model: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let mut state = 7;
    for step in 0..20_000_u64 {
        let (key, value) = ((next(&mut state) % 3000) as i64, (next(&mut state) % 3) as i64);
        let removes = next(&mut state) % 10 < if step < 10_000 { 2 } else { 8 };
        if removes {
            let removed = rows.remove(Term::small(key), &atoms, |_| true).len();
            assert_eq!(removed, model.remove(&key).map_or(0, |values| values.len()));
        } else {
            rows.insert(vec![row(key, value)], &atoms, &mut Vec::new());
            let values = model.entry(key).or_default();
            match kind {
                Kind::Set | Kind::OrderedSet => *values = vec![value],
                Kind::Bag if values.contains(&value) => {}
                Kind::Bag | Kind::DuplicateBag => values.push(value),
            }
        }
        if step % 2500 == 0 {
            check(&rows, &atoms, &model);
        }
    }
    check(&rows, &atoms, &model);
    let (count, removed) = rows.clear(&atoms);
    assert_eq!(count, model.values().map(Vec::len).sum::<usize>());
    removed.free();
    check(&rows, &atoms, &BTreeMap::new());
}

#[test]
fn rows_are_those_that_were_put_in() {
    try_out(Kind::Set, false);
    try_out(Kind::Bag, true);
    try_out(Kind::DuplicateBag, false);
    try_out(Kind::OrderedSet, false);
}

#[test]
fn keys_that_are_gone_have_a_place() {
    let atoms = AtomTable::new(100_000);
    for kind in [Kind::Set, Kind::OrderedSet] {
        let rows = Rows::new(kind, 0, false);
        (0..1000).for_each(|key| rows.insert(vec![row(key, 0)], &atoms, &mut Vec::new()));
        let before = all(&rows, &atoms, 1, false);
        // Each second row goes as it is passed, and the array becomes smaller on the way.
        let mut seen: Vec<(i64, i64)> = Vec::new();
        let next = |from: Option<&Row>| {
            let from = from.map(|row| key_of(row, 0));
            rows.next(from, false, false, &atoms, |rows| rows.first().cloned()).expect("it may be gone")
        };
        let mut at = next(None);
        while let Some(row) = at {
            seen.push(pair(&row));
            rows.remove(key_of(&row, 0), &atoms, |_| true);
            at = next(Some(&row));
        }
        assert_eq!(seen, before);
        assert_eq!(rows.len(), 0);
        let passed = rows.next(Some(Term::small(7)), true, false, &atoms, |rows| rows.len());
        assert_eq!(
            passed.is_err(),
            kind == Kind::Set,
            "a key that is gone is passed only where there is an order"
        );
    }
}

#[test]
fn several_rows_come_at_once_or_not_at_all() {
    let atoms = AtomTable::new(100_000);
    for kind in [Kind::Set, Kind::OrderedSet] {
        let rows = Rows::new(kind, 0, true);
        assert!(rows.insert_new(vec![row(1, 1), row(2, 2)], &atoms, &mut Vec::new()));
        assert!(!rows.insert_new(vec![row(3, 3), row(2, 9)], &atoms, &mut Vec::new()));
        check(&rows, &atoms, &BTreeMap::from([(1, vec![1]), (2, vec![2])]));
    }
}

/// Long lists go in while others look: all rows are seen or none, whoever does the work, and keys that are there refuse all.
#[test]
fn long_lists_come_at_once_while_others_look() {
    const ROWS: i64 = 3000;
    for kind in [Kind::Set, Kind::OrderedSet, Kind::DuplicateBag] {
        let (atoms, rows) = (AtomTable::new(100_000), Rows::new(kind, 0, true));
        let list = |from: i64, value| (from..from + ROWS).map(|key| row(key, value)).collect::<Vec<_>>();
        std::thread::scope(|scope| {
            let writers: Vec<_> = [0, ROWS / 2, ROWS]
                .map(|from| {
                    let (rows, atoms) = (&rows, &atoms);
                    scope.spawn(move || rows.insert_new(list(from, from), atoms, &mut Vec::new()))
                })
                .into_iter()
                .collect();
            for _ in 0..300 {
                let has = |key| rows.read(Term::small(key), &atoms, |rows| rows.first().map(pair));
                let first = has(ROWS / 4).is_some();
                assert!(!first || has(0).is_some() && has(ROWS - 1).is_some());
                assert!(has(2 * ROWS - 1).is_none() || has(ROWS + ROWS / 2 - 1).is_some());
            }
            let done = writers.into_iter().map(|writer| writer.join().expect("it ends well"));
            let done = done.filter(|&done| done).count();
            let found: BTreeSet<i64> = all(&rows, &atoms, 1000, false).iter().map(|row| row.1).collect();
            assert_eq!(done, found.len(), "a list is there if its insertion said so");
        });
        assert_eq!(rows.len() % ROWS as usize, 0);
        rows.insert(list(0, 7), &atoms, &mut Vec::new());
        let count = rows.read(Term::small(5), &atoms, |rows| rows.len());
        assert!(rows.read(Term::small(5), &atoms, |rows| pair(&rows[count - 1])) == (5, 7));
        let before = rows.len();
        assert!(!rows.insert_new(list(2 - ROWS, 8), &atoms, &mut Vec::new()), "the last key is there");
        assert_eq!(rows.len(), before);
    }
}

/// Threads that add and remove rows of their own keys, and one that goes over all of them.
#[test]
fn threads_do_not_lose_rows() {
    const THREADS: i64 = 4;
    const KEYS: i64 = 2000;
    for kind in [Kind::Set, Kind::OrderedSet] {
        let (atoms, rows) = (AtomTable::new(100_000), Rows::new(kind, 0, true));
        rows.insert(vec![row(-1, 0)], &atoms, &mut Vec::new());
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let (rows, atoms) = (&rows, &atoms);
                scope.spawn(move || {
                    for key in (0..KEYS).map(|key| key * THREADS + thread) {
                        rows.insert(vec![row(key, 0)], atoms, &mut Vec::new());
                        if key % 3 == 0 {
                            rows.remove(Term::small(key), atoms, |_| true);
                        }
                    }
                });
            }
            for _ in 0..20 {
                let seen = all(&rows, &atoms, 10, false);
                assert!(seen.contains(&(-1, 0)));
            }
        });
        let left = (0..KEYS * THREADS).filter(|key| key % 3 != 0).map(|key| (key, vec![0]));
        check(&rows, &atoms, &left.chain([(-1, vec![0])]).collect());
    }
}

/// Going from key to key finds the next one whatever has changed since the last step, in both directions.
#[test]
fn steps_find_their_way_while_rows_come_and_go() {
    let (atoms, rows) = (AtomTable::new(100_000), Rows::new(Kind::OrderedSet, 0, false));
    let mut model: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let (mut state, mut at) = (11, 5000);
    for _ in 0..40_000 {
        let key = (next(&mut state) % 10_000) as i64;
        if next(&mut state).is_multiple_of(3) {
            rows.remove(Term::small(key), &atoms, |_| true);
            model.remove(&key);
        } else {
            rows.insert(vec![row(key, 0)], &atoms, &mut Vec::new());
            model.insert(key, vec![0]);
        }
        let backwards = next(&mut state).is_multiple_of(2);
        let found = rows.next(Some(Term::small(at)), false, backwards, &atoms, |rows| rows.first().map(pair));
        let expected = if backwards { model.range(..at).next_back() } else { model.range(at + 1..).next() };
        assert_eq!(found.expect("it may be gone").map(|(key, _)| key), expected.map(|(&key, _)| key));
        at = expected.map_or(5000, |(&key, _)| key);
    }
}

/// A range of keys is gone over from its first to its last key, either way, and begins where one says.
#[test]
fn ranges_begin_at_their_first_key() {
    let (atoms, rows) = (AtomTable::new(100_000), Rows::new(Kind::OrderedSet, 0, false));
    (0..5000).for_each(|key| rows.insert(vec![row(2 * key, 0)], &atoms, &mut Vec::new()));
    for (low, high) in [(0, 10), (701, 703), (1001, 4999), (9990, 20_000), (-5, -1), (7, 7)] {
        let compare = |key: Term<'_>| {
            let key = key.as_small().expect("a small key");
            if key < low {
                std::cmp::Ordering::Less
            } else if key > high {
                std::cmp::Ordering::Greater
            } else {
                std::cmp::Ordering::Equal
            }
        };
        for backwards in [false, true] {
            let (mut first, mut seen) = (None, 0);
            rows.visit(Start::Among(&compare), backwards, &atoms, &mut |rows| {
                seen += 1;
                first = first.or(rows.first().map(|row| pair(row).0));
                ControlFlow::Break(())
            });
            let all: Vec<i64> = (0..5000).map(|key| 2 * key).collect();
            let expected = if backwards {
                all.iter().rev().find(|&&key| key <= high)
            } else {
                all.iter().find(|&&key| key >= low)
            };
            assert_eq!(first, expected.copied());
            assert!(seen <= 1);
        }
    }
}
