//! Erlang's compiler: installed when it is missing, run only for what is newer than its `.beam` file.

use crate::shell;
use crate::{Result, repository};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian's packages that hold `erl`, `erlc` and the headers.
const PACKAGES: [&str; 3] = ["erlang-base", "erlang-dev", "erlang-tools"];

/// Makes sure that `erlc` and `erl` can be run, installing Debian's packages if need be.
pub fn ensure_compiler() -> Result {
    if shell::exists("erlc") && shell::exists("erl") {
        return Ok(());
    }
    if !shell::exists("apt-get") {
        return Err(
            "erlc is missing, and so is apt-get: install Erlang/OTP 25 or later and run this again".into()
        );
    }
    println!("Installing Erlang's compiler: {}", PACKAGES.join(" "));
    shell::run(apt_get().args(["update", "-qq"]))?;
    shell::run(apt_get().args(["install", "-y", "-qq", "--no-install-recommends"]).args(PACKAGES))
}

/// Makes sure that a package of Debian is installed.
pub fn ensure_package(name: &str) -> Result {
    if !shell::exists("dpkg-query") {
        return Err(format!(
            "{name} is a package of Debian: install it in your way, or run the tests on Debian"
        )
        .into());
    }
    let mut query = Command::new("dpkg-query");
    let status = query.args(["-W", "-f=${Status}", name]).output()?;
    if status.stdout == b"install ok installed" {
        return Ok(());
    }
    println!("Installing {name}");
    shell::run(apt_get().args(["install", "-y", "-qq", "--no-install-recommends", name]))
}

fn apt_get() -> Command {
    let needs_sudo = std::env::var_os("USER").is_some_and(|user| user != "root") && shell::exists("sudo");
    let mut command = Command::new(if needs_sudo { "sudo" } else { "env" });
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    command
}

/// Compiles the sources that are newer than their `.beam` file in `target/NAME`, and returns that directory.
pub fn compile(sources: &[PathBuf], name: &str) -> Result<PathBuf> {
    compile_with("erlc", sources, name)
}

/// `compile`, by a compiler that is started by a command of one or more words.
pub fn compile_with(erlc: &str, sources: &[PathBuf], name: &str) -> Result<PathBuf> {
    let mut words = erlc.split_whitespace();
    let mut erlc = Command::new(words.next().unwrap_or("erlc"));
    let into = repository::target().join(name);
    std::fs::create_dir_all(&into)?;
    let stale: Vec<&PathBuf> = sources.iter().filter(|source| is_stale(source, &into)).collect();
    if !stale.is_empty() {
        // The compiler's remarks on programs that err on purpose would hide real ones.
        shell::output(erlc.args(words).arg("-o").arg(&into).args(stale))?;
    }
    Ok(into)
}

/// The module that a source file defines.
pub fn module(source: &Path) -> String {
    source.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_stale(source: &Path, into: &Path) -> bool {
    let modified = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    modified(&into.join(module(source)).with_extension("beam")) < modified(source)
}
