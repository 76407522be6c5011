//! A machine that runs Erlang programs: purlin or `erl`. How each is started, and what one run of a program measured.

use crate::{Result, erlang, process, repository};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Where purlin and its peer are.
#[derive(clap::Args)]
pub struct Peers {
    /// The command that starts the peer
    #[arg(long, default_value = "erl", env = "PURLIN_PEER_ERL")]
    pub erl: String,
    /// The command that compiles the programs
    #[arg(long, default_value = "erlc", env = "PURLIN_PEER_ERLC")]
    pub erlc: String,
    /// Where purlin finds the libraries of Erlang/OTP: those of the peer, so that both run the same code
    #[arg(long, env = "PURLIN_PEER_OTP")]
    pub otp: Option<PathBuf>,
    /// The purlin to measure, instead of a release build made now
    #[arg(long)]
    pub purlin: Option<PathBuf>,
}

impl Peers {
    /// Compiles the Erlang sources in a directory of the repository, and returns where their `.beam` files are.
    pub fn compile(&self, directory: &str) -> Result<PathBuf> {
        erlang::ensure_compiler()?;
        let sources = repository::erlang_sources(directory)?;
        // Each compiler has a directory of its own.
        let compiler: String = self.erlc.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        erlang::compile_with(&self.erlc, &sources, &format!("{directory}/{compiler}"))
    }

    /// Purlin and its peer, in this order.
    pub fn machines(&self) -> Result<[Machine; 2]> {
        Ok([self.purlin()?, self.peer()])
    }

    /// Purlin, with the peer's libraries if they are given.
    pub fn purlin(&self) -> Result<Machine> {
        Ok(Machine::purlin(repository::purlin(self.purlin.as_deref())?, self.otp.clone()))
    }

    /// The peer.
    pub fn peer(&self) -> Machine {
        Machine::erl(&self.erl)
    }
}

/// A call of a module's `main/1` with strings.
pub struct Call<'a> {
    /// The module.
    pub module: &'a str,
    /// The strings.
    pub arguments: &'a [String],
    /// The directory of the `.beam` files.
    pub beams: &'a Path,
    /// How many schedulers; `None` leaves that to the machine.
    pub schedulers: Option<u32>,
}

/// One value that a program printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    pub name: String,
    pub value: f64,
    pub unit: String,
}

/// Makes the command that makes a call.
type Start = dyn Fn(&Call) -> Command;

/// A machine under comparison.
pub struct Machine {
    /// As tables call it.
    pub name: String,
    command: Box<Start>,
}

impl Machine {
    fn purlin(path: PathBuf, otp: Option<PathBuf>) -> Self {
        let command = move |call: &Call| {
            let mut command = Command::new(&path);
            command.arg("run").arg("-p").arg(call.beams);
            if let Some(otp) = &otp {
                command.arg("--otp").arg(otp);
            }
            if let Some(schedulers) = call.schedulers {
                command.args(["--schedulers", &schedulers.to_string()]);
            }
            command.arg(call.module).args(call.arguments);
            command
        };
        Self { name: "purlin".into(), command: Box::new(command) }
    }

    /// Erlang/OTP, started by a command of one or more words.
    fn erl(start: &str) -> Self {
        let words: Vec<String> = start.split_whitespace().map(String::from).collect();
        let command = move |call: &Call| {
            let mut command = Command::new(&words[0]);
            // A million processes are more than it allows by default.
            command.args(&words[1..]).args(["+P", "4000000", "-noshell", "-pa"]).arg(call.beams);
            if let Some(schedulers) = call.schedulers {
                command.args(["+S", &format!("{schedulers}:{schedulers}")]);
            }
            let expression = format!("{}:main({:?}), halt().", call.module, call.arguments);
            command.env("ERL_CRASH_DUMP", "/dev/null").args(["-eval", &expression]);
            command
        };
        Self { name: start.rsplit('/').next().unwrap_or(start).into(), command: Box::new(command) }
    }

    /// The command that makes a call, with a pipe for what it prints.
    pub fn command(&self, call: &Call) -> Command {
        let mut command = (self.command)(call);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }

    /// Makes a call and returns all that it measured.
    pub fn run(&self, call: &Call) -> Result<Vec<Measurement>> {
        let mut child = self.command(call).stderr(Stdio::piped()).spawn()?;
        let measurements = read(&mut child);
        let output = child.wait_with_output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            return Err(format!("{} ended with {}: {last}", self.name, output.status).into());
        }
        Ok(measurements)
    }
}

/// Reads what a program prints while it runs, because the memory it holds must be looked at when it says so.
fn read(child: &mut Child) -> Vec<Measurement> {
    let (pid, stdout) = (child.id(), child.stdout.take().expect("standard output is a pipe"));
    let mut measurements = Vec::new();
    let mut marks = HashMap::new();
    for line in BufReader::new(stdout).lines().map_while(std::result::Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["memory", name, count] => {
                let mark = (process::resident_bytes(pid), count.parse().unwrap_or(0.0));
                let (bytes, count) = *marks.entry(name.to_owned()).or_insert(mark);
                if mark.1 > count {
                    let value = (mark.0 - bytes) / (mark.1 - count);
                    measurements.push(Measurement { name: name.into(), value, unit: "B".into() });
                }
            }
            [name, value, unit] => {
                let value = value.parse().unwrap_or(f64::NAN);
                measurements.push(Measurement { name: name.into(), value, unit: unit.into() });
            }
            _ => {}
        }
    }
    measurements
}
