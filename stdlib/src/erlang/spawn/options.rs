//! The options of `spawn_opt` and `spawn_request`.

use purlin_heap::{Atom, Map, Term, View, am};
use purlin_vm::actions::{
    Alias, Flags, MaxHeapSize, MonitorOptions, Priority, Settings, SpawnMonitor, SpawnOptions, Until,
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
            _ => read_setting(spawn.settings.get_or_insert_default(), name, value)?,
        }
        Ok(())
    }
}

fn read_setting<'h>(settings: &mut Settings, name: Atom, value: Term<'h>) -> Read<'h, ()> {
    match name {
        am::fullsweep_after => settings.fullsweep_after = Some(args::size(value)? as u64),
        am::min_heap_size => settings.min_heap_size = Some(args::size(value)? as u64),
        am::min_bin_vheap_size => settings.min_bin_vheap_size = Some(args::size(value)? as u64),
        am::max_heap_size => settings.max_heap_size = read_settings_limit(value)?,
        _ => return Err(Stop::badarg()),
    }
    Ok(())
}

/// `min_heap_size` and such of `max_heap_size`: a size, or a map.
pub(in crate::erlang) fn read_settings_limit<'h>(value: Term<'h>) -> Read<'h, MaxHeapSize> {
    let mut limit = MaxHeapSize::default();
    let Some(map) = Map::of(value) else {
        limit.words = args::size(value)? as u64;
        return Ok(limit);
    };
    let get = |key: Atom| map.get(Term::atom(key));
    limit.words = args::size(get(am::size).ok_or(Stop::badarg())?)? as u64;
    let boolean = |key: Atom, default: bool| match get(key) {
        None => Ok(default),
        Some(value) => value.as_boolean().ok_or(Stop::badarg()),
    };
    limit.kill = boolean(am::kill, limit.kill)?;
    limit.log = boolean(am::error_logger, limit.log)?;
    limit.shared_binaries = boolean(am::include_shared_binaries, limit.shared_binaries)?;
    Ok(limit)
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
