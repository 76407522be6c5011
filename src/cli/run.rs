//! `purlin run`: calls `main/1` of a module, with OTP's libraries at hand.

use super::code_path::CodePath;
use super::counters;
use super::exception;
use super::failure::Failure;
use super::inputs;
use super::modules::{Contents, refused};
use purlin::convert;
use purlin_heap::{Mfa, Scratch};
use purlin_loader::Verified;
use purlin_vm::code::Origin;
use purlin_vm::{Config, End, RunningVm, Vm};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// What the exit status means, for `--help`.
pub const EXIT_STATUS: &str = "Exit status: 0 when the function returns, 1 when an exception that nobody catches ends it \
(class, reason and stack trace are printed) or when it cannot be called, N after halt(N).";

/// The options of `purlin run`.
#[derive(clap::Args)]
pub struct Options {
    /// Look for modules in this directory too, before OTP's libraries
    #[arg(short = 'p', value_name = "DIR")]
    paths: Vec<PathBuf>,
    /// How many schedulers; one for each core if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    schedulers: Option<u16>,
    /// Where Erlang/OTP's libraries are, if not where they are commonly installed
    #[arg(long, value_name = "DIR")]
    otp: Option<PathBuf>,
    /// Count what becomes of the guesses of instructions, and write that to this file, for `purlin dis --counters`
    #[arg(long, value_name = "FILE")]
    counters: Option<PathBuf>,
    /// Collect at every opportunity and check each heap afterwards: for tests
    #[arg(long, hide = true)]
    collect_always: bool,
    /// The module, .beam file or image whose main/1 is called; MODULE:FUNCTION names another function
    #[arg(value_name = "MODULE|FILE")]
    target: String,
    /// The strings that it is called with
    #[arg(value_name = "ARG", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// The function that is called.
struct Entry {
    module: String,
    function: String,
}

impl Entry {
    /// Of `MODULE` or `MODULE:FUNCTION`.
    fn named(target: &str) -> Result<Self, Failure> {
        let (module, function) = target.split_once(':').unwrap_or((target, "main"));
        if module.is_empty() || function.is_empty() {
            return Err(Failure::new(format!("'{target}' names no function"))
                .help("give MODULE, MODULE:FUNCTION, FILE.beam or FILE.image"));
        }
        let file = Path::new(target);
        if file.extension().is_some_and(|extension| extension == "erl") && file.is_file() {
            return Err(Failure::new(format!("{target} is a source file"))
                .help(format!("compile it with `erlc {target}`, and give the .beam file")));
        }
        if file.is_dir() && target.contains('/') {
            return Err(Failure::new(format!("{target} is a directory"))
                .help("give MODULE, and the directory with -p DIR"));
        }
        Ok(Self { module: module.into(), function: function.into() })
    }
}

/// Runs the program. The status is what `halt/1` says, 0 when the function returns, 1 when it dies of an exception.
pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let given = Given::read(options)?;
    let vm = machine(options);
    for module in given.contents.iter().flat_map(Contents::modules) {
        load(&vm, module, Path::new(&options.target))
            .map_err(|error| refused(Path::new(&options.target), error))?;
    }
    purlin_stdlib::set_code_path(&vm, given.path.into_directories());
    vm.set_module_finder(Box::new(|vm, module| find_module(vm, vm.atoms().name(module))));
    let running =
        vm.start().map_err(|error| Failure::new(format!("the schedulers do not start: {error}")))?;
    if given.contents.is_none() {
        find_module(&vm, &given.entry.module);
    }
    tracing::info!(given.entry.module, given.entry.function, "the machine runs");
    start(&running, &given.entry, &options.arguments)?;
    let status =
        running.join().map_err(|_| Failure::new("a scheduler died: this is a fault of purlin itself"))?;
    tracing::info!(status, "the machine has halted");
    if let Some(file) = &options.counters {
        counters::write(&vm, file)?;
    }
    // Only the low byte of a status is seen outside.
    Ok(ExitCode::from(status as u8))
}

/// What the command line names.
struct Given {
    entry: Entry,
    /// The modules of the file, if it names one.
    contents: Option<Contents>,
    path: CodePath,
}

impl Given {
    fn read(options: &Options) -> Result<Self, Failure> {
        let mut directories = options.paths.clone();
        let file = Path::new(&options.target);
        if !file.extension().is_some_and(|extension| extension == "beam" || extension == "image") {
            let entry = Entry::named(&options.target)?;
            let path = CodePath::new(&directories, options.otp.as_deref())?;
            return Ok(Self { entry, contents: None, path });
        }
        let contents = Contents::of(&inputs::read(file)?).map_err(|reason| refused(file, reason))?;
        directories.extend(
            file.parent().map(|parent| if parent == Path::new("") { ".".into() } else { parent.into() }),
        );
        let path = CodePath::new(&directories, options.otp.as_deref())?;
        let entry = Entry { module: main_module(&contents, file)?, function: "main".into() };
        Ok(Self { entry, contents: Some(contents), path })
    }
}

