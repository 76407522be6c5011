//! Processes that programs of OTP expect: `init`, and of the application `kernel` the supervisors, under which modules like `timer` and
//! `dets` start servers when they are first used, and the servers of files, of global names and of the logger.
//!
//! They are there from the start and have their names, but only wait: what makes them what they are is loaded when they are
//! first spoken to, so that programs that never do start as fast as without them. The tables that OTP's modules look into
//! without asking a server are there, empty, until it makes its own.

use purlin_heap::{Build, Map, Mfa, Pid, Term, am};
use purlin_vm::actions::{Flags, Received};
use purlin_vm::{Context, NativeFunction, Outcome, RunningVm, Stop, TooManyProcesses};

use crate::args;
use crate::state::State;

/// The natives.
pub(crate) const NATIVES: &[NativeFunction] = &[
    function("purlin_kernel", "ignore", 0, ignore),
    function("purlin_kernel", "wait", 2, wait),
    function("purlin_kernel", "apply", 1, apply),
    function("purlin_kernel", "send_all", 1, send_all),
    function("init", "run_on_load_handlers", 0, run_on_load_handlers),
];

const fn function(
    module: &'static str,
    function: &'static str,
    arity: u8,
    body: purlin_vm::Native,
) -> NativeFunction {
    NativeFunction { module, function, arity, body }
}

/// A process that becomes a server when it is first spoken to.
struct Server {
    name: &'static str,
    /// The module that `gen_server` is to run.
    module: &'static str,
    /// The table that stands for its own until then.
    table: Option<&'static str>,
}

const SERVERS: [Server; 6] = [
    Server { name: "kernel_sup", module: "supervisor", table: None },
    Server { name: "kernel_safe_sup", module: "supervisor", table: None },
    Server { name: "file_server_2", module: "file_server", table: None },
    Server { name: "global_name_server", module: "global", table: Some("global_names") },
    Server { name: "logger", module: "logger_server", table: Some("logger") },
    Server { name: PURGER, module: PURGER, table: None },
];

/// Purges modules for who asks it by messages, as OTP's tests do. It is no `gen_server`.
const PURGER: &str = "erts_code_purger";

/// Starts the processes. What they print goes to `leader`. Returns the supervisor.
pub fn start_kernel(running: &RunningVm, leader: Pid) -> Result<Pid, TooManyProcesses> {
    let atom = |name| running.vm().atoms().intern(name).map_err(|_| TooManyProcesses);
    let ignore = Mfa { module: atom("purlin_kernel")?, function: atom("ignore")?, arity: 0 };
    running.register(atom("init")?, running.spawn(ignore, &[], Some(leader), None)?);
    let wait = Mfa { module: atom("purlin_kernel")?, function: atom("wait")?, arity: 2 };
    let mut pids = Vec::new();
    for server in &SERVERS {
        let name = atom(server.name)?;
        let pid = running.spawn(wait, &[Term::pid(leader), Term::atom(name)], Some(leader), None)?;
        running.register(name, pid);
        pids.push(pid);
    }
    Ok(pids[0])
}

/// The process `init`: all is started, and what `init:stop/0` and its like do is done by natives.
fn ignore<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match cx.receive()? {
        Received::Nothing => Err(Stop::Wait(cx.heap().list(args))),
        Received::Message(_) | Received::Later => Err(Stop::Again(cx.heap().list(args))),
    }
}

/// Waits for the first message. Reports of the runtime wake no logger: nobody has asked for one.
fn wait<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let is_report = |message: Term<'_>| {
        message.as_tuple().is_some_and(|tuple| tuple.arity() == 5 && tuple.element(0).is_atom(am::log))
    };
    match cx.first_message(is_report)? {
        None => Err(Stop::Wait(cx.heap().list(args))),
        Some(true) => {
            let _ = cx.receive()?;
            Err(Stop::Again(cx.heap().list(args)))
        }
        Some(false) => serve(cx, args),
    }
}

