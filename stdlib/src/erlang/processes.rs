//! What a process does to itself and others: sending, exit signals, flags, group leaders.

use purlin_heap::{Atom, Build, Map, Mfa, Term, Tuple, View, am};
use purlin_vm::actions::{Asked, Flags, Settings, priority_name};
use purlin_vm::{Context, Outcome, Sent, Stop, natives};

use super::nodes::Foreign;
use super::spawn::{is_off_heap, priority, read_settings_limit};
use crate::args;

natives! { "erlang":
    "self"/0 => self_, "!"/2 => send, "send"/2 => send, "send"/3 => send_3, "exit"/2 => exit, "exit"/3 => exit,
    "exit_signal"/2 => exit_signal, "exit_signal"/3 => exit_signal,
    "send_nosuspend"/2 => send_nosuspend, "send_nosuspend"/3 => send_nosuspend,
    "suspend_process"/1 => suspend, "suspend_process"/2 => suspend, "resume_process"/1 => resume,
    "processes"/0 => processes, "processes_iterator"/0 => processes_iterator, "processes_next"/1 => processes_next, "is_process_alive"/1 => is_process_alive,
    "process_flag"/2 => process_flag, "process_flag"/3 => process_flag_3,
    "group_leader"/0 => group_leader, "group_leader"/2 => set_group_leader,
    "halt"/0 => halt, "halt"/1 => halt, "halt"/2 => halt,
    "hibernate"/0 => hibernate_here, "hibernate"/3 => hibernate, "yield"/0 => yield_, "bump_reductions"/1 => bump_reductions,
    "garbage_collect"/0 => garbage_collect, "garbage_collect"/1 => garbage_collect_of,
    "garbage_collect"/2 => garbage_collect_of,
}

fn self_<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::pid(cx.pid()))
}

fn send<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match cx.send(args[0], args[1]) {
        Sent::Full => Err(Stop::error(am::mailbox_full)),
        sent => answer_of(cx, args, sent, args[1]),
    }
}

/// Only a full mailbox makes its sender wait: the native is called again when there is room.
fn answer_of<'h>(cx: &Context<'h>, args: &[Term<'h>], sent: Sent, answer: Term<'h>) -> Outcome<'h> {
    match sent {
        Sent::Done | Sent::Remote | Sent::Port => Ok(answer),
        Sent::NoName | Sent::BadReceiver => {
            cx.give_place_back(None);
            Err(Stop::badarg())
        }
        Sent::Full => Ok(Term::atom(am::mailbox_full)),
        Sent::WouldWait => Ok(Term::atom(am::nosuspend)),
        Sent::Waits => Err(Stop::Again(cx.heap().list(args))),
    }
}

/// To another node there is no connection.
fn send_3<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (mut is_priority, mut may_wait, mut may_connect) = (false, true, true);
    for option in args::elements(args[2]).map_err(|_| args::bad_option())? {
        match option.as_atom() {
            Some(am::nosuspend) => may_wait = false,
            Some(am::noconnect) => may_connect = false,
            Some(am::priority) => is_priority = true,
            _ => return Err(args::bad_option()),
        }
    }
    let sent = match is_priority {
        true => cx.send_priority(args[0], args[1], may_wait),
        false => cx.send_with(args[0], args[1], may_wait),
    };
    let is_elsewhere = sent == Sent::Remote && Foreign::of(cx, args[0]) != Some(Foreign::Earlier);
    let answer = if is_elsewhere && !may_connect { am::noconnect } else { am::ok };
    answer_of(cx, args, sent, Term::atom(answer))
}

/// False when the sender would have to wait.
fn send_nosuspend<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    for option in args::elements(args.get(2).copied().unwrap_or(Term::NIL)).map_err(|_| args::bad_option())? {
        if !matches!(option.as_atom(), Some(am::noconnect | am::nosuspend)) {
            return Err(args::bad_option());
        }
    }
    match cx.send_with(args[0], args[1], false) {
        Sent::Full => Err(Stop::error(am::mailbox_full)),
        Sent::WouldWait => Ok(Term::boolean(false)),
        sent => answer_of(cx, args, sent, Term::boolean(true)),
    }
}

