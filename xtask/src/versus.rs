//! `cargo xtask versus`: the same `.beam` files on purlin and on `erl`, in turn.
//!
//! The machine is noisy and other work comes and goes, so the two run alternately and medians are compared.

mod program;
mod table;

use crate::machine::{Machine, Peers};
use crate::{Result, repository};
use program::Program;
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
    #[command(flatten)]
    peers: Peers,
}

/// Runs the programs and prints the table.
pub fn run(options: &Options) -> Result {
    let beams = options.peers.compile("benches")?;
    let machines = options.peers.machines()?;
    let mut table = Table::new(machines.each_ref().map(|machine| machine.name.clone()));
    for source in repository::erlang_sources("benches")? {
        let Some(program) = Program::read(&source, &beams, options.quick)? else { continue };
        if options.names.is_empty() || options.names.iter().any(|name| program.name.contains(name)) {
            measure(&program, &machines, options.rounds, &mut table);
        }
    }
    table.print_means();
    table.outcome()
}

fn measure(program: &Program, machines: &[Machine; 2], rounds: usize, table: &mut Table) {
    for &schedulers in &program.schedulers {
        let mut runs = machines.each_ref().map(|_| Vec::new());
        for _ in 0..rounds.min(program.rounds_max) {
            for (machine, runs) in machines.iter().zip(&mut runs) {
                runs.push(machine.run(&program.call(schedulers)));
            }
        }
        table.add(program, schedulers, runs);
    }
}
