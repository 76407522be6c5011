//! Choosing a label by value. The list of a `select` holds its values, a word each, then their labels, two to a word.

use purlin_heap::layout::{Kind, header};
use purlin_heap::word::Word;
use purlin_isa::{Instruction as I, Label, Operand, Specific};

use super::emit::{Field, Item, Value};
use super::{Grouped, Lowerer, Step, to};

/// Up to so many values are looked through in order.
const LINEAR_MAX: usize = 4;
/// Fewer small integers are not worth a table of labels.
const DENSE_MIN: usize = 4;

impl<'a> Lowerer<'a> {
    pub(super) fn selects(&mut self, instruction: I<'a>) -> Grouped {
        match instruction {
            I::SelectVal { source, fail, table } => {
                let source = self.value(source);
                let table = pairs(table, |operand| self.constant(operand));
                Some(self.select(source, fail, table))
            }
            I::SelectTupleArity { tuple, fail, table } => {
                let source = self.value(tuple);
                let table = pairs(table, |operand| match operand {
                    Operand::Unsigned(arity) => header(Kind::Tuple, arity as usize),
                    _ => unreachable!("a table of arities holds numbers"),
                });
                Some(self.table(Specific::SelectArity, source, fail, &table))
            }
            _ => None,
        }
    }

    fn select(&mut self, source: Value, fail: Label, table: Vec<(Word, Label)>) -> Step {
        if table.iter().any(|(word, _)| word.is_pointer()) {
            return self.table(Specific::SelectGeneric, source, fail, &table);
        }
        if let Some(low) = dense(&table) {
            return self.dense(source, fail, low, &table);
        }
        if table.len() <= LINEAR_MAX {
            return self.table(Specific::SelectLinear, source, fail, &table);
        }
        self.hashed(source, fail, &table)
    }

    fn hashed(&mut self, source: Value, fail: Label, table: &[(Word, Label)]) -> Step {
        let Hashed { factor, shift, places } = Hashed::of(table);
        let place = |place: &Option<(Word, Label)>| place.unwrap_or((Word::HOLE, fail));
        let items: Vec<Item> = places.iter().map(|found| Item::Word(place(found).0.0)).collect();
        let labels: Vec<Label> = places.iter().map(|found| place(found).1).collect();
        let fields = [to(fail), Field::Number(shift), Field::Word(factor)];
        self.emitter.emit_list(Specific::SelectHashed, &[source], &fields, &items, &labels)
    }

    fn table(&mut self, op: Specific, source: Value, fail: Label, table: &[(Word, Label)]) -> Step {
        let items: Vec<Item> = table.iter().map(|(word, _)| Item::Word(word.0)).collect();
        let labels: Vec<Label> = table.iter().map(|(_, label)| *label).collect();
        let fields = [to(fail), Field::Number(table.len() as u32)];
        self.emitter.emit_list(op, &[source], &fields, &items, &labels)
    }

    fn dense(&mut self, source: Value, fail: Label, low: i64, table: &[(Word, Label)]) -> Step {
        let mut labels = Vec::new();
        // Backwards, so that the first of equal values wins.
        for (word, label) in table.iter().rev() {
            let index = (word.small_value() - low) as usize;
            labels.resize(labels.len().max(index + 1), fail);
            labels[index] = *label;
        }
        let fields = [to(fail), Field::Number(labels.len() as u32), Field::Word(Word::small(low).0)];
        self.emitter.emit_list(Specific::SelectDense, &[source], &fields, &[], &labels)
    }
}

/// A table of values by their hashes, half of it empty at least.
struct Hashed {
    factor: u64,
    shift: u32,
    places: Vec<Option<(Word, Label)>>,
}

/// So many factors are tried, and the one is taken that leads to most values at once.
const FACTORS: u64 = 16;
/// 2^64 divided by the golden ratio, whose odd multiples spread numbers well (Knuth, TAOCP 3, 6.4).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hashed {
    fn of(table: &[(Word, Label)]) -> Hashed {
        let size = (table.len() * 2).next_power_of_two();
        let tries = (0..FACTORS).map(|k| Hashed::with_factor(table, size, GOLDEN.wrapping_mul(2 * k + 1)));
        tries.min_by_key(|&(steps, _)| steps).map(|(_, hashed)| hashed).expect("there are factors")
    }

    /// The table, and how many places are passed in vain when each value is looked up.
    fn with_factor(table: &[(Word, Label)], size: usize, factor: u64) -> (usize, Hashed) {
        let shift = 64 - size.trailing_zeros();
        let (mut places, mut steps) = (vec![None; size], 0);
        for &(word, label) in table {
            let mut place = (word.0.wrapping_mul(factor) >> shift) as usize;
            // The first of equal values wins.
            while places[place].is_some_and(|(other, _)| other != word) {
                (place, steps) = ((place + 1) % size, steps + 1);
            }
            places[place].get_or_insert((word, label));
        }
        (steps, Hashed { factor, shift, places })
    }
}

/// The least value, if the values are small integers that lie close together.
fn dense(table: &[(Word, Label)]) -> Option<i64> {
    if table.len() < DENSE_MIN || !table.iter().all(|(word, _)| word.is_small()) {
        return None;
    }
    let values = || table.iter().map(|(word, _)| word.small_value());
    let (low, high) = (values().min()?, values().max()?);
    (high - low < 2 * table.len() as i64 + 8).then_some(low)
}

fn pairs(table: &[Operand], mut word: impl FnMut(Operand) -> Word) -> Vec<(Word, Label)> {
    let pair = |pair: &[Operand]| match *pair {
        [value, Operand::Label(label)] => (word(value), Label(label)),
        _ => unreachable!("a table holds values and labels in turn"),
    };
    table.chunks_exact(2).map(pair).collect()
}
