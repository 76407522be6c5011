//! `cargo xtask soak`: mixed load for a long time, and whether the machine is at the end what it was at the beginning.
//!
//! `benches/soak/soak.erl` is the load; it looks after its messages, processes and timers itself. What it cannot see is
//! looked at from here while it rests: the memory that the machine holds and the processor time that it takes, and
//! whether it is heard of at all.

mod record;

use crate::machine::{Call, Peers};
use crate::{Result, process};
use record::{Record, Rest};
use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// The options of `cargo xtask soak`.
#[derive(clap::Args)]
pub struct Options {
    /// For how long
    #[arg(long, default_value_t = 20)]
    minutes: u32,
    /// The size of the load, in per cent
    #[arg(long, default_value_t = 100)]
    load: u32,
    /// Load the peer instead, to see whether it is the load that errs
    #[arg(long)]
    peer: bool,
    #[command(flatten)]
    peers: Peers,
}

/// The program says something more often than this, unless it is stuck: its jobs have a limit of three minutes.
const SILENCE_MAX: Duration = Duration::from_mins(5);
/// Processor time is counted for so long; the program rests longer.
const LOOK: Duration = Duration::from_secs(2);

/// Runs the load, prints figures, and fails if anything was not as it must be.
pub fn run(options: &Options) -> Result {
    let beams = options.peers.compile("benches/soak")?;
    let machine = if options.peer { options.peers.peer() } else { options.peers.purlin()? };
    let arguments = [options.minutes.to_string(), options.load.to_string()];
    let call = Call { module: "soak", arguments: &arguments, beams: &beams, schedulers: None };
    let mut child = machine.command(&call).spawn()?;
    let mut record = Record::default();
    watch(&mut child, &mut record)?;
    let status = child.wait()?;
    if !status.success() {
        record.violations.push(format!("{} ended with {status}", machine.name));
    }
    record.finish()
}

/// Follows what the program says until it ends, or ends it when it says nothing.
fn watch(child: &mut Child, record: &mut Record) -> Result {
    let lines = lines(child.stdout.take().expect("standard output is a pipe"));
    loop {
        match lines.recv_timeout(SILENCE_MAX) {
            Ok(line) => heed(&line, child.id(), record),
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {
                record.violations.push(format!("nothing was heard for {} s", SILENCE_MAX.as_secs()));
                return Ok(child.kill()?);
            }
        }
    }
}

/// The lines of a pipe, as they come.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let lines = BufReader::new(pipe).lines().map_while(std::result::Result::ok);
        // Nobody listens any more when the program was ended.
        lines.map(|line| sender.send(line)).take_while(std::result::Result::is_ok).for_each(drop);
    });
    receiver
}

fn heed(line: &str, pid: u32, record: &mut Record) {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["rest", _, processes] => record.rested(look(pid), processes),
        ["figure", name, number] => record.count(name, number.parse().unwrap_or(0)),
        ["violation", ..] => record.violations.push(line.into()),
        _ => println!("{line}"),
    }
}

/// What a machine at rest takes.
fn look(pid: u32) -> Rest {
    let bytes = process::resident_bytes(pid);
    let before = process::processor_seconds(pid);
    thread::sleep(LOOK);
    let used = process::processor_seconds(pid) - before;
    let processor_percent = 100.0 * used / LOOK.as_secs_f64();
    Rest { megabytes: bytes / 1e6, megabytes_max: process::resident_bytes_max(pid) / 1e6, processor_percent }
}
