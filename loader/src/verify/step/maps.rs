//! Maps and native records.

use purlin_isa::{Instruction, Label, Operand, Register};

use super::{Done, Sink, Step};
use crate::verify::types::{Kinds, Type};

impl<S: Sink> Step<'_, S> {
    pub(super) fn run_maps(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::PutMapAssoc { fail, source, destination, live, pairs } => {
                self.assume_map(source)?;
                if fail.is_some() {
                    self.fails(fail)?;
                }
                self.put_pairs(&[source], destination, live, pairs, Kinds::MAP)
            }
            I::PutMapExact { fail, source, destination, live, pairs } => {
                self.assume_map(source)?;
                self.fails(fail)?;
                self.put_pairs(&[source], destination, live, pairs, Kinds::MAP)
            }
            I::HasMapFields { fail, source, keys } => {
                self.assume_map(source)?;
                keys.iter().try_for_each(|key| self.term(*key).map(|_| ()))?;
                self.branch(fail)
            }
            I::GetMapElements { fail, source, elements } => {
                self.assume_map(source)?;
                self.get_elements(fail, source, elements)
            }
            I::GetRecordElements { fail, source, elements } => {
                self.term(source)?;
                self.get_elements(fail, source, elements)
            }
            I::PutRecord { fail, id, source, destination, live, pairs } => {
                self.fails(fail)?;
                self.put_pairs(&[id, source], destination, live, pairs, Kinds::RECORD)
            }
            I::GetRecordField { fail, source, id, field, destination } => {
                let sources = [source, id, field];
                sources.iter().try_for_each(|operand| self.term(*operand).map(|_| ()))?;
                self.fails(fail)?;
                self.write_fragile(destination, Type::ANY, self.is_fragile(&sources))
            }
            _ => self.run_tests(instruction),
        }
    }

    fn assume_map(&mut self, source: Operand) -> Done {
        let value = self.term(source)?;
        self.assume(value, Type::of(Kinds::MAP))
    }

    fn put_pairs(
        &mut self,
        sources: &[Operand],
        destination: Register,
        live: u32,
        pairs: &[Operand],
        made: Kinds,
    ) -> Done {
        for operand in sources.iter().chain(pairs) {
            self.term(*operand)?;
        }
        let is_fragile = self.is_fragile(sources) || self.is_fragile(pairs);
        self.collects(live)?;
        self.write_fragile(destination, Type::of(made), is_fragile)
    }

    /// Takes values out of a map or record. Those found before one is missing are written in any case.
    fn get_elements(&mut self, fail: Label, source: Operand, elements: &[Operand]) -> Done {
        let is_fragile = self.is_fragile(&[source]);
        let mut missing = self.state.clone();
        let mut destinations: Vec<Register> = Vec::with_capacity(elements.len() / 2);
        for element in elements.chunks(2) {
            self.term(element[0])?;
            destinations.extend(element[1].register());
        }
        for destination in &destinations {
            if missing.get(*destination).is_defined() {
                missing.write(*destination, Type::ANY, is_fragile)?;
            }
        }
        self.sink.branch(fail.0, &missing)?;
        for destination in &destinations {
            self.write_fragile(*destination, Type::ANY, is_fragile)?;
        }
        destinations.sort_unstable();
        match destinations.windows(2).any(|pair| pair[0] == pair[1]) {
            true => Err("two values go to one register".to_owned()),
            false => Ok(()),
        }
    }
}
