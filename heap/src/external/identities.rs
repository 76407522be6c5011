//! Pids, ports and references in the external format.

use super::reader::{Reader, Result};
use super::{DecodeReason, Names, tag};
use crate::atoms::Atom;
use crate::build::Build;
use crate::layout::Kind;
use crate::order::identities::{PID_NUMBER_BITS, reference_number, reference_words};
use crate::term::{Boxed, Pid, Port, Term, View};
use crate::word::Word;

/// The most words of a reference.
const REFERENCE_WORDS_MAX: usize = 5;
/// Numbers of local ports take the payload of a word; those of OTP have two bits more.
const PORT_BITS: u32 = 58;
const OTP_PORT_BITS: u32 = 60;

/// The largest creation of the forms that have a byte for it, and the largest first word of their references.
const OLD_CREATION_MAX: u8 = 3;
const OLD_REFERENCE_WORD_MAX: u32 = (1 << 18) - 1;

/// Whether an identity with this node and creation is of this node.
fn is_local(node: Atom, creation: u32, names: &dyn Names) -> bool {
    let (name, own) = names.node();
    node == name && (creation == own || creation == 0)
}

/// The pid of this node with a number and a serial. This node makes none whose serial is beyond 30 bits, but an OTP of
/// the same name does: such a pid is kept as those of other nodes are.
pub fn local_pid<'h, B: Build + ?Sized>(
    number: u32,
    serial: u32,
    names: &dyn Names,
    build: &'h B,
) -> Option<Term<'h>> {
    if let Some(pid) = Pid::from_parts(number, serial) {
        return Some(Term::pid(pid));
    }
    let id = u64::from(number) | u64::from(serial) << 32;
    (number >> PID_NUMBER_BITS == 0).then(|| foreign(Kind::ExternalPid, &[id], names, build))
}

/// The port of this node with a number; one that is too large is kept as those of other nodes are.
pub fn local_port<'h, B: Build + ?Sized>(number: u64, names: &dyn Names, build: &'h B) -> Option<Term<'h>> {
    if number >> PORT_BITS == 0 {
        return Some(Term::port(Port(number)));
    }
    (number >> OTP_PORT_BITS == 0).then(|| foreign(Kind::ExternalPort, &[number], names, build))
}

/// The reference of this node with these words, least significant first. One that this node cannot have made is kept as
/// those of other nodes are.
pub fn local_reference<'h, B: Build + ?Sized>(
    words: [u32; 3],
    owner: Option<Pid>,
    names: &dyn Names,
    build: &'h B,
) -> Option<Term<'h>> {
    if let Some(number) = reference_number(words) {
        return Some(build.reference(number, owner));
    }
    let raw = words.map(u64::from);
    (words[0] <= OLD_REFERENCE_WORD_MAX).then(|| foreign(Kind::ExternalReference, &raw, names, build))
}

/// An identity of this node in the form of those of others.
fn foreign<'h, B: Build + ?Sized>(kind: Kind, words: &[u64], names: &dyn Names, build: &'h B) -> Term<'h> {
    let (node, creation) = names.node();
    build.object(kind, &[&[node.0.into(), creation.into()], words].concat(), &[])
}

impl<'b> Reader<'b> {
    /// The creation, which takes one byte in the older forms.
    fn creation(&mut self, old: bool) -> Result<u32> {
        match old {
            true => match self.u8()? {
                creation @ 0..=OLD_CREATION_MAX => Ok(creation.into()),
                _ => self.fail(DecodeReason::Identity),
            },
            false => self.u32(),
        }
    }

