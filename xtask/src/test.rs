//! `cargo xtask test`: every test of the repository, in every form of the machine.

use crate::programs::{self, Run};
use crate::{Result, erlang, random, repository, shell};
use std::path::PathBuf;

/// The options of `cargo xtask test`.
#[derive(clap::Args)]
pub struct Options {
    /// Only the whole programs whose name contains one of these, and no unit tests
    programs: Vec<String>,
    /// Only the whole programs, on this purlin instead of those built now
    #[arg(long)]
    purlin: Option<PathBuf>,
}

/// A form of the machine in which the whole programs must give the same results.
struct Form {
    name: &'static str,
    features: &'static [&'static str],
    options: &'static [&'static str],
    /// Not the programs whose names contain one of these, unless they are asked for.
    except: &'static [&'static str],
}

/// Programs that take minutes when every allocation collects, because what they hold is copied again and again.
/// `cargo xtask test NAME` runs any program in all forms.
const DEEP: [&str; 1] = ["deep_terms"];

const FORMS: [Form; 3] = [
    Form { name: "tail-threaded", features: &[], options: &[], except: &[] },
    Form { name: "portable", features: &["portable"], options: &[], except: &[] },
    Form { name: "collect-always", features: &[], options: &["--collect-always"], except: &DEEP },
];

/// Programs compiled by OTP 29, a directory for each option of its compiler: see `tests/otp29/make`.
const COMPILED: [&str; 3] = ["tests/otp29/plain", "tests/otp29/line_coverage", "tests/otp29/beam_debug_info"];

/// Sets up what is missing, builds, and runs all tests.
pub fn run(options: &Options) -> Result {
    erlang::ensure_compiler()?;
    let filters = options.programs.clone();
    if let Some(purlin) = options.purlin.clone() {
        let plain =
            Run { sources: "programs", purlin, options: Vec::new(), filters, except: &[], beams: None };
        let failed = [programs::run(&plain)?, run_compiled(&plain)?, run_packages(&plain)?].contains(&false);
        return if failed { Err("whole programs failed".into()) } else { Ok(()) };
    }
    if options.programs.is_empty() {
        shell::run(repository::cargo().args(["test", "--workspace", "--quiet"]))?;
    }
    let mut broken = Vec::new();
    for form in &FORMS {
        println!("\nwhole programs, {}", form.name);
        let run = Run {
            sources: "programs",
            purlin: build(form)?,
            options: form.options.iter().map(ToString::to_string).collect(),
            except: if filters.is_empty() { form.except } else { &[] },
            filters: filters.clone(),
            beams: None,
        };
        if !programs::run(&run)? {
            broken.push(form.name);
        }
    }
    let purlin = build(&FORMS[0])?;
    let plain = Run { sources: "programs", purlin, options: Vec::new(), filters, except: &[], beams: None };
    if !run_compiled(&plain)? {
        broken.push("compiled by OTP 29");
    }
    if !run_packages(&plain)? {
        broken.push("with packages");
    }
    if options.programs.is_empty() {
        println!("\nrandom programs");
        random::run(&random::Options::of_build(plain.purlin))?;
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(format!("whole programs failed: {}", broken.join(", ")).into())
    }
}

/// Runs the programs that OTP 29 has compiled; whether none failed.
fn run_compiled(plain: &Run) -> Result<bool> {
    let mut passed = true;
    for beams in COMPILED {
        println!("\nwhole programs, {beams}");
        passed &= programs::run(&Run { beams: Some(repository::root().join(beams)), ..plain.clone() })?;
    }
    Ok(passed)
}

/// Runs the programs that use packages of Debian; whether none failed.
fn run_packages(plain: &Run) -> Result<bool> {
    println!("\nwhole programs, with packages of Debian");
    programs::run(&Run { sources: "packages", ..plain.clone() })
}

/// Builds the command in one form, with assertions and optimised, and returns its path.
fn build(form: &Form) -> Result<PathBuf> {
    // Forms with the same features share what is built.
    let target = repository::target().join(if form.features.is_empty() { "tests" } else { form.name });
    let mut cargo = repository::cargo();
    cargo.args(["build", "--quiet", "--profile", "checked", "--bin", "purlin", "--target-dir"]).arg(&target);
    shell::run(cargo.args(["--features", &form.features.join(",")]))?;
    Ok(target.join("checked/purlin"))
}
