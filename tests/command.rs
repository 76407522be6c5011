//! The `purlin` command from outside: exit status and messages, for good and bad input.

mod common;

use common::{compiled, failure, purlin, scratch};
use std::path::Path;
use std::process::Command;

#[test]
fn help_and_version_succeed() {
    for argument in ["--help", "--version"] {
        let output = purlin(&[argument]);
        assert!(output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).contains("purlin"));
    }
}

#[test]
fn wrong_arguments_are_explained() {
    assert!(failure(&[]).contains("Usage"));
    assert!(failure(&["fly"]).contains("'fly'"));
    assert!(failure(&["verify"]).contains("<FILE|DIR>"));
}

#[test]
fn missing_and_foreign_files_are_named() {
    let foreign = scratch("foreign").join("notes.beam");
    std::fs::write(&foreign, "no module").expect("a file for the test");
    let foreign = foreign.to_str().expect("a path in UTF-8");
    assert!(failure(&["dis", "nowhere.beam"]).contains("nowhere.beam"));
    let said = failure(&["dis", foreign]);
    assert!(said.contains("notes.beam") && said.contains("no .beam file"), "{said}");
    assert!(!said.contains('\x1b'), "no colours outside of terminals");
}

#[test]
fn verify_counts_what_it_refuses() {
    let directory = scratch("refused");
    std::fs::write(directory.join("cut.beam"), b"FOR1\0\0\xff\xffBEAM").expect("a file for the test");
    let output = purlin(&["verify", directory.to_str().expect("a path in UTF-8")]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("cut.beam: refused: "), "{said}");
    assert!(
        failure(&["verify", scratch("empty").to_str().expect("a path in UTF-8")]).contains("no .beam files")
    );
}

const GREETER: &str = "-module(greeter).\n-export([main/1]).\nmain(Names) -> [{hello, N} || N <- Names].\n";

#[test]
fn dis_shows_both_forms_of_the_code() {
    let output =
        purlin(&["dis", compiled("dis", GREETER).join("greeter.beam").to_str().expect("a path in UTF-8")]);
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for part in ["main/1  (exported)", "greeter.erl:3\n", "func_info greeter, main, 1", "lowered:"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[test]
fn packed_modules_verify_and_damage_is_refused() {
    let directory = compiled("pack", GREETER);
    let (beams, image) = (directory.to_str().expect("a path in UTF-8"), directory.join("app.image"));
    let image = image.to_str().expect("a path in UTF-8");
    assert!(purlin(&["pack", "-o", image, beams]).status.success());
    assert!(purlin(&["verify", image]).status.success());
    let mut bytes = std::fs::read(image).expect("the image");
    *bytes.last_mut().expect("an image is not empty") ^= 1;
    std::fs::write(image, bytes).expect("a file for the test");
    assert!(failure(&["dis", image]).contains("damaged"));
    let unwritable = directory.join("nowhere/app.image");
    let said = failure(&["pack", "-o", unwritable.to_str().expect("a path in UTF-8"), beams]);
    assert!(said.contains("cannot write"), "{said}");
}

#[test]
fn a_module_given_twice_is_not_packed() {
    let directory = compiled("twice", GREETER);
    let (beams, image) = (directory.to_str().expect("a path in UTF-8"), directory.join("app.image"));
    let image = image.to_str().expect("a path in UTF-8");
    assert!(failure(&["pack", "-o", image, beams, beams]).contains("greeter is there twice"));
    assert!(!Path::new(image).exists());
}

#[test]
fn a_bad_log_filter_is_refused() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_purlin"));
    let output = command.env("PURLIN_LOG", "a=b=c").args(["dis", "x"]).output().expect("purlin starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("PURLIN_LOG"));
}
