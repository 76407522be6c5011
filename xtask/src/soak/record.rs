//! What a soak has shown so far, and whether that is as it must be.

use crate::Result;
use std::collections::BTreeMap;

/// What the machine took while it rested after a cycle.
pub struct Rest {
    pub megabytes: f64,
    /// The most that it has held so far.
    pub megabytes_max: f64,
    pub processor_percent: f64,
}

/// All that was seen.
#[derive(Default)]
pub struct Record {
    rests: Vec<Rest>,
    /// Sums of what the jobs did; of what is a maximum, the largest.
    figures: BTreeMap<String, u64>,
    pub violations: Vec<String>,
}

/// So many rests are needed to tell growth.
const RESTS_MIN: usize = 6;
/// What memory at rest may grow by, for allocators keep some and no two cycles are alike: a share and megabytes.
const GROWTH_MAX: (f64, f64) = (0.1, 16.0);
/// A machine at rest takes next to nothing.
const PROCESSOR_PERCENT_MAX: f64 = 5.0;

impl Record {
    /// Notes a rest, and prints it.
    pub fn rested(&mut self, rest: Rest, processes: &str) {
        println!(
            "cycle {:>4}: at rest {:>7.1} MB, {processes} processes, {:>5.2} % of a processor; {:.1} MB at most",
            self.rests.len() + 1,
            rest.megabytes,
            rest.processor_percent,
            rest.megabytes_max
        );
        self.rests.push(rest);
    }

    /// Notes what a job did.
    pub fn count(&mut self, name: &str, number: u64) {
        let sum = self.figures.entry(name.into()).or_default();
        *sum = if name.contains("_max") { number.max(*sum) } else { *sum + number };
    }

    /// Prints the figures; an error if anything was not as it must be.
    pub fn finish(mut self) -> Result {
        for (name, sum) in &self.figures {
            println!("{name:<28} {sum:>14}");
        }
        let megabytes: Vec<f64> = self.rests.iter().map(|rest| rest.megabytes).collect();
        self.violations.extend(growth(&megabytes));
        let percent = median(self.rests.iter().map(|rest| rest.processor_percent));
        if !is_within(percent, PROCESSOR_PERCENT_MAX) {
            self.violations.push(format!("{percent:.1} % of a processor at rest"));
        }
        for violation in &self.violations {
            println!("{violation}");
        }
        println!("{} cycles, {} violations", self.rests.len(), self.violations.len());
        if self.violations.is_empty() { Ok(()) } else { Err("the soak failed".into()) }
    }
}

/// Growth from the second quarter of the rests to the last one, if it is more than allowed. The first quarter is left for
/// the machine to find its size.
fn growth(megabytes: &[f64]) -> Option<String> {
    let quarter = megabytes.len() / 4;
    if megabytes.len() < RESTS_MIN {
        println!("growth is not told from {} cycles, it takes {RESTS_MIN}", megabytes.len());
        return None;
    }
    let early = median(megabytes[quarter..=2 * quarter].iter().copied());
    let late = median(megabytes[megabytes.len() - quarter..].iter().copied());
    println!("at rest {early:.1} MB in the second quarter of the time, {late:.1} MB in the last");
    let allowed = early * (1.0 + GROWTH_MAX.0) + GROWTH_MAX.1;
    (!is_within(late, allowed)).then(|| format!("memory at rest grew from {early:.1} to {late:.1} MB"))
}

/// What the system did not tell (not a number) is not within any limit.
fn is_within(value: f64, limit: f64) -> bool {
    value <= limit
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::{Record, Rest, growth};

    #[test]
    fn growth_is_told_from_noise() {
        let steady: Vec<f64> = (0..40).map(|cycle| 100.0 + f64::from(cycle % 7)).collect();
        assert_eq!(growth(&steady), None);
        let warming: Vec<f64> = (0..40).map(|cycle| if cycle < 8 { 20.0 } else { 100.0 }).collect();
        assert_eq!(growth(&warming), None);
        let growing: Vec<f64> = (0..40).map(|cycle| 100.0 + 2.0 * f64::from(cycle)).collect();
        assert!(growth(&growing).is_some());
    }

    #[test]
    fn violations_are_errors() {
        let rest = |processor_percent| Rest { megabytes: 1.0, megabytes_max: 2.0, processor_percent };
        let mut calm = Record::default();
        calm.rested(rest(0.1), "5");
        assert!(calm.finish().is_ok());
        let mut busy = Record::default();
        busy.rested(rest(50.0), "5");
        assert!(busy.finish().is_err());
        let told = Record { violations: vec!["violation".into()], ..Record::default() };
        assert!(told.finish().is_err());
    }
}
