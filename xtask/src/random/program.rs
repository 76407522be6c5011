//! A random program: a module with a few functions, and the arguments with which each is called.

use super::choices::Choices;
use super::values::{KINDS, Kind, Values};
use std::fmt::Write;

/// The functions that other functions may call: `hN(Fuel, A, B)`.
const HELPERS_MAX: u32 = 3;
/// How many functions are tested, at most.
const TESTS_MAX: u32 = 3;
/// How often each of them is called.
const CALLS: u32 = 4;
/// How deep expressions nest.
const DEPTH: u32 = 4;
/// How many expressions a function has at most, roughly.
const EXPRESSIONS: u32 = 40;

/// What the compiler may be told, to make other instructions. OTP 29 has another in place of the last.
const COMPILER_OPTIONS: [&str; 9] = [
    "no_type_opt",
    "no_ssa_opt",
    "inline",
    "no_bsm_opt",
    "{inline, [{h0, 3}]}",
    "no_copt",
    "no_fun_opt",
    "no_module_opt",
    "no_bs_create_bin",
];

/// A variable that an expression may use.
#[derive(Debug, Clone)]
pub struct Variable {
    pub name: String,
    pub kind: Kind,
}

/// A program while it is written.
pub struct Program<'a> {
    pub choices: &'a mut Choices,
    /// Whether it may have what only OTP 29 understands, or understands differently from OTP 25.
    pub newest: bool,
    pub scope: Vec<Variable>,
    /// How many of them were bound before the head or pattern that is written now, if one is.
    pub bound: Option<usize>,
    /// How many variables the function has.
    pub variables: u32,
    /// How many more expressions the function may have.
    pub budget: u32,
    /// How many helpers may be called here: those that stand before.
    pub helpers: u32,
    /// Whether this is a guard.
    pub in_guard: bool,
}

/// The source of the program that some choices make.
pub fn source(name: &str, choices: &mut Choices, newest: bool) -> String {
    let mut program = Program {
        choices,
        newest,
        scope: Vec::new(),
        bound: None,
        variables: 0,
        budget: 0,
        helpers: 0,
        in_guard: false,
    };
    let mut functions = String::new();
    for helper in 0..=program.choices.below(HELPERS_MAX) {
        program.helpers = helper;
        functions += &program.helper(helper);
        program.helpers = helper + 1;
    }
    let mut calls = Vec::new();
    for test in 0..=program.choices.below(TESTS_MAX) {
        let (text, call) = program.test(test);
        functions += &text;
        calls.push(call);
    }
    let options = program.compiler_options();
    let newest = if newest { "\nnewest() -> true.\n" } else { "" };
    format!(
        "-module({name}).\n-compile([export_all, nowarn_export_all{options}]).\n\
         -record(r1, {{a, b = 1, c = []}}).\n-record(r2, {{x, y = {{}}}}).\n\n\
         tests() ->\n    [{}].\n{newest}{functions}",
        calls.join(",\n     ")
    )
}

