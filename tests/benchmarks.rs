//! The benchmarks of processes, the load of the pause benchmark and the soak do what they are to measure, at small sizes.

mod common;

use common::{purlin, scratch, text_of};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The sources in a directory of the repository, compiled.
fn compiled(directory: &str) -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let sources =
        std::fs::read_dir(sources).expect("the directory").map(|entry| entry.expect("an entry").path());
    let beams = scratch(&directory.replace('/', "_"));
    let erlang = sources.filter(|path| path.extension().is_some_and(|extension| extension == "erl"));
    let erlc = Command::new("erlc").arg("-o").arg(&beams).args(erlang).output();
    assert!(erlc.is_ok_and(|done| done.status.success()), "erlc is needed: `cargo xtask test` installs it");
    beams
}

/// What a program prints; it must succeed.
fn said(beams: &Path, schedulers: &str, call: &[&str]) -> String {
    let options = ["run", "--schedulers", schedulers, "-p", text_of(beams)];
    let output = purlin(&[&options[..], call].concat());
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{call:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// How many values above zero are printed under this name.
fn values(said: &str, name: &str) -> usize {
    let value = |line: &str| line.strip_prefix(name)?.split_whitespace().next()?.parse::<f64>().ok();
    said.lines().filter_map(value).filter(|&value| value > 0.0).count()
}

#[test]
fn processes_in_small_numbers() {
    let beams = compiled("benches");
    for schedulers in ["1", "2"] {
        for (program, size, names) in [
            ("fan", "20000", &["one_to_many ", "many_to_one ", "many_to_many "][..]),
            ("idle_memory", "2000", &["idle_memory_told "]),
            ("kill_tree", "5000", &["kill_tree_build ", "kill_tree "]),
            ("selective", "500", &["selective_call ", "selective_search ", "selective_drain "]),
            ("timers", "5000", &["timers_set ", "timers_cancel ", "timers_late "]),
        ] {
            let said = said(&beams, schedulers, &[program, size]);
            names.iter().for_each(|name| assert_eq!(values(&said, name), 1, "{name}: {said}"));
        }
    }
}

#[test]
fn pauses_of_a_small_heap() {
    let beams = compiled("benches/pauses");
    for schedulers in ["1", "2"] {
        let said = said(&beams, schedulers, &["pauses", "2", "1"]);
        for name in
            ["process_samples ", "process_max ", "bystander_samples ", "bystander_max ", "process_memory "]
        {
            assert_eq!(values(&said, name), 1, "{name}: {said}");
        }
    }
}

#[test]
fn a_short_soak() {
    let beams = compiled("benches/soak");
    let said = said(&beams, "2", &["soak", "0", "2"]);
    assert!(said.contains("rest 1 "), "{said}");
    assert!(!said.contains("violation"), "{said}");
    assert_eq!(values(&said, "figure crashes_crashes "), 2, "{said}");
}
