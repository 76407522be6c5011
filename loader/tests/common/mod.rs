//! Finds the `.beam` files of installed Erlang systems.
#![allow(dead_code)] // Each test program uses its part of this.

pub mod assembler;

use std::path::{Path, PathBuf};

/// Library folders of Erlang systems: those that `PURLIN_OTP` names (separated by `:`), or the usual places.
pub fn libraries() -> Vec<PathBuf> {
    if let Some(paths) = std::env::var_os("PURLIN_OTP") {
        return std::env::split_paths(&paths).collect();
    }
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    vec!["/usr/lib/erlang/lib".into(), home.join(".cache/otp29/usr/lib/erlang/lib")]
}

/// All `.beam` files of the libraries, in a fixed order. Says which library is not there.
pub fn beam_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for library in libraries() {
        if library.is_dir() {
            collect(&library, &mut files);
        } else {
            eprintln!("skipped: {} is not installed", library.display());
        }
    }
    files.sort();
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "beam") {
            files.push(path);
        }
    }
}
