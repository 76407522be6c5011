//! Module `ets`: tables of rows that processes share. Each table has one lock for its rows; see `docs/ets.md`.

pub(crate) mod access;
mod matching;
mod registry;
mod select;
mod table;
mod update;

pub(crate) use registry::Tables;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::held::{Mutex, RwLock};
use purlin_heap::{Atom, Build, Message, Pid, Term, View, am};
use purlin_vm::{Class, Context, NativeFunction, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::state::State;
use registry::Table;
use table::{Kind, Rows};

pub(crate) const TABLES: &[&[NativeFunction]] = &[NATIVES, access::NATIVES, select::NATIVES, update::NATIVES];

natives! { "ets":
    "new"/2 => new, "delete"/1 => delete, "whereis"/1 => whereis, "rename"/2 => rename, "all"/0 => all,
    "info"/1 => info, "info"/2 => info_item, "give_away"/3 => give_away, "setopts"/2 => setopts,
    "safe_fixtable"/2 => safe_fixtable,
}

/// What a caller wants of a table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

fn tables<'h>(cx: &Context<'h>) -> &'h Tables {
    &State::of(cx).tables
}

/// `badarg`, because there is no such table, or because this can be none.
fn no_table<'h>(id: Term<'h>) -> Stop<'h> {
    let can_be_one = id.as_atom().is_some() || matches!(id.view(), View::Reference(_));
    Stop::RaiseCause(Term::atom(am::badarg), Term::atom(if can_be_one { am::id } else { am::type_ }))
}

/// The table that the caller may use so.
fn table<'h>(cx: &Context<'h>, id: Term<'h>, access: Access) -> Read<'h, Arc<Table>> {
    let table = tables(cx).find(id).ok_or_else(|| no_table(id))?;
    let allowed = match table.protection {
        am::public => true,
        am::protected => access == Access::Read || table.owner() == cx.pid(),
        _ => table.owner() == cx.pid(),
    };
    if allowed { Ok(table) } else { Err(Stop::RaiseCause(Term::atom(am::badarg), Term::atom(am::access))) }
}

/// The table, which must be the caller's own.
fn own_table<'h>(cx: &Context<'h>, id: Term<'h>) -> Read<'h, Arc<Table>> {
    let table = tables(cx).find(id).ok_or_else(|| no_table(id))?;
    if table.owner() == cx.pid() { Ok(table) } else { Err(Stop::badarg()) }
}

/// What a table is made with.
struct Options {
    kind: Kind,
    protection: Atom,
    named: bool,
    keypos: usize,
    heir: Option<(Pid, Message)>,
    read_concurrency: bool,
    write_concurrency: bool,
}

impl Options {
    fn of<'h>(list: Term<'h>) -> Read<'h, Options> {
        let mut options = Options {
            kind: Kind::Set,
            protection: am::protected,
            named: false,
            keypos: 1,
            heir: None,
            read_concurrency: false,
            write_concurrency: false,
        };
        for option in args::elements(list)? {
            match option.as_atom() {
                Some(am::set) => options.kind = Kind::Set,
                Some(am::ordered_set) => options.kind = Kind::OrderedSet,
                Some(am::bag) => options.kind = Kind::Bag,
                Some(am::duplicate_bag) => options.kind = Kind::DuplicateBag,
                Some(protection @ (am::public | am::protected | am::private)) => {
                    options.protection = protection
                }
                Some(am::named_table) => options.named = true,
                Some(am::compressed) => {}
                Some(_) => return Err(Stop::badarg()),
                None => options.pair(args::tuple(option)?.elements())?,
            }
        }
        Ok(options)
    }

    fn pair<'h>(&mut self, option: &[Term<'h>]) -> Read<'h, ()> {
        match (option.first().and_then(|name| name.as_atom()), option.get(1..).unwrap_or_default()) {
            (Some(am::keypos), &[place]) => match args::size(place)? {
                0 => return Err(Stop::badarg()),
                place => self.keypos = place,
            },
            (Some(am::heir), _) => self.heir = heir(option)?,
            (Some(am::read_concurrency), &[on]) => {
                self.read_concurrency = on.as_boolean().ok_or(Stop::badarg())?;
            }
            (Some(am::write_concurrency), &[on]) => self.write_concurrency = !on.is_atom(am::false_),
            (Some(am::decentralized_counters), &[_]) => {}
            _ => return Err(Stop::badarg()),
        }
        Ok(())
    }
}

