//! Processes, links, monitors, names and timers through the natives themselves: the functions that run in the
//! processes are natives of this test, so that no code is loaded.

use purlin_heap::{Atom, Build, Mfa, Term, am};
use purlin_vm::{Class, Config, Context, End, Outcome, RunningVm, Stop, Vm, natives};
use std::sync::mpsc;
use std::time::Duration;

natives! { "test":
    "ok"/0 => ok, "stay"/0 => stay, "fail"/1 => fail, "spawn_many"/2 => spawn_many, "linked"/2 => linked,
    "watch"/1 => watch, "collect_messages"/1 => collect_messages, "chain"/1 => chain, "named"/0 => named,
    "timed"/0 => timed, "aliased"/0 => aliased, "asks"/0 => asks, "tie_many"/1 => tie_many,
}

/// A machine with the natives and those of this test.
struct Machine(RunningVm);

impl Machine {
    fn start(workers: usize, zeal: bool) -> Machine {
        let mut config = Config { zeal, ..Config::default() };
        config.schedulers.workers = workers;
        let tables: Vec<_> = purlin_stdlib::natives().chain([NATIVES]).collect();
        Machine(Vm::new(config, &tables).start().expect("threads can be made"))
    }

    fn atom(&self, name: &str) -> Atom {
        self.0.vm().atoms().intern(name).expect("there is room")
    }

    /// Runs `test:function(arguments)` and gives the reason of its end.
    fn run<R: Send + 'static>(
        &self,
        function: &str,
        arguments: &[Term<'_>],
        read: impl FnOnce(Term<'_>) -> R + Send + 'static,
    ) -> R {
        let arity = arguments.len() as u32;
        let name = Mfa { module: self.atom("test"), function: self.atom(function), arity };
        let (tell, told) = mpsc::channel();
        let on_end = Box::new(move |end: End<'_>| {
            let reason = match end {
                End::Returned(_) => Term::atom(am::normal),
                End::Exited(_, reason) => reason,
            };
            // Nobody listens when the test has failed.
            let _ = tell.send(read(reason));
        });
        self.0.spawn(name, arguments, None, Some(on_end)).expect("there is room");
        told.recv_timeout(Duration::from_secs(60)).expect("the process ends")
    }

    fn wait_for_count(&self, count: usize) {
        for _ in 0..2000 {
            if self.0.vm().process_count() == count {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("{} processes are left, not {count}", self.0.vm().process_count());
    }
}

fn machines() -> impl Iterator<Item = Machine> {
    [(1, false), (2, false), (2, true)].into_iter().map(|(workers, zeal)| Machine::start(workers, zeal))
}

fn function(cx: &Context<'_>, name: &str, arity: u32) -> Mfa {
    let atom = |name| cx.atoms().intern(name).expect("there is room");
    Mfa { module: atom("test"), function: atom(name), arity }
}

/// Calls a native of `erlang` in place.
fn erlang<'h>(cx: &Context<'h>, name: &str, args: &[Term<'h>]) -> Outcome<'h> {
    let function = cx.atoms().intern(name).expect("there is room");
    let name = Mfa { module: am::erlang, function, arity: args.len() as u32 };
    let native = cx.vm().code().export(name).native.expect("it is a native");
    native(cx, args)
}

fn spawn<'h>(cx: &Context<'h>, how: &str, name: &str, args: &[Term<'h>]) -> Outcome<'h> {
    let Mfa { module, function, .. } = function(cx, name, args.len() as u32);
    erlang(cx, how, &[Term::atom(module), Term::atom(function), cx.heap().list(args)])
}

fn messages<'h>(cx: &Context<'h>) -> Vec<Term<'h>> {
    let told = cx.own_info(Term::atom(am::messages)).as_tuple().expect("a pair");
    elements(told.element(1))
}

fn elements<'h>(mut list: Term<'h>) -> Vec<Term<'h>> {
    let mut all = Vec::new();
    while let Some(cell) = list.as_cons() {
        all.push(cell.head());
        list = cell.tail();
    }
    all
}

/// Waits until there are `count` messages, and ends with them as the reason.
fn collect_messages<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let messages = messages(cx);
    if (messages.len() as i64) < args[0].as_small().expect("a number") {
        return Err(Stop::Wait(cx.heap().list(args)));
    }
    Err(Stop::RaiseHere(Class::Exit, cx.heap().list(&messages)))
}

fn go_on<'h>(cx: &Context<'h>, name: &str, args: &[Term<'h>]) -> Outcome<'h> {
    let export = cx.vm().code().export(function(cx, name, args.len() as u32));
    Err(Stop::Call(&export.name, cx.heap().list(args)))
}

fn ok<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::atom(am::ok))
}

fn stay<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Err(Stop::Wait(Term::NIL))
}

fn fail<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Err(Stop::RaiseHere(Class::Exit, args[0]))
}

