//! The options of `spawn_opt` and `spawn_request`.

use purlin_heap::{Atom, Map, Term, View, am};
use purlin_vm::actions::{
    Alias, Flags, Limits, MailboxBound, MaxHeapSize, MonitorOptions, Policy, Priority, Settings,
    SpawnMonitor, SpawnOptions, Until,
};
use purlin_vm::{Context, Stop};

use crate::args::{self, Read};

/// Options as they were read.
pub(super) struct Options<'h> {
    pub(super) spawn: SpawnOptions<'h>,
    pub(super) reply: Reply<'h>,
    /// One of them is none. The others tell how that is answered.
    pub(super) has_bad: bool,
}

/// What a request is answered with.
#[derive(Clone, Copy)]
pub(super) struct Reply<'h> {
    pub(super) tag: Term<'h>,
    pub(super) on_success: bool,
    pub(super) on_error: bool,
}

impl<'h> Options<'h> {
    /// Reads a list of options; `request`: those of `spawn_request` are allowed, and a bad one is only noted.
    pub(super) fn read(cx: &Context<'h>, list: Term<'h>, request: bool) -> Read<'h, Options<'h>> {
        let reply = Reply { tag: Term::atom(am::spawn_reply), on_success: true, on_error: true };
        let mut options = Options { spawn: SpawnOptions::default(), reply, has_bad: false };
        for option in args::elements(list)? {
            match options.read_one(cx, option, request) {
                Err(_) if request => options.has_bad = true,
                read => read?,
            }
        }
        Ok(options)
    }

    fn read_one(&mut self, cx: &Context<'h>, option: Term<'h>, request: bool) -> Read<'h, ()> {
        match option.view() {
            View::Atom(am::link) => self.spawn.link = true,
            View::Atom(am::monitor) => self.spawn.monitor = Some(monitor(cx, Term::NIL)?),
            View::Tuple(pair) if pair.arity() == 2 => {
                let name = args::atom(pair.element(0))?;
                self.read_pair(cx, name, pair.element(1), request)?;
            }
            _ => return Err(Stop::badarg()),
        }
        Ok(())
    }

    fn read_pair(&mut self, cx: &Context<'h>, name: Atom, value: Term<'h>, request: bool) -> Read<'h, ()> {
        let spawn = &mut self.spawn;
        match name {
            am::monitor => spawn.monitor = Some(monitor(cx, value)?),
            am::priority => spawn.priority = priority(value)?,
            am::message_queue_data => spawn.flags.set(Flags::OFF_HEAP_MESSAGES, is_off_heap(value)?),
            am::async_dist => spawn.flags.set(Flags::ASYNC_DIST, value.as_boolean().ok_or(Stop::badarg())?),
            // Processes go to whichever scheduler has time.
            am::scheduler => drop(args::size(value)?),
            am::reply_tag if request => self.reply.tag = value,
            am::reply if request => {
                let answers = match value.as_atom() {
                    Some(am::yes) => (true, true),
                    Some(am::no) => (false, false),
                    Some(am::success_only) => (true, false),
                    Some(am::error_only) => (false, true),
                    _ => return Err(Stop::badarg()),
                };
                (self.reply.on_success, self.reply.on_error) = answers;
            }
            am::limits => spawn.bounds.get_or_insert_default().limits = Some(limits(value)?),
            am::mailbox_bound => spawn.bounds.get_or_insert_default().mailbox = Some(mailbox_bound(value)?),
            _ => read_setting(cx, spawn.settings.get_or_insert_default(), name, value)?,
        }
        Ok(())
    }
}

fn read_setting<'h>(cx: &Context<'h>, settings: &mut Settings, name: Atom, value: Term<'h>) -> Read<'h, ()> {
    match name {
        am::fullsweep_after => settings.fullsweep_after = Some(args::size(value)? as u64),
        am::min_heap_size => settings.min_heap_size = Some(args::size(value)? as u64),
        am::min_bin_vheap_size => settings.min_bin_vheap_size = Some(args::size(value)? as u64),
        am::max_heap_size => settings.max_heap_size = Some(read_settings_limit(cx, value, 0)?),
        _ => return Err(Stop::badarg()),
    }
    Ok(())
}