    /// The pid behind `tag`.
    pub(super) fn pid<'h, B: Build + ?Sized>(
        &mut self,
        tag: u8,
        names: &dyn Names,
        make: bool,
        build: &'h B,
    ) -> Result<Term<'h>> {
        let node = self.atom(names, make)?;
        let (number, serial) = (self.u32()?, self.u32()?);
        let creation = self.creation(tag == tag::PID_OLD)?;
        if !is_local(node, creation, names) {
            let id = u64::from(number) | u64::from(serial) << 32;
            return Ok(build.object(Kind::ExternalPid, &[node.0.into(), creation.into(), id], &[]));
        }
        local_pid(number, serial, names, build).map_or_else(|| self.fail(DecodeReason::Identity), Ok)
    }

    /// The port behind `tag`.
    pub(super) fn port<'h, B: Build + ?Sized>(
        &mut self,
        tag: u8,
        names: &dyn Names,
        make: bool,
        build: &'h B,
    ) -> Result<Term<'h>> {
        let node = self.atom(names, make)?;
        let number = if tag == tag::PORT { self.u64()? } else { self.u32()?.into() };
        let creation = self.creation(tag == tag::PORT_OLDEST)?;
        if !is_local(node, creation, names) {
            return Ok(build.object(Kind::ExternalPort, &[node.0.into(), creation.into(), number], &[]));
        }
        local_port(number, names, build).map_or_else(|| self.fail(DecodeReason::Identity), Ok)
    }

    /// The reference behind `tag`.
    pub(super) fn reference<'h, B: Build + ?Sized>(
        &mut self,
        tag: u8,
        names: &dyn Names,
        make: bool,
        build: &'h B,
    ) -> Result<Term<'h>> {
        if tag == tag::REFERENCE_OLDEST {
            let node = self.atom(names, make)?;
            let id = self.u32()?;
            let creation = self.creation(true)?;
            self.check_old_word(id)?;
            return self.reference_of(node, creation, &[id], names, build);
        }
        let count = usize::from(self.u16()?);
        let node = self.atom(names, make)?;
        let creation = self.creation(tag == tag::REFERENCE_OLD)?;
        if count > REFERENCE_WORDS_MAX {
            return self.fail(DecodeReason::Identity);
        }
        let mut words = [0; REFERENCE_WORDS_MAX];
        for word in &mut words[..count] {
            *word = self.u32()?;
        }
        if tag == tag::REFERENCE_OLD {
            self.check_old_word(words[0])?;
        }
        self.reference_of(node, creation, &words[..count], names, build)
    }

    fn check_old_word(&self, word: u32) -> Result<()> {
        if word > OLD_REFERENCE_WORD_MAX { self.fail(DecodeReason::Identity) } else { Ok(()) }
    }

    fn reference_of<'h, B: Build + ?Sized>(
        &self,
        node: Atom,
        creation: u32,
        words: &[u32],
        names: &dyn Names,
        build: &'h B,
    ) -> Result<Term<'h>> {
        if !is_local(node, creation, names) {
            let mut raw = vec![node.0.into(), creation.into()];
            raw.extend(words.iter().map(|&word| u64::from(word)));
            return Ok(build.object(Kind::ExternalReference, &raw, &[]));
        }
        let word = |i: usize| words.get(i).copied().unwrap_or(0);
        let owner = if words.len() > 3 { Pid::from_parts(word(3), word(4)) } else { None };
        local_reference([word(0), word(1), word(2)], owner, names, build)
            .map_or_else(|| self.fail(DecodeReason::Identity), Ok)
    }
}

/// A pid, port or reference taken apart for encoding.
pub(super) struct Parts {
    pub(super) tag: u8,
    pub(super) node: Atom,
    pub(super) creation: u32,
    pub(super) words: Vec<u32>,
}

/// Takes a pid, port or reference apart; nothing for other terms.
pub(super) fn parts(view: View<'_>, names: &dyn Names) -> Option<Parts> {
    let local = |tag, words| {
        let (node, creation) = names.node();
        Parts { tag, node, creation, words }
    };
    Some(match view {
        View::Pid(pid) => local(tag::PID, vec![pid.number(), pid.serial()]),
        View::Port(port) => local(tag::PORT, halves(port.0)),
        View::Reference(object) => local(tag::REFERENCE, local_reference_words(object)),
        View::External(object) => external_parts(object),
        _ => return None,
    })
}

fn halves(number: u64) -> Vec<u32> {
    vec![(number >> 32) as u32, number as u32]
}

/// The words of a local reference: while it is an alias, those of its owner too, so that it can be sent to.
fn local_reference_words(object: Boxed<'_>) -> Vec<u32> {
    let mut words = reference_words(object.raw(1)).to_vec();
    let owner = Word(object.raw(2));
    if owner.is_pid() {
        let owner = Pid(owner.payload());
        words.extend([owner.number(), owner.serial()]);
    }
    words
}

fn external_parts(object: Boxed<'_>) -> Parts {
    let (tag, words) = match object.kind() {
        Kind::ExternalPid => (tag::PID, vec![object.raw(3) as u32, (object.raw(3) >> 32) as u32]),
        Kind::ExternalPort => (tag::PORT, halves(object.raw(3))),
        _ => (tag::REFERENCE, object.raws()[2..].iter().map(|&word| word as u32).collect()),
    };
    Parts { tag, node: Atom(object.raw(1) as u32), creation: object.raw(2) as u32, words }
}
