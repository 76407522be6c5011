//! Maps and native records.

use purlin_isa::{Instruction, Label, Operand, Register};

use super::{Done, Sink, Step};
use crate::verify::types::{Kinds, Type};

impl<S: Sink> Step<'_, S> {
    pub(super) fn run_maps(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::PutMapAssoc { fail, source, destination, live, pairs } => {
                if fail.is_some() {
                    self.fails(fail)?;
                }
                self.assume_map(source)?;
                self.put_pairs(&[source], destination, live, pairs, Kinds::MAP)
            }
            I::PutMapExact { fail, source, destination, live, pairs } => {
                self.fails(fail)?;
                self.assume_map(source)?;
                self.put_pairs(&[source], destination, live, pairs, Kinds::MAP)
            }
            I::HasMapFields { fail, source, keys } => {
                keys.iter().try_for_each(|key| self.term(*key).map(|_| ()))?;
                self.branch(fail)?;
                self.assume_map(source)
            }
            I::GetMapElements { fail, source, elements } => {
                let map = self.term(source)?;
                self.fail_elements(fail, source, elements)?;
                self.assume(map, Type::of(Kinds::MAP))?;
                self.get_elements(source, elements)
            }
            I::GetRecordElements { fail, source, elements } => {
                self.term(source)?;
                self.fail_elements(fail, source, elements)?;
                self.get_elements(source, elements)
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

    /// A value that is to be taken out of a map or record is missing. Those found before were written.
    fn fail_elements(&mut self, fail: Label, source: Operand, elements: &[Operand]) -> Done {
        let is_fragile = self.is_fragile(&[source]);
        let mut missing = self.state.clone();
        for destination in elements.iter().skip(1).step_by(2).filter_map(|element| element.register()) {
            if missing.get(destination).is_defined() {
                missing.write(destination, Type::ANY, is_fragile)?;
            }
        }
        self.sink.branch(fail.0, &missing)
    }

    /// Takes values out of a map or record.
    fn get_elements(&mut self, source: Operand, elements: &[Operand]) -> Done {
        let is_fragile = self.is_fragile(&[source]);
        let mut destinations: Vec<Register> = Vec::with_capacity(elements.len() / 2);
        for element in elements.chunks(2) {
            self.term(element[0])?;
            destinations.extend(element[1].register());
        }
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
