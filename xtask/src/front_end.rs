//! `cargo xtask front-end`: OTP's scanner, parser, linter and pretty printer over all of OTP's sources, on erl and on
//! purlin.

use crate::{Result, erlang, repository};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The module that does the work on both machines.
const PROGRAM: &str = "front_end";

/// The options of `cargo xtask front-end`.
#[derive(clap::Args)]
pub struct Options {
    /// Where OTP's sources are: the directory that holds lib and erts
    sources: PathBuf,
    /// The purlin under test; one is built in the release form if not given
    #[arg(long)]
    purlin: Option<PathBuf>,
}

/// What a machine printed: a hash for each stage and file, and the time that each stage took, in ms.
struct Outcome {
    lines: Vec<String>,
    times_ms: BTreeMap<String, u64>,
    total_s: u64,
}

/// Runs all of it; an error if a hash differs.
pub fn run(options: &Options) -> Result {
    erlang::ensure_compiler()?;
    let purlin = repository::purlin(options.purlin.as_deref())?;
    let source = repository::root().join("tests/front_end").join(PROGRAM).with_extension("erl");
    let beams = erlang::compile(&[source], "front_end")?;
    let input = beams.join("input");
    let collect =
        format!("{PROGRAM}:collect([\"{}\", \"{}\"]), halt().", options.sources.display(), input.display());
    crate::shell::run(erl(&beams).args(["-eval", &collect]))?;
    let expected = outcome(erl(&beams).args(["-eval", &format!("{PROGRAM}:main([]), halt().")]), &input)?;
    let found = outcome(Command::new(purlin).arg("run").arg("-p").arg(&beams).arg(PROGRAM), &input)?;
    report(&expected, &found)
}

fn erl(beams: &Path) -> Command {
    let mut command = Command::new("erl");
    command.env("LC_ALL", "C.UTF-8").args(["-noshell", "-pa"]).arg(beams);
    command
}

fn outcome(command: &mut Command, input: &Path) -> Result<Outcome> {
    let start = Instant::now();
    let output = command.stdin(File::open(input)?).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{} ended with {}", command.get_program().display(), output.status).into());
    }
    let mut outcome =
        Outcome { lines: Vec::new(), times_ms: BTreeMap::new(), total_s: start.elapsed().as_secs() };
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["time", stage, time] => drop(outcome.times_ms.insert(stage.into(), time.parse()?)),
            _ => outcome.lines.push(line.into()),
        }
    }
    Ok(outcome)
}

/// Prints what was compared and how long it took.
fn report(expected: &Outcome, found: &Outcome) -> Result {
    println!("{:16} {:>6} {:>9} {:>9} {:>6}", "stage", "files", "erl ms", "purlin ms", "differ");
    let mut differing = 0;
    for (stage, erl_ms) in &expected.times_ms {
        let of_stage = |outcome: &Outcome| -> Vec<String> {
            let is_its = |line: &&String| line.split(' ').next() == Some(stage);
            outcome.lines.iter().filter(is_its).cloned().collect()
        };
        let (expected, actual) = (of_stage(expected), of_stage(found));
        let differ: Vec<_> = expected.iter().filter(|line| !actual.contains(line)).collect();
        let purlin_ms = found.times_ms.get(stage).copied().unwrap_or_default();
        println!("{stage:16} {:>6} {erl_ms:>9} {purlin_ms:>9} {:>6}", expected.len(), differ.len());
        differ.iter().for_each(|line| println!("  differs: {line}"));
        differing += differ.len();
    }
    println!("the whole run: erl {} s, purlin {} s", expected.total_s, found.total_s);
    if differing == 0 && expected.lines.len() == found.lines.len() {
        Ok(())
    } else {
        Err("the front end does not give the same".into())
    }
}
