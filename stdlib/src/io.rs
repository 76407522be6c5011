//! The processes behind standard input, output and error. They speak Erlang's I/O protocol, so that OTP's own module
//! `io` works with them. See `docs/standard_io.md`.

mod console;
mod request;
mod server;

pub(crate) use console::{Console, is_utf8_locale};
pub(crate) use server::NATIVES;

use purlin_heap::{AtomError, Build, Map, Mfa, Pid, Scratch, Term, am};
use purlin_vm::{RunningVm, TooManyProcesses, Vm};

use crate::state::State;

/// Which of the two a server is for; the number is that of its [`Console`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Device {
    /// Standard input and output: `user`, and the group leader of who is given no other.
    Standard = 0,
    /// Standard error: `standard_error`.
    Error = 1,
}

impl Device {
    fn name(self) -> purlin_heap::Atom {
        match self {
            Device::Standard => am::user,
            Device::Error => am::standard_error,
        }
    }

    fn of(term: Term<'_>) -> Option<Device> {
        match term.as_atom()? {
            am::user => Some(Device::Standard),
            am::standard_error => Some(Device::Error),
            _ => None,
        }
    }
}

/// Starts the processes `user` and `standard_error` on a machine, and returns the first: the group leader for the
/// processes that the host spawns.
///
/// # Errors
/// When the machine has no room for two processes.
pub fn start_standard_io(running: &RunningVm) -> Result<Pid, TooManyProcesses> {
    let atom = |name| running.vm().atoms().intern(name).map_err(|_| TooManyProcesses);
    let serve = Mfa { module: atom("purlin_io")?, function: atom("serve")?, arity: 1 };
    let [user, _] = [Device::Standard, Device::Error].map(|device| {
        let pid = running.spawn(serve, &[Term::atom(device.name())], None, None)?;
        running.register(device.name(), pid);
        Ok(pid)
    });
    let user = user?;
    add_system_tables(running.vm(), user).map_err(|_| TooManyProcesses)?;
    Ok(user)
}

/// The tables that OTP's logger, application controller and server of global names have, as they are when nothing is
/// configured: no handler of log events, no environment of any application, no names. Without them `gen_server` and `supervisor` would fail on the way
/// to a report.
fn add_system_tables(vm: &Vm, owner: Pid) -> Result<(), AtomError> {
    let atom = |name| vm.atoms().intern(name).map(Term::atom);
    let heap = Scratch::new();
    let config = [
        (atom("level")?, Term::atom(am::notice)),
        (atom("filters")?, Term::NIL),
        (atom("filter_default")?, atom("log")?),
        (atom("handlers")?, Term::NIL),
        (atom("metadata")?, Map::empty(&heap).as_term()),
    ];
    let config = Map::from_pairs(&config, vm.atoms(), &heap).as_term();
    let row = heap.tuple(&[atom("$primary_config$")?, config]);
    let tables = &vm.library_state::<State>().tables;
    tables.add_system_table(LOGGER_TABLE, am::logger, owner, &[row], vm.atoms());
    tables.add_system_table(APPLICATION_TABLE, vm.atoms().intern("ac_tab")?, owner, &[], vm.atoms());
    tables.add_system_table(NAMES_TABLE, vm.atoms().intern("global_names")?, owner, &[], vm.atoms());
    Ok(())
}

/// Numbers that no reference is given in the life of a machine.
const LOGGER_TABLE: u64 = u64::MAX;
const APPLICATION_TABLE: u64 = u64::MAX - 1;
const NAMES_TABLE: u64 = u64::MAX - 2;
