//! Code that must be refused, each with the reason, beside the like that must be accepted.

mod common;

use common::assembler::A::{self, Atom, Fr, I, Import, L, List, Nil, U, X, Y};
use common::assembler::Assembler;
use purlin_loader::{LoadError, Verified, load};

type Op<'a> = (&'a str, Vec<A>);

/// Loads a module with one function of two arguments; its entry is label 2, further labels begin at 3.
fn try_code(code: &[Op<'_>]) -> Result<Verified, LoadError> {
    let mut assembler = Assembler::new();
    assembler.function("f", 2, true);
    for (name, operands) in code {
        assembler.op(name, operands);
    }
    load(&assembler.beam())
}

fn accept(code: &[Op<'_>]) -> Verified {
    try_code(code).unwrap_or_else(|error| panic!("{error}\n{code:?}"))
}

/// The code is refused by the verifier, at an instruction, for a reason in which these words stand.
fn refuse(code: &[Op<'_>], words: &str) {
    match try_code(code) {
        Ok(_) => panic!("accepted, where it should be told of {words}: {code:?}"),
        Err(LoadError::Parse(error)) => panic!("{error}: {code:?}"),
        Err(LoadError::Verify(error)) => {
            assert!(error.reason.contains(words), "{error} does not tell of {words}: {code:?}");
            assert_eq!(error.function, Some(("f".to_owned(), 2)));
            assert!(error.instruction.is_some());
        }
    }
}

fn ret() -> Op<'static> {
    ("return", vec![])
}

fn mov(from: A, to: A) -> Op<'static> {
    ("move", vec![from, to])
}

#[test]
fn registers_are_written_before_they_are_read() {
    accept(&[mov(X(1), X(0)), ret()]);
    refuse(&[mov(X(2), X(0)), ret()], "x2 is read before it is written");
    refuse(&[mov(X(1023), X(0)), ret()], "x1023 is read");
    // Written on one way only.
    let halves = |second: A| {
        vec![
            ("is_atom", vec![L(3), X(0)]),
            mov(Nil, X(5)),
            ("jump", vec![L(4)]),
            ("label", vec![U(3)]),
            mov(Nil, second),
            ("label", vec![U(4)]),
            mov(X(5), X(0)),
            ret(),
        ]
    };
    accept(&halves(X(5)));
    refuse(&halves(X(6)), "x5 is read before it is written");
}

#[test]
fn calls_lose_registers() {
    let call = |read: A| {
        vec![
            ("allocate", vec![U(1), U(2)]),
            mov(X(1), Y(0)),
            ("call", vec![U(2), L(2)]),
            mov(read, X(0)),
            ("deallocate", vec![U(1)]),
            ret(),
        ]
    };
    // The function only ever calls itself, so that nothing after the call can be reached.
    assert!(!accept(&call(X(1))).is_reached(6));
    let call_other = |read: A| {
        let mut code = call(read);
        code[2] = ("call_ext", vec![U(2), Import("lists", "nth", 2)]);
        code
    };
    accept(&call_other(Y(0)));
    refuse(&call_other(X(1)), "x1 is read before it is written");
}

#[test]
fn frames_have_the_size_they_are_said_to_have() {
    let frame = |slots: u64, dropped: u64| {
        vec![
            ("allocate", vec![U(slots), U(2)]),
            ("init_yregs", vec![List((0..slots).map(Y).collect())]),
            ("deallocate", vec![U(dropped)]),
            ret(),
        ]
    };
    accept(&frame(2, 2));
    refuse(&frame(2, 1), "the frame has 2 slots, not 1");
    refuse(&[("allocate", vec![U(0), U(2)]), ret()], "there is a frame of 0 slots");
    refuse(&[("deallocate", vec![U(0)]), ret()], "there is no frame");
    refuse(&[mov(X(0), Y(0)), ret()], "y0 is used where there is no frame");
    refuse(&[("allocate", vec![U(1), U(2)]), mov(X(0), Y(1)), ret()], "y1 is beyond the 1 slots");
    refuse(&[("allocate", vec![U(4000), U(2)]), ret()], "too large");
    refuse(&[("allocate", vec![U(2), U(2)]), ("trim", vec![U(1), U(2)]), ret()], "the frame has 2 slots");
    refuse(&[("allocate", vec![U(0), U(3)]), ret()], "x2 is said to be live");
    refuse(&[("call_ext", vec![U(2), Import("lists", "nth", 2)]), ret()], "there is no frame");
    // The callee never returns, and yet the call pushes a return address.
    refuse(&[("call", vec![U(2), L(2)]), ret()], "there is no frame");
}

#[test]
fn slots_are_written_before_the_frame_is_walked() {
    let code = |first: Op<'static>| {
        vec![
            ("allocate", vec![U(1), U(2)]),
            first,
            ("call_ext", vec![U(2), Import("lists", "nth", 2)]),
            ("deallocate", vec![U(1)]),
            ret(),
        ]
    };
    accept(&code(mov(X(0), Y(0))));
    refuse(&code(mov(X(0), X(1))), "y0 was not written");
}

