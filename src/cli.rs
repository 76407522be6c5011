//! The command line: what can be asked of `purlin`, and what its exit status means.
//!
//! Status 0 is success; 1 is any failure, with a message on standard error that names the thing and, where that helps,
//! what to do. A program that runs may end with a status of its own.

mod code_path;
mod counters;
mod dis;
mod exception;
mod failure;
mod inputs;
mod modules;
mod pack;
mod provided;
mod run;
mod verify;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(name = "purlin", version, about = "Runs the .beam files of Erlang, Elixir and Gleam", long_about = LONG_ABOUT)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const LONG_ABOUT: &str = "Runs the .beam files of Erlang, Elixir and Gleam.

PURLIN_LOG sets what is traced to standard error, such as `info` or `purlin_vm=debug`.";

#[derive(Subcommand)]
enum Command {
    /// Show the code of a module, as compiled and as run, with its source lines
    Dis(dis::Options),
    /// Call main/1 of a module with strings, as escripts do
    #[command(after_help = run::EXIT_STATUS)]
    Run(run::Options),
    /// Pack verified modules into one image, which loads faster
    Pack(pack::Options),
    /// Verify .beam files: what they hold, what is not executed yet, what is refused and why
    Verify(verify::Options),
}

/// Runs the command that the program's arguments ask for.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return explain(&error),
    };
    let outcome = start_tracing().and_then(|()| match arguments.command {
        Command::Dis(options) => dis::run(&options),
        Command::Run(options) => run::run(&options),
        Command::Pack(options) => pack::run(&options),
        Command::Verify(options) => verify::run(&options),
    });
    outcome.unwrap_or_else(|failure| {
        failure.print();
        ExitCode::FAILURE
    })
}

/// Prints help, the version, or what is wrong with the arguments.
fn explain(error: &clap::Error) -> ExitCode {
    // Nothing can be done about a message that cannot be written.
    let _ = error.print();
    if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Sets up tracing, if it is asked for.
fn start_tracing() -> Result<(), Failure> {
    const VARIABLE: &str = "PURLIN_LOG";
    let Ok(wanted) = std::env::var(VARIABLE) else { return Ok(()) };
    let filter = EnvFilter::try_new(&wanted).map_err(|error| {
        Failure::new(format!("{VARIABLE}={wanted} says not what to trace: {error}"))
            .help("use a level (error, warn, info, debug, trace) or target=level")
    })?;
    let colours = failure::is_colourful(&std::io::stderr());
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    Ok(())
}
