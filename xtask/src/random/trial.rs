//! Runs programs on Erlang/OTP and on purlin, and says which of them differ.

use super::Options;
use super::node::{self, Node, RUNNER};
use crate::shell::{Ended, run_for};
use crate::{Result, repository};
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// A batch takes some seconds; collecting always some minutes.
const LIMIT: Duration = Duration::from_secs(900);
/// How much of a line is shown before and after the place where it differs.
const SHOWN: usize = 300;

/// What became of a program.
pub enum Verdict {
    /// Both printed the same: so many calls, of which so many ended with an exception.
    Same { calls: usize, raised: usize },
    /// A call took too long on Erlang/OTP, or ended it.
    Stopped,
    /// The compiler did not take it.
    Refused(String),
    /// The compiler failed, or what it made is loaded by no machine.
    Unloadable,
    /// The first difference.
    Different(String),
}

/// The two machines.
pub struct Trial {
    /// Runs the programs.
    reference: Node,
    /// Compiles them, if the reference does not.
    compiler: Option<Node>,
    /// What starts the reference.
    erl: String,
    purlin: PathBuf,
    options: Vec<String>,
    runner: PathBuf,
    /// Where the programs stand.
    directory: PathBuf,
}

impl Trial {
    /// Starts Erlang/OTP, and builds purlin if none is given.
    pub fn start(options: &Options) -> Result<Self> {
        let runner = node::runner()?;
        let purlin = repository::purlin(options.purlin.as_deref())?;
        let compiler = options.compiler.as_ref().map(|command| Node::start(command, &runner)).transpose()?;
        // Several may run at once.
        let directory = repository::target().join("random").join(std::process::id().to_string());
        Ok(Self {
            reference: Node::start(&options.erl, &runner)?,
            erl: options.erl.clone(),
            compiler,
            purlin,
            options: options.run_options.clone(),
            runner,
            directory,
        })
    }

    /// Judges programs, given as name and source.
    pub fn judge(&mut self, programs: &[(String, String)]) -> Result<Vec<Verdict>> {
        std::fs::create_dir_all(&self.directory)?;
        for (name, source) in programs {
            std::fs::write(self.directory.join(name).with_extension("erl"), source)?;
        }
        let names: Vec<String> = programs.iter().map(|(name, _)| name.clone()).collect();
        self.compiler.as_mut().unwrap_or(&mut self.reference).compile(&self.directory, &names)?;
        let (compiled, _): (Vec<String>, Vec<String>) = names
            .iter()
            .cloned()
            .partition(|name| self.directory.join(name).with_extension("beam").is_file());
        let (expected, actual) = self.run(&compiled)?;
        let verdicts = names.iter().map(|name| self.verdict(name, &expected, &actual)).collect();
        std::fs::remove_dir_all(&self.directory)?;
        Ok(verdicts)
    }

    /// As [`Trial::run_once`]. Where a program ends the node of Erlang/OTP, the others are run without it.
    fn run(&mut self, names: &[String]) -> Result<(Sections, Sections)> {
        if let Some(printed) = self.run_once(names)? {
            return Ok(printed);
        }
        self.reference = Node::start(&self.erl, &self.runner)?;
        if let [name] = names {
            let stopped = HashMap::from([(name.clone(), vec!["Erlang/OTP ended: stopped".into()])]);
            let nothing = HashMap::from([(name.clone(), Vec::new())]);
            return Ok((Sections { of: stopped, end: None }, Sections { of: nothing, end: None }));
        }
        let (first, second) = names.split_at(names.len() / 2);
        let (mut expected, mut actual) = self.run(first)?;
        let more = self.run(second)?;
        expected.of.extend(more.0.of);
        actual.of.extend(more.1.of);
        actual.end = actual.end.or(more.1.end);
        Ok((expected, actual))
    }

