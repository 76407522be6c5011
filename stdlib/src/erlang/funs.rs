//! Funs: calling them, making them from names, and what is known of them.

use purlin_heap::print::{self, Style};
use purlin_heap::{Build, Fun, FunEntry, Mfa, Pid, Term, View, am, bits};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::chars;

natives! { "erlang":
    "apply"/2 => apply_2, "apply"/3 => apply_3, "fun_info"/2 => fun_info, "fun_info_mfa"/1 => fun_info_mfa,
    "fun_to_list"/1 => fun_to_list, "make_fun"/3 => make_fun,
}

/// Arguments of the largest calls that are tried, as in OTP: no function has so many.
const ARGUMENTS_MAX: usize = 1022;

/// Arguments of the largest functions, as in OTP.
const ARITY_MAX: usize = 255;

/// A list that can be the arguments of a call.
fn arguments<'h>(list: Term<'h>) -> Read<'h, usize> {
    match args::length(list).ok_or(Stop::badarg())? {
        count if count > ARGUMENTS_MAX => Err(Stop::system_limit()),
        count => Ok(count),
    }
}

fn apply_2<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    arguments(args[1])?;
    Err(Stop::Apply(args[0], args[1]))
}

fn apply_3<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (mut module, mut function, mut list) = (args[0], args[1], args[2]);
    // Calls of itself do not count as calls: they leave no trace.
    while module.is_atom(am::erlang)
        && function.is_atom(am::apply)
        && let Some([inner, name, inner_list]) = three(list)
    {
        (module, function, list) = (inner, name, inner_list);
    }
    let (module, function) = (args::atom(module)?, args::atom(function)?);
    let arity = arguments(list)? as u32;
    Err(Stop::Call(&cx.vm().code().export(Mfa { module, function, arity }).name, list))
}

/// The elements of a list of three.
fn three<'h>(list: Term<'h>) -> Option<[Term<'h>; 3]> {
    let (elements, tail) = args::cells_up_to(list, 3);
    if tail.is_nil() { elements.try_into().ok() } else { None }
}

fn make_fun<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (module, function) = (args::atom(args[0])?, args::atom(args[1])?);
    let arity = args::size(args[2])?;
    if arity > ARITY_MAX {
        return Err(Stop::badarg());
    }
    let name = Mfa { module, function, arity: arity as u32 };
    Ok(cx.heap().export(&cx.vm().code().export(name).name))
}

/// `{Item, Value}` for an item of a fun.
fn fun_info<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let item = args::atom(args[1])?;
    let value = match args[0].view() {
        View::Fun(fun) => local_item(cx, fun, item),
        View::Export(name) => external_item(name, item),
        _ => None,
    };
    Ok(cx.heap().tuple(&[args[1], value.ok_or(Stop::badarg())?]))
}

fn local_item<'h>(cx: &Context<'h>, fun: Fun<'h>, item: purlin_heap::Atom) -> Option<Term<'h>> {
    let entry = fun.entry();
    Some(match item {
        am::type_ => Term::atom(am::local),
        am::module => Term::atom(entry.module),
        am::name => function_name(cx, entry),
        am::arity => Term::small(entry.arity.into()),
        am::env => cx.heap().list(fun.free()),
        // Since OTP 27 funs do not know who made them.
        am::pid => Term::pid(Pid(0)),
        am::index | am::new_index => Term::small(entry.index.into()),
        am::uniq => Term::small(entry.old_uniq.into()),
        am::new_uniq => bits::binary(&entry.uniq, cx.heap()),
        // Since OTP 27 funs do not count.
        am::refc => Term::small(1),
        _ => return None,
    })
}

/// The name of the function that the compiler made of a fun's body; `[]` while its module is not there.
fn function_name<'h>(cx: &Context<'h>, entry: &FunEntry) -> Term<'h> {
    cx.vm().code().fun_name(entry).map_or(Term::NIL, |name| Term::atom(name.function))
}

fn external_item<'h>(name: &Mfa, item: purlin_heap::Atom) -> Option<Term<'h>> {
    Some(match item {
        am::type_ => Term::atom(am::external),
        am::module => Term::atom(name.module),
        am::name => Term::atom(name.function),
        am::arity => Term::small(name.arity.into()),
        am::env => Term::NIL,
        am::pid | am::index | am::new_index | am::uniq | am::new_uniq | am::refc => Term::atom(am::undefined),
        _ => return None,
    })
}

/// `{Module, Function, Arity}` of a fun.
fn fun_info_mfa<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (module, function, arity) = match args[0].view() {
        View::Fun(fun) => {
            let entry = fun.entry();
            (entry.module, function_name(cx, entry), entry.arity)
        }
        View::Export(name) => (name.module, Term::atom(name.function), name.arity),
        _ => return Err(Stop::badarg()),
    };
    Ok(cx.heap().tuple(&[Term::atom(module), function, Term::small(arity.into())]))
}

/// Longer than the text of a fun with the longest names.
const TEXT_BYTES_MAX: usize = 8192;

fn fun_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let text = match args[0].view() {
        View::Fun(_) | View::Export(_) => {
            print::to_string(args[0], Style::Pretty, TEXT_BYTES_MAX, cx.atoms())
        }
        _ => return Err(Stop::badarg()),
    };
    Ok(chars::list(cx.heap(), &text))
}