/// Keeps another process from running until it has been resumed as often. The options ask for an answer at once, or
/// later as a message, or for one suspension only.
fn suspend<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let pid = args[0].as_pid().filter(|&pid| pid != cx.pid()).ok_or(Stop::badarg())?;
    let (mut once, mut reply) = (false, None);
    for option in args::elements(args.get(1).copied().unwrap_or(Term::NIL)).map_err(|_| args::bad_option())? {
        match (option.as_atom(), option.as_tuple().map(|pair| pair.elements())) {
            (Some(am::unless_suspending), _) => once = true,
            (Some(am::asynchronous), _) => reply = Some(None),
            (_, Some(&[name, tag])) if name.is_atom(am::asynchronous) => reply = Some(Some(tag)),
            _ => return Err(args::bad_option()),
        }
    }
    if once && cx.is_suspending(pid) {
        return Ok(Term::boolean(false));
    }
    match reply {
        None => {
            let answer = cx.ask(pid, Asked::Suspend, cx.heap().list(args))?;
            if !answer.is_atom(am::true_) {
                return Err(Stop::badarg());
            }
            cx.count_suspension(pid);
        }
        Some(tag) => {
            cx.suspend_later(pid);
            if let Some(tag) = tag {
                let message = cx.heap().tuple(&[tag, Term::atom(am::suspended)]);
                cx.send_to(cx.pid(), message);
            }
        }
    }
    Ok(Term::boolean(true))
}

fn resume<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let pid = args[0].as_pid().ok_or(Stop::badarg())?;
    if cx.resume(pid) { Ok(Term::boolean(true)) } else { Err(Stop::badarg()) }
}

/// As `exit/2`, but that `normal` never ends the caller.
fn exit_signal<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let is_own = args[0].as_pid() == Some(cx.pid());
    if is_own && args[1].is_atom(am::normal) && !cx.has_flag(Flags::TRAP_EXIT) {
        return Ok(Term::boolean(true));
    }
    exit(cx, args)
}

/// The third argument are options: a message made of the signal may go before ordinary ones, by an alias that allows it.
fn exit<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let is_priority = match args.get(2) {
        Some(options) => super::links::priority_option(*options)?,
        None => false,
    };
    match args[0].view() {
        View::Pid(pid) => cx.exit(pid, args[1])?,
        View::Reference(reference) => cx.exit_alias(reference, args[1], is_priority)?,
        View::Port(_) | View::External(_) => {}
        _ => return Err(Stop::badarg()),
    }
    Ok(Term::boolean(true))
}

fn processes<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let pids: Vec<Term<'h>> = cx.processes().into_iter().map(Term::pid).collect();
    args::charge(cx, pids.len());
    Ok(cx.heap().list(&pids))
}

/// A place in the process table, and the processes before it that have not been given yet.
fn processes_iterator<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(cx.heap().tuple(&[Term::small(0), Term::NIL]))
}

fn processes_next<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let heap = cx.heap();
    let given = |pid, place, rest| Ok(heap.tuple(&[pid, heap.tuple(&[place, rest])]));
    let [place, pids] = *args::tuple(args[0])?.elements() else { return Err(Stop::badarg()) };
    if let Some(cell) = pids.as_cons() {
        return given(cell.head(), place, cell.tail());
    }
    if !pids.is_nil() {
        return Err(Stop::badarg());
    }
    match crate::erts_internal::processes_from(cx, args::size(place)?) {
        None => Ok(Term::atom(am::none)),
        Some((place, pids)) => given(pids[0], place, heap.list(&pids[1..])),
    }
}

fn is_process_alive<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if Foreign::of(cx, args[0]) == Some(Foreign::Earlier) {
        return Ok(Term::boolean(false));
    }
    let pid = args[0].as_pid().ok_or(Stop::badarg())?;
    if pid == cx.pid() {
        return Ok(Term::boolean(true));
    }
    cx.ask(pid, Asked::IsAlive, cx.heap().list(args))
}

fn group_leader<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(cx.group_leader())
}

fn set_group_leader<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let is_pid = args[0].as_pid().is_some() || matches!(args[0].view(), View::External(_));
    if is_pid && Foreign::of(cx, args[1]) == Some(Foreign::Elsewhere) {
        return Ok(Term::boolean(true));
    }
    let pid = args[1].as_pid().filter(|_| is_pid).ok_or(Stop::badarg())?;
    if pid == cx.pid() {
        cx.set_group_leader(args[0]);
        return Ok(Term::boolean(true));
    }
    let answer = cx.ask(pid, Asked::SetGroupLeader(args[0]), cx.heap().list(args))?;
    if answer.is_atom(am::true_) { Ok(answer) } else { Err(Stop::badarg()) }
}