/// `max_heap_size`: a size, or a map. What is not told is as the machine has it. A limit is not below `words_min`.
pub(in crate::erlang) fn read_settings_limit<'h>(
    cx: &Context<'h>,
    value: Term<'h>,
    words_min: u64,
) -> Read<'h, MaxHeapSize> {
    let mut limit = cx.vm().max_heap_size();
    let map = Map::of(value);
    let get = |key: Atom| map.as_ref().and_then(|map| map.get(Term::atom(key)));
    let size = if map.is_some() { get(am::size).ok_or(Stop::badarg())? } else { value };
    limit.words = args::size(size)? as u64;
    if limit.words != 0 && limit.words < words_min.max(cx.vm().config().heap_words_min.into()) {
        return Err(Stop::badarg());
    }
    let boolean = |key: Atom, default: bool| match get(key) {
        None => Ok(default),
        Some(value) => value.as_boolean().ok_or(Stop::badarg()),
    };
    limit.kill = boolean(am::kill, limit.kill)?;
    limit.log = boolean(am::error_logger, limit.log)?;
    limit.shared_binaries = boolean(am::include_shared_binaries, limit.shared_binaries)?;
    Ok(limit)
}

/// The limits of a tree: a map with at least one of the keys.
fn limits<'h>(value: Term<'h>) -> Read<'h, Limits> {
    let map = Map::of(value).filter(|map| map.size() > 0).ok_or(Stop::badarg())?;
    let mut limits = Limits::default();
    for (key, value) in map.entries() {
        let place = match key.as_atom() {
            Some(am::memory) => &mut limits.memory_bytes,
            Some(am::processes) => &mut limits.processes,
            Some(am::mailbox) => &mut limits.mailbox,
            Some(am::atoms) => &mut limits.atoms,
            Some(am::reductions_per_second) => &mut limits.reductions_per_second,
            _ => return Err(Stop::badarg()),
        };
        let max = args::size(value)? as u64;
        // No atoms are as good a limit as any.
        if max == 0 && !key.is_atom(am::atoms) {
            return Err(Stop::badarg());
        }
        *place = Some(max);
    }
    Ok(limits)
}

/// `{Messages, Policy}`
fn mailbox_bound<'h>(value: Term<'h>) -> Read<'h, MailboxBound> {
    let [max, policy] = *args::tuple(value)?.elements() else { return Err(Stop::badarg()) };
    let policy = policy.as_atom().and_then(Policy::from_atom).ok_or(Stop::badarg())?;
    match args::size(max)? {
        0 => Err(Stop::badarg()),
        max => Ok(MailboxBound { max, policy }),
    }
}

/// A priority by its name.
pub(in crate::erlang) fn priority<'h>(value: Term<'h>) -> Read<'h, Priority> {
    match value.as_atom() {
        Some(am::low) => Ok(Priority::Low),
        Some(am::normal) => Ok(Priority::Normal),
        Some(am::high) => Ok(Priority::High),
        Some(am::max) => Ok(Priority::Max),
        _ => Err(Stop::badarg()),
    }
}

/// Where messages are to be kept; they always are off the heap.
pub(in crate::erlang) fn is_off_heap<'h>(value: Term<'h>) -> Read<'h, bool> {
    match value.as_atom() {
        Some(am::off_heap) => Ok(true),
        Some(am::on_heap) => Ok(false),
        _ => Err(Stop::badarg()),
    }
}

fn monitor<'h>(cx: &Context<'h>, options: Term<'h>) -> Read<'h, SpawnMonitor<'h>> {
    Ok(SpawnMonitor { number: cx.unique_number(), how: monitor_options(options)? })
}

/// The options of a monitor.
pub(in crate::erlang) fn monitor_options<'h>(list: Term<'h>) -> Read<'h, MonitorOptions<'h>> {
    let mut options = MonitorOptions::default();
    for option in args::elements(list)? {
        if option.is_atom(am::priority) {
            options.is_priority = true;
            continue;
        }
        let [name, value] = *args::tuple(option)?.elements() else { return Err(Stop::badarg()) };
        match name.as_atom() {
            Some(am::tag) => options.tag = value,
            Some(am::alias) => {
                let until = match value.as_atom() {
                    Some(am::explicit_unalias) => Until::Explicit,
                    Some(am::demonitor) => Until::Demonitor,
                    Some(am::reply_demonitor) => Until::ReplyDemonitor,
                    _ => return Err(Stop::badarg()),
                };
                options.alias = Some(Alias { until, takes_priority: false });
            }
            _ => return Err(Stop::badarg()),
        }
    }
    Ok(options)
}
