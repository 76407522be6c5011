//! The whole-program tests: each Erlang program runs on `erl` and on purlin, and must print the same and end with the
//! same status.
//!
//! A program is a module in `tests/programs` or `tests/packages` that exports `main/1`. Its head comment may say `%% args: A B` (the
//! arguments of `main/1`) and `%% package: NAME` (a package of Debian that it uses, which is installed when it is missing). No expected output is kept: Erlang/OTP is asked, once for each compiled program, and its
//! answer is kept beside the `.beam` file. Programs listed in `tests/pending.txt` are known not to pass yet; they are
//! run too, and a listed program that passes is an error, so that the list only ever says what is true.

use crate::shell::{Ended, run_for};
use crate::{Result, erlang, repository};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Longer than any program takes on a busy machine, collecting at every allocation.
const LIMIT: Duration = Duration::from_secs(900);

/// How the programs are run.
#[derive(Clone)]
pub struct Run {
    /// The directory of the programs, below `tests`.
    pub sources: &'static str,
    /// The purlin command.
    pub purlin: PathBuf,
    /// More arguments of `purlin run`.
    pub options: Vec<String>,
    /// Only the programs whose name contains one of these; all if empty.
    pub filters: Vec<String>,
    /// Not the programs whose name contains one of these.
    pub except: &'static [&'static str],
    /// Where purlin finds the programs compiled by another compiler, if not by the installed one; only those are run.
    pub beams: Option<PathBuf>,
}

/// One program and where its compiled form is.
struct Program {
    name: String,
    arguments: Vec<String>,
    beams: PathBuf,
}

/// What a program printed and how it ended.
#[derive(PartialEq, Eq)]
struct Seen {
    status: String,
    stdout: Vec<u8>,
}

/// How a program did, against what was expected of it.
enum Verdict {
    Passed,
    Pending(String),
    Failed(String),
}

/// Runs the programs, printing a line for each and a summary as `cargo test` does. Returns whether none failed.
pub fn run(run: &Run) -> Result<bool> {
    erlang::ensure_compiler()?;
    let mut programs = collect(run.sources, &run.filters, run.except)?;
    if let Some(beams) = &run.beams {
        programs.retain(|program| beams.join(&program.name).with_extension("beam").is_file());
    }
    let pending = pending()?;
    println!("\nrunning {} programs", programs.len());
    let verdicts = in_parallel(&programs, |program| {
        let verdict = judge(program, run, pending.contains(&program.name));
        report(&program.name, &verdict, !run.filters.is_empty());
        verdict
    });
    let count = |wanted: fn(&Verdict) -> bool| verdicts.iter().filter(|verdict| wanted(verdict)).count();
    let failed = count(|verdict| matches!(verdict, Verdict::Failed(_)));
    println!(
        "\ntest result: {}. {} passed; {failed} failed; {} pending",
        if failed == 0 { "ok" } else { "FAILED" },
        count(|verdict| matches!(verdict, Verdict::Passed)),
        count(|verdict| matches!(verdict, Verdict::Pending(_))),
    );
    Ok(failed == 0)
}

fn collect(directory: &str, filters: &[String], except: &[&str]) -> Result<Vec<Program>> {
    let sources = repository::erlang_sources(&format!("tests/{directory}"))?;
    let beams = erlang::compile(&sources, directory)?;
    let wanted = |name: &String| {
        (filters.is_empty() || filters.iter().any(|filter| name.contains(filter)))
            && !except.iter().any(|part| name.contains(part))
    };
    let mut programs = Vec::new();
    for source in &sources {
        let name = erlang::module(source);
        if wanted(&name) {
            let text = std::fs::read_to_string(source)?;
            repository::directive(&text, "package").map_or(Ok(()), erlang::ensure_package)?;
            let arguments = repository::directive(&text, "args").unwrap_or_default();
            let arguments = arguments.split_whitespace().map(String::from).collect();
            programs.push(Program { name, arguments, beams: beams.clone() });
        }
    }
    Ok(programs)
}

fn pending() -> Result<BTreeSet<String>> {
    let text = std::fs::read_to_string(repository::root().join("tests/pending.txt"))?;
    let names = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    Ok(names.filter(|name| !name.is_empty()).map(String::from).collect())
}

fn judge(program: &Program, run: &Run, pending: bool) -> Verdict {
    let difference = compare(program, run);
    match (difference, pending) {
        (Ok(None), false) => Verdict::Passed,
        (Ok(None), true) => Verdict::Failed("passes now: take it off tests/pending.txt".into()),
        (Ok(Some(difference)), true) => Verdict::Pending(difference),
        (Ok(Some(difference)), false) => Verdict::Failed(difference),
        (Err(error), _) => Verdict::Failed(error.to_string()),
    }
}

