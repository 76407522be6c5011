//! A machine that runs benchmark programs, and what one run printed.

use super::program::Program;
use crate::Result;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// One value that a program printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    pub name: String,
    pub value: f64,
    pub unit: String,
}

/// Makes the command that runs a program with a number of schedulers.
type Start = dyn Fn(&Program, Option<u32>) -> Command;

/// A machine under comparison.
pub struct Machine {
    /// As the table calls it.
    pub name: String,
    command: Box<Start>,
}

impl Machine {
    /// The purlin of this path, with the libraries of Erlang/OTP in `otp` if that is given.
    pub fn purlin(path: PathBuf, otp: Option<PathBuf>) -> Self {
        let command = move |program: &Program, schedulers: Option<u32>| {
            let mut command = Command::new(&path);
            command.arg("run").arg("-p").arg(&program.beams);
            if let Some(otp) = &otp {
                command.arg("--otp").arg(otp);
            }
            if let Some(schedulers) = schedulers {
                command.args(["--schedulers", &schedulers.to_string()]);
            }
            command.args([&program.name, &program.size]);
            command
        };
        Self { name: "purlin".into(), command: Box::new(command) }
    }

    /// Erlang/OTP, started by a command of one or more words.
    pub fn erl(start: &str) -> Self {
        let words: Vec<String> = start.split_whitespace().map(String::from).collect();
        let command = move |program: &Program, schedulers: Option<u32>| {
            let mut command = Command::new(&words[0]);
            // A million processes are more than it allows by default.
            command.args(&words[1..]).args(["+P", "4000000", "-noshell", "-pa"]).arg(&program.beams);
            if let Some(schedulers) = schedulers {
                command.args(["+S", &format!("{schedulers}:{schedulers}")]);
            }
            let call = format!("{}:main([\"{}\"]), halt().", program.name, program.size);
            command.env("ERL_CRASH_DUMP", "/dev/null").args(["-eval", &call]);
            command
        };
        Self { name: start.rsplit('/').next().unwrap_or(start).into(), command: Box::new(command) }
    }

    /// Runs a program once and returns all that it measured.
    pub fn run(&self, program: &Program, schedulers: Option<u32>) -> Result<Vec<Measurement>> {
        let mut command = (self.command)(program, schedulers);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
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
    let mut first_mark = None;
    for line in BufReader::new(stdout).lines().map_while(std::result::Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["memory", name, count] => {
                let mark = (resident_bytes(pid), count.parse().unwrap_or(0.0));
                let (bytes, count) = *first_mark.get_or_insert(mark);
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

/// The memory that a process holds now, or nothing where the system does not tell.
fn resident_bytes(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |kilobytes| kilobytes * 1024.0)
}
