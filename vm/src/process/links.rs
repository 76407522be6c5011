//! The links of a process: most have one, some have a million.
//!
//! Each end keeps a link of its own. Taking a link back is a signal that the other end acknowledges; until then the
//! entry stays with the number of the unlink, so that an exit signal that crosses the unlink is dropped, and a link
//! set up again meanwhile is told from the old one.

use super::SmallMap;
use purlin_heap::Pid;

/// See the top of the file.
#[derive(Default)]
pub(crate) enum Links {
    /// None.
    #[default]
    None,
    /// One that is active.
    One(Pid),
    /// Any number.
    Many(Box<SmallMap<Link>>),
}

/// One end of a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Link {
    /// The ends of the processes are tied.
    Active,
    /// The link was taken back by the unlink of this number.
    Unlinking(u64),
}

impl Links {
    /// About how much memory they take beside the control block.
    pub(crate) fn bytes(&self) -> usize {
        if let Links::Many(map) = self { map.bytes() } else { 0 }
    }

    pub(crate) fn get(&self, to: Pid) -> Option<Link> {
        match self {
            Links::None => None,
            Links::One(pid) => (*pid == to).then_some(Link::Active),
            Links::Many(map) => map.get(to.0).copied(),
        }
    }

    /// Sets an entry, whether there was one or not.
    pub(crate) fn set(&mut self, to: Pid, link: Link) {
        if let (Links::None, Link::Active) = (&*self, link) {
            *self = Links::One(to);
            return;
        }
        let map = self.many();
        match map.get_mut(to.0) {
            Some(entry) => *entry = link,
            None => map.insert(to.0, link),
        }
    }

    pub(crate) fn remove(&mut self, to: Pid) -> Option<Link> {
        match self {
            Links::None => None,
            Links::One(pid) if *pid == to => {
                *self = Links::None;
                Some(Link::Active)
            }
            Links::One(_) => None,
            Links::Many(map) => map.remove(to.0),
        }
    }

    /// Takes any entry out, for the end of the process.
    pub(crate) fn pop(&mut self) -> Option<(Pid, Link)> {
        match std::mem::take(self) {
            Links::None => None,
            Links::One(pid) => Some((pid, Link::Active)),
            Links::Many(mut map) => {
                let entry = map.pop();
                *self = Links::Many(map);
                entry.map(|(pid, link)| (Pid(pid), link))
            }
        }
    }

    /// The processes at the other ends of active links.
    pub(crate) fn active(&self) -> impl Iterator<Item = Pid> {
        let one = match self {
            Links::One(pid) => Some(*pid),
            _ => None,
        };
        let many = match self {
            Links::Many(map) => Some(map),
            _ => None,
        };
        let active = |(pid, link): (u64, &Link)| (*link == Link::Active).then_some(Pid(pid));
        one.into_iter().chain(many.into_iter().flat_map(move |map| map.iter().filter_map(active)))
    }

    fn many(&mut self) -> &mut SmallMap<Link> {
        let mut map = SmallMap::default();
        match self {
            Links::Many(_) => {}
            Links::None => *self = Links::Many(Box::new(map)),
            Links::One(pid) => {
                map.insert(pid.0, Link::Active);
                *self = Links::Many(Box::new(map));
            }
        }
        match self {
            Links::Many(map) => map,
            _ => unreachable!("made a moment ago"),
        }
    }
}