/// Goes on as the server of this name. The acknowledgement that a server gives to who started it goes to the server of
/// standard output, which takes no notice of it.
fn serve<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let heap = cx.heap();
    let atom = |name| cx.atoms().intern(name).map(Term::atom);
    let name = cx.atoms().name(args::atom(args[1])?);
    let server = SERVERS.iter().find(|server| server.name == name).ok_or(Stop::badarg())?;
    if let Some(table) = server.table {
        State::of(cx).tables.remove_named(cx.atoms().intern(table)?);
    }
    if server.module == PURGER {
        cx.set_flag(Flags::TRAP_EXIT, true);
        return call(cx, PURGER, "wait_for_request", Term::NIL);
    }
    let local = heap.tuple(&[atom("local")?, args[1]]);
    let description = match server.module {
        "supervisor" => heap.tuple(&[local, atom("kernel")?, atom("safe")?]),
        _ => Term::NIL,
    };
    if server.module == "logger_server" {
        configure_logger(cx)?;
    }
    let arguments = [args[0], atom("self")?, local, atom(server.module)?, description, Term::NIL];
    call(cx, "gen_server", "init_it", heap.list(&arguments))
}

/// What OTP's application `kernel` does when its logger runs is done by a process of its own, since the logger is asked for it.
/// What others have asked of it comes after that.
fn configure_logger<'h>(cx: &Context<'h>) -> Result<(), Stop<'h>> {
    let heap = cx.heap();
    let atom = |name| cx.atoms().intern(name).map(Term::atom);
    let step = |module, function, list: &[Term<'h>]| {
        Ok::<_, Stop<'h>>(heap.tuple(&[atom(module)?, atom(function)?, heap.list(list)]))
    };
    let logger_sup = atom("logger_sup")?;
    let child = Map::from_pairs(
        &[
            (atom("id")?, logger_sup),
            (atom("start")?, heap.tuple(&[logger_sup, atom("start_link")?, Term::NIL])),
            (atom("shutdown")?, atom("infinity")?),
            (atom("type")?, atom("supervisor")?),
        ],
        cx.atoms(),
        heap,
    );
    let mut asked = Vec::new();
    while let Received::Message(message) = cx.receive()? {
        asked.push(message);
    }
    let steps = heap.list(&[
        step("logger", "internal_init_logger", &[])?,
        step("supervisor", "start_child", &[atom("kernel_sup")?, child.as_term()])?,
        step("logger", "add_handlers", &[atom("kernel")?])?,
        step("purlin_kernel", "send_all", &[heap.list(&asked)])?,
    ]);
    let name = |module, name, arity| {
        Ok::<_, Stop<'h>>(Mfa {
            module: cx.atoms().intern(module)?,
            function: cx.atoms().intern(name)?,
            arity,
        })
    };
    let each = heap.export(&cx.vm().code().export(name("purlin_kernel", "apply", 1)?).name);
    let done = Box::new(|_: purlin_vm::End<'_>| {});
    cx.spawn_awaited(name("lists", "foreach", 2)?, &[each, steps], done).map_err(|_| Stop::system_limit())?;
    Ok(())
}

/// Sends messages to the logger.
fn send_all<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    for message in args::elements(args[0])? {
        let _ = cx.send(Term::atom(am::logger), message);
    }
    Ok(Term::atom(am::ok))
}

/// Calls `{Module, Function, Arguments}`.
fn apply<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let &[module, function, list] = args::tuple(args[0])?.elements() else { return Err(Stop::badarg()) };
    let arity = args::length(list).ok_or(Stop::badarg())? as u32;
    let name = Mfa { module: args::atom(module)?, function: args::atom(function)?, arity };
    let export = cx.vm().code().export(name);
    Err(Stop::Call(&export.name, list))
}

fn call<'h>(cx: &Context<'h>, module: &str, function: &str, list: Term<'h>) -> Outcome<'h> {
    let name = |name| cx.atoms().intern(name).map(Term::atom);
    apply(cx, &[cx.heap().tuple(&[name(module)?, name(function)?, list])])
}

/// No module has a handler: those that do are refused.
fn run_on_load_handlers<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(am::ok))
}