#[test]
fn heap_is_reserved_before_it_is_used() {
    accept(&[("test_heap", vec![U(2), U(2)]), ("put_list", vec![X(0), X(1), X(0)]), ret()]);
    refuse(&[("put_list", vec![X(0), X(1), X(0)]), ret()], "needs 2 words");
    refuse(
        &[("test_heap", vec![U(3), U(2)]), ("put_tuple2", vec![X(0), List(vec![X(0), X(1), Nil])]), ret()],
        "4 words",
    );
    let twice = vec![
        ("test_heap", vec![U(3), U(2)]),
        ("put_list", vec![X(0), X(1), X(0)]),
        ("put_list", vec![X(0), X(1), X(0)]),
        ret(),
    ];
    refuse(&twice, "needs 2 words");
    refuse(&[("test_heap", vec![U(0xffff_ffff), U(2)]), ret()], "too many");
}

#[test]
fn handlers_nest_and_are_removed() {
    let caught = |end: &'static str, slot: u64| {
        vec![
            ("allocate", vec![U(2), U(2)]),
            ("init_yregs", vec![List(vec![Y(0), Y(1)])]),
            ("catch", vec![Y(1), L(3)]),
            ("call_ext", vec![U(2), Import("lists", "nth", 2)]),
            ("label", vec![U(3)]),
            (end, vec![Y(slot)]),
            ("deallocate", vec![U(2)]),
            ret(),
        ]
    };
    accept(&caught("catch_end", 1));
    refuse(&caught("catch_end", 0), "does not hold the innermost handler");
    refuse(&caught("try_case", 1), "does not hold the innermost handler");
    refuse(&caught("try_end", 1), "does not begin with the end of a handler");
    let mut left = caught("catch_end", 1);
    left.splice(4..4, [("deallocate", vec![U(2)]), ret()]);
    refuse(&left, "while y1 holds a catch tag");
    let mut overwritten = caught("catch_end", 1);
    overwritten.insert(3, mov(X(0), Y(1)));
    refuse(&overwritten, "y1 holds a catch tag");
    let mut read = caught("catch_end", 1);
    read.insert(3, mov(Y(1), X(0)));
    refuse(&read, "is read");
    let mut inner = caught("catch_end", 1);
    inner[2] = ("catch", vec![Y(0), L(3)]);
    inner.insert(3, ("catch", vec![Y(1), L(3)]));
    refuse(&inner, "does not nest");
}

