//! Raw traces and the lists made of them.
//!
//! A raw trace is `{Addresses, Class, First}`. `Addresses` is a binary of instruction addresses, the innermost
//! first, or the list that a program gave to `erlang:raise/3`. `First` tells of the first entry what its address
//! does not:
//!
//! - `[]`: nothing;
//! - `{native, M, F, Args, Cause}`: a native raised it; its entry stands before those of the addresses;
//! - `{Fun, Args}`: a fun whose module is not there was called; its entry stands before those of the addresses;
//! - `{args, Args, Info}`: the first address is of a function with these arguments.

use purlin_heap::layout::{Kind, header};
use purlin_heap::word::Word;
use purlin_heap::{Atom, Build, Heap, Map, Term, View, am};

use crate::Vm;
use crate::native::Class;

/// A raw trace of these addresses, made in `heap`.
pub fn raw<'h>(heap: &'h Heap, class: Class, addresses: &[u64], first: Term<'h>) -> Term<'h> {
    let words = addresses.len();
    let at = heap.allocate(2 + words).as_ptr();
    // SAFETY: so many fresh words; a heap binary is its size in bits and its bytes.
    let bits = unsafe {
        *at = header(Kind::HeapBits, 1 + words);
        *at.add(1) = Word(words as u64 * 64);
        std::ptr::copy_nonoverlapping(addresses.as_ptr(), at.add(2).cast(), words);
        Term::from_word(Word::boxed(at))
    };
    heap.tuple(&[bits, Term::atom(class.atom()), first])
}

/// A raw trace of the first `depth` entries of a list that a program gave.
pub fn raw_of_list<'h>(heap: &'h Heap, class: Class, list: Term<'h>, depth: usize) -> Term<'h> {
    let list = beginning(heap, list, depth.max(1));
    heap.tuple(&[list, Term::atom(class.atom()), Term::NIL])
}

/// The first `count` elements of a proper list.
fn beginning<'h>(heap: &'h Heap, list: Term<'h>, count: usize) -> Term<'h> {
    let (mut rest, mut first) = (list, Vec::with_capacity(count));
    while let Some(cell) = rest.as_cons() {
        if first.len() == count {
            return heap.list(&first);
        }
        first.push(cell.head());
        rest = cell.tail();
    }
    list
}

/// What a raw trace tells of a native, or another function without code of its own: module, function, arguments, and
/// the cause of the error (`none` when there is nothing to tell, `[]` when its errors are not explained at all).
pub fn native_entry<'h>(heap: &'h Heap, call: [Term<'h>; 3], cause: Term<'h>) -> Term<'h> {
    heap.tuple(&[Term::atom(am::native), call[0], call[1], call[2], cause])
}

/// Whether what stands first in a raw trace is an entry of a native, and not of another function without code.
pub fn is_of_native(first: Term<'_>) -> bool {
    first.as_tuple().is_some_and(|t| t.arity() == 5 && !t.element(4).is_nil())
}

/// The class of the exception that a raw trace belongs to.
pub fn class_of(raw: Term<'_>) -> Class {
    let class = raw.as_tuple().filter(|t| t.arity() == 3).and_then(|t| t.element(1).as_atom());
    class.and_then(Class::from_atom).unwrap_or(Class::Error)
}

/// The list `[{M, F, ArityOrArgs, Info}]` of a raw trace.
pub fn build<'h>(vm: &Vm, heap: &'h Heap, raw: Term<'h>) -> Term<'h> {
    let Some(parts) = raw.as_tuple().filter(|t| t.arity() == 3) else {
        return Term::NIL;
    };
    let addresses = match parts.element(0).view() {
        View::Bits(bits) => (2..=bits.size()).map(|index| bits.raw(index)).collect::<Vec<u64>>(),
        View::Cons(_) => return parts.element(0),
        _ => return Term::NIL,
    };
    let first = parts.element(2).as_tuple();
    let mut entries = Vec::with_capacity(addresses.len() + 1);
    if let Some(native) = first.filter(|t| t.arity() == 5) {
        let info = error_info(vm, heap, native.element(1).as_atom(), native.element(4));
        entries.push(heap.tuple(&[native.element(1), native.element(2), native.element(3), info]));
    }
    if let Some(fun) = first.filter(|t| t.arity() == 2) {
        entries.push(heap.tuple(&[fun.element(0), fun.element(1), Term::NIL]));
    }
    let mut given = first.filter(|t| t.arity() == 3);
    for address in addresses {
        entries.extend(entry(vm, heap, address, given.take()));
    }
    heap.list(&entries)
}

/// The entry of one address; nothing for the runtime's own instructions.
fn entry<'h>(
    vm: &Vm,
    heap: &'h Heap,
    address: u64,
    given: Option<purlin_heap::Tuple<'h>>,
) -> Option<Term<'h>> {
    let place = vm.code().locate(address as *const u64)?;
    let name = place.function;
    let (arguments, mut info) = match given {
        // Arguments that are not known leave the arity, as where there is only something to tell of the cause.
        Some(given) if given.element(1).is_atom(am::none) => {
            (Term::small(name.arity.into()), given.element(2))
        }
        Some(given) => (given.element(1), given.element(2)),
        None => (Term::small(name.arity.into()), Term::NIL),
    };
    if let Some((file, line)) = place.line {
        let line = heap.tuple(&[Term::atom(am::line), Term::small(line.into())]);
        let file = heap.tuple(&[Term::atom(am::file), characters(heap, &file)]);
        info = heap.cons(file, heap.cons(line, info));
    }
    let (module, function) = (Term::atom(name.module), Term::atom(name.function));
    Some(heap.tuple(&[module, function, arguments, info]))
}

/// `[{error_info, #{module => Explainer, cause => Cause}}]` for a native of `module`.
fn error_info<'h>(vm: &Vm, heap: &'h Heap, module: Option<Atom>, cause: Term<'h>) -> Term<'h> {
    let explainer = module.filter(|_| !cause.is_nil()).and_then(|module| explainer(vm, module));
    let Some(explainer) = explainer else { return Term::NIL };
    let mut pairs = vec![(Term::atom(am::module), Term::atom(explainer))];
    if !cause.is_atom(am::none) {
        pairs.push((Term::atom(am::cause), cause));
    }
    let info = Map::from_pairs(&pairs, vm.atoms(), heap).as_term();
    heap.list(&[heap.tuple(&[Term::atom(am::error_info), info])])
}

/// The module of OTP that explains the errors of a module's natives.
fn explainer(vm: &Vm, module: Atom) -> Option<Atom> {
    match vm.atoms().name(module) {
        "erlang" | "atomics" | "counters" | "erts_internal" | "persistent_term" => Some(am::erl_erts_errors),
        "binary" | "ets" | "lists" | "maps" | "math" | "re" | "unicode" | "io" => Some(am::erl_stdlib_errors),
        "os" | "code" => Some(am::erl_kernel_errors),
        _ => None,
    }
}

/// A string as a list of characters.
fn characters<'h>(heap: &'h Heap, text: &str) -> Term<'h> {
    text.chars().rev().fold(Term::NIL, |tail, c| heap.cons(Term::small(c as i64), tail))
}
