//! The events themselves, and the messages that tell of them: `{monitor, Pid, Event, Information}`.

use super::SystemMonitor;
use crate::local::Local;
use crate::process::{Flags, Process};
use crate::signal::Signal;
use purlin_heap::{Build, FragmentBuilder, Message, Mfa, Pid, Term, am};

const NS_PER_MS: u64 = 1_000_000;

/// What is told of an event.
enum Information<'a> {
    Boolean(bool),
    Pairs(&'a [(&'static str, Value)]),
}

enum Value {
    Number(u64),
    Function(Option<Mfa>),
}

/// The monitor, unless it is the process itself, of which it is not told.
fn monitor_of(local: &Local, pid: Pid) -> Option<SystemMonitor> {
    local.vm().observer().get().filter(|monitor| monitor.to != pid)
}

fn tell(local: &Local, to: Pid, about: Pid, event: &str, information: &Information<'_>) {
    let message = Message::build(|b| {
        let atom = |name: &str| local.vm().atoms().intern(name).map_or(Term::NIL, Term::atom);
        let information = match information {
            Information::Boolean(value) => Term::boolean(*value),
            Information::Pairs(pairs) => {
                let pair = |(name, value): &(&str, Value)| b.tuple(&[atom(name), value.build(b)]);
                b.list(&pairs.iter().map(pair).collect::<Vec<_>>())
            }
        };
        b.tuple(&[Term::atom(am::monitor), Term::pid(about), atom(event), information])
    });
    if local.deliver(to, Signal::message(message)).is_err() {
        // Nobody is told of anything any more.
        local.vm().observer().clear_if(to);
    }
}

impl Value {
    fn build<'b>(&self, b: &'b FragmentBuilder) -> Term<'b> {
        match self {
            Value::Number(number) => b.unsigned(*number),
            Value::Function(None) => Term::atom(am::undefined),
            Value::Function(Some(Mfa { module, function, arity })) => {
                b.tuple(&[Term::atom(*module), Term::atom(*function), Term::small((*arity).into())])
            }
        }
    }
}

/// The heap of a process was collected, which took so long.
#[cold]
pub(super) fn collected(local: &Local, process: &Process, took_ns: u64) {
    let Some(monitor) = monitor_of(local, process.pid()) else { return };
    let heap = &process.heap;
    let number = |words: usize| Value::Number(words as u64);
    let sizes = || {
        [
            ("heap_size", number(heap.young_words())),
            ("heap_block_size", number(heap.block_words())),
            ("stack_size", number(heap.stack_words())),
            ("mbuf_size", number(heap.fragment_words())),
            ("old_heap_size", number(heap.old_words())),
            ("old_heap_block_size", number(heap.old_capacity_words())),
        ]
    };
    if monitor.long_gc_ns.is_some_and(|limit_ns| took_ns >= limit_ns) {
        let timeout = [("timeout", Value::Number(took_ns / NS_PER_MS))];
        let pairs: Vec<_> = timeout.into_iter().chain(sizes()).collect();
        tell(local, monitor.to, process.pid(), "long_gc", &Information::Pairs(&pairs));
    }
    if monitor.large_heap_words.is_some_and(|limit| heap.total_words() as u64 >= limit) {
        tell(local, monitor.to, process.pid(), "large_heap", &Information::Pairs(&sizes()));
    }
}

/// Watches a slice from its begin to its end.
pub(crate) struct SliceWatch {
    monitor: SystemMonitor,
    limit_ns: u64,
    pid: Pid,
    began_ns: u64,
    began_in: Option<Mfa>,
}

impl SliceWatch {
    /// Nothing unless somebody is told of long slices.
    #[cold]
    pub(crate) fn begin(local: &Local, process: &Process) -> Option<SliceWatch> {
        let pid = process.pid();
        let monitor = monitor_of(local, pid)?;
        let limit_ns = monitor.long_schedule_ns?;
        let began_in = local.vm().code().locate(process.saved.ip).map(|place| place.function);
        Some(SliceWatch { monitor, limit_ns, pid, began_ns: local.vm().monotonic_ns(), began_in })
    }

    /// The slice is over; the process, if it is still ready.
    #[cold]
    pub(crate) fn end(self, local: &Local, process: Option<&Process>) {
        let took_ns = local.vm().monotonic_ns().saturating_sub(self.began_ns);
        if took_ns < self.limit_ns {
            return;
        }
        let ended_in = process.and_then(|process| local.vm().code().locate(process.saved.ip));
        let pairs = [
            ("timeout", Value::Number(took_ns / NS_PER_MS)),
            ("in", Value::Function(self.began_in)),
            ("out", Value::Function(ended_in.map(|place| place.function))),
        ];
        tell(local, self.monitor.to, self.pid, "long_schedule", &Information::Pairs(&pairs));
    }
}

/// Messages have come or gone: tells when the mailbox has become long, or short again.
#[cold]
pub(crate) fn queue_changed(local: &Local, process: &mut Process) {
    let Some(monitor) = monitor_of(local, process.pid()) else { return };
    let Some((short, long)) = monitor.long_queue else { return };
    let (length, was_long) = (process.mailbox.len() as u64, process.flags.has(Flags::LONG_QUEUE));
    let is_long = if was_long { length > short } else { length >= long };
    if is_long != was_long {
        process.flags.set(Flags::LONG_QUEUE, is_long);
        tell(local, monitor.to, process.pid(), "long_message_queue", &Information::Boolean(is_long));
    }
}
