//! What the tests of the command have in common: running it, and modules to run it on.

#![allow(dead_code)] // Each test file uses some of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs the command.
pub fn purlin(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_purlin")).args(arguments).output().expect("purlin starts")
}

/// What a failing command says; it must end with status 1 and say nothing else.
pub fn failure(arguments: &[&str]) -> String {
    failure_of(&format!("{arguments:?}"), purlin(arguments))
}

/// The same of a command that was run.
pub fn failure_of(name: &str, output: Output) -> String {
    let said = String::from_utf8(output.stderr).expect("messages are UTF-8");
    assert_eq!(output.status.code(), Some(1), "{name}: {said}");
    assert!(output.stdout.is_empty(), "{name} wrote to standard output");
    assert!(said.starts_with("error: ") || said.contains("\nUsage: "), "{name}: {said}");
    said
}

/// An empty directory.
pub fn scratch(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).expect("a directory for the test");
    directory
}

/// A directory with the compiled form of a module whose source this is.
pub fn compiled(name: &str, source: &str) -> PathBuf {
    let directory = scratch(name);
    let module = source.strip_prefix("-module(").and_then(|rest| rest.split(')').next()).expect("a module");
    // Stack traces name the file as the compiler was given it.
    let file = format!("{module}.erl");
    std::fs::write(directory.join(&file), source).expect("a file for the test");
    let erlc = Command::new("erlc").current_dir(&directory).arg(&file).status();
    assert!(erlc.is_ok_and(|status| status.success()), "erlc is needed: `cargo xtask test` installs it");
    directory
}

/// A path as an argument.
pub fn text_of(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