/// The first difference between what `erl` and purlin made of a program.
fn compare(program: &Program, run: &Run) -> Result<Option<String>> {
    let expected = reference(program)?;
    let mut command = Command::new(&run.purlin);
    command
        .arg("run")
        .args(&run.options)
        .arg("-p")
        .arg(run.beams.as_ref().unwrap_or(&program.beams))
        .arg(&program.name)
        .args(&program.arguments);
    let ended = run_for(with_locale(&mut command), LIMIT)?;
    let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
    let actual = seen(ended);
    Ok((actual != expected).then(|| format!("{}\n{}", difference(&expected, &actual), indent(&stderr))))
}

/// What `erl` makes of a program: asked once, kept beside the `.beam` file until that changes.
fn reference(program: &Program) -> Result<Seen> {
    let beam = program.beams.join(&program.name).with_extension("beam");
    let kept = program.beams.join(&program.name).with_extension("expected");
    let modified = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    if modified(&kept) > modified(&beam) {
        let kept = std::fs::read(&kept)?;
        let end = kept.iter().position(|&byte| byte == b'\n').unwrap_or(kept.len());
        let status = String::from_utf8_lossy(&kept[..end]).into_owned();
        return Ok(Seen { status, stdout: kept[(end + 1).min(kept.len())..].to_vec() });
    }
    let ended = run_for(with_locale(&mut erl(program)), LIMIT)?;
    let seen = seen(ended);
    std::fs::write(&kept, [seen.status.as_bytes(), b"\n", &seen.stdout].concat())?;
    Ok(seen)
}

/// `erl` doing what `purlin run` does: `main/1` in a process of its own, status 1 if it dies of an exception.
fn erl(program: &Program) -> Command {
    let call = format!(
        "io:setopts(standard_io, [{{encoding, unicode}}]),
         {{P, R}} = spawn_monitor(fun() -> {}:main(init:get_plain_arguments()) end),
         receive {{'DOWN', R, process, P, normal}} -> halt(0); {{'DOWN', R, process, P, _}} -> halt(1) end.",
        program.name
    );
    let mut command = Command::new("erl");
    command.env("ERL_CRASH_DUMP", "/dev/null").args(["-noshell", "-kernel", "logger_level", "none", "-pa"]);
    command.arg(&program.beams).args(["-eval", &call, "-extra"]).args(&program.arguments);
    command
}

fn with_locale(command: &mut Command) -> &mut Command {
    command.env("LC_ALL", "C.UTF-8")
}

fn seen(ended: Ended) -> Seen {
    let status = match ended.status {
        Some(status) => status.to_string(),
        None => format!("stopped after {} s", LIMIT.as_secs()),
    };
    Seen { status, stdout: ended.stdout }
}

fn difference(expected: &Seen, actual: &Seen) -> String {
    let (erl, purlin) = (String::from_utf8_lossy(&expected.stdout), String::from_utf8_lossy(&actual.stdout));
    let first = erl.lines().zip(purlin.lines()).position(|(erl, purlin)| erl != purlin);
    let line = first.unwrap_or_else(|| erl.lines().count().min(purlin.lines().count()));
    let shown = |text: &str| text.lines().nth(line).map_or("(nothing)".into(), cut);
    format!(
        "    line {}\n      erl:    {}\n      purlin: {}\n    ended with\n      erl:    {}\n      purlin: {}",
        line + 1,
        shown(&erl),
        shown(&purlin),
        expected.status,
        actual.status
    )
}

fn cut(line: &str) -> String {
    line.chars().take(400).collect()
}

/// The beginning of what a program wrote to standard error.
fn indent(stderr: &str) -> String {
    stderr.lines().take(8).map(|line| format!("      | {}\n", cut(line))).collect()
}

/// Prints how a program did. Why a pending one does not pass is told when it was asked for by name.
fn report(name: &str, verdict: &Verdict, explain: bool) {
    match verdict {
        Verdict::Passed => println!("test {name} ... ok"),
        Verdict::Pending(why) if explain => println!("test {name} ... pending\n{why}"),
        Verdict::Pending(_) => println!("test {name} ... pending"),
        Verdict::Failed(why) => println!("test {name} ... FAILED\n{why}"),
    }
}

/// Applies `work` to each item, on as many threads as there are cores.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let worker = || {
        std::iter::from_fn(|| items.get(next.fetch_add(1, Ordering::Relaxed))).map(&work).collect::<Vec<R>>()
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a test runner does not panic")).collect()
    })
}
