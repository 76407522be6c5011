//! Values of every type as Erlang source: the edges of each representation, and what lies between.

use super::choices::Choices;

/// What kind of value an expression is to give. It need not: a guess that fails is a test, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Int,
    Float,
    Atom,
    Bool,
    Tuple,
    List,
    Text,
    Map,
    Binary,
    Bits,
    /// Anything but a fun: those of a program have no order.
    Any,
    /// A fun of one or two arguments.
    Fun(u32),
}

/// The kinds that a value of any kind may have, the simplest first.
pub const KINDS: [Kind; 10] = [
    Kind::Int,
    Kind::Atom,
    Kind::List,
    Kind::Tuple,
    Kind::Binary,
    Kind::Map,
    Kind::Bits,
    Kind::Float,
    Kind::Text,
    Kind::Bool,
];

const ATOMS: [&str; 16] = [
    "a",
    "b",
    "c",
    "ok",
    "error",
    "undefined",
    "true",
    "false",
    "''",
    "'two words'",
    "'\\x{e9}t\\x{e9}'",
    "'\\x{3bb}\\x{1f600}'",
    "r1",
    "r2",
    "nil",
    "infinity",
];

const FLOATS: [&str; 18] = [
    "1.0",
    "0.5",
    "-1.0",
    "2.0",
    "3.14",
    "-2.5",
    "1.0e10",
    "1.0e-10",
    "255.0",
    "4294967296.0",
    "9007199254740993.0",
    "1152921504606846976.0",
    "1.0e22",
    "123456.789",
    "1.7976931348623157e308",
    "-1.7976931348623157e308",
    "5.0e-324",
    "2.2250738585072014e-308",
];

const TEXTS: [&str; 16] = [
    "\"\"",
    "\"a\"",
    "\"abc\"",
    "\"12\"",
    "\"-7\"",
    "\"1.5\"",
    "\"1.0e3\"",
    "\"ff\"",
    "\"a,b,,c\"",
    "\"abcabcabc\"",
    "\" x \"",
    "\"\\x{e9}\\x{3bb}\"",
    "\"\\x{1f600}\"",
    "\"Hello World\"",
    "[97, 0, 255, 256]",
    "\"+1\"",
];

const TUPLES: [&str; 8] =
    ["{}", "{a}", "{1, 2}", "{ok, 1}", "{r1, 1, 2, 3}", "{r2, a, []}", "{a, b, c, d}", "{r1, 1}"];

/// Writes values, drawing from choices.
pub struct Values<'a> {
    choices: &'a mut Choices,
    /// Whether 0.0 and -0.0 may appear, which are equal before OTP 27.
    zeros: bool,
}

impl<'a> Values<'a> {
    pub fn new(choices: &'a mut Choices, zeros: bool) -> Self {
        Self { choices, zeros }
    }

    /// A value of a kind; those with elements hold others of at most this depth.
    pub fn of(&mut self, kind: Kind, depth: u32) -> String {
        match kind {
            Kind::Int => self.integer(),
            Kind::Float => self.float(),
            Kind::Atom => self.choices.one_of(&ATOMS).into(),
            Kind::Bool => self.choices.one_of(&["true", "false"]).into(),
            Kind::Tuple => self.tuple(depth),
            Kind::List => self.list(depth),
            Kind::Text => self.choices.one_of(&TEXTS).into(),
            Kind::Map => self.map(depth),
            Kind::Binary => self.binary(),
            Kind::Bits => self.bits(),
            Kind::Any => self.any(depth),
            Kind::Fun(1) => self
                .choices
                .one_of(&["fun erlang:abs/1", "fun random_run:id/1", "fun lists:reverse/1"])
                .into(),
            Kind::Fun(_) => {
                self.choices.one_of(&["fun erlang:max/2", "fun erlang:'+'/2", "fun lists:append/2"]).into()
            }
        }
    }

    fn any(&mut self, depth: u32) -> String {
        match self.choices.below(16) {
            0..=13 => {
                let kind = KINDS[self.choices.below(KINDS.len() as u32) as usize];
                self.of(kind, depth)
            }
            14 => format!("[{} | {}]", self.integer(), self.choices.one_of(&ATOMS)),
            _ => "fun erlang:abs/1".into(),
        }
    }

    fn integer(&mut self) -> String {
        match self.choices.below(8) {
            0..=2 => self.choices.below(20).to_string(),
            3 => format!("-{}", 1 + self.choices.below(300)),
            4 => self.choices.below(70_000).to_string(),
            5 | 6 => self.near_power(),
            _ => self.long(),
        }
    }

    /// Two to some power, and what lies beside it: where representations and sizes end.
    fn near_power(&mut self) -> String {
        const POWERS: [u32; 20] =
            [7, 8, 15, 16, 27, 31, 32, 52, 53, 58, 59, 60, 61, 63, 64, 65, 127, 128, 129, 1024];
        let power = POWERS[self.choices.below(POWERS.len() as u32) as usize];
        let beside = self.choices.one_of(&["", " - 1", " + 1"]);
        let sign = self.choices.one_of(&["", "-"]);
        format!("({sign}(1 bsl {power}){beside})")
    }

