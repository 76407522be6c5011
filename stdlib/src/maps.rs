//! Module `maps`.

use purlin_heap::{Build, Map, Term, am, pace};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args;

natives! { "maps":
    "get"/2 => get, "find"/2 => find, "is_key"/2 => is_key, "keys"/1 => keys, "values"/1 => values,
    "from_list"/1 => from_list, "from_keys"/2 => from_keys, "put"/3 => put, "update"/3 => update,
    "remove"/2 => remove, "take"/2 => take, "merge"/2 => merge,
}

fn get<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let map = args::map(cx, args[1])?;
    map.get(args[0]).ok_or_else(|| args::bad(cx, am::badkey, args[0]))
}

fn find<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let found = args::map(cx, args[1])?.get(args[0]);
    Ok(found.map_or(Term::atom(am::error), |value| cx.heap().tuple(&[Term::atom(am::ok), value])))
}

fn is_key<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(args::map(cx, args[1])?.has(args[0])))
}

fn keys<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    listed(cx, args[0], |(key, _)| key)
}

fn values<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    listed(cx, args[0], |(_, value)| value)
}

fn listed<'h>(
    cx: &Context<'h>,
    map: Term<'h>,
    part: impl Fn((Term<'h>, Term<'h>)) -> Term<'h>,
) -> Outcome<'h> {
    let map = args::map(cx, map)?;
    let parts: Vec<_> = pace::paced(map.entries(), 4).map(part).collect();
    let list = cx.heap().list(&parts);
    pace::free(parts);
    Ok(list)
}

fn from_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let mut pairs = Vec::new();
    for element in pace::paced(args::elements(args[0])?.into_iter(), 1) {
        match args::tuple(element)?.elements() {
            &[key, value] => pairs.push((key, value)),
            _ => return Err(Stop::badarg()),
        }
    }
    Ok(map_of(cx, pairs))
}

fn map_of<'h>(cx: &Context<'h>, pairs: Vec<(Term<'h>, Term<'h>)>) -> Term<'h> {
    let map = Map::from_pairs(&pairs, cx.atoms(), cx.heap());
    pace::free(pairs);
    map.as_term()
}

fn from_keys<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let pairs: Vec<_> =
        pace::paced(args::elements(args[0])?.into_iter(), 1).map(|key| (key, args[1])).collect();
    Ok(map_of(cx, pairs))
}

fn put<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let map = args::map(cx, args[2])?;
    Ok(map.put(args[0], args[1], cx.atoms(), cx.heap()).as_term())
}

fn update<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let map = args::map(cx, args[2])?;
    let updated = map.update(args[0], args[1], cx.atoms(), cx.heap());
    updated.map(Map::as_term).ok_or_else(|| args::bad(cx, am::badkey, args[0]))
}

fn remove<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(args::map(cx, args[1])?.remove(args[0], cx.atoms(), cx.heap()).as_term())
}

fn take<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let map = args::map(cx, args[1])?;
    Ok(match map.get(args[0]) {
        Some(value) => {
            let rest = map.remove(args[0], cx.atoms(), cx.heap());
            cx.heap().tuple(&[value, rest.as_term()])
        }
        None => Term::atom(am::error),
    })
}

fn merge<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (map, other) = (args::map(cx, args[0])?, args::map(cx, args[1])?);
    Ok(map.merge(other, cx.atoms(), cx.heap()).as_term())
}
