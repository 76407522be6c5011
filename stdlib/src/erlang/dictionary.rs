//! The process dictionary.

use purlin_heap::{Build, Term, am, equal, pace};
use purlin_vm::{Context, Outcome, natives};

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
    let entries = pace::paced(cx.dictionary().into_iter(), 4);
    let pairs: Vec<_> = entries.map(|(key, value)| cx.heap().tuple(&[key, value])).collect();
    Ok(cx.heap().list(&pairs))
}

fn erase_all<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let all = get_all(cx, args)?;
    cx.erase_all();
    Ok(all)
}

fn get_keys<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let keys: Vec<_> = pace::paced(cx.dictionary().into_iter(), 1).map(|(key, _)| key).collect();
    Ok(cx.heap().list(&keys))
}

fn keys_of_value<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let has_value = |&(_, value): &(Term<'h>, Term<'h>)| equal::exact(value, args[0]);
    let entries = pace::paced(cx.dictionary().into_iter(), 2).filter(has_value);
    let keys: Vec<_> = entries.map(|(key, _)| key).collect();
    Ok(cx.heap().list(&keys))
}
