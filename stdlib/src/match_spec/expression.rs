//! Guards and bodies of match specifications: expressions as operations on two stacks.
//!
//! One stack holds terms that are looked at where they are, in an object or in passing; the other holds what becomes part of the
//! result, on the heap of whoever asks. So nothing is copied that is only looked at.

use purlin_heap::{Map, Term, View, am};
use purlin_vm::Native;

use super::functions::{self, Special, SpecialValue};
use super::pattern::variable;
use super::{Compiler, Dialect, Fault};
use crate::args;

/// What an expression's value is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Use {
    /// It is looked at.
    Look,
    /// It is part of the result.
    Build,
}

/// An operation. Arguments lie on the stack with the first on top.
pub(super) enum Op<'h> {
    Constant(Use, Term<'h>),
    /// The variable of this place.
    Variable(Use, usize),
    /// `'$_'`
    Object(Use),
    /// `'$$'`
    Bindings(Use),
    /// The caller itself.
    Own(Use),
    Cons(Use),
    Tuple(Use, usize),
    Map(Use, usize),
    /// Moves a term that is looked at to the result.
    Copy,
    Call(Native, usize),
    /// All of so many are true, or any of them.
    All(usize),
    Any(usize),
    /// Goes on there if the value on top is this one, or no boolean; takes it otherwise.
    Decide(bool, usize),
    /// The trace message is the value on top, which is then `true`.
    Message,
    /// What else has an effect, with so many arguments.
    Special(Special, usize),
    /// A guard: ends the clause unless the value is `true`.
    Require,
    /// Forgets a value.
    Forget,
}

/// What is still to be compiled.
enum Task<'h> {
    Expression(Use, Term<'h>),
    Emit(Op<'h>),
    /// Goes on behind the expression if this decides it.
    Branch(bool),
    /// The end of an expression with so many branches.
    Join(usize),
}

/// Operations that are written.
#[derive(Default)]
struct Code<'h> {
    ops: Vec<Op<'h>>,
    /// Branches whose end is not known yet.
    open: Vec<usize>,
}

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Guard,
    Body,
}

