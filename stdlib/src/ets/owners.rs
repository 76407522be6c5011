//! Who a table belongs to: making, deleting, giving away and inheriting it, and who has it fixed.

use purlin_heap::{Build, Message, Pid, Term, am, copy_into};
use purlin_vm::actions::{DirtyKind, Sender};
use purlin_vm::{Context, End, Outcome, Stop, natives};

use super::options::{Options, heir};
use super::registry::{Involved, Tables};
use super::rows::Rows;
use super::table::{Heir, Table};
use super::{Access, own_table, table, tables};
use crate::args;
use crate::state::State;

natives! { "ets":
    "new"/2 => new, "delete"/1 => delete, "rename"/2 => rename, "give_away"/3 => give_away,
    "setopts"/2 => setopts, "safe_fixtable"/2 => safe_fixtable,
}

/// A table with more rows is not freed within the end of its owner.
const FREED_IN_PASSING: usize = 1000;

fn new<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = args::atom(args[0])?;
    let Options { settings, heir } = Options::of(args[1])?;
    let is_shared = settings.write_concurrency != am::false_;
    let rows = Rows::new(settings.kind, settings.keypos - 1, is_shared);
    let table = Table::new(cx.unique_number(), name, cx.pid(), settings, rows);
    *table.heir.lock() = living(cx, heir);
    table.set_owner(cx.pid(), cx.tree());
    table.may_grow(&[])?;
    let table = tables(cx).add(table).ok_or(Stop::badarg())?;
    note(tables(cx), &cx.sender(), cx.pid(), |involved| involved.owned.push(table.number));
    Ok(table.id(cx.heap()))
}

/// The heir, if it lives: a process that has ended is none.
fn living(cx: &Context<'_>, heir: Option<Heir>) -> Option<Heir> {
    heir.filter(|(pid, _)| cx.sender().is_alive(*pid))
}

/// Notes what a process has to do with tables, and has its end awaited. If it has ended already, that is dealt with now.
fn note(tables: &Tables, sender: &Sender, pid: Pid, what: impl FnOnce(&mut Involved)) {
    if !tables.note(pid, what) {
        return;
    }
    let at_end = {
        let sender = sender.clone();
        move |_: End<'_>| {
            if let Some(vm) = sender.vm() {
                process_ended(&vm.library_state::<State>().tables, &sender, pid);
            }
        }
    };
    if !sender.at_end_of(pid, Box::new(at_end)) {
        process_ended(tables, sender, pid);
    }
}

/// A process has ended: what it has fixed is let go, and its tables go to their heirs or away.
fn process_ended(tables: &Tables, sender: &Sender, pid: Pid) {
    let involved = tables.take_involved(pid);
    for table in involved.fixed.iter().filter_map(|&number| tables.numbered(number)) {
        table.unfix(pid, true);
    }
    let owned = involved.owned.iter().filter_map(|&number| tables.numbered(number));
    for table in owned.filter(|table| table.owner() == pid) {
        // An heir that ended before is none.
        let inherits = |heir: Pid| heir != pid && sender.is_alive(heir);
        let heir = table.heir.lock().as_ref().filter(|(heir, _)| inherits(*heir)).map(|(heir, data)| {
            // It stays the heir, which makes no difference until it gives the table away.
            (*heir, transfer(&table, pid, data.term()))
        });
        if let Some((heir, message)) = heir {
            table.set_owner(heir, sender.tree_of(heir));
            sender.send_to(heir, message);
            note(tables, sender, heir, |involved| involved.owned.push(table.number));
        } else if tables.remove(&table) {
            table.settle();
            free_elsewhere(sender, &table);
        }
    }
}

/// `{'ETS-TRANSFER', Table, From, Data}`
fn transfer(table: &Table, from: Pid, data: Term<'_>) -> Message {
    Message::build(|heap| {
        let data = copy_into(heap, data);
        heap.tuple(&[Term::atom(am::ets_transfer), table.id(heap), Term::pid(from), data])
    })
}

/// Frees a table that nobody finds any more, when there is no process whose turn that could be: on a thread for long work.
fn free_elsewhere(sender: &Sender, table: &Table) {
    // Without a machine nobody sees the table either.
    let Some(vm) = sender.vm() else { return };
    let (count, removed) = table.rows.clear(vm.atoms());
    if count > FREED_IN_PASSING {
        vm.work_unwatched(DirtyKind::Cpu, Box::new(move || removed.free()));
    } else {
        removed.free();
    }
}

fn delete<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    if !tables(cx).remove(&table) {
        return Err(Stop::badarg());
    }
    tables(cx).amend(table.owner(), |involved| involved.owned.retain(|&number| number != table.number));
    table.settle();
    table.rows.clear(cx.atoms()).1.free();
    Ok(Term::boolean(true))
}

fn rename<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (table, to) = (table(cx, args[0], Access::Write)?, args::atom(args[1])?);
    if !tables(cx).rename(&table, to) {
        return Err(Stop::badarg());
    }
    Ok(table.id(cx.heap()))
}

fn give_away<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = own_table(cx, args[0])?;
    let to = args[1].as_pid().filter(|&pid| pid != cx.pid()).ok_or(Stop::badarg())?;
    let sender = cx.sender();
    if !sender.is_alive(to) {
        return Err(Stop::badarg());
    }
    tables(cx).amend(cx.pid(), |involved| involved.owned.retain(|&number| number != table.number));
    table.set_owner(to, sender.tree_of(to));
    sender.send_to(to, transfer(&table, cx.pid(), args[2]));
    note(tables(cx), &sender, to, |involved| involved.owned.push(table.number));
    Ok(Term::boolean(true))
}

/// What an owner may change: the heir, and as in OTP the protection. All are read before any is set.
fn setopts<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = own_table(cx, args[0])?;
    let options = if args[1].as_tuple().is_some() { vec![args[1]] } else { args::elements(args[1])? };
    let (mut new_heir, mut protection) = (None, None);
    for option in options {
        let is_new = match args::tuple(option)?.elements() {
            parts @ [name, ..] if name.is_atom(am::heir) => new_heir.replace(heir(parts)?).is_none(),
            &[name, value] if name.is_atom(am::protection) => match value.as_atom() {
                Some(value @ (am::public | am::protected | am::private)) => {
                    protection.replace(value).is_none()
                }
                _ => false,
            },
            _ => false,
        };
        if !is_new {
            return Err(Stop::badarg());
        }
    }
    if let Some(heir) = new_heir {
        *table.heir.lock() = living(cx, heir);
    }
    if let Some(protection) = protection {
        table.set_protection(protection);
    }
    Ok(Term::boolean(true))
}

fn safe_fixtable<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    let (pid, number) = (cx.pid(), table.number);
    if args[1].as_boolean().ok_or(Stop::badarg())? {
        let now_ns = (cx.vm().monotonic_ns(), cx.vm().clock().system_ns());
        if table.fix(pid, now_ns) {
            note(tables(cx), &cx.sender(), pid, |involved| involved.fixed.push(number));
        }
    } else if table.unfix(pid, false) {
        tables(cx).amend(pid, |involved| involved.fixed.retain(|&other| other != number));
    }
    Ok(Term::boolean(true))
}
