//! A machine as a Rust program uses it: made from a configuration, given modules, called, stopped.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use purlin_heap::print::{Style, to_string};
use purlin_heap::{Atom, Message, Mfa, Pid, Scratch, Term};
use purlin_loader::Verified;
use purlin_vm::code::LoadError;
use purlin_vm::{Config, End, ModuleFinder, NativeFunction, RunningVm};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::convert::{ConvertError, from_term, to_term};

/// How to make a [`Vm`].
#[derive(Default)]
pub struct Builder {
    config: Config,
    natives: Vec<&'static [NativeFunction]>,
    finder: Option<ModuleFinder>,
}

impl Builder {
    /// So many schedulers; without this, one for each core.
    #[must_use]
    pub fn schedulers(mut self, count: usize) -> Builder {
        self.config.schedulers.workers = count;
        self
    }

    /// At most so many processes at once.
    #[must_use]
    pub fn processes_max(mut self, count: u32) -> Builder {
        self.config.processes_max = count;
        self
    }

    /// At most so many atoms.
    #[must_use]
    pub fn atoms_max(mut self, count: u32) -> Builder {
        self.config.atoms_max = count;
        self
    }

    /// Collects at every opportunity and checks each heap afterwards: slow, for tests.
    #[must_use]
    pub fn collect_always(mut self, on: bool) -> Builder {
        self.config.zeal = on;
        self
    }

    /// Native functions of the program, which processes call as those of a module; see [`purlin_vm::natives!`].
    #[must_use]
    pub fn natives(mut self, natives: &'static [NativeFunction]) -> Builder {
        self.natives.push(natives);
        self
    }

    /// Called for a module that is called and not loaded, to load it with [`purlin_vm::Vm::load`] if it can.
    #[must_use]
    pub fn module_finder(mut self, finder: ModuleFinder) -> Builder {
        self.finder = Some(finder);
        self
    }

    /// Starts the machine.
    pub fn start(self) -> std::io::Result<Vm> {
        let natives: Vec<_> = purlin_stdlib::natives().chain(self.natives).collect();
        let vm = purlin_vm::Vm::new(self.config, &natives);
        purlin_stdlib::silence_logger(&vm);
        if let Some(finder) = self.finder {
            vm.set_module_finder(finder);
        }
        Ok(Vm { running: vm.start()? })
    }
}

/// A running machine. Several in one program do not see each other. Dropping it stops it.
pub struct Vm {
    running: RunningVm,
}

/// Why a call has no value.
#[derive(Debug)]
pub enum CallError {
    /// The arguments could not be converted to terms, or the value to what was asked for.
    Convert(ConvertError),
    /// The function ended by an exception, or its process by a signal: class and reason, as Erlang prints them.
    Exited {
        /// `error`, `exit` or `throw`.
        class: &'static str,
        /// The reason, with the stack trace if it is an error.
        reason: String,
    },
    /// The time limit was over; the process has been killed.
    Timeout,
    /// There are too many processes or atoms, or the tree has no room for a process.
    Full,
    /// The machine was stopped meanwhile.
    Stopped,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Convert(error) => error.fmt(f),
            CallError::Exited { class, reason } => write!(f, "the call ended with {class}: {reason}"),
            CallError::Timeout => f.write_str("the call took longer than its time limit"),
            CallError::Full => f.write_str("the machine's limit of processes or atoms is reached"),
            CallError::Stopped => f.write_str("the machine was stopped"),
        }
    }
}

impl std::error::Error for CallError {}

/// Why an image could not be loaded.
#[derive(Debug)]
pub enum ImageLoadError {
    /// The image itself was refused.
    Refused(purlin_loader::image::ImageError),
    /// One of its modules could not be loaded.
    Module(LoadError),
}

