//! `cargo xtask tail-calls`: no handler of the interpreter lost its tail call.
//!
//! A handler ends in a jump through the handler pointer of the next instruction. Should the compiler turn one into a
//! call, the native stack would grow with every instruction. So the release build is disassembled, and a handler that
//! holds a `ret` is refused, and so is one without a jump through a register or memory. Handlers are found by their
//! symbol: a path that contains one of `--handlers`. Those that may return are the exits, named by `--exits`.

use crate::{Result, repository, shell};
use std::path::PathBuf;
use std::process::Command;

/// The options of `cargo xtask tail-calls`.
#[derive(clap::Args)]
pub struct Options {
    /// What the demangled symbol of a handler contains
    #[arg(long, default_values_t = HANDLERS.map(String::from))]
    handlers: Vec<String>,
    /// What the demangled symbol of a handler contains that leaves the interpreter
    #[arg(long, default_values_t = EXITS.map(String::from))]
    exits: Vec<String>,
    /// The binary to look at, instead of a release build made now
    #[arg(long)]
    binary: Option<PathBuf>,
}

const HANDLERS: [&str; 1] = ["purlin_vm::interpreter::regs::handler"];
const EXITS: [&str; 1] = ["purlin_vm::interpreter::regs::slow"];

/// Fewer handlers than this means that they were looked for under a wrong name.
const HANDLERS_MIN: usize = 100;

/// How one function of the binary ends.
#[derive(Debug, Default, PartialEq, Eq)]
struct Function {
    symbol: String,
    returns: usize,
    /// Jumps whose target is not a place in the same function.
    jumps_away: usize,
}

/// Checks the release build.
pub fn run(options: &Options) -> Result {
    if !shell::exists("objdump") {
        return Err("objdump is missing: install binutils".into());
    }
    let binary = repository::purlin(options.binary.as_deref())?;
    let listing = shell::output(
        Command::new("objdump").args(["--disassemble", "--demangle", "--no-show-raw-insn"]).arg(binary),
    )?;
    let listing = String::from_utf8_lossy(&listing);
    let contains = |symbol: &str, parts: &[String]| parts.iter().any(|part| symbol.contains(part.as_str()));
    let functions = functions(&listing);
    let handlers = functions.iter().filter(|function| contains(&function.symbol, &options.handlers));
    let handlers: Vec<_> = handlers.filter(|function| !contains(&function.symbol, &options.exits)).collect();
    if handlers.len() < HANDLERS_MIN {
        return Err(format!("only {} handlers found: have they moved?", handlers.len()).into());
    }
    let lost: Vec<_> =
        handlers.iter().filter(|handler| handler.returns > 0 || handler.jumps_away == 0).collect();
    for handler in &lost {
        println!("{}: {} returns, {} tail jumps", handler.symbol, handler.returns, handler.jumps_away);
    }
    println!("tail calls: {} handlers, {} without", handlers.len(), lost.len());
    if lost.is_empty() { Ok(()) } else { Err("handlers lost their tail call".into()) }
}

/// The functions of a disassembly.
fn functions(listing: &str) -> Vec<Function> {
    let mut functions: Vec<Function> = Vec::new();
    for line in listing.lines() {
        if let Some(symbol) = line.strip_suffix(">:").and_then(|line| line.split_once(" <")) {
            functions.push(Function { symbol: symbol.1.into(), ..Function::default() });
        } else if let (Some(function), Some((_, instruction))) =
            (functions.last_mut(), line.split_once(":\t"))
        {
            function.count(instruction);
        }
    }
    functions
}

impl Function {
    fn count(&mut self, instruction: &str) {
        let mut words = instruction.split_whitespace();
        let (name, target) =
            (words.next().unwrap_or_default(), instruction.split_once(' ').map_or("", |(_, rest)| rest));
        if name.starts_with("ret") || (name == "bnd" && words.next() == Some("ret")) {
            self.returns += 1;
        } else if name.starts_with("jmp") && !self.is_within(target) {
            self.jumps_away += 1;
        }
    }

    /// Whether a jump's target, written as `1234 <symbol+0x10>`, lies in this function.
    fn is_within(&self, target: &str) -> bool {
        let Some(place) = target.split_once('<').and_then(|(_, rest)| rest.strip_suffix('>')) else {
            return false;
        };
        place
            .strip_prefix(self.symbol.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("+0x"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Function, functions};

    #[test]
    fn returns_and_tail_jumps_are_counted() {
        let listing = "\
0000000000001000 <vm::handlers::add<vm::X0>>:
    1000:\tadd    %rdi,%rsi
    1004:\tjo     1010 <vm::handlers::add<vm::X0>+0x10>
    1006:\tjmp    1000 <vm::handlers::add<vm::X0>>
    1008:\tjmp    *(%rax)

0000000000001010 <vm::handlers::lost>:
    1010:\tcall   *(%rax)
    1012:\tret
    1014:\tjmp    1000 <vm::handlers::add<vm::X0>>
";
        let function =
            |symbol: &str, returns, jumps_away| Function { symbol: symbol.into(), returns, jumps_away };
        assert_eq!(
            functions(listing),
            [function("vm::handlers::add<vm::X0>", 0, 1), function("vm::handlers::lost", 1, 1)]
        );
    }
}
