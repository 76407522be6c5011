//! Tuples.

use purlin_heap::{Build, Term, pace};
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
    pace::paced(elements.iter().copied(), 1).collect()
}

fn setelement<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let tuple = args::tuple(args[1])?;
    let at = args::index(args[0], tuple.arity())?;
    let mut elements = copied(tuple.elements());
    elements[at] = args[2];
    Ok(cx.heap().tuple(&elements))
}

fn tuple_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let elements = args::tuple(args[0])?.elements();
    Ok(cx.heap().list(elements))
}

fn list_to_tuple<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let elements = args::elements(args[0])?;
    made(cx, &elements)
}

/// A tuple, unless it would be too large.
fn made<'h>(cx: &Context<'h>, elements: &[Term<'h>]) -> Outcome<'h> {
    if elements.len() > ARITY_MAX { Err(Stop::badarg()) } else { Ok(cx.heap().tuple(elements)) }
}

fn filled<'h>(arity: Term<'h>, with: Term<'h>) -> args::Read<'h, Vec<Term<'h>>> {
    match args::size(arity)? {
        arity if arity <= ARITY_MAX => Ok(pace::paced(std::iter::repeat_n(with, arity), 1).collect()),
        _ => Err(Stop::badarg()),
    }
}

fn make_tuple<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let elements = filled(args[0], args[1])?;
    Ok(cx.heap().tuple(&elements))
}

/// A tuple filled with a default, but for the places that a list of pairs gives; of several for one place the last
/// counts.
fn make_tuple_3<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let mut elements = filled(args[0], args[1])?;
    for pair in pace::paced(args::elements(args[2])?.into_iter(), 1) {
        match args::tuple(pair)?.elements() {
            &[index, value] => {
                let at = args::index(index, elements.len())?;
                elements[at] = value;
            }
            _ => return Err(Stop::badarg()),
        }
    }
    Ok(cx.heap().tuple(&elements))
}

fn append_element<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let elements = args::tuple(args[0])?.elements();
    let mut elements = copied(elements);
    elements.push(args[1]);
    made(cx, &elements)
}

fn insert_element<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let mut elements = copied(args::tuple(args[1])?.elements());
    elements.insert(args::index(args[0], elements.len() + 1)?, args[2]);
    made(cx, &elements)
}

fn delete_element<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let mut elements = copied(args::tuple(args[1])?.elements());
    elements.remove(args::index(args[0], elements.len())?);
    made(cx, &elements)
}
