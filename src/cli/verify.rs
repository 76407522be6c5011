//! `purlin verify`: verifies modules and tells what it saw.

use super::failure::Failure;
use super::inputs;
use purlin_loader::{Module, Verified};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// The options of `purlin verify`.
#[derive(clap::Args)]
pub struct Options {
    /// .beam files, or directories of them
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
}

/// What was seen of all modules together.
#[derive(Default)]
struct Seen {
    accepted: usize,
    refused: usize,
    instructions: usize,
    bytes: usize,
    /// Assumptions of the compiler that were proved, so that the instruction needs no check of its own.
    proved: usize,
    /// Assumptions that are checked whenever the instruction runs.
    checked: usize,
}

/// Verifies every file; the exit status is 1 if one is refused.
pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let files = inputs::beam_files(&options.paths)?;
    let start = Instant::now();
    let mut seen = Seen::default();
    for file in &files {
        if let Err(reason) = seen.add(file) {
            println!("{}: refused: {reason}", file.display());
            seen.refused += 1;
        }
    }
    seen.print(start.elapsed().as_secs_f64());
    Ok(if seen.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Seen {
    fn add(&mut self, file: &Path) -> Result<(), String> {
        let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
        let verified = purlin_loader::load(&bytes).map_err(|error| error.to_string())?;
        self.accepted += 1;
        self.bytes += bytes.len();
        self.instructions += verified.module().code().len();
        self.count_assumptions(&verified, verified.module());
        Ok(())
    }

    fn count_assumptions(&mut self, verified: &Verified, module: &Module) {
        for index in 0..module.code().len() {
            let operands = module.code().opcode(index).info().operands;
            let trusting = operands.iter().enumerate().filter(|(_, operand)| operand.trusts.is_some());
            for (place, _) in trusting {
                let count = if verified.proved(index, place) { &mut self.proved } else { &mut self.checked };
                *count += 1;
            }
        }
    }

    fn print(&self, seconds: f64) {
        let rate = self.bytes as f64 / seconds / 1e6;
        println!("modules accepted       {:>12}", self.accepted);
        println!("modules refused        {:>12}", self.refused);
        println!("instructions           {:>12}", self.instructions);
        println!("bytes                  {:>12}", self.bytes);
        println!("assumptions proved     {:>12}", self.proved);
        println!("checked forms left     {:>12}", self.checked);
        println!("time                   {:>9.0} ms   {rate:.1} MB/s", seconds * 1000.0);
    }
}