    /// What each program printed on both machines, which run at the same time; nothing when the node of Erlang/OTP ended.
    fn run_once(&mut self, names: &[String]) -> Result<Option<(Sections, Sections)>> {
        let (reference, directory) = (&mut self.reference, &self.directory);
        let (purlin, options, runner) = (&self.purlin, &self.options, &self.runner);
        std::thread::scope(|scope| {
            let actual = scope.spawn(|| {
                let mut command = Command::new(purlin);
                command.env("LC_ALL", "C.UTF-8").arg("run").args(options);
                command.arg("-p").arg(directory).arg("-p").arg(runner).arg(RUNNER).args(names);
                run_for(&mut command, LIMIT).map(|ended| (Sections::of(&text(&ended)), ended))
            });
            let expected = reference.run(directory, names);
            let (mut actual, ended) = actual.join().map_err(|_| "the thread that runs purlin panicked")??;
            if ended.status.is_none_or(|status| !status.success()) {
                actual.end = Some(format!("{:?} {}", ended.status, String::from_utf8_lossy(&ended.stderr)));
            }
            Ok(expected.ok().map(|expected| (Sections::of(&expected), actual)))
        })
    }

    fn verdict(&self, name: &str, expected: &Sections, actual: &Sections) -> Verdict {
        if let Ok(why) = std::fs::read_to_string(self.directory.join(name).with_extension("refused")) {
            // That the compiler fails or refuses what it made itself is no matter of the program.
            let is_own = ["beam_validator", "{crash,"].iter().any(|sign| why.contains(sign));
            return if is_own { Verdict::Unloadable } else { Verdict::Refused(why) };
        }
        if !self.directory.join(name).with_extension("beam").is_file() {
            return Verdict::Unloadable;
        }
        let (Some(expected), Some(found)) = (expected.of.get(name), actual.of.get(name)) else {
            let end = actual.end.clone().unwrap_or_default();
            return Verdict::Different(format!("  it was not reached: {}", cut(&end, 0)));
        };
        if expected.iter().any(|line| line == "not loaded") {
            return Verdict::Unloadable;
        }
        if expected == found {
            let raised = expected.iter().filter(|line| is_exception(line)).count();
            return Verdict::Same { calls: expected.len(), raised };
        }
        if expected.iter().any(|line| line.ends_with(": stopped")) {
            return Verdict::Stopped;
        }
        Verdict::Different(difference(expected, found, actual.end.as_deref()))
    }
}

fn is_exception(line: &str) -> bool {
    let outcome = line.split_once(": ").map_or("", |(_, outcome)| outcome);
    ["error ", "throw ", "exit "].iter().any(|class| outcome.starts_with(class))
}

fn text(ended: &Ended) -> String {
    String::from_utf8_lossy(&ended.stdout).into_owned()
}

/// The lines that each program printed.
#[derive(Default)]
struct Sections {
    of: HashMap<String, Vec<String>>,
    /// How the machine ended, if not well.
    end: Option<String>,
}

impl Sections {
    fn of(text: &str) -> Self {
        let mut sections = Self::default();
        let mut name = String::new();
        for line in text.lines() {
            match line.strip_prefix("== ") {
                Some(next) => {
                    name = next.into();
                    sections.of.insert(name.clone(), Vec::new());
                }
                None => {
                    if let Some(lines) = sections.of.get_mut(&name) {
                        lines.push(line.into());
                    }
                }
            }
        }
        sections
    }
}

/// The first line that differs.
fn difference(expected: &[String], found: &[String], end: Option<&str>) -> String {
    let same = expected.iter().zip(found).take_while(|(expected, found)| expected == found).count();
    let nothing = String::from("(nothing)");
    let (expected, found) = (expected.get(same).unwrap_or(&nothing), found.get(same).unwrap_or(&nothing));
    let common = expected.chars().zip(found.chars()).take_while(|(one, other)| one == other).count();
    let from = common.saturating_sub(SHOWN / 3);
    let end = end.map(|end| format!("\n  purlin ended: {}", cut(end, 0))).unwrap_or_default();
    let call = expected.split(':').next().unwrap_or_default();
    format!("  {call}\n  erl:    {}\n  purlin: {}{end}", cut(expected, from), cut(found, from))
}

fn cut(text: &str, from: usize) -> String {
    text.chars().skip(from).take(SHOWN).collect()
}
