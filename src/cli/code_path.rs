//! Where modules are looked for: the directories given with `-p`, the current one, then the libraries of Erlang/OTP.

use super::failure::Failure;
use std::path::{Path, PathBuf};

/// Where Erlang/OTP is commonly installed.
const USUAL_PLACES: [&str; 3] = ["/usr/lib/erlang", "/usr/local/lib/erlang", "/usr/lib64/erlang"];

/// Applications whose modules nearly every program uses: looked at first.
const FIRST: [&str; 2] = ["stdlib", "kernel"];

/// The directories to look for modules in, in their order.
#[derive(Debug, Default)]
pub struct CodePath {
    directories: Vec<PathBuf>,
}

impl CodePath {
    /// The given directories, then the current one, as in Erlang/OTP, then those of OTP's libraries below `otp`, or where they are
    /// found.
    pub fn new(given: &[PathBuf], otp: Option<&Path>) -> Result<Self, Failure> {
        if let Some(missing) = given.iter().find(|directory| !directory.is_dir()) {
            return Err(Failure::new(format!("-p {}: there is no such directory", missing.display())));
        }
        let mut directories = given.to_vec();
        directories.push(".".into());
        match otp {
            Some(otp) => directories.extend(libraries(otp).ok_or_else(|| no_libraries(otp))?),
            None => directories.extend(installed().unwrap_or_default()),
        }
        Ok(Self { directories })
    }

    /// The directories, in their order.
    pub fn into_directories(self) -> Vec<PathBuf> {
        self.directories
    }

    /// The file of a module, if there is one.
    pub fn find(&self, module: &str) -> Option<PathBuf> {
        let file = purlin_stdlib::module_file_name(module)?;
        self.directories.iter().map(|directory| directory.join(&file)).find(|path| path.is_file())
    }
}

fn no_libraries(otp: &Path) -> Failure {
    Failure::new(format!("--otp {}: there are no libraries of Erlang/OTP in there", otp.display()))
        .help("give the directory that holds `lib/stdlib-VERSION/ebin`")
}

/// The libraries of the Erlang/OTP on this machine.
fn installed() -> Option<Vec<PathBuf>> {
    let on_path = std::env::var_os("PATH").and_then(|path| {
        let erl =
            std::env::split_paths(&path).map(|directory| directory.join("erl")).find(|erl| erl.is_file())?;
        // `ROOT/bin/erl`, to which the one on the path is a link.
        Some(erl.canonicalize().ok()?.parent()?.parent()?.to_owned())
    });
    on_path.into_iter().chain(USUAL_PLACES.map(PathBuf::from)).find_map(|root| libraries(&root))
}

/// The `ebin` directories below `ROOT/lib`, or below `ROOT` itself.
fn libraries(root: &Path) -> Option<Vec<PathBuf>> {
    [root.join("lib"), root.to_owned()].iter().find_map(|lib| applications(lib))
}

fn applications(lib: &Path) -> Option<Vec<PathBuf>> {
    let entries = std::fs::read_dir(lib).ok()?.filter_map(Result::ok);
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let rank = |name: &str| FIRST.iter().position(|first| application(name) == *first).unwrap_or(FIRST.len());
    names.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
    // A directory of libraries is one that holds the library that nothing works without.
    names.iter().any(|name| application(name) == FIRST[0]).then(|| {
        let ebins = names.iter().map(|name| lib.join(name).join("ebin"));
        ebins.filter(|ebin| ebin.is_dir()).collect()
    })
}

/// `stdlib` of `stdlib-4.2`.
fn application(directory: &str) -> &str {
    directory.split_once('-').map_or(directory, |(name, _)| name)
}
