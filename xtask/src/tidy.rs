//! `cargo xtask tidy`: what this repository asks of itself and the compiler does not check.

mod layers;
mod lengths;
mod pages;
mod rust_text;
mod sources;

use crate::{Result, repository};
use rust_text::RustFile;
use std::path::{Path, PathBuf};

/// A place that breaks a rule.
pub struct Problem {
    path: PathBuf,
    /// Counted from 1; 0 speaks of the file as a whole.
    line: usize,
    message: String,
}

impl Problem {
    fn new(path: &Path, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

/// Runs every check, prints each problem with its place, and fails if there is one.
pub fn run() -> Result {
    let files = repository::files("rs")?.into_iter().map(RustFile::read).collect::<Result<Vec<_>>>()?;
    let mut problems = layers::check()?;
    problems.extend(files.iter().flat_map(sources::check));
    problems.extend(sources::check_forbidden(&files));
    problems.extend(pages::check()?);
    for problem in &problems {
        println!("{}:{}: {}", problem.path.display(), problem.line, problem.message);
    }
    println!("tidy: {}", lengths::report(&files));
    if problems.is_empty() { Ok(()) } else { Err(format!("{} problems", problems.len()).into()) }
}