/// Sets a flag of the caller; the former value.
fn process_flag<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if let Some(flag) = args[0].as_tuple() {
        return monitor_nodes(cx, flag, args[1]);
    }
    let flag = args[0].as_atom().ok_or(args::bad_option())?;
    let value = args[1];
    let boolean = || value.as_boolean().ok_or(Stop::badarg());
    match flag {
        am::trap_exit => Ok(Term::boolean(cx.set_flag(Flags::TRAP_EXIT, boolean()?))),
        am::monitor_nodes => boolean().map(|_| Term::small(0)),
        am::sensitive => Ok(Term::boolean(cx.set_flag(Flags::SENSITIVE, boolean()?))),
        am::async_dist => Ok(Term::boolean(cx.set_flag(Flags::ASYNC_DIST, boolean()?))),
        am::priority => Ok(Term::atom(priority_name(cx.set_priority(priority(value)?)))),
        am::save_calls => save_calls(value),
        // Processes go to whichever scheduler has time: none is bound, which is 0.
        am::scheduler => args::size(value).map(|_| Term::small(0)),
        am::message_queue_data => {
            let former = cx.set_flag(Flags::OFF_HEAP_MESSAGES, is_off_heap(value)?);
            Ok(Term::atom(if former { am::off_heap } else { am::on_heap }))
        }
        am::error_handler => {
            let handler = args::atom(value)?;
            let former = cx.change_settings(|settings| settings.error_handler = Some(handler));
            Ok(Term::atom(former.error_handler.unwrap_or(am::error_handler)))
        }
        _ => set_memory_flag(cx, flag, value),
    }
}

/// `process_flag({monitor_nodes, Options}, Boolean)`: how often the caller was told of nodes before. There are none.
fn monitor_nodes<'h>(cx: &Context<'h>, flag: Tuple<'h>, value: Term<'h>) -> Outcome<'h> {
    match flag.elements() {
        &[name, options] if name.is_atom(am::monitor_nodes) => {
            value.as_boolean().ok_or(Stop::badarg())?;
            if !options.is_nil() {
                node_options(cx, options)?;
            }
            Ok(Term::small(0))
        }
        _ => Err(args::bad_option()),
    }
}

/// What is to be told of nodes: a map with nothing else in it.
fn node_options<'h>(cx: &Context<'h>, options: Term<'h>) -> args::Read<'h, ()> {
    let options = Map::of(options).ok_or(Stop::badarg())?;
    let mut known = 0;
    for name in ["list", "connection_id", "node_type", "nodedown_reason"] {
        let key = Term::atom(cx.atoms().intern(name)?);
        let Some(value) = options.get(key).map(Term::as_atom) else { continue };
        let is_valid = match name {
            "list" => value == Some(am::true_),
            "node_type" => matches!(value, Some(am::visible | am::hidden | am::all)),
            _ => matches!(value, Some(am::true_ | am::false_)),
        };
        if !is_valid {
            return Err(Stop::badarg());
        }
        known += 1;
    }
    if known == options.size() { Ok(()) } else { Err(Stop::badarg()) }
}

fn set_memory_flag<'h>(cx: &Context<'h>, flag: Atom, value: Term<'h>) -> Outcome<'h> {
    if flag == am::max_heap_size {
        let limit = read_settings_limit(cx, value, cx.min_heap_size())?;
        let former = cx.own_max_heap_size();
        cx.change_settings(|settings| settings.max_heap_size = Some(limit));
        return Ok(cx.max_heap_size(&former));
    }
    let pick: fn(&mut Settings) -> &mut Option<u64> = match flag {
        am::min_heap_size => |settings| &mut settings.min_heap_size,
        am::min_bin_vheap_size => |settings| &mut settings.min_bin_vheap_size,
        am::fullsweep_after => |settings| &mut settings.fullsweep_after,
        _ => return Err(args::bad_option()),
    };
    let size = args::size(value)? as u64;
    let max_words = cx.own_max_heap_size().words;
    if flag == am::min_heap_size && max_words != 0 && size > max_words {
        return Err(Stop::badarg());
    }
    // The former value is told as `process_info` tells it.
    let told = cx.own_info(Term::atom(flag));
    cx.change_settings(|settings| *pick(settings) = Some(size));
    Ok(told.as_tuple().map_or(told, |pair| pair.element(1)))
}

/// Calls are not saved; the answer is the former number.
fn save_calls<'h>(value: Term<'h>) -> Outcome<'h> {
    match args::size(value)? {
        0..=10_000 => Ok(Term::small(0)),
        _ => Err(Stop::badarg()),
    }
}

/// Of other processes only `save_calls` can be set.
fn process_flag_3<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let pid = args[0].as_pid().ok_or(args::badarg_because(am::badtype))?;
    // After what was sent to it before.
    let is_alive = pid == cx.pid() || cx.ask(pid, Asked::IsAlive, cx.heap().list(args))?.is_atom(am::true_);
    if !is_alive {
        return Err(args::badarg_because(am::badtype));
    }
    if !args[1].is_atom(am::save_calls) {
        return Err(Stop::badarg());
    }
    save_calls(args[2])
}

