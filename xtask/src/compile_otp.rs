//! `cargo xtask compile-otp`: OTP's compiler on erl and on purlin, over OTP's own sources. Both have to write the same modules.

use crate::{Result, erlang, repository, shell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The module that does the work on both machines.
const PROGRAM: &str = "compile_otp";

/// A machine that takes longer is stopped.
const LIMIT: Duration = Duration::from_secs(3600);

/// So many files are told of by name, the slowest compared with erl.
const SLOWEST: usize = 5;

/// The options of `cargo xtask compile-otp`.
#[derive(clap::Args)]
pub struct Options {
    /// Where OTP's sources are: the directory that holds lib
    sources: PathBuf,
    /// The applications whose sources are compiled
    #[arg(long, value_delimiter = ',', default_value = "stdlib")]
    applications: Vec<String>,
    /// Only sources with this in their names
    #[arg(long, default_value = "")]
    only: String,
    /// The purlin under test; one is built in the release form if not given
    #[arg(long)]
    purlin: Option<PathBuf>,
    /// How erl is started; with a c behind that its compiler is
    #[arg(long, default_value = "erl")]
    erl: String,
    /// Where the OTP is whose compiler purlin runs, if not that of erl on the path
    #[arg(long)]
    otp: Option<PathBuf>,
}

/// What a machine did.
struct Outcome {
    /// What it took for each file, in microseconds.
    times_us: BTreeMap<String, u64>,
    failed: Vec<String>,
    total_s: f64,
}

impl Outcome {
    fn sum_s(&self) -> f64 {
        self.times_us.values().sum::<u64>() as f64 / 1e6
    }
}

/// Compiles on both and compares; an error if a module differs.
pub fn run(options: &Options) -> Result {
    erlang::ensure_compiler()?;
    let purlin = repository::purlin(options.purlin.as_deref())?;
    let source = repository::root().join("tests/otp_compiler").join(PROGRAM).with_extension("erl");
    // Each of them reads what its own compiler has written; what is there may be another's.
    let _ =
        std::fs::remove_file(repository::target().join("otp_compiler").join(PROGRAM).with_extension("beam"));
    let beams = erlang::compile_with(&format!("{}c", options.erl), &[source], "otp_compiler")?;
    let directories = ["erl", "purlin"].map(|name| beams.join(name));
    for directory in &directories {
        let _ = std::fs::remove_dir_all(directory);
        std::fs::create_dir_all(directory)?;
    }
    let [by_erl, by_purlin] = &directories;
    let expected = outcome(erl(options, &beams, "main").arg(by_erl).args(arguments(options)?))?;
    let mut command = Command::new(purlin);
    command.arg("run").arg("-p").arg(&beams);
    command.args(options.otp.iter().flat_map(|otp| [Path::new("--otp"), otp]));
    let found = outcome(command.arg(PROGRAM).arg(by_purlin).args(arguments(options)?))?;
    let mut compare = erl(options, &beams, "compare");
    let said = String::from_utf8(shell::output(compare.args([by_erl, by_purlin]))?)?;
    report(&expected, &found, &said)
}

/// `erl` that calls a function of the program with the arguments that are added.
fn erl(options: &Options, beams: &Path, function: &str) -> Command {
    let mut words = options.erl.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("erl"));
    let call = format!("{PROGRAM}:{function}(init:get_plain_arguments()), halt().");
    command.args(words).args(["-noshell", "-pa"]).arg(beams).args(["-eval", &call, "-extra"]);
    command
}

/// The directories that headers are looked for in, and the sources.
fn arguments(options: &Options) -> Result<Vec<PathBuf>> {
    let lib = options.sources.join("lib");
    let mut arguments = vec![lib.clone()];
    let mut sources = Vec::new();
    for application in options.applications.iter().map(String::as_str).chain(["kernel", "stdlib", "compiler"])
    {
        arguments.extend(["include", "src"].map(|part| lib.join(application).join(part)));
    }
    for application in &options.applications {
        let entries = std::fs::read_dir(lib.join(application).join("src"))?;
        let mut own: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        let name = |path: &Path| erlang::module(path);
        own.retain(|path| path.extension().is_some_and(|e| e == "erl") && name(path).contains(&options.only));
        own.sort();
        sources.extend(own);
    }
    arguments.push("--".into());
    arguments.extend(sources);
    Ok(arguments)
}

fn outcome(command: &mut Command) -> Result<Outcome> {
    let start = Instant::now();
    let ended = shell::run_for(command, LIMIT)?;
    if !ended.status.is_some_and(|status| status.success()) {
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        return Err(format!("{} failed: {said}", command.get_program().display()).into());
    }
    let mut outcome =
        Outcome { times_us: BTreeMap::new(), failed: Vec::new(), total_s: start.elapsed().as_secs_f64() };
    for line in String::from_utf8_lossy(&ended.stdout).lines() {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["time", file, time] => drop(outcome.times_us.insert(file.into(), time.parse()?)),
            ["failed", ..] => outcome.failed.push(line.into()),
            _ => {}
        }
    }
    Ok(outcome)
}

/// Prints what was compared and how long it took. What cannot be compiled on erl need not be here.
fn report(expected: &Outcome, found: &Outcome, compared: &str) -> Result {
    let count = |kind: &str| compared.lines().filter(|line| line.starts_with(kind)).count();
    let differing: Vec<&str> = compared.lines().filter(|line| line.starts_with("differs")).collect();
    println!(
        "{} modules: {} are the same bytes, {} but for how atoms are written in terms, {} differ",
        expected.times_us.len(),
        count("identical"),
        count("atoms"),
        differing.len()
    );
    differing.iter().for_each(|line| println!("  {line}"));
    println!("{} could not be compiled on erl, {} on purlin", expected.failed.len(), found.failed.len());
    let is_new = |line: &&String| {
        let file = line.split_whitespace().nth(1).unwrap_or_default();
        expected.times_us.contains_key(file)
    };
    found.failed.iter().filter(is_new).for_each(|line| println!("  {line}"));
    println!("in s: erl {:.1}, purlin {:.1}", expected.sum_s(), found.sum_s());
    println!("with start and end: erl {:.1}, purlin {:.1}", expected.total_s, found.total_s);
    let mut ratios: Vec<(f64, &String)> = expected
        .times_us
        .iter()
        .filter_map(|(file, &us)| Some((*found.times_us.get(file)? as f64 / us as f64, file)))
        .collect();
    ratios.sort_by(|a, b| b.0.total_cmp(&a.0));
    ratios.iter().take(SLOWEST).for_each(|(ratio, file)| println!("  {file}: {ratio:.2} times as long"));
    if differing.is_empty() && expected.times_us.len() == found.times_us.len() {
        Ok(())
    } else {
        Err("purlin does not compile the same".into())
    }
}
