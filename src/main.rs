//! The `purlin` command.
#![forbid(unsafe_code)]

mod cli;

/// Memory that runs out is a message and status 1, as any other failure.
#[global_allocator]
static MEMORY: purlin_heap::memory::OrExit = purlin_heap::memory::OrExit;

fn main() -> std::process::ExitCode {
    cli::main()
}
