//! Where things are in this repository.

use crate::Result;
use crate::shell;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in the repository")
}

/// Cargo's target directory, for what is built and may be thrown away.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// `cargo`, run in the root.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The purlin that was given, or else a release build made now.
pub fn purlin(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(purlin) = given {
        return Ok(purlin.to_owned());
    }
    shell::run(cargo().args(["build", "--release", "--quiet", "--bin", "purlin"]))?;
    Ok(target().join("release/purlin"))
}

/// The paths (relative to the root) of the repository's files whose name ends in `.extension`: those that git tracks
/// or would track.
pub fn files(extension: &str) -> Result<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.current_dir(root()).args(["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
    let listing = String::from_utf8(shell::output(&mut git)?)?;
    let wanted = |path: &PathBuf| {
        path.extension().is_some_and(|found| found == extension) && root().join(path).exists()
    };
    Ok(listing.lines().map(PathBuf::from).filter(wanted).collect())
}

/// The Erlang sources in a directory, in the order of their names.
pub fn erlang_sources(directory: &str) -> Result<Vec<PathBuf>> {
    let mut sources: Vec<PathBuf> =
        files("erl")?.into_iter().filter(|path| path.parent() == Some(Path::new(directory))).collect();
    sources.sort();
    Ok(sources.into_iter().map(|path| root().join(path)).collect())
}

/// The value of a directive, `%% key: value`, in the head comment of an Erlang source.
pub fn directive<'a>(source: &'a str, key: &str) -> Option<&'a str> {
    let comment = source.lines().map_while(|line| line.strip_prefix("%%"));
    comment.filter_map(|line| line.trim().strip_prefix(key)?.strip_prefix(':')).map(str::trim).next()
}

#[cfg(test)]
mod tests {
    use super::directive;

    #[test]
    fn directives_stand_in_the_head_comment_only() {
        let source = "%% size: 12\n%% schedulers: 1 2\n-module(x).\n%% rounds: 1\n";
        assert_eq!(directive(source, "size"), Some("12"));
        assert_eq!(directive(source, "schedulers"), Some("1 2"));
        assert_eq!(directive(source, "rounds"), None);
        assert_eq!(directive(source, "siz"), None);
    }
}
