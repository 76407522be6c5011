//! `cargo xtask calls`: natives called with random arguments, which must give the same on purlin as on Erlang/OTP.
//! docs/random-programs.md tells what they are.

use crate::{Result, erlang, repository};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The module that makes the calls on both machines, and the one that makes terms for it.
const PROGRAM: &str = "random_calls";
const TERMS: &str = "random_terms";

/// What the calls are of. `records` is asked for by name: only OTP 29 has any.
const FAMILIES: [&str; 9] =
    ["encode", "decode", "hashes", "checksums", "packets", "numbers", "texts", "times", "display"];

/// The options of `cargo xtask calls`.
#[derive(clap::Args)]
pub struct Options {
    /// The number of the first call
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// How many calls of each family, numbered from there
    #[arg(long, default_value_t = 500)]
    count: u64,
    /// A family of natives; all if not given
    #[arg(long = "family")]
    families: Vec<String>,
    /// The purlin under test; one is built in the release form if not given
    #[arg(long)]
    purlin: Option<PathBuf>,
    /// An option of `purlin run`, as --otp; may be given several times
    #[arg(long = "run", allow_hyphen_values = true)]
    run_options: Vec<String>,
    /// The command that starts the Erlang/OTP to compare with
    #[arg(long, default_value = "erl")]
    erl: String,
    /// Show the first call and what both give, in full
    #[arg(long)]
    show: bool,
}

/// Makes the calls; an error if one of them differs.
pub fn run(options: &Options) -> Result {
    erlang::ensure_compiler()?;
    let purlin = repository::purlin(options.purlin.as_deref())?;
    let sources =
        [PROGRAM, TERMS].map(|name| repository::root().join("tests/random").join(name).with_extension("erl"));
    let beams = erlang::compile(&sources, "random")?;
    let all: Vec<String> = FAMILIES.iter().map(ToString::to_string).collect();
    let families = if options.families.is_empty() { &all } else { &options.families };
    let mut differing = 0;
    for family in families {
        let (first, count) = (options.first.to_string(), options.count.to_string());
        let arguments: [&str; 3] =
            if options.show { ["show", family, &first] } else { [family, &first, &count] };
        let expected = lines(erl(&options.erl, &beams).args(arguments))?;
        let mut command = Command::new(&purlin);
        command.arg("run").args(&options.run_options).arg("-p").arg(&beams).arg(PROGRAM).args(arguments);
        let found = lines(&mut command)?;
        if options.show {
            println!("erl:\n{}\npurlin:\n{}", expected.join("\n"), found.join("\n"));
            continue;
        }
        differing += differences(family, &expected, &found);
    }
    if differing == 0 { Ok(()) } else { Err(format!("{differing} calls differ").into()) }
}

/// A node that makes the calls which the arguments behind it tell.
fn erl(erl: &str, beams: &Path) -> Command {
    let mut words = erl.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("erl"));
    command.args(words).args(["-noshell", "-pa"]).arg(beams);
    command.args(["-eval", &format!("{PROGRAM}:main(init:get_plain_arguments()), halt()."), "-extra"]);
    command
}

/// What a machine printed, a line for each call.
fn lines(command: &mut Command) -> Result<Vec<String>> {
    command.env("LC_ALL", "C.UTF-8").env("ERL_CRASH_DUMP", "/dev/null").stdin(Stdio::null());
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{} ended with {}", command.get_program().display(), output.status).into());
    }
    // Strings are displayed in Latin-1.
    let text: String = output.stdout.iter().map(|&byte| char::from(byte)).collect();
    Ok(text.lines().map(String::from).collect())
}

/// How many calls differ; the first of them are shown.
fn differences(family: &str, expected: &[String], found: &[String]) -> usize {
    const SHOWN: usize = 10;
    let differ: Vec<_> = expected.iter().zip(found).filter(|(expected, found)| expected != found).collect();
    let count = differ.len() + expected.len().abs_diff(found.len());
    println!("{family:10} {} calls, {count} differ", expected.len());
    for (expected, found) in differ.into_iter().take(SHOWN) {
        let cut = |line: &str| line.chars().take(150).collect::<String>();
        println!("  erl:    {}\n  purlin: {}", cut(expected), cut(found));
    }
    count
}
