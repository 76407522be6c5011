//! `purlin dis`: the code of a module as text.

use super::failure::Failure;
use super::inputs;
use purlin_isa::{Instruction, disassemble};
use purlin_loader::{Function, Module};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// The options of `purlin dis`.
#[derive(clap::Args)]
pub struct Options {
    /// The .beam file
    file: PathBuf,
}

/// Prints the module.
pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let bytes = inputs::read(&options.file)?;
    let refused = |error| Failure::new(format!("{} is refused: {error}", options.file.display()));
    let module = Module::parse(&bytes).map_err(refused)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    // Whoever reads may stop before the end.
    let _ = print(&module, &mut out).and_then(|()| out.flush());
    Ok(ExitCode::SUCCESS)
}

fn print(module: &Module, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "module {}: {} functions", module.name(), module.functions().len())?;
    for function in module.functions() {
        let exported = module.exports().iter().any(|export| export.label == function.entry);
        let name = module.atom(function.name);
        writeln!(out, "\n{name}/{}{}", function.arity, if exported { "  (exported)" } else { "" })?;
        print_code(module, function, out)?;
    }
    Ok(())
}

fn print_code(module: &Module, function: &Function, out: &mut impl Write) -> std::io::Result<()> {
    for index in function.instructions.clone() {
        let index = index as usize;
        match module.instruction(index) {
            Instruction::Label { label } => writeln!(out, "L{label}:")?,
            _ => writeln!(out, "    {}", disassemble(module.code(), index, module))?,
        }
    }
    Ok(())
}
