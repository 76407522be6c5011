//! `purlin verify`: verifies modules and tells what it saw.

use super::code_path::CodePath;
use super::failure::Failure;
use super::inputs;
use super::modules::Contents;
use super::provided::{Function, Provided};
use purlin_loader::lower::{self, LowerFault, Symbols};
use purlin_loader::{Module, Verified};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// The options of `purlin verify`.
#[derive(clap::Args)]
pub struct Options {
    /// Look for modules that are imported in this directory too, before OTP's libraries
    #[arg(short = 'p', value_name = "DIR")]
    directories: Vec<PathBuf>,
    /// Where Erlang/OTP's libraries are, if not where they are commonly installed
    #[arg(long, value_name = "DIR")]
    otp: Option<PathBuf>,
    /// .beam files, images, or directories of .beam files
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
}

/// So many callers of a function that nothing provides are named.
const CALLERS_SHOWN_MAX: usize = 3;

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
    /// What is imported, and by which modules.
    imports: BTreeMap<Function, Vec<String>>,
}

/// Verifies every file; the exit status is 1 if one is refused.
pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let files = inputs::beam_files(&options.paths)?;
    let mut provided = Provided::new(CodePath::new(&options.directories, options.otp.as_deref())?);
    let start = Instant::now();
    let mut seen = Seen::default();
    for file in &files {
        if let Err(reason) = seen.add_file(file, &mut provided) {
            println!("{}: refused: {reason}", file.display());
            seen.refused += 1;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    seen.imports.retain(|function, _| !provided.has(function));
    seen.print(seconds);
    Ok(if seen.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Seen {
    fn add_file(&mut self, file: &Path, provided: &mut Provided) -> Result<(), String> {
        let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
        let contents = Contents::of(&bytes)?;
        self.bytes += bytes.len();
        contents.modules().iter().try_for_each(|verified| {
            provided.add(verified);
            self.add(verified)
        })
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
        self.add_imports(module);
        Ok(())
    }

    fn add_imports(&mut self, module: &Module) {
        for import in module.imports() {
            let (of, name) = (module.atom(import.module), module.atom(import.function));
            let callers = self.imports.entry((of.into(), name.into(), import.arity)).or_default();
            callers.push(module.name().into());
        }
    }

    fn print(&self, seconds: f64) {
        for (instruction, modules) in &self.not_executed {
            println!("{instruction} is not executed yet, so these are not loaded: {}", modules.join(", "));
        }
        for ((module, name, arity), callers) in &self.imports {
            println!("{module}:{name}/{arity} is provided by nothing; {}", imported_by(callers));
        }
        let rate = self.bytes as f64 / seconds / 1e6;
        println!("modules accepted       {:>12}", self.accepted);
        println!("modules refused        {:>12}", self.refused);
        println!("instructions           {:>12}", self.instructions);
        println!("bytes                  {:>12}", self.bytes);
        println!("imports unresolved     {:>12}", self.imports.len());
        println!("assumptions proved     {:>12}", self.proved);
        println!("checked forms left     {:>12}", self.checked);
        println!("time                   {:>9.0} ms   {rate:.1} MB/s", seconds * 1000.0);
    }
}

/// `imported by` the first modules and how many more.
fn imported_by(callers: &[String]) -> String {
    let shown = callers[..callers.len().min(CALLERS_SHOWN_MAX)].join(", ");
    match callers.len().saturating_sub(CALLERS_SHOWN_MAX) {
        0 => format!("imported by {shown}"),
        more => format!("imported by {shown} and {more} more"),
    }
}
