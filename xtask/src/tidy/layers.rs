//! The arrows between the crates point one way: each crate's dependencies inside the workspace, read from
//! `cargo metadata`, must be among those that its place in the house allows.

use super::Problem;
use crate::{Result, repository, shell};
use serde_json::Value;
use std::path::Path;

/// What each crate may depend on in this workspace. A crate that is not listed is refused, so that a new room gets its
/// place here first.
const ARROWS: [(&str, &[&str]); 9] = [
    ("purlin-isa", &[]),
    ("purlin-heap", &[]),
    ("purlin-scheduler", &[]),
    ("purlin-loader", &["purlin-isa", "purlin-heap"]),
    ("purlin-vm", &["purlin-isa", "purlin-heap", "purlin-loader", "purlin-scheduler"]),
    ("purlin-regex", &[]),
    ("purlin-stdlib", &["purlin-vm", "purlin-heap", "purlin-regex"]),
    (
        "purlin",
        &["purlin-isa", "purlin-heap", "purlin-loader", "purlin-scheduler", "purlin-vm", "purlin-stdlib"],
    ),
    ("xtask", &[]),
];

/// Checks every package of the workspace.
pub fn check() -> Result<Vec<Problem>> {
    let metadata = shell::output(repository::cargo().args(["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata: Value = serde_json::from_slice(&metadata)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    Ok(packages.iter().flat_map(|package| check_package(package, &names)).collect())
}

fn check_package(package: &Value, workspace: &[&str]) -> Vec<Problem> {
    let name = package["name"].as_str().unwrap_or_default();
    let manifest = package["manifest_path"].as_str().unwrap_or_default();
    let path = Path::new(manifest).strip_prefix(repository::root()).unwrap_or(Path::new(manifest));
    let Some((_, allowed)) = ARROWS.iter().find(|(listed, _)| *listed == name) else {
        return vec![Problem::new(
            path,
            0,
            format!("{name} has no place among the arrows of xtask/src/tidy/layers.rs"),
        )];
    };
    let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    let broken = dependencies.iter().filter_map(|dependency| {
        let target = dependency["name"].as_str()?;
        let breaks = workspace.contains(&target) && !allowed.contains(&target);
        breaks.then(|| {
            Problem::new(
                path,
                0,
                format!("{name} must not depend on {target}: the arrow points the other way"),
            )
        })
    });
    broken.collect()
}

#[cfg(test)]
mod tests {
    use super::check_package;
    use serde_json::json;

    fn problems(name: &str, dependency: &str) -> usize {
        let package = json!({
            "name": name, "manifest_path": "x/Cargo.toml",
            "dependencies": [{"name": dependency}, {"name": "libc"}],
        });
        check_package(&package, &["purlin-isa", "purlin-vm", "purlin", "xtask", "new-room"]).len()
    }

    #[test]
    fn an_arrow_that_points_back_is_a_problem() {
        assert_eq!(problems("purlin-vm", "purlin-isa"), 0);
        assert_eq!(problems("purlin-isa", "purlin-vm"), 1);
        assert_eq!(problems("purlin", "xtask"), 1);
        assert_eq!(problems("new-room", "libc"), 1);
    }
}
