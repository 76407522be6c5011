//! The process dictionary.

use purlin_heap::{Build, Term, am, equal};
use purlin_vm::{Context, Outcome, natives};

use crate::args;

natives! { "erlang":
    "get"/0 => get_all, "get"/1 => get, "get_keys"/0 => get_keys, "get_keys"/1 => keys_of_value,
    "put"/2 => put, "erase"/0 => erase_all, "erase"/1 => erase,
}

fn undefined<'h>(value: Option<Term<'h>>) -> Outcome<'h> {
    Ok(value.unwrap_or(Term::atom(am::undefined)))
}

fn get<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    undefined(cx.get(args[0]))
}

fn put<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    undefined(cx.put(args[0], args[1]))
}

fn erase<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    undefined(cx.erase(args[0]))
}

fn get_all<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let pairs: Vec<_> =
        cx.dictionary().into_iter().map(|(key, value)| cx.heap().tuple(&[key, value])).collect();
    args::charge(cx, pairs.len());
    Ok(cx.heap().list(&pairs))
}

fn erase_all<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let all = get_all(cx, args)?;
    cx.erase_all();
    Ok(all)
}

fn get_keys<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let keys: Vec<_> = cx.dictionary().into_iter().map(|(key, _)| key).collect();
    args::charge(cx, keys.len());
    Ok(cx.heap().list(&keys))
}

fn keys_of_value<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let entries = cx.dictionary();
    args::charge(cx, entries.len());
    let has_value = |&(_, value): &(Term<'h>, Term<'h>)| equal::exact(value, args[0]);
    let keys: Vec<_> = entries.into_iter().filter(has_value).map(|(key, _)| key).collect();
    Ok(cx.heap().list(&keys))
}
