//! What is damaged: modules of OTP's library whose functions are called one by one, and whole programs of
//! `tests/programs` that go through their code themselves.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use purlin_loader::{Verified, load};

/// Modules that call only what is pure: whatever damage does to them, they reach no file and no other program.
const MODULES: [&str; 16] = [
    "array",
    "base64",
    "dict",
    "digraph",
    "gb_sets",
    "gb_trees",
    "lists",
    "maps",
    "orddict",
    "ordsets",
    "proplists",
    "queue",
    "rand",
    "sets",
    "string",
    "erl_anno",
];

/// Programs that need little beside the natives and [`HELPERS`], and end soon.
const PROGRAMS: [&str; 30] = [
    "aliases",
    "applying",
    "binaries_build",
    "binaries_match",
    "bignums",
    "comprehensions",
    "equality",
    "exceptions",
    "exit_signals",
    "first_arith",
    "first_control",
    "first_data",
    "floats",
    "funs",
    "guards",
    "hashing",
    "io_lists",
    "links",
    "maps_small",
    "monitors",
    "order",
    "process_dictionary",
    "process_information",
    "receive_timeouts",
    "registered_names",
    "selective_receive",
    "spawn_forms",
    "stack_traces",
    "try_after",
    "tuples",
];

/// Modules that the programs call.
const HELPERS: [&str; 2] = ["lists", "maps"];

/// A module before it is damaged.
pub struct Original {
    pub name: &'static str,
    pub beam: Vec<u8>,
    pub verified: Verified,
    /// It has a `main/1` and needs the helpers.
    pub is_program: bool,
}

pub struct Corpus {
    pub originals: Vec<Original>,
    pub helpers: Vec<Verified>,
}

impl Corpus {
    /// Nothing where Erlang is not installed.
    pub fn find() -> Option<Corpus> {
        let libraries = std::fs::read_dir("/usr/lib/erlang/lib").ok()?.flatten();
        let is_stdlib = |path: &PathBuf| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("stdlib-"))
        };
        let stdlib = libraries.map(|entry| entry.path()).find(is_stdlib)?.join("ebin");
        let programs = COMPILED.get_or_init(compile).as_ref()?;
        let read = |folder: &Path, name: &'static str, is_program| {
            let beam = std::fs::read(folder.join(name).with_extension("beam")).expect("a compiled module");
            let verified = load(&beam).expect("an undamaged module is accepted");
            Original { name, beam, verified, is_program }
        };
        let modules = MODULES.iter().map(|name| read(&stdlib, name, false));
        let originals = modules.chain(PROGRAMS.iter().map(|name| read(programs, name, true))).collect();
        let helpers = HELPERS.iter().map(|name| read(&stdlib, name, false).verified).collect();
        Some(Corpus { originals, helpers })
    }
}

/// The folder of the compiled programs: the tests, which run at the same time, share it.
static COMPILED: OnceLock<Option<PathBuf>> = OnceLock::new();

/// Compiles the programs.
fn compile() -> Option<PathBuf> {
    let folder =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("damaged-programs-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut erlc = Command::new("erlc");
    erlc.arg("-o").arg(&folder).args(PROGRAMS.iter().map(|name| sources.join(name).with_extension("erl")));
    erlc.output().ok()?.status.success().then_some(folder)
}
