//! `cargo xtask demo`: the supervised example, from its sources to its last check.

use crate::{Result, erlang, repository, shell};
use std::process::Command;

/// The options of `cargo xtask demo`.
#[derive(clap::Args)]
pub struct Options {
    /// Run it on `erl` instead, for comparison
    #[arg(long)]
    erl: bool,
    /// How many workers
    #[arg(default_value_t = 100_000)]
    workers: u32,
}

/// Compiles the example and runs it.
pub fn run(options: &Options) -> Result {
    erlang::ensure_compiler()?;
    let beams = erlang::compile(&repository::erlang_sources("examples/supervised")?, "supervised")?;
    let workers = options.workers.to_string();
    if options.erl {
        let call = format!("supervised:main([\"{workers}\"]), halt().");
        return shell::run(Command::new("erl").args(["-noshell", "-pa"]).arg(&beams).args(["-eval", &call]));
    }
    shell::run(
        Command::new(repository::purlin(None)?)
            .args(["run", "-p"])
            .arg(&beams)
            .args(["supervised", &workers]),
    )
}