    fn long(&mut self) -> String {
        const DIGITS: [u32; 6] = [12, 15, 17, 24, 40, 150];
        let count = DIGITS[self.choices.below(DIGITS.len() as u32) as usize];
        let sign = self.choices.one_of(&["", "-"]);
        let digits: String =
            (0..count).filter_map(|_| char::from_digit(self.choices.below(16), 16)).collect();
        format!("{sign}16#1{digits}")
    }

    fn float(&mut self) -> String {
        match self.choices.below(8) {
            0..=4 => self.choices.one_of(&FLOATS).into(),
            5 if self.zeros => self.choices.one_of(&["0.0", "-0.0"]).into(),
            _ => {
                let (high, low) = (self.choices.below(1 << 31), self.choices.below(1 << 31));
                let exponent = [0x3ff, 0x400, 0x43d, 0x433, 1 + self.choices.below(0x7fd)];
                let exponent = exponent[self.choices.below(5) as usize];
                let fraction = (u64::from(high) << 31 | u64::from(low)) & ((1 << 52) - 1);
                float_text(f64::from_bits(u64::from(exponent) << 52 | fraction))
            }
        }
    }

    fn tuple(&mut self, depth: u32) -> String {
        if depth == 0 || self.choices.below(3) == 0 {
            return self.choices.one_of(&TUPLES).into();
        }
        let count = 1 + self.choices.below(4);
        format!("{{{}}}", self.several(count, depth))
    }

    fn several(&mut self, count: u32, depth: u32) -> String {
        let values: Vec<String> = (0..count).map(|_| self.any(depth.saturating_sub(1))).collect();
        values.join(", ")
    }

    fn list(&mut self, depth: u32) -> String {
        match self.choices.below(6) {
            0 => "[]".into(),
            1 => "[1, 2, 3]".into(),
            2 => "[3, 1, 2, a, 1.0, {a}, 1]".into(),
            3 => "[{a, 1}, {b, 2}, {a, 3}]".into(),
            4 => format!("lists:seq(1, {})", self.choices.below(40)),
            _ => {
                let count = self.choices.below(6);
                format!("[{}]", self.several(count, depth))
            }
        }
    }

    fn map(&mut self, depth: u32) -> String {
        match self.choices.below(6) {
            0 => "#{}".into(),
            1 => "#{a => 1, b => 2}".into(),
            2 => "#{1 => a, 1.0 => b, {a} => \"c\", [] => #{}}".into(),
            3 => {
                let count = 30 + self.choices.below(40);
                format!("maps:from_list([{{K, K * K}} || K <- lists:seq(1, {count})])")
            }
            _ => {
                let count = self.choices.below(5);
                let below = depth.saturating_sub(1);
                let pairs: Vec<String> =
                    (0..count).map(|_| format!("{} => {}", self.any(below), self.any(below))).collect();
                format!("#{{{}}}", pairs.join(", "))
            }
        }
    }

    fn binary(&mut self) -> String {
        match self.choices.below(8) {
            0 => "<<>>".into(),
            1 => "<<1, 2, 3>>".into(),
            2 => "<<\"abc\">>".into(),
            3 => format!(
                "<<{}/utf8>>",
                self.choices.one_of(&["\"abc\"", "\"\\x{e9}\\x{3bb}\"", "\"\\x{1f600}z\""])
            ),
            4 => format!("binary:copy(<<\"abcdefg\">>, {})", self.choices.below(30)),
            5 => format!(
                "<<{}>>",
                self.choices.one_of(&["\"12\"", "\"1.5e3\"", "\"ff\"", "\"-1\"", "\"a,b,c\""])
            ),
            _ => {
                let count = self.choices.below(20);
                format!("<<{}>>", self.bytes(count))
            }
        }
    }

    fn bytes(&mut self, count: u32) -> String {
        let bytes: Vec<String> = (0..count).map(|_| self.choices.below(256).to_string()).collect();
        bytes.join(", ")
    }

    fn bits(&mut self) -> String {
        match self.choices.below(4) {
            0 => format!("<<{}:3>>", self.choices.below(8)),
            1 => self.binary(),
            2 => {
                let (value, size) = (self.integer(), self.choices.below(90));
                format!("<<({value}):{size}>>")
            }
            _ => {
                let count = self.choices.below(80);
                let (bytes, size) = (self.bytes(count), 1 + self.choices.below(7));
                let comma = if bytes.is_empty() { "" } else { ", " };
                format!("<<{bytes}{comma}{}:{size}>>", self.choices.below(128))
            }
        }
    }
}

/// A float as Erlang reads it: with digits on both sides of the point.
fn float_text(float: f64) -> String {
    let text = format!("{float:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}
