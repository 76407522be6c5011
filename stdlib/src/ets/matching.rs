//! Match patterns and match specifications.

use purlin_heap::{AtomTable, Build, Map, Mfa, Term, View, am, equal};
use purlin_vm::Context;

use crate::args;

/// Expressions of match specifications may be nested so deep.
const DEPTH_MAX: usize = 200;

/// What the variables of a pattern stand for, by their numbers.
pub(super) type Bindings<'t> = Vec<(u32, Term<'t>)>;

/// The number of a variable `'$1'`, `'$2'`...
fn variable(term: Term<'_>, atoms: &AtomTable) -> Option<u32> {
    let digits = atoms.name(term.as_atom()?).strip_prefix('$')?;
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().ok()).flatten()
}

fn is_wildcard(term: Term<'_>, atoms: &AtomTable) -> bool {
    term.as_atom().is_some_and(|atom| atoms.name(atom) == "_")
}

/// Whether an object matches a pattern; what the variables then stand for.
pub(super) fn matches<'t>(pattern: Term<'t>, object: Term<'t>, atoms: &AtomTable) -> Option<Bindings<'t>> {
    let mut bindings: Bindings<'t> = Vec::new();
    let mut rest = vec![(pattern, object)];
    while let Some((pattern, object)) = rest.pop() {
        if is_wildcard(pattern, atoms) {
            continue;
        }
        if let Some(number) = variable(pattern, atoms) {
            match bindings.iter().find(|(other, _)| *other == number) {
                Some((_, bound)) if !equal::exact(*bound, object) => return None,
                Some(_) => {}
                None => bindings.push((number, object)),
            }
            continue;
        }
        match (pattern.view(), object.view()) {
            (View::Cons(pattern), View::Cons(object)) => {
                rest.extend([(pattern.tail(), object.tail()), (pattern.head(), object.head())]);
            }
            (View::Tuple(pattern), View::Tuple(object)) if pattern.arity() == object.arity() => {
                rest.extend(pattern.elements().iter().copied().zip(object.elements().iter().copied()));
            }
            (View::Map(pattern), View::Map(object)) => {
                let (pattern, object) = (Map::of_object(pattern)?, Map::of_object(object)?);
                for (key, value) in pattern.entries() {
                    rest.push((value, object.get(key)?));
                }
            }
            _ if equal::exact(pattern, object) => {}
            _ => return None,
        }
    }
    Some(bindings)
}

/// The values of all variables, in the order of their numbers.
pub(super) fn values<'t>(mut bindings: Bindings<'t>) -> Vec<Term<'t>> {
    bindings.sort_by_key(|(number, _)| *number);
    bindings.into_iter().map(|(_, value)| value).collect()
}

/// A match specification, checked as far as its outer form.
pub(super) struct Specification<'h> {
    clauses: Vec<[Term<'h>; 3]>,
}

impl<'h> Specification<'h> {
    pub(super) fn of(term: Term<'h>) -> Option<Specification<'h>> {
        let clause = |clause: Term<'h>| {
            let parts: [Term<'h>; 3] = clause.as_tuple()?.elements().try_into().ok()?;
            args::length(parts[1])?;
            args::length(parts[2]).filter(|&length| length > 0)?;
            Some(parts)
        };
        let clauses: Vec<_> = args::elements(term).ok()?.into_iter().map(clause).collect::<Option<_>>()?;
        (!clauses.is_empty()).then_some(Specification { clauses })
    }

    /// Whether the head of any clause matches, without looking at guards.
    pub(super) fn may_match(&self, object: Term<'_>, atoms: &AtomTable) -> bool {
        self.clauses.iter().any(|[head, ..]| matches(*head, object, atoms).is_some())
    }

    /// What the first clause that matches makes of an object.
    pub(super) fn run(&self, cx: &Context<'h>, object: Term<'h>) -> Option<Term<'h>> {
        self.clauses.iter().find_map(|&[head, guards, body]| {
            let bindings = matches(head, object, cx.atoms())?;
            let scope = Scope { cx, object, bindings };
            let holds = |guard| scope.value(guard, 0).is_some_and(|value| value.is_atom(am::true_));
            let all_hold = args::elements(guards).ok()?.into_iter().all(holds);
            all_hold.then_some(())?;
            let failed = || Term::atom(am::EXIT);
            let last =
                args::elements(body).ok()?.into_iter().map(|e| scope.value(e, 0).unwrap_or_else(failed));
            last.reduce(|_, value| value)
        })
    }
}

