//! Arguments of all sorts for functions of which nothing is known.

use purlin_heap::{Build, Map, Mfa, Pid, Term, bits};
use purlin_vm::Vm;

/// Where the empty list stands among them.
pub const EMPTY_LIST: usize = 11;

/// Some of each sort of term. Functions of no arguments may answer any of them.
pub fn values<'h>(vm: &'h Vm, build: &'h impl Build) -> Vec<Term<'h>> {
    let atom = |name| vm.atoms().intern(name).expect("room for an atom");
    let term = |name| Term::atom(atom(name));
    let fun = |module, function, arity| {
        let name = Mfa { module: atom(module), function: atom(function), arity };
        build.export(&vm.code().export(name).name)
    };
    let integer = |number| build.integer(number);
    let integers: Vec<_> = (0..20).map(integer).collect();
    let pairs: Vec<_> = (0..5).map(|number| build.tuple(&[integer(number), term("value")])).collect();
    let map = |size| {
        let entries: Vec<_> = (0..size).map(|number| (integer(number), term("value"))).collect();
        Map::from_pairs(&entries, vm.atoms(), build).as_term()
    };
    let bytes = b"some bytes, more than those that fit a word, and more than sixty-four in all, to be sure";
    let long = bits::binary(bytes, build);
    vec![
        integer(0),
        integer(3),
        integer(-1),
        integer(i64::MAX),
        build.float(1.5),
        build.float(1e300),
        term("true"),
        term("error"),
        bits::binary(b"", build),
        long,
        bits::slice(long, 3, 43, build).expect("a part"),
        Term::NIL,
        build.list(&integers),
        build.list(&pairs),
        build.list(&[term("a"), long, build.list(&integers[..1])]),
        build.list_with_tail(&integers[..2], integers[2]),
        build.tuple(&[]),
        build.tuple(&[term("dict"), integer(1)]),
        build.tuple(&[build.list(&integers[..1]), build.list(&integers[..2])]),
        map(0),
        map(3),
        map(50),
        fun("erlang", "is_atom", 1),
        fun("erlang", "+", 2),
        fun("erlang", "setelement", 3),
        fun("nowhere", "nothing", 0),
        Term::pid(Pid(0)),
        build.reference(1, None),
    ]
}