/// `{heir, none}` or `{heir, Pid, Data}`
fn heir<'h>(option: &[Term<'h>]) -> Read<'h, Option<(Pid, Message)>> {
    match *option {
        [_, none] if none.is_atom(am::none) => Ok(None),
        [_, pid, data] => {
            let pid = pid.as_pid().ok_or(Stop::badarg())?;
            Ok(Some((pid, Message::copy_of(data))))
        }
        _ => Err(Stop::badarg()),
    }
}

fn new<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = args::atom(args[0])?;
    let options = Options::of(args[1])?;
    let table = Table {
        number: cx.unique_number(),
        name: RwLock::new(name),
        named: options.named,
        kind: options.kind,
        keypos: options.keypos,
        protection: options.protection,
        owner: AtomicU64::new(cx.pid().0),
        heir: Mutex::new(options.heir),
        read_concurrency: options.read_concurrency,
        write_concurrency: options.write_concurrency,
        rows: RwLock::new(Rows::new(options.kind, options.keypos - 1)),
    };
    let id = table.id(cx.heap());
    if !tables(cx).add(table) {
        return Err(Stop::badarg());
    }
    await_owner(cx, cx.pid());
    Ok(id)
}

/// Has the tables of a process, the calling one, deleted or handed over when it ends.
fn await_owner(cx: &Context<'_>, owner: Pid) {
    if !tables(cx).is_new_owner(owner) {
        return;
    }
    let (vm, sender) = (cx.weak_vm(), cx.sender());
    let on_end = move |_: purlin_vm::End<'_>| {
        let Some(vm) = vm.upgrade() else { return };
        let tables = &vm.library_state::<State>().tables;
        for table in tables.owner_ended(owner) {
            let Some((heir, data)) = table.heir.lock().take() else { continue };
            table.owner.store(heir.0, Ordering::Relaxed);
            let message = Message::build(|heap| {
                let id = heap.object(purlin_heap::layout::Kind::Reference, &[table.number, 0, 0], &[]);
                let id = if table.named { Term::atom(*table.name.read()) } else { id };
                let data = purlin_heap::copy_into(heap, data.term());
                heap.tuple(&[Term::atom(am::ets_transfer), id, Term::pid(owner), data])
            });
            // An heir that has ended before leaves the table to nobody.
            if !sender.send_to(heir, message) {
                tables.remove(&table);
            }
        }
    };
    cx.at_end(Box::new(on_end));
}

fn delete<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    tables(cx).remove(&table);
    Ok(Term::boolean(true))
}

fn whereis<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    args::atom(args[0])?;
    let table = tables(cx).find(args[0]);
    Ok(table.map_or(Term::atom(am::undefined), |table| table.reference(cx.heap())))
}

fn rename<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (table, to) = (table(cx, args[0], Access::Write)?, args::atom(args[1])?);
    if !tables(cx).rename(&table, to) {
        return Err(Stop::badarg());
    }
    Ok(if table.named { args[1] } else { args[0] })
}

fn all<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let ids: Vec<_> = tables(cx).all().iter().map(|table| table.id(cx.heap())).collect();
    Ok(cx.heap().list(&ids))
}

/// Items in the order in which `info/1` has them.
const ITEMS: [Atom; 14] = [
    am::id,
    am::decentralized_counters,
    am::read_concurrency,
    am::write_concurrency,
    am::compressed,
    am::memory,
    am::owner,
    am::heir,
    am::name,
    am::size,
    am::node,
    am::named_table,
    am::type_,
    am::keypos,
];

