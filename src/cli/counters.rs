//! What `purlin run --counters` writes and `purlin dis --counters` shows: for each instruction that guesses, how often it ran,
//! how often its guess was wrong, and how often it was rewritten.
//!
//! The file is text. A line `module NAME MD5` begins a module; each line below it is of one instruction that ran: index of
//! the function, index of the instruction among those of the function that guess, runs, misses, changes.

use super::failure::Failure;
use super::inputs;
use purlin_loader::Module;
use purlin_vm::Vm;
use purlin_vm::code::LoadedModule;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::Ordering;

/// The first line.
const HEAD: &str = "purlin counters 1";

/// What became of the guesses of one instruction.
#[derive(Clone, Copy)]
pub struct Counted {
    runs: u64,
    misses: u64,
    changes: u64,
}

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counted { runs, misses, changes } = self;
        let hits = 100.0 * runs.saturating_sub(*misses) as f64 / (*runs).max(1) as f64;
        write!(f, "runs {runs}, as guessed {hits:.1} %, rewritten {changes}")
    }
}

/// Writes what the machine counted.
pub fn write(vm: &Vm, file: &Path) -> Result<(), Failure> {
    let mut text = String::from(HEAD);
    text.push('\n');
    for module in vm.code().modules() {
        write_module(vm, module, &mut text);
    }
    std::fs::write(file, text).map_err(|error| Failure::new(format!("{}: {error}", file.display())))
}

fn write_module(vm: &Vm, module: &LoadedModule, text: &mut String) {
    let _ = writeln!(text, "module {} {}", vm.atoms().name(module.name), hexadecimal(&module.md5));
    let (mut last, mut place) = (usize::MAX, 0);
    for (word, counter) in &module.counters {
        let function = module.places.partition_point(|place| place.start <= *word) - 1;
        place = if function == last { place + 1 } else { 0 };
        last = function;
        let [runs, misses, changes] =
            [&counter.runs, &counter.misses, &counter.changes].map(|cell| cell.load(Ordering::Relaxed));
        if runs != 0 {
            let _ = writeln!(text, "{function} {place} {runs} {misses} {changes}");
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// What was counted in one module: by function, and by instruction among those that guess.
pub struct Counters(HashMap<(usize, usize), Counted>);

impl Counters {
    /// What the file tells of a module.
    pub fn read(file: &Path, module: &Module) -> Result<Counters, Failure> {
        let bytes = inputs::read(file)?;
        let text = std::str::from_utf8(&bytes).ok().and_then(|text| text.strip_prefix(HEAD));
        let text = text.ok_or_else(|| damaged(file, "it does not begin as one"))?;
        let head = format!("module {} {}", module.name(), hexadecimal(module.md5()));
        let mut found = HashMap::new();
        let mut lines = text.lines().skip_while(|line| *line != head);
        if lines.next().is_none() {
            return Err(Failure::new(format!(
                "{}: nothing was counted in {}",
                file.display(),
                module.name()
            ))
            .help("give the file that `purlin run --counters` wrote when it ran this very module"));
        }
        for line in lines.take_while(|line| !line.starts_with("module ")) {
            let numbers: Option<Vec<u64>> = line.split(' ').map(|word| word.parse().ok()).collect();
            let &[function, place, runs, misses, changes] = numbers.as_deref().unwrap_or_default() else {
                return Err(damaged(file, &format!("'{line}' is no line of one")));
            };
            found.insert((function as usize, place as usize), Counted { runs, misses, changes });
        }
        Ok(Counters(found))
    }

    /// What was counted of the instruction `place` among those that guess in a function.
    pub fn get(&self, function: usize, place: usize) -> Option<Counted> {
        self.0.get(&(function, place)).copied()
    }
}

fn damaged(file: &Path, why: &str) -> Failure {
    Failure::new(format!("{} is no file of counters: {why}", file.display()))
        .help("give the file that `purlin run --counters` wrote")
}
