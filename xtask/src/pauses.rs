//! `cargo xtask pauses`: how long a process with a large heap is stopped, and others with it, on purlin and on `erl`.
//!
//! `benches/pauses/pauses.erl` tells what is measured.

use crate::Result;
use crate::machine::{Call, Machine, Measurement, Peers};

/// The options of `cargo xtask pauses`.
#[derive(clap::Args)]
pub struct Options {
    /// How much lives in the large heap
    #[arg(long, default_value_t = 530)]
    megabytes: u32,
    /// How long it is measured, after a quarter of that to warm up
    #[arg(long, default_value_t = 30)]
    seconds: u32,
    /// With how many schedulers: on one, the bystanders share that of the large process; on two, they have the other
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2])]
    schedulers: Vec<u32>,
    /// Measure purlin only
    #[arg(long)]
    alone: bool,
    #[command(flatten)]
    peers: Peers,
}

/// Whose stops are measured.
const STOPPED: [&str; 2] = ["process", "bystander"];

/// What the program prints about each of them, and the heads of these columns.
const COLUMNS: [(&str, &str); 9] = [
    ("samples", "samples"),
    ("p50", "p50 us"),
    ("p99", "p99 us"),
    ("p99.9", "p99.9 us"),
    ("max", "max us"),
    ("above_100us", ">0.1 ms"),
    ("above_1ms", ">1 ms"),
    ("above_10ms", ">10 ms"),
    ("above_100ms", ">100 ms"),
];

/// Runs the program on both machines and prints the table.
pub fn run(options: &Options) -> Result {
    let beams = options.peers.compile("benches/pauses")?;
    let machines = options.peers.machines()?;
    let machines = if options.alone { &machines[..1] } else { &machines };
    let arguments = [options.megabytes.to_string(), options.seconds.to_string()];
    print_row("stops of", "schedulers", "machine", &COLUMNS.map(|(_, head)| head.to_owned()));
    for &schedulers in &options.schedulers {
        let schedulers = Some(schedulers);
        let call = Call { module: "pauses", arguments: &arguments, beams: &beams, schedulers };
        compare(machines, &call)?;
    }
    Ok(())
}

/// The rows of one number of schedulers.
fn compare(machines: &[Machine], call: &Call) -> Result {
    let runs = machines.iter().map(|machine| machine.run(call)).collect::<Result<Vec<_>>>()?;
    let schedulers = call.schedulers.unwrap_or_default();
    for stopped in STOPPED {
        for (machine, run) in machines.iter().zip(&runs) {
            let cells = COLUMNS.map(|(key, _)| cell(run, &format!("{stopped}_{key}")));
            print_row(stopped, &schedulers.to_string(), &machine.name, &cells);
        }
    }
    for (machine, run) in machines.iter().zip(&runs) {
        println!("heap of the process at the end, {}: {} MB", machine.name, cell(run, "process_memory"));
    }
    Ok(())
}

/// A value as the table shows it.
fn cell(run: &[Measurement], name: &str) -> String {
    let found = run.iter().find(|measurement| measurement.name == name);
    found.map_or("-".into(), |found| match found.unit.as_str() {
        "us" => format!("{:.1}", found.value),
        _ => format!("{}", found.value),
    })
}

fn print_row(stopped: &str, schedulers: &str, machine: &str, cells: &[String]) {
    let cells: String = cells.iter().map(|cell| format!(" {cell:>10}")).collect();
    println!("{stopped:<10} {schedulers:>10}  {machine:<12}{cells}");
}