impl Program<'_> {
    /// One option in half of the programs.
    fn compiler_options(&mut self) -> String {
        let count = COMPILER_OPTIONS.len() as u32;
        let Some(choice) = self.choices.below(2 * count).checked_sub(count) else { return String::new() };
        match COMPILER_OPTIONS[choice as usize] {
            "no_bs_create_bin" if self.newest => ", r27".into(),
            option => format!(", {option}"),
        }
    }

    /// A function that calls itself until its fuel is used up.
    fn helper(&mut self, number: u32) -> String {
        self.begin();
        let (a, b) = (self.variable(Kind::Any), self.variable(Kind::Any));
        let mut text = format!("\nh{number}(0, {a}, {b}) ->\n    {};\n", self.expression(Kind::Any, 2));
        for _ in 0..self.choices.below(3) {
            // The head has a pattern in place of the first parameter.
            self.scope = vec![Variable { name: b.clone(), kind: Kind::Any }];
            let kind = self.some_kind();
            self.bound = Some(0);
            let pattern = self.pattern(kind, 2, false);
            self.bound = None;
            let guard = self.guard_clause();
            let body = self.body(2);
            let _ = write!(text, "h{number}(_, {pattern}, {b}){guard} ->\n    {body};\n");
        }
        self.scope = [&a, &b].map(|name| Variable { name: name.clone(), kind: Kind::Any }).into();
        let guard = if self.choices.once_in(4) { self.guard_clause() } else { String::new() };
        let statements = self.statements(2);
        let (first, second) = (self.expression(Kind::Any, 2), self.expression(Kind::Any, 2));
        let again = format!("h{number}(N - 1, random_run:lim({first}), random_run:lim({second}))");
        let last = match self.choices.below(4) {
            0 | 1 => again,
            2 => format!("random_run:lim({{{again}, {}}})", self.expression(Kind::Any, 1)),
            _ => format!("random_run:lim([{again} | {}])", self.expression(Kind::Any, 1)),
        };
        format!("{text}h{number}(N, {a}, {b}){guard} ->\n    {statements}{last}.\n")
    }

    /// A function that is tested, and the list of its calls.
    fn test(&mut self, number: u32) -> (String, String) {
        self.begin();
        let kinds: Vec<Kind> = (0..2 + self.choices.below(3)).map(|_| self.some_kind()).collect();
        let parameters: Vec<String> = kinds.iter().map(|&kind| self.variable(kind)).collect();
        let count = 2 + self.choices.below(5);
        let statements = self.statements(count);
        let last = self.expression(Kind::Any, DEPTH);
        let last = if self.choices.below(3) == 0 { last } else { self.caught(&last) };
        let seen: Vec<String> =
            self.scope.iter().filter(|v| !matches!(v.kind, Kind::Fun(_))).map(|v| v.name.clone()).collect();
        let text = format!(
            "\nt{number}({}) ->\n    {statements}{{{last}, {}}}.\n",
            parameters.join(", "),
            seen.join(", ")
        );
        let calls: Vec<String> = (0..CALLS).map(|call| self.arguments(&kinds, call)).collect();
        (text, format!("{{t{number}, [{}]}}", calls.join(",\n      ")))
    }

    /// The arguments of a call: at first of the kinds that the function expects, then also of others.
    fn arguments(&mut self, kinds: &[Kind], call: u32) -> String {
        let mut arguments = Vec::new();
        for &kind in kinds {
            let other = call > 1 && self.choices.once_in(4);
            arguments.push(self.value(if other { Kind::Any } else { kind }, 2));
        }
        format!("[{}]", arguments.join(", "))
    }

    /// Forgets the function before.
    fn begin(&mut self) {
        self.scope.clear();
        self.variables = 0;
        self.budget = EXPRESSIONS;
    }

    /// A number that no other variable of the function has.
    pub fn fresh(&mut self) -> u32 {
        self.variables += 1;
        self.variables
    }

    /// A new variable of a kind, in scope from now on.
    pub fn variable(&mut self, kind: Kind) -> String {
        let name = format!("V{}", self.fresh());
        self.scope.push(Variable { name: name.clone(), kind });
        name
    }

    /// Some kind of value.
    pub fn some_kind(&mut self) -> Kind {
        KINDS[self.choices.below(KINDS.len() as u32) as usize]
    }

    /// A value written down.
    pub fn value(&mut self, kind: Kind, depth: u32) -> String {
        Values::new(self.choices, self.newest).of(kind, depth)
    }

    /// Some statements, each on a line of its own, ending in a comma.
    pub fn statements(&mut self, count: u32) -> String {
        let mut text = String::new();
        for _ in 0..count {
            text += &self.statement();
            text += ",\n    ";
        }
        text
    }

    fn statement(&mut self) -> String {
        let kind = match self.choices.below(12) {
            0..=9 => self.some_kind(),
            10 => Kind::Fun(1),
            _ => Kind::Fun(2),
        };
        let expression = self.expression(kind, DEPTH);
        let expression = match self.choices.below(14) {
            _ if matches!(kind, Kind::Fun(_)) => expression,
            0 => expression,
            1 | 2 => {
                let n = self.fresh();
                format!(
                    "case catch {expression} of {{'EXIT', {{R{n}, [_ | _]}}}} -> {{caught, R{n}}}; C{n} -> C{n} end"
                )
            }
            3 => {
                let mark = self.scope.len();
                let pattern = self.pattern(kind, 2, true);
                // What a pattern would have bound that does not match is not bound.
                self.scope.truncate(mark);
                return format!("(catch {pattern} = {expression})");
            }
            4 => return format!("{} = {expression}", self.pattern(kind, 2, true)),
            _ => self.caught(&expression),
        };
        let name = self.variable(kind);
        format!("{name} = {expression}")
    }

    /// An expression whose exceptions become values.
    fn caught(&mut self, expression: &str) -> String {
        let n = self.fresh();
        if self.choices.below(3) == 0 {
            return format!("try {expression}\n    catch C{n}:R{n} -> {{C{n}, R{n}}} end");
        }
        format!(
            "try {expression}\n    catch C{n}:R{n}:S{n} -> {{C{n}, R{n}, random_run:trace(?MODULE, S{n})}} end"
        )
    }

    /// An expression on its own, perhaps after statements.
    pub fn body(&mut self, depth: u32) -> String {
        let mark = self.scope.len();
        let count = if self.choices.once_in(4) { 1 } else { 0 };
        let statements = self.statements(count);
        let text = format!("{statements}{}", self.expression(Kind::Any, depth));
        self.scope.truncate(mark);
        text
    }
}