/// Spawns `count` processes that run `name`.
fn spawn_many<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = cx.atoms().name(args[1].as_atom().expect("a name")).to_owned();
    for _ in 0..args[0].as_small().expect("a number") {
        spawn(cx, "spawn", &name, &[])?;
    }
    Ok(Term::atom(am::ok))
}

/// Ends with what a linked process that ends with a reason leaves: `true` traps it.
fn linked<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    erlang(cx, "process_flag", &[Term::atom(am::trap_exit), args[0]])?;
    spawn(cx, "spawn_link", "fail", &[args[1]])?;
    go_on(cx, "collect_messages", &[Term::small(1)])
}

/// Watches one that ends, a name that nobody has, and one that it then does not watch any more.
fn watch<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let pid = spawn(cx, "spawn", "fail", &[args[0]])?;
    erlang(cx, "monitor", &[Term::atom(am::process), pid])?;
    erlang(cx, "monitor", &[Term::atom(am::process), Term::atom(am::nocatch)])?;
    let ended = spawn(cx, "spawn", "ok", &[])?;
    let reference = erlang(cx, "monitor", &[Term::atom(am::process), ended])?;
    erlang(cx, "demonitor", &[reference, cx.heap().list(&[Term::atom(am::flush)])])?;
    go_on(cx, "collect_messages", &[Term::small(2)])
}

/// A chain of links; its last end fails.
fn chain<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match args[0].as_small().expect("a number") {
        0 => Err(Stop::RaiseHere(Class::Exit, Term::atom(am::badsig))),
        left => {
            spawn(cx, "spawn_link", "chain", &[Term::small(left - 1)])?;
            Err(Stop::Call(&cx.vm().code().export(function(cx, "stay", 0)).name, Term::NIL))
        }
    }
}

/// A name is sent to, and is free when its process has ended.
fn named<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let name = Term::atom(am::user);
    erlang(cx, "register", &[name, Term::pid(cx.pid())])?;
    assert!(erlang(cx, "register", &[Term::atom(am::logger), Term::pid(cx.pid())]).is_err());
    assert!(erlang(cx, "whereis", &[name])?.is_same(Term::pid(cx.pid())));
    erlang(cx, "send", &[name, Term::atom(am::ok)])?;
    assert!(erlang(cx, "send", &[Term::atom(am::logger), name]).is_err());
    go_on(cx, "collect_messages", &[Term::small(1)])
}

fn timed<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let me = Term::pid(cx.pid());
    let late = erlang(cx, "send_after", &[Term::small(60_000), me, Term::atom(am::no)])?;
    erlang(cx, "start_timer", &[Term::small(30), me, Term::atom(am::second)])?;
    erlang(cx, "send_after", &[Term::small(5), me, Term::atom(am::ok)])?;
    let left = erlang(cx, "read_timer", &[late])?.as_small().expect("it is set");
    assert!((59_000..=60_001).contains(&left));
    assert!(erlang(cx, "cancel_timer", &[late])?.as_small().is_some());
    assert!(erlang(cx, "cancel_timer", &[late])?.is_atom(am::false_));
    go_on(cx, "collect_messages", &[Term::small(2)])
}

/// A reply alias takes one message, an explicit one takes them until it is taken back.
fn aliased<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let reply = erlang(cx, "alias", &[cx.heap().list(&[Term::atom(am::reply)])])?;
    let explicit = erlang(cx, "alias", &[])?;
    for message in [am::ok, am::no] {
        erlang(cx, "send", &[reply, Term::atom(message)])?;
    }
    erlang(cx, "send", &[explicit, Term::atom(am::yes)])?;
    assert_eq!(messages(cx).len(), 2);
    assert!(erlang(cx, "unalias", &[explicit])?.is_atom(am::true_));
    erlang(cx, "send", &[explicit, Term::atom(am::no)])?;
    go_on(cx, "collect_messages", &[Term::small(2)])
}

/// Asks one that waits and that has then ended. A native asks one question, so this is called several times.
fn asks<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let pid = match cx.get(Term::atom(am::pid)) {
        Some(pid) => pid,
        None => {
            let pid = spawn(cx, "spawn", "stay", &[])?;
            cx.put(Term::atom(am::pid), pid);
            pid
        }
    };
    if cx.get(Term::atom(am::status)).is_none() {
        let again = |_| Stop::Wait(Term::NIL);
        let told = erlang(cx, "process_info", &[pid, Term::atom(am::initial_call)]).map_err(again)?;
        let mfa = told.as_tuple().expect("a pair").element(1).as_tuple().expect("a function");
        assert!(mfa.element(2).is_same(Term::small(0)));
        cx.put(Term::atom(am::status), Term::atom(am::ok));
        erlang(cx, "exit", &[pid, Term::atom(am::kill)])?;
    }
    let alive = erlang(cx, "is_process_alive", &[pid]).map_err(|_| Stop::Wait(Term::NIL))?;
    Err(Stop::RaiseHere(Class::Exit, alive))
}

