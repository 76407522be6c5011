//! A node of Erlang/OTP that compiles and runs random programs for as long as it is asked to.

use crate::{Result, erlang, repository};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The module that runs the programs, on every machine.
pub const RUNNER: &str = "random_run";

/// The node.
pub struct Node {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// Compiles the runner with the installed compiler; returns the directory where it is.
pub fn runner() -> Result<PathBuf> {
    let source = repository::root().join("tests/random").join(RUNNER).with_extension("erl");
    erlang::compile(&[source], "random")
}

impl Node {
    /// Starts it with a command of one or more words.
    pub fn start(erl: &str, runner: &Path) -> Result<Self> {
        let mut words = erl.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or("erl"));
        command.args(words).env("ERL_CRASH_DUMP", "/dev/null").env("LC_ALL", "C.UTF-8");
        command.args(["-noshell", "-kernel", "logger_level", "none", "-pa"]).arg(runner);
        command.args(["-eval", &format!("{RUNNER}:serve(), halt().")]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("`{erl}` does not start: {error}"))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("a child without pipes".into());
        };
        Ok(Self { child, requests, answers: BufReader::new(answers) })
    }

    /// Compiles programs in a directory. What is refused leaves a file `NAME.refused`.
    pub fn compile(&mut self, directory: &Path, names: &[String]) -> Result {
        self.ask("compile", directory, names)
    }

    /// Runs compiled programs, and returns what they print.
    pub fn run(&mut self, directory: &Path, names: &[String]) -> Result<String> {
        self.ask("run", directory, names)?;
        Ok(String::from_utf8_lossy(&std::fs::read(directory.join("expected"))?).into_owned())
    }

    fn ask(&mut self, command: &str, directory: &Path, names: &[String]) -> Result {
        writeln!(self.requests, "{command} {} {}", directory.display(), names.join(" "))?;
        self.requests.flush()?;
        let mut line = String::new();
        while self.answers.read_line(&mut line)? > 0 {
            // A program under test may write, too.
            if line.trim_end().ends_with("done") {
                return Ok(());
            }
            line.clear();
        }
        Err(format!("Erlang/OTP ended while it was asked to {command} {}", names.join(" ")).into())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may be gone already; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
