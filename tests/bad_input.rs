//! Bad input from outside: each gets a message that names the thing and says what to do, status 1, and leaves nothing
//! half-written.

mod common;

use common::{compiled, failure, failure_of, purlin, scratch, text_of};
use std::process::Command;

const CALLS: &str = "-module(calls).
-export([main/1, two/2, nowhere/1, missing/1, port/1, atoms/1, caught/1]).
main(Arguments) -> io:format(\"~p~n\", [Arguments]).
two(_, _) -> ok.
nowhere(_) -> no_such_module:f(1).
missing(_) -> {lists:no_such_function(1)}.
port(_) -> {open_port({spawn, \"cat\"}, [])}.
atoms(_) -> more_atoms(0).
more_atoms(N) -> _ = list_to_atom(\"number \" ++ integer_to_list(N)), more_atoms(N + 1).
caught(More) ->
    io:format(\"filling~n\"),
    try more_atoms(0) catch error:system_limit -> ok end,
    try list_to_atom(\"one more\" ++ lists:append(More)) catch error:system_limit -> io:format(\"caught~n\") end.
";

const GROWS: &str = "-module(grows).
-export([list/1, stack/1, queue/1, processes/1, binary/1, limited/1]).
list(_) -> grow([]).
grow(L) -> grow([L, L | L]).
stack(_) -> deep(1 bsl 50).
deep(0) -> 0;
deep(N) -> 1 + deep(N - 1).
queue(_) -> P = spawn(fun() -> receive never -> ok end end), flood(P).
flood(P) -> P ! lists:seq(1, 1000), flood(P).
processes(_) -> spawn(fun() -> receive never -> ok end end), processes(ok).
binary(_) -> double(<<0:8000000>>).
double(B) -> double(<<B/binary, B/binary>>).
limited(_) ->
    Limit = #{size => 100000, kill => true, error_logger => false},
    spawn_opt(fun() -> grow([]) end, [{max_heap_size, Limit}, monitor]),
    receive {'DOWN', _, process, _, Reason} -> io:format(\"~p~n\", [Reason]) end.
";

#[test]
fn what_names_no_function_is_told_apart() {
    let directory = compiled("calls", CALLS);
    let path = text_of(&directory);
    let run = |target: &str| failure(&["run", "-p", path, target]);
    assert!(failure(&["run", "calls"]).contains("there is no module calls\nhelp: give the directory"));
    assert!(run("calls:nothing").contains("module calls exports no nothing/1"));
    assert!(run("calls:two").contains("there is two/2"));
    for target in ["", ":", "calls:", ":main"] {
        assert!(run(target).contains(&format!("'{target}' names no function")), "{target}");
    }
    assert!(run(path).contains("is a directory"));
    let source = directory.join("calls.erl");
    assert!(run(text_of(&source)).contains("is a source file\nhelp: compile it with `erlc"));
    assert!(failure(&["run", "-p", "/nowhere", "calls"]).contains("-p /nowhere: there is no such directory"));
    assert!(failure(&["run", "--otp", path, "calls"]).contains("there are no libraries of Erlang/OTP"));
    assert!(failure(&["run", "--schedulers", "0", "calls"]).contains("'--schedulers <N>'"));
    assert!(failure(&["run"]).contains("<MODULE|FILE>"));
}

#[test]
fn a_call_of_what_is_not_there_says_what_is_missing() {
    let directory = compiled("undefined", CALLS);
    let run = |target: &str| failure(&["run", "-p", text_of(&directory), target]);
    let said = run("calls:nowhere");
    assert!(said.contains("uncaught error: undef\n    in no_such_module:f/1"), "{said}");
    assert!(said.contains("help: module no_such_module was not found"), "{said}");
    let said = run("calls:missing");
    assert!(said.contains("in lists:no_such_function/1\n    in calls:missing/1 ("), "{said}");
    assert!(said.contains("module lists is loaded and exports no such function"), "{said}");
    let said = run("calls:port");
    assert!(said.contains("enotsup\n    in erlang:open_port/2"), "{said}");
    assert!(said.contains("help: this version opens no ports"), "{said}");
}

#[test]
fn files_that_are_neither_modules_nor_images_are_refused() {
    let directory = compiled("files", CALLS);
    let file = |name: &str| directory.join(name);
    let (beam, image) = (file("calls.beam"), file("calls.image"));
    assert!(purlin(&["pack", "-o", text_of(&image), text_of(&beam)]).status.success());
    let (module, packed) =
        (std::fs::read(&beam).expect("the module"), std::fs::read(&image).expect("the image"));
    let refused = |name: &str, bytes: &[u8], why: &str| {
        let path = file(name);
        std::fs::write(&path, bytes).expect("a file for the test");
        for arguments in [["run", text_of(&path)], ["dis", text_of(&path)]] {
            let said = failure(&arguments);
            assert!(said.contains(name) && said.contains(why), "{said}");
        }
    };
    refused("empty.beam", &[], "neither a .beam file nor an image");
    refused("notes.image", b"some notes", "neither a .beam file nor an image");
    refused("cut.beam", &module[..module.len() / 2], "the bytes end too early");
    refused("cut.image", &packed[..packed.len() / 2], "was cut");
    refused("longer.image", &[&packed[..], b"x"].concat(), "added to");
    let mut other = packed.clone();
    other[8] ^= 0x40;
    refused("other.image", &other, "pack it again");
    let mut damaged = packed;
    *damaged.last_mut().expect("an image has bytes") ^= 1;
    refused("damaged.image", &damaged, "damaged");
    assert!(failure(&["run", "nowhere.beam"]).contains("cannot read nowhere.beam"));
    assert!(failure(&["verify", "nowhere.beam"]).contains("cannot read nowhere.beam"));
}

#[test]
fn pack_writes_an_image_or_nothing() {
    let directory = compiled("half", CALLS);
    let cut = directory.join("cut.beam");
    std::fs::write(&cut, b"FOR1\0\0\xff\xffBEAM").expect("a file for the test");
    let beam = directory.join("calls.beam");
    let before = std::fs::read(&beam).expect("the module");
    let image = directory.join("app.image");
    assert!(failure(&["pack", "-o", text_of(&image), text_of(&directory)]).contains("cut.beam is refused"));
    let said = failure(&["pack", "-o", text_of(&beam), text_of(&beam)]);
    assert!(said.contains("overwritten"), "{said}");
    assert!(std::fs::read(&beam).expect("the module") == before);
    let place = scratch("half/directory");
    assert!(failure(&["pack", "-o", text_of(&place), text_of(&beam)]).contains("cannot write"));
    let mut names: Vec<_> = std::fs::read_dir(&directory)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["calls.beam", "calls.erl", "cut.beam", "directory"]);
}

#[test]
fn atoms_that_run_out_are_an_exception() {
    let directory = compiled("atoms", CALLS);
    let path = text_of(&directory);
    let said = failure(&["run", "-p", path, "calls:atoms"]);
    assert!(said.contains("uncaught error: system_limit\n    in erlang:list_to_atom/1"), "{said}");
    assert!(said.contains("atoms is reached"), "{said}");
    let output = purlin(&["run", "-p", path, "calls:caught"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "filling\ncaught\n");
    assert!(output.status.success());
}

/// The command with so little address space that it soon has no memory left.
#[cfg(target_os = "linux")]
fn confined(directory: &str, target: &str) -> std::process::Output {
    const KILOBYTES: &str = "4000000";
    let limited = format!("ulimit -v {KILOBYTES}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limited, "sh", env!("CARGO_BIN_EXE_purlin"), "run", "-p", directory, target]);
    command.output().expect("sh starts")
}

#[cfg(target_os = "linux")]
#[test]
fn memory_that_runs_out_is_told() {
    let directory = compiled("memory", GROWS);
    let path = text_of(&directory);
    for target in ["grows:list", "grows:queue", "grows:processes", "grows:stack"] {
        let said = failure_of(target, confined(path, target));
        assert!(said.contains("there is no memory left\nhelp: limit what grows"), "{target}: {said}");
    }
    let said = failure_of("grows:binary", confined(path, "grows:binary"));
    assert!(said.contains("uncaught error: system_limit\n    in grows:double/1"), "{said}");
    let output = confined(path, "grows:limited");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "killed\n");
    assert!(output.status.success());
}
