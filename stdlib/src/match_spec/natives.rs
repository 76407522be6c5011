//! The natives that work with match specifications alone.

use purlin_heap::layout::Kind;
use purlin_heap::print::{self, Style};
use purlin_heap::{AtomTable, Build, Term, am};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use super::{Dialect, Effects, Fault, MatchSpec};
use crate::args::{self, Read};

natives! { "ets":
    "match_spec_compile"/1 => compile, "match_spec_run_r"/3 => run_compiled, "is_compiled_ms"/1 => is_compiled,
}

/// That of `erlang`.
pub(crate) const ERLANG: &[NativeFunction] =
    &[NativeFunction { module: "erlang", function: "match_spec_test", arity: 3, body: test }];

/// OTP cuts the texts of faults at so many bytes.
const FAULT_BYTES_MAX: usize = 99;

/// A specification that has been checked, behind a reference that no program sees into.
pub(crate) fn hold<'h>(cx: &Context<'h>, specification: Term<'h>) -> Term<'h> {
    let held = cx.heap().tuple(&[Term::atom(am::match_spec), specification]);
    cx.heap().object(Kind::Reference, &[cx.unique_number(), 0, 0], &[held])
}

/// The specification that such a reference holds.
pub(crate) fn held<'h>(reference: Term<'h>) -> Option<Term<'h>> {
    let object = reference.as_boxed().filter(|object| object.kind() == Kind::Reference)?;
    match *object.terms().first()?.as_tuple()?.elements() {
        [tag, specification] if tag.is_atom(am::match_spec) => Some(specification),
        _ => None,
    }
}

fn checked<'h>(cx: &Context<'h>, specification: Term<'h>) -> Read<'h, MatchSpec<'h>> {
    MatchSpec::of(cx, specification, Dialect::Table).map_err(|_| Stop::badarg())
}

fn compile<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    checked(cx, args[0])?;
    Ok(hold(cx, args[0]))
}

fn is_compiled<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(held(args[0]).is_some()))
}

/// What a specification makes of the elements of a list, in reverse, before what has been found already.
fn run_compiled<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let specification = checked(cx, held(args[1]).ok_or(Stop::badarg())?)?;
    let mut cells = args::Cells::new(args[0]);
    let mut found = args[2];
    for object in &mut cells {
        if let Some(result) = specification.run(cx, object) {
            found = cx.heap().cons(result, found);
        }
    }
    if cells.are_proper() { Ok(found) } else { Err(Stop::badarg()) }
}

/// `{ok, Result, Flags, []}`, or `{error, Faults}`
fn test<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let dialect = match args[2].as_atom() {
        Some(am::table) => Dialect::Table,
        Some(am::trace) if args[0].is_nil() || args[0].as_cons().is_some() => Dialect::Trace,
        _ => return Err(Stop::badarg()),
    };
    let heap = cx.heap();
    match MatchSpec::of(cx, args[1], dialect) {
        Ok(specification) => {
            let mut effects = Effects::default();
            let result = specification.run_for(cx, args[0], &mut effects).unwrap_or(Term::boolean(false));
            let flags =
                [(effects.return_trace, am::return_trace), (effects.exception_trace, am::exception_trace)];
            let flags: Vec<_> =
                flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| Term::atom(flag)).collect();
            Ok(heap.tuple(&[Term::atom(am::ok), result, heap.list(&flags), Term::NIL]))
        }
        Err(faults) => {
            let faults: Vec<_> = faults.iter().map(|fault| fault.told(cx)).collect();
            Ok(heap.tuple(&[Term::atom(am::error), heap.list(&faults)]))
        }
    }
}

impl Fault<'_> {
    /// `{error, Text}`
    fn told<'h>(&self, cx: &Context<'h>) -> Term<'h> {
        let text = self.text(cx.atoms());
        let bytes: Vec<_> = text.bytes().take(FAULT_BYTES_MAX).map(|byte| Term::small(byte.into())).collect();
        cx.heap().tuple(&[Term::atom(am::error), cx.heap().list(&bytes)])
    }

    fn text(&self, atoms: &AtomTable) -> String {
        let shown = |term| print::to_string(term, Style::Display, FAULT_BYTES_MAX, atoms);
        match *self {
            Fault::Text(text) => text.to_owned(),
            Fault::At(before, term, after) => format!("{before}{}{after}", shown(term)),
            Fault::Unbound(number) => format!("Variable ${number} is unbound."),
            Fault::NoFunction(name, arity) => format!("Function {}/{arity} does_not_exist.", shown(name)),
            Fault::Misplaced(name, arity) => {
                format!("Function {}/{arity} cannot be called in this context.", shown(name))
            }
        }
    }
}
