//! What only OTP 29 compiles or does, native records and news about processes: programs compiled by it print what they
//! print there.
//!
//! What that is stands beside the programs: `tests/otp29/make` asks OTP 29 for both.

use std::path::{Path, PathBuf};
use std::process::Command;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/otp29")
}

/// Runs a program with these options and compares what it prints.
fn prints_the_same(program: &str, options: &[&str]) {
    let expected = fixtures().join(program).with_extension("expected");
    let output = Command::new(env!("CARGO_BIN_EXE_purlin"))
        .arg("run")
        .args(options)
        .arg("-p")
        .arg(fixtures())
        .arg(program)
        .output()
        .expect("the command runs");
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let expected = std::fs::read_to_string(expected).expect("what OTP 29 printed");
    let mut lines = text.lines();
    for line in expected.lines() {
        assert_eq!(Some(line), lines.next(), "{errors}");
    }
    assert_eq!(None, lines.next());
    assert!(output.status.success());
}

#[test]
fn programs_with_records_do_as_on_otp_29() {
    prints_the_same("native_records", &[]);
}

#[test]
fn processes_do_as_on_otp_29() {
    prints_the_same("priority_messages", &[]);
    prints_the_same("max_heap_binaries", &[]);
}

#[test]
fn patterns_do_as_on_otp_29() {
    prints_the_same("patterns_of_pcre2", &[]);
}

#[test]
fn an_image_keeps_the_definitions() {
    let image = Path::new(env!("CARGO_TARGET_TMPDIR")).join("native_records.image");
    let pack = Command::new(env!("CARGO_BIN_EXE_purlin"))
        .arg("pack")
        .arg("-o")
        .arg(&image)
        .args(["geometry", "native_records"].map(|module| fixtures().join(module).with_extension("beam")))
        .output()
        .expect("the command runs");
    assert!(pack.status.success(), "{}", String::from_utf8_lossy(&pack.stderr));
    prints_the_same_from(&image);
}

fn prints_the_same_from(image: &Path) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_purlin")).arg("run").arg(image).output().expect("the command runs");
    let expected = std::fs::read(fixtures().join("native_records.expected")).expect("what OTP 29 printed");
    assert!(output.stdout == expected, "{}", String::from_utf8_lossy(&output.stderr));
}

/// The libraries of OTP 29 write records as text; where they are not installed, there is nothing to be asked.
#[test]
fn the_libraries_of_otp_29_write_records() {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let otp = home.join(".cache/otp29/usr/lib/erlang");
    if let Some(otp) = otp.exists().then(|| otp.to_str().expect("a path in UTF-8")) {
        prints_the_same("native_records_text", &["--otp", otp]);
    }
}