/// The module of a `.beam` file; of an image the one that has its name, or else the only one with `main/1`.
fn main_module(contents: &Contents, file: &Path) -> Result<String, Failure> {
    let modules = contents.modules();
    let stem = file.file_stem().unwrap_or_default();
    let name = |verified: &Verified| verified.module().name().to_owned();
    if let Some(named) = modules.iter().find(|verified| name(verified).as_str() == stem) {
        return Ok(name(named));
    }
    let candidates: Vec<String> = modules.iter().filter(|module| has_main(module)).map(name).collect();
    match (contents, candidates.as_slice()) {
        (Contents::Module(module), _) => Ok(name(module)),
        (_, [only]) => Ok(only.clone()),
        (_, []) => Err(Failure::new(format!("no module in {} exports main/1", file.display()))),
        (_, several) => Err(Failure::new(format!("several modules in {} export main/1", file.display()))
            .help(format!("give the image the name of one of them: {}", several.join(", ")))),
    }
}

fn has_main(verified: &Verified) -> bool {
    let module = verified.module();
    module.exports().iter().any(|export| export.arity == 1 && module.atom(export.function) == "main")
}

fn machine(options: &Options) -> Arc<Vm> {
    let mut config =
        Config { zeal: options.collect_always, counts: options.counters.is_some(), ..Config::default() };
    if let Some(schedulers) = options.schedulers {
        config.schedulers.workers = schedulers.into();
    }
    let vm = Vm::new(config, &purlin_stdlib::natives().collect::<Vec<_>>());
    purlin_stdlib::silence_logger(&vm);
    vm
}

fn load(vm: &Vm, module: &Verified, file: &Path) -> Result<(), String> {
    vm.load_from(module, Origin::from(&*file.to_string_lossy())).map(drop).map_err(|error| error.to_string())
}

fn is_loaded(vm: &Vm, module: &Verified) -> bool {
    let name = vm.atoms().lookup(module.module().name());
    name.is_some_and(|name| vm.code().module(name).is_some())
}

/// Looks for a module that is called and not loaded.
fn find_module(vm: &Vm, module: &str) {
    let Some(file) = purlin_stdlib::module_file(vm, module) else {
        return tracing::debug!(module, "a module is nowhere to be found");
    };
    tracing::debug!(module, file = %file.display(), "a module was found");
    let loaded = inputs::read(&file).and_then(|bytes| {
        let contents = Contents::of(&bytes).map_err(|reason| refused(&file, reason))?;
        contents
            .modules()
            .iter()
            .filter(|verified| verified.module().name() == module || !is_loaded(vm, verified))
            .try_for_each(|module| load(vm, module, &file))
            .map_err(|reason| refused(&file, reason))
    });
    // The caller gets `undef`, which alone would not tell that the module is there.
    if let Err(failure) = loaded {
        failure.print();
    }
}

/// Spawns the process whose end is the end of the machine.
fn start(running: &RunningVm, entry: &Entry, arguments: &[String]) -> Result<(), Failure> {
    let vm = running.vm();
    let full = |_| Failure::new("the machine has no room for the program");
    let atom = |name: &str| {
        vm.atoms().intern(name).map_err(|_| Failure::new(format!("{name} is too long for an atom")))
    };
    let name = Mfa { module: atom(&entry.module)?, function: atom(&entry.function)?, arity: 1 };
    expect(vm, name, entry)?;
    let characters: Vec<Vec<u32>> =
        arguments.iter().map(|text| text.chars().map(u32::from).collect()).collect();
    let scratch = Scratch::new();
    let list = convert::to_term(&characters, vm.atoms(), &scratch).map_err(Failure::new)?;
    let ended = vm.clone();
    let on_end = Box::new(move |end: End<'_>| ended.halt(status_of(&ended, end)));
    let leader = purlin_stdlib::start_standard_io(running).map_err(full)?;
    purlin_stdlib::start_kernel(running, leader).map_err(full)?;
    running.spawn(name, &[list], Some(leader), Some(on_end)).map_err(full)?;
    Ok(())
}

/// The most arguments that a function takes.
const ARITY_MAX: u32 = 255;

/// Makes sure that the function is there, so that a misspelt name is told apart from a fault of the program.
fn expect(vm: &Vm, name: Mfa, entry: &Entry) -> Result<(), Failure> {
    let Entry { module, function } = entry;
    if vm.code().on_loads().is_pending(name.module) {
        // What it exports is not known before.
        return Ok(());
    }
    if vm.code().module(name.module).is_none() {
        return Err(Failure::new(format!("there is no module {module}"))
            .help("give the directory of its .beam file with -p DIR, or the file itself"));
    }
    let is_there = |name: Mfa| vm.code().find_export(name).is_some_and(|export| vm.code().is_defined(export));
    if is_there(name) {
        return Ok(());
    }
    let others = (0..=ARITY_MAX).map(|arity| Mfa { arity, ..name }).filter(|name| is_there(*name));
    let others: Vec<String> = others.map(|name| format!("{function}/{}", name.arity)).collect();
    let failure = Failure::new(format!("module {module} exports no {function}/1"));
    Err(if others.is_empty() {
        failure.help("main/1 is called with the list of arguments; MODULE:FUNCTION names another function")
    } else {
        failure.help(format!(
            "it is called with one argument, a list of strings; there is {}",
            others.join(", ")
        ))
    })
}

/// The exit status for the end of the program's process. What nobody caught is printed.
fn status_of(vm: &Vm, end: End<'_>) -> i32 {
    match end {
        End::Returned(_) => 0,
        End::Exited(_, reason) if reason.as_atom() == Some(purlin_heap::am::normal) => 0,
        End::Exited(class, reason) => {
            exception::print(vm, class, reason);
            1
        }
    }
}
