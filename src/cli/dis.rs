//! `purlin dis`: the code of modules as text: as the compiler wrote it, and as it is run.

use super::counters::Counters;
use super::failure::Failure;
use super::inputs;
use super::modules::{Contents, refused};
use purlin_isa::{Instruction, Names, disassemble};
use purlin_loader::lower::{self, Lowered, Symbols};
use purlin_loader::{Function, Module, Verified};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// The options of `purlin dis`.
#[derive(clap::Args)]
pub struct Options {
    /// Show what became of the guesses of instructions beside them: a file that `purlin run --counters` wrote
    #[arg(long, value_name = "FILE")]
    counters: Option<PathBuf>,
    /// The .beam file or image
    file: PathBuf,
}

/// Prints the modules.
pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let bytes = inputs::read(&options.file)?;
    let contents = Contents::of(&bytes).map_err(|reason| refused(&options.file, reason))?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for verified in contents.modules() {
        let counters = options.counters.as_ref().map(|file| Counters::read(file, verified.module()));
        let counters = counters.transpose()?;
        // Whoever reads may stop before the end.
        if print(verified, counters.as_ref(), &mut out).is_err() {
            break;
        }
    }
    let _ = out.flush();
    Ok(ExitCode::SUCCESS)
}

fn print(verified: &Verified, counters: Option<&Counters>, out: &mut impl Write) -> std::io::Result<()> {
    let module = verified.module();
    let mut symbols = Symbols::new(module);
    let lowered = lower::lower(verified, &mut symbols);
    let count = module.functions().len();
    writeln!(out, "module {}: {count} functions, {} bytes", module.name(), module.size_bytes())?;
    if let Err(error) = &lowered {
        writeln!(out, "it does not run: {error}")?;
    }
    for (index, function) in module.functions().iter().enumerate() {
        print_head(module, function, out)?;
        print_generic(module, function, out)?;
        if let Ok(lowered) = &lowered {
            writeln!(out, "  lowered:")?;
            print_lowered(lowered, index, &symbols, counters, out)?;
        }
    }
    Ok(())
}

fn print_head(module: &Module, function: &Function, out: &mut impl Write) -> std::io::Result<()> {
    let exported = module.exports().iter().any(|export| export.label == function.entry);
    let name = Names::atom(module, function.name);
    writeln!(out, "\n{name}/{}{}", function.arity, if exported { "  (exported)" } else { "" })
}

fn print_generic(module: &Module, function: &Function, out: &mut impl Write) -> std::io::Result<()> {
    for index in function.instructions.clone() {
        let index = index as usize;
        match module.instruction(index) {
            Instruction::Label { label } => writeln!(out, "  L{label}:")?,
            Instruction::Line { line } => writeln!(out, "    %% {}", Names::line(module, line))?,
            _ => writeln!(out, "    {}", disassemble(module.code(), index, module))?,
        }
    }
    Ok(())
}

/// The lowered instructions of a function, each behind the number of its first word, which jumps refer to.
fn print_lowered(
    lowered: &Lowered,
    function: usize,
    symbols: &Symbols<'_>,
    counters: Option<&Counters>,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let start = lowered.functions[function].start;
    let end = lowered.functions.get(function + 1).map_or(lowered.words.len(), |next| next.start as usize);
    let first = lowered.instructions.partition_point(|placed| placed.offset < start);
    let last = lowered.instructions.partition_point(|placed| (placed.offset as usize) < end);
    let mut guessing = 0;
    for index in first..last {
        if lowered.instructions[index].op.guesses() {
            let counted = counters.and_then(|counters| counters.get(function, guessing));
            counted.map_or(Ok(()), |counted| writeln!(out, "    %% {counted}"))?;
            guessing += 1;
        }
        let offset = lowered.instructions[index].offset;
        if let Ok(line) = lowered.lines.binary_search_by_key(&offset, |line| line.0) {
            writeln!(out, "    %% {}", Names::line(symbols.module(), lowered.lines[line].1))?;
        }
        writeln!(out, "    {offset:>6}  {}", lower::show(lowered, index, symbols))?;
    }
    Ok(())
}
