//! `cargo xtask`: the repository's own commands.
#![forbid(unsafe_code)]

mod compile_otp;
mod demo;
mod erlang;
mod front_end;
mod loom;
mod machine;
mod pauses;
mod process;
mod programs;
mod random;
mod random_calls;
mod repository;
mod shell;
mod soak;
mod tail_calls;
mod test;
mod tidy;
mod versus;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// What went wrong, for the person who ran the command.
type Error = Box<dyn std::error::Error + Send + Sync>;

/// The result of a step of a command.
type Result<T = ()> = std::result::Result<T, Error>;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The repository's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check what the compiler does not: layers, headers, lengths, links between pages
    Tidy,
    /// Set up what is missing, build, and run every test in every form of the machine
    Test(test::Options),
    /// Compare random programs on purlin and on Erlang/OTP
    Random(random::Options),
    /// Compare what natives give for random arguments on purlin and on Erlang/OTP
    Calls(random_calls::Options),
    /// Run OTP's scanner, parser, linter and pretty printer over its sources, on erl and on purlin
    FrontEnd(front_end::Options),
    /// Have OTP's compiler compile OTP's sources, on erl and on purlin, and compare the modules
    CompileOtp(compile_otp::Options),
    /// Run the supervised example on a release build
    Demo(demo::Options),
    /// Run the benchmark programs on purlin and on erl in turn, and compare
    Versus(versus::Options),
    /// Measure how long a process with a large heap is stopped, and bystanders, on purlin and on erl
    Pauses(pauses::Options),
    /// Load a machine in all ways for a long time, and fail if it grows, loses a message, or something is stuck
    Soak(soak::Options),
    /// Fail if a handler of the interpreter lost its tail call in the release build
    TailCalls(tail_calls::Options),
    /// Run the models of the scheduler's and the machine's protocols
    Loom,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Tidy => tidy::run(),
        Command::Test(options) => test::run(&options),
        Command::Random(options) => random::run(&options),
        Command::Calls(options) => random_calls::run(&options),
        Command::FrontEnd(options) => front_end::run(&options),
        Command::CompileOtp(options) => compile_otp::run(&options),
        Command::Demo(options) => demo::run(&options),
        Command::Versus(options) => versus::run(&options),
        Command::Pauses(options) => pauses::run(&options),
        Command::Soak(options) => soak::run(&options),
        Command::TailCalls(options) => tail_calls::run(&options),
        Command::Loom => loom::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
