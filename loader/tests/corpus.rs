//! Loads every `.beam` file of the installed Erlang systems: all must be accepted.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use purlin_loader::{Module, Verified};

#[test]
fn every_module_of_otp_is_accepted() {
    let files = common::beam_files();
    let (mut bytes, mut instructions, mut parsing, mut verifying) = (0, 0, 0.0, 0.0);
    let (mut reached, mut proved, mut checked) = (0, 0, 0);
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    let mut refused = Vec::new();
    for path in &files {
        let contents = std::fs::read(path).expect("an installed file can be read");
        let start = Instant::now();
        let module = match Module::parse(&contents) {
            Ok(module) => module,
            Err(error) => {
                refused.push(format!("{}: {error}", path.display()));
                continue;
            }
        };
        parsing += start.elapsed().as_secs_f64();
        bytes += contents.len();
        instructions += module.code().len();
        let start = Instant::now();
        match Verified::new(module) {
            Ok(verified) => {
                let stats = verified.stats();
                reached += stats.reached;
                proved += stats.proved;
                checked += stats.checked;
                for index in 0..verified.module().code().len() {
                    if verified.is_checked(index) {
                        *left.entry(verified.module().code().opcode(index).name()).or_default() += 1;
                    }
                }
            }
            Err(error) => refused.push(format!("{}: {error}", path.display())),
        }
        verifying += start.elapsed().as_secs_f64();
    }
    println!("{} files, {bytes} bytes, {instructions} instructions", files.len());
    println!("parsed in {parsing:.2} s, verified in {verifying:.2} s, refused {}", refused.len());
    println!("{reached} instructions reached, {proved} assumptions proved, {checked} checked");
    println!("checked: {left:?}");
    for line in refused.iter().take(60) {
        println!("{line}");
    }
    assert!(refused.is_empty(), "{} modules were refused", refused.len());
}

/// Applications of Erlang/OTP. What others have installed beside them may have been compiled by older compilers, which wrote some
/// operands in other ways.
const APPLICATIONS: [&str; 16] = [
    "kernel",
    "stdlib",
    "compiler",
    "sasl",
    "crypto",
    "public_key",
    "ssl",
    "mnesia",
    "inets",
    "xmerl",
    "syntax_tools",
    "parsetools",
    "tools",
    "runtime_tools",
    "edoc",
    "eunit",
];

fn is_of_otp(path: &Path) -> bool {
    let application = |name: &str| APPLICATIONS.contains(&name.split('-').next().unwrap_or_default());
    path.iter().filter_map(|part| part.to_str()).any(application)
}

#[test]
fn code_of_otp_encodes_as_it_was() {
    for path in common::beam_files().into_iter().filter(|path| is_of_otp(path)) {
        let contents = std::fs::read(&path).expect("an installed file can be read");
        let module = Module::parse(&contents).expect("a module of OTP parses");
        let bytes = module.code().encode();
        let again = purlin_isa::Code::decode(&bytes).expect("what was encoded decodes");
        assert!(again == *module.code(), "{}", path.display());
        // What is not in a compressed file as it stands cannot be looked for there.
        let is_compressed = !contents.starts_with(b"FOR1");
        assert!(
            is_compressed || contents.windows(bytes.len()).any(|window| window == bytes),
            "{} encodes differently",
            path.display()
        );
    }
}
