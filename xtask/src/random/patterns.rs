//! Random patterns, and the segments of bit strings, which stand in patterns and in expressions.

use super::program::Program;
use super::values::Kind;

const ENDIANS: [&str; 4] = ["", "-little", "-big", "-native"];
const UTF: [&str; 5] = ["utf8", "utf16", "utf32", "utf16-little", "utf32-little"];
const SIZES: [u32; 26] =
    [8, 16, 32, 64, 1, 3, 4, 5, 7, 0, 9, 12, 13, 15, 17, 24, 31, 33, 48, 59, 60, 61, 63, 65, 128, 200];

impl Program<'_> {
    /// A pattern that values of a kind may match. `pins`: whether a variable in scope may stand in it for its value;
    /// in the heads of funs and in generators it would be a new one.
    pub fn pattern(&mut self, kind: Kind, depth: u32, pins: bool) -> String {
        let outer = self.bound;
        self.bound = outer.or(Some(self.scope.len()));
        let pattern = self.part(kind, depth, pins);
        self.bound = outer;
        pattern
    }

    fn part(&mut self, kind: Kind, depth: u32, pins: bool) -> String {
        match self.choices.below(10) {
            0..=2 => self.variable(kind),
            3 => "_".into(),
            4 => self.pinned(kind, pins),
            _ if depth == 0 => self.variable(kind),
            5 => {
                let inner = self.compound(kind, depth - 1, pins);
                format!("{} = {inner}", self.variable(kind))
            }
            _ => self.compound(kind, depth - 1, pins),
        }
    }

    /// A variable that is bound already, or a constant.
    fn pinned(&mut self, kind: Kind, pins: bool) -> String {
        let bound: Vec<String> =
            self.scope.iter().filter(|v| v.kind == kind).map(|v| v.name.clone()).collect();
        if pins && !bound.is_empty() && self.choices.below(2) == 0 {
            return bound[self.choices.below(bound.len() as u32) as usize].clone();
        }
        self.constant_pattern(kind)
    }

    /// Arithmetic on powers of two, which values are written with, is a pattern; what calls functions is none.
    fn constant_pattern(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Bool | Kind::Atom | Kind::Int | Kind::Float | Kind::Text => self.value(kind, 0),
            Kind::Tuple => self.choices.one_of(&["{}", "{a}", "{1, 2}"]).into(),
            Kind::List => self.choices.one_of(&["[]", "[1, 2, 3]", "[a]"]).into(),
            Kind::Map => "#{}".into(),
            Kind::Binary | Kind::Bits => {
                self.choices.one_of(&["<<>>", "<<\"abc\">>", "<<1, 2, 3>>", "<<1:1>>"]).into()
            }
            Kind::Any | Kind::Fun(_) => self.value(Kind::Atom, 0),
        }
    }

    fn compound(&mut self, kind: Kind, depth: u32, pins: bool) -> String {
        match kind {
            Kind::Tuple => self.tuple_pattern(depth, pins),
            Kind::List => self.list_pattern(depth, pins),
            Kind::Text => match self.choices.below(3) {
                0 => format!("\"a\" ++ {}", self.variable(Kind::Text)),
                1 => format!("[{} | {}]", self.variable(Kind::Int), self.variable(Kind::Text)),
                _ => self.constant_pattern(kind),
            },
            Kind::Map => self.map_pattern(depth, pins),
            Kind::Binary | Kind::Bits => format!("<<{}>>", self.matching_segments(kind, pins)),
            Kind::Any => {
                let kind = self.some_kind();
                self.compound(kind, depth, pins)
            }
            _ => self.pinned(kind, pins),
        }
    }

    fn tuple_pattern(&mut self, depth: u32, pins: bool) -> String {
        match self.choices.below(5) {
            0 => format!("#r1{{a = {}}}", self.pattern(Kind::Any, depth, pins)),
            1 => format!("#r2{{y = {}}}", self.pattern(Kind::Any, depth, pins)),
            count => {
                let elements: Vec<String> =
                    (0..count).map(|_| self.pattern(Kind::Any, depth, pins)).collect();
                format!("{{{}}}", elements.join(", "))
            }
        }
    }

    fn list_pattern(&mut self, depth: u32, pins: bool) -> String {
        let elements: Vec<String> =
            (0..1 + self.choices.below(3)).map(|_| self.pattern(Kind::Any, depth, pins)).collect();
        match self.choices.below(3) {
            0 => format!("[{}]", elements.join(", ")),
            _ => format!("[{} | {}]", elements.join(", "), self.variable(Kind::List)),
        }
    }

    fn map_pattern(&mut self, depth: u32, pins: bool) -> String {
        let before = &self.scope[..self.bound.unwrap_or(0)];
        let bound: Vec<String> =
            before.iter().filter(|v| !matches!(v.kind, Kind::Fun(_))).map(|v| v.name.clone()).collect();
        let mut pairs = Vec::new();
        for _ in 0..1 + self.choices.below(2) {
            let key = match self.choices.below(4) {
                3 if pins && !bound.is_empty() => {
                    bound[self.choices.below(bound.len() as u32) as usize].clone()
                }
                0 | 1 => self.choices.one_of(&["a", "b", "1", "1.0", "{a}", "[]"]).into(),
                _ => self.value(Kind::Int, 0),
            };
            pairs.push(format!("{key} := {}", self.pattern(Kind::Any, depth, pins)));
        }
        format!("#{{{}}}", pairs.join(", "))
    }

    /// A bit string put together.
    pub fn construction(&mut self, kind: Kind, depth: u32) -> String {
        let count = 1 + self.choices.below(4);
        let segments: Vec<String> = (0..count)
            .map(|_| if kind == Kind::Binary { self.whole_segment(depth) } else { self.segment(depth) })
            .collect();
        format!("<<{}>>", segments.join(", "))
    }

    /// One or two segments of any kind.
    pub fn segments(&mut self, depth: u32) -> String {
        let first = self.segment(depth);
        if self.choices.once_in(3) { format!("{first}, {}", self.segment(depth)) } else { first }
    }

    /// A segment of whole bytes, if its value is what it should be.
    fn whole_segment(&mut self, depth: u32) -> String {
        match self.choices.below(5) {
            0 => format!("({})", self.expression(Kind::Int, depth)),
            1 => format!("({})/binary", self.expression(Kind::Binary, depth)),
            2 => format!(
                "({}):{}{}",
                self.expression(Kind::Int, depth),
                8 * self.choices.below(20),
                self.integer_type()
            ),
            3 => format!("({})/{}", self.expression(Kind::Int, depth), self.choices.one_of(&UTF)),
            _ => format!(
                "({}):{}/float{}",
                self.expression(Kind::Float, depth),
                self.choices.one_of(&["64", "32", "16"]),
                self.endian()
            ),
        }
    }

    /// A segment of any kind. Its size may be none, and its value not what it should be.
    fn segment(&mut self, depth: u32) -> String {
        let value = |program: &mut Self, kind| program.expression(kind, depth);
        match self.choices.below(10) {
            0 | 1 => format!("({}):{}{}", value(self, Kind::Int), self.size(), self.integer_type()),
            2 => format!(
                "({}):{}{}-unit:{}",
                value(self, Kind::Int),
                self.size(),
                self.integer_type(),
                1 + self.choices.below(9)
            ),
            3 => format!("({})/bits", value(self, Kind::Bits)),
            4 => format!("({}):{}/binary", value(self, Kind::Binary), self.size()),
            5 => format!(
                "({}):{}/binary-unit:{}",
                value(self, Kind::Bits),
                self.size(),
                1 + self.choices.below(9)
            ),
            6 => format!("({})/binary-unit:{}", value(self, Kind::Binary), 1 + self.choices.below(16)),
            7 => format!("\"ab\\x{{e9}}\"/{}", self.choices.one_of(&UTF)),
            8 => format!(
                "({}):(random_run:id({}))/float{}",
                value(self, Kind::Float),
                self.size(),
                self.endian()
            ),
            _ => self.whole_segment(depth),
        }
    }

    fn endian(&mut self) -> &'static str {
        self.choices.one_of(&ENDIANS)
    }

    fn integer_type(&mut self) -> String {
        format!("/integer{}{}", self.endian(), self.choices.one_of(&["", "-signed", "-unsigned"]))
    }

    fn literal_size(&mut self) -> u32 {
        SIZES[self.choices.below(SIZES.len() as u32) as usize]
    }

    /// The size of a segment that is built.
    fn size(&mut self) -> String {
        match self.choices.below(6) {
            0..=3 => self.literal_size().to_string(),
            4 => format!("({} band 63)", self.expression(Kind::Int, 0)),
            _ => format!("(random_run:small({}))", self.expression(Kind::Int, 0)),
        }
    }

    /// The segments of a pattern; what one binds may be the size of a later one.
    fn matching_segments(&mut self, kind: Kind, pins: bool) -> String {
        let start = self.scope.len();
        let count = 1 + self.choices.below(4);
        let mut segments: Vec<String> = (0..count).map(|_| self.matching_segment(start, pins)).collect();
        if self.choices.below(3) != 2 {
            let rest = if kind == Kind::Binary { Kind::Binary } else { Kind::Bits };
            let of = if rest == Kind::Binary { "binary" } else { "bits" };
            segments.push(format!("{}/{of}", self.variable(rest)));
        }
        segments.join(", ")
    }

    fn matching_segment(&mut self, start: usize, pins: bool) -> String {
        // Before what the segment binds is in scope.
        let size = self.matched_size(start);
        let (few, unit) = (self.choices.below(20), 1 + self.choices.below(9));
        match self.choices.below(12) {
            0..=2 => format!("{}:{size}{}", self.field(pins), self.integer_type()),
            3 => self.choices.one_of(&["1", "0", "\"a\"", "\"abc\"", "97"]).into(),
            4 => format!("{}:{few}{}-unit:{unit}", self.field(pins), self.integer_type()),
            5 => format!("{}:{size}/binary", self.bits_field(Kind::Binary)),
            6 => format!("{}:{size}/bits", self.bits_field(Kind::Bits)),
            7 => format!("{}:{few}/binary-unit:{unit}", self.bits_field(Kind::Bits)),
            8 => format!("{}/{}", self.field(pins), self.choices.one_of(&UTF)),
            9 => format!(
                "{}:{}/float{}",
                self.float_field(),
                self.choices.one_of(&["64", "32", "16"]),
                self.endian()
            ),
            10 => format!("\"a\\x{{e9}}\"/{}", self.choices.one_of(&UTF)),
            _ => format!("{}:8", self.field(pins)),
        }
    }

    fn field(&mut self, pins: bool) -> String {
        match self.choices.below(6) {
            0..=3 => self.variable(Kind::Int),
            4 => "_".into(),
            _ => match self.scope.iter().find(|v| v.kind == Kind::Int).filter(|_| pins) {
                Some(bound) => bound.name.clone(),
                None => self.choices.below(300).to_string(),
            },
        }
    }

    fn bits_field(&mut self, kind: Kind) -> String {
        if self.choices.once_in(5) { "_".into() } else { self.variable(kind) }
    }

    fn float_field(&mut self) -> String {
        if self.choices.once_in(5) { "_".into() } else { self.variable(Kind::Float) }
    }

    /// The size of a segment that is matched: a number, or computed from what was bound before the pattern or by the
    /// segments before, since `start`.
    fn matched_size(&mut self, start: usize) -> String {
        let before = &self.scope[..self.bound.unwrap_or(0)];
        let bound: Vec<String> = before
            .iter()
            .chain(&self.scope[start..])
            .filter(|v| v.kind == Kind::Int)
            .map(|v| v.name.clone())
            .collect();
        if bound.is_empty() || self.choices.below(3) != 2 {
            return self.literal_size().to_string();
        }
        let variable = bound[self.choices.below(bound.len() as u32) as usize].clone();
        match self.choices.below(4) {
            0 => variable,
            1 => format!("({variable} band 31)"),
            2 => format!("({variable} * 2)"),
            _ => format!("({variable} - 1)"),
        }
    }

    /// The segments of a generator: the first has a size, so that each round takes something.
    pub fn generator_segments(&mut self) -> String {
        if self.choices.below(4) == 3 {
            return format!("{}/utf8", self.variable(Kind::Int));
        }
        let first =
            format!("{}:{}{}", self.variable(Kind::Int), 1 + self.choices.below(20), self.integer_type());
        match self.choices.below(3) {
            0 => first,
            1 => format!("{first}, {}:{}", self.variable(Kind::Int), self.choices.below(40)),
            _ => format!("{first}, {}:{}/bits", self.variable(Kind::Bits), self.choices.below(9)),
        }
    }
}
