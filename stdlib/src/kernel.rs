//! Processes that programs of OTP expect: `init`, and the supervisor of the application `kernel`, under which modules like
//! `timer` start servers when they are first used.
//!
//! That of the supervisor is there from the start and has its name, but it only waits: what makes it a supervisor is loaded when it
//! is first spoken to, so that programs that never do start as fast as without it.

use purlin_heap::{Build, Mfa, Pid, Term, am};
use purlin_vm::actions::Received;
use purlin_vm::{Context, NativeFunction, Outcome, RunningVm, Stop, TooManyProcesses};

/// The natives.
pub(crate) const NATIVES: &[NativeFunction] = &[
    NativeFunction { module: "purlin_kernel", function: "ignore", arity: 0, body: ignore },
    NativeFunction { module: "purlin_kernel", function: "wait", arity: 1, body: wait },
    NativeFunction { module: "init", function: "run_on_load_handlers", arity: 0, body: run_on_load_handlers },
];

/// Starts the processes. What the supervisor prints goes to `leader`; it is the one that is returned.
pub fn start_kernel(running: &RunningVm, leader: Pid) -> Result<Pid, TooManyProcesses> {
    let atom = |name| running.vm().atoms().intern(name).map_err(|_| TooManyProcesses);
    let ignore = Mfa { module: atom("purlin_kernel")?, function: atom("ignore")?, arity: 0 };
    running.register(atom("init")?, running.spawn(ignore, &[], Some(leader), None)?);
    let wait = Mfa { module: atom("purlin_kernel")?, function: atom("wait")?, arity: 1 };
    let pid = running.spawn(wait, &[Term::pid(leader)], Some(leader), None)?;
    running.register(atom("kernel_sup")?, pid);
    Ok(pid)
}

/// The process `init`: all is started, and what `init:stop/0` and its like do is done by natives.
fn ignore<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match cx.receive()? {
        Received::Nothing => Err(Stop::Wait(cx.heap().list(args))),
        Received::Message(_) | Received::Later => Err(Stop::Again(cx.heap().list(args))),
    }
}

/// Waits for the first message.
fn wait<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if cx.has_message()? { supervise(cx, args) } else { Err(Stop::Wait(cx.heap().list(args))) }
}

/// Goes on as the supervisor that `kernel:init(safe)` describes. The acknowledgement that a server gives to who started
/// it goes to the server of standard output, which takes no notice of it.
fn supervise<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let heap = cx.heap();
    let atom = |name| cx.atoms().intern(name).map(Term::atom);
    let name = heap.tuple(&[atom("local")?, atom("kernel_sup")?]);
    let description = heap.tuple(&[name, atom("kernel")?, atom("safe")?]);
    let arguments = [args[0], atom("self")?, name, atom("supervisor")?, description, Term::NIL];
    let init =
        Mfa { module: cx.atoms().intern("gen_server")?, function: cx.atoms().intern("init_it")?, arity: 6 };
    Err(Stop::Call(&cx.vm().code().export(init).name, heap.list(&arguments)))
}

/// No module has a handler: those that do are refused.
fn run_on_load_handlers<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(am::ok))
}
