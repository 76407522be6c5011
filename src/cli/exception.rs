//! An exception that nobody caught, for the person at the terminal: class, reason and stack trace.

use super::failure::Failure;
use purlin_heap::print::{self, Style};
use purlin_heap::{AtomTable, Term, View};
use purlin_vm::{Class, Vm};
use std::fmt::Write;

/// A reason of more characters than this is cut.
const REASON_MAX: usize = 4000;

/// Prints an uncaught exception, by the exit reason of the process that died of it.
pub fn print(vm: &Vm, class: Class, reason: Term<'_>) {
    let atoms = vm.atoms();
    let (reason, frames) = match class {
        Class::Exit => (reason, None),
        _ => split(reason),
    };
    let mut text = format!("uncaught {}: {}", class.name(), show(reason, atoms));
    for frame in frames.into_iter().flat_map(elements) {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n    in {}", show_frame(frame, atoms));
    }
    let failure = Failure::new(text);
    match help(vm, reason, frames.and_then(|frames| elements(frames).next())) {
        Some(help) => failure.help(help).print(),
        None => failure.print(),
    }
}

/// What to do about errors that are not the program's own fault.
fn help(vm: &Vm, reason: Term<'_>, first: Option<Term<'_>>) -> Option<String> {
    let atoms = vm.atoms();
    let called =
        first.and_then(tuple).and_then(|frame| Some((frame.first()?.as_atom()?, frame.get(1)?.as_atom()?)));
    match atoms.name(reason.as_atom()?) {
        "undef" => {
            let (module, function) = called?;
            let name = atoms.name(module);
            Some(match vm.code().module(module) {
                None if vm.code().on_loads().is_refused(module) => {
                    format!("the on_load function of module {name} did not return ok")
                }
                None => {
                    format!("module {name} was not found: give the directory of its .beam file with -p DIR")
                }
                Some(_) => {
                    format!("module {name} is loaded and exports no such function {}", atoms.name(function))
                }
            })
        }
        "system_limit" if atoms.len() >= atoms.limit() => {
            let limit = atoms.limit();
            Some(format!("the limit of {limit} atoms is reached: make no atoms of what comes from outside"))
        }
        "system_limit" if called.is_some_and(|(_, function)| atoms.name(function).starts_with("spawn")) => {
            Some(format!("the limit of {} processes is reached", vm.config().processes_max))
        }
        "enotsup" if called.is_some_and(|(_, function)| atoms.name(function) == "open_port") => {
            Some("this version opens no ports: it starts no other programs and has no drivers".into())
        }
        _ => None,
    }
}

fn show(term: Term<'_>, atoms: &AtomTable) -> String {
    print::to_string(term, Style::Pretty, REASON_MAX, atoms)
}

/// Reason and stack trace of the exit reason that an error or a throw ends a process with.
fn split(reason: Term<'_>) -> (Term<'_>, Option<Term<'_>>) {
    match tuple(reason) {
        Some(&[reason, trace]) => (nocatch(reason), Some(trace)),
        _ => (reason, None),
    }
}

/// The value that was thrown, of `{nocatch, Value}`.
fn nocatch(reason: Term<'_>) -> Term<'_> {
    match tuple(reason) {
        Some(&[tag, value]) if tag.as_atom() == Some(purlin_heap::am::nocatch) => value,
        _ => reason,
    }
}

/// `module:function/arity (file:line)` of an entry of a stack trace.
fn show_frame(frame: Term<'_>, atoms: &AtomTable) -> String {
    let Some(&[module, function, arity, location]) = tuple(frame) else { return show(frame, atoms) };
    let arity = match arity.view() {
        View::Small(arity) => arity as usize,
        // The arguments stand there instead.
        _ => elements(arity).count(),
    };
    let place = show_place(location, atoms).unwrap_or_default();
    format!("{}:{}/{arity}{place}", show(module, atoms), show(function, atoms))
}

fn show_place(location: Term<'_>, atoms: &AtomTable) -> Option<String> {
    let value = |name| {
        elements(location).find_map(|entry| match tuple(entry) {
            Some(&[key, value]) if key.as_atom().is_some_and(|key| atoms.name(key) == name) => Some(value),
            _ => None,
        })
    };
    let characters = elements(value("file")?).map(|character| match character.view() {
        View::Small(code) => u32::try_from(code).ok().and_then(char::from_u32),
        _ => None,
    });
    let file: String = characters.collect::<Option<_>>()?;
    Some(format!(" ({file}:{})", show(value("line")?, atoms)))
}

fn tuple<'h>(term: Term<'h>) -> Option<&'h [Term<'h>]> {
    match term.view() {
        View::Tuple(tuple) => Some(tuple.elements()),
        _ => None,
    }
}

/// The elements of a list, up to whatever ends it.
fn elements<'h>(list: Term<'h>) -> impl Iterator<Item = Term<'h>> {
    let mut rest = list;
    std::iter::from_fn(move || match rest.view() {
        View::Cons(cons) => {
            rest = cons.tail();
            Some(cons.head())
        }
        _ => None,
    })
}