#[test]
fn contexts_do_not_escape() {
    let matching = |rest: Op<'static>| {
        vec![("bs_start_match3", vec![L(1), X(0), U(2), X(2)]), rest, mov(Nil, X(0)), ret()]
    };
    accept(&matching(("bs_get_tail", vec![X(2), X(0), U(2)])));
    refuse(&matching(("test_heap", vec![U(2), U(4)])), "x3 is said to be live");
    refuse(&matching(mov(Nil, X(9))).clone_with(2, mov(X(2), X(0))), "which is no term");
    refuse(&matching(("is_atom", vec![L(1), X(2)])), "which is no term");
    refuse(&matching(("bs_get_tail", vec![X(0), X(0), U(2)])), "not context");
    refuse(&matching(("bs_set_position", vec![X(2), X(1)])), "not position");
    let build = vec![
        ("bs_start_match3", vec![L(1), X(0), U(2), X(2)]),
        ("test_heap", vec![U(2), U(3)]),
        ("put_list", vec![X(2), Nil, X(0)]),
        ret(),
    ];
    refuse(&build, "which is no term");
    let pass = vec![
        ("bs_start_match3", vec![L(1), X(0), U(2), X(0)]),
        ("call_ext_only", vec![U(2), Import("lists", "nth", 2)]),
    ];
    refuse(&pass, "which is no term");
}

/// A copy of code with one instruction replaced.
trait CloneWith {
    fn clone_with(&self, index: usize, op: Op<'static>) -> Self;
}

impl CloneWith for Vec<Op<'static>> {
    fn clone_with(&self, index: usize, op: Op<'static>) -> Self {
        let mut code = self.clone();
        code[index] = op;
        code
    }
}

#[test]
fn matching_takes_no_more_than_was_ensured() {
    let take = |ensured: u64, bits: u64| {
        let commands =
            vec![Atom("ensure_at_least"), U(ensured), U(1), Atom("integer"), U(3), Nil, U(bits), U(1), X(0)];
        vec![
            ("bs_start_match3", vec![L(1), X(0), U(2), X(2)]),
            ("bs_match", vec![L(1), X(2), List(commands)]),
            ret(),
        ]
    };
    accept(&take(8, 8));
    refuse(&take(8, 9), "9 bits are taken of 8 ensured");
    refuse(&take(8, u64::MAX), "bits are taken");
}

#[test]
fn a_match_that_fails_late_has_written_already() {
    // The second command may fail when the first has put an integer into x0, which was a tuple before.
    let late = |to: A| {
        let first = vec![Atom("ensure_at_least"), U(16), U(1), Atom("integer"), U(3), Nil, U(8), U(1), to];
        let commands = [first, vec![Atom("=:="), Nil, U(8), U(7)]].concat();
        vec![
            ("test_arity", vec![L(1), X(0), U(2)]),
            ("bs_start_match3", vec![L(1), X(1), U(2), X(2)]),
            ("bs_match", vec![L(3), X(2), List(commands)]),
            mov(Nil, X(0)),
            ret(),
            ("label", vec![U(3)]),
            ("get_tuple_element", vec![X(0), U(1), X(0)]),
            ret(),
        ]
    };
    assert!(accept(&late(X(1))).proved(9, 0));
    assert!(!accept(&late(X(0))).proved(9, 0));
}

#[test]
fn loops_go_through_calls() {
    refuse(&[("label", vec![U(3)]), ("jump", vec![L(3)])], "goes back without a call");
    refuse(&[("label", vec![U(3)]), ("is_atom", vec![L(3), X(0)]), ret()], "goes back without a call");
    let table = List(vec![I(1), L(3)]);
    refuse(&[("label", vec![U(3)]), ("select_val", vec![X(0), L(1), table])], "goes back without a call");
    accept(&[("label", vec![U(3)]), ("wait", vec![L(3)])]);
    // Nor do exceptions go round: the handler of this one would take the next one too.
    let raised = |first: Op<'static>| {
        vec![
            ("allocate", vec![U(1), U(2)]),
            ("try", vec![Y(0), L(3)]),
            ("if_end", vec![]),
            ("label", vec![U(3)]),
            first,
            ("if_end", vec![]),
        ]
    };
    accept(&raised(("try_case", vec![Y(0)])));
    refuse(&raised(("if_end", vec![])), "does not begin with the end of a handler");
}

