//! Random expressions: a variable, a value, a template filled in, or a construct with clauses.

use super::program::Program;
use super::templates;
use super::values::{KINDS, Kind};

/// One in so many expressions is of another kind than asked for.
const OTHER_KIND: u32 = 30;

impl Program<'_> {
    /// An expression that likely gives a value of a kind.
    pub fn expression(&mut self, kind: Kind, depth: u32) -> String {
        self.budget = self.budget.saturating_sub(1);
        if depth == 0 || self.budget == 0 || self.choices.below(5) == 0 {
            return self.leaf(kind);
        }
        if self.in_guard {
            return self.filled_in(kind, depth);
        }
        match (self.choices.below(10), kind) {
            (0..=5, _) => self.filled_in(kind, depth),
            (6, Kind::Int | Kind::Float | Kind::Bool) => self.filled_in(kind, depth),
            (_, Kind::Fun(arity)) => self.fun(arity, depth - 1),
            (6 | 7, Kind::List) => self.list_comprehension(depth - 1),
            (6 | 7, Kind::Bits | Kind::Binary) => self.construction(kind, depth - 1),
            (8, Kind::Bits) => self.bits_comprehension(depth - 1),
            (8, Kind::Map) if self.newest => self.map_comprehension(depth - 1),
            _ => self.construct(kind, depth - 1),
        }
    }

    /// A variable in scope, or a value.
    fn leaf(&mut self, kind: Kind) -> String {
        let other = !matches!(kind, Kind::Fun(_)) && self.choices.once_in(OTHER_KIND);
        let kind = if other { Kind::Any } else { kind };
        let fits = |found: Kind| match kind {
            Kind::Any => !matches!(found, Kind::Fun(_)),
            Kind::Bits => matches!(found, Kind::Bits | Kind::Binary),
            Kind::List => matches!(found, Kind::List | Kind::Text),
            _ => found == kind,
        };
        let fitting: Vec<usize> = (0..self.scope.len()).filter(|&at| fits(self.scope[at].kind)).collect();
        if !fitting.is_empty() && self.choices.below(4) != 3 {
            let at = fitting[self.choices.below(fitting.len() as u32) as usize];
            return self.scope[at].name.clone();
        }
        if self.in_guard {
            return self.constant(kind);
        }
        self.value(kind, 1)
    }

    /// A value that may stand in a guard or a pattern.
    pub fn constant(&mut self, kind: Kind) -> String {
        let kind = match kind {
            Kind::Any | Kind::Map | Kind::Fun(_) | Kind::Bits | Kind::List | Kind::Tuple => {
                [Kind::Int, Kind::Atom, Kind::Float, Kind::Text][self.choices.below(4) as usize]
            }
            Kind::Binary => return self.choices.one_of(&["<<>>", "<<\"abc\">>", "<<1, 2, 3>>"]).into(),
            other => other,
        };
        self.value(kind, 0)
    }

    /// A template of a kind, filled in.
    fn filled_in(&mut self, kind: Kind, depth: u32) -> String {
        let (guard, body) = (templates::guard(kind), templates::body(kind));
        let body = if self.in_guard { &[] } else { body };
        let count = guard.len() + body.len();
        if count == 0 {
            return self.leaf(kind);
        }
        let at = self.choices.below(count as u32) as usize;
        let template = if at < guard.len() { guard[at] } else { body[at - guard.len()] };
        match template.strip_prefix('!') {
            Some(_) if !self.newest => self.leaf(kind),
            Some(template) => self.fill(template, depth - 1),
            None => self.fill(template, depth - 1),
        }
    }

    /// Replaces the holes of a template.
    fn fill(&mut self, template: &str, depth: u32) -> String {
        let mut text = String::new();
        let mut pieces = template.split('%');
        text += pieces.next().unwrap_or_default();
        for piece in pieces {
            let (hole, rest) = piece.split_at(1);
            text += &self.hole(hole, depth);
            text += rest;
        }
        text
    }

    fn hole(&mut self, hole: &str, depth: u32) -> String {
        let kind = match hole {
            "i" => Kind::Int,
            "f" => Kind::Float,
            "n" => [Kind::Int, Kind::Float][self.choices.below(2) as usize],
            "a" => Kind::Atom,
            "o" => Kind::Bool,
            "u" => Kind::Tuple,
            "l" => Kind::List,
            "s" => Kind::Text,
            "m" => Kind::Map,
            "b" => Kind::Binary,
            "t" => Kind::Bits,
            "1" => Kind::Fun(1),
            "2" => Kind::Fun(2),
            "k" => return self.small(depth),
            "w" => return self.convertible(depth),
            "r" => return self.record(depth),
            _ if self.in_guard => Kind::Any,
            _ => self.some_kind(),
        };
        self.expression(kind, depth)
    }

    /// A small number, or what is meant to be one.
    fn small(&mut self, depth: u32) -> String {
        match self.choices.below(5) {
            0..=2 => self.choices.below(17).to_string(),
            3 => format!("({} band 15)", self.expression(Kind::Int, depth.min(1))),
            _ if self.in_guard => self.choices.below(40).to_string(),
            _ => format!("random_run:small({})", self.leaf(Kind::Int)),
        }
    }

    /// A number that becomes the same float everywhere: OTP 25 drops digits of integers beyond 64 bits.
    fn convertible(&mut self, depth: u32) -> String {
        match self.choices.below(2) {
            0 if self.newest => self.expression(Kind::Int, depth),
            0 => format!("({} rem (1 bsl 64))", self.expression(Kind::Int, depth)),
            _ => self.expression(Kind::Float, depth),
        }
    }

    fn record(&mut self, depth: u32) -> String {
        if self.in_guard {
            return self.leaf(Kind::Tuple);
        }
        match self.choices.below(4) {
            0 => format!("#r1{{a = {}}}", self.expression(Kind::Any, depth.min(1))),
            1 => format!(
                "#r1{{c = {}, b = {}}}",
                self.leaf(Kind::Any),
                self.expression(Kind::Any, depth.min(1))
            ),
            2 => format!("#r2{{_ = {}}}", self.leaf(Kind::Any)),
            _ => self.leaf(Kind::Tuple),
        }
    }

    /// ` when` and a guard, or nothing.
    pub fn guard_clause(&mut self) -> String {
        if self.choices.below(2) == 0 {
            return String::new();
        }
        format!(" when {}", self.guard())
    }

    /// A guard: sometimes of several tests, any of which may fail.
    pub fn guard(&mut self) -> String {
        let before = std::mem::replace(&mut self.in_guard, true);
        let first = self.expression(Kind::Bool, 2);
        let guard = match self.choices.below(6) {
            0 => format!("{first}; {}", self.expression(Kind::Bool, 2)),
            1 => format!("{first}, {}", self.expression(Kind::Bool, 2)),
            _ => first,
        };
        self.in_guard = before;
        guard
    }

    /// A call of one of the helpers that stand before.
    pub fn helper_call(&mut self, depth: u32) -> String {
        if self.helpers == 0 {
            return self.leaf(Kind::Any);
        }
        let (helper, fuel) = (self.choices.below(self.helpers), self.choices.below(7));
        let kind = KINDS[self.choices.below(KINDS.len() as u32) as usize];
        let (first, second) = (self.expression(kind, depth), self.expression(Kind::Any, depth));
        format!("h{helper}({fuel}, {first}, {second})")
    }
}
