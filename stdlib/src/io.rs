//! The processes behind standard input, output and error. They speak Erlang's I/O protocol, so that OTP's own module
//! `io` works with them. See `docs/standard_io.md`.

mod console;
mod request;
mod server;

pub(crate) use console::Console;
pub(crate) use server::NATIVES;

use purlin_heap::{Mfa, Pid, Term, am};
use purlin_vm::{RunningVm, TooManyProcesses};

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
    user
}
