//! For tests: numbers from a seed, and random terms of all kinds that are built from nothing but them.

use crate::Scratch;
use crate::atoms::{Atom, AtomTable, am};
use crate::build::Build;
use crate::code::{FunEntry, Mfa};
use crate::external::{DecodeOptions, EncodeOptions, FunKey, Names, decode, encode};
use crate::layout::Kind;
use crate::map::Map;
use crate::term::{Pid, Port, Term};

/// Numbers from a seed (splitmix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// Builds random terms; small ranges, so that equal and nearly equal terms are common.
pub(crate) struct Terms<'h, 'a, B: Build> {
    pub(crate) random: Random,
    pub(crate) atoms: &'a AtomTable,
    pub(crate) build: &'h B,
    /// Pids, ports and references too.
    pub(crate) identities: bool,
    /// Negative zero too.
    pub(crate) two_zeros: bool,
}

const FLOATS: [f64; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    1.5,
    2.0,
    1e10,
    9007199254740992.0,
    1.152921504606847e18,
    -1e22,
    1e300,
    -1e-300,
    0.1,
    5e-324,
];

impl<'h, B: Build> Terms<'h, '_, B> {
    pub(crate) fn term(&mut self, depth: u32) -> Term<'h> {
        match self.random.below(if depth == 0 { 9 } else { 16 }) {
            0 => Term::small(self.random.below(5) as i64 - 2),
            1 | 2 => self.integer(),
            3 => self.float(),
            4 => self.atom(),
            5 => Term::NIL,
            6 | 7 => self.bits(),
            8 if self.identities => self.identity(),
            8 | 9 => self.tuple(depth.saturating_sub(1)),
            10 => self.string(),
            11 | 12 => self.list(depth - 1),
            13 | 14 => self.map(depth - 1).as_term(),
            _ => self.large_map(depth - 1).as_term(),
        }
    }

    pub(crate) fn integer(&mut self) -> Term<'h> {
        let bits = self.random.pick(&[3, 8, 31, 53, 60, 61, 62, 64, 65, 100, 128, 200, 1030]);
        let mut limbs: Vec<u64> = (0..bits / 64 + 1).map(|_| self.random.next()).collect();
        let top = limbs.len() - 1;
        limbs[top] &= (1 << (bits % 64)) - 1;
        if self.random.below(3) == 0 {
            // Next to a power of two.
            limbs.iter_mut().for_each(|l| *l = 0);
            limbs[(bits as usize - 1) / 64] = 1 << ((bits - 1) % 64);
            limbs[0] |= self.random.below(2);
        }
        let negative = self.random.below(2) == 0;
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        match limbs[..] {
            [] => Term::small(0),
            [one] if one <= i64::MAX as u64 => {
                self.build.integer(if negative { -(one as i64) } else { one as i64 })
            }
            _ => self.build.object(if negative { Kind::BigNegative } else { Kind::BigPositive }, &limbs, &[]),
        }
    }

    pub(crate) fn float(&mut self) -> Term<'h> {
        let value = match self.random.below(3) {
            0 => f64::from_bits(self.random.next()),
            1 => self.random.below(1 << 60) as f64,
            _ => self.random.pick(&FLOATS),
        };
        let value = if value.is_finite() { value } else { 1.25 };
        self.build.float(if value == 0.0 && !self.two_zeros { 0.0 } else { value })
    }

    fn atom(&mut self) -> Term<'h> {
        let name =
            self.random.pick(&["a", "b", "ab", "B", "", "true", "a b", "é", "日本", "ok", "zz", "Zeta", "'"]);
        Term::atom(self.atoms.intern(name).expect("few atoms"))
    }

    fn bits(&mut self) -> Term<'h> {
        let size = self.random.pick(&[0, 1, 2, 3, 8, 16, 17, 64, 65])
            * (8 - self.random.below(2) * self.random.below(8));
        let mut bytes: Vec<u8> = (0..size.div_ceil(8)).map(|_| self.random.pick(&[0, 1, 97, 255])).collect();
        if let (Some(last), 1..) = (bytes.last_mut(), size % 8) {
            *last &= !(0xff >> (size % 8));
        }
        let mut words = vec![size];
        words.extend(bytes.chunks(8).map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        }));
        self.build.object(Kind::HeapBits, &words, &[])
    }

    fn identity(&mut self) -> Term<'h> {
        match self.random.below(3) {
            0 => Term::pid(
                Pid::from_parts(self.random.below(4) as u32, self.random.below(3) as u32).expect("small"),
            ),
            1 => Term::port(Port(self.random.below(5))),
            _ => self.build.reference(self.random.below(4) << self.random.pick(&[0, 18, 50]), None),
        }
    }

    fn several(&mut self, limit: u64, depth: u32) -> Vec<Term<'h>> {
        (0..self.random.below(limit)).map(|_| self.term(depth)).collect()
    }

    fn tuple(&mut self, depth: u32) -> Term<'h> {
        let elements = self.several(4, depth);
        self.build.tuple(&elements)
    }

    fn string(&mut self) -> Term<'h> {
        let bytes: Vec<Term<'h>> =
            (0..self.random.below(5)).map(|_| Term::small(self.random.pick(&[0, 97, 255, 256]))).collect();
        self.build.list(&bytes)
    }

    fn list(&mut self, depth: u32) -> Term<'h> {
        let elements = self.several(4, depth);
        let tail = if self.random.below(4) == 0 { self.term(0) } else { Term::NIL };
        self.build.list_with_tail(&elements, tail)
    }

    fn map(&mut self, depth: u32) -> Map<'h> {
        let pairs: Vec<_> = (0..self.random.below(4)).map(|_| (self.term(depth), self.term(depth))).collect();
        Map::from_pairs(&pairs, self.atoms, self.build)
    }

    fn large_map(&mut self, depth: u32) -> Map<'h> {
        let mut pairs: Vec<_> =
            (0..29 + self.random.below(6)).map(|i| (Term::small(i as i64), Term::small(0))).collect();
        pairs.extend((0..self.random.below(4)).map(|_| (self.term(depth), self.term(depth))));
        Map::from_pairs(&pairs, self.atoms, self.build)
    }
}