impl<'h> Compiler<'_, 'h> {
    pub(super) fn guards(&mut self, list: Term<'h>) -> Vec<Op<'h>> {
        let mut code = Code::default();
        for guard in self.listed(list) {
            self.expression(Part::Guard, Use::Look, guard, &mut code);
            code.ops.push(Op::Require);
        }
        code.ops
    }

    /// Of a body only the last value counts, in tracing none.
    pub(super) fn body(&mut self, list: Term<'h>) -> Vec<Op<'h>> {
        let mut code = Code::default();
        let expressions = self.listed(list);
        let count = expressions.len();
        for (at, expression) in expressions.into_iter().enumerate() {
            let is_result = at + 1 == count && self.dialect == Dialect::Table;
            let wanted = if is_result { Use::Build } else { Use::Look };
            self.expression(Part::Body, wanted, expression, &mut code);
            if !is_result {
                code.ops.push(Op::Forget);
            }
        }
        code.ops
    }

    fn listed(&mut self, list: Term<'h>) -> Vec<Term<'h>> {
        let (elements, tail) = args::cells(list);
        if !tail.is_nil() {
            self.faults.push(Fault::Text(match elements.is_empty() {
                true => "Match expression is not a list.",
                false => "Match expression is not a proper list.",
            }));
        }
        elements
    }

    fn expression(&mut self, part: Part, wanted: Use, expression: Term<'h>, code: &mut Code<'h>) {
        let mut rest = vec![Task::Expression(wanted, expression)];
        while let Some(task) = rest.pop() {
            match task {
                Task::Expression(wanted, expression) => self.value(part, wanted, expression, code, &mut rest),
                Task::Emit(op) => code.ops.push(op),
                Task::Branch(decides) => {
                    code.open.push(code.ops.len());
                    code.ops.push(Op::Decide(decides, 0));
                }
                Task::Join(count) => {
                    let end = code.ops.len();
                    for at in code.open.drain(code.open.len() - count..) {
                        if let Op::Decide(_, to) = &mut code.ops[at] {
                            *to = end;
                        }
                    }
                }
            }
        }
    }

    /// An expression: what has no parts is written at once, parts become tasks.
    fn value(
        &mut self,
        part: Part,
        wanted: Use,
        expression: Term<'h>,
        code: &mut Code<'h>,
        rest: &mut Vec<Task<'h>>,
    ) {
        let parts = |terms: &[Term<'h>]| -> Vec<_> {
            terms.iter().map(|&term| Task::Expression(wanted, term)).collect()
        };
        match expression.view() {
            View::Atom(atom) => {
                let op = match atom {
                    am::dollar_underscore => Op::Object(wanted),
                    am::dollar_dollar => Op::Bindings(wanted),
                    _ => self.atom(wanted, expression),
                };
                code.ops.push(op);
            }
            View::Cons(cell) => {
                rest.push(Task::Emit(Op::Cons(wanted)));
                rest.extend(parts(&[cell.head(), cell.tail()]));
            }
            View::Map(object) => {
                let entries: Vec<_> =
                    Map::of_object(object).into_iter().flat_map(|map| map.entries()).collect();
                rest.push(Task::Emit(Op::Map(wanted, entries.len())));
                entries.iter().for_each(|&(key, value)| rest.extend(parts(&[key, value])));
            }
            View::Tuple(tuple) => match *tuple.elements() {
                [inner] if let Some(inner) = inner.as_tuple() => {
                    rest.push(Task::Emit(Op::Tuple(wanted, inner.arity())));
                    rest.extend(parts(inner.elements()));
                }
                [name, ref arguments @ ..]
                    if name.as_atom().is_some() && variable(name, self.cx.atoms()).is_none() =>
                {
                    self.call(part, wanted, expression, name, arguments, code, rest);
                }
                _ => {
                    let text = " is neither a function call, nor a tuple (tuples are written {{ ... }}).";
                    self.faults.push(Fault::At("", expression, text));
                }
            },
            _ => code.ops.push(Op::Constant(wanted, expression)),
        }
    }

    fn atom(&mut self, wanted: Use, atom: Term<'h>) -> Op<'h> {
        let Some(number) = variable(atom, self.cx.atoms()) else { return Op::Constant(wanted, atom) };
        match self.variables.binary_search(&number) {
            Ok(place) => Op::Variable(wanted, place),
            Err(_) => {
                self.faults.push(Fault::Unbound(number));
                Op::Constant(wanted, atom)
            }
        }
    }

    /// `{Name, Arguments...}`
    #[expect(clippy::too_many_arguments, reason = "the parts of one expression and where its code goes")]
    fn call(
        &mut self,
        part: Part,
        wanted: Use,
        whole: Term<'h>,
        name: Term<'h>,
        arguments: &[Term<'h>],
        code: &mut Code<'h>,
        rest: &mut Vec<Task<'h>>,
    ) {
        let looked_at = |rest: &mut Vec<Task<'h>>, op| {
            rest.extend((wanted == Use::Build).then_some(Task::Emit(Op::Copy)));
            rest.push(Task::Emit(op));
            rest.extend(arguments.iter().map(|&argument| Task::Expression(Use::Look, argument)));
        };
        let missing = |text, rest: &mut Vec<Fault<'h>>| {
            rest.push(Fault::At(text, whole, "."));
        };
        match (name.as_atom(), arguments) {
            (Some(am::const_), &[constant]) => code.ops.push(Op::Constant(wanted, constant)),
            (Some(am::const_), _) => {
                missing("Special form 'const' called with more than one argument in ", &mut self.faults);
            }
            (Some(am::self_), []) => code.ops.push(Op::Own(wanted)),
            (Some(am::self_), _) => {
                missing("Special form 'self' called with arguments in ", &mut self.faults)
            }
            (Some(am::and), []) => {
                missing("Special form 'and' called without arguments in ", &mut self.faults)
            }
            (Some(am::or), []) => missing("Special form 'or' called without arguments in ", &mut self.faults),
            (Some(am::andalso | am::andthen), []) => {
                missing("Special form 'andalso' called without arguments in ", &mut self.faults);
            }
            (Some(am::orelse), []) => {
                missing("Special form 'orelse' called without arguments in ", &mut self.faults);
            }
            (Some(am::and), _) => looked_at(rest, Op::All(arguments.len())),
            (Some(am::or), _) => looked_at(rest, Op::Any(arguments.len())),
            (Some(atom @ (am::andalso | am::andthen | am::orelse)), _) => {
                branches(wanted, atom == am::orelse, arguments, rest);
            }
            _ => match self.callee(part, name, arguments.len()) {
                Ok(op) => looked_at(rest, op),
                Err(fault) => self.faults.push(fault),
            },
        }
    }

    /// What a call by this name is.
    fn callee(&self, part: Part, name: Term<'h>, arity: usize) -> Result<Op<'h>, Fault<'h>> {
        if let Some(native) = functions::function(self.cx, name, arity) {
            return Ok(Op::Call(native, arity));
        }
        let text = name.as_atom().map_or("", |atom| self.cx.atoms().name(atom));
        if let Some(wrong) = functions::wrong_dialect(text, self.dialect) {
            return Err(Fault::Text(wrong));
        }
        match functions::special(text, arity) {
            Some((_, in_guards)) if self.dialect == Dialect::Table || part == Part::Guard && !in_guards => {
                Err(Fault::Misplaced(name, arity))
            }
            Some((Special::Message, _)) => Ok(Op::Message),
            Some((special, _)) => Ok(Op::Special(special, arity)),
            None => Err(Fault::NoFunction(name, arity)),
        }
    }
}

/// Arguments in order, each but the last of which may decide.
fn branches<'h>(wanted: Use, decides: bool, arguments: &[Term<'h>], rest: &mut Vec<Task<'h>>) {
    rest.extend((wanted == Use::Build).then_some(Task::Emit(Op::Copy)));
    rest.push(Task::Join(arguments.len() - 1));
    for (at, &argument) in arguments.iter().enumerate().rev() {
        rest.extend((at + 1 < arguments.len()).then_some(Task::Branch(decides)));
        rest.push(Task::Expression(Use::Look, argument));
    }
}

impl SpecialValue {
    pub(super) fn term<'h>(self) -> Term<'h> {
        match self {
            SpecialValue::True => Term::boolean(true),
            SpecialValue::False => Term::boolean(false),
            SpecialValue::Nil => Term::NIL,
            SpecialValue::Undefined => Term::atom(am::undefined),
        }
    }
}