/// Ends the machine. A list is a slogan to go with status 1.
fn halt<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if let Some(options) = args.get(1) {
        halt_options(*options).map_err(|_| args::bad_option())?;
    }
    let status = match args.first().map(|status| status.view()) {
        None => 0,
        Some(View::Small(status)) if status >= 0 => status as i32,
        Some(View::Atom(am::abort)) => 1,
        Some(View::Cons(_) | View::Nil) => {
            eprintln!("{}", args::characters(args[0])?);
            1
        }
        _ => return Err(Stop::badarg()),
    };
    cx.vm().halt(status);
    Err(Stop::Wait(cx.heap().list(args)))
}

/// There is nothing that would have to be flushed, but options are looked at.
fn halt_options<'h>(options: Term<'h>) -> args::Read<'h, ()> {
    for option in args::elements(options)? {
        match args::tuple(option)?.elements() {
            [name, value] if name.is_atom(am::flush) && value.as_boolean().is_some() => {}
            [name, value] if name.is_atom(am::flush_timeout) && value.is_atom(am::infinity) => {}
            [name, value] if name.is_atom(am::flush_timeout) && args::size(*value)? < 1 << 31 => {}
            _ => return Err(Stop::badarg()),
        }
    }
    Ok(())
}

/// Gives up all frames, waits for a message in as little memory as possible, and then goes on in the function.
fn hibernate<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (module, function) = (args::atom(args[0])?, args::atom(args[1])?);
    let arity = args::length(args[2]).and_then(|length| u32::try_from(length).ok()).ok_or(Stop::badarg())?;
    if arity > super::spawn::ARITY_MAX {
        return Err(Stop::system_limit());
    }
    if !cx.set_flag(Flags::FORGOTTEN, true) {
        return Err(Stop::Forget(cx.heap().list(args)));
    }
    if cx.has_messages() {
        cx.set_flag(Flags::FORGOTTEN, false);
        let export = cx.vm().code().export(Mfa { module, function, arity });
        return Err(Stop::Call(&export.name, args[2]));
    }
    cx.shrink_while_waiting();
    Err(Stop::Wait(cx.heap().list(args)))
}

/// Waits for a message in as little memory as possible, and goes on where it is.
fn hibernate_here<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if cx.has_messages() {
        return Ok(Term::atom(am::ok));
    }
    cx.shrink_while_waiting();
    Err(Stop::Wait(cx.heap().list(args)))
}

/// Uses up the slice.
fn yield_<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    cx.end_slice();
    Ok(Term::boolean(true))
}

/// More than a slice has.
const SLICE: u32 = 10_000;

fn bump_reductions<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let count = args::size(args[0])?;
    cx.bump_reductions(u32::try_from(count).unwrap_or(u32::MAX).min(SLICE));
    Ok(Term::boolean(true))
}

fn garbage_collect<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(collect_own(cx, Flags::COLLECT))
}

fn collect_own<'h>(cx: &Context<'h>, flag: Flags) -> Term<'h> {
    cx.set_flag(flag, true);
    cx.end_slice();
    Term::boolean(true)
}

/// Which collection is wanted, and with what the caller wants to be told by a message, if it does not wait.
fn collection_options<'h>(list: Term<'h>) -> args::Read<'h, (Flags, Option<Term<'h>>)> {
    let bad_option = || args::badarg_because(am::bad_option);
    let (mut flag, mut reply) = (Flags::COLLECT, None);
    for option in args::elements(list).map_err(|_| bad_option())? {
        match option.as_tuple().map(|pair| pair.elements()) {
            Some(&[name, id]) if name.is_atom(am::async_) => reply = Some(id),
            Some(&[name, kind]) if name.is_atom(am::type_) => match kind.as_atom() {
                Some(am::major) => flag = Flags::COLLECT,
                Some(am::minor) => flag = Flags::COLLECT_YOUNG,
                _ => return Err(Stop::badarg()),
            },
            _ => return Err(bad_option()),
        }
    }
    Ok((flag, reply))
}

fn garbage_collect_of<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if args.len() == 1 && Foreign::of(cx, args[0]) == Some(Foreign::Earlier) {
        return Ok(Term::boolean(false));
    }
    let (flag, reply) = collection_options(args.get(1).copied().unwrap_or(Term::NIL))?;
    let pid = args[0].as_pid().ok_or(Stop::badarg())?;
    match reply {
        None if pid == cx.pid() => Ok(collect_own(cx, flag)),
        None => cx.ask(pid, Asked::CollectGarbage(flag), cx.heap().list(args)),
        Some(id) => {
            cx.collect_later(pid, flag, id);
            Ok(Term::atom(am::async_))
        }
    }
}