/// A list nested `depth` deep, in the head.
pub(crate) fn deep<'h>(depth: usize, bottom: Term<'h>, build: &'h impl Build) -> Term<'h> {
    (0..depth).fold(bottom, |term, _| build.cons(term, Term::NIL))
}

/// What the external format names, for tests: all exports, no funs.
pub(crate) struct TestNames {
    pub(crate) atoms: AtomTable,
    exports: parking_lot::Mutex<Vec<&'static Mfa>>,
}

impl TestNames {
    pub(crate) fn new() -> TestNames {
        TestNames { atoms: AtomTable::new(100_000), exports: Default::default() }
    }
}

impl Names for TestNames {
    fn atoms(&self) -> &AtomTable {
        &self.atoms
    }

    fn export(&self, name: Mfa, make: bool) -> Option<&Mfa> {
        let mut exports = self.exports.lock();
        if let Some(known) = exports.iter().find(|known| ***known == name) {
            return Some(known);
        }
        make.then(|| {
            let kept: &'static Mfa = Box::leak(Box::new(name));
            exports.push(kept);
            kept
        })
    }

    fn fun(&self, _key: &FunKey) -> Option<&FunEntry> {
        None
    }

    fn node(&self) -> (Atom, u32) {
        (am::nonode_at_nohost, 0)
    }
}

/// The result of an Erlang expression in which `Input` is a term, as Erlang/OTP gives it; nothing, with a note, when
/// no Erlang is installed. `PURLIN_ERL` names the command to use.
pub(crate) fn ask_erlang<'h>(
    expression: &str,
    input: Term<'_>,
    names: &'h TestNames,
    build: &'h Scratch,
) -> Option<Term<'h>> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let unique = format!("purlin-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(unique);
    let bytes = encode(input, &EncodeOptions::default(), names).expect("a term of moderate size");
    std::fs::write(&path, bytes).expect("a temporary file");
    let program = format!(
        "F={path:?}, {{ok,B}}=file:read_file(F), Input=binary_to_term(B), R=begin {expression} end, \
         ok=file:write_file(F, term_to_binary(R,[{{minor_version,2}}])), halt()."
    );
    let erl = std::env::var("PURLIN_ERL").unwrap_or("erl".to_string());
    let mut words = erl.split_whitespace();
    let status = std::process::Command::new(words.next().unwrap_or("erl"))
        .args(words)
        .env("ERL_CRASH_DUMP", "/dev/null")
        .args(["-noshell", "-noinput", "-eval", &program])
        .status();
    let answer = std::fs::read(&path).expect("the temporary file");
    std::fs::remove_file(&path).expect("the temporary file");
    match status {
        Err(error) => {
            eprintln!("not compared with Erlang/OTP: {erl}: {error}");
            None
        }
        Ok(status) => {
            assert!(status.success(), "{erl} failed");
            Some(decode(&answer, DecodeOptions::default(), names, build).expect("a term from Erlang").0)
        }
    }
}

/// Whether Erlang tells 0.0 from -0.0, as it does from 27 on; false when there is none.
pub(crate) fn erlang_has_two_zeros() -> bool {
    let (names, build) = (TestNames::new(), Scratch::new());
    let zeros = build.tuple(&[build.float(0.0), build.float(-0.0)]);
    ask_erlang("{A,C}=Input, A =/= C", zeros, &names, &build).is_some_and(|t| t.as_boolean() == Some(true))
}
