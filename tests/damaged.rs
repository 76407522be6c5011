//! Damaged modules and images that the verifier accepts run on a machine, each exported function with arguments of all sorts:
//! they return, raise, or are stopped when their time is over, and do nothing else.
//!
//! `PURLIN_DAMAGED=100000 cargo test --release --test damaged` runs as many; `PURLIN_DAMAGED_FIRST` is where to begin,
//! and with `PURLIN_ZEAL` the machines collect and check their heaps all the time.
//! The number that is tried stands in `target/tmp/damaged.txt`, should it bring the program down.

use std::path::PathBuf;
use std::time::Duration;

use purlin::{Atom, CallError, Vm};
use purlin_loader::damage::Damage;
use purlin_loader::{Verified, image, load};
use serde::{Serialize, Serializer};

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

const LIMIT: Duration = Duration::from_millis(200);

/// So many modules run on one machine.
const MACHINE_MODULES: usize = 100;

/// An argument.
#[derive(Clone)]
enum Value {
    Integer(i64),
    Float(f64),
    Atom(&'static str),
    Bytes(&'static [u8]),
    List(Vec<Value>),
    Tuple(Vec<Value>),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeTuple;
        match self {
            Value::Integer(value) => serializer.serialize_i64(*value),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Atom(name) => Atom((*name).to_owned()).serialize(serializer),
            Value::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Value::List(elements) => elements.serialize(serializer),
            Value::Tuple(elements) => {
                let mut tuple = serializer.serialize_tuple(elements.len())?;
                elements.iter().try_for_each(|element| tuple.serialize_element(element))?;
                tuple.end()
            }
        }
    }
}

fn values() -> Vec<Value> {
    use Value::{Atom, Bytes, Float, Integer, List, Tuple};
    let pairs = |count| (0..count).map(|n| Tuple(vec![Integer(n), Atom("value")])).collect();
    vec![
        Integer(0),
        Integer(3),
        Integer(-1),
        Integer(i64::MAX),
        Float(1.5),
        Atom("true"),
        Atom("error"),
        Bytes(b""),
        Bytes(b"some bytes, more than those that fit a word, and more than sixty-four in all, to be sure"),
        List(vec![]),
        List((0..20).map(Integer).collect()),
        List(pairs(5)),
        List(vec![Atom("a"), Bytes(b"b"), List(vec![Integer(1)])]),
        Tuple(vec![]),
        Tuple(vec![Atom("dict"), Integer(1)]),
        Tuple(vec![List(vec![Integer(1)]), List(vec![Integer(2)])]),
    ]
}

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// The modules as they are, or nothing where Erlang is not installed.
fn originals() -> Vec<Vec<u8>> {
    let libraries = std::fs::read_dir("/usr/lib/erlang/lib").into_iter().flatten().flatten();
    let stdlib = libraries.map(|entry| entry.path()).find(|path| path.ends_with_prefix("stdlib-"));
    let Some(stdlib) = stdlib else {
        eprintln!("skipped: Erlang is not installed");
        return Vec::new();
    };
    let read = |name: &&str| std::fs::read(stdlib.join("ebin").join(format!("{name}.beam"))).ok();
    MODULES.iter().filter_map(read).collect()
}

trait EndsWithPrefix {
    fn ends_with_prefix(&self, prefix: &str) -> bool;
}

impl EndsWithPrefix for PathBuf {
    fn ends_with_prefix(&self, prefix: &str) -> bool {
        self.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix))
    }
}

/// A damaged module that is accepted: three of four from a `.beam` file, the others from an image.
fn damaged(seed: usize, original: &[u8]) -> Option<Verified> {
    let mut damage = Damage::new(seed as u64);
    if seed % 4 != 3 {
        return load(&damage.beam(original)).ok();
    }
    let verified = load(original).expect("a module of OTP is accepted");
    image::load(&damage.image(&verified)).ok()?.pop()
}

/// Calls every exported function of a module; how many calls returned, and how many were stopped.
fn run(vm: &Vm, verified: &Verified, values: &[Value], seed: usize) -> (usize, usize) {
    let (mut returned, mut stopped) = (0, 0);
    let module = verified.module();
    if vm.load_verified(verified).is_err() {
        return (0, 0);
    }
    for (index, export) in module.exports().iter().enumerate() {
        let pick = |place: u32| values[(seed * 7 + index * 5 + place as usize * 3) % values.len()].clone();
        let arguments = Value::List((0..export.arity).map(pick).collect());
        match vm.call::<serde::de::IgnoredAny>(module.name(), module.atom(export.function), &arguments, LIMIT)
        {
            Ok(_) | Err(CallError::Convert(_)) => returned += 1,
            Err(CallError::Timeout) => stopped += 1,
            Err(_) => {}
        }
    }
    (returned, stopped)
}

#[test]
fn accepted_damage_does_no_harm() {
    let (originals, values) = (originals(), values());
    let log = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("damaged.txt");
    let first = number("PURLIN_DAMAGED_FIRST").unwrap_or(0);
    let last = first + number("PURLIN_DAMAGED").unwrap_or(300);
    let (mut accepted, mut returned, mut stopped) = (0, 0, 0);
    let mut vm = None;
    for seed in (first..last).filter(|_| !originals.is_empty()) {
        let Some(verified) = damaged(seed, &originals[seed % originals.len()]) else { continue };
        if accepted % MACHINE_MODULES == 0 {
            let is_zealous = std::env::var_os("PURLIN_ZEAL").is_some();
            let builder = Vm::builder().schedulers(1).collect_always(is_zealous);
            vm = Some(builder.start().expect("a machine starts"));
        }
        std::fs::write(&log, seed.to_string()).expect("the log can be written");
        let vm = vm.as_ref().expect("a machine was made");
        let counts = run(vm, &verified, &values, seed);
        (accepted, returned, stopped) = (accepted + 1, returned + counts.0, stopped + counts.1);
    }
    println!("{accepted} accepted of {}, {returned} calls returned, {stopped} were stopped", last - first);
    assert!(originals.is_empty() || returned > 0);
}