/// What an expression may refer to.
struct Scope<'c, 'h> {
    cx: &'c Context<'h>,
    object: Term<'h>,
    bindings: Bindings<'h>,
}

impl<'h> Scope<'_, 'h> {
    /// The value of an expression; nothing when it fails.
    fn value(&self, expression: Term<'h>, depth: usize) -> Option<Term<'h>> {
        if depth > DEPTH_MAX {
            return None;
        }
        match expression.view() {
            View::Atom(atom) => match self.cx.atoms().name(atom) {
                "$_" => Some(self.object),
                "$$" => Some(self.cx.heap().list(&values(self.bindings.clone()))),
                _ => match variable(expression, self.cx.atoms()) {
                    Some(number) => self.bindings.iter().find(|(n, _)| *n == number).map(|(_, value)| *value),
                    None => Some(expression),
                },
            },
            View::Cons(_) => {
                let (elements, tail) = args::cells(expression);
                let elements = self.values(&elements, depth)?;
                Some(self.cx.heap().list_with_tail(&elements, self.value(tail, depth + 1)?))
            }
            View::Map(object) => {
                let entries = Map::of_object(object)?.entries();
                let pairs: Vec<_> = entries
                    .map(|(key, value)| Some((self.value(key, depth + 1)?, self.value(value, depth + 1)?)))
                    .collect::<Option<_>>()?;
                Some(Map::from_pairs(&pairs, self.cx.atoms(), self.cx.heap()).as_term())
            }
            View::Tuple(tuple) => self.call(tuple.elements(), depth),
            _ => Some(expression),
        }
    }

    fn values(&self, expressions: &[Term<'h>], depth: usize) -> Option<Vec<Term<'h>>> {
        expressions.iter().map(|&expression| self.value(expression, depth + 1)).collect()
    }

    /// `{{...}}` makes a tuple, `{const, Term}` is the term, `{Function, Arguments...}` calls a function that guards
    /// may call.
    fn call(&self, parts: &[Term<'h>], depth: usize) -> Option<Term<'h>> {
        if let [tuple] = parts
            && let Some(tuple) = tuple.as_tuple()
        {
            return Some(self.cx.heap().tuple(&self.values(tuple.elements(), depth)?));
        }
        let (function, arguments) = parts.split_first()?;
        let function = function.as_atom()?;
        let name = self.cx.atoms().name(function);
        match name {
            "const" => return arguments.first().copied(),
            "andalso" | "orelse" => {
                let decided = name == "orelse";
                for &argument in arguments {
                    if self.value(argument, depth + 1)?.as_boolean()? == decided {
                        return Some(Term::boolean(decided));
                    }
                }
                return Some(Term::boolean(!decided));
            }
            "self" => return Some(Term::pid(self.cx.pid())),
            _ => {}
        }
        let arguments = self.values(arguments, depth)?;
        if matches!(name, "and" | "or") && arguments.len() > 2 {
            let all = arguments.iter().map(|argument| argument.as_boolean()).collect::<Option<Vec<_>>>()?;
            let value = if name == "and" { all.iter().all(|&v| v) } else { all.iter().any(|&v| v) };
            return Some(Term::boolean(value));
        }
        FUNCTIONS.contains(&name).then_some(())?;
        let name = Mfa { module: am::erlang, function, arity: arguments.len() as u32 };
        let native = self.cx.vm().code().natives().get(&name)?;
        native(self.cx, &arguments).ok()
    }
}

/// The functions that expressions may call: those of guards.
const FUNCTIONS: &[&str] = &[
    "is_atom",
    "is_float",
    "is_integer",
    "is_list",
    "is_number",
    "is_pid",
    "is_port",
    "is_reference",
    "is_tuple",
    "is_map",
    "is_map_key",
    "is_binary",
    "is_bitstring",
    "is_boolean",
    "is_function",
    "is_record",
    "abs",
    "element",
    "hd",
    "tl",
    "length",
    "map_get",
    "map_size",
    "node",
    "round",
    "floor",
    "ceil",
    "float",
    "size",
    "byte_size",
    "bit_size",
    "tuple_size",
    "binary_part",
    "trunc",
    "min",
    "max",
    "+",
    "-",
    "*",
    "/",
    "div",
    "rem",
    "band",
    "bor",
    "bxor",
    "bnot",
    "bsl",
    "bsr",
    ">",
    ">=",
    "<",
    "=<",
    "=:=",
    "==",
    "=/=",
    "/=",
    "and",
    "or",
    "not",
    "xor",
];