impl fmt::Display for ImageLoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImageLoadError::Refused(error) => error.fmt(f),
            ImageLoadError::Module(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ImageLoadError {}

impl From<ConvertError> for CallError {
    fn from(error: ConvertError) -> CallError {
        CallError::Convert(error)
    }
}

/// The most of a reason that is shown.
const SHOWN_BYTES_MAX: usize = 10_000;

/// How a process ended, outside of its machine.
enum Ended {
    Returned(Message),
    Exited(&'static str, String),
}

impl Vm {
    /// What a machine is made from.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The machine, for what this face does not offer.
    pub fn inner(&self) -> &Arc<purlin_vm::Vm> {
        self.running.vm()
    }

    /// Loads a module from the bytes of a `.beam` file, and returns its name.
    pub fn load(&self, beam: &[u8]) -> Result<String, LoadError> {
        let verified = purlin_loader::load(beam).map_err(LoadError::Refused)?;
        self.load_verified(&verified)
    }

    /// Loads all modules of an image that `purlin pack` has made, and returns their names. When one cannot be loaded,
    /// those before it are.
    pub fn load_image(&self, image: &[u8]) -> Result<Vec<String>, ImageLoadError> {
        let modules = purlin_loader::image::load(image).map_err(ImageLoadError::Refused)?;
        modules.iter().map(|module| self.load_verified(module).map_err(ImageLoadError::Module)).collect()
    }

    /// Loads a module that has been verified before.
    pub fn load_verified(&self, module: &Verified) -> Result<String, LoadError> {
        self.inner().load(module)?;
        Ok(module.module().name().to_owned())
    }

    /// Spawns a process that runs `module:function(arguments...)`; the arguments are a tuple or a sequence.
    pub fn spawn(&self, module: &str, function: &str, arguments: &impl Serialize) -> Result<Pid, CallError> {
        self.spawn_with(None, (module, function), arguments, None)
    }

    /// Calls `module:function(arguments...)` in a process of its own and waits for the value.
    pub fn call<T: DeserializeOwned>(
        &self,
        module: &str,
        function: &str,
        arguments: &impl Serialize,
        limit: Duration,
    ) -> Result<T, CallError> {
        self.call_with(None, (module, function), arguments, limit)
    }

    pub(crate) fn call_with<T: DeserializeOwned>(
        &self,
        tree: Option<&Arc<purlin_vm::limits::Tree>>,
        function: (&str, &str),
        arguments: &impl Serialize,
        limit: Duration,
    ) -> Result<T, CallError> {
        let (tell, told) = mpsc::sync_channel(1);
        let vm = self.inner().clone();
        let on_end = move |end: End<'_>| {
            let _ = tell.send(match end {
                End::Returned(value) => Ended::Returned(Message::copy_of(value)),
                End::Exited(class, reason) => {
                    Ended::Exited(class.name(), to_string(reason, Style::Pretty, SHOWN_BYTES_MAX, vm.atoms()))
                }
            });
        };
        let pid = self.spawn_with(tree, function, arguments, Some(Box::new(on_end)))?;
        match told.recv_timeout(limit) {
            Ok(Ended::Returned(value)) => Ok(from_term(value.term(), self.inner().atoms())?),
            Ok(Ended::Exited(class, reason)) => Err(CallError::Exited { class, reason }),
            Err(RecvTimeoutError::Timeout) => {
                self.running.kill(pid);
                Err(CallError::Timeout)
            }
            Err(RecvTimeoutError::Disconnected) => Err(CallError::Stopped),
        }
    }

    pub(crate) fn spawn_with(
        &self,
        tree: Option<&Arc<purlin_vm::limits::Tree>>,
        (module, function): (&str, &str),
        arguments: &impl Serialize,
        on_end: Option<purlin_vm::EndCallback>,
    ) -> Result<Pid, CallError> {
        let scratch = Scratch::new();
        let atoms = self.inner().atoms();
        let terms = to_term(arguments, atoms, &scratch)?;
        let arguments = arguments_of(terms)?;
        let (module, function) = (self.atom(module)?, self.atom(function)?);
        let name = Mfa { module, function, arity: arguments.len() as u32 };
        self.running.spawn_in(tree, name, &arguments, None, on_end).map_err(|_| CallError::Full)
    }

    fn atom(&self, name: &str) -> Result<Atom, CallError> {
        self.inner().atoms().intern(name).map_err(|_| CallError::Full)
    }

    /// Sends a message to a process.
    pub fn send(&self, to: Pid, message: &impl Serialize) -> Result<(), ConvertError> {
        let scratch = Scratch::new();
        let term = to_term(message, self.inner().atoms(), &scratch)?;
        self.running.send(to, Message::copy_of(term));
        Ok(())
    }

    /// Waits until a process halts the machine; the status that it gave.
    pub fn wait(self) -> Result<i32, purlin_scheduler::WorkerPanicked> {
        self.running.join()
    }

    /// Stops the machine: no process runs on, and all its memory is given back.
    pub fn stop(self) -> Result<(), purlin_scheduler::WorkerPanicked> {
        self.running.shutdown().map(|_| ())
    }
}

/// The elements of a tuple or a list.
fn arguments_of(terms: Term<'_>) -> Result<Vec<Term<'_>>, ConvertError> {
    if let Some(tuple) = terms.as_tuple() {
        return Ok(tuple.elements().to_vec());
    }
    let (mut arguments, mut rest) = (Vec::new(), terms);
    while let Some(cons) = rest.as_cons() {
        arguments.push(cons.head());
        rest = cons.tail();
    }
    let is_unit = terms.is_atom(purlin_heap::am::ok);
    match rest.is_nil() || is_unit {
        true => Ok(arguments),
        false => Err(serde::ser::Error::custom("the arguments of a call are a tuple or a sequence")),
    }
}
