//! Lowers every module of the installed Erlang systems, and shows it as text.

mod common;

use std::collections::BTreeMap;
use std::time::Instant;

use purlin_loader::Module;
use purlin_loader::Verified;
use purlin_loader::lower::{LowerFault, Symbols, lower, show};

#[test]
fn every_module_of_otp_lowers() {
    let (mut modules, mut instructions, mut words, mut seconds) = (0, 0, 0, 0.0);
    let mut not_executable = BTreeMap::<&str, u32>::new();
    for path in common::beam_files() {
        let contents = std::fs::read(&path).expect("an installed file can be read");
        let Ok(verified) =
            Module::parse(&contents).map_err(|_| ()).and_then(|m| Verified::new(m).map_err(|_| ()))
        else {
            continue; // The test of the verifier tells of it.
        };
        let mut symbols = Symbols::new(verified.module());
        let start = Instant::now();
        let lowered = lower(&verified, &mut symbols);
        seconds += start.elapsed().as_secs_f64();
        match lowered {
            Ok(code) => {
                modules += 1;
                instructions += code.instructions.len();
                words += code.words.len();
                check(&code, &symbols);
            }
            Err(error) => {
                assert_eq!(error.fault, LowerFault::NotExecutable, "{error}");
                *not_executable.entry(error.instruction.1).or_default() += 1;
            }
        }
    }
    println!("{modules} modules, {instructions} specific instructions, {words} words, {seconds:.2} s");
    println!("modules that need what is not executed yet: {not_executable:?}");
    assert!(not_executable.is_empty(), "{not_executable:?}");
}

/// Each instruction is as long as the table says, but for its list, and can be shown.
fn check(code: &purlin_loader::lower::Lowered, symbols: &Symbols<'_>) {
    for (index, placed) in code.instructions.iter().enumerate() {
        let size = placed.op.size(placed.forms()) / 8;
        let extent = code.extent(index);
        let has_list = placed.op.signature().list;
        assert!(extent.len() == size || has_list && extent.len() > size, "{}", show(code, index, symbols));
        assert!(!show(code, index, symbols).is_empty());
    }
    for place in &code.functions {
        assert_eq!(place.entry, place.start + 2);
    }
    assert!(code.lines.is_sorted_by_key(|line| line.0));
}
