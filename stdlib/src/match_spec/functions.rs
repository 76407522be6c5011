//! What match specifications may call: functions of guards, by name and arity, and the special forms of tracing.

use purlin_heap::{Map, Mfa, Term, am};
use purlin_vm::{Context, Native, Outcome, Stop};

use super::Dialect;

/// The functions that guards and bodies may call in both dialects.
const FUNCTIONS: &[(&str, usize)] = &[
    ("*", 2),
    ("+", 1),
    ("+", 2),
    ("-", 1),
    ("-", 2),
    ("/", 2),
    ("/=", 2),
    ("<", 2),
    ("=/=", 2),
    ("=:=", 2),
    ("=<", 2),
    ("==", 2),
    (">", 2),
    (">=", 2),
    ("abs", 1),
    ("band", 2),
    ("binary_part", 2),
    ("binary_part", 3),
    ("bit_size", 1),
    ("bnot", 1),
    ("bor", 2),
    ("bsl", 2),
    ("bsr", 2),
    ("bxor", 2),
    ("byte_size", 1),
    ("ceil", 1),
    ("div", 2),
    ("element", 2),
    ("float", 1),
    ("floor", 1),
    ("hd", 1),
    ("is_atom", 1),
    ("is_binary", 1),
    ("is_bitstring", 1),
    ("is_boolean", 1),
    ("is_float", 1),
    ("is_function", 1),
    ("is_function", 2),
    ("is_integer", 1),
    ("is_integer", 3),
    ("is_list", 1),
    ("is_map", 1),
    ("is_number", 1),
    ("is_pid", 1),
    ("is_port", 1),
    ("is_record", 3),
    ("is_reference", 1),
    ("is_tuple", 1),
    ("length", 1),
    ("max", 2),
    ("min", 2),
    ("node", 0),
    ("node", 1),
    ("not", 1),
    ("rem", 2),
    ("round", 1),
    ("size", 1),
    ("tl", 1),
    ("trunc", 1),
    ("tuple_size", 1),
    ("xor", 2),
];

/// What natives put into the reason of an error must not be a part of a row, so these have forms of their own.
const OF_MAPS: &[(&str, usize, Native)] =
    &[("is_map_key", 2, is_map_key), ("map_get", 2, map_get), ("map_size", 1, map_size)];

/// The native of a function that may be called in both dialects.
pub(super) fn function(cx: &Context<'_>, name: Term<'_>, arity: usize) -> Option<Native> {
    let name = name.as_atom()?;
    let text = cx.atoms().name(name);
    if let Some((.., native)) = OF_MAPS.iter().find(|(other, count, _)| (*other, *count) == (text, arity)) {
        return Some(*native);
    }
    FUNCTIONS.binary_search(&(text, arity)).ok()?;
    let name = Mfa { module: am::erlang, function: name, arity: arity as u32 };
    cx.vm().code().natives().get(&name)
}

fn map<'h>(term: Term<'h>) -> Result<Map<'h>, Stop<'h>> {
    Map::of(term).ok_or(Stop::badarg())
}

fn is_map_key<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(map(args[1])?.has(args[0])))
}

fn map_get<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    map(args[1])?.get(args[0]).ok_or(Stop::badarg())
}

fn map_size<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::small(map(args[0])?.size() as i64))
}

/// A function that only tracing has.
#[derive(Clone, Copy)]
pub(super) enum Special {
    /// Sets what the trace message says.
    Message,
    /// The return is traced, too.
    ReturnTrace,
    /// The return and exceptions are traced.
    ExceptionTrace,
    /// The trace control word.
    ControlWord,
    /// Has an effect on tracing, of which a test sees no more than this value.
    Value(SpecialValue),
}

/// What a test sees of a function of tracing.
#[derive(Clone, Copy)]
pub(super) enum SpecialValue {
    True,
    False,
    Nil,
    Undefined,
}

/// A function of tracing, and whether guards may call it.
pub(super) fn special(name: &str, arity: usize) -> Option<(Special, bool)> {
    use SpecialValue::{False, Nil, True, Undefined};
    Some(match (name, arity) {
        ("message", 1) => (Special::Message, false),
        ("return_trace", 0) => (Special::ReturnTrace, false),
        ("exception_trace", 0) => (Special::ExceptionTrace, false),
        ("get_tcw", 0) => (Special::ControlWord, true),
        // A test does not set it.
        ("set_tcw", 1) => (Special::ControlWord, false),
        ("is_seq_trace", 0) => (Special::Value(False), true),
        ("get_seq_token", 0) => (Special::Value(Nil), false),
        ("caller" | "caller_line", 0) => (Special::Value(Undefined), false),
        ("current_stacktrace", 0 | 1) => (Special::Value(Nil), false),
        ("set_seq_token", 2)
        | ("silent" | "display", 1)
        | ("process_dump", 0)
        | ("enable_trace" | "disable_trace", 1 | 2)
        | ("trace", 2 | 3) => (Special::Value(True), false),
        _ => return None,
    })
}

/// The text of a special form's error, where it is used with tables.
pub(super) fn wrong_dialect(name: &str, dialect: Dialect) -> Option<&'static str> {
    let text = match name {
        "message" => "Special form 'message' used in wrong dialect.",
        "return_trace" => "Special form 'return_trace' used in wrong dialect.",
        "exception_trace" => "Special form 'exception_trace' used in wrong dialect.",
        "is_seq_trace" => "Special form 'is_seq_trace' used in wrong dialect.",
        "set_seq_token" => "Special form 'set_seq_token' used in wrong dialect.",
        "get_seq_token" => "Special form 'get_seq_token' used in wrong dialect.",
        "display" => "Special form 'display' used in wrong dialect.",
        "process_dump" => "Special form 'process_dump' used in wrong dialect.",
        "enable_trace" => "Special form 'enable_trace' used in wrong dialect.",
        "disable_trace" => "Special form 'disable_trace' used in wrong dialect.",
        "trace" => "Special form 'trace' used in wrong dialect.",
        "caller" => "Special form 'caller' used in wrong dialect.",
        "caller_line" => "Special form 'caller_line' used in wrong dialect.",
        "current_stacktrace" => "Special form 'current_stacktrace' used in wrong dialect.",
        "silent" => "Special form 'silent' used in wrong dialect.",
        _ => return None,
    };
    (dialect == Dialect::Table).then_some(text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn functions_are_in_order() {
        assert!(super::FUNCTIONS.is_sorted());
    }
}
