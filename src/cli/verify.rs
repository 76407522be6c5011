//! `purlin verify`: verifies modules and tells what it saw.

use super::failure::Failure;
use super::inputs;
use super::modules::Contents;
use purlin_loader::Verified;
use purlin_loader::lower::{self, LowerFault, Symbols};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// The options of `purlin verify`.
#[derive(clap::Args)]
pub struct Options {
    /// .beam files, images, or directories of .beam files
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
    proved: usize,
    checked: usize,
    /// Instructions that are not executed yet, with the modules that are not loaded for one of them.
    not_executed: BTreeMap<&'static str, Vec<String>>,
}

/// Verifies every file; the exit status is 1 if one is refused.
pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let files = inputs::beam_files(&options.paths)?;
    let start = Instant::now();
    let mut seen = Seen::default();
    for file in &files {
        if let Err(reason) = seen.add_file(file) {
            println!("{}: refused: {reason}", file.display());
            seen.refused += 1;
        }
    }
    seen.print(start.elapsed().as_secs_f64());
    Ok(if seen.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Seen {
    fn add_file(&mut self, file: &Path) -> Result<(), String> {
        let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
        let contents = Contents::of(&bytes)?;
        self.bytes += bytes.len();
        contents.modules().iter().try_for_each(|verified| self.add(verified))
    }

    fn add(&mut self, verified: &Verified) -> Result<(), String> {
        let module = verified.module();
        let stats = verified.stats();
        self.instructions += stats.instructions;
        self.proved += stats.proved;
        self.checked += stats.checked;
        match lower::lower(verified, &mut Symbols::new(module)) {
            Err(error) if error.fault == LowerFault::NotExecutable => {
                self.not_executed.entry(error.instruction.1).or_default().push(module.name().into());
            }
            Err(error) => return Err(error.to_string()),
            Ok(_) => {}
        }
        self.accepted += 1;
        Ok(())
    }

    fn print(&self, seconds: f64) {
        for (instruction, modules) in &self.not_executed {
            println!("{instruction} is not executed yet, so these are not loaded: {}", modules.join(", "));
        }
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
