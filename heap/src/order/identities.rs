//! The order of pids, ports and references, of this node and of others.

use std::cmp::Ordering;

use super::compare_atoms;
use crate::atoms::{Atom, AtomTable, am};
use crate::layout::Kind;
use crate::term::{Boxed, Pid, Port, Term, View};

pub(super) const REFERENCE: u8 = 2;
pub(super) const PORT: u8 = 5;
pub(super) const PID: u8 = 6;

/// The place of another node's identity in the order.
pub(super) fn rank(object: Boxed<'_>) -> u8 {
    match object.kind() {
        Kind::ExternalPid => PID,
        Kind::ExternalPort => PORT,
        _ => REFERENCE,
    }
}

/// Bits of a local pid that are its number; those above are its serial.
pub const PID_NUMBER_BITS: u32 = 28;

impl Pid {
    /// The number, the second of the three in `<0.N.S>`.
    pub fn number(self) -> u32 {
        (self.0 & ((1 << PID_NUMBER_BITS) - 1)) as u32
    }

    /// The serial, the third of the three in `<0.N.S>`.
    pub fn serial(self) -> u32 {
        (self.0 >> PID_NUMBER_BITS) as u32
    }

    /// The pid with this number and serial, if they are in range.
    pub fn from_parts(number: u32, serial: u32) -> Option<Pid> {
        let in_range = number < 1 << PID_NUMBER_BITS && serial < 1 << 30;
        in_range.then(|| Pid(u64::from(number) | u64::from(serial) << PID_NUMBER_BITS))
    }
}

/// The 32-bit words of a local reference, least significant first. The first has 18 bits, as in OTP.
pub fn reference_words(number: u64) -> [u32; 3] {
    [number as u32 & 0x3ffff, (number >> 18) as u32, (number >> 50) as u32]
}

/// The number of a local reference with these words, if they are in range.
pub fn reference_number(words: [u32; 3]) -> Option<u64> {
    let in_range = words[0] <= 0x3ffff && words[2] < 1 << 14;
    in_range.then(|| u64::from(words[0]) | u64::from(words[1]) << 18 | u64::from(words[2]) << 50)
}

/// Node name and creation, by which identities of different nodes are told apart.
type Node = (Atom, u64);

/// This node's, as long as it is not distributed.
const LOCAL: Node = (am::nonode_at_nohost, 0);

/// Compares two pids, two ports or two references that are not the same word.
pub(super) fn compare(a: Term<'_>, b: Term<'_>, atoms: &AtomTable) -> Ordering {
    match (a.view(), b.view()) {
        (View::Pid(a), View::Pid(b)) => pid_key(a).cmp(&pid_key(b)),
        (View::Port(Port(a)), View::Port(Port(b))) => a.cmp(&b),
        (View::Reference(a), View::Reference(b)) => a.raw(1).cmp(&b.raw(1)),
        (View::Nil, View::Nil) => Ordering::Equal,
        (a, b) => {
            let ((node, words), (other_node, other_words)) = (parts(&a), parts(&b));
            let by_node = compare_nodes(node, other_node, atoms);
            let by_words = || compare_words(&words, &other_words);
            let pids =
                matches!(a, View::Pid(_)) || matches!(a, View::External(o) if o.kind() == Kind::ExternalPid);
            // Pids compare by themselves first, ports and references by their nodes first.
            if pids { by_words().then(by_node) } else { by_node.then_with(by_words) }
        }
    }
}

fn pid_key(pid: Pid) -> (u32, u32) {
    (pid.serial(), pid.number())
}

/// The node of an identity and its words, least significant first.
fn parts(view: &View<'_>) -> (Node, Vec<u64>) {
    match view {
        View::Pid(pid) => (LOCAL, vec![u64::from(pid.number()), u64::from(pid.serial())]),
        View::Port(port) => (LOCAL, vec![port.0]),
        View::Reference(object) => (LOCAL, reference_words(object.raw(1)).map(u64::from).to_vec()),
        View::External(object) => {
            let node = (Atom(object.raw(1) as u32), object.raw(2));
            let words = &object.raws()[2..];
            match object.kind() {
                Kind::ExternalPid => (node, vec![words[0] & 0xffff_ffff, words[0] >> 32]),
                _ => (node, words.to_vec()),
            }
        }
        _ => unreachable!("only identities are compared here"),
    }
}

fn compare_nodes(a: Node, b: Node, atoms: &AtomTable) -> Ordering {
    compare_atoms(a.0, b.0, atoms).then(a.1.cmp(&b.1))
}

/// From the most significant; missing words are zero.
fn compare_words(a: &[u64], b: &[u64]) -> Ordering {
    let word = |words: &[u64], i: usize| words.get(i).copied().unwrap_or(0);
    (0..a.len().max(b.len()))
        .rev()
        .map(|i| word(a, i).cmp(&word(b, i)))
        .find(|o| o.is_ne())
        .unwrap_or(Ordering::Equal)
}
