//! Assembles small `.beam` files, so that tests can say what no compiler would emit.
#![allow(dead_code)] // Each test program uses its part of this.

use purlin_isa::Opcode;

/// An operand.
#[derive(Clone, Debug)]
pub enum A {
    U(u64),
    I(i64),
    Nil,
    Atom(&'static str),
    X(u64),
    Y(u64),
    Fr(u64),
    /// A label; 0 for none.
    L(u64),
    /// A function `Module:Name/Arity` that is imported.
    Import(&'static str, &'static str, u32),
    List(Vec<A>),
}

/// A module in the making: one exported function `f` of some arity, and more if told so.
pub struct Assembler {
    atoms: Vec<&'static str>,
    imports: Vec<(u32, u32, u32)>,
    exports: Vec<(u32, u32, u32)>,
    lambdas: Vec<[u32; 6]>,
    strings: Vec<u8>,
    code: Vec<u8>,
    labels: u32,
    functions: u32,
}

impl Assembler {
    pub fn new() -> Assembler {
        Assembler {
            atoms: vec!["m"],
            imports: Vec::new(),
            exports: Vec::new(),
            lambdas: Vec::new(),
            strings: b"strings".to_vec(),
            code: Vec::new(),
            labels: 1,
            functions: 0,
        }
    }

    /// Begins a function. Its header takes two labels, numbered on from the last: the first function's entry is 2.
    pub fn function(&mut self, name: &'static str, arity: u32, is_exported: bool) -> &mut Assembler {
        let (info, entry) = (self.labels, self.labels + 1);
        self.op("label", &[A::U(info.into())]);
        self.op("func_info", &[A::Atom("m"), A::Atom(name), A::U(arity.into())]);
        self.op("label", &[A::U(entry.into())]);
        self.functions += 1;
        if is_exported {
            let name = self.atom(name);
            self.exports.push((name, arity, entry));
        }
        self
    }

    /// Adds a fun whose code is the function that was begun last.
    pub fn lambda(&mut self, name: &'static str, total_arity: u32, free: u32) -> &mut Assembler {
        let function = self.atom(name);
        self.lambdas.push([function, total_arity, self.labels - 1, 0, free, 0]);
        self
    }

    pub fn op(&mut self, name: &str, operands: &[A]) -> &mut Assembler {
        let opcode = Opcode::ALL.iter().find(|opcode| opcode.name() == name).expect("a known instruction");
        assert_eq!(opcode.arity(), operands.len(), "operands of {name}");
        if let ("label", A::U(label)) = (name, &operands[..].first().unwrap_or(&A::Nil)) {
            self.labels = self.labels.max(*label as u32 + 1);
        }
        self.code.push(opcode.number());
        for operand in operands {
            self.operand(operand);
        }
        self
    }

    fn operand(&mut self, operand: &A) {
        match operand {
            A::U(number) => self.number(0, *number),
            A::I(number) => match u64::try_from(*number) {
                Ok(number) => self.number(1, number),
                Err(_) => {
                    self.code.push(0b1101_1001);
                    self.code.extend(number.to_be_bytes());
                }
            },
            A::Nil => self.number(2, 0),
            A::Atom(name) => {
                let index = self.atom(name);
                self.number(2, index.into());
            }
            A::X(register) => self.number(3, *register),
            A::Y(slot) => self.number(4, *slot),
            A::L(label) => self.number(5, *label),
            A::Fr(register) => {
                self.code.push(0x27);
                self.number(0, *register);
            }
            A::Import(module, function, arity) => {
                let row = (self.atom(module), self.atom(function), *arity);
                let known = self.imports.iter().position(|import| *import == row);
                let index = known.unwrap_or_else(|| {
                    self.imports.push(row);
                    self.imports.len() - 1
                });
                self.number(0, index as u64);
            }
            A::List(elements) => {
                self.code.push(0x17);
                self.number(0, elements.len() as u64);
                for element in elements {
                    self.operand(element);
                }
            }
        }
    }

    fn number(&mut self, tag: u8, number: u64) {
        match number {
            0..16 => self.code.push((number as u8) << 4 | tag),
            16..2048 => self.code.extend([((number >> 8) as u8) << 5 | 8 | tag, number as u8]),
            _ => {
                self.code.extend([0b1111_1000 | tag, 0, 0]);
                self.code.extend(number.to_be_bytes());
            }
        }
    }

    fn atom(&mut self, name: &'static str) -> u32 {
        let known = self.atoms.iter().position(|atom| *atom == name);
        let index = known.unwrap_or_else(|| {
            self.atoms.push(name);
            self.atoms.len() - 1
        });
        index as u32 + 1
    }

    /// The file.
    pub fn beam(&self) -> Vec<u8> {
        let words = |words: &[u32]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
        let rows = |rows: &[(u32, u32, u32)]| {
            let numbers = rows.iter().flat_map(|row| [row.0, row.1, row.2]).collect::<Vec<_>>();
            words(&[&[rows.len() as u32], &numbers[..]].concat())
        };
        let mut atoms = words(&[self.atoms.len() as u32]);
        for atom in &self.atoms {
            atoms.push(atom.len() as u8);
            atoms.extend(atom.as_bytes());
        }
        let mut code = words(&[16, 0, 191, self.labels, self.functions]);
        code.extend(&self.code);
        code.push(Opcode::IntCodeEnd.number());
        let lambdas = words(&[&[self.lambdas.len() as u32], &self.lambdas.concat()[..]].concat());
        let chunks: [(&[u8; 4], Vec<u8>); 6] = [
            (b"AtU8", atoms),
            (b"Code", code),
            (b"StrT", self.strings.clone()),
            (b"ImpT", rows(&self.imports)),
            (b"ExpT", rows(&self.exports)),
            (b"FunT", lambdas),
        ];
        let mut form = b"BEAM".to_vec();
        for (id, mut contents) in chunks {
            form.extend(id);
            form.extend((contents.len() as u32).to_be_bytes());
            contents.resize(contents.len().next_multiple_of(4), 0);
            form.extend(contents);
        }
        [b"FOR1", &(form.len() as u32).to_be_bytes()[..], &form].concat()
    }
}
