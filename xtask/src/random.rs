//! `cargo xtask random`: random programs, which must do the same on purlin as on Erlang/OTP.
//! docs/random-programs.md tells what is in them.

mod choices;
mod control;
mod expressions;
mod node;
mod patterns;
mod program;
mod shrink;
mod templates;
mod trial;
mod values;

use crate::{Result, erlang, repository};
use choices::Choices;
use std::path::PathBuf;
use std::time::Instant;
use trial::{Trial, Verdict};

/// How many programs are compiled and run together.
const BATCH: u64 = 100;

/// The options of `cargo xtask random`.
#[derive(clap::Args, Clone)]
pub struct Options {
    /// The number of the first program
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many programs, numbered from there
    #[arg(long, default_value_t = 1000)]
    pub count: u64,
    /// The purlin under test; one is built in the release form if not given
    #[arg(long)]
    pub purlin: Option<PathBuf>,
    /// An option of `purlin run`, as --collect-always; may be given several times
    #[arg(long = "run", allow_hyphen_values = true)]
    pub run_options: Vec<String>,
    /// The command that starts the Erlang/OTP to compare with
    #[arg(long, default_value = "erl")]
    pub erl: String,
    /// The command that starts the Erlang/OTP that compiles, if that is another one
    #[arg(long)]
    pub compiler: Option<String>,
    /// Use what only OTP 29 understands or does, as map comprehensions and -0.0
    #[arg(long)]
    pub newest: bool,
    /// Stop after so many programs that differ
    #[arg(long, default_value_t = 10)]
    pub differences: usize,
    /// Make the first program that differs as short as possible
    #[arg(long)]
    pub shrink: bool,
    /// Print the program with the seed and run nothing
    #[arg(long)]
    pub print: bool,
}

impl Options {
    /// Those of every build: some programs, always the same ones.
    pub fn of_build(purlin: PathBuf) -> Self {
        Self {
            seed: 1,
            count: 200,
            purlin: Some(purlin),
            run_options: Vec::new(),
            erl: "erl".into(),
            compiler: None,
            newest: false,
            differences: 10,
            shrink: false,
            print: false,
        }
    }
}

/// What became of all programs.
#[derive(Default)]
struct Tally {
    same: u64,
    calls: usize,
    raised: usize,
    stopped: u64,
    unloadable: u64,
    refused: Vec<u64>,
    different: Vec<u64>,
}

/// Runs the programs; an error if one of them differs.
pub fn run(options: &Options) -> Result {
    if options.print {
        print!("{}", source(options.seed, options.newest));
        return Ok(());
    }
    erlang::ensure_compiler()?;
    let start = Instant::now();
    let mut trial = Trial::start(options)?;
    let mut tally = Tally::default();
    let end = options.seed + options.count;
    let mut seed = options.seed;
    while seed < end && tally.different.len() < options.differences {
        let batch: Vec<u64> = (seed..end.min(seed + BATCH)).collect();
        seed += batch.len() as u64;
        run_batch(&mut trial, &batch, options, &mut tally)?;
        if seed % 1000 < BATCH {
            println!("{} programs, {} s", seed - options.seed, start.elapsed().as_secs());
        }
    }
    summarise(&tally, start);
    if let (true, Some(&seed)) = (options.shrink, tally.different.first()) {
        shrink::run(&mut trial, seed, options.newest)?;
    }
    if !tally.different.is_empty() || !tally.refused.is_empty() {
        return Err("random programs failed".into());
    }
    if tally.same < options.count / 2 {
        return Err("most of the random programs were not compared".into());
    }
    Ok(())
}

fn summarise(tally: &Tally, start: Instant) {
    println!(
        "{} programs did the same ({} calls, {} of which raised), {} differ, {} were stopped, {} were compiled badly, \
         {} not at all; {} s",
        tally.same,
        tally.calls,
        tally.raised,
        tally.different.len(),
        tally.stopped,
        tally.unloadable,
        tally.refused.len(),
        start.elapsed().as_secs()
    );
}

/// The source of the program with a seed.
fn source(seed: u64, newest: bool) -> String {
    program::source(&name(seed), &mut Choices::from_seed(seed), newest)
}

fn name(seed: u64) -> String {
    format!("random_{seed}")
}

fn run_batch(trial: &mut Trial, seeds: &[u64], options: &Options, tally: &mut Tally) -> Result {
    let programs: Vec<(String, String)> =
        seeds.iter().map(|&seed| (name(seed), source(seed, options.newest))).collect();
    for (&seed, verdict) in seeds.iter().zip(trial.judge(&programs)?) {
        match verdict {
            Verdict::Same { calls, raised } => {
                tally.same += 1;
                tally.calls += calls;
                tally.raised += raised;
            }
            Verdict::Unloadable => tally.unloadable += 1,
            Verdict::Stopped => tally.stopped += 1,
            Verdict::Refused(why) => {
                println!("program {seed} is not compiled:\n{why}");
                tally.refused.push(seed);
            }
            Verdict::Different(difference) => {
                println!("program {seed} differs:\n{difference}");
                let kept = repository::target().join("random").join(name(seed)).with_extension("erl");
                std::fs::write(&kept, source(seed, options.newest))?;
                tally.different.push(seed);
            }
        }
    }
    Ok(())
}
