//! The machine of one damaged module, and who decides that something hangs.
//!
//! A call that is not over after a little while is killed, which is no judgement: many a loop is endless and harmless.
//! It hangs if its end does not follow the kill, that is if it does not yield, or if the machine does not stop. Only
//! then time decides, after so much of it that no busy computer explains it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use purlin_heap::print::{Style, to_string};
use purlin_heap::{Mfa, Scratch, Term};
use purlin_loader::Verified;
use purlin_vm::{Config, Context, End, Outcome, RunningVm, Vm, natives};

use crate::values::values;

/// So long a call may take; what takes longer is told to end.
const PATIENCE: Duration = Duration::from_millis(20);

/// What does not go on to the next number in this time hangs.
const HANG: Duration = Duration::from_secs(120);

/// More of a term is not looked at.
const SHOWN_BYTES_MAX: usize = 10_000;

natives! {
    "io":
    "format"/1 => look,
    "format"/2 => look,
    "format"/3 => look,
    "put_chars"/1 => look,
    "put_chars"/2 => look,
}

mod erlang {
    use purlin_vm::natives;

    natives! {
        "erlang":
        "display"/1 => super::look,
        "display_string"/1 => super::look,
        "display_string"/2 => super::look,
    }
}

/// Takes the place of all that prints: goes through what is to be printed.
fn look<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    for &term in args {
        to_string(term, Style::Pretty, SHOWN_BYTES_MAX, cx.atoms());
    }
    Ok(Term::boolean(true))
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Returned,
    Raised,
    Stopped,
}

pub struct Machine {
    running: RunningVm,
}

impl Machine {
    /// A machine with one scheduler and these modules.
    pub fn start(modules: Option<&Vec<Verified>>) -> Machine {
        let mut config = Config { zeal: std::env::var_os("PURLIN_ZEAL").is_some(), ..Config::default() };
        config.schedulers.workers = 1;
        let natives: Vec<_> = purlin_stdlib::natives().chain([NATIVES, erlang::NATIVES]).collect();
        let vm = Vm::new(config, &natives);
        purlin_stdlib::silence_logger(&vm);
        let running = vm.start().expect("a machine starts");
        for module in modules.into_iter().flatten() {
            running.vm().load(module).expect("a helper is loaded");
        }
        Machine { running }
    }

    pub fn vm(&self) -> &Arc<Vm> {
        self.running.vm()
    }

    /// Calls a function with arguments that follow from the number, and waits for its end.
    pub fn call(&self, module: &str, function: &str, arity: u32, number: usize) -> Ended {
        let (vm, scratch) = (self.vm(), Scratch::new());
        let values = values(vm, &scratch);
        let pick = |place: u32| values[(number + place as usize * 3) % values.len()];
        let arguments: Vec<_> = (0..arity).map(pick).collect();
        let atom = |name| vm.atoms().intern(name).expect("room for an atom");
        let name = Mfa { module: atom(module), function: atom(function), arity };
        let (tell, told) = mpsc::sync_channel(1);
        let machine = vm.clone();
        let on_end = move |end: End<'_>| {
            let (term, ended) = match end {
                End::Returned(value) => (value, Ended::Returned),
                End::Exited(_, reason) => (reason, Ended::Raised),
            };
            to_string(term, Style::Pretty, SHOWN_BYTES_MAX, machine.atoms());
            let _ = tell.send(ended);
        };
        let spawned = self.running.spawn(name, &arguments, None, Some(Box::new(on_end)));
        let pid = spawned.expect("room for a process");
        match told.recv_timeout(PATIENCE) {
            Ok(ended) => ended,
            Err(RecvTimeoutError::Timeout) => {
                self.running.kill(pid);
                told.recv().expect("a process that is killed ends");
                Ended::Stopped
            }
            Err(RecvTimeoutError::Disconnected) => panic!("a process went away without an end"),
        }
    }

    /// Stops the machine, whatever processes are left.
    pub fn stop(self) {
        self.running.shutdown().expect("no scheduler panics");
    }
}

/// Ends the program if the number that is tried stays the same for too long.
pub fn watch(tried: &'static AtomicUsize) {
    std::thread::spawn(|| {
        loop {
            let before = tried.load(Ordering::Relaxed);
            std::thread::sleep(HANG);
            if tried.load(Ordering::Relaxed) == before {
                eprintln!("damage {before} hangs");
                std::process::abort();
            }
        }
    });
}

/// Counts the panics of all threads from now on: that of a native is caught and ends one process, but has a cause.
pub fn count_panics() -> &'static AtomicUsize {
    static PANICS: OnceLock<AtomicUsize> = OnceLock::new();
    let panics = PANICS.get_or_init(AtomicUsize::default);
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        panics.fetch_add(1, Ordering::Relaxed);
        report(info);
    }));
    panics
}
