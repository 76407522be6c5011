//! Random constructs with clauses and scopes of their own: case, if, receive, try, funs, comprehensions.

use super::program::Program;
use super::values::Kind;

impl Program<'_> {
    /// A construct that gives a value of a kind.
    pub fn construct(&mut self, kind: Kind, depth: u32) -> String {
        match self.choices.below(9) {
            0 | 1 => self.case(kind, depth),
            2 => self.helper_call(depth),
            3 => self.if_expression(kind, depth),
            4 => self.receive(kind, depth),
            5 => self.try_expression(kind, depth),
            6 => self.call_of_fun(depth),
            7 => self.loop_over(kind, depth),
            _ if self.newest => self.maybe(kind, depth),
            _ => self.case(kind, depth),
        }
    }

    /// `Pattern when Guard -> Body`, what it binds being in scope there only.
    fn clause(&mut self, matched: Kind, kind: Kind, depth: u32, pins: bool) -> String {
        let mark = self.scope.len();
        let pattern = self.pattern(matched, 2, pins);
        let guard = self.guard_clause();
        let body = self.expression(kind, depth);
        self.scope.truncate(mark);
        format!("{pattern}{guard} ->\n        {body}")
    }

    /// Some clauses, mostly with one at the end that takes anything.
    fn clauses(&mut self, matched: Kind, kind: Kind, depth: u32, pins: bool) -> String {
        let count = 1 + self.choices.below(3);
        let mut clauses: Vec<String> = (0..count).map(|_| self.clause(matched, kind, depth, pins)).collect();
        if self.choices.below(4) != 3 {
            clauses.push(format!("_ ->\n        {}", self.expression(kind, depth)));
        }
        clauses.join(";\n      ")
    }

    fn case(&mut self, kind: Kind, depth: u32) -> String {
        let matched = self.some_kind();
        let subject = self.expression(matched, depth);
        format!("case {subject} of\n      {}\n    end", self.clauses(matched, kind, depth, true))
    }

    fn if_expression(&mut self, kind: Kind, depth: u32) -> String {
        let count = 1 + self.choices.below(3);
        let mut clauses: Vec<String> =
            (0..count).map(|_| format!("{} -> {}", self.guard(), self.expression(kind, depth))).collect();
        if self.choices.below(4) != 3 {
            clauses.push(format!("true -> {}", self.expression(kind, depth)));
        }
        format!("if {}\n    end", clauses.join(";\n       "))
    }

    /// Sends itself some messages and receives one of them or none.
    fn receive(&mut self, kind: Kind, depth: u32) -> String {
        let matched = self.some_kind();
        let sends: String = (0..1 + self.choices.below(3))
            .map(|_| format!("self() ! {}, ", self.expression(matched, depth.min(1))))
            .collect();
        let count = 1 + self.choices.below(2);
        let clauses: Vec<String> = (0..count).map(|_| self.clause(matched, kind, depth, true)).collect();
        let after = self.expression(kind, depth);
        format!("begin {sends}receive\n      {}\n      after 0 -> {after} end end", clauses.join(";\n      "))
    }

    fn try_expression(&mut self, kind: Kind, depth: u32) -> String {
        let matched = self.some_kind();
        let given = [Kind::Any, matched][self.choices.below(2) as usize];
        let body = self.expression(given, depth);
        let of = match self.choices.below(3) {
            0 => format!(" of\n      {}", self.clauses(matched, kind, depth, true)),
            _ => String::new(),
        };
        let mut clauses = Vec::new();
        for _ in 0..1 + self.choices.below(2) {
            let mark = self.scope.len();
            clauses.push(self.catch_clause(kind, depth));
            self.scope.truncate(mark);
        }
        let after = match self.choices.below(4) {
            0 => format!("\n      after {}", self.expression(Kind::Any, depth.min(1))),
            _ => String::new(),
        };
        format!("try {body}{of}\n      catch {}{after}\n    end", clauses.join(";\n      "))
    }

    fn catch_clause(&mut self, kind: Kind, depth: u32) -> String {
        let outer = self.bound.replace(self.scope.len());
        let class = match self.choices.below(5) {
            0 | 1 => self.variable(Kind::Atom),
            choice => ["error", "throw", "exit"][choice as usize - 2].into(),
        };
        let reason = self.pattern(Kind::Any, 1, true);
        self.bound = outer;
        let traced = self.choices.below(3) == 0;
        let n = self.fresh();
        let guard = if self.choices.below(4) == 0 { self.guard_clause() } else { String::new() };
        let body = self.expression(kind, depth);
        if traced {
            format!("{class}:{reason}:S{n}{guard} -> {{{body}, random_run:trace(?MODULE, S{n})}}")
        } else {
            format!("{class}:{reason}{guard} -> {body}")
        }
    }

    /// A fun with clauses of its own, which sees what is in scope.
    pub fn fun(&mut self, arity: u32, depth: u32) -> String {
        let mut clauses = Vec::new();
        for _ in 0..1 + self.choices.below(2) {
            let mark = self.scope.len();
            let first = self.some_kind();
            let outer = self.bound.replace(mark);
            let parameters: Vec<String> =
                (0..arity).map(|at| self.parameter(if at == 0 { first } else { Kind::Any })).collect();
            self.bound = outer;
            let guard = if self.choices.below(3) == 0 { self.guard_clause() } else { String::new() };
            let body = self.body(depth);
            self.scope.truncate(mark);
            clauses.push(format!("({}){guard} -> {body}", parameters.join(", ")));
        }
        format!("fun {} end", clauses.join(";\n      "))
    }

    fn parameter(&mut self, kind: Kind) -> String {
        if self.choices.below(3) != 2 { self.variable(kind) } else { self.pattern(kind, 1, false) }
    }

    fn call_of_fun(&mut self, depth: u32) -> String {
        let arity = 1 + self.choices.below(2);
        let fun = self.expression(Kind::Fun(arity), depth);
        // Sometimes one argument too many.
        let count = if self.choices.once_in(20) { arity + 1 } else { arity };
        let arguments: Vec<String> =
            (0..count).map(|_| self.expression(Kind::Any, depth.saturating_sub(1))).collect();
        format!("({fun})({})", arguments.join(", "))
    }

    /// A fun with a name that calls itself a few times.
    fn loop_over(&mut self, kind: Kind, depth: u32) -> String {
        let start = self.expression(kind, depth.min(1));
        let n = self.fresh();
        let mark = self.scope.len();
        let state = self.variable(kind);
        let next = match kind {
            // Grows in place, if the machine can.
            Kind::Bits | Kind::Binary => format!("<<{state}/bits, {}>>", self.segments(1)),
            _ => self.expression(kind, depth),
        };
        self.scope.truncate(mark);
        let rounds = self.choices.below(9);
        format!(
            "(fun F{n}(0, {state}) -> {state};\n      F{n}(N{n}, {state}) -> F{n}(N{n} - 1, random_run:lim({next})) end)({rounds}, {start})"
        )
    }

    /// Generators and filters. What they bind stays in scope: the caller ends it.
    fn qualifiers(&mut self, depth: u32) -> String {
        let mut qualifiers = Vec::new();
        for _ in 0..1 + self.choices.below(2) {
            qualifiers.push(self.generator(depth));
            if self.choices.below(3) == 0 {
                qualifiers.push(self.expression(Kind::Bool, depth.min(1)));
            }
        }
        qualifiers.join(", ")
    }

    fn generator(&mut self, depth: u32) -> String {
        let strict = if self.newest && self.choices.once_in(4) { ":" } else { "" };
        match self.choices.below(if self.newest { 6 } else { 5 }) {
            0 => {
                let last = self.small_literal();
                format!("{} <{strict}- lists:seq(1, {last})", self.variable(Kind::Int))
            }
            1 | 2 => {
                let list = self.expression(Kind::List, depth.min(2));
                let pattern = if self.choices.below(2) == 0 {
                    self.variable(Kind::Any)
                } else {
                    self.pattern(Kind::Any, 1, false)
                };
                format!("{pattern} <{strict}- {list}")
            }
            3 | 4 => {
                let bits = self.expression(Kind::Bits, depth.min(2));
                format!("<<{}>> <{strict}= {bits}", self.generator_segments())
            }
            _ => {
                let map = self.expression(Kind::Map, depth.min(1));
                let value = self.variable(Kind::Any);
                format!("{{_, {value}}} <{strict}- lists:sort(maps:to_list({map}))")
            }
        }
    }

    fn small_literal(&mut self) -> u32 {
        self.choices.below(12)
    }

    pub fn list_comprehension(&mut self, depth: u32) -> String {
        let mark = self.scope.len();
        let qualifiers = self.qualifiers(depth);
        let element = self.expression(Kind::Any, depth);
        self.scope.truncate(mark);
        format!("[{element} || {qualifiers}]")
    }

    pub fn bits_comprehension(&mut self, depth: u32) -> String {
        let mark = self.scope.len();
        let qualifiers = self.qualifiers(depth);
        let segments = self.segments(depth.min(1));
        self.scope.truncate(mark);
        format!("<< <<{segments}>> || {qualifiers} >>")
    }

    pub fn map_comprehension(&mut self, depth: u32) -> String {
        let mark = self.scope.len();
        let (key, value) = (self.variable(Kind::Any), self.variable(Kind::Any));
        self.scope.truncate(mark);
        let map = self.expression(Kind::Map, depth);
        self.scope.push(super::program::Variable { name: key.clone(), kind: Kind::Any });
        self.scope.push(super::program::Variable { name: value.clone(), kind: Kind::Any });
        let (new, filter) = (self.expression(Kind::Any, depth), self.expression(Kind::Bool, depth.min(1)));
        self.scope.truncate(mark);
        format!("#{{{key} => {new} || {key} := {value} <- {map}, {filter}}}")
    }

    fn maybe(&mut self, kind: Kind, depth: u32) -> String {
        let mark = self.scope.len();
        let mut steps = String::new();
        for _ in 0..1 + self.choices.below(2) {
            let matched = self.some_kind();
            let expression = self.expression(matched, depth);
            steps += &format!("{} ?= {expression},\n      ", self.pattern(matched, 2, true));
        }
        let last = self.expression(kind, depth);
        self.scope.truncate(mark);
        let otherwise = match self.choices.below(2) {
            0 => format!("\n    else {}", self.clauses(Kind::Any, kind, depth, true)),
            _ => String::new(),
        };
        format!("maybe {steps}{last}{otherwise}\n    end")
    }
}
