//! Limits of trees of processes and bounds of mailboxes, which only Purlin has: `tests/limits/limits.erl` asserts what
//! must hold.

mod common;

use common::{compiled, purlin, text_of};
use purlin::{CallError, Limits, Vm};
use std::time::Duration;

const SOURCE: &str = include_str!("limits/limits.erl");

/// Runs functions of the program with these options.
fn hold(directory: &str, options: &[&str], functions: &[&str]) {
    let directory = compiled(directory, SOURCE);
    for function in functions {
        let (name, arguments) = function.split_once(' ').map_or((*function, None), |(f, a)| (f, Some(a)));
        let call = format!("limits:{name}");
        let mut command = vec!["run"];
        command.extend(options);
        command.extend(["-p", text_of(&directory), &call]);
        command.extend(arguments);
        let output = purlin(&command);
        let (said, errors) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && said == "ok\n", "{function} {options:?}: {said}{errors}");
    }
}

#[test]
fn options_are_checked_and_told() {
    hold("limits_options", &[], &["options"]);
}

#[test]
fn memory_has_a_limit() {
    hold(
        "limits_memory",
        &[],
        &["memory", "memory_of_mailboxes", "memory_comes_back", "memory_of_the_dead", "memory_of_tables"],
    );
}

#[test]
fn processes_atoms_and_mailboxes_have_limits() {
    let functions = ["processes", "processes_nested", "atoms", "mailbox"];
    hold("limits_counts", &[], &functions);
    hold("limits_counts_1", &["--schedulers", "1"], &functions);
}

#[test]
fn reductions_have_a_rate() {
    hold("limits_rate", &[], &["rate", "rate_nested", "kill_of_throttled", "bystander"]);
}

const BOUNDS: [&str; 7] =
    ["refuse", "drop", "suspend", "suspend_order", "suspend_ends", "suspend_kill", "bound_lets_in"];

#[test]
fn mailboxes_have_bounds() {
    hold("bounds", &[], &BOUNDS);
    hold("bounds_1", &["--schedulers", "1"], &BOUNDS);
}

#[test]
fn counts_come_out_even_under_stress() {
    hold("limits_stress", &["--schedulers", "2"], &["stress 20", "tree_stress 20"]);
    hold("limits_stress_1", &["--schedulers", "1"], &["stress 10", "tree_stress 10"]);
}

#[test]
fn limits_hold_when_everything_is_collected_always() {
    hold(
        "limits_zeal",
        &["--collect-always"],
        &["processes_nested", "mailbox", "refuse", "suspend_order", "stress 2"],
    );
}

/// A machine whose atoms and processes are used up goes on.
#[test]
fn a_full_machine_goes_on() {
    let directory = compiled("limits_full", SOURCE);
    let beam = std::fs::read(directory.join("limits.beam")).expect("the compiled module");
    // No room but for the well-known atoms: those of the code take the reserve.
    let vm = Vm::builder().schedulers(2).atoms_max(1).processes_max(100).start().expect("a machine");
    vm.load(&beam).expect("there are atoms in reserve for code");
    let limit = Duration::from_secs(20);
    let named: purlin::Atom = vm.call("limits", "register_own_name", &(), limit).expect("it is registered");
    assert_eq!(named.0, "ok");
    let refused: (u32, purlin::Atom) =
        vm.call("limits", "spawn_until_refused", &(0,), limit).expect("it returns");
    assert_eq!(refused.1.0, "system_limit");
    // Who was refused has ended and left a place.
    vm.spawn("limits", "sleeper", &()).expect("there is room for one");
    assert!(matches!(vm.call::<()>("limits", "register_own_name", &(), limit), Err(CallError::Full)));
    vm.stop().expect("the machine stops");

    let vm = Vm::builder().schedulers(2).atoms_max(5000).start().expect("a machine");
    vm.load(&beam).expect("the module is loaded");
    let refused: (bool, purlin::Atom) = vm.call("limits", "fill_atoms", &(0,), limit).expect("it returns");
    assert_eq!((refused.0, refused.1.0.as_str()), (true, "system_limit"));
    let named: purlin::Atom =
        vm.call("limits", "register_own_name", &(), limit).expect("the machine goes on");
    assert_eq!(named.0, "ok");
    vm.stop().expect("the machine stops");
}

#[test]
fn a_program_limits_trees() {
    let directory = compiled("limits_library", SOURCE);
    let beam = std::fs::read(directory.join("limits.beam")).expect("the compiled module");
    let vm = Vm::builder().schedulers(2).start().expect("a machine");
    vm.load(&beam).expect("the module is loaded");
    let tree = vm.tree(Limits { processes: Some(10), memory_bytes: Some(10 << 20), ..Limits::default() });
    let limit = Duration::from_secs(20);
    let refused: (u32, purlin::Atom) =
        tree.call("limits", "spawn_until_refused", &(0,), limit).expect("the function returns");
    assert_eq!((refused.0, refused.1.0.as_str()), (9, "system_limit"));
    // Those that it spawned are there still.
    assert_eq!(tree.usage().processes, 9);
    tree.spawn("limits", "sleeper", &()).expect("there is room for one");
    assert!(matches!(tree.spawn("limits", "sleeper", &()), Err(CallError::Full)));
    assert!(tree.usage().memory_bytes > 1000);
    let other = vm.tree(Limits { memory_bytes: Some(5 << 20), ..Limits::default() });
    match other.call::<()>("limits", "fill", &([(); 0],), limit) {
        Err(CallError::Exited { class: "exit", reason }) => assert_eq!(reason, "{limit,memory}"),
        ended => panic!("{ended:?}"),
    }
    assert_eq!((other.usage().processes, other.usage().memory_bytes), (0, 0));
    vm.stop().expect("the machine stops");
}
