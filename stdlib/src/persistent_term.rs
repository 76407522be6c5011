//! Module `persistent_term`: values that all processes read without a copy.
//!
//! Each is kept as a literal. One that is replaced or erased stays in memory as long as the machine: processes may
//! still refer to it. Readers take no lock and make no copy.

mod places;

use purlin_heap::{Build, KeptTerm, Map, Scratch, Term, am, equal, hash};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use crate::state::State;
use places::Places;

natives! { "persistent_term":
    "get"/0 => get_all, "get"/1 => get, "get"/2 => get_default, "put"/2 => put, "put_new"/2 => put_new,
    "erase"/1 => erase, "info"/0 => info,
}

/// That of `erts_internal`.
pub(crate) const INTERNAL: &[NativeFunction] = &[NativeFunction {
    module: "erts_internal",
    function: "erase_persistent_terms",
    arity: 0,
    body: erase_all,
}];

/// The values of one machine. What has once been kept stands at its place for good.
#[derive(Default)]
pub(crate) struct Terms {
    /// Pairs of key and value.
    kept: boxcar::Vec<KeptTerm>,
    /// The places of the pairs that count.
    current: Places,
}

impl Terms {
    fn pair(&self, place: usize) -> (Term<'_>, Term<'_>) {
        let pair = self.kept[place].term().as_tuple().expect("a pair of key and value");
        (pair.element(0), pair.element(1))
    }

    fn is(&self, key: Term<'_>) -> impl Fn(usize) -> bool {
        move |place| equal::exact(self.pair(place).0, key)
    }

    fn get(&self, key: Term<'_>) -> Option<Term<'_>> {
        self.current.find(hash::internal(key), self.is(key)).map(|place| self.pair(place).1)
    }

    /// Gives a key a value before any process runs.
    pub(crate) fn set(&self, key: Term<'_>, value: Term<'_>) {
        self.put(key, Scratch::new().tuple(&[key, value]));
    }

    fn put(&self, key: Term<'_>, pair: Term<'_>) {
        let place = self.kept.push(KeptTerm::copy_of(pair));
        self.current.set(hash::internal(key), place, self.is(key));
    }

    fn erase(&self, key: Term<'_>) -> bool {
        self.current.erase(hash::internal(key), self.is(key))
    }

    fn all(&self) -> impl Iterator<Item = (Term<'_>, Term<'_>)> {
        self.current.all().map(|place| self.pair(place))
    }
}

fn terms<'h>(cx: &Context<'h>) -> &'h Terms {
    &State::of(cx).persistent_terms
}

fn get<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    terms(cx).get(args[0]).ok_or(Stop::badarg())
}

fn get_default<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(terms(cx).get(args[0]).unwrap_or(args[1]))
}

fn get_all<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let pairs: Vec<_> = terms(cx).all().map(|(key, value)| cx.heap().tuple(&[key, value])).collect();
    Ok(cx.heap().list(&pairs))
}

fn put<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let terms = terms(cx);
    if !terms.get(args[0]).is_some_and(|value| equal::exact(value, args[1])) {
        terms.put(args[0], cx.heap().tuple(&[args[0], args[1]]));
    }
    Ok(Term::atom(am::ok))
}

/// As `put/2`, for a key that has no other value.
fn put_new<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match terms(cx).get(args[0]) {
        Some(value) if !equal::exact(value, args[1]) => Err(Stop::badarg()),
        _ => put(cx, args),
    }
}

fn erase<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(terms(cx).erase(args[0])))
}

fn erase_all<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    terms(cx).current.clear();
    Ok(Term::atom(am::ok))
}

fn info<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let terms = terms(cx);
    let words: usize = terms.kept.iter().map(|(_, kept)| kept.words()).sum();
    let pairs = [
        (Term::atom(am::count), Term::small(terms.all().count() as i64)),
        (Term::atom(am::memory), Term::small((words * 8) as i64)),
    ];
    Ok(Map::from_pairs(&pairs, cx.atoms(), cx.heap()).as_term())
}
