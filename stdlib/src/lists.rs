//! Module `lists`.

use purlin_heap::{Build, Term, am, equal};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Cells};

natives! { "lists":
    "reverse"/2 => reverse, "member"/2 => member, "keyfind"/3 => keyfind, "keymember"/3 => keymember,
    "keysearch"/3 => keysearch,
}

fn reverse<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let mut cells = Cells::new(args[0]);
    let reversed = cells.by_ref().fold(args[1], |tail, head| cx.heap().cons(head, tail));
    if cells.are_proper() { Ok(reversed) } else { Err(Stop::badarg()) }
}

fn member<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let found = find(args[1], |element| equal::exact(element, args[0]))?;
    Ok(Term::boolean(found.is_some()))
}

/// The first element of a list that passes a test. A list that ends before in something else than `[]` is a `badarg`.
fn find<'h>(list: Term<'h>, mut test: impl FnMut(Term<'h>) -> bool) -> args::Read<'h, Option<Term<'h>>> {
    let mut cells = Cells::new(list);
    let found = cells.find(|&element| test(element));
    if found.is_some() || cells.are_proper() { Ok(found) } else { Err(Stop::badarg()) }
}

/// The first tuple of `args[2]` whose element at `args[1]` equals `args[0]` by value.
fn find_key<'h>(args: &[Term<'h>]) -> args::Read<'h, Option<Term<'h>>> {
    let at = args::size(args[1])?.checked_sub(1).ok_or(Stop::badarg())?;
    find(args[2], |element| {
        let key = element.as_tuple().and_then(|tuple| tuple.elements().get(at));
        key.is_some_and(|&key| equal::by_value(key, args[0]))
    })
}

fn keyfind<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(find_key(args)?.unwrap_or(Term::boolean(false)))
}

fn keymember<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(find_key(args)?.is_some()))
}

fn keysearch<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let found = find_key(args)?;
    Ok(found.map_or(Term::boolean(false), |tuple| cx.heap().tuple(&[Term::atom(am::value), tuple])))
}