#[test]
fn tuples_are_changed_only_when_they_are_new() {
    let change = |between: Vec<Op<'static>>| {
        let mut code = vec![
            ("allocate", vec![U(1), U(2)]),
            mov(X(0), Y(0)),
            mov(X(0), X(2)),
            mov(I(2), X(0)),
            ("call_ext", vec![U(3), Import("erlang", "setelement", 3)]),
        ];
        code.extend(between);
        code.extend([("set_tuple_element", vec![Y(0), X(0), U(0)]), ("deallocate", vec![U(1)]), ret()]);
        code
    };
    accept(&change(vec![]));
    accept(&change(vec![mov(X(0), X(1)), mov(X(1), X(0))]));
    refuse(&change(vec![mov(Y(0), X(0))]), "may be known elsewhere");
    refuse(&change(vec![("test_heap", vec![U(2), U(1)])]), "may be known elsewhere");
    let mut far = change(vec![]);
    far[5] = ("set_tuple_element", vec![Y(0), X(0), U(2)]);
    refuse(&far, "have no such element");
}

#[test]
fn messages_stay_in_the_mailbox_until_they_are_taken() {
    let receive = |before: Op<'static>, after: Op<'static>| {
        vec![
            ("allocate", vec![U(1), U(2)]),
            ("init_yregs", vec![List(vec![Y(0)])]),
            ("label", vec![U(3)]),
            ("loop_rec", vec![L(4), X(0)]),
            before,
            ("remove_message", vec![]),
            after,
            ("deallocate", vec![U(1)]),
            ret(),
            ("label", vec![U(4)]),
            ("wait", vec![L(3)]),
        ]
    };
    let nothing = || mov(X(0), X(0));
    let verified = accept(&receive(nothing(), nothing()));
    assert!(!verified.copies_messages(0));
    // Passing a message on before it is taken is only legal where the machine copies it.
    let verified = accept(&receive(("call_fun", vec![U(0)]), nothing()));
    assert!(verified.copies_messages(0));
    let mut twice = receive(nothing(), ("remove_message", vec![]));
    refuse(&twice, "no message is shown");
    twice[5] = nothing();
    twice[6] = nothing();
    refuse(&twice, "neither taken nor passed over");
}

#[test]
fn assumptions_are_proved_or_checked() {
    let take = |test: Op<'static>| vec![test, ("get_hd", vec![X(0), X(0)]), ret()];
    let index = 4; // Behind label, func_info, label, test.
    let proved = accept(&take(("is_nonempty_list", vec![L(1), X(0)])));
    assert!(proved.proved(index, 0) && !proved.proved(index, 1));
    let unproved = accept(&take(("is_list", vec![L(1), X(0)])));
    assert!(!unproved.proved(index, 0));
    assert_eq!(unproved.stats().checked, 1);
    // What a test tells about a register holds for its copies.
    let copy = [mov(X(0), X(3)), ("is_nonempty_list", vec![L(1), X(3)]), ("get_hd", vec![X(0), X(0)]), ret()];
    assert!(accept(&copy).proved(5, 0));
    // A tuple that has two elements has no third.
    let element = |number: u64| {
        [("test_arity", vec![L(1), X(0), U(2)]), ("get_tuple_element", vec![X(0), U(number), X(0)]), ret()]
    };
    assert!(accept(&element(1)).proved(4, 0));
    assert!(!accept(&element(2)).proved(4, 0));
}

#[test]
fn types_of_arguments_are_joined_over_calls() {
    let module = |is_exported: bool, second: A| {
        let mut assembler = Assembler::new();
        assembler.function("f", 1, true);
        assembler.op("is_map", &[L(1), X(0)]);
        assembler.op("allocate", &[U(1), U(1)]).op("move", &[X(0), Y(0)]);
        assembler.op("call", &[U(1), L(4)]);
        assembler.op("move", &[second, X(0)]);
        assembler.op("call_last", &[U(1), L(4), U(1)]);
        assembler.function("g", 1, is_exported);
        assembler.op("get_map_elements", &[L(3), X(0), List(vec![Atom("k"), X(0)])]).op("return", &[]);
        load(&assembler.beam()).expect("accepted")
    };
    let index = 12;
    assert!(module(false, Y(0)).proved(index, 1));
    assert!(!module(true, Y(0)).proved(index, 1));
    assert!(!module(false, Nil).proved(index, 1));
}

