//! The options that a table is made with.

use purlin_heap::{Message, Term, am};
use purlin_vm::Stop;

use super::rows::Kind;
use super::table::{Heir, Settings};
use crate::args::{self, Read};

/// What `ets:new/2` is asked for.
#[derive(Default)]
pub(super) struct Options {
    pub(super) settings: Settings,
    pub(super) heir: Option<Heir>,
}

impl Options {
    pub(super) fn of<'h>(list: Term<'h>) -> Read<'h, Options> {
        let mut options = Options::default();
        let mut counters = None;
        let settings = &mut options.settings;
        for option in args::elements(list)? {
            match option.as_atom() {
                Some(am::set) => settings.kind = Kind::Set,
                Some(am::ordered_set) => settings.kind = Kind::OrderedSet,
                Some(am::bag) => settings.kind = Kind::Bag,
                Some(am::duplicate_bag) => settings.kind = Kind::DuplicateBag,
                Some(protection @ (am::public | am::protected | am::private)) => {
                    settings.protection = protection;
                }
                Some(am::named_table) => settings.named = true,
                Some(am::compressed) => settings.compressed = true,
                Some(_) => return Err(Stop::badarg()),
                None => match args::tuple(option)?.elements() {
                    parts @ [name, ..] if name.is_atom(am::heir) => options.heir = heir(parts)?,
                    &[name, value] if name.is_atom(am::decentralized_counters) => {
                        counters = Some(value.as_boolean().ok_or(Stop::badarg())?);
                    }
                    &[name, value] => settings.pair(name, value)?,
                    _ => return Err(Stop::badarg()),
                },
            }
        }
        settings.decentralized_counters = settings.has_several_counters(counters);
        Ok(options)
    }
}

impl Settings {
    fn pair<'h>(&mut self, name: Term<'h>, value: Term<'h>) -> Read<'h, ()> {
        match name.as_atom() {
            Some(am::keypos) => match args::size(value)? {
                0 => return Err(Stop::badarg()),
                place => self.keypos = place,
            },
            Some(am::read_concurrency) => self.read_concurrency = value.as_boolean().ok_or(Stop::badarg())?,
            // How many locks a table of OTP has, for its tests.
            Some(am::write_concurrency) if value.as_tuple().is_some() => {
                let [_, count] = *args::tuple(value)?.elements() else { return Err(Stop::badarg()) };
                args::size(count)?;
                self.write_concurrency = am::true_;
            }
            Some(am::write_concurrency) => {
                let setting =
                    value.as_atom().filter(|atom| matches!(*atom, am::true_ | am::false_ | am::auto));
                self.write_concurrency = setting.ok_or(Stop::badarg())?;
            }
            _ => return Err(Stop::badarg()),
        }
        Ok(())
    }

    /// Whether OTP would count in several places: it does so for those that many write to, as far as asked or by default.
    fn has_several_counters(&self, asked: Option<bool>) -> bool {
        match self.write_concurrency {
            am::auto => true,
            am::true_ => asked.unwrap_or(self.kind == Kind::OrderedSet),
            _ => false,
        }
    }
}

/// `{heir, none}` or `{heir, Pid, Data}`
pub(super) fn heir<'h>(option: &[Term<'h>]) -> Read<'h, Option<Heir>> {
    match *option {
        [_, none] if none.is_atom(am::none) => Ok(None),
        [_, pid, data] => {
            let pid = pid.as_pid().ok_or(Stop::badarg())?;
            Ok(Some((pid, Message::copy_of(data))))
        }
        _ => Err(Stop::badarg()),
    }
}
