//! A benchmark program and what its head comment says about how to run it; `benches/bench.erl` lists the directives.

use crate::machine::Call;
use crate::{Result, erlang, repository};
use std::path::{Path, PathBuf};

/// A benchmark program.
pub struct Program {
    /// Its module.
    pub name: String,
    /// The directory of its `.beam` file.
    pub beams: PathBuf,
    /// The argument of `main/1`, its size.
    pub arguments: [String; 1],
    /// Whether it counts in the geometric mean of sequential code.
    pub sequential: bool,
    /// The numbers of schedulers to run it with; `None` leaves that to the machine.
    pub schedulers: Vec<Option<u32>>,
    /// Not more rounds than this.
    pub rounds_max: usize,
}

impl Program {
    /// Reads the directives of a source file. One without a kind is no program but a module that programs share.
    pub fn read(source: &Path, beams: &Path, quick: bool) -> Result<Option<Self>> {
        let text = std::fs::read_to_string(source)?;
        let directive = |key| repository::directive(&text, key);
        let name = erlang::module(source);
        let Some(kind) = directive("kind") else { return Ok(None) };
        let size = directive(if quick { "quick" } else { "size" }).ok_or(format!("{name} names no size"))?;
        let schedulers =
            directive("schedulers").map(|list| list.split(' ').map(|n| n.parse().map(Some)).collect());
        Ok(Some(Self {
            beams: beams.to_owned(),
            arguments: [size.into()],
            sequential: kind == "sequential",
            schedulers: schedulers.transpose()?.unwrap_or_else(|| vec![None]),
            rounds_max: directive("rounds").map(str::parse).transpose()?.unwrap_or(usize::MAX),
            name,
        }))
    }

    /// The call that runs it.
    pub fn call(&self, schedulers: Option<u32>) -> Call<'_> {
        Call { module: &self.name, arguments: &self.arguments, beams: &self.beams, schedulers }
    }
}
