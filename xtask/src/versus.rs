//! `cargo xtask versus`: the same `.beam` files on purlin and on `erl`, in turn.
//!
//! The machine is noisy and other work comes and goes, so the two run alternately and medians are compared.

mod machine;
mod program;
mod table;

use crate::{Result, erlang, repository};
use machine::Machine;
use program::Program;
use std::path::PathBuf;
use table::Table;

/// The options of `cargo xtask versus`.
#[derive(clap::Args)]
pub struct Options {
    /// Only the programs whose name contains one of these
    names: Vec<String>,
    /// How often each program runs on each machine
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Small sizes, to see that everything runs; the ratios mean little
    #[arg(long)]
    quick: bool,
    /// The command that starts the peer
    #[arg(long, default_value = "erl", env = "PURLIN_PEER_ERL")]
    erl: String,
    /// The command that compiles the programs
    #[arg(long, default_value = "erlc", env = "PURLIN_PEER_ERLC")]
    erlc: String,
    /// Where purlin finds the libraries of Erlang/OTP: those of the peer, so that both run the same code
    #[arg(long, env = "PURLIN_PEER_OTP")]
    otp: Option<PathBuf>,
    /// The purlin to measure, instead of a release build made now
    #[arg(long)]
    purlin: Option<PathBuf>,
}

/// Runs the programs and prints the table.
pub fn run(options: &Options) -> Result {
    erlang::ensure_compiler()?;
    let sources = repository::erlang_sources("benches")?;
    let beams = erlang::compile_with(&options.erlc, &sources, &beam_directory(&options.erlc))?;
    let machines = [
        Machine::purlin(repository::purlin(options.purlin.as_deref())?, options.otp.clone()),
        Machine::erl(&options.erl),
    ];
    let mut table = Table::new(machines.each_ref().map(|machine| machine.name.clone()));
    for source in &sources {
        let Some(program) = Program::read(source, &beams, options.quick)? else { continue };
        if options.names.is_empty() || options.names.iter().any(|name| program.name.contains(name)) {
            measure(&program, &machines, options.rounds, &mut table);
        }
    }
    table.print_means();
    table.outcome()
}

/// Each compiler has a directory of its own.
fn beam_directory(erlc: &str) -> String {
    let name: String = erlc.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    format!("benches/{name}")
}

fn measure(program: &Program, machines: &[Machine; 2], rounds: usize, table: &mut Table) {
    for &schedulers in &program.schedulers {
        let mut runs = machines.each_ref().map(|_| Vec::new());
        for _ in 0..rounds.min(program.rounds_max) {
            for (machine, runs) in machines.iter().zip(&mut runs) {
                runs.push(machine.run(program, schedulers));
            }
        }
        table.add(program, schedulers, runs);
    }
}
