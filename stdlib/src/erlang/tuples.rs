//! Tuples.

use purlin_heap::pace::{self, paced};
use purlin_heap::{Build, Term};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args;

natives! { "erlang":
    "tuple_size"/1 => tuple_size, "element"/2 => element, "setelement"/3 => setelement,
    "tuple_to_list"/1 => tuple_to_list, "list_to_tuple"/1 => list_to_tuple,
    "make_tuple"/2 => make_tuple, "make_tuple"/3 => make_tuple_3, "append_element"/2 => append_element,
    "insert_element"/3 => insert_element, "delete_element"/2 => delete_element,
}

/// Elements in the largest tuples, as in OTP.
pub(crate) const ARITY_MAX: usize = (1 << 24) - 1;

fn tuple_size<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::small(args::tuple(args[0])?.arity() as i64))
}

fn element<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let tuple = args::tuple(args[1])?;
    Ok(tuple.element(args::index(args[0], tuple.arity())?))
}

/// The elements of a tuple, to be changed.
fn copied<'h>(elements: &[Term<'h>]) -> Vec<Term<'h>> {
    paced(elements.iter().copied(), 1).collect()
}

fn setelement<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let tuple = args::tuple(args[1])?;
    let at = args::index(args[0], tuple.arity())?;
    let mut elements = copied(tuple.elements());
    elements[at] = args[2];
    made(cx, elements)
}

fn tuple_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let elements = args::tuple(args[0])?.elements();
    Ok(cx.heap().list(elements))
}

fn list_to_tuple<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    made(cx, args::elements(args[0])?)
}

/// A tuple, unless it would be too large.
fn made<'h>(cx: &Context<'h>, elements: Vec<Term<'h>>) -> Outcome<'h> {
    if elements.len() > ARITY_MAX {
        return Err(Stop::badarg());
    }
    let tuple = cx.heap().tuple(&elements);
    pace::free(elements);
    Ok(tuple)
}

fn filled<'h>(arity: Term<'h>, with: Term<'h>) -> args::Read<'h, Vec<Term<'h>>> {
    match args::size(arity)? {
        arity if arity <= ARITY_MAX => Ok(paced(std::iter::repeat_n(with, arity), 1).collect()),
        _ => Err(Stop::badarg()),
    }
}

fn make_tuple<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    made(cx, filled(args[0], args[1])?)
}

/// A tuple filled with a default, but for the places that a list of pairs gives; of several for one place the last
/// counts.
fn make_tuple_3<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let mut elements = filled(args[0], args[1])?;
    for pair in paced(args::elements(args[2])?.into_iter(), 1) {
        match args::tuple(pair)?.elements() {
            &[index, value] => {
                let at = args::index(index, elements.len())?;
                elements[at] = value;
            }
            _ => return Err(Stop::badarg()),
        }
    }
    made(cx, elements)
}

fn append_element<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let elements = args::tuple(args[0])?.elements();
    made(cx, paced(elements.iter().chain([&args[1]]).copied(), 1).collect())
}

fn insert_element<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let elements = args::tuple(args[1])?.elements();
    let (before, after) = elements.split_at(args::index(args[0], elements.len() + 1)?);
    made(cx, paced(before.iter().chain([&args[2]]).chain(after).copied(), 1).collect())
}

fn delete_element<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let elements = args::tuple(args[1])?.elements();
    let at = args::index(args[0], elements.len())?;
    made(cx, paced(elements[..at].iter().chain(&elements[at + 1..]).copied(), 1).collect())
}