/// Links to many, watches them too, and ends.
fn tie_many<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    for _ in 0..args[0].as_small().expect("a number") {
        let pid = spawn(cx, "spawn_link", "stay", &[])?;
        erlang(cx, "monitor", &[Term::atom(am::process), pid])?;
    }
    Err(Stop::RaiseHere(Class::Exit, Term::atom(am::badsig)))
}

#[test]
fn processes_come_and_go() {
    for machine in machines() {
        let name = Term::atom(machine.atom("ok"));
        let reason = machine.run("spawn_many", &[Term::small(20_000), name], |reason| reason.as_atom());
        assert_eq!(reason, Some(am::normal));
        machine.wait_for_count(0);
    }
}

#[test]
fn an_exit_signal_ends_or_is_trapped() {
    for machine in machines() {
        let [yes, no] = [true, false].map(Term::boolean);
        let reason = machine.run("linked", &[no, Term::atom(am::badsig)], |reason| reason.as_atom());
        assert_eq!(reason, Some(am::badsig));
        let trapped = machine.run("linked", &[yes, Term::atom(am::badsig)], |reason| {
            let message = elements(reason)[0].as_tuple().expect("an exit message");
            (
                message.element(0).as_atom(),
                message.element(1).as_pid().is_some(),
                message.element(2).as_atom(),
            )
        });
        assert_eq!(trapped, (Some(am::EXIT), true, Some(am::badsig)));
        let trapped = machine.run("linked", &[yes, Term::atom(am::normal)], |reason| {
            elements(reason)[0].as_tuple().expect("an exit message").element(2).as_atom()
        });
        assert_eq!(trapped, Some(am::normal));
        machine.wait_for_count(0);
    }
}

#[test]
fn watchers_learn_why() {
    for machine in machines() {
        let mut reasons = machine.run("watch", &[Term::atom(am::badsig)], |reason| {
            let down = |message: Term<'_>| {
                let message = message.as_tuple().expect("a down message");
                assert_eq!((message.arity(), message.element(0).as_atom()), (5, Some(am::DOWN)));
                message.element(4).as_atom()
            };
            elements(reason).into_iter().map(down).collect::<Vec<_>>()
        });
        reasons.sort();
        let mut expected = [Some(am::badsig), Some(am::noproc)];
        expected.sort();
        assert!(reasons == expected || reasons == [Some(am::noproc); 2]);
    }
}

#[test]
fn a_chain_of_links_ends_as_a_whole() {
    for machine in machines() {
        let reason = machine.run("chain", &[Term::small(2000)], |reason| reason.as_atom());
        assert_eq!(reason, Some(am::badsig));
        machine.wait_for_count(0);
    }
}

#[test]
fn names_are_sent_to_and_freed() {
    for machine in machines() {
        for _ in 0..3 {
            let count = machine.run("named", &[], |reason| elements(reason).len());
            assert_eq!(count, 1);
        }
    }
}

#[test]
fn timers_send_in_time_and_can_be_cancelled() {
    let machine = Machine::start(2, false);
    let order = machine.run("timed", &[], |reason| {
        let messages = elements(reason);
        let wrapped = messages[1].as_tuple().expect("a timeout message");
        (messages[0].as_atom(), wrapped.element(0).as_atom(), wrapped.element(2).as_atom())
    });
    assert_eq!(order, (Some(am::ok), Some(am::timeout), Some(am::second)));
}

#[test]
fn aliases_take_messages_while_they_are_active() {
    for machine in machines() {
        let messages = machine.run("aliased", &[], |reason| {
            elements(reason).into_iter().map(|message| message.as_atom()).collect::<Vec<_>>()
        });
        assert_eq!(messages, [Some(am::ok), Some(am::yes)]);
    }
}

#[test]
fn questions_are_answered_by_the_living_and_the_dead() {
    for machine in machines() {
        let alive = machine.run("asks", &[], |reason| reason.as_atom());
        assert_eq!(alive, Some(am::false_));
        machine.wait_for_count(0);
    }
}

#[test]
fn many_links_and_monitors_end_in_portions() {
    let machine = Machine::start(2, false);
    let reason = machine.run("tie_many", &[Term::small(50_000)], |reason| reason.as_atom());
    assert_eq!(reason, Some(am::badsig));
    machine.wait_for_count(0);
}

#[test]
fn a_machine_stops_with_processes_in_it() {
    let machine = Machine::start(2, false);
    let name = Term::atom(machine.atom("stay"));
    machine.run("spawn_many", &[Term::small(1000), name], |_| ());
    assert_eq!(machine.0.shutdown(), Ok(0));
}
