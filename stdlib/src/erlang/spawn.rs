//! Spawning processes, in all its forms.

mod options;
mod request;

pub(super) use options::{is_off_heap, monitor_options, priority, read_settings_limit};

use purlin_heap::{Build, Mfa, Term, View, am};
use purlin_vm::actions::{MonitorOptions, SpawnMonitor, SpawnOptions, What};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};
use options::Options;

natives! { "erlang":
    "spawn"/1 => spawn, "spawn"/2 => spawn_on, "spawn"/3 => spawn, "spawn"/4 => spawn_on,
    "spawn_link"/1 => spawn_link, "spawn_link"/2 => spawn_link_on, "spawn_link"/3 => spawn_link,
    "spawn_link"/4 => spawn_link_on,
    "spawn_monitor"/1 => spawn_monitor, "spawn_monitor"/2 => spawn_monitor_on,
    "spawn_monitor"/3 => spawn_monitor, "spawn_monitor"/4 => spawn_monitor_on,
    "spawn_opt"/2 => spawn_opt, "spawn_opt"/3 => spawn_opt_on, "spawn_opt"/4 => spawn_opt,
    "spawn_opt"/5 => spawn_opt_on,
    "spawn_request"/1 => request::plain, "spawn_request"/2 => request::with_two,
    "spawn_request"/3 => request::with_three, "spawn_request"/4 => request::with_four,
    "spawn_request"/5 => request::on_node, "spawn_request_abandon"/1 => request::abandon,
}

/// What arguments name as the function of a new process: a fun, or module, function and a list.
struct Target<'h> {
    what: Call<'h>,
    arguments: Vec<Term<'h>>,
}

enum Call<'h> {
    Function(Mfa),
    Fun(purlin_heap::Fun<'h>),
}

impl<'h> Target<'h> {
    fn read(cx: &Context<'h>, args: &[Term<'h>]) -> Read<'h, Target<'h>> {
        match args {
            [fun] => Target::of_fun(cx, *fun),
            [module, function, list] => {
                let (module, function) = (args::atom(*module)?, args::atom(*function)?);
                let arguments = args::elements(*list)?;
                args::charge(cx, arguments.len());
                let arity = u32::try_from(arguments.len()).unwrap_or(u32::MAX);
                if arity > ARITY_MAX {
                    return Err(Stop::system_limit());
                }
                Ok(Target { what: Call::Function(Mfa { module, function, arity }), arguments })
            }
            _ => Err(Stop::badarg()),
        }
    }

    /// A fun that takes arguments is applied to none, too: the process learns that this does not go.
    fn of_fun(cx: &Context<'h>, fun: Term<'h>) -> Read<'h, Target<'h>> {
        match fun.view() {
            View::Fun(fun) if fun.entry().arity == 0 => {
                Ok(Target { what: Call::Fun(fun), arguments: Vec::new() })
            }
            View::Fun(_) | View::Export(_) => {
                let apply = Mfa { module: am::erlang, function: am::apply, arity: 2 };
                let arguments = vec![fun, cx.heap().list(&[])];
                Ok(Target { what: Call::Function(apply), arguments })
            }
            _ => Err(Stop::badarg()),
        }
    }

    fn spawn(&self, cx: &Context<'h>, options: SpawnOptions<'h>) -> Outcome<'h> {
        let what = match self.what {
            Call::Function(name) => What::Function(name, &self.arguments),
            Call::Fun(fun) => What::Fun(fun, &self.arguments),
        };
        cx.spawn(&what, options).map(Term::pid).map_err(|_| Stop::system_limit())
    }
}

/// The most arguments that a function can have.
pub(super) const ARITY_MAX: u32 = 255;

/// The target behind the name of a node. On another node nothing can be spawned: a process here takes the place of that
/// which would be there, and ends because there is no connection.
fn here<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Read<'h, Vec<Term<'h>>> {
    if args::atom(args[0])? == cx.vm().node_name() {
        return Ok(args[1..].to_vec());
    }
    Target::read(cx, &args[1..])?;
    let reason = cx.heap().list(&[Term::atom(am::noconnection)]);
    Ok(vec![Term::atom(am::erlang), Term::atom(am::exit), reason])
}

fn spawn<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Target::read(cx, args)?.spawn(cx, SpawnOptions::default())
}

fn spawn_on<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    spawn(cx, &here(cx, args)?)
}

fn spawn_link<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Target::read(cx, args)?.spawn(cx, SpawnOptions { link: true, ..SpawnOptions::default() })
}

fn spawn_link_on<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    spawn_link(cx, &here(cx, args)?)
}

fn spawn_monitor<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let number = cx.unique_number();
    let monitor = Some(SpawnMonitor { number, how: MonitorOptions::default() });
    let pid = Target::read(cx, args)?.spawn(cx, SpawnOptions { monitor, ..SpawnOptions::default() })?;
    Ok(cx.heap().tuple(&[pid, cx.heap().reference(number, None)]))
}

fn spawn_monitor_on<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    spawn_monitor(cx, &here(cx, args)?)
}

/// The last argument are the options.
fn spawn_opt<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (list, target) = args.split_last().expect("it has arguments");
    // Only with module and function are options looked at first.
    let target = if target.len() == 1 { Ok(Target::read(cx, target)?) } else { Err(target) };
    let options = Options::read(cx, *list, false).map_err(|_| args::bad_option())?;
    let target = target.or_else(|target| Target::read(cx, target))?;
    let monitor = options.spawn.monitor;
    let pid = target.spawn(cx, options.spawn)?;
    match monitor {
        None => Ok(pid),
        Some(SpawnMonitor { number, how }) => {
            let reference = cx.heap().reference(number, how.alias.map(|_| cx.pid()));
            Ok(cx.heap().tuple(&[pid, reference]))
        }
    }
}

fn spawn_opt_on<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (options, target) = args.split_last().expect("it has arguments");
    let mut here = here(cx, target)?;
    here.push(*options);
    spawn_opt(cx, &here)
}
