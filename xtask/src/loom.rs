//! `cargo xtask loom`: the models of the protocols between threads, run over every order of their steps.

use crate::{Result, repository, shell};

/// The crates whose `sync` module has a modelled form.
const MODELLED: [&str; 2] = ["purlin-scheduler", "purlin-vm"];

/// Runs the tests named `models` of every modelled crate with `--cfg loom`.
pub fn run() -> Result {
    for package in MODELLED {
        let mut cargo = repository::cargo();
        // A target directory of its own, because the flag would rebuild everything twice.
        cargo.env("RUSTFLAGS", "--cfg loom").env("CARGO_TARGET_DIR", repository::target().join("loom"));
        // Models are bounded in the number of preemptions: two already find what such protocols get wrong.
        cargo.env(
            "LOOM_MAX_PREEMPTIONS",
            std::env::var("LOOM_MAX_PREEMPTIONS").unwrap_or_else(|_| "2".into()),
        );
        shell::run(cargo.args(["test", "--release", "--package", package, "--lib", "models"]))?;
    }
    Ok(())
}