fn item<'h>(cx: &Context<'h>, table: &Table, item: Atom) -> Option<Term<'h>> {
    Some(match item {
        am::id => table.reference(cx.heap()),
        am::decentralized_counters | am::compressed | am::fixed | am::safe_fixed_monotonic_time => {
            Term::boolean(false)
        }
        am::read_concurrency => Term::boolean(table.read_concurrency),
        am::write_concurrency => Term::boolean(table.write_concurrency),
        am::memory => Term::small(table.rows.read().words() as i64),
        am::owner => Term::pid(table.owner()),
        am::heir => table.heir.lock().as_ref().map_or(Term::atom(am::none), |(pid, _)| Term::pid(*pid)),
        am::name => Term::atom(*table.name.read()),
        am::size => Term::small(table.rows.read().len() as i64),
        am::node => Term::atom(cx.vm().node_name()),
        am::named_table => Term::boolean(table.named),
        am::type_ => Term::atom(match table.kind {
            Kind::Set => am::set,
            Kind::OrderedSet => am::ordered_set,
            Kind::Bag => am::bag,
            Kind::DuplicateBag => am::duplicate_bag,
        }),
        am::keypos => Term::small(table.keypos as i64),
        am::protection => Term::atom(table.protection),
        _ => return None,
    })
}

fn info<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let Some(table) = found(cx, args[0])? else { return Ok(Term::atom(am::undefined)) };
    let pair = |name: Atom| Some(cx.heap().tuple(&[Term::atom(name), item(cx, &table, name)?]));
    let pairs: Vec<_> = ITEMS.into_iter().chain([am::protection]).filter_map(pair).collect();
    Ok(cx.heap().list(&pairs))
}

fn info_item<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = args::atom(args[1])?;
    let Some(table) = found(cx, args[0])? else { return Ok(Term::atom(am::undefined)) };
    item(cx, &table, name).ok_or(Stop::badarg())
}

/// The table, if there is one; an error when this cannot be the identifier of one.
fn found<'h>(cx: &Context<'h>, id: Term<'h>) -> Read<'h, Option<Arc<Table>>> {
    match id.view() {
        purlin_heap::View::Atom(_) | purlin_heap::View::Reference(_) => Ok(tables(cx).find(id)),
        _ => Err(no_table(id)),
    }
}

fn give_away<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = own_table(cx, args[0])?;
    let to = args[1].as_pid().filter(|&pid| pid != cx.pid()).ok_or(Stop::badarg())?;
    if !cx.processes().contains(&to) {
        return Err(Stop::badarg());
    }
    table.owner.store(to.0, Ordering::Relaxed);
    let message = [Term::atom(am::ets_transfer), table.id(cx.heap()), Term::pid(cx.pid()), args[2]];
    cx.send_to(to, cx.heap().tuple(&message));
    Ok(Term::boolean(true))
}

fn setopts<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = own_table(cx, args[0])?;
    let options = if args[1].as_tuple().is_some() { vec![args[1]] } else { args::elements(args[1])? };
    for option in options {
        match args::tuple(option)?.elements() {
            parts @ [name, ..] if name.is_atom(am::heir) => *table.heir.lock() = heir(parts)?,
            _ => return Err(Stop::badarg()),
        }
    }
    Ok(Term::boolean(true))
}

/// Going over a table with `next/2` is safe against rows that others delete only as far as the key itself stays.
fn safe_fixtable<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    table(cx, args[0], Access::Read)?;
    args[1].as_boolean().ok_or(Stop::badarg())?;
    Ok(Term::boolean(true))
}

/// `badarg`, because the key is not there.
fn no_key<'h>() -> Stop<'h> {
    Stop::Raise(Class::Error, Term::atom(am::badarg))
}
