//! Tests of types, and the sizes that guards may ask for.

use purlin_heap::big::{Integer, Number};
use purlin_heap::bits::{self, Bits, MatchContext};
use purlin_heap::{Record, Term, View, am};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args;

natives! { "erlang":
    "is_atom"/1 => is_atom, "is_binary"/1 => is_binary, "is_bitstring"/1 => is_bitstring,
    "is_boolean"/1 => is_boolean, "is_float"/1 => is_float, "is_function"/1 => is_function,
    "is_function"/2 => is_function_2, "is_integer"/1 => is_integer, "is_integer"/3 => is_integer_3,
    "is_list"/1 => is_list, "is_map"/1 => is_map, "is_map_key"/2 => is_map_key, "is_number"/1 => is_number,
    "is_pid"/1 => is_pid, "is_port"/1 => is_port,
    "is_record"/1 => is_record_1, "is_record"/2 => is_record_2, "is_record"/3 => is_record_3,
    "is_reference"/1 => is_reference, "is_tuple"/1 => is_tuple,
    "size"/1 => size, "byte_size"/1 => byte_size, "bit_size"/1 => bit_size, "map_size"/1 => map_size,
    "map_get"/2 => map_get, "binary_part"/2 => binary_part_2, "binary_part"/3 => binary_part_3,
}

/// Natives that test a view of their argument.
macro_rules! tests {
    ($($name:ident = $pattern:pat,)*) => {$(
        fn $name<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
            Ok(Term::boolean(matches!(args[0].view(), $pattern)))
        }
    )*};
}

tests! {
    is_atom = View::Atom(_),
    is_boolean = View::Atom(am::true_ | am::false_),
    is_bitstring = View::Bits(_),
    is_float = View::Float(_),
    is_function = View::Fun(_) | View::Export(_),
    is_integer = View::Small(_) | View::Big(_),
    is_list = View::Nil | View::Cons(_),
    is_map = View::Map(_),
    is_number = View::Small(_) | View::Big(_) | View::Float(_),
    is_tuple = View::Tuple(_),
}

fn is_binary<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(Bits::of(args[0]).is_some_and(Bits::is_binary)))
}

/// Whether a term is an identifier of this machine or, by its kind, of another node.
fn is_identifier(term: Term<'_>, local: fn(View<'_>) -> bool, external: purlin_heap::layout::Kind) -> bool {
    match term.view() {
        View::External(object) => object.kind() == external,
        view => local(view),
    }
}

fn is_pid<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let local = |view: View<'_>| matches!(view, View::Pid(_));
    Ok(Term::boolean(is_identifier(args[0], local, purlin_heap::layout::Kind::ExternalPid)))
}

fn is_port<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let local = |view: View<'_>| matches!(view, View::Port(_));
    Ok(Term::boolean(is_identifier(args[0], local, purlin_heap::layout::Kind::ExternalPort)))
}

fn is_reference<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let local = |view: View<'_>| matches!(view, View::Reference(_));
    Ok(Term::boolean(is_identifier(args[0], local, purlin_heap::layout::Kind::ExternalReference)))
}

fn is_function_2<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let wanted = Integer::of(args[1]).filter(|arity| !arity.negative).ok_or(Stop::badarg())?;
    let arity = match args[0].view() {
        View::Fun(fun) => Some(fun.entry().arity),
        View::Export(name) => Some(name.arity),
        _ => None,
    };
    Ok(Term::boolean(arity.is_some_and(|arity| wanted.as_u64() == Some(arity.into()))))
}

/// Whether the first is an integer within the bounds that follow.
fn is_integer_3<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let integer = |term| Number::of(term).filter(|number| number.is_integer());
    let (Some(low), Some(high)) = (integer(args[1]), integer(args[2])) else { return Err(Stop::badarg()) };
    let within = |value: Number<'_>| value.compare(low).is_ge() && value.compare(high).is_le();
    Ok(Term::boolean(integer(args[0]).is_some_and(within)))
}

fn is_record_1<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(Record::of(args[0]).is_some()))
}

/// A tuple that begins with this atom, or a native record of this name.
fn is_record_2<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let tag = args::atom(args[1])?;
    if let Some(record) = Record::of(args[0]) {
        return Ok(Term::boolean(record.name().is_atom(tag)));
    }
    let first = args[0].as_tuple().and_then(|tuple| tuple.elements().first());
    Ok(Term::boolean(first.is_some_and(|first| first.is_atom(tag))))
}

/// A tuple that begins with this atom and has this size, or a native record of this module and name.
fn is_record_3<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let tag = args::atom(args[1])?;
    if args[2].as_atom().is_some() {
        return Ok(Term::boolean(Record::of(args[0]).is_some_and(|record| record.is(args[1], args[2]))));
    }
    // No tuple is of a negative size.
    let size = usize::try_from(args::small(args[2])?).unwrap_or(0);
    let tuple = args[0].as_tuple().filter(|tuple| tuple.arity() == size && size > 0);
    Ok(Term::boolean(tuple.is_some_and(|tuple| tuple.element(0).is_atom(tag))))
}

fn is_map_key<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(args::map(cx, args[1])?.has(args[0])))
}

fn map_size<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::small(args::map(cx, args[0])?.size() as i64))
}

fn map_get<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let map = args::map(cx, args[1])?;
    map.get(args[0]).ok_or_else(|| args::bad(cx, am::badkey, args[0]))
}

fn size<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match args[0].view() {
        View::Tuple(tuple) => Ok(Term::small(tuple.arity() as i64)),
        _ => Ok(Term::small((args::bits(args[0])?.bit_size() / 8) as i64)),
    }
}

/// The size in bits. Since OTP 26 the compilers ask this of matching contexts, too, and mean what is left in them.
fn bits_in<'h>(term: Term<'h>) -> Result<usize, Stop<'h>> {
    match MatchContext::of(term) {
        Some(context) => Ok(context.left()),
        None => Ok(args::bits(term)?.bit_size()),
    }
}

fn byte_size<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::small(bits_in(args[0])?.div_ceil(8) as i64))
}

fn bit_size<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::small(bits_in(args[0])? as i64))
}

fn binary_part_2<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match args::tuple(args[1])?.elements() {
        &[start, length] => part(cx, args[0], start, length),
        _ => Err(Stop::badarg()),
    }
}

fn binary_part_3<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    part(cx, args[0], args[1], args[2])
}

/// The bytes of a binary from `start` on; a negative length counts backwards from there.
pub(crate) fn part<'h>(cx: &Context<'h>, of: Term<'h>, start: Term<'h>, length: Term<'h>) -> Outcome<'h> {
    let bytes = args::binary(of)?.byte_size();
    let (from, length) = extent(start, length, bytes)?;
    if length == bytes {
        return Ok(of);
    }
    bits::slice(of, from * 8, length * 8, cx.heap()).ok_or(Stop::badarg())
}

/// First byte and number of bytes of a part, which must lie within `size` bytes.
pub(crate) fn extent<'h>(start: Term<'h>, length: Term<'h>, size: usize) -> args::Read<'h, (usize, usize)> {
    let (start, length) = (args::small(start)?, args::small(length)?);
    let other = start.checked_add(length).ok_or(Stop::badarg())?;
    let (from, to) = (start.min(other), start.max(other));
    match (usize::try_from(from), usize::try_from(to)) {
        (Ok(from), Ok(to)) if to <= size => Ok((from, to - from)),
        _ => Err(Stop::badarg()),
    }
}
