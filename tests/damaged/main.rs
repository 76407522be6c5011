//! Damaged modules and images that the verifier accepts run on a machine: they return, raise, or are stopped when they
//! are told to, and do nothing else.
//!
//! `PURLIN_DAMAGED=100000 cargo test --profile checked --test damaged` runs as many; `PURLIN_DAMAGED_FIRST` is where to
//! begin, and with `PURLIN_ZEAL` the machines collect and check their heaps all the time. The number that is tried
//! stands in `target/tmp/damaged-FIRST.txt` and the input beside it, should it bring the program down. Each has a machine
//! of its own, so that what it does follows from its number.

mod corpus;
mod machine;
mod values;

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use corpus::{Corpus, Original};
use machine::{Ended, Machine};
use purlin_loader::damage::Damage;
use purlin_loader::{Verified, image, load};
use values::EMPTY_LIST;

/// What became of the damaged inputs of a sort.
#[derive(Default)]
struct Counts {
    inputs: usize,
    accepted: usize,
    calls: usize,
    returned: usize,
    stopped: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { inputs, accepted, calls, returned, stopped } = self;
        let refused = inputs - accepted;
        write!(f, "{inputs} inputs, {refused} refused, {accepted} accepted: {calls} calls, ")?;
        write!(f, "{returned} returned, {} raised, {stopped} were stopped", calls - returned - stopped)
    }
}

/// Of the files in which the input that is tried is kept.
const EXTENSIONS: [&str; 2] = ["beam", "image"];

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// The damaged input of a number, of which even ones are `.beam` files and odd ones images; and what it holds, if it is
/// accepted.
fn damaged(seed: usize, original: &Original) -> (Vec<u8>, Option<Verified>) {
    let mut damage = Damage::new(seed as u64);
    if seed.is_multiple_of(2) {
        let file = damage.beam(&original.beam);
        let verified = load(&file).ok();
        return (file, verified);
    }
    let file = damage.image(&original.verified);
    let verified = image::load(&file).ok().and_then(|mut modules| modules.pop());
    (file, verified)
}

/// Calls every exported function of a module on a machine of its own.
fn run(corpus: &Corpus, original: &Original, verified: &Verified, seed: usize, counts: &mut Counts) {
    let machine = Machine::start(original.is_program.then_some(&corpus.helpers));
    let module = verified.module();
    if machine.vm().load(verified).is_ok() {
        for (index, export) in module.exports().iter().enumerate() {
            let number = if original.is_program { EMPTY_LIST } else { seed * 7 + index * 5 };
            let ended = machine.call(module.name(), module.atom(export.function), export.arity, number);
            counts.calls += 1;
            counts.returned += usize::from(ended == Ended::Returned);
            counts.stopped += usize::from(ended == Ended::Stopped);
        }
    }
    machine.stop();
}

#[test]
fn accepted_damage_does_no_harm() {
    let Some(corpus) = Corpus::find() else {
        eprintln!("skipped: Erlang is not installed");
        return;
    };
    let panics = machine::count_panics();
    let first = number("PURLIN_DAMAGED_FIRST").unwrap_or(0);
    let last = first + number("PURLIN_DAMAGED").unwrap_or(300);
    let log = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("damaged-{first}.txt"));
    let tried: &'static AtomicUsize = Box::leak(Box::new(AtomicUsize::new(first)));
    machine::watch(tried);
    let mut counts = [Counts::default(), Counts::default()];
    for seed in first..last {
        let original = &corpus.originals[seed / 2 % corpus.originals.len()];
        std::fs::write(&log, seed.to_string()).expect("the log can be written");
        tried.store(seed, Ordering::Relaxed);
        let counts = &mut counts[seed % 2];
        counts.inputs += 1;
        let (file, verified) = damaged(seed, original);
        if let Some(verified) = verified {
            std::fs::write(log.with_extension(EXTENSIONS[seed % 2]), file).expect("the input can be kept");
            counts.accepted += 1;
            run(&corpus, original, &verified, seed, counts);
        }
        assert_eq!(
            panics.load(Ordering::Relaxed),
            0,
            "damage {seed}, of {}, made the machine panic",
            original.name
        );
    }
    println!("files:  {}\nimages: {}", counts[0], counts[1]);
    assert!(counts.iter().all(|counts| counts.returned > 0 && counts.accepted < counts.inputs));
}

/// Else damage to them would be tried in vain.
#[test]
fn undamaged_programs_run_to_their_end() {
    let Some(corpus) = Corpus::find() else { return };
    for program in corpus.originals.iter().filter(|original| original.is_program) {
        let machine = Machine::start(Some(&corpus.helpers));
        machine.vm().load(&program.verified).expect("an undamaged module is loaded");
        let ended = machine.call(program.name, "main", 1, EMPTY_LIST);
        assert_ne!(ended, Ended::Raised, "{}", program.name);
        machine.stop();
    }
}