#[test]
fn tables_and_labels_point_at_what_is_there() {
    refuse(&[("jump", vec![L(9)])], "label 9 is not defined");
    refuse(&[("call_only", vec![U(2), L(1)])], "label 1 is no function's entry");
    refuse(&[("call_only", vec![U(1), L(2)])], "takes 2 arguments, not 1");
    refuse(&[("make_fun3", vec![U(0), X(0), List(vec![])]), ret()], "fun 0 of 0 does not exist");
    refuse(&[("call_ext_only", vec![U(7), U(0)])], "import 0 of 0 does not exist");
    refuse(&[("line", vec![U(1)]), ret()], "line 1 of 1 does not exist");
    refuse(&[mov(X(0), X(0))], "control runs off the end");
    let string = |offset: u64, bits: u64| {
        [
            ("bs_start_match3", vec![L(1), X(0), U(2), X(2)]),
            ("bs_match_string", vec![L(3), X(2), U(bits), U(offset)]),
            ("label", vec![U(3)]),
            mov(Nil, X(0)),
            ret(),
        ]
    };
    accept(&string(0, 56));
    refuse(&string(0, 57), "string table has no 57 bits at 0");
    refuse(&string(4_000_000_000, 8), "string table");
    refuse(&[("bif1", vec![L(0), Import("erlang", "spawn", 1), X(0), X(0)]), ret()], "no guard function");
    refuse(&[("bif1", vec![L(0), Import("other", "hd", 1), X(0), X(0)]), ret()], "no guard function");
}

#[test]
fn floats_are_in_registers_that_were_written() {
    accept(&[("fconv", vec![X(0), Fr(0)]), ("fadd", vec![L(0), Fr(0), Fr(0), Fr(1)]), ret()]);
    refuse(&[("fadd", vec![L(0), Fr(0), Fr(0), Fr(1)]), ret()], "f0 is read before it is written");
    refuse(&[("fconv", vec![X(0), Fr(500)]), ret()], "no float register 500");
    refuse(&[("fconv", vec![X(0), Fr(0)]), ("fmove", vec![Fr(0), X(0)]), ret()], "1 floats");
}

#[test]
fn integers_have_the_bounds_that_tests_give_them() {
    use purlin_loader::verify::Kinds;
    let code = [
        ("is_integer", vec![L(1), X(0)]),
        ("is_ge", vec![L(1), X(0), I(0)]),
        ("is_lt", vec![L(1), X(0), I(1 << 40)]),
        ("gc_bif2", vec![L(0), U(1), Import("erlang", "+", 2), X(0), I(1), X(0)]),
        ret(),
    ];
    let verified = accept(&code);
    let add = 6; // Behind label, func_info, label, three tests.
    assert_eq!(verified.kinds(add, 3), Kinds::SMALL);
    assert_eq!(verified.kinds(add, 5), Kinds::SMALL);
    let verified = accept(&[code[0].clone(), code[3].clone(), ret()]);
    assert_eq!(verified.kinds(4, 5), Kinds::INTEGER);
}

#[test]
fn a_module_too_complex_is_refused_in_time() {
    let mut assembler = Assembler::new();
    assembler.function("f", 0, true);
    for register in 0..1024 {
        assembler.op("move", &[Nil, X(register)]);
    }
    for label in 3..20_000 {
        assembler.op("is_atom", &[L(label), X(label % 1024)]).op("label", &[U(label)]);
    }
    assembler.op("return", &[]);
    let error = load(&assembler.beam()).expect_err("refused");
    assert!(error.to_string().contains("too much memory"), "{error}");
}
