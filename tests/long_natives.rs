//! Others have their turn while a native or an instruction works for long: a bystander on the same scheduler counts.

mod common;

use common::{compiled, purlin, text_of};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

const PROGRAM: &str = include_str!("../benches/long_natives.erl");

/// The program, compiled for one test.
fn program(test: &str) -> PathBuf {
    // The directives come first in a benchmark.
    let at = PROGRAM.find("-module(").expect("a module");
    compiled(test, &PROGRAM[at..])
}

fn run(directory: &Path, schedulers: &str, function: &str, arguments: &[&str]) -> Output {
    let function = format!("long_natives:{function}");
    let options = ["run", "--schedulers", schedulers, "-p", text_of(directory), &function];
    purlin(&[&options[..], arguments].concat())
}

/// How many turns the bystander had while each case ran.
fn turns(output: Output) -> BTreeMap<String, u64> {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let lines = String::from_utf8(output.stdout).expect("names and numbers");
    let turn = |line: &str| {
        let (name, turns) = line.split_once(' ').expect("a name and a number");
        (name.to_owned(), turns.parse().expect("a number"))
    };
    lines.lines().map(turn).collect()
}

/// A case takes at least so many slices at the size of the test.
const TURNS_MIN: u64 = 4;
/// Elements of the lists.
const SIZE: &str = "300000";
/// What an integer, whose bits are the size, and the smaller maps need for as many slices.
const LARGE: [(&str, &str); 8] = [
    ("multiply", "2000000"),
    ("divide", "1000000"),
    ("remainder", "1000000"),
    ("integer_to_base", "4000000"),
    ("keys", "1000000"),
    ("values", "1000000"),
    ("to_list", "2000000"),
    ("equal_maps", "1000000"),
];

#[test]
fn others_have_their_turn_meanwhile() {
    let directory = program("long_natives_turns");
    let mut turns_of = turns(run(&directory, "1", "turns", &[SIZE]));
    assert!(turns_of.len() > 75, "{turns_of:?}");
    for (name, size) in LARGE {
        turns_of.extend(turns(run(&directory, "1", "turns", &[size, name])));
    }
    let few: Vec<_> = turns_of.into_iter().filter(|&(_, turns)| turns < TURNS_MIN).collect();
    assert!(few.is_empty(), "these held the scheduler: {few:?}");
}

/// Processes in the middle of long work move between schedulers, are killed, and are dropped with the machine.
#[test]
fn what_is_interrupted_can_move_be_killed_and_be_dropped() {
    let directory = program("long_natives_stress");
    for round in 0..4 {
        let output = run(&directory, "2", "stress", &["170", "20000"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "round {round}: {said}");
        assert!(said.is_empty(), "round {round}: {said}");
    }
}
